//! Who logged in (miniprogram.md §1.1 to §1.3).

use std::fmt;

use serde::Deserialize;
use tongbao_wire::weixin::WeixinRefusal;
use tongbao_wire::{Call, Openid};

use super::client::Asking;
use super::shipping::OrderKey;
use super::{SessionKey, WeixinClient, WeixinError};
use crate::json::Misfit;

/// Who logged in. The session key that comes with it is dropped at once: payment does not need it
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

impl WeixinClient {
    /// Exchanges the `code` of `wx.login` for who logged in (code2Session). A code works once, for five
    /// minutes.
    ///
    /// # Errors
    /// [`WeixinError`]; [`WeixinError::reaction`] says what to do.
    pub async fn code_to_session(&self, code: &str) -> Result<LoginSession, WeixinError> {
        #[derive(Deserialize)]
        struct Session {
            openid: Openid,
            unionid: Option<String>,
        }
        let session: Session = self.ask(&self.exchange_of(code)?).await?;
        Ok(LoginSession { openid: session.openid, unionid: told(session.unionid) })
    }

    /// The same, with the session key, for those who read what WeChat encrypts for them
    /// ([`SessionKey::open`]). Keep it on the server; the next login may replace it.
    ///
    /// # Errors
    /// [`WeixinError`], as for [`WeixinClient::code_to_session`].
    pub async fn code_to_session_with_key(
        &self,
        code: &str,
    ) -> Result<(LoginSession, SessionKey), WeixinError> {
        #[derive(Deserialize)]
        struct Session {
            openid: Openid,
            unionid: Option<String>,
            session_key: SessionKey,
        }
        let session: Session = self.ask(&self.exchange_of(code)?).await?;
        let person = LoginSession { openid: session.openid, unionid: told(session.unionid) };
        Ok((person, session.session_key))
    }

    fn exchange_of(&self, code: &str) -> Result<Asking, WeixinError> {
        check_code(code)?;
        Ok(Asking::to(Call::CodeToSession)
            .query("appid", self.appid().as_str())
            .query("secret", self.secret().as_str())
            .query("js_code", code)
            .query("grant_type", "authorization_code"))
    }

    /// Asks whether `key` is still that of the person's latest login.
    ///
    /// # Errors
    /// [`WeixinError`]. A key that is not is `Ok(false)`: log in again.
    pub async fn check_session(&self, openid: &Openid, key: &SessionKey) -> Result<bool, WeixinError> {
        match self.do_with_token(&proving(Call::CheckSession, openid, key)).await {
            Ok(()) => Ok(true),
            Err(error) if error.refusal() == Some(WeixinRefusal::InvalidSessionSignature) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Has the session key of a person replaced, for instance when it may have leaked.
    ///
    /// # Errors
    /// [`WeixinError`]. Where its outcome is unknown, the old key may be void: log in again.
    pub async fn reset_session_key(
        &self,
        openid: &Openid,
        key: &SessionKey,
    ) -> Result<SessionKey, WeixinError> {
        #[derive(Deserialize)]
        struct Session {
            session_key: SessionKey,
        }
        let asking = proving(Call::ResetSessionKey, openid, key);
        let session: Session = self.ask_with_token(&asking).await?;
        Ok(session.session_key)
    }

    /// The unionid of somebody who just paid, whether or not they ever logged in. WeChat tells for about five
    /// minutes after the payment (recalled, not published with certainty).
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn paid_unionid(&self, openid: &Openid, payment: &OrderKey) -> Result<String, WeixinError> {
        #[derive(Deserialize)]
        struct Answer {
            unionid: String,
        }
        let asking = Asking::to(Call::PaidUnionid).query("openid", openid.as_str());
        let asking = match payment {
            OrderKey::TransactionId(transaction_id) => {
                asking.query("transaction_id", transaction_id.as_str())
            }
            OrderKey::OutTradeNo { mchid, out_trade_no } => {
                asking.query("mch_id", mchid.as_str()).query("out_trade_no", out_trade_no.as_str())
            }
        };
        let answer: Answer = self.ask_with_token(&asking).await?;
        told(Some(answer.unionid)).ok_or_else(|| {
            WeixinError::Undecodable(Misfit { member: "unionid".into(), reason: "is empty".into() })
        })
    }
}

/// A request that proves that we hold the key, without showing it.
fn proving(call: Call, openid: &Openid, key: &SessionKey) -> Asking {
    Asking::to(call)
        .query("openid", openid.as_str())
        .query("signature", &key.signature())
        .query("sig_method", "hmac_sha256")
}

/// A unionid that is one: an empty text is nobody, and must not make everybody the same person.
pub(super) fn told(unionid: Option<String>) -> Option<String> {
    unionid.filter(|unionid| !unionid.is_empty())
}

/// A code that WeChat can have given, to a mini program or to a page.
pub(super) fn check_code(code: &str) -> Result<(), WeixinError> {
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    if (1..=CODE_BYTES_MAX).contains(&code.len()) && plain { Ok(()) } else { Err(WeixinError::MalformedCode) }
}

/// Codes seen have 32 characters.
const CODE_BYTES_MAX: usize = 128;
