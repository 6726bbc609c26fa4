//! Signing and verifying: RSA, SM2 with the feature `sm`, or a stand-in of RSA's wire shape for simulations.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{hmac, rand, rsa, signature};

#[cfg(feature = "sm")]
use crate::sm;

/// Which signatures a key makes or verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureType {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (v3.md §1.5).
    Rsa,
    /// SM2 with SM3 (v3.md §1.10).
    #[cfg(feature = "sm")]
    Sm2,
}

impl SignatureType {
    /// The type that `Wechatpay-Signature-Type` names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "WECHATPAY2-SHA256-RSA2048" => Some(Self::Rsa),
            #[cfg(feature = "sm")]
            "WECHATPAY2-SM2-WITH-SM3" => Some(Self::Sm2),
            _ => None,
        }
    }

    /// Its name, which is also the scheme of `Authorization`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rsa => "WECHATPAY2-SHA256-RSA2048",
            #[cfg(feature = "sm")]
            Self::Sm2 => "WECHATPAY2-SM2-WITH-SM3",
        }
    }
}

/// Signs as the merchant, with RSA or SM2 as its key is. Cheap to clone; the key is parsed once, where it
/// is read.
#[derive(Clone)]
pub struct Signer(Signing);

#[derive(Clone)]
enum Signing {
    Rsa(Arc<rsa::KeyPair>),
    #[cfg(feature = "sm")]
    Sm2(Arc<sm::PrivateKey>),
    StandIn(Arc<hmac::Key>),
}

/// The signature could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the merchant key could not sign")]
pub struct SignError;

impl Signer {
    pub(crate) fn rsa(key: rsa::KeyPair) -> Self {
        Self(Signing::Rsa(Arc::new(key)))
    }

    #[cfg(feature = "sm")]
    pub(crate) fn sm2(key: Arc<sm::PrivateKey>) -> Self {
        Self(Signing::Sm2(key))
    }

    /// A signer for deterministic simulation only: HMAC-SHA-256 under `secret`, repeated to the 256
    /// bytes of an RSA-2048 signature, at a hundredth of the cost.
    ///
    /// It proves nothing to anybody who does not hold the secret. No configuration leads here.
    #[must_use]
    pub fn stand_in(secret: &[u8]) -> Self {
        Self(Signing::StandIn(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// Signs `message`.
    ///
    /// # Errors
    /// [`SignError`] when the cryptographic library refuses, which a checked key gives no reason for.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.0 {
            Signing::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &rand::SystemRandom::new(), message, &mut signature)
                    .map_err(|_| SignError)?;
                Ok(signature)
            }
            #[cfg(feature = "sm")]
            Signing::Sm2(key) => key.sign(message).ok_or(SignError),
            Signing::StandIn(key) => Ok(hmac::sign(key, message).as_ref().repeat(STAND_IN_REPEATS)),
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn signature_type(&self) -> SignatureType {
        match self.0 {
            Signing::Rsa(_) | Signing::StandIn(_) => SignatureType::Rsa,
            #[cfg(feature = "sm")]
            Signing::Sm2(_) => SignatureType::Sm2,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Signing::Rsa(_) => "Signer(RSA, redacted)",
            #[cfg(feature = "sm")]
            Signing::Sm2(_) => "Signer(SM2, redacted)",
            Signing::StandIn(_) => "Signer(stand-in)",
        })
    }
}

/// Verifies what the platform signed (v3.md §1.7). Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Verifying);

#[derive(Clone)]
enum Verifying {
    Rsa(Arc<signature::ParsedPublicKey>),
    #[cfg(feature = "sm")]
    Sm2(Arc<sm::PublicKey>),
    StandIn(Arc<hmac::Key>),
}

impl Verifier {
    /// `None` when it is no key, or RSA of less than 2048 bits.
    pub(crate) fn from_spki(spki: &[u8]) -> Option<Self> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm::PublicKey::from_spki(spki) {
            return Some(Self(Verifying::Sm2(Arc::new(key))));
        }
        let key = signature::ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, spki).ok()?;
        Some(Self(Verifying::Rsa(Arc::new(key))))
    }

    /// The counterpart of [`Signer::stand_in`], for deterministic simulation only.
    #[must_use]
    pub fn stand_in(secret: &[u8]) -> Self {
        Self(Verifying::StandIn(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    pub(crate) fn signature_type(&self) -> SignatureType {
        match self.0 {
            Verifying::Rsa(_) | Verifying::StandIn(_) => SignatureType::Rsa,
            #[cfg(feature = "sm")]
            Verifying::Sm2(_) => SignatureType::Sm2,
        }
    }

    /// True when `signature` is this key's over `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Verifying::Rsa(key) => key.verify_sig(message, signature).is_ok(),
            #[cfg(feature = "sm")]
            Verifying::Sm2(key) => key.verify(message, signature),
            Verifying::StandIn(key) => {
                let mut parts = signature.chunks(STAND_IN_BYTES);
                signature.len() == STAND_IN_BYTES * STAND_IN_REPEATS
                    && parts.all(|part| hmac::verify(key, message, part).is_ok())
            }
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Verifying::Rsa(_) => "Verifier(RSA)",
            #[cfg(feature = "sm")]
            Verifying::Sm2(_) => "Verifier(SM2)",
            Verifying::StandIn(_) => "Verifier(stand-in)",
        })
    }
}

/// Bytes of one HMAC-SHA-256.
const STAND_IN_BYTES: usize = 32;
/// As often as fills the 256 bytes of an RSA-2048 signature.
const STAND_IN_REPEATS: usize = 8;

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{Signer, Verifier};
    use crate::merchant_key::MerchantKey;
    use crate::published;

    /// Signs the lines with a published key and compares with a published signature.
    fn check(key: &[u8], lines: &[&str], name: &str) {
        let key = MerchantKey::with_serial(key, "1").expect("official key");
        let message: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        let signature = key.signer().sign(message.as_bytes()).expect("signs");
        assert_eq!(STANDARD.encode(signature), published::signature(name), "{name}");
    }

    const TIME: &str = "1554208460";
    const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

    #[test]
    fn the_published_request_signatures_are_reproduced() {
        let key = published::DOC_MERCHANT_KEY;
        let body = include_str!("../tests/published/doc_prepay_body.json");
        check(key, &["POST", "/v3/pay/transactions/jsapi", TIME, NONCE, body], "doc_v1");
        let path = "/v3/refund/domestic/refunds/123123123123";
        check(key, &["GET", path, TIME, NONCE, ""], "doc_v2");
        let meta = r#"{ "filename": "wechatpay_logo.png", "sha256": "d2973a45b1d528c21ebb77792ef3fcea40fa9a4e04a17e35369102ba9c84c8b1"}"#;
        let path = "/v3/marketing/favor/media/image-upload";
        check(key, &["POST", path, TIME, NONCE, meta], "doc_v3");
    }

    #[test]
    fn the_published_cashier_signatures_are_reproduced() {
        let key = published::DOC_MERCHANT_KEY;
        let prepay_id = "wx201410272009395522657a690389285100";
        let package = format!("prepay_id={prepay_id}");
        check(key, &["wx2421b1c4370ec43b", TIME, NONCE, &package], "doc_v4");
        check(key, &["wx2421b1c4370ec43b", TIME, NONCE, prepay_id], "doc_v5");
    }

    #[test]
    fn the_go_sdk_signature_is_reproduced() {
        let key = MerchantKey::with_serial(published::GO_KEY, "1").expect("official key");
        let signature = key.signer().sign(b"source").expect("signs");
        assert_eq!(STANDARD.encode(signature), published::signature("go_source"));
    }

    #[test]
    fn a_stand_in_signs_with_the_shape_of_rsa_and_only_its_secret_verifies() {
        let signature = Signer::stand_in(b"seed 7").sign(b"message").expect("signs");
        assert_eq!(signature.len(), 256);
        assert!(Verifier::stand_in(b"seed 7").verify(b"message", &signature));
        assert!(!Verifier::stand_in(b"seed 8").verify(b"message", &signature));
        assert!(!Verifier::stand_in(b"seed 7").verify(b"massage", &signature));
        for length in [0, 32, 255] {
            assert!(!Verifier::stand_in(b"seed 7").verify(b"message", &signature[..length]));
        }
        let mut bent = signature;
        bent[200] ^= 1;
        assert!(!Verifier::stand_in(b"seed 7").verify(b"message", &bent));
    }
}
