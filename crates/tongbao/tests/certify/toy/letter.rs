//! How the toy opens mail: verification is the SDK's, so that it can be left out; opening is by hand.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What a notification says.
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) resource: Value,
}

/// Opens an envelope; nothing is verified here.
pub(super) fn open(apiv3_key: &str, body: &[u8]) -> Option<Letter> {
    let envelope: Value = serde_json::from_slice(body).ok()?;
    let text = |pointer: &str| envelope.pointer(pointer).and_then(Value::as_str);
    let mut sealed = STANDARD.decode(text("/resource/ciphertext")?).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(text("/resource/nonce")?.as_bytes()).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, apiv3_key.as_bytes()).ok()?);
    let aad = Aad::from(text("/resource/associated_data")?.as_bytes());
    let plain = key.open_in_place(nonce, aad, &mut sealed).ok()?;
    Some(Letter {
        id: text("/id")?.to_owned(),
        event_type: text("/event_type")?.to_owned(),
        resource: serde_json::from_slice(plain).ok()?,
    })
}
