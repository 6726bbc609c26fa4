//! The platform's fee (手续费): taken from each payment, returned in proportion with refunds.

use std::fmt;

use serde::{Deserialize, Serialize};
use tongbao_wire::Fen;

/// A merchant's rate (费率), such as `0.60%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub struct FeeRate(u16);

/// No fee is more than the payment it is taken from.
impl TryFrom<u16> for FeeRate {
    type Error = &'static str;

    fn try_from(parts: u16) -> Result<Self, &'static str> {
        if parts > WHOLE { Err("fee_rate is at most 10000 ten-thousandths") } else { Ok(Self(parts)) }
    }
}

impl FeeRate {
    /// No fee.
    pub const ZERO: Self = Self(0);

    /// What most merchants pay: 0.60 %.
    pub const USUAL: Self = Self(60);

    /// `parts` of ten thousand: 60 is 0.60 %. More than the whole is the whole.
    #[must_use]
    pub const fn per_ten_thousand(parts: u16) -> Self {
        if parts > WHOLE { Self(WHOLE) } else { Self(parts) }
    }

    /// The fee of a payment, to the nearest fen and half a fen up (v3.md §7.3: 29.90 yuan pay 0.18, 1.00
    /// pays 0.01; §8.1: 6.90 leaves 6.86).
    #[must_use]
    pub fn of(self, paid: Fen) -> Fen {
        share(paid, i64::from(self.0), i64::from(WHOLE))
    }
}

/// `0.60%`, as bills print it (v3.md §7.3).
impl fmt::Display for FeeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// What of `fee` belongs to `part` of `whole`, to the nearest fen (v3.md §5.1).
pub(super) fn portion(fee: Fen, part: Fen, whole: Fen) -> Fen {
    if whole == Fen::ZERO { Fen::ZERO } else { share(fee, part.get(), whole.get()) }
}

/// `amount * part / whole`, half up; none of them below zero.
fn share(amount: Fen, part: i64, whole: i64) -> Fen {
    let (amount, part, whole) = (i128::from(amount.get()), i128::from(part), i128::from(whole));
    let nearest = (2 * amount * part + whole) / (2 * whole);
    Fen::new(i64::try_from(nearest).expect("a part of what fits"))
}

const WHOLE: u16 = 10_000;

#[cfg(test)]
mod tests {
    use super::{FeeRate, portion};
    use tongbao_wire::Fen;

    #[test]
    fn the_documents_examples_come_out() {
        for (paid, fee) in [(2990, 18), (100, 1), (690, 4), (10_000, 60), (1, 0), (83, 0), (84, 1)] {
            assert_eq!(FeeRate::USUAL.of(Fen::new(paid)), Fen::new(fee), "{paid}");
        }
        for (fee, part, whole, back) in
            [(60, 5000, 10_000, 30), (18, 990, 2990, 6), (1, 40, 100, 0), (1, 50, 100, 1)]
        {
            assert_eq!(portion(Fen::new(fee), Fen::new(part), Fen::new(whole)), Fen::new(back));
        }
        assert_eq!(FeeRate::USUAL.to_string(), "0.60%");
        assert_eq!(FeeRate::per_ten_thousand(105).to_string(), "1.05%");
    }
}
