//! Signing and verifying: real RSA, or a stand-in of the same wire shape for simulations.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{hmac, rand, rsa, signature};

/// Signs as the merchant: RSASSA-PKCS1-v1_5 with SHA-256 (v3.md §1.5). Cheap to clone; the key is parsed
/// once, where it is read.
#[derive(Clone)]
pub struct Signer(Signing);

#[derive(Clone)]
enum Signing {
    Rsa(Arc<rsa::KeyPair>),
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
            Signing::StandIn(key) => Ok(hmac::sign(key, message).as_ref().repeat(STAND_IN_REPEATS)),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Signing::Rsa(_) => "Signer(RSA, redacted)",
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
    StandIn(Arc<hmac::Key>),
}

impl Verifier {
    /// `der` is an SPKI or a PKCS#1 public key; `None` when it is neither, or not RSA of 2048 bits or more.
    pub(crate) fn rsa(der: &[u8]) -> Option<Self> {
        let key = signature::ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, der).ok()?;
        Some(Self(Verifying::Rsa(Arc::new(key))))
    }

    /// The counterpart of [`Signer::stand_in`], for deterministic simulation only.
    #[must_use]
    pub fn stand_in(secret: &[u8]) -> Self {
        Self(Verifying::StandIn(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// True when `signature` is this key's over `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Verifying::Rsa(key) => key.verify_sig(message, signature).is_ok(),
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
    use super::{Signer, Verifier};

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
