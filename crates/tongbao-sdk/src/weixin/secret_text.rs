//! Text that must not be left behind in memory or in a log.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroizing;

/// Wiped when its last clone is dropped, and never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Zeroizing<String>")]
pub(super) struct SecretText(Arc<Zeroizing<String>>);

impl SecretText {
    pub(super) fn new(text: &str) -> Self {
        Zeroizing::new(text.to_owned()).into()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(Arc::new(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("redacted")
    }
}
