//! Message push (消息推送): events told to the address a mini program set, in plain text or encrypted
//! (miniprogram.md §5.1, §5.2).

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use bytes::Bytes;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use http::{Request, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha1::{Digest as _, Sha1};
use tongbao_wire::Timestamp;
use tongbao_wire::{Appid, OutTradeNo};

use crate::Simulator;
use crate::crypto::sha256_hex;
use crate::faults::Forgery;
use crate::notice::{NewNotice, Notice, Tongue, event_id};
use crate::notifier::tampered;
use crate::payer;
use crate::platform::{Platform, STALE_SECONDS};
use crate::settings::DIGITS;
use crate::state::State;

/// Where and how an app wants messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushSettings {
    pub(crate) url: String,
    /// 3 to 32 letters and digits.
    pub(crate) token: String,
    /// 43 letters and digits; the modes that encrypt need it.
    #[serde(default)]
    pub(crate) encoding_aes_key: Option<String>,
    #[serde(default)]
    pub(crate) mode: PushMode,
    #[serde(default)]
    pub(crate) format: PushFormat,
}

/// How much of a message is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PushMode {
    /// 明文.
    #[default]
    Plain,
    /// 兼容: both.
    Compatible,
    /// 安全.
    Secure,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PushFormat {
    #[default]
    Json,
    Xml,
}

/// Something a mini program is told of.
pub(crate) struct PushEvent {
    pub(crate) appid: Appid,
    pub(crate) event: &'static str,
    /// Its own members, after the usual ones.
    pub(crate) members: Map<String, Value>,
}

/// Why settings are not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PushRefused {
    /// Which member is not as it must be.
    Setting(&'static str),
    /// The address did not answer the probe as it must (Token校验失败).
    Probe(String),
}

impl PushSettings {
    pub(crate) fn check(&self) -> Result<(), PushRefused> {
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let address = self.url.parse::<http::Uri>().ok().filter(|url| url.host().is_some());
        if address.is_none_or(|url| !matches!(url.scheme_str(), Some("http" | "https"))) {
            return Err(PushRefused::Setting("url is an http or https address"));
        }
        if !(3..=32).contains(&self.token.len()) || !letters(&self.token) {
            return Err(PushRefused::Setting("token has 3 to 32 letters and digits"));
        }
        let encrypts = self.mode != PushMode::Plain;
        match &self.encoding_aes_key {
            None if encrypts => Err(PushRefused::Setting("this mode needs encoding_aes_key")),
            Some(key) if key.len() != 43 || !letters(key) || key_of(key).is_none() => {
                Err(PushRefused::Setting("encoding_aes_key has 43 letters and digits"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The key behind 43 characters: the last one has bits to spare, which nobody looks at.
fn key_of(encoding_aes_key: &str) -> Option<[u8; 32]> {
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, lenient);
    engine.decode(format!("{encoding_aes_key}=")).ok()?.try_into().ok()
}

/// Lower-case SHA-1 of what is sorted and joined.
fn signature(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    Sha1::digest(parts.concat().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes, length, message and appid, padded to blocks of 32.
fn encrypt(key: &[u8; 32], random: &[u8; 16], message: &str, appid: &str) -> String {
    let length = u32::try_from(message.len()).expect("messages are small").to_be_bytes();
    let mut plain = [&random[..], &length, message.as_bytes(), appid.as_bytes()].concat();
    let padding = BLOCK - plain.len() % BLOCK;
    plain.resize(plain.len() + padding, u8::try_from(padding).expect("at most 32"));
    let start: [u8; 16] = key[..16].try_into().expect("sixteen of 32");
    let cipher = cbc::Encryptor::<Aes256>::new(key.into(), &start.into());
    let length = plain.len();
    let sealed = cipher.encrypt_padded::<NoPadding>(&mut plain, length).expect("whole blocks");
    STANDARD.encode(sealed)
}

impl State {
    /// Tells a mini program of something, when it set an address.
    pub(crate) fn push(&mut self, platform: &Platform, event: PushEvent, now: Timestamp) {
        let Some(settings) = self.pushes.get(&event.appid) else { return };
        let Some(owner) = platform.owner_of(&event.appid) else { return };
        let number = event.members.get("merchant_trade_no").and_then(Value::as_str);
        let out_trade_no = number.and_then(|number| OutTradeNo::parse(number).ok());
        let mut message = Map::new();
        message.insert("ToUserName".into(), original_id(&event.appid).into());
        message.insert("FromUserName".into(), payer::openid(&event.appid, "weixin").as_str().into());
        message.insert("CreateTime".into(), now.seconds().into());
        message.insert("MsgType".into(), "event".into());
        message.insert("Event".into(), event.event.into());
        message.extend(event.members);
        let body = match settings.format {
            PushFormat::Json => Value::Object(message).to_string(),
            PushFormat::Xml => xml(&message),
        };
        let notice = NewNotice {
            mchid: owner,
            out_trade_no,
            out_refund_no: None,
            event_type: event.event,
            original_type: "",
            summary: "",
            url: settings.url.clone(),
            plain: Vec::new(),
        };
        self.keep_notice(&notice, event_id(platform), Tongue::Push(event.appid), body, now);
    }
}

/// One send of a message: signed anew, encrypted when the app wants it, forged as told.
pub(crate) fn letter(
    platform: &Platform,
    settings: Option<&PushSettings>,
    appid: &Appid,
    notice: &Notice,
    forgery: Option<Forgery>,
) -> Request<Bytes> {
    let age = if forgery == Some(Forgery::StaleTimestamp) { STALE_SECONDS } else { 0 };
    let timestamp = platform.clock.transport().seconds().saturating_sub(age).to_string();
    let nonce = platform.chance.text(10, DIGITS);
    let forged = matches!(forgery, Some(Forgery::WrongKey | Forgery::WrongSerial | Forgery::SignTest));
    // There is nothing else to forge: no key and no serial.
    let token = if forged { &nonce } else { settings.map_or("", |settings| &settings.token) };
    let mut query = format!(
        "signature={}&timestamp={timestamp}&nonce={nonce}&openid={}",
        signature(&[token, &timestamp, &nonce]),
        payer::openid(appid, "weixin")
    );
    let key = settings.and_then(|settings| settings.encoding_aes_key.as_deref()).and_then(key_of);
    let mode = settings.map_or(PushMode::Plain, |settings| settings.mode);
    let is_xml = notice.body.starts_with("<xml>");
    let body = match key.filter(|_| mode != PushMode::Plain) {
        None => notice.body.clone(),
        Some(key) => {
            let encrypted = encrypt(&key, &platform.chance.bytes(), &notice.body, appid.as_str());
            let signed = signature(&[token, &timestamp, &nonce, &encrypted]);
            query += &format!("&encrypt_type=aes&msg_signature={signed}");
            with_encrypted(&notice.body, &encrypted, appid, mode, is_xml)
        }
    };
    let body = Bytes::from(body);
    let body = if forgery == Some(Forgery::Tamper) { tampered(&body) } else { body };
    let joint = if notice.url.contains('?') { '&' } else { '?' };
    Request::post(format!("{}{joint}{query}", notice.url))
        .header(header::CONTENT_TYPE, if is_xml { "text/xml" } else { "application/json" })
        .header(header::ACCEPT, "*/*")
        .header(header::USER_AGENT, "Mozilla/4.0")
        .body(body)
        .expect("the address was checked when it was set")
}

/// `Encrypt` beside the message, or in its place.
fn with_encrypted(message: &str, encrypted: &str, appid: &Appid, mode: PushMode, is_xml: bool) -> String {
    let to = original_id(appid);
    match (mode, is_xml) {
        (PushMode::Compatible, true) => {
            message.replacen("</xml>", &format!("<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"), 1)
        }
        (PushMode::Compatible, false) => {
            let mut message: Value = serde_json::from_str(message).unwrap_or_default();
            message["Encrypt"] = encrypted.into();
            message.to_string()
        }
        (_, true) => format!(
            "<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        ),
        (_, false) => json!({ "ToUserName": to, "Encrypt": encrypted }).to_string(),
    }
}

/// `success` or nothing, with 200.
pub(crate) fn accepts(status: u16, body: &[u8]) -> bool {
    status == 200 && matches!(body.trim_ascii(), b"" | b"success")
}

impl Simulator {
    /// Sets where an app wants messages, after the address has answered a probe with its `echostr`.
    pub(crate) async fn set_push(&self, appid: &Appid, settings: PushSettings) -> Result<(), PushRefused> {
        settings.check()?;
        let platform = &self.inner.platform;
        let timestamp = platform.clock.transport().seconds().to_string();
        let (nonce, echo) = (platform.chance.text(10, DIGITS), platform.chance.text(19, DIGITS));
        let joint = if settings.url.contains('?') { '&' } else { '?' };
        let uri = format!(
            "{}{joint}signature={}&echostr={echo}&timestamp={timestamp}&nonce={nonce}",
            settings.url,
            signature(&[&settings.token, &timestamp, &nonce])
        );
        let probe = Request::get(uri).header(header::ACCEPT, "*/*").header(header::USER_AGENT, "Mozilla/4.0");
        let probe = probe.body(Bytes::new()).map_err(|_| PushRefused::Setting("url cannot be called"))?;
        match self.inner.postman.post(probe).await {
            Ok(answer) if answer.status() == 200 && answer.body().trim_ascii() == echo.as_bytes() => {}
            Ok(answer) => {
                let start =
                    String::from_utf8_lossy(&answer.body()[..answer.body().len().min(128)]).into_owned();
                let status = answer.status().as_u16();
                return Err(PushRefused::Probe(format!("expected echostr {echo}, got {status} {start:?}")));
            }
            Err(failed) => return Err(PushRefused::Probe(failed.to_string())),
        }
        self.with_state(|state, _, _| state.pushes.insert(appid.clone(), settings));
        Ok(())
    }
}

/// The original id (`gh_…`) of an app.
fn original_id(appid: &Appid) -> String {
    format!("gh_{}", &sha256_hex(appid.as_str().as_bytes())[..12])
}

fn xml(message: &Map<String, Value>) -> String {
    let members: String = message
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => {
                format!("<{name}><![CDATA[{}]]></{name}>", text.replace("]]>", "]]]]><![CDATA[>"))
            }
            other => format!("<{name}>{other}</{name}>"),
        })
        .collect();
    format!("<xml>{members}</xml>")
}

const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::{encrypt, key_of, signature};

    /// The vectors of miniprogram.md §5.1.
    #[test]
    fn the_published_vectors_come_out() {
        let key = key_of("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").expect("a key");
        let encrypted = encrypt(&key, b"aaaabbbbccccdddd", "我是中文abcd123", "wxb11529c136998cb6");
        assert_eq!(
            encrypted,
            "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
        );
        let plain = signature(&["pamtest", "1409304348", "xxxxxx"]);
        assert_eq!(plain, "76480565cbe296026c53aaacd1ad523a1ddba24f");
        let sealed = signature(&["pamtest", "1409304348", "xxxxxx", &encrypted]);
        assert_eq!(sealed, "82c962d39941aa48552f90ef55aa323dc620cc10");
    }
}
