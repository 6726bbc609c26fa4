//! Text the platform encrypted for the merchant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sensitive member the platform encrypted under the merchant's certificate (RSAES-OAEP, v3.md §1.9),
/// Base64. Only the merchant's private key opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ciphertext(Box<str>);

impl Ciphertext {
    /// From Base64 as it came.
    #[must_use]
    pub fn new(base64: &str) -> Self {
        Self(base64.into())
    }

    /// Base64 as it came.
    #[must_use]
    pub fn base64(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({} characters)", self.0.len())
    }
}
