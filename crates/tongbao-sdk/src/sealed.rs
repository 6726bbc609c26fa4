//! Sensitive members (敏感字段), encrypted for the platform: RSAES-OAEP with SHA-1 (v3.md §1.9), or SM2
//! (v3.md §1.10).

use std::sync::Arc;

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

#[cfg(feature = "sm")]
use crate::sm;

/// An encrypted member and the serial number of the key it was encrypted with.
///
/// Encrypting twice gives two different texts. A request that is repeated must be byte-identical
/// (v3.md §2.4), so keep the sealed member with the order instead of sealing again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    serial: Box<str>,
    base64: Box<str>,
}

impl Sealed {
    /// A member that was sealed earlier and kept.
    #[must_use]
    pub fn kept(serial: &str, base64: &str) -> Self {
        Self { serial: serial.into(), base64: base64.into() }
    }

    /// Serial number of the platform key; the request's `Wechatpay-Serial` must say the same.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Base64 of the ciphertext.
    #[must_use]
    pub fn base64(&self) -> &str {
        &self.base64
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.base64)
    }
}

/// Why a member was not encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No key of the platform is at hand.
    #[error(
        "no platform key to encrypt with; configure the WeChat Pay public key, or refresh the certificates first"
    )]
    NoKey,
    /// The text does not fit, into one block with RSA.
    #[error("the text has {bytes} bytes; at most {limit} can be encrypted")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest that fits.
        limit: usize,
    },
    /// The cryptographic library refused.
    #[error("the platform key could not encrypt")]
    Failed,
}

/// A platform key that encrypts. Cheap to clone.
#[derive(Clone)]
pub(crate) enum SealingKey {
    Rsa(Arc<OaepPublicEncryptingKey>),
    #[cfg(feature = "sm")]
    Sm2(Arc<sm::PublicKey>),
}

impl SealingKey {
    pub(crate) fn from_spki(spki: &[u8]) -> Option<Self> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm::PublicKey::from_spki(spki) {
            return Some(Self::Sm2(Arc::new(key)));
        }
        let key = PublicEncryptingKey::from_der(spki).ok()?;
        Some(Self::Rsa(Arc::new(OaepPublicEncryptingKey::new(key).ok()?)))
    }

    pub(crate) fn seal(&self, serial: &str, text: &str) -> Result<Sealed, SealError> {
        let limit = match self {
            Self::Rsa(key) => key.max_plaintext_size(&OAEP_SHA1_MGF1SHA1),
            #[cfg(feature = "sm")]
            Self::Sm2(_) => sm::PLAINTEXT_BYTES_MAX,
        };
        if text.len() > limit {
            return Err(SealError::TooLong { bytes: text.len(), limit });
        }
        let ciphertext = self.encrypt(text.as_bytes()).ok_or(SealError::Failed)?;
        Ok(Sealed::kept(serial, &STANDARD.encode(ciphertext)))
    }

    fn encrypt(&self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut buffer = vec![0; key.ciphertext_size()];
                let length = key.encrypt(&OAEP_SHA1_MGF1SHA1, text, &mut buffer, None).ok()?.len();
                buffer.truncate(length);
                Some(buffer)
            }
            #[cfg(feature = "sm")]
            Self::Sm2(key) => key.encrypt(text),
        }
    }
}
