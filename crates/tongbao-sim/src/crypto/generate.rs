//! New RSA-2048 keys, generated side by side: one alone takes a good part of a second.

use ring::hmac;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::{CryptoRng, RngCore};
use tongbao_wire::seam::Chance;

use crate::SimError;

/// `count` new private keys, PKCS#8 in PEM.
///
/// The seeds are drawn before the threads start, so that the same chance gives the same keys.
pub(crate) fn keys(count: usize, chance: &Chance) -> Result<Vec<String>, SimError> {
    let seeds: Vec<[u8; 32]> = (0..count).map(|_| chance.bytes()).collect();
    std::thread::scope(|scope| {
        let makers: Vec<_> = seeds.iter().map(|seed| scope.spawn(move || key(seed))).collect();
        makers.into_iter().map(|maker| maker.join().expect("key generation does not panic")).collect()
    })
}

fn key(seed: &[u8]) -> Result<String, SimError> {
    let refused = |reason: String| SimError::Key { what: "an RSA-2048 key", reason };
    let mut stream = SeedStream::new(seed);
    let key = RsaPrivateKey::new(&mut stream, 2048).map_err(|e| refused(e.to_string()))?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|e| refused(e.to_string()))?;
    Ok(pem.to_string())
}

/// A stream of bytes from a seed: HMAC-SHA256 of a counter.
struct SeedStream {
    key: hmac::Key,
    counter: u64,
    block: Vec<u8>,
}

impl SeedStream {
    fn new(seed: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), counter: 0, block: Vec::new() }
    }
}

impl RngCore for SeedStream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            if self.block.is_empty() {
                self.block = hmac::sign(&self.key, &self.counter.to_le_bytes()).as_ref().to_vec();
                self.counter += 1;
            }
            *byte = self.block.pop().expect("just filled");
        }
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(buffer);
        Ok(())
    }
}

// As strong as the seed, which Settings::chance must make unpredictable outside of tests.
impl CryptoRng for SeedStream {}
