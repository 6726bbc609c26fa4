//! 国密: SM2 with SM3, SM4-GCM (v3.md §1.10), for merchants whom the platform invited to it.
//!
//! Nothing is called here directly: a [`MerchantKey`](crate::MerchantKey) that is read from an SM2 key signs
//! with it, [`PlatformKeys`](crate::PlatformKeys) read or download SM2 certificates, and an
//! [`ApiV3Key`](crate::ApiV3Key) opens what is encrypted with SM4.
//!
//! The arithmetic is RustCrypto's. **Its `sm2` says of itself that it was never audited independently**, which
//! is why this is behind a feature. Private keys are wiped when they are dropped; copies that the library
//! makes on the stack while it signs or decrypts are not.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{AesGcm, Nonce};
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey};
use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use sm3::{Digest, Sm3};
use sm4::Sm4;
use zeroize::Zeroizing;

/// An SM2 private key.
pub(crate) struct PrivateKey(SecretKey);

impl PrivateKey {
    /// `None` when it is none of SM2.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        SecretKey::from_pkcs8_der(der).ok().map(Self)
    }

    /// The public key as a certificate holds it: an uncompressed point.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.0.public_key().to_sec1_bytes().into_vec()
    }

    /// SM2 with SM3, DER. The same message is always signed with the same bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature: Signature = SigningKey::new(USER_ID, &self.0).ok()?.try_sign(message).ok()?;
        Some(signature.to_der().to_vec())
    }

    /// Opens a ciphertext in the ASN.1 form.
    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = DecryptingKey::new_with_mode(self.0.to_nonzero_scalar(), Mode::C1C3C2);
        key.decrypt_der(ciphertext).ok().map(Zeroizing::new)
    }
}

/// An SM2 public key.
pub(crate) struct PublicKey {
    verifying: VerifyingKey,
    encrypting: EncryptingKey,
}

impl PublicKey {
    /// `None` when it is none of SM2.
    pub(crate) fn from_spki(spki: &[u8]) -> Option<Self> {
        let key = sm2::PublicKey::from_public_key_der(spki).ok()?;
        let verifying = VerifyingKey::new(USER_ID, key).ok()?;
        Some(Self { verifying, encrypting: EncryptingKey::new_with_mode(key, Mode::C1C3C2) })
    }

    /// True when `signature` (DER) is this key's over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_der(signature);
        signature.is_ok_and(|signature| self.verifying.verify(message, &signature).is_ok())
    }

    /// A ciphertext in the ASN.1 form; `None` for an empty text, which SM2 cannot encrypt.
    pub(crate) fn encrypt(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.encrypting.encrypt_der(&mut SysRng, text).ok()
    }
}

/// Opens documents: SM4-GCM under the first half of SM3 of the `APIv3` key.
pub(crate) struct DocumentKey(AesGcm<Sm4, U12>);

impl DocumentKey {
    pub(crate) fn of(apiv3_key: &[u8]) -> Self {
        let digest = Zeroizing::new(<[u8; 32]>::from(Sm3::digest(apiv3_key)));
        Self(AesGcm::new_from_slice(&digest[..KEY_BYTES]).expect("SM4 has keys of 16 bytes"))
    }

    /// Opens ciphertext with the tag appended; `None` when it is not this key's, or was altered.
    pub(crate) fn open(&self, nonce: [u8; 12], aad: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt(&Nonce::from(nonce), Payload { msg: ciphertext, aad }).ok()
    }
}

/// Who signs, in the standard's sense. Everybody is this, as the official Java SDK's vectors prove.
const USER_ID: &str = "1234567812345678";
const KEY_BYTES: usize = 16;
/// SM2 has no limit of its own, and the platform prints none; no sensitive member is longer.
pub(crate) const PLAINTEXT_BYTES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::{ProptestConfig, any, proptest};

    use super::{DocumentKey, PrivateKey, PublicKey};
    use crate::apiv3_key::{Aead, ApiV3Key};
    use crate::{pem, published};

    fn private_key() -> PrivateKey {
        let block = pem::first_block(published::JAVA_SM2_KEY).expect("published");
        PrivateKey::from_pkcs8(&block.der).expect("published")
    }

    fn public_key() -> PublicKey {
        let block = pem::first_block(published::JAVA_SM2_PUBLIC_KEY).expect("published");
        PublicKey::from_spki(&block.der).expect("published")
    }

    fn published(name: &str) -> Vec<u8> {
        STANDARD.decode(published::signature(name)).expect("Base64")
    }

    #[test]
    fn the_java_sdk_signature_verifies_and_ours_too() {
        let key = public_key();
        assert!(key.verify(b"message", &published("java_sm2_message")));
        assert!(!key.verify(b"massage", &published("java_sm2_message")));
        let signature = private_key().sign(b"message").expect("signs");
        assert!(key.verify(b"message", &signature));
        assert_eq!(private_key().sign(b"message"), Some(signature));
    }

    #[test]
    fn the_java_sdk_ciphertext_opens_and_ours_too() {
        let plain = private_key().decrypt(&published("java_sm2_sealed")).expect("published");
        assert_eq!(plain.as_slice(), b"plaintext");
        let sealed = public_key().encrypt("张三".as_bytes()).expect("encrypts");
        assert_eq!(private_key().decrypt(&sealed).expect("opens").as_slice(), "张三".as_bytes());
        assert_eq!(public_key().encrypt(b""), None);
    }

    #[test]
    fn the_java_sdk_document_opens_under_both_spellings() {
        let key = ApiV3Key::parse(b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").expect("32 bytes");
        for name in ["AEAD_SM4_GCM", "SM4_GCM"] {
            let aead = Aead::named(name).expect("known");
            let open = |aad| key.open(aead, "uluk4a9R25RW", aad, "+lcLNfkZQQx+iQm20Apa3x9Mb/5L7PgZ7w==");
            assert_eq!(open("associatedData").as_deref(), Some(&b"plaintext"[..]));
            assert_eq!(open("associatedDatA"), None);
        }
        assert_eq!(Aead::named("AEAD_SM4_CBC"), None);
    }

    #[test]
    fn keys_of_other_kinds_are_not_taken_for_sm2() {
        let block = pem::first_block(published::GO_KEY).expect("published");
        assert!(PrivateKey::from_pkcs8(&block.der).is_none());
        let block = pem::first_block(published::DOC_PUBLIC_KEY).expect("published");
        assert!(PublicKey::from_spki(&block.der).is_none());
    }

    proptest! {
        // Each case multiplies points, unoptimised.
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn arbitrary_bytes_never_panic_and_never_pass(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert!(!public_key().verify(b"message", &bytes));
            assert!(private_key().decrypt(&bytes).is_none());
            assert_eq!(DocumentKey::of(b"k").open([0; 12], b"", &bytes), None);
        }

        #[test]
        fn a_flipped_byte_is_noticed(position in 0_usize..70, flip in 1_u8..=255) {
            let mut signature = published("java_sm2_message");
            signature[position] ^= flip;
            assert!(!public_key().verify(b"message", &signature));
            let mut sealed = published("java_sm2_sealed");
            sealed[position] ^= flip;
            assert!(private_key().decrypt(&sealed).is_none());
        }
    }
}
