//! Keys of the merchant API.

use aws_lc_rs::digest;
use subtle::ConstantTimeEq;

/// A bearer key, kept as its digest.
pub struct ApiKey {
    /// What it is called in logs and timelines.
    pub name: String,
    /// The account it acts for.
    pub account: String,
    digest: [u8; 32],
}

impl ApiKey {
    /// Keeps the digest of `secret`.
    #[must_use]
    pub fn new(name: &str, account: &str, secret: &[u8]) -> Self {
        Self { name: name.into(), account: account.into(), digest: sha256(secret) }
    }

    /// The key that `secret` is. Looks at every key, so that the time says nothing.
    #[must_use]
    pub fn find<'a>(keys: &'a [ApiKey], secret: &str) -> Option<&'a ApiKey> {
        let digest = sha256(secret.as_bytes());
        let mut found = None;
        for key in keys {
            if bool::from(key.digest.ct_eq(&digest)) {
                found = Some(key);
            }
        }
        found
    }
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}
