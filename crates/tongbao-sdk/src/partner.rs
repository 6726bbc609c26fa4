//! Payments of service providers (服务商), who act for sub-merchants (v3.md §3).
//!
//! The client's merchant is the provider: `sp_mchid` is its, it signs everything, and its key opens every
//! cashier. `out_trade_no` is unique over all its sub-merchants.

mod prepay;

use serde::Serialize;
use tongbao_wire::partner::{PartnerReversal, PartnerTransaction};
use tongbao_wire::{
    Appid, Call, H5PrepayAnswer, Mchid, NativePrepayAnswer, Openid, OutTradeNo, PrepayAnswer, PrepayId,
    TransactionId,
};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::code_pay::CodePayOutcome;
use crate::invoke::AppInvoke;
use crate::signer::SignError;
use crate::unsendable::{Unsendable, UnsendableReason};

pub(crate) use prepay::SUBSIDY_MAX;
pub use prepay::{AppPrepay, CodePay, H5Prepay, JsapiPrepay, NativePrepay};

/// Whose order it is. `sp_mchid` is the client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The provider's appid.
    pub sp_appid: Appid,
    /// The sub-merchant's own appid: where the cashier opens in the sub-merchant's app, or the payer is named
    /// as that appid sees them.
    ///
    /// Left out when it is the same as `sp_appid`: the platform has been seen to refuse it then, which is one
    /// integrator's observation, not a document's word.
    pub sub_appid: Option<Appid>,
    /// The sub-merchant, who gets the money.
    pub sub_mchid: Mchid,
}

impl Parties {
    /// A sub-merchant without an appid of its own.
    #[must_use]
    pub fn new(sp_appid: Appid, sub_mchid: Mchid) -> Self {
        Self { sp_appid, sub_appid: None, sub_mchid }
    }

    fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        told_apart(sp_mchid, &self.sub_mchid)?;
        if self.sub_appid.as_ref() == Some(&self.sp_appid) {
            let reason = UnsendableReason::Combination("is the same as sp_appid; leave it out");
            return Err(Unsendable::new("sub_appid", reason));
        }
        Ok(())
    }

    fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> PartiesBody<'a> {
        let Self { sp_appid, sub_appid, sub_mchid } = self;
        PartiesBody { sp_appid, sp_mchid, sub_appid: sub_appid.as_ref(), sub_mchid }
    }
}

/// A provider cannot be its own sub-merchant.
fn told_apart(sp_mchid: &Mchid, sub_mchid: &Mchid) -> Result<(), Unsendable> {
    if sp_mchid == sub_mchid {
        let reason = UnsendableReason::Combination("must be another merchant than sp_mchid");
        return Err(Unsendable::new("sub_mchid", reason));
    }
    Ok(())
}

#[derive(Serialize)]
struct PartiesBody<'a> {
    sp_appid: &'a Appid,
    sp_mchid: &'a Mchid,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<&'a Appid>,
    sub_mchid: &'a Mchid,
}

/// Who pays. The documents want exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payer {
    /// As `sp_appid` sees them.
    SpOpenid(Openid),
    /// As `sub_appid` sees them, which the order must then name.
    SubOpenid(Openid),
}

/// A provider's calls about payments, from [`Client::partner`].
#[derive(Clone, Copy, Debug)]
pub struct Partner<'a>(&'a Client);

impl Client {
    /// Payments for sub-merchants; this client's merchant is the service provider.
    #[must_use]
    pub fn partner(&self) -> Partner<'_> {
        Partner(self)
    }
}

impl Partner<'_> {
    /// Creates an order for a mini program or a page in the WeChat browser.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn jsapi_prepay(&self, prepay: &JsapiPrepay) -> Result<PrepayAnswer, CallError> {
        let (sp_mchid, serial) = (self.0.mchid(), prepay.cashier.serial());
        let checked = prepay.check(sp_mchid);
        self.0.create(Call::PartnerJsapiPrepay, checked, &prepay.body(sp_mchid), serial).await
    }

    /// Creates an order for a mobile app.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn app_prepay(&self, prepay: &AppPrepay) -> Result<PrepayAnswer, CallError> {
        let (sp_mchid, serial) = (self.0.mchid(), prepay.cashier.serial());
        let checked = prepay.check(sp_mchid);
        self.0.create(Call::PartnerAppPrepay, checked, &prepay.body(sp_mchid), serial).await
    }

    /// Creates an order for a browser outside WeChat.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn h5_prepay(&self, prepay: &H5Prepay) -> Result<H5PrepayAnswer, CallError> {
        let (sp_mchid, serial) = (self.0.mchid(), prepay.cashier.serial());
        let checked = prepay.check(sp_mchid);
        self.0.create(Call::PartnerH5Prepay, checked, &prepay.body(sp_mchid), serial).await
    }

    /// Creates an order paid by scanning.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn native_prepay(&self, prepay: &NativePrepay) -> Result<NativePrepayAnswer, CallError> {
        let (sp_mchid, serial) = (self.0.mchid(), prepay.cashier.serial());
        let checked = prepay.check(sp_mchid);
        self.0.create(Call::PartnerNativePrepay, checked, &prepay.body(sp_mchid), serial).await
    }

    /// Charges a payment code (v3.md §2.8), with the waiting rules of [`CodePay`](crate::CodePay).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, ask. This client does not repeat by itself.
    pub async fn code_pay(&self, order: &CodePay) -> Result<CodePayOutcome<PartnerTransaction>, CallError> {
        let sp_mchid = self.0.mchid();
        let checked = order.check(sp_mchid);
        CodePayOutcome::of(self.0.create(Call::PartnerCodePay, checked, &order.body(sp_mchid), None).await)
    }

    /// Looks a payment up by the provider's number, in any state.
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when the platform has no such order.
    pub async fn query_by_out_trade_no(
        &self,
        sub_mchid: &Mchid,
        out_trade_no: &OutTradeNo,
    ) -> Result<PartnerTransaction, CallError> {
        let number = out_trade_no.as_str();
        let outgoing =
            self.query(sub_mchid, Outgoing::to(Call::PartnerQuery).part("out_trade_no", number))?;
        let of: fn(&PartnerTransaction) -> &str = |read| read.out_trade_no.as_str();
        self.0.answer_about(outgoing, "out_trade_no", number, of).await
    }

    /// Looks a payment up by the platform's number. Only paid orders have one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_by_transaction_id(
        &self,
        sub_mchid: &Mchid,
        transaction_id: &TransactionId,
    ) -> Result<PartnerTransaction, CallError> {
        let number = transaction_id.as_str();
        let outgoing = Outgoing::to(Call::PartnerQueryById).part("transaction_id", number);
        let outgoing = self.query(sub_mchid, outgoing)?;
        let of: fn(&PartnerTransaction) -> &str =
            |read| read.transaction_id.as_ref().map_or("", TransactionId::as_str);
        self.0.answer_about(outgoing, "transaction_id", number, of).await
    }

    /// Names both merchants in the query of a look-up.
    fn query(&self, sub_mchid: &Mchid, outgoing: Outgoing) -> Result<Outgoing, CallError> {
        let sp_mchid = self.0.mchid();
        told_apart(sp_mchid, sub_mchid).map_err(CallError::unsendable(outgoing.call()))?;
        Ok(outgoing.query("sp_mchid", sp_mchid.as_str()).query("sub_mchid", sub_mchid.as_str()))
    }

    /// Closes an order that is not paid. Closing a closed order succeeds.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, sub_mchid: &Mchid, out_trade_no: &OutTradeNo) -> Result<(), CallError> {
        #[derive(Serialize)]
        struct Close<'a> {
            sp_mchid: &'a Mchid,
            sub_mchid: &'a Mchid,
        }
        let (call, sp_mchid) = (Call::PartnerClose, self.0.mchid());
        told_apart(sp_mchid, sub_mchid).map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).part("out_trade_no", out_trade_no.as_str());
        self.0.done(outgoing.json(&Close { sp_mchid, sub_mchid })).await
    }

    /// Reverses a payment-code order: unpaid it is closed, paid the money goes back (v3.md §2.8). `parties` are
    /// those of the order; when, says [`CodePay`](crate::CodePay).
    ///
    /// # Errors
    /// [`CallError`]; repeat until it succeeds, for until then the payer may be charged.
    pub async fn reverse(
        &self,
        parties: &Parties,
        out_trade_no: &OutTradeNo,
    ) -> Result<PartnerReversal, CallError> {
        let (call, sp_mchid) = (Call::PartnerReverse, self.0.mchid());
        parties.check(sp_mchid).map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).part("out_trade_no", out_trade_no.as_str());
        self.0.answer(outgoing.json(&parties.body(sp_mchid))).await
    }

    /// What a mobile app needs to open the cashier of a provider's order; everything else opens with the
    /// client's own `invoke_…`.
    ///
    /// `appid` is the app's: `sp_appid` in the provider's, `sub_appid` in the sub-merchant's. `partner_id` is
    /// the sub-merchant by what v2 documents; the v3 pages do not say (v3.md §3), so it is for the caller to
    /// give. It is not part of what is signed.
    ///
    /// # Errors
    /// [`SignError`] when the provider's key cannot sign.
    pub fn invoke_app(
        &self,
        appid: &Appid,
        partner_id: &Mchid,
        prepay_id: &PrepayId,
    ) -> Result<AppInvoke, SignError> {
        self.0.invoke_app_as(appid, partner_id, prepay_id)
    }
}
