//! `api.weixin.qq.com`: logins, tokens, shipping and messages (miniprogram.md §1, §4, §5).
//!
//! - [`WeixinClient`]: one appid's calls. Those that need an access token fetch, keep and replace it themselves.
//! - [`shipping`]: order shipping management (发货信息管理), without which the money of an order stays frozen.
//! - [`subscribe`]: subscribe messages (订阅消息). [`oauth`]: logins of pages (网页授权).
//! - [`push`]: messages WeChat pushes (消息推送). [`js_sdk`]: `wx.config`. [`SessionKey`]: what a login's key is
//!   for. These three call nobody, and are there without the feature `client`.
//!
//! A [`WeixinRefusal`] says why WeChat refused, what to do ([`Reaction`]) and, for people, where to click.

#[cfg(feature = "client")]
mod app_secret;
#[cfg(feature = "client")]
mod client;
mod digest;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod identity;
pub mod js_sdk;
#[cfg(feature = "client")]
mod lending;
#[cfg(feature = "client")]
pub mod oauth;
pub mod push;
mod secret_text;
mod session_key;
#[cfg(feature = "client")]
pub mod shipping;
#[cfg(feature = "client")]
pub mod subscribe;
#[cfg(feature = "client")]
mod ticket;
#[cfg(feature = "client")]
mod token;

#[cfg(feature = "client")]
pub use app_secret::{AppSecret, AppSecretError};
#[cfg(feature = "client")]
pub use client::{WEIXIN_HOST, WeixinClient};
#[cfg(feature = "client")]
pub use error::WeixinError;
#[cfg(feature = "client")]
pub use identity::LoginSession;
pub use session_key::{EncryptedData, SessionKey, SessionKeyError, UserDataRefused};
#[cfg(feature = "client")]
pub use token::AccessToken;
pub use tongbao_wire::weixin::{Reaction, WeixinRefusal};
