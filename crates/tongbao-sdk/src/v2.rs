//! WeChat Pay `APIv2`: XML, MD5 and HMAC-SHA256 (v2.md).
//!
//! - [`Merchant`]: the key and how it signs; opens notifications.
//! - [`Client`]: the calls, and what opens the cashier. [`Client::pay_by_code`] sees a payment code to its end.
//! - [`Fields`]: the XML, as little of it as the platform writes.
//!
//! `APIv3` is for everything new but payment codes. Orders of the one can be looked up and refunded with the
//! other: [`Order::to_transaction`] says the same in the words of `APIv3`.

#[cfg(feature = "client")]
mod bill;
#[cfg(feature = "client")]
mod call_error;
#[cfg(feature = "client")]
mod client;
mod envelope;
mod fields;
#[cfg(feature = "client")]
mod invoke;
mod merchant;
#[cfg(feature = "client")]
mod micropay;
mod notification;
#[cfg(feature = "client")]
mod order_options;
#[cfg(feature = "client")]
mod order_query;
mod payment;
#[cfg(feature = "client")]
mod product;
mod refund;
#[cfg(feature = "client")]
mod refund_request;
#[cfg(feature = "client")]
mod report;
#[cfg(feature = "client")]
mod sandbox;
mod sign;
mod text;
mod to_v3;
#[cfg(feature = "client")]
mod tools;
#[cfg(feature = "client")]
mod unified_order;
mod xml;
mod xml_error;

#[cfg(feature = "client")]
pub use bill::{Downloaded, FundAccount, FundFlowRequest, TradeBillRequest, TradeBillType};
#[cfg(feature = "client")]
pub use call_error::{CallError, CallErrorKind};
#[cfg(feature = "client")]
pub use client::{Client, SignedCall};
pub use fields::Fields;
#[cfg(feature = "client")]
pub use invoke::{AppPay, SendBizRedPacket};
pub use merchant::{Merchant, Party, Role, SubMerchant};
#[cfg(feature = "client")]
pub use micropay::{
    Charged, Micropay, MicropayCourse, MicropayEnd, MicropayRules, Queried, Reversed, Step, Verdict,
};
pub use notification::{
    Expected, NotificationRefused, PaymentNotice, REPLY_SUCCESS, Unconfirmed, reply_failure,
};
#[cfg(feature = "client")]
pub use order_options::{Goods, GoodsDetail, Identity, OrderOptions};
#[cfg(feature = "client")]
pub use order_query::{OrderNumber, Reversal};
pub use payment::{Coupon, Order, Payment};
#[cfg(feature = "client")]
pub use product::ProductScanned;
pub use refund::{Refund, RefundAccepted, RefundNotice, RefundedCoupon, Refunds};
#[cfg(feature = "client")]
pub use refund_request::{RefundAccount, RefundNumber, RefundQuery, RefundRequest, RefundedGoods};
#[cfg(feature = "client")]
pub use report::{CallReport, MicropayReport, ReportedOutcome, ReportedState, ReportedTrade};
#[cfg(feature = "client")]
pub use sandbox::NegativeTest;
pub use sign::{ApiV2Key, ApiV2KeyError, SignFault, SignType};
pub use text::{refund_status, refund_word};
#[cfg(feature = "client")]
pub use tools::CodeHolder;
#[cfg(feature = "client")]
pub use unified_order::{H5Info, OrderPayer, Scene, UnifiedOrder, UnifiedOrderAnswer};
pub use xml_error::XmlError;
