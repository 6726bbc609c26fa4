//! Message push (消息推送): what WeChat tells a mini program's server (miniprogram.md §5.1, §5.2).
//!
//! A [`PushReceiver`] answers the console's check of the address ([`PushReceiver::echo`]) and opens messages
//! ([`PushReceiver::open`]); a [`PlainPushReceiver`] reads those that nobody signs. Answer [`REPLY_SUCCESS`]
//! within five seconds, after the message is written down; WeChat sends it again otherwise, so tell repetitions by
//! [`Push::key`]. Payments are never told this way.

mod cipher;
mod message;
mod plain;
mod refused;
mod xml;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tongbao_wire::weixin::PushHead;
use tongbao_wire::{Appid, Timestamp};

use super::digest;
use super::secret_text::SecretText;
use crate::json;
use crate::notification::Plaintext;
use crate::verified::Verified;

pub use cipher::{EncodingAesKey, EncodingAesKeyError};
pub use message::{Push, PushContent};
pub use plain::PlainPushReceiver;
pub use refused::PushRefused;

/// What tells WeChat that a message arrived, in every mode.
pub const REPLY_SUCCESS: &str = "success";

/// Receives encrypted messages (安全模式, 兼容模式) to one mini program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PushReceiver {
    appid: Appid,
    token: PushToken,
    key: EncodingAesKey,
}

/// The token set at 微信公众平台 > 开发管理 > 消息推送 > Token. Wiped when dropped, never printed.
#[derive(Clone, Debug)]
pub struct PushToken(SecretText);

/// Text that is not such a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token of message push has 3 to 32 letters and digits, but {found} characters were given")]
pub struct PushTokenError {
    /// How many characters it has.
    pub found: usize,
}

impl PushToken {
    /// Checks length and alphabet (recalled, not published with certainty).
    ///
    /// # Errors
    /// [`PushTokenError`] with the length found.
    pub fn parse(text: &str) -> Result<Self, PushTokenError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if (3..=32).contains(&text.len()) && plain {
            Ok(Self(SecretText::new(text)))
        } else {
            Err(PushTokenError { found: text.chars().count() })
        }
    }

    fn echo<'a>(&self, query: &'a PushQuery) -> Result<&'a str, PushRefused> {
        self.check_signature(query)?;
        if query.echostr.is_empty() {
            return Err(PushRefused::MissingParameter("echostr"));
        }
        Ok(&query.echostr)
    }

    fn check_signature(&self, query: &PushQuery) -> Result<(), PushRefused> {
        if query.signature.is_empty() {
            return Err(PushRefused::MissingParameter("signature"));
        }
        self.compare(&query.signature, [&query.timestamp, &query.nonce])
    }

    /// SHA-1 of the token and `parts`, sorted by bytes.
    fn compare<const N: usize>(&self, given: &str, parts: [&str; N]) -> Result<(), PushRefused> {
        let mut sorted = vec![self.0.as_str()];
        sorted.extend(parts);
        sorted.sort_unstable();
        if digest::same(&digest::sha1(&sorted), given) { Ok(()) } else { Err(PushRefused::BadSignature) }
    }
}

/// The query that WeChat calls with, decoded. What is absent is empty.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PushQuery {
    /// Signs token, time and nonce; not the body.
    pub signature: String,
    /// Seconds since 1970.
    pub timestamp: String,
    /// Chance.
    pub nonce: String,
    /// Signs the encrypted body too.
    pub msg_signature: String,
    /// What to answer, when the console checks the address.
    pub echostr: String,
}

/// Signatures are not printed.
impl fmt::Debug for PushQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushQuery")
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}

impl PushReceiver {
    /// A receiver of what is called with `token` and encrypted with `key`. Of a message in both forms only the
    /// encrypted one, which is signed, is believed; a plain one alone is refused.
    #[must_use]
    pub fn encrypted(appid: Appid, token: PushToken, key: EncodingAesKey) -> Self {
        Self { appid, token, key }
    }

    /// What to answer when the console checks the address: the query's `echostr`, if WeChat asks. Answer it as
    /// `text/plain`: it is not signed, so whoever has seen one call can have anything answered.
    ///
    /// # Errors
    /// [`PushRefused`]; answer 403.
    pub fn echo<'a>(&self, query: &'a PushQuery) -> Result<&'a str, PushRefused> {
        self.token.echo(query)
    }

    /// Verifies, decrypts and reads a message. `body` is the raw body, JSON or XML.
    ///
    /// # Errors
    /// [`PushRefused`]; answer 403, so that WeChat sends again.
    pub fn open(
        &self,
        query: &PushQuery,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Verified<Push>, PushRefused> {
        check_size(body)?;
        check_time(query, now)?;
        let message = self.decrypt(query, body)?;
        let json = json_of(&message)?;
        read(&message, &json).map(Verified::vouch)
    }

    /// `msg_signature` covers all that `signature` does, and the message.
    fn decrypt(&self, query: &PushQuery, body: &[u8]) -> Result<Vec<u8>, PushRefused> {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(default, rename = "Encrypt")]
            encrypt: Option<String>,
        }
        let envelope: Envelope = decode(&json_of(body)?)?;
        let encrypted = envelope.encrypt.ok_or(PushRefused::NotEncrypted)?;
        if query.msg_signature.is_empty() {
            return Err(PushRefused::MissingParameter("msg_signature"));
        }
        self.token.compare(&query.msg_signature, [&query.timestamp, &query.nonce, &encrypted])?;
        let (message, appid) = self.key.open(&encrypted).ok_or(PushRefused::CannotDecrypt)?;
        if appid != self.appid.as_str() {
            let appid = appid.chars().take(APPID_CHARS_SHOWN).collect();
            return Err(PushRefused::OtherAppid { appid });
        }
        Ok(message)
    }
}

fn check_size(body: &[u8]) -> Result<(), PushRefused> {
    if body.len() > PUSH_BYTES_MAX {
        return Err(PushRefused::TooLarge { bytes: body.len() });
    }
    Ok(())
}

/// What was signed long ago is a repetition by somebody else.
fn check_time(query: &PushQuery, now: Timestamp) -> Result<(), PushRefused> {
    let at: i64 = query.timestamp.parse().map_err(|_| PushRefused::MissingParameter("timestamp"))?;
    let seconds = now.seconds().saturating_sub(at);
    if (-STALE_SECONDS..=STALE_SECONDS).contains(&seconds) {
        Ok(())
    } else {
        Err(PushRefused::Stale { seconds })
    }
}

/// The message as JSON, which XML is made into.
fn json_of(message: &[u8]) -> Result<Cow<'_, [u8]>, PushRefused> {
    if message.trim_ascii_start().first() != Some(&b'<') {
        return Ok(Cow::Borrowed(message));
    }
    let members = xml::members(message)
        .map_err(|reason| PushRefused::NotAMessage { member: ".".into(), reason: reason.into() })?;
    Ok(Cow::Owned(serde_json::to_vec(&members).expect("a map of texts is JSON")))
}

fn is_encrypted(json: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "Encrypt")]
        _encrypt: IgnoredAny,
        #[serde(default, rename = "MsgType")]
        msg_type: Option<IgnoredAny>,
    }
    json::decode::<Envelope>(json).is_ok_and(|envelope| envelope.msg_type.is_none())
}

fn read(message: &[u8], json: &[u8]) -> Result<Push, PushRefused> {
    let head: PushHead = decode(json)?;
    let event = if head.msg_type == "event" { head.event.as_deref() } else { None };
    let content = match event {
        Some("trade_manage_remind_access_api") => PushContent::RemindAccessApi(decode(json)?),
        Some("trade_manage_remind_shipping") => PushContent::RemindShipping(decode(json)?),
        Some("trade_manage_order_settlement") => PushContent::OrderSettlement(decode(json)?),
        Some("wxa_trade_controlled") => PushContent::TradeControlled(decode(json)?),
        Some(_) | None => PushContent::Other(Plaintext::kept(message.to_vec())),
    };
    Ok(Push { head, content })
}

fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, PushRefused> {
    json::decode(json).map_err(|json::Misfit { member, reason }| PushRefused::NotAMessage { member, reason })
}

/// How far the time of a call may be from ours, in seconds. Ours: WeChat sends again within seconds, and says
/// nothing of how long a signature is good.
pub const STALE_SECONDS: i64 = 300;
/// Messages have a few hundred bytes; what a person writes at most a few thousand.
const PUSH_BYTES_MAX: usize = 64 * 1024;
/// An appid has 18.
const APPID_CHARS_SHOWN: usize = 32;
