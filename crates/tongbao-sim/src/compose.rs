//! Notifications as test tools want them: truly signed but untrue, or untruly signed.
//!
//! The notifier only ever tells what happened. A tool that examines a merchant's server must also say what
//! did not, under the platform's real signature: another amount, another merchant, a state that is none.
//! Nothing here changes anything at the platform, and nothing is sent: the request is handed out.

use bytes::Bytes;
use http::{Request, header};
use tongbao_wire::{Mchid, NotificationEnvelope, NotificationResource};

use crate::Simulator;
use crate::notice::event_id;
use crate::platform::{Platform, Signed};
use crate::settings::LETTERS;

/// A message to compose.
#[derive(Clone, Debug)]
pub struct Composition {
    /// Whose notification it would be: decides the pair that signs.
    pub mchid: Mchid,
    /// Where it would go, an absolute address.
    pub url: String,
    /// What it says.
    pub content: ComposedContent,
    /// Who signs it.
    pub seal: ComposedBy,
    /// How many seconds ago it was signed; negative for a time to come.
    pub age_seconds: i64,
}

/// What a composed message says.
#[derive(Clone, Debug)]
pub enum ComposedContent {
    /// An envelope around an encrypted resource (v3.md §6.1).
    Event {
        /// The notification's id; drawn when it is not said.
        id: Option<String>,
        /// Such as `TRANSACTION.SUCCESS`.
        event_type: String,
        /// Such as `transaction`.
        original_type: String,
        /// The resource before it is encrypted.
        plain: Vec<u8>,
        /// Whose `APIv3` key encrypts it.
        sealed_for: Mchid,
    },
    /// These bytes, whatever they are.
    Raw(Bytes),
}

/// Who signs a composed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposedBy {
    /// The platform, with the pair it signs this merchant's notifications with.
    Platform,
    /// The platform's certificate pair, whatever the key mode.
    Certificate,
    /// The platform's public-key pair, whatever the key mode.
    PublicKey,
    /// A key that is not the platform's, under the platform's serial.
    Stray,
    /// Nobody: a probe, `WECHATPAY/SIGNTEST/…` (v3.md §1.7).
    Probe,
}

impl Simulator {
    /// Composes a notification without sending it. `None` when a merchant in it is unknown or the address
    /// is none.
    #[must_use]
    pub fn compose_notification(&self, wanted: &Composition) -> Option<Request<Bytes>> {
        let platform = &self.inner.platform;
        platform.merchant(&wanted.mchid)?;
        let body = body(platform, &wanted.content)?;
        let answered_with = self.with_state(|state, _, _| state.answered_with.get(&wanted.mchid));
        let pair = match wanted.seal {
            ComposedBy::Certificate => platform.ring().certificate().clone(),
            ComposedBy::PublicKey => platform.ring().public.clone(),
            ComposedBy::Platform | ComposedBy::Stray | ComposedBy::Probe => {
                platform.key_of_notification(answered_with.as_deref().map(String::as_str))
            }
        };
        let forgery = match wanted.seal {
            ComposedBy::Stray => Some(crate::Forgery::WrongKey),
            ComposedBy::Probe => Some(crate::Forgery::SignTest),
            ComposedBy::Platform | ComposedBy::Certificate | ComposedBy::PublicKey => None,
        };
        let signed = platform.sign_at(&pair, &body, forgery, wanted.age_seconds);
        letter(platform, &wanted.url, signed, body)
    }
}

fn body(platform: &Platform, content: &ComposedContent) -> Option<Bytes> {
    let (id, event_type, original_type, plain, sealed_for) = match content {
        ComposedContent::Raw(bytes) => return Some(bytes.clone()),
        ComposedContent::Event { id, event_type, original_type, plain, sealed_for } => {
            (id, event_type, original_type, plain, sealed_for)
        }
    };
    let merchant = platform.merchant(sealed_for)?;
    let nonce = platform.chance.text(12, LETTERS);
    let envelope = NotificationEnvelope {
        id: id.clone().unwrap_or_else(|| event_id(platform)),
        create_time: platform.clock.business(),
        event_type: event_type.clone(),
        resource_type: "encrypt-resource".into(),
        summary: String::new(),
        resource: NotificationResource {
            algorithm: "AEAD_AES_256_GCM".into(),
            ciphertext: merchant.keys.sealer.seal(&nonce, original_type, plain),
            associated_data: original_type.clone(),
            nonce,
            original_type: original_type.clone(),
        },
    };
    Some(serde_json::to_vec(&envelope).expect("an envelope is plain data").into())
}

/// A notification's headers (v3.md §6.1) around a signed body.
pub(crate) fn letter(platform: &Platform, url: &str, signed: Signed, body: Bytes) -> Option<Request<Bytes>> {
    Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "*/*")
        .header(header::USER_AGENT, "Mozilla/4.0")
        .header("Wechatpay-Timestamp", signed.timestamp)
        .header("Wechatpay-Nonce", signed.nonce)
        .header("Wechatpay-Serial", signed.serial)
        .header("Wechatpay-Signature", signed.signature)
        .header("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
        .header("Request-ID", platform.request_id(0))
        .body(body)
        .ok()
}
