//! `AEAD_AES_256_GCM`: what the platform encrypts for a merchant (v3.md §1.9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::SimError;

/// Encrypts under one merchant's `APIv3` key.
#[derive(Clone)]
pub(crate) struct Sealer(LessSafeKey);

impl Sealer {
    /// From the 32 characters of an `APIv3` key.
    pub(crate) fn new(apiv3_key: &str) -> Result<Self, SimError> {
        if apiv3_key.len() != 32 || !apiv3_key.is_ascii() {
            return Err(SimError::Settings {
                field: "apiv3_key",
                reason: format!("has {} bytes; it must be 32 ASCII characters", apiv3_key.len()),
            });
        }
        let key = UnboundKey::new(&AES_256_GCM, apiv3_key.as_bytes()).expect("32 bytes");
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Ciphertext and tag in Base64. `nonce` is 12 ASCII characters, new for every message.
    pub(crate) fn seal(&self, nonce: &str, associated_data: &str, plain: &[u8]) -> String {
        let nonce = nonce.as_bytes().try_into().expect("nonces are made with 12 characters");
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated_data.as_bytes()),
                &mut sealed,
            )
            .expect("a message is far below the 64 GiB of the cipher");
        STANDARD.encode(sealed)
    }

    /// What was sealed; `None` when it was not sealed with this key, or was changed since.
    pub(crate) fn open(&self, nonce: &str, associated_data: &str, sealed: &str) -> Option<Vec<u8>> {
        let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).ok()?;
        let mut opened = STANDARD.decode(sealed).ok()?;
        let plain = self.0.open_in_place(nonce, Aad::from(associated_data.as_bytes()), &mut opened).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Sealer;

    /// v3.md §11.4.
    #[test]
    fn the_official_java_vector_comes_out_as_published() {
        let sealer = Sealer::new("a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").expect("32 characters");
        let sealed = sealer.seal("uluk4a9R25RW", "associatedData", b"message");
        assert_eq!(sealed, "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=");
        assert_eq!(sealer.open("uluk4a9R25RW", "associatedData", &sealed).as_deref(), Some(&b"message"[..]));
        assert_eq!(sealer.open("uluk4a9R25RW", "other", &sealed), None);
        assert_eq!(sealer.open("short", "associatedData", &sealed), None);
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        for key in ["", "short", "鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵ab", &"9".repeat(33)] {
            assert!(Sealer::new(key).is_err(), "{key}");
        }
    }
}
