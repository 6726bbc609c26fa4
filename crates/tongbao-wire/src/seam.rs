//! The edges to the world that both sides take as values: time and chance.
//!
//! Production hands in the system's, a simulation hands in a seed's.
//! The other edges (what goes out, the store, the signer) belong to the crates that use them.

use std::fmt;
use std::sync::Arc;

use crate::Timestamp;

/// Tells the time. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that reads what `now` says.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(move || at)
    }

    /// The system's clock.
    #[cfg(feature = "system")]
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            #[allow(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// Fills buffers with chance. Cheap to clone.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Chance {
    /// Chance as `fill` gives it. Keys and tokens come from here, so outside of tests it must be
    /// cryptographically secure.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// The operating system's.
    ///
    /// # Panics
    /// When the operating system has no randomness to give; nothing safe can be done then.
    #[cfg(feature = "system")]
    #[must_use]
    pub fn system() -> Self {
        Self::new(|buffer| {
            #[allow(clippy::disallowed_methods, reason = "the one place that asks the system for chance")]
            getrandom::fill(buffer).expect("the operating system gives randomness");
        })
    }

    /// Fills `buffer`.
    pub fn fill(&self, buffer: &mut [u8]) {
        (self.0)(buffer);
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// `length` characters, each drawn evenly from `alphabet`.
    ///
    /// # Panics
    /// When the alphabet is empty or longer than 256 bytes, or not ASCII.
    #[must_use]
    pub fn text(&self, length: usize, alphabet: &str) -> String {
        let letters = alphabet.as_bytes();
        assert!(
            alphabet.is_ascii() && (1..=256).contains(&letters.len()),
            "an alphabet is 1 to 256 ASCII letters"
        );
        // Bytes past the last whole multiple of the alphabet would favour its first letters.
        let fair = 256 / letters.len() * letters.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let byte = usize::from(self.bytes::<1>()[0]);
            if byte < fair {
                text.push(char::from(letters[byte % letters.len()]));
            }
        }
        text
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}
