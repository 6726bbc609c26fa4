//! WeChat Pay and WeChat login as a client: sign, verify, decrypt, call.

mod apiv3_key;
mod authorization;
mod call_error;
mod certificate;
mod client;
mod error_code;
mod http_outbound;
mod invoke;
mod json;
mod merchant;
mod merchant_key;
mod notification;
mod outbound;
mod pem;
mod platform_keys;
mod prepay;
mod prepay_detail;
#[cfg(test)]
mod published;
mod refund_request;
mod sealed;
mod signature;
mod signer;
mod unsendable;
mod verified;
pub mod weixin;

pub use apiv3_key::{ApiV3Key, ApiV3KeyError};
pub use call_error::{Call, CallError, CallErrorKind, Retry};
pub use client::{CertificatesRefreshed, Client};
pub use error_code::{Cause, ErrorCode};
pub use http_outbound::{HttpOptions, HttpOutbound, HttpOutboundError};
pub use invoke::{BridgeInvoke, RequestPayment};
pub use json::Misfit;
pub use merchant::{Hosts, Merchant};
pub use merchant_key::{MerchantKey, MerchantKeyError};
pub use notification::{Notification, NotificationRefused, Plaintext};
pub use outbound::{BoxError, BoxFuture, CallFailure, Outbound};
pub use pem::PemError;
pub use platform_keys::{PlatformKeyError, PlatformKeys};
pub use prepay::JsapiPrepay;
pub use prepay_detail::{
    GoodsDetail, IdentityType, LimitPay, OrderDetail, PayerIdentity, SceneInfo, StoreInfo, SubsidyDetail,
    SubsidyInfo, SubsidyPeriodType, SubsidyPlan,
};
pub use refund_request::{
    Cny, FundsAccount, RefundFrom, RefundRequest, RefundRequestAmount, RefundedGoods, RefundedPayment,
};
pub use sealed::{SealError, Sealed};
pub use signature::SignatureFault;
pub use signer::{SignError, Signer, Verifier};
pub use unsendable::{Unsendable, UnsendableReason};
pub use verified::Verified;
pub use weixin::{AccessToken, AppSecret, LoginSession, Reaction, WeixinClient, WeixinError, WeixinRefusal};
