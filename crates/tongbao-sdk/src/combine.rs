//! Combined orders (合单): up to fifty orders, paid with one password, all or none (v3.md §4).
//!
//! The client's merchant is the initiator: `combine_mchid` is its, it signs everything, and the cashier opens
//! with `combine_appid`. A combined order is queried and closed here only; its single orders are refunded and
//! shared by the merchants they belong to, by their own `transaction_id`.

mod order;
mod prepay;

use serde::Serialize;
use tongbao_wire::combine::CombinedTransaction;
use tongbao_wire::{Appid, Call, H5PrepayAnswer, Mchid, NativePrepayAnswer, OutTradeNo, PrepayAnswer};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::unsendable::{Unsendable, UnsendableReason};

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

    /// Closes a combined order that is not paid. The platform wants every one of its orders named, as they
    /// were created.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, order: &CombineNumbers) -> Result<(), CallError> {
        let call = Call::CombineClose;
        let body = Close {
            combine_appid: &order.combine_appid,
            sub_orders: order.sub_orders.iter().map(ClosedSubOrder::of).collect(),
        };
        if body.sub_orders.is_empty() {
            let fault = Unsendable::new("sub_orders", UnsendableReason::Empty);
            return Err(CallError::unsendable(call)(fault));
        }
        let number = order.combine_out_trade_no.as_str();
        self.0.done(Outgoing::to(call).part("combine_out_trade_no", number).json(&body)).await
    }
}

/// The numbers a combined order is closed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombineNumbers {
    /// The initiator's appid.
    pub combine_appid: Appid,
    /// The initiator's number of the whole.
    pub combine_out_trade_no: OutTradeNo,
    /// Every one of its orders.
    pub sub_orders: Vec<SubOrderNumbers>,
}

/// The numbers of one order of a combined order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubOrderNumbers {
    /// Whose order it is; for sub-merchants, the provider.
    pub mchid: Mchid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The sub-merchant.
    pub sub_mchid: Option<Mchid>,
    /// The sub-merchant's appid.
    pub sub_appid: Option<Appid>,
}

impl From<&CombineTerms> for CombineNumbers {
    fn from(terms: &CombineTerms) -> Self {
        let numbers = |order: &SubOrder| SubOrderNumbers {
            mchid: order.mchid.clone(),
            out_trade_no: order.out_trade_no.clone(),
            sub_mchid: order.sub_mchid.clone(),
            sub_appid: order.sub_appid.clone(),
        };
        Self {
            combine_appid: terms.combine_appid.clone(),
            combine_out_trade_no: terms.combine_out_trade_no.clone(),
            sub_orders: terms.sub_orders.iter().map(numbers).collect(),
        }
    }
}

#[derive(Serialize)]
struct Close<'a> {
    combine_appid: &'a Appid,
    sub_orders: Vec<ClosedSubOrder<'a>>,
}

#[derive(Serialize)]
struct ClosedSubOrder<'a> {
    mchid: &'a Mchid,
    out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a Mchid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<&'a Appid>,
}

impl<'a> ClosedSubOrder<'a> {
    fn of(order: &'a SubOrderNumbers) -> Self {
        Self {
            mchid: &order.mchid,
            out_trade_no: &order.out_trade_no,
            sub_mchid: order.sub_mchid.as_ref(),
            sub_appid: order.sub_appid.as_ref(),
        }
    }
}
