//! Arithmetic modulo an odd number of 1024 bits, for the search of primes only: several times as fast as
//! general big integers. Nothing secret depends on its timing here but the keys of a simulated world.

/// 1024 bits, least significant word first.
pub(super) type Words = [u64; WORDS];

pub(super) const WORDS: usize = 16;

/// An odd modulus with what its arithmetic needs.
pub(super) struct Modulus {
    words: Words,
    /// `-1 / modulus` modulo 2^64.
    inverse: u64,
    /// One in Montgomery form: 2^1024 modulo the modulus.
    one: Words,
}

impl Modulus {
    /// `words` is odd and has its highest bit set.
    pub(super) fn new(words: Words) -> Self {
        // Newton's iteration doubles the correct low bits of the inverse each time: 3, 6, 12 … 96.
        let inverse = (0..5).fold(words[0], |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(words[0].wrapping_mul(inverse)))
        });
        let one = subtract(&[0; WORDS], &words).0;
        Self { words, inverse: inverse.wrapping_neg(), one }
    }

    /// One and minus one in Montgomery form.
    fn units(&self) -> (Words, Words) {
        (self.one, subtract(&self.words, &self.one).0)
    }

    /// `a · b / 2^1024`.
    fn multiply(&self, a: &Words, b: &Words) -> Words {
        let mut sum = [0_u64; WORDS + 1];
        for word in b {
            let mut carry = 0;
            for (place, factor) in sum.iter_mut().zip(a) {
                (*place, carry) = factor.carrying_mul_add(*word, *place, carry);
            }
            let (top, over) = sum[WORDS].overflowing_add(carry);
            let quotient = sum[0].wrapping_mul(self.inverse);
            (_, carry) = quotient.carrying_mul_add(self.words[0], sum[0], 0);
            for place in 1..WORDS {
                (sum[place - 1], carry) = quotient.carrying_mul_add(self.words[place], sum[place], carry);
            }
            let (top, over_again) = top.overflowing_add(carry);
            sum[WORDS - 1] = top;
            sum[WORDS] = u64::from(over) + u64::from(over_again);
        }
        let product = sum[..WORDS].try_into().expect("one word more than that");
        let (less, borrowed) = subtract(&product, &self.words);
        if sum[WORDS] == 0 && borrowed { product } else { less }
    }

    /// One round of Miller–Rabin with base 2: false when that proves the modulus composite. Doubling
    /// takes the place of every other multiplication.
    pub(super) fn passes_two(&self) -> bool {
        self.round(|power| self.double(power))
    }

    /// One round of Miller–Rabin: false when `base` proves the modulus composite.
    pub(super) fn passes(&self, base: &Words) -> bool {
        let base = self.multiply(base, &self.square_of_one());
        self.round(|power| self.multiply(power, &base))
    }

    fn round(&self, times_base: impl Fn(&Words) -> Words) -> bool {
        let (one, minus_one) = self.units();
        // The modulus is odd, so taking one from it clears its lowest bit.
        let below: Words = std::array::from_fn(|place| self.words[place] & if place == 0 { !1 } else { !0 });
        let twos = trailing_zeros(&below);
        let mut power = one;
        for bit in (twos..WORDS * 64).rev() {
            power = self.multiply(&power, &power);
            if below[bit / 64] >> (bit % 64) & 1 == 1 {
                power = times_base(&power);
            }
        }
        if power == one || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = self.multiply(&power, &power);
            power == minus_one
        })
    }

    /// 2^2048 modulo the modulus, which brings a number into Montgomery form: one, doubled 1024 times.
    fn square_of_one(&self) -> Words {
        (0..WORDS * 64).fold(self.one, |power, _| self.double(&power))
    }

    fn double(&self, a: &Words) -> Words {
        let mut carry = 0;
        let doubled = std::array::from_fn(|place| {
            let word = a[place] << 1 | carry;
            carry = a[place] >> 63;
            word
        });
        let (less, borrowed) = subtract(&doubled, &self.words);
        if carry == 0 && borrowed { doubled } else { less }
    }
}

/// `a - b` modulo 2^1024, and whether it went below zero.
fn subtract(a: &Words, b: &Words) -> (Words, bool) {
    let mut borrow = false;
    let words = std::array::from_fn(|place| {
        let (word, under) = a[place].overflowing_sub(b[place]);
        let (word, under_again) = word.overflowing_sub(u64::from(borrow));
        borrow = under || under_again;
        word
    });
    (words, borrow)
}

fn trailing_zeros(words: &Words) -> usize {
    let place = words.iter().position(|word| *word != 0).unwrap_or(0);
    place * 64 + usize::try_from(words[place].trailing_zeros()).expect("at most 64")
}

#[cfg(test)]
mod tests {
    use rsa::BigUint;

    use super::{Modulus, WORDS, Words};

    fn words(number: &BigUint) -> Words {
        let bytes = number.to_bytes_le();
        std::array::from_fn(|place| {
            let word = bytes.iter().skip(place * 8).take(8).enumerate();
            word.fold(0, |word, (at, byte)| word | u64::from(*byte) << (at * 8))
        })
    }

    fn check(number: &BigUint, base: u64, passes: bool) {
        let mut bases = [0; WORDS];
        bases[0] = base;
        let modulus = Modulus::new(words(number));
        assert_eq!(modulus.passes(&bases), passes, "base {base}");
        assert!(base != 2 || modulus.passes_two() == passes);
    }

    #[test]
    fn primes_pass_every_base_and_composites_fail() {
        let power = |bits: usize| BigUint::from(1_u32) << bits;
        // The largest prime below 2^1024, and its odd neighbours, which are composite.
        let prime = power(1024) - 105_u32;
        for base in [2, 3, 5, 7, 65_537, u64::MAX] {
            check(&prime, base, true);
            check(&(&prime + 2_u32), base, false);
            check(&(&prime - 2_u32), base, false);
        }
        // One more than a high power of two: many squarings after the odd part.
        check(&(power(1023) + 1_u32), 2, false);
    }

    #[test]
    fn multiplication_agrees_with_general_arithmetic() {
        let number = (BigUint::from(3_u32) << 1022_usize) + 12_345_u32;
        let modulus = Modulus::new(words(&number));
        let mut a = BigUint::from(7_u32);
        for _ in 0..50 {
            a = &a * &a * 31_u32 + 5_u32;
            a %= &number;
            let in_form = modulus.multiply(&words(&a), &modulus.square_of_one());
            assert_eq!(in_form, words(&((&a << 1024_usize) % &number)));
            let squared = modulus.multiply(&in_form, &in_form);
            assert_eq!(squared, words(&(((&a * &a) << 1024_usize) % &number)));
        }
    }
}
