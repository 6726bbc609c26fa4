//! Fees and rates: finer than a fen.

use std::fmt;

use tongbao_wire::Fen;

/// A fee (手续费) as bills print it, with five decimals of a yuan: in units of one thousandth of a fen,
/// exact. Negative where the platform gives it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fee(i64);

impl Fee {
    /// No fee.
    pub const ZERO: Fee = Fee(0);

    /// `thousandths` of a fen.
    #[must_use]
    pub const fn from_thousandths_of_fen(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// The number of thousandths of a fen.
    #[must_use]
    pub const fn thousandths_of_fen(self) -> i64 {
        self.0
    }

    /// In whole fen, if it is a whole number of them; the platform charges whole fen, so it mostly is.
    #[must_use]
    pub const fn exact_fen(self) -> Option<Fen> {
        if self.0 % PER_FEN == 0 { Some(Fen::new(self.0 / PER_FEN)) } else { None }
    }

    /// Rounded to fen, halves away from zero (四舍五入), so that a fee and its return round alike.
    #[must_use]
    pub const fn rounded_fen(self) -> Fen {
        let (fen, rest) = (self.0 / PER_FEN, self.0 % PER_FEN);
        Fen::new(if rest * 2 >= PER_FEN {
            fen + 1
        } else if rest * 2 <= -PER_FEN {
            fen - 1
        } else {
            fen
        })
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

/// Yuan with five decimals, as bills print it: `-0.27000`.
impl fmt::Display for Fee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:05}", size / 100_000, size % 100_000)
    }
}

/// The rate of a fee (费率): in units of 10^-5 percent, so that `0.60%` is 60,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// `units` of 10^-5 percent.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The number of units of 10^-5 percent.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Percent with two decimals, or as many as it takes: `0.60%`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let (percent, rest) = (size / 100_000, size % 100_000);
        match rest % 1000 {
            0 => write!(f, "{sign}{percent}.{:02}%", rest / 1000),
            _ => write!(f, "{sign}{percent}.{rest:05}%"),
        }
    }
}

/// Units of a fee in a fen.
const PER_FEN: i64 = 1000;

#[cfg(test)]
mod tests {
    use tongbao_wire::Fen;

    use super::{Fee, Rate};

    #[test]
    fn fees_round_halves_away_from_zero() {
        for (thousandths, fen) in [
            (0, 0),
            (499, 0),
            (500, 1),
            (-499, 0),
            (-500, -1),
            (1499, 1),
            (18_000, 18),
            (i64::MIN, i64::MIN / 1000 - 1),
        ] {
            let fee = Fee::from_thousandths_of_fen(thousandths);
            assert_eq!(fee.rounded_fen(), Fen::new(fen), "{thousandths}");
        }
        assert_eq!(Fee::from_thousandths_of_fen(18_000).exact_fen(), Some(Fen::new(18)));
        assert_eq!(Fee::from_thousandths_of_fen(60).exact_fen(), None);
    }

    #[test]
    fn fees_and_rates_print_as_in_bills() {
        assert_eq!(Fee::from_thousandths_of_fen(-27_000).to_string(), "-0.27000");
        assert_eq!(Fee::from_thousandths_of_fen(123_456_789).to_string(), "1234.56789");
        assert_eq!(Rate::new(60_000).to_string(), "0.60%");
        assert_eq!(Rate::new(3_800).to_string(), "0.03800%");
    }
}
