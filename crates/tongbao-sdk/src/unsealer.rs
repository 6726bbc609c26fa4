//! What the platform encrypted for the merchant: RSAES-OAEP with SHA-1 (v3.md §1.9), or SM2 (v3.md §1.10).

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{self, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tongbao_wire::Ciphertext;
use zeroize::{Zeroize, Zeroizing};

#[cfg(feature = "sm")]
use crate::sm;

/// Opens sensitive members (敏感字段) that the platform encrypted under the merchant's certificate, such as
/// a payer's phone number. Cheap to clone; the key is parsed once, where it is read.
#[derive(Clone)]
pub struct Unsealer(Unsealing);

#[derive(Clone)]
enum Unsealing {
    Rsa(Arc<OaepPrivateDecryptingKey>),
    #[cfg(feature = "sm")]
    Sm2(Arc<sm::PrivateKey>),
}

/// What was opened. Wiped when it is dropped, and kept out of logs: it is a person's, or a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsealed<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Deref for Unsealed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Unsealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsealed(redacted)")
    }
}

/// Why a member that the platform encrypted was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// A merchant without a private key, such as a simulation's.
    #[error("this merchant has no private key to decrypt with")]
    NoKey,
    /// Not what the platform writes.
    #[error("the encrypted member is not Base64, or longer than any")]
    Malformed,
    /// Encrypted under another certificate, or altered.
    #[error(
        "the private key does not open the encrypted member; while the merchant certificate is being changed, try the other key"
    )]
    CannotDecrypt,
    /// Opened, but not UTF-8.
    #[error("the decrypted member is not text")]
    NotText,
}

impl UnsealError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "unseal_no_key",
            Self::Malformed => "unseal_malformed",
            Self::CannotDecrypt => "unseal_cannot_decrypt",
            Self::NotText => "unseal_not_text",
        }
    }
}

impl Unsealer {
    /// The counterpart of a signing key; `None` when the cryptographic library refuses it.
    pub(crate) fn rsa(key: &rsa::KeyPair) -> Option<Self> {
        // Wiped by the library when it is dropped.
        let pkcs8: Pkcs8V1Der<'_> = key.as_der().ok()?;
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).ok()?;
        Some(Self(Unsealing::Rsa(Arc::new(OaepPrivateDecryptingKey::new(key).ok()?))))
    }

    #[cfg(feature = "sm")]
    pub(crate) fn sm2(key: Arc<sm::PrivateKey>) -> Self {
        Self(Unsealing::Sm2(key))
    }

    /// Opens one member.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal(&self, ciphertext: &Ciphertext) -> Result<Unsealed<String>, UnsealError> {
        let plaintext = self.unseal_bytes(ciphertext)?;
        let text = std::str::from_utf8(&plaintext).map_err(|_| UnsealError::NotText)?;
        Ok(Unsealed(Zeroizing::new(text.to_owned())))
    }

    /// Opens what need not be text, such as the key of an encrypted bill.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal_bytes(&self, ciphertext: &Ciphertext) -> Result<Unsealed<Vec<u8>>, UnsealError> {
        if ciphertext.base64().len() > BASE64_CHARS_MAX {
            return Err(UnsealError::Malformed);
        }
        let bytes = STANDARD.decode(ciphertext.base64()).map_err(|_| UnsealError::Malformed)?;
        self.decrypt(&bytes).map(Unsealed).ok_or(UnsealError::CannotDecrypt)
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match &self.0 {
            Unsealing::Rsa(key) => {
                let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
                let length = key.decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, &mut buffer, None).ok()?.len();
                buffer.truncate(length);
                Some(buffer)
            }
            #[cfg(feature = "sm")]
            Unsealing::Sm2(key) => key.decrypt(ciphertext),
        }
    }
}

impl fmt::Debug for Unsealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Unsealing::Rsa(_) => "Unsealer(RSA, redacted)",
            #[cfg(feature = "sm")]
            Unsealing::Sm2(_) => "Unsealer(SM2, redacted)",
        })
    }
}

/// A block of RSA with 8192 bits has 1,368 characters; SM2 adds about 150 to what was encrypted.
const BASE64_CHARS_MAX: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use tongbao_wire::Ciphertext;

    use super::UnsealError;
    use crate::merchant_key::MerchantKey;
    use crate::platform_keys::PlatformKeys;
    use crate::published;

    fn unseal(key: &[u8], base64: &str) -> Result<String, UnsealError> {
        let key = MerchantKey::with_serial(key, "1").expect("a published key");
        key.unsealer().unseal(&Ciphertext::new(base64)).map(|text| text.to_string())
    }

    #[test]
    fn the_go_sdk_vector_opens_in_both_key_formats() {
        let sealed = published::signature("go_sealed");
        for key in [published::GO_KEY, published::GO_KEY_PKCS1] {
            assert_eq!(unseal(key, &sealed).as_deref(), Ok("hello world"));
        }
    }

    #[test]
    fn what_was_sealed_for_the_certificate_opens_with_its_key() {
        // A platform key and a merchant key are the same kind of key.
        let keys = PlatformKeys::from_certificate(published::GO_CERTIFICATE).expect("a certificate");
        let sealed = keys.seal("张三").expect("fits");
        assert_eq!(unseal(published::GO_KEY, sealed.base64()).as_deref(), Ok("张三"));
        let other = unseal(published::DOC_MERCHANT_KEY, sealed.base64());
        assert_eq!(other, Err(UnsealError::CannotDecrypt), "sealed for another key");
    }

    #[test]
    fn what_the_platform_would_not_write_is_refused_by_name() {
        let code = |base64: &str| unseal(published::GO_KEY, base64).expect_err("refused").code();
        assert_eq!(code("~"), "unseal_malformed");
        assert_eq!(code(&"A".repeat(20_000)), "unseal_malformed");
        assert_eq!(code(""), "unseal_cannot_decrypt");
        assert_eq!(code("AAAA"), "unseal_cannot_decrypt");
        assert_eq!(code(&published::signature("go_source")), "unseal_cannot_decrypt");
    }
}
