//! WeChat Pay and WeChat login as a client: sign, verify, decrypt, call.
//!
//! - [`Client`]: one merchant's calls (create, query, close, refund, certificates), the parameters that
//!   open the cashier, and the reading of notifications.
//! - [`WeixinClient`]: logins of mini programs, and access tokens.
//! - [`Outbound`]: what goes out. [`HttpOutbound`] in production, a simulated network in tests.
//!
//! Nothing is believed without the platform's signature: a notification is a [`Verified`] value, which only
//! verification builds. A [`CallError`] says whether the call may have taken effect
//! ([`CallError::outcome_unknown`]) and how to go on ([`CallError::retry`]).
//!
//! Time and chance are passed in, so that a whole run can be repeated from a seed.
//!
//! # Example
//!
//! In production the keys come from files ([`MerchantKey::from_pem`], [`PlatformKeys::from_public_key`])
//! and the network is [`HttpOutbound`]. Here both sides are stand-ins, so the example runs anywhere.
//!
//! ```
//! use std::sync::Arc;
//!
//! use base64::{Engine, engine::general_purpose::STANDARD};
//! use bytes::Bytes;
//! use tongbao_sdk::{
//!     ApiV3Key, BoxFuture, CallFailure, Client, Hosts, JsapiPrepay, Merchant, Outbound, PlatformKeys, Signer,
//! };
//! use tongbao_wire::seam::{Chance, Clock};
//! use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo};
//!
//! /// A platform that answers every order with a `prepay_id`, signed.
//! struct Platform;
//!
//! impl Outbound for Platform {
//!     fn call(
//!         &self,
//!         request: http::Request<Bytes>,
//!     ) -> BoxFuture<'_, Result<http::Response<Bytes>, CallFailure>> {
//!         assert_eq!(request.uri().path(), "/v3/pay/transactions/jsapi");
//!         let body = r#"{"prepay_id":"wx201410272009395522657a690389285100"}"#;
//!         let timestamp = Clock::system().now().seconds();
//!         let message = format!("{timestamp}\nnonce\n{body}\n");
//!         let signature = Signer::stand_in(b"platform").sign(message.as_bytes()).expect("signs");
//!         let answer = http::Response::builder()
//!             .header("Wechatpay-Serial", "PLATFORM")
//!             .header("Wechatpay-Timestamp", timestamp)
//!             .header("Wechatpay-Nonce", "nonce")
//!             .header("Wechatpay-Signature", STANDARD.encode(signature))
//!             .body(Bytes::from_static(body.as_bytes()))
//!             .expect("a response");
//!         Box::pin(std::future::ready(Ok(answer)))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let merchant = Merchant {
//!     mchid: Mchid::parse("1900007291")?,
//!     serial_no: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB".into(),
//!     signer: Signer::stand_in(b"merchant"),
//!     apiv3_key: ApiV3Key::parse(b"0123456789abcdef0123456789abcdef")?,
//!     apiv3_key_other: None,
//! };
//! let client = Client::new(
//!     merchant,
//!     PlatformKeys::stand_in("PLATFORM", b"platform"),
//!     Hosts::production(),
//!     Arc::new(Platform),
//!     Clock::system(),
//!     Chance::system(),
//! );
//!
//! let appid = Appid::parse("wxd678efh567hg6787")?;
//! let order = JsapiPrepay::new(
//!     appid.clone(),
//!     OutTradeNo::parse("1217752501201407033233368018")?,
//!     "一壶茶",
//!     Fen::new(100),
//!     Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")?,
//!     "https://pay.example.com/notify",
//! );
//! let answer = client.jsapi_prepay(&order).await?;
//! let cashier = client.invoke_mini_program(&appid, &answer.prepay_id)?;
//! assert_eq!(cashier.package, "prepay_id=wx201410272009395522657a690389285100");
//! # Ok(())
//! # }
//! ```

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
