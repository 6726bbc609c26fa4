//! The APIv3 key, and what the platform encrypts with it (v3.md §1.8, §1.9).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[cfg(feature = "sm")]
use crate::sm;

/// The APIv3 key (APIv3密钥): 32 characters chosen by the merchant, shared with the platform.
///
/// Only the prepared ciphers are kept, which the cryptographic libraries wipe when they are dropped.
/// Cheap to clone.
#[derive(Clone)]
pub struct ApiV3Key(Arc<Ciphers>);

struct Ciphers {
    aes: LessSafeKey,
    #[cfg(feature = "sm")]
    sm4: sm::DocumentKey,
}

/// What the platform encrypts documents with (v3.md §1.9, §1.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aead {
    /// With the key as it is.
    Aes256Gcm,
    /// With a key derived from it.
    #[cfg(feature = "sm")]
    Sm4Gcm,
}

impl Aead {
    /// What a document's `algorithm` names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "AEAD_AES_256_GCM" => Some(Self::Aes256Gcm),
            // Bills spell it without the prefix (v3.md §1.10).
            #[cfg(feature = "sm")]
            "AEAD_SM4_GCM" | "SM4_GCM" => Some(Self::Sm4Gcm),
            _ => None,
        }
    }
}

/// Text that is not an APIv3 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the APIv3 key must have exactly 32 bytes, but {found} were given{}", hint(.found))]
pub struct ApiV3KeyError {
    /// How many bytes it has.
    pub found: usize,
}

fn hint(found: &usize) -> &'static str {
    match found {
        33 | 34 => " (is there a line break or a blank at the end?)",
        64 => " (the key is the 32 characters themselves, not their hexadecimal form)",
        _ => " (copy it from 商户平台 > 账户中心 > API安全 > 设置APIv3密钥)",
    }
}

impl ApiV3KeyError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "apiv3_key_length"
    }
}

impl ApiV3Key {
    /// Takes the 32 bytes as they are.
    ///
    /// # Errors
    /// [`ApiV3KeyError`] with the length found.
    pub fn parse(text: &[u8]) -> Result<Self, ApiV3KeyError> {
        if text.len() != AES_256_GCM.key_len() {
            return Err(ApiV3KeyError { found: text.len() });
        }
        Ok(Self::of(&AES_256_GCM, text))
    }

    /// The published examples of the Go SDK use 16-byte keys, hence AES-128.
    #[cfg(test)]
    pub(crate) fn of_128_bits(key: &[u8; 16]) -> Self {
        Self::of(&aws_lc_rs::aead::AES_128_GCM, key)
    }

    fn of(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        let aes = UnboundKey::new(algorithm, key).expect("the length fits the algorithm");
        Self(Arc::new(Ciphers {
            aes: LessSafeKey::new(aes),
            #[cfg(feature = "sm")]
            sm4: sm::DocumentKey::of(key),
        }))
    }

    /// Opens Base64 ciphertext with the tag appended; `None` when it is not this key's, or was altered.
    pub(crate) fn open(
        &self,
        aead: Aead,
        nonce: &str,
        associated_data: &str,
        ciphertext: &str,
    ) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = nonce.as_bytes().try_into().ok()?;
        let mut buffer = STANDARD.decode(ciphertext).ok()?;
        match aead {
            Aead::Aes256Gcm => {
                let (nonce, aad) =
                    (Nonce::assume_unique_for_key(nonce), Aad::from(associated_data.as_bytes()));
                let length = self.0.aes.open_in_place(nonce, aad, &mut buffer).ok()?.len();
                buffer.truncate(length);
                Some(buffer)
            }
            #[cfg(feature = "sm")]
            Aead::Sm4Gcm => self.0.sm4.open(nonce, associated_data.as_bytes(), &buffer),
        }
    }
}

impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::Aead::Aes256Gcm;
    use super::{ApiV3Key, ApiV3KeyError};

    #[test]
    fn a_key_of_another_length_is_refused_with_the_length_found() {
        let error = ApiV3Key::parse(&[b'k'; 31]).expect_err("too short");
        assert_eq!(error, ApiV3KeyError { found: 31 });
        assert!(error.to_string().contains("exactly 32 bytes, but 31 were given"), "{error}");
        let error = ApiV3Key::parse(&[b'k'; 33]).expect_err("too long");
        assert!(error.to_string().contains("line break"), "{error}");
    }

    #[test]
    fn the_java_sdk_vector_opens_with_256_bits() {
        let key = ApiV3Key::parse(b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").expect("32 bytes");
        let plain = key.open(Aes256Gcm, "uluk4a9R25RW", "associatedData", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=");
        assert_eq!(plain.as_deref(), Some(&b"message"[..]));
    }

    #[test]
    fn the_go_sdk_vector_opens_with_128_bits() {
        let key = ApiV3Key::of_128_bits(b"testAPIv3Key0000");
        let aad = "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8";
        let plain = key.open(Aes256Gcm, "wCq51qZv4Yfg", aad, "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC");
        assert_eq!(plain.as_deref(), Some(&b"Hello World"[..]));
    }

    #[test]
    fn what_was_altered_does_not_open() {
        let key = ApiV3Key::parse(b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").expect("32 bytes");
        for (nonce, aad, ciphertext) in [
            ("uluk4a9R25RX", "associatedData", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="),
            ("uluk4a9R25RW", "", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="),
            ("uluk4a9R25RW", "associatedData", "vlwSiIajGClcvcOYvOQ7+l+0PAbzzwI="),
            ("uluk4a9R25R", "associatedData", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="),
            ("uluk4a9R25RW", "associatedData", "not base64"),
            ("uluk4a9R25RW", "associatedData", ""),
        ] {
            assert_eq!(key.open(Aes256Gcm, nonce, aad, ciphertext), None);
        }
    }
}
