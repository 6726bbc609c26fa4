//! Secrets in memory: wiped when dropped, never printed, compared in constant time.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text or file. `Debug` shows its length at most; there is no `Display` and no `Serialize`.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// What [`Secret::trimmed`] took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trimmed {
    /// Nothing.
    Nothing,
    /// Blanks, line ends or a byte order mark: the usual traces of an editor or of `echo`.
    Around,
}

impl Secret {
    /// The bytes as they are.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes without a byte order mark in front, and without blanks and line ends around them.
    ///
    /// A key pasted into a file with an editor ends with a line end, which the portal's own copy does not
    /// have (miniprogram.md §3.2, K02).
    #[must_use]
    pub fn trimmed(bytes: Vec<u8>) -> (Self, Trimmed) {
        let whole = Zeroizing::new(bytes);
        let kept = whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&whole).trim_ascii();
        let trimmed = if kept.len() == whole.len() { Trimmed::Nothing } else { Trimmed::Around };
        (Self::new(kept.to_vec()), trimmed)
    }

    /// The secret itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text; `None` when it is not UTF-8.
    #[must_use]
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when `given` is this secret. The time taken tells nothing but the lengths.
    #[must_use]
    pub fn matches(&self, given: &[u8]) -> bool {
        self.0.ct_eq(given).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret(redacted, {} bytes)", self.len())
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use super::{Secret, Trimmed};

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::from("hunter2hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(redacted, 14 bytes)");
    }

    #[test]
    fn traces_of_an_editor_are_taken_away_and_told() {
        for (given, kept, told) in [
            (&b"key"[..], &b"key"[..], Trimmed::Nothing),
            (b"key\n", b"key", Trimmed::Around),
            (b"\xEF\xBB\xBFkey\r\n", b"key", Trimmed::Around),
            (b" key ", b"key", Trimmed::Around),
            (b"two words", b"two words", Trimmed::Nothing),
            (b"\n", b"", Trimmed::Around),
        ] {
            let (secret, trimmed) = Secret::trimmed(given.to_vec());
            assert_eq!((secret.expose(), trimmed), (kept, told), "{given:?}");
        }
    }

    #[test]
    fn only_the_same_bytes_match() {
        let secret = Secret::from("abc");
        assert!(secret.matches(b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b""] {
            assert!(!secret.matches(other));
        }
    }
}
