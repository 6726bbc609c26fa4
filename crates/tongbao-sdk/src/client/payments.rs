//! Payments of an ordinary merchant: create, charge, ask, close, reverse (v3.md §2).

use serde::Serialize;
use serde::de::DeserializeOwned;
use tongbao_wire::{
    Appid, Call, H5PrepayAnswer, Mchid, NativePrepayAnswer, OutTradeNo, PrepayAnswer, Reversal, Transaction,
    TransactionId,
};

use super::Client;
use super::outgoing::Outgoing;
use crate::call_error::CallError;
use crate::code_pay::{CodePay, CodePayOutcome};
use crate::prepay::{AppPrepay, H5Prepay, JsapiPrepay, NativePrepay};
use crate::unsendable::Unsendable;

/// The same order again, unchanged, is answered as before: what came back and ran out is renewed so
/// (v3.md §2.4).
impl Client {
    /// Creates an order for a mini program or a page in the WeChat browser (v3.md §2.1).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn jsapi_prepay(&self, prepay: &JsapiPrepay) -> Result<PrepayAnswer, CallError> {
        let body = prepay.body(self.mchid());
        self.create(Call::JsapiPrepay, prepay.check(), &body, prepay.cashier.serial()).await
    }

    /// Creates an order for a mobile app (v3.md §2.1).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn app_prepay(&self, prepay: &AppPrepay) -> Result<PrepayAnswer, CallError> {
        let body = prepay.body(self.mchid());
        self.create(Call::AppPrepay, prepay.check(), &body, prepay.cashier.serial()).await
    }

    /// Creates an order for a browser outside WeChat (v3.md §2.1). Where to come back to is added with
    /// [`h5_address`](crate::h5_address).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn h5_prepay(&self, prepay: &H5Prepay) -> Result<H5PrepayAnswer, CallError> {
        let body = prepay.body(self.mchid());
        self.create(Call::H5Prepay, prepay.check(), &body, prepay.cashier.serial()).await
    }

    /// Creates an order paid by scanning (v3.md §2.1). The same order again gives another code, and ends the
    /// one before.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn native_prepay(&self, prepay: &NativePrepay) -> Result<NativePrepayAnswer, CallError> {
        let body = prepay.body(self.mchid());
        self.create(Call::NativePrepay, prepay.check(), &body, prepay.cashier.serial()).await
    }

    /// Charges a payment code (v3.md §2.8).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, wait [`CodePay::QUERY_EVERY`] and ask. This client does not
    /// repeat by itself.
    pub async fn code_pay(&self, order: &CodePay) -> Result<CodePayOutcome, CallError> {
        let body = order.body(self.mchid());
        CodePayOutcome::of(self.create(Call::CodePay, order.check(), &body, None).await)
    }

    /// Looks a payment up by the merchant's number, in any state (v3.md §2.5). Orders of service providers
    /// and combined orders are not seen here.
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when the platform has no such order.
    pub async fn query_by_out_trade_no(&self, out_trade_no: &OutTradeNo) -> Result<Transaction, CallError> {
        let number = out_trade_no.as_str();
        let outgoing = Outgoing::to(Call::Query).part("out_trade_no", number);
        let outgoing = outgoing.query("mchid", self.mchid().as_str());
        self.answer_about(outgoing, "out_trade_no", number, |read: &Transaction| read.out_trade_no.as_str())
            .await
    }

    /// Looks a payment up by the platform's number (v3.md §2.5). Only paid orders have one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_by_transaction_id(
        &self,
        transaction_id: &TransactionId,
    ) -> Result<Transaction, CallError> {
        let number = transaction_id.as_str();
        let outgoing = Outgoing::to(Call::QueryById).part("transaction_id", number);
        let outgoing = outgoing.query("mchid", self.mchid().as_str());
        let of: fn(&Transaction) -> &str =
            |read| read.transaction_id.as_ref().map_or("", TransactionId::as_str);
        self.answer_about(outgoing, "transaction_id", number, of).await
    }

    /// Closes an order that is not paid (v3.md §2.6). Closing a closed order succeeds.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, out_trade_no: &OutTradeNo) -> Result<(), CallError> {
        #[derive(Serialize)]
        struct Close<'a> {
            mchid: &'a Mchid,
        }
        let outgoing = Outgoing::to(Call::Close).part("out_trade_no", out_trade_no.as_str());
        self.done(outgoing.json(&Close { mchid: self.mchid() })).await
    }

    /// Reverses a payment-code order: unpaid it is closed, paid the money goes back (v3.md §2.8). Allowed from
    /// [`CodePay::REVERSE_AFTER`] to [`CodePay::REVERSE_WITHIN`] after charging.
    ///
    /// # Errors
    /// [`CallError`]; repeat until it succeeds, for until then the payer may be charged.
    pub async fn reverse(&self, appid: &Appid, out_trade_no: &OutTradeNo) -> Result<Reversal, CallError> {
        #[derive(Serialize)]
        struct Reverse<'a> {
            appid: &'a Appid,
            mchid: &'a Mchid,
        }
        let outgoing = Outgoing::to(Call::Reverse).part("out_trade_no", out_trade_no.as_str());
        self.answer(outgoing.json(&Reverse { appid, mchid: self.mchid() })).await
    }

    /// Sends an order that passed its check. `serial` is of the key that sealed members of it.
    pub(crate) async fn create<T: DeserializeOwned>(
        &self,
        call: Call,
        checked: Result<(), Unsendable>,
        body: &impl Serialize,
        serial: Option<&str>,
    ) -> Result<T, CallError> {
        checked.map_err(CallError::unsendable(call))?;
        self.answer(Outgoing::to(call).json(body).sealed_with(serial)).await
    }
}
