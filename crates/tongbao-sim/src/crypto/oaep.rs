//! RSAES-OAEP with SHA-1: sensitive members (敏感字段), either way (v3.md §1.9).

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use tongbao_wire::seam::Chance;

/// Opens what merchants encrypted under one of the platform's keys. The key is read at first use, since most
/// runs never need it.
pub(crate) struct Opener {
    private_key_pem: String,
    key: OnceLock<Option<RsaPrivateKey>>,
}

impl Opener {
    pub(crate) fn new(private_key_pem: &str) -> Self {
        Self { private_key_pem: private_key_pem.into(), key: OnceLock::new() }
    }

    pub(crate) fn private_key_pem(&self) -> &str {
        &self.private_key_pem
    }

    /// The text inside; none when it was encrypted under another key, in another way, or is no text.
    pub(crate) fn open(&self, base64: &str) -> Option<String> {
        let key =
            self.key.get_or_init(|| RsaPrivateKey::from_pkcs8_pem(&self.private_key_pem).ok()).as_ref()?;
        let sealed = STANDARD.decode(base64).ok()?;
        String::from_utf8(key.decrypt(Oaep::new::<Sha1>(), &sealed).ok()?).ok()
    }
}

/// Encrypts a short text under a merchant's public key. None when it does not fit into one block.
pub(crate) fn seal_for(public_key_pem: &str, plain: &str, chance: &Chance) -> Option<String> {
    let key = RsaPublicKey::from_public_key_pem(public_key_pem).ok()?;
    let sealed = key.encrypt(&mut Drawn(chance), Oaep::new::<Sha1>(), plain.as_bytes()).ok()?;
    Some(STANDARD.encode(sealed))
}

/// The simulator's chance as the `rsa` crate wants it: the same seed seals alike.
struct Drawn<'a>(&'a Chance);

impl RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl CryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests {
    use tongbao_wire::seam::Chance;

    use super::{Opener, seal_for};
    use crate::crypto::fixed;

    /// v3.md §11.3, whose copy has two characters in the wrong order; this is the Go SDK's.
    #[test]
    fn the_official_go_vector_opens() {
        let opener = Opener::new(fixed::PLATFORM_CERTIFICATE_PEM);
        let sealed = "k/ASStqPXJikowOxiCddi8QeBhMcpLV4bjVqvNM9jnoqt1MPvbKSAmaEgYhIP07KUC8suaTCKw6IWsng/BIR2wLicfm1m7mPSosC3xnMb2tU0uA/DQTggN+e0G/akhIZ7d9gL6dj56BYkcy/RgTGHvs9ybIoD6dgCWL/pApgZRnowhKU2ZY1bQbBpudyiWmfBE6kZ+zISN8eb9tNOGucOTkkqz7C0BgGkkUAtu/qVUMo9t/597tGUde7uqVSdrV68XA4FTk9Jxjb3mXSB1u+huX99pY/ku/8evvtR/rhtebQNzHmghiFtEDpPQKwdf3m1akilb3Eum/MvV0Ouxn2dg==";
        assert_eq!(opener.open(sealed).as_deref(), Some("hello world"));
        for broken in ["", "?", "aGVsbG8=", &sealed.replace("k/", "kA")] {
            assert_eq!(opener.open(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_is_sealed_for_a_key_opens_with_it_alone_and_must_fit_a_block() {
        let chance = || Chance::new(|buffer| buffer.fill(7));
        let key = fixed::PLATFORM_PUBLIC_PEM;
        let public = rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(key, &rcgen::PKCS_RSA_SHA256).unwrap();
        let seal = |plain: &str| seal_for(&public.public_key_pem(), plain, &chance());
        let sealed = seal("13800000000").unwrap();
        assert_eq!(Opener::new(key).open(&sealed).as_deref(), Some("13800000000"));
        assert_eq!(Opener::new(fixed::MERCHANT_PEM).open(&sealed), None);
        assert!(seal(&"x".repeat(214)).is_some());
        assert!(seal(&"x".repeat(215)).is_none());
    }
}
