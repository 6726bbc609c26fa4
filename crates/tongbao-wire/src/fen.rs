//! Money.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount in fen (分), one hundredth of a yuan. The only form money takes in this project.
///
/// Arithmetic is checked: a sum that does not fit is `None`, never a wrong number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// `fen` hundredths of a yuan.
    #[must_use]
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// True above zero: what can be paid or refunded.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `times` of this amount, or `None` when it does not fit.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// Reads yuan as bills print them (`12`, `12.3`, `12.34`, `-0.05`), digit by digit.
    ///
    /// # Errors
    /// [`FenError`] when the text is not such a number or has more than two decimals.
    pub fn parse_yuan(text: &str) -> Result<Self, FenError> {
        let refuse = || FenError { text: text.chars().take(40).collect() };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "00"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(yuan) || !all_digits(cents) || cents.len() > 2 {
            return Err(refuse());
        }
        let yuan: i64 = yuan.parse().map_err(|_| refuse())?;
        let parsed: i64 = cents.parse().map_err(|_| refuse())?;
        let cents = if cents.len() == 1 { parsed * 10 } else { parsed };
        let fen = yuan.checked_mul(100).and_then(|fen| fen.checked_add(cents)).ok_or_else(refuse)?;
        Ok(Self(if negative { -fen } else { fen }))
    }
}

/// Yuan with two decimals, as a person reads it: `12.34`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl Sum for Fen {
    /// # Panics
    /// When the sum exceeds 92 quadrillion yuan.
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, |a, b| a.checked_add(b).expect("a sum of payments fits in 63 bits"))
    }
}

/// Text that is not an amount in yuan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an amount in yuan with at most two decimals")]
pub struct FenError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::Fen;
    use proptest::prelude::{ProptestConfig, proptest};

    #[test]
    fn yuan_is_read_digit_by_digit() {
        for (text, fen) in [("0.01", 1), ("12", 1200), ("12.3", 1230), ("12.34", 1234), ("-0.05", -5)] {
            assert_eq!(Fen::parse_yuan(text), Ok(Fen::new(fen)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "-", ".", "1.", ".5", "1.234", "1e2", "+1", " 1", "1,000", "99999999999999999999", "--1"]
        {
            assert!(Fen::parse_yuan(text).is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn what_is_printed_reads_back(fen in -1_000_000_000_000_000_i64..1_000_000_000_000_000) {
            assert_eq!(Fen::parse_yuan(&Fen::new(fen).to_string()), Ok(Fen::new(fen)));
        }
    }
}
