//! One appid's calls: sent, `errcode` looked for first, a refused token replaced once.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::weixin::{Reaction, WeixinRefusal};
use tongbao_wire::{Appid, Call};
use zeroize::{Zeroize, Zeroizing};

use super::lending::Lending;
use super::token::AccessToken;
use super::{AppSecret, WeixinError};
use crate::client::outgoing::encoded;
use crate::json;
use crate::outbound::{CallFailure, Outbound};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// The platform's address for logins, tokens, shipping and messages.
pub const WEIXIN_HOST: &str = "https://api.weixin.qq.com";

/// One appid's calls to `api.weixin.qq.com`. Cheap to clone; clones share the cached token and ticket.
///
/// Nothing is repeated by itself, but for a call whose access token WeChat refused: that call did nothing.
#[derive(Clone)]
pub struct WeixinClient(Arc<Inner>);

struct Inner {
    appid: Appid,
    secret: AppSecret,
    base_url: String,
    outbound: Arc<dyn Outbound>,
    clock: Clock,
    chance: Chance,
    token: Lending,
    ticket: Lending,
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
            token: Lending::default(),
            ticket: Lending::default(),
        }))
    }

    /// The mini program or service account.
    #[must_use]
    pub fn appid(&self) -> &Appid {
        &self.0.appid
    }

    pub(super) fn secret(&self) -> &AppSecret {
        &self.0.secret
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn chance(&self) -> &Chance {
        &self.0.chance
    }

    pub(super) fn token(&self) -> &Lending {
        &self.0.token
    }

    pub(super) fn ticket(&self) -> &Lending {
        &self.0.ticket
    }

    /// Asks without an access token.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asking: &Asking) -> Result<T, WeixinError> {
        self.send(asking, None).await
    }

    /// Asks with the access token. When WeChat refuses the token, it is replaced and the same asked once more;
    /// what is refused again is the caller's: another process fetches tokens for this appid
    /// (miniprogram.md §1.4).
    pub(super) async fn ask_with_token<T: DeserializeOwned>(
        &self,
        asking: &Asking,
    ) -> Result<T, WeixinError> {
        let token = self.stable_token().await?;
        let error = match self.send(asking, Some(&token)).await {
            Err(error) if error.reaction() == Reaction::RefreshToken => error,
            settled => return settled,
        };
        tracing::warn!(appid = %self.0.appid, call = asking.call.name(), error = error.code(), "token refused");
        self.forget_token(&token).await;
        let fresh = self.stable_token().await?;
        if fresh == token {
            // WeChat lends out the very token it refuses; asking again with it would change nothing.
            return Err(error);
        }
        self.send(asking, Some(&fresh)).await
    }

    /// The same for calls that answer with nothing but success, which must be said: an answer of something in
    /// between, such as `{}`, is none.
    pub(super) async fn do_with_token(&self, asking: &Asking) -> Result<(), WeixinError> {
        #[derive(Deserialize)]
        struct Done {
            #[serde(rename = "errcode")]
            _errcode: IgnoredAny,
        }
        self.ask_with_token::<Done>(asking).await.map(|_| ())
    }

    /// The body of the answer is wiped afterwards where nobody else holds it: it may carry keys and tokens.
    async fn send<T: DeserializeOwned>(
        &self,
        asking: &Asking,
        token: Option<&AccessToken>,
    ) -> Result<T, WeixinError> {
        let mut request = Request::builder()
            .method(asking.call.method())
            .uri(asking.address(&self.0.base_url, token).as_str())
            .header(ACCEPT, JSON)
            .header(USER_AGENT, AGENT);
        if !asking.body.is_empty() {
            request = request.header(CONTENT_TYPE, JSON);
        }
        let request = request.body(asking.body.clone()).map_err(|_| WeixinError::Address)?;
        if !matches!(request.uri().scheme_str(), Some("http" | "https")) {
            return Err(WeixinError::Address);
        }
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

/// `errcode` first, then the answer; JSON whatever its content type says.
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

/// A request before the access token is filled in. Its address may hold the secret.
pub(super) struct Asking {
    call: Call,
    query: Zeroizing<String>,
    body: Bytes,
}

impl Asking {
    pub(super) fn to(call: Call) -> Self {
        Self { call, query: Zeroizing::new(String::with_capacity(QUERY_BYTES)), body: Bytes::new() }
    }

    /// Adds `name=value` to the query.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        for part in [if self.query.is_empty() { "" } else { "&" }, name, "=", &Zeroizing::new(encoded(value))]
        {
            self.query.push_str(part);
        }
        self
    }

    /// Carries `value` as JSON, in UTF-8 as it is: `\u` escapes have been seen to be shown to payers.
    pub(super) fn json(mut self, value: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(value).expect("requests have text keys only").into();
        self
    }

    fn address(&self, base_url: &str, token: Option<&AccessToken>) -> Zeroizing<String> {
        let mut address = Zeroizing::new(String::with_capacity(ADDRESS_BYTES));
        address.push_str(base_url);
        address.push_str(self.call.path());
        if let Some(token) = token {
            address.push_str("?access_token=");
            address.push_str(&Zeroizing::new(encoded(token.as_str())));
        }
        if !self.query.is_empty() {
            address.push(if token.is_some() { '&' } else { '?' });
            address.push_str(&self.query);
        }
        address
    }
}

/// A page of a mini program, with its query: no leading `/`, which the console's own page paths lack too.
pub(super) fn check_page(member: &'static str, page: &str) -> Result<(), Unsendable> {
    unsendable::text(member, page, PAGE_CHARS_MAX)?;
    if page.starts_with('/') {
        let rule = "must begin with the page's directory, not with /, such as pages/order/detail";
        return Err(Unsendable::new(member, UnsendableReason::Combination(rule)));
    }
    Ok(())
}

const JSON: &str = "application/json";
const AGENT: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"));
/// Enough for the sentence and its `rid`.
const ERRMSG_CHARS_MAX: usize = 256;
/// Ours: a page and a query that carries an order's number.
const PAGE_CHARS_MAX: usize = 1024;
/// Room that a query does not outgrow: growing would leave a copy behind that is not wiped.
const QUERY_BYTES: usize = 1024;
/// The same with the host, and a token of 512 characters.
const ADDRESS_BYTES: usize = 2048;
