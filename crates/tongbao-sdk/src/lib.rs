//! WeChat Pay and WeChat login as a client: sign, verify, decrypt, call.
//!
//! - [`Client`]: one merchant's calls of APIv3: orders of every scene, queries, closing, refunds, the
//!   parameters that open each cashier, and the reading of notifications. Calls that belong together hang on
//!   a handle: [`partner`], [`combine`], [`bill`], [`profit_sharing`], [`transfer`], [`complaint`],
//!   [`onboarding`], [`media`]. [`Client::call`] makes any other.
//! - [`bill`]: bills read row by row, typed, in constant memory.
//! - [`v2`]: the same for APIv2.
//! - [`weixin`]: logins, tokens and tickets, order shipping, subscribe messages, message push.
//! - [`Outbound`]: what goes out. [`HttpOutbound`] in production, a simulated network in tests.
//!
//! Nothing is believed without the platform's signature: a notification is a [`Verified`] value, which only
//! verification builds. A [`CallError`] says whether the call may have taken effect
//! ([`CallError::outcome_unknown`]), how to go on ([`CallError::retry`]), and what it means and how to mend it
//! in Chinese and English ([`CallError::explanation`]). What is repeated by itself is for a [`RetryPolicy`] to
//! say; refunds, charges and transfers never are.
//!
//! Time and chance are passed in, so that a whole run can be repeated from a seed.
//!
//! References such as `v3.md §2.1` in the documentation name the section of the protocol's facts that a rule
//! comes from.
//!
//! # Features
//!
//! `client` (default): the clients and HTTPS. `v2` (default): APIv2. `sm`: SM2 with SM3, SM4-GCM. Without any,
//! keys, signatures, notifications, bills and message push remain.
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
//!     ApiV3Key, BoxFuture, CallFailure, Client, Hosts, JsapiPrepay, Merchant, OrderTerms, Outbound,
//!     PlatformKeys, Signer,
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
//! let merchant = Merchant::stand_in(
//!     Mchid::parse("1900007291")?,
//!     "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
//!     b"merchant",
//!     ApiV3Key::parse(b"0123456789abcdef0123456789abcdef")?,
//! );
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
//! let order = OrderTerms::new(
//!     OutTradeNo::parse("1217752501201407033233368018")?,
//!     "一壶茶",
//!     Fen::new(100),
//! );
//! let openid = Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")?;
//! let order = JsapiPrepay::new(appid.clone(), order, openid, "https://pay.example.com/notify");
//! let answer = client.jsapi_prepay(&order).await?;
//! let cashier = client.invoke_mini_program(&appid, &answer.prepay_id)?;
//! assert_eq!(cashier.package, "prepay_id=wx201410272009395522657a690389285100");
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    not(all(feature = "client", feature = "v2")),
    allow(rustdoc::broken_intra_doc_links, reason = "documentation names what a feature adds")
)]

#[cfg(feature = "client")]
mod abnormal_refund;
mod apiv3_key;
#[cfg(feature = "client")]
mod authorization;
pub mod bill;
#[cfg(feature = "client")]
mod call_error;
mod certificate;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod client_identity;
#[cfg(feature = "client")]
mod code_pay;
#[cfg(feature = "client")]
pub mod combine;
#[cfg(feature = "client")]
pub mod complaint;
mod explained;
#[cfg(feature = "client")]
mod http_outbound;
mod invoke;
mod json;
#[cfg(feature = "client")]
pub mod media;
mod merchant;
mod merchant_key;
mod notification;
#[cfg(feature = "client")]
pub mod onboarding;
#[cfg(feature = "client")]
mod order_body;
#[cfg(feature = "client")]
mod order_terms;
#[cfg(feature = "client")]
mod outbound;
#[cfg(feature = "client")]
pub mod partner;
mod pem;
mod percent;
mod pkcs12;
mod platform_keys;
#[cfg(feature = "client")]
mod prepay;
#[cfg(feature = "client")]
mod prepay_detail;
#[cfg(feature = "client")]
pub mod profit_sharing;
#[cfg(test)]
mod published;
#[cfg(feature = "client")]
mod refund_request;
#[cfg(feature = "client")]
mod retry_policy;
mod sealed;
mod signature;
mod signer;
#[cfg(feature = "sm")]
mod sm;
#[cfg(feature = "client")]
pub mod transfer;
mod unsealer;
#[cfg(feature = "client")]
mod unsendable;
#[cfg(feature = "v2")]
pub mod v2;
mod verified;
pub mod weixin;

#[cfg(feature = "client")]
pub use abnormal_refund::{AbnormalRefundRequest, AbnormalRefundTo};
pub use apiv3_key::{ApiV3Key, ApiV3KeyError};
#[cfg(feature = "client")]
pub use call_error::{CallError, CallErrorKind};
#[cfg(feature = "client")]
pub use client::{CertificatesRefreshed, Client, EchoRequest, SignedAnswer, SignedCall};
#[cfg(feature = "client")]
pub use client_identity::ClientIdentity;
#[cfg(feature = "client")]
pub use code_pay::{CodePay, CodePayOutcome, CodePayScene, CodePayStore};
#[cfg(feature = "client")]
pub use http_outbound::{HttpOptions, HttpOutbound, HttpOutboundError};
pub use invoke::{AppInvoke, BridgeInvoke, ChooseWxPay, Package, RequestPayment, h5_address};
pub use json::Misfit;
pub use merchant::{Hosts, Merchant};
pub use merchant_key::{MerchantKey, MerchantKeyError};
pub use notification::{Content, Notification, NotificationRefused, Plaintext};
#[cfg(feature = "client")]
pub use order_terms::{CashierTerms, OrderTerms};
#[cfg(feature = "client")]
pub use outbound::{Body, BoxError, BoxFuture, CallFailure, Chunks, Outbound};
pub use pem::PemError;
pub use pkcs12::Pkcs12Error;
pub use platform_keys::{PlatformKeyError, PlatformKeys};
#[cfg(feature = "client")]
pub use prepay::{AppPrepay, H5Prepay, JsapiPrepay, NativePrepay};
#[cfg(feature = "client")]
pub use prepay_detail::{
    GoodsDetail, H5Info, H5SceneInfo, H5Type, IdentityType, LimitPay, OrderDetail, PayerIdentity, SceneInfo,
    StoreInfo, SubsidyDetail, SubsidyInfo, SubsidyPeriodType, SubsidyPlan,
};
#[cfg(feature = "client")]
pub use refund_request::{
    Cny, FundsAccount, RefundFrom, RefundFromAccount, RefundRequest, RefundRequestAmount, RefundedGoods,
    RefundedPayment,
};
#[cfg(feature = "client")]
pub use retry_policy::{Failover, Pause, RetryPolicy};
pub use sealed::{SealError, Sealed};
pub use signature::SignatureFault;
pub use signer::{SignError, Signer, Verifier};
pub use tongbao_wire::{Call, Cause, ErrorCode, Explanation, Repetition, Retry, Text};
pub use unsealer::{UnsealError, Unsealed, Unsealer};
#[cfg(feature = "client")]
pub use unsendable::{Unsendable, UnsendableReason};
pub use verified::Verified;
#[cfg(feature = "client")]
pub use weixin::{AccessToken, AppSecret, LoginSession, WeixinClient, WeixinError};
pub use weixin::{Reaction, WeixinRefusal};
