//! Combined orders (合单): up to fifty orders, paid with one password, all or none (v3.md §4).
//!
//! The client's merchant is the initiator: `combine_mchid` is its, it signs everything, and the cashier opens
//! with `combine_appid`. A combined order is queried and closed here only; its single orders are refunded and
//! shared by the merchants they belong to, by their own `transaction_id`.

mod order;
mod prepay;

use serde::Serialize;
use tongbao_wire::combine::CombinedTransaction;
use tongbao_wire::{Call, H5PrepayAnswer, Mchid, NativePrepayAnswer, OutTradeNo, PrepayAnswer};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;

pub use order::{CombineTerms, SubOrder};
pub use prepay::{AppPrepay, CombinePayer, CombineScene, H5Prepay, H5Scene, JsapiPrepay, NativePrepay};

/// An initiator's calls about combined orders, from [`Client::combine`].
#[derive(Clone, Copy, Debug)]
pub struct Combine<'a>(&'a Client);

impl Client {
    /// Combined orders; this client's merchant initiates them.
    #[must_use]
    pub fn combine(&self) -> Combine<'_> {
        Combine(self)
    }
}

impl Combine<'_> {
    /// Creates a combined order for a mini program or a page in the WeChat browser.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn jsapi_prepay(&self, prepay: &JsapiPrepay) -> Result<PrepayAnswer, CallError> {
        let (mchid, serial) = (self.0.mchid(), prepay.payer.serial());
        self.0.create(Call::CombineJsapiPrepay, prepay.check(mchid), &prepay.body(mchid), serial).await
    }

    /// Creates a combined order for a mobile app. `partnerId` of its cashier is this merchant, as
    /// [`Client::invoke_app`] has it.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn app_prepay(&self, prepay: &AppPrepay) -> Result<PrepayAnswer, CallError> {
        let mchid = self.0.mchid();
        self.0.create(Call::CombineAppPrepay, prepay.check(mchid), &prepay.body(mchid), None).await
    }

    /// Creates a combined order for a browser outside WeChat.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn h5_prepay(&self, prepay: &H5Prepay) -> Result<H5PrepayAnswer, CallError> {
        let mchid = self.0.mchid();
        self.0.create(Call::CombineH5Prepay, prepay.check(mchid), &prepay.body(mchid), None).await
    }

    /// Creates a combined order paid by scanning.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn native_prepay(&self, prepay: &NativePrepay) -> Result<NativePrepayAnswer, CallError> {
        let mchid = self.0.mchid();
        self.0.create(Call::CombineNativePrepay, prepay.check(mchid), &prepay.body(mchid), None).await
    }

    /// Looks a combined order up, with the state of each of its orders.
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when the platform has no such order.
    pub async fn query(&self, combine_out_trade_no: &OutTradeNo) -> Result<CombinedTransaction, CallError> {
        let (member, number) = ("combine_out_trade_no", combine_out_trade_no.as_str());
        let outgoing = Outgoing::to(Call::CombineQuery).part(member, number);
        let of: fn(&CombinedTransaction) -> &str = |read| read.combine_out_trade_no.as_str();
        self.0.answer_about(outgoing, member, number, of).await
    }

    /// Closes a combined order that is not paid. The platform wants every one of its orders named, so the
    /// terms it was created with are given again.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, order: &CombineTerms) -> Result<(), CallError> {
        let call = Call::CombineClose;
        order.check(self.0.mchid()).map_err(CallError::unsendable(call))?;
        let body = Close {
            combine_appid: order.combine_appid.as_str(),
            sub_orders: order.sub_orders.iter().map(ClosedSubOrder::of).collect(),
        };
        let number = order.combine_out_trade_no.as_str();
        self.0.done(Outgoing::to(call).part("combine_out_trade_no", number).json(&body)).await
    }
}

#[derive(Serialize)]
struct Close<'a> {
    combine_appid: &'a str,
    sub_orders: Vec<ClosedSubOrder<'a>>,
}

#[derive(Serialize)]
struct ClosedSubOrder<'a> {
    mchid: &'a Mchid,
    out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a Mchid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<&'a str>,
}

impl<'a> ClosedSubOrder<'a> {
    fn of(order: &'a SubOrder) -> Self {
        Self {
            mchid: &order.mchid,
            out_trade_no: &order.out_trade_no,
            sub_mchid: order.sub_mchid.as_ref(),
            sub_appid: order.sub_appid.as_ref().map(tongbao_wire::Appid::as_str),
        }
    }
}
