//! What can be asked of the platform.

use serde::Serialize;
use tongbao_wire::{Call, OutTradeNo, PrepayAnswer, Transaction, TransactionId};

use super::Client;
use super::outgoing::Outgoing;
use crate::call_error::CallError;
use crate::prepay::JsapiPrepay;

impl Client {
    /// Creates a JSAPI or mini-program order (v3.md §2.1). The same order again, unchanged, gives a
    /// `prepay_id` again.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn jsapi_prepay(&self, order: &JsapiPrepay) -> Result<PrepayAnswer, CallError> {
        let call = Call::JsapiPrepay;
        order.check().map_err(CallError::unsendable(call))?;
        let serial = order.identity.as_ref().and_then(|identity| identity.serial());
        self.answer(Outgoing::to(call).json(&order.body(self.mchid())).sealed_with(serial)).await
    }

    /// Looks a payment up by the merchant's number, in any state (v3.md §2.5).
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when the platform has no such order.
    pub async fn query_by_out_trade_no(&self, out_trade_no: &OutTradeNo) -> Result<Transaction, CallError> {
        let outgoing = Outgoing::to(Call::Query).part("out_trade_no", out_trade_no.as_str());
        self.answer(outgoing.query("mchid", self.mchid().as_str())).await
    }

    /// Looks a payment up by the platform's number (v3.md §2.5). Only paid orders have one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_by_transaction_id(
        &self,
        transaction_id: &TransactionId,
    ) -> Result<Transaction, CallError> {
        let outgoing = Outgoing::to(Call::QueryById).part("transaction_id", transaction_id.as_str());
        self.answer(outgoing.query("mchid", self.mchid().as_str())).await
    }

    /// Closes an order that is not paid (v3.md §2.6). Closing a closed order succeeds.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, out_trade_no: &OutTradeNo) -> Result<(), CallError> {
        #[derive(Serialize)]
        struct Close<'a> {
            mchid: &'a str,
        }
        let outgoing = Outgoing::to(Call::Close).part("out_trade_no", out_trade_no.as_str());
        self.done(outgoing.json(&Close { mchid: self.mchid().as_str() })).await
    }
}
