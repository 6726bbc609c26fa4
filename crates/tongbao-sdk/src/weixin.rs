//! WeChat login and access tokens (`api.weixin.qq.com`, miniprogram.md §1).

mod error;
mod token;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Openid};
use zeroize::{Zeroize, Zeroizing};

use crate::json;
use crate::outbound::{CallFailure, Outbound};

pub use error::{Reaction, WeixinError, WeixinRefusal};
pub use token::AccessToken;

/// The platform's address for logins and tokens.
pub const WEIXIN_HOST: &str = "https://api.weixin.qq.com";

/// The `AppSecret` of a mini program or service account. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct AppSecret(Arc<Zeroizing<String>>);

/// Text that is not an `AppSecret`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an AppSecret has 1 to 128 letters and digits (32 on 微信公众平台 > 开发管理), but {found} characters were given"
)]
pub struct AppSecretError {
    /// How many characters it has.
    pub found: usize,
}

impl AppSecret {
    /// Checks length and alphabet.
    ///
    /// # Errors
    /// [`AppSecretError`] with the length found.
    pub fn parse(text: &str) -> Result<Self, AppSecretError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !(1..=128).contains(&text.len()) || !plain {
            return Err(AppSecretError { found: text.chars().count() });
        }
        Ok(Self(Arc::new(Zeroizing::new(text.to_owned()))))
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(redacted)")
    }
}

/// Who logged in. The `session_key` that comes with it is dropped at once: payment does not need it
/// (miniprogram.md §1.2).
#[derive(Clone, PartialEq, Eq)]
pub struct LoginSession {
    /// The person, as this appid sees them.
    pub openid: Openid,
    /// The person across all apps of one Open Platform account, if the appid is bound to one.
    pub unionid: Option<String>,
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginSession({})", self.openid.redacted())
    }
}

/// One appid's calls for logins and tokens. Cheap to clone; clones share the cached token.
#[derive(Clone)]
pub struct WeixinClient(Arc<Inner>);

struct Inner {
    appid: Appid,
    secret: AppSecret,
    base_url: String,
    outbound: Arc<dyn Outbound>,
    clock: Clock,
    chance: Chance,
    token: tokio::sync::Mutex<Option<token::Cached>>,
}

impl WeixinClient {
    /// A client for `appid`. `base_url` is [`WEIXIN_HOST`] or a simulator. Nothing is sent yet.
    #[must_use]
    pub fn new(
        appid: Appid,
        secret: AppSecret,
        base_url: &str,
        outbound: Arc<dyn Outbound>,
        clock: Clock,
        chance: Chance,
    ) -> Self {
        Self(Arc::new(Inner {
            appid,
            secret,
            base_url: base_url.trim_end_matches('/').to_owned(),
            outbound,
            clock,
            chance,
            token: tokio::sync::Mutex::default(),
        }))
    }

    /// The mini program or service account.
    #[must_use]
    pub fn appid(&self) -> &Appid {
        &self.0.appid
    }

    /// Exchanges the `code` of `wx.login` for who logged in (code2Session). A code works once, for five
    /// minutes.
    ///
    /// # Errors
    /// [`WeixinError`]; [`WeixinError::reaction`] says what to do.
    pub async fn code_to_session(&self, code: &str) -> Result<LoginSession, WeixinError> {
        let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
        if !(1..=CODE_BYTES_MAX).contains(&code.len()) || !plain {
            return Err(WeixinError::MalformedCode);
        }
        #[derive(Deserialize)]
        struct Session {
            openid: Openid,
            unionid: Option<String>,
        }
        let (appid, secret) = (&self.0.appid, &self.0.secret.0);
        let path = Zeroizing::new(format!(
            "/sns/jscode2session?appid={appid}&secret={}&js_code={code}&grant_type=authorization_code",
            secret.as_str()
        ));
        let session: Session = self.ask(Method::GET, &path, Bytes::new()).await?;
        Ok(LoginSession { openid: session.openid, unionid: session.unionid })
    }

    /// Sends, looks for `errcode` first, then reads the answer; JSON whatever its content type says.
    /// The body is wiped afterwards where nobody else holds it: it carries keys and tokens.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, WeixinError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.0.base_url))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(body).map_err(|_| WeixinError::Address)?;
        let response = self.0.outbound.call(request).await.map_err(|failure| match failure {
            CallFailure::NotSent(source) => WeixinError::NotSent(source),
            CallFailure::Unknown(source) => WeixinError::Unknown(source),
        })?;
        let (head, body) = response.into_parts();
        let read = read(head.status, &body);
        if let Ok(mut unshared) = body.try_into_mut() {
            unshared.zeroize();
        }
        read
    }
}

fn read<T: DeserializeOwned>(status: http::StatusCode, body: &[u8]) -> Result<T, WeixinError> {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        errcode: i64,
        #[serde(default)]
        errmsg: String,
    }
    if !status.is_success() {
        return Err(WeixinError::Status(status.as_u16()));
    }
    let refusal: Refusal = json::decode(body).map_err(WeixinError::Undecodable)?;
    if refusal.errcode != 0 {
        return Err(WeixinError::Refused {
            refusal: WeixinRefusal::from(refusal.errcode),
            errmsg: refusal.errmsg.chars().take(ERRMSG_CHARS_MAX).collect(),
        });
    }
    json::decode(body).map_err(WeixinError::Undecodable)
}

impl fmt::Debug for WeixinClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeixinClient").field("appid", &self.0.appid).finish_non_exhaustive()
    }
}

/// Codes seen have 32 characters.
const CODE_BYTES_MAX: usize = 128;
/// Enough for the sentence and its `rid`.
const ERRMSG_CHARS_MAX: usize = 256;
const AGENT: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"));
