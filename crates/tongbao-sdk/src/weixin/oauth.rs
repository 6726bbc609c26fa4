//! Logins of pages in WeChat's browser (网页授权, OAuth2): the openid that a JSAPI payment needs
//! (miniprogram.md §1.5).
//!
//! Send the browser to [`WeixinClient::authorize_address`]; it comes back with a `code` and your `state`. Compare
//! the state with the browser's session, then [`WeixinClient::oauth_token`]. Keep the openid in the session:
//! never let the page name who pays.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use tongbao_wire::{Call, Openid};

use super::client::Asking;
use super::identity::{check_code, told};
use super::secret_text::SecretText;
use super::{WeixinClient, WeixinError};
use crate::client::outgoing::encoded;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// The host of the page that authorises.
pub const OPEN_HOST: &str = "https://open.weixin.qq.com";

/// Where the browser comes back to, and with what.
#[derive(Clone, Debug)]
pub struct Authorize<'a> {
    /// Absolute; its domain is exactly the one set at 微信公众平台 > 网页授权域名.
    pub redirect_uri: &'a str,
    /// What is asked for.
    pub scope: Scope,
    /// Comes back unchanged: 1 to 128 letters and digits, by chance, kept in the browser's session, so that
    /// nobody is logged in by a link made by somebody else.
    pub state: &'a str,
}

/// What a page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Who it is, without asking the person. Enough to pay.
    SnsapiBase,
    /// Name and picture too, if the person agrees.
    SnsapiUserinfo,
}

impl Scope {
    /// The word in the address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SnsapiBase => "snsapi_base",
            Self::SnsapiUserinfo => "snsapi_userinfo",
        }
    }
}

/// Who opened a page.
#[derive(Clone, PartialEq, Eq)]
pub struct PageLogin {
    /// The person, as this service account sees them.
    pub openid: Openid,
    /// The person across all apps of one Open Platform account, if WeChat tells.
    pub unionid: Option<String>,
    /// What was granted.
    pub scope: String,
    /// An account made up for a page that only shows a snapshot (快照页): it cannot pay. Ask the person to open
    /// the whole page.
    pub is_snapshot_user: bool,
    /// For WeChat's calls about this person; unrelated to the account's own token.
    pub access_token: PageToken,
    /// How long that token lives.
    pub expires_in: Duration,
    /// For another such token.
    pub refresh_token: PageToken,
}

impl fmt::Debug for PageLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageLogin")
            .field("openid", &self.openid.redacted())
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// A token of one person's page login. Wiped when the last clone is dropped, never printed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PageToken(SecretText);

impl PageToken {
    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Authorize<'_> {
    fn check(&self) -> Result<(), Unsendable> {
        let whole = self.redirect_uri;
        // Unlike an address of notifications, it may have a query.
        let (before_query, _) = whole.split_once('?').unwrap_or((whole, ""));
        unsendable::address("redirect_uri", before_query, REDIRECT_CHARS_MAX)?;
        unsendable::text("redirect_uri", whole, REDIRECT_CHARS_MAX)?;
        let refuse = |member, rule| Err(Unsendable::new(member, UnsendableReason::Combination(rule)));
        if !whole.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            let rule = "must be percent-encoded, and without a #fragment, which WeChat would cut off";
            return refuse("redirect_uri", rule);
        }
        unsendable::text("state", self.state, STATE_CHARS_MAX)?;
        if !self.state.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return refuse("state", "must be letters and digits");
        }
        Ok(())
    }
}

impl WeixinClient {
    /// Where to send the browser. The order of its parts and its fragment matter to WeChat.
    ///
    /// # Errors
    /// [`Unsendable`] naming the member.
    pub fn authorize_address(&self, authorize: &Authorize<'_>) -> Result<String, Unsendable> {
        authorize.check()?;
        Ok(format!(
            "{OPEN_HOST}/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code&scope={}&state={}#wechat_redirect",
            self.appid(),
            encoded(authorize.redirect_uri),
            authorize.scope.as_str(),
            authorize.state,
        ))
    }

    /// Exchanges the `code` a browser came back with for who opened the page. A code works once, for five
    /// minutes.
    ///
    /// # Errors
    /// [`WeixinError`]; for [`Reaction::NewLogin`](super::Reaction::NewLogin) send the browser to the authorise
    /// address again.
    pub async fn oauth_token(&self, code: &str) -> Result<PageLogin, WeixinError> {
        #[derive(Deserialize)]
        struct Answer {
            openid: Openid,
            unionid: Option<String>,
            #[serde(default)]
            scope: String,
            #[serde(default)]
            is_snapshotuser: u8,
            access_token: PageToken,
            expires_in: u32,
            refresh_token: PageToken,
        }
        check_code(code)?;
        let asking = Asking::to(Call::OauthToken)
            .query("appid", self.appid().as_str())
            .query("secret", self.secret().as_str())
            .query("code", code)
            .query("grant_type", "authorization_code");
        let answer: Answer = self.ask(&asking).await?;
        Ok(PageLogin {
            openid: answer.openid,
            unionid: told(answer.unionid),
            scope: answer.scope,
            is_snapshot_user: answer.is_snapshotuser == 1,
            access_token: answer.access_token,
            expires_in: Duration::from_secs(answer.expires_in.into()),
            refresh_token: answer.refresh_token,
        })
    }
}

/// Ours: longer addresses do not survive every browser.
const REDIRECT_CHARS_MAX: usize = 1024;
/// miniprogram.md §1.5.
const STATE_CHARS_MAX: usize = 128;
