//! New RSA-2048 keys, their primes searched side by side.
//!
//! The search is our own because a start waits for it: a sieve and few rounds of Miller–Rabin on arithmetic
//! of fixed size take a tenth of the time of the `rsa` crate's search. That crate makes the key of the primes,
//! and `ring` checks it once more when it is loaded.

use ring::hmac;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::{BigUint, RsaPrivateKey};
use tongbao_wire::seam::Chance;

use super::montgomery::{Modulus, WORDS, Words};
use crate::SimError;

/// `count` new private keys, PKCS#8 in PEM.
///
/// The seeds are drawn before the threads start, so that the same chance gives the same keys.
pub(crate) fn keys(count: usize, chance: &Chance) -> Result<Vec<String>, SimError> {
    from_seeds(&(0..count * 2).map(|_| chance.bytes()).collect::<Vec<_>>())
}

/// A private key of every two seeds, PKCS#8 in PEM; always the same.
pub(crate) fn from_seeds(seeds: &[[u8; 32]]) -> Result<Vec<String>, SimError> {
    let primes: Vec<BigUint> = std::thread::scope(|scope| {
        let searches: Vec<_> = seeds.iter().map(|seed| scope.spawn(move || prime(seed))).collect();
        searches.into_iter().map(|search| search.join().expect("the search does not panic")).collect()
    });
    primes.chunks(2).map(|pair| key(&pair[0], &pair[1])).collect()
}

fn key(p: &BigUint, q: &BigUint) -> Result<String, SimError> {
    let refused = |reason: String| SimError::Key { what: "an RSA-2048 key", reason };
    let key = RsaPrivateKey::from_p_q(p.clone(), q.clone(), BigUint::from(EXPONENT))
        .map_err(|e| refused(e.to_string()))?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|e| refused(e.to_string()))?;
    Ok(pem.to_string())
}

/// A prime of 1024 bits whose two highest bits are set, so that two of them make a modulus of 2048.
fn prime(seed: &[u8]) -> BigUint {
    let mut stream = SeedStream::new(seed);
    let small = small_primes();
    loop {
        let mut start = stream.bytes::<PRIME_BYTES>();
        start[0] |= 0xC0;
        start[PRIME_BYTES - 1] |= 1;
        // Only a start within a hair of 2^1024 runs over, and few have no prime near.
        if let Some(found) = search(&start, &small, &mut stream) {
            return found;
        }
    }
}

/// The first prime among the odd numbers from `start`, if one is near.
fn search(start: &[u8], small: &[u32], stream: &mut SeedStream) -> Option<BigUint> {
    let mut composite = vec![false; SIEVED];
    for &factor in small {
        let rest = remainder(start, factor);
        // The first odd offset 2·k with (start + 2·k) divisible by the factor.
        let missing = (factor - rest) % factor;
        let first = if missing.is_multiple_of(2) { missing / 2 } else { missing.midpoint(factor) };
        let step = usize::try_from(factor).expect("small");
        for place in composite.iter_mut().skip(usize::try_from(first).expect("small")).step_by(step) {
            *place = true;
        }
    }
    let start = BigUint::from_bytes_be(start);
    let candidates = composite.iter().enumerate().filter(|(_, composite)| !**composite);
    candidates
        .map(|(place, _)| &start + BigUint::from(2 * place))
        .take_while(|candidate| candidate.bits() == PRIME_BYTES * 8)
        .find(|candidate| suits_exponent(candidate) && is_prime(candidate, stream))
}

/// The public exponent is prime, so it only must not divide what it is inverted by.
fn suits_exponent(prime: &BigUint) -> bool {
    (prime - 1_u32) % EXPONENT != BigUint::from(0_u32)
}

/// Miller–Rabin: base 2 first, which nearly every composite fails, then random bases. For random candidates
/// of 1024 bits five rounds leave less than 2^-100 (FIPS 186-4, table C.2).
fn is_prime(candidate: &BigUint, stream: &mut SeedStream) -> bool {
    let bytes = candidate.to_bytes_be();
    let modulus = Modulus::new(words(&bytes));
    let mut base = || {
        let mut bytes = stream.bytes::<PRIME_BYTES>();
        // Below every candidate, whose highest bit is set.
        bytes[0] = 0;
        words(&bytes)
    };
    modulus.passes_two() && (0..ROUNDS).all(|_| modulus.passes(&base()))
}

/// 128 bytes, the highest first, as words, the lowest first.
fn words(bytes: &[u8]) -> Words {
    let mut words = [0; WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.rchunks(8)) {
        *word = u64::from_be_bytes(chunk.try_into().expect("128 bytes are 16 words"));
    }
    words
}

fn remainder(number: &[u8], factor: u32) -> u32 {
    let factor = u64::from(factor);
    let rest = number.chunks(4).fold(0_u64, |rest, chunk| {
        let word = u32::from_be_bytes(chunk.try_into().expect("128 bytes are 32 words"));
        (rest << 32 | u64::from(word)) % factor
    });
    u32::try_from(rest).expect("below the factor")
}

/// Odd primes that the sieve strikes out by.
fn small_primes() -> Vec<u32> {
    let odd = (3..SMALL_MAX).step_by(2);
    odd.filter(|n| (3..).step_by(2).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d))).collect()
}

/// A stream of bytes from a seed: HMAC-SHA256 of a counter. As strong as the seed.
struct SeedStream {
    key: hmac::Key,
    counter: u64,
    block: Vec<u8>,
}

impl SeedStream {
    fn new(seed: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), counter: 0, block: Vec::new() }
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut buffer = [0; N];
        for byte in &mut buffer {
            if self.block.is_empty() {
                self.block = hmac::sign(&self.key, &self.counter.to_le_bytes()).as_ref().to_vec();
                self.counter += 1;
            }
            *byte = self.block.pop().expect("just filled");
        }
        buffer
    }
}

const EXPONENT: u32 = 65_537;
const PRIME_BYTES: usize = 128;
const SMALL_MAX: u32 = 1 << 14;
/// Odd numbers looked at from one start; a prime is 355 of them away on average.
const SIEVED: usize = 4096;
const ROUNDS: usize = 5;

#[cfg(test)]
mod tests {
    use rsa::BigUint;
    use tongbao_wire::seam::Chance;

    use super::{SeedStream, is_prime, keys, remainder, small_primes};
    use crate::crypto::SigningKey;
    use crate::crypto::fixed::pem_to_der;

    #[test]
    fn the_same_chance_gives_the_same_keys_and_they_sign() {
        let chance = || {
            let count = std::sync::atomic::AtomicU8::new(0);
            Chance::new(move |buffer| {
                buffer.fill_with(|| count.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
            })
        };
        let made = keys(1, &chance()).unwrap();
        assert_eq!(made, keys(1, &chance()).unwrap());
        let key = SigningKey::from_pkcs8(&pem_to_der(&made[0]).unwrap()).unwrap();
        assert!(key.verifies(b"message", &key.sign(b"message")));
    }

    #[test]
    fn primes_are_told_from_composites() {
        let mut stream = SeedStream::new(b"seed");
        let prime = (BigUint::from(1_u32) << 1024_usize) - 105_u32;
        assert!(is_prime(&prime, &mut stream));
        assert!(!is_prime(&(prime - 2_u32), &mut stream));
    }

    #[test]
    fn remainders_and_small_primes_are_right() {
        assert_eq!(small_primes()[..5], [3, 5, 7, 11, 13]);
        assert_eq!(small_primes().len(), 1899);
        let number = [0xFF_u8; 128];
        assert_eq!(remainder(&number, 7), 1, "2^1024 - 1 = 2 * 8^341 - 1");
    }
}
