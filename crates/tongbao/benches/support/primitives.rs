//! The cryptography alone, by the library the server uses.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A key that signs and its counterpart that verifies.
pub(crate) struct Primitives {
    key: KeyPair,
    public: ParsedPublicKey,
}

impl Primitives {
    /// With the private key in that PEM file.
    pub(crate) fn of(path: &str) -> Self {
        let pem = std::fs::read_to_string(path).expect("the simulator wrote it");
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let key = KeyPair::from_pkcs8(&STANDARD.decode(base64).expect("base64")).expect("an RSA key");
        let public =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref()).expect("its half");
        Self { key, public }
    }

    /// Processor time of two signatures and one verification: a request, a cashier, an answer.
    pub(crate) fn signs_and_verification(&self, times: usize) -> Duration {
        let request = vec![b'x'; 500];
        let cashier = vec![b'x'; 130];
        let mut signature = vec![0; self.key.public_modulus_len()];
        let mut sign = |message: &[u8]| {
            let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
            signed.expect("a signature");
            signature.clone()
        };
        let started = processor_time();
        for _ in 0..times {
            let signed = sign(&request);
            self.public.verify_sig(&request, &signed).expect("its own signature");
            std::hint::black_box(sign(&cashier));
        }
        (processor_time() - started) / u32::try_from(times).expect("hundreds")
    }
}

/// Time this thread has spent on a processor.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanos = told.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanos.expect("a number"))
}
