//! The merchant's own key pair: `apiclient_key.pem` and `apiclient_cert.pem`, or both in `apiclient_cert.p12`.

#[cfg(feature = "sm")]
use std::sync::Arc;

use aws_lc_rs::rsa;
use aws_lc_rs::signature::KeyPair;
use tongbao_wire::Timestamp;

use crate::certificate::{self, CertificateFacts};
use crate::pem::{self, PemBlock, PemError, PemKind};
use crate::pkcs12::{self, Pkcs12Error};
use crate::signer::Signer;
#[cfg(feature = "sm")]
use crate::sm;
use crate::unsealer::Unsealer;

/// The merchant's private key with the serial number of its certificate, checked to belong together.
///
/// The key is parsed once, here; [`MerchantKey::signer`] and [`MerchantKey::unsealer`] share it. The
/// cryptographic library wipes it when the last of them is dropped; the decoded file is wiped at once.
#[derive(Clone, Debug)]
pub struct MerchantKey {
    signer: Signer,
    unsealer: Unsealer,
    serial_no: String,
    certificate: Option<Validity>,
}

#[derive(Clone, Debug)]
struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
    common_name: Option<String>,
}

/// A private key, ready for both its uses.
struct PrivateKey {
    signer: Signer,
    unsealer: Unsealer,
    /// As a certificate holds it.
    public_key: Vec<u8>,
}

/// Why a merchant key cannot be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MerchantKeyError {
    /// The private key's file is not PEM.
    #[error("private key: {0}")]
    KeyFile(#[source] PemError),
    /// The certificate's file is not PEM.
    #[error("merchant certificate: {0}")]
    CertificateFile(#[source] PemError),
    /// Another kind of file where the private key belongs.
    #[error(
        "private key: this is {found}; the private key is apiclient_key.pem and begins with -----BEGIN PRIVATE KEY-----"
    )]
    NotAPrivateKey {
        /// What it is.
        found: &'static str,
    },
    /// Protected by a password.
    #[error(
        "private key: it is encrypted; write it without a password first: openssl pkcs8 -in apiclient_key.pem -nocrypt -topk8 -out plain.pem"
    )]
    Encrypted,
    /// A private key that is neither RSA of 2048 bits or more nor, with the feature `sm`, SM2 in PKCS#8.
    #[error("private key: not an RSA key of 2048 to 8192 bits (nor SM2, with the feature sm), or damaged")]
    Unusable,
    /// Another kind of file where the certificate belongs.
    #[error(
        "merchant certificate: this is {found}; the certificate is apiclient_cert.pem and begins with -----BEGIN CERTIFICATE-----"
    )]
    NotACertificate {
        /// What it is.
        found: &'static str,
    },
    /// A certificate that cannot be read.
    #[error("merchant certificate: its content is damaged")]
    DamagedCertificate,
    /// Key and certificate of two different pairs.
    #[error(
        "the private key does not belong to certificate {serial_no}; take apiclient_key.pem and apiclient_cert.pem from the same download"
    )]
    Mismatch {
        /// Serial number of the certificate given.
        serial_no: String,
    },
    /// The PKCS#12 file cannot be opened.
    #[error("apiclient_cert.p12: {0}")]
    Pkcs12(#[source] Pkcs12Error),
    /// A serial number that cannot be one.
    #[error(
        "merchant certificate serial number: must be 1 to 64 hexadecimal digits (40 as the merchant platform shows it)"
    )]
    Serial,
}

impl MerchantKeyError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyFile(_) => "merchant_key_file",
            Self::CertificateFile(_) => "merchant_certificate_file",
            Self::NotAPrivateKey { .. } => "merchant_key_wrong_kind",
            Self::Encrypted => "merchant_key_encrypted",
            Self::Unusable => "merchant_key_unusable",
            Self::NotACertificate { .. } => "merchant_certificate_wrong_kind",
            Self::DamagedCertificate => "merchant_certificate_damaged",
            Self::Mismatch { .. } => "merchant_key_mismatch",
            Self::Pkcs12(error) => error.code(),
            Self::Serial => "merchant_certificate_serial",
        }
    }
}

impl MerchantKey {
    /// Reads `apiclient_key.pem` (PKCS#8 or PKCS#1) and `apiclient_cert.pem`; the serial number comes from
    /// the certificate.
    ///
    /// # Errors
    /// [`MerchantKeyError`], which names the file and the mistake.
    pub fn from_pem(private_key: &[u8], certificate: &[u8]) -> Result<Self, MerchantKeyError> {
        let key = PrivateKey::from_pem(private_key)?;
        let block = certificate_block(certificate)?;
        let facts = certificate::read(&block.der).ok_or(MerchantKeyError::DamagedCertificate)?;
        Self::pair(key, facts)
    }

    /// Reads `apiclient_cert.p12`, which holds both (v2.md §1.6). The password is the mchid unless it was
    /// changed; with service providers, the service provider's.
    ///
    /// # Errors
    /// [`MerchantKeyError`], which says what is wrong with the file or the password.
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, MerchantKeyError> {
        let contents = pkcs12::open(file, password).map_err(MerchantKeyError::Pkcs12)?;
        let key = PrivateKey::from_pkcs8(&contents.key).ok_or(MerchantKeyError::Unusable)?;
        let facts = contents.certificates.iter().map(|der| certificate::read(der));
        let facts: Option<Vec<CertificateFacts>> = facts.collect();
        let mut facts = facts.ok_or(MerchantKeyError::DamagedCertificate)?;
        // The file may hold the certificates of the authorities too.
        let own = facts.iter().position(|facts| facts.public_key == key.public_key).unwrap_or(0);
        Self::pair(key, facts.swap_remove(own))
    }

    fn pair(key: PrivateKey, facts: CertificateFacts) -> Result<Self, MerchantKeyError> {
        if key.public_key != facts.public_key {
            return Err(MerchantKeyError::Mismatch { serial_no: facts.serial_no });
        }
        Ok(Self {
            signer: key.signer,
            unsealer: key.unsealer,
            serial_no: facts.serial_no,
            certificate: Some(Validity {
                not_before: facts.not_before,
                not_after: facts.not_after,
                common_name: facts.common_name,
            }),
        })
    }

    /// Reads `apiclient_key.pem`, with the serial number as the merchant platform shows it. Nothing can
    /// be checked against the certificate then; prefer [`MerchantKey::from_pem`].
    ///
    /// # Errors
    /// [`MerchantKeyError`].
    pub fn with_serial(private_key: &[u8], serial_no: &str) -> Result<Self, MerchantKeyError> {
        let is_hex = serial_no.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(1..=64).contains(&serial_no.len()) || !is_hex {
            return Err(MerchantKeyError::Serial);
        }
        let PrivateKey { signer, unsealer, .. } = PrivateKey::from_pem(private_key)?;
        Ok(Self { signer, unsealer, serial_no: serial_no.to_ascii_uppercase(), certificate: None })
    }

    /// Serial number of the merchant certificate, upper-case hexadecimal.
    #[must_use]
    pub fn serial_no(&self) -> &str {
        &self.serial_no
    }

    /// Signs with this key.
    #[must_use]
    pub fn signer(&self) -> Signer {
        self.signer.clone()
    }

    /// Opens what the platform encrypted for this key.
    #[must_use]
    pub fn unsealer(&self) -> Unsealer {
        self.unsealer.clone()
    }

    /// From when the certificate is valid; `None` when none was given.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        self.certificate.as_ref().map(|validity| validity.not_before)
    }

    /// Until when the certificate is valid; `None` when none was given.
    #[must_use]
    pub fn not_after(&self) -> Option<Timestamp> {
        self.certificate.as_ref().map(|validity| validity.not_after)
    }

    /// The common name of the certificate, which is the mchid it was issued to (v3.md §1.5).
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.certificate.as_ref()?.common_name.as_deref()
    }
}

impl PrivateKey {
    fn from_pem(file: &[u8]) -> Result<Self, MerchantKeyError> {
        let block = private_key_block(file)?;
        let key = if block.kind == PemKind::Pkcs1 {
            Self::from_pkcs1(&block.der)
        } else {
            Self::from_pkcs8(&block.der)
        };
        key.ok_or(MerchantKeyError::Unusable)
    }

    fn rsa(key: rsa::KeyPair) -> Option<Self> {
        let public_key = key.public_key().as_ref().to_vec();
        Some(Self { unsealer: Unsealer::rsa(&key)?, signer: Signer::rsa(key), public_key })
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm::PrivateKey::from_pkcs8(der) {
            let (public_key, key) = (key.public_key(), Arc::new(key));
            return Some(Self { signer: Signer::sm2(key.clone()), unsealer: Unsealer::sm2(key), public_key });
        }
        Self::rsa(rsa::KeyPair::from_pkcs8(der).ok()?)
    }

    fn from_pkcs1(der: &[u8]) -> Option<Self> {
        Self::rsa(rsa::KeyPair::from_der(der).ok()?)
    }
}

/// The block of a file that should hold a private key; PKCS#8 or PKCS#1.
pub(crate) fn private_key_block(file: &[u8]) -> Result<PemBlock, MerchantKeyError> {
    let block = pem::first_block(file).map_err(MerchantKeyError::KeyFile)?;
    match block.kind {
        PemKind::Pkcs8 | PemKind::Pkcs1 => Ok(block),
        PemKind::EncryptedPrivateKey => Err(MerchantKeyError::Encrypted),
        PemKind::EcPrivateKey => Err(MerchantKeyError::Unusable),
        kind @ (PemKind::Certificate | PemKind::PublicKey | PemKind::Other) => {
            Err(MerchantKeyError::NotAPrivateKey { found: described(kind) })
        }
    }
}

/// The block of a file that should hold a certificate.
pub(crate) fn certificate_block(file: &[u8]) -> Result<PemBlock, MerchantKeyError> {
    let block = pem::first_block(file).map_err(MerchantKeyError::CertificateFile)?;
    if block.kind == PemKind::Certificate {
        Ok(block)
    } else {
        Err(MerchantKeyError::NotACertificate { found: described(block.kind) })
    }
}

/// A kind of PEM file in words.
pub(crate) fn described(kind: PemKind) -> &'static str {
    match kind {
        PemKind::Pkcs8 | PemKind::Pkcs1 | PemKind::EcPrivateKey => "a private key",
        PemKind::EncryptedPrivateKey => "an encrypted private key",
        PemKind::Certificate => "a certificate",
        PemKind::PublicKey => "a public key",
        PemKind::Other => "another kind of PEM file",
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::rsa;
    use aws_lc_rs::signature::KeyPair;

    use super::{MerchantKey, MerchantKeyError};
    use crate::{pem, published};

    fn code(key: &[u8], certificate: &[u8]) -> &'static str {
        MerchantKey::from_pem(key, certificate).expect_err("a mistake").code()
    }

    #[test]
    fn the_published_key_is_the_one_the_dossier_names() {
        let block = pem::first_block(published::DOC_MERCHANT_KEY).expect("official");
        let key = rsa::KeyPair::from_pkcs8(&block.der).expect("official");
        let spki: PublicKeyX509Der<'_> = key.public_key().as_der().expect("an RSA key has an SPKI form");
        assert_eq!(
            hex::encode(digest(&SHA256, spki.as_ref())),
            "0076df9361cc1f5744359234d7df9fd43442cf369fb98826562f1d10a347ec5c"
        );
    }

    #[test]
    fn key_and_certificate_of_one_pair_are_read_in_both_key_formats() {
        for file in [published::GO_KEY, published::GO_KEY_PKCS1] {
            let key = MerchantKey::from_pem(file, published::GO_CERTIFICATE).expect("a pair");
            assert_eq!(key.serial_no(), "D7CE59D1F522D701");
            let not_after = key.not_after().expect("a certificate was given");
            assert_eq!(not_after.rfc3339(), "2031-04-25T16:55:23+08:00");
            assert_eq!(key.common_name(), None);
            assert_eq!(format!("{key:?}").matches("redacted").count(), 2, "nothing of the key is printed");
        }
    }

    #[test]
    fn a_pkcs12_file_gives_the_same_pair() {
        let file = include_bytes!("../tests/keys/legacy.p12");
        let key = MerchantKey::from_pkcs12(file, "1900007291").expect("a pair");
        assert_eq!(key.serial_no(), "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB");
        assert_eq!(key.common_name(), Some("1900007291"));
        let pem = include_bytes!("../tests/keys/apiclient_cert.pem");
        let other = MerchantKey::from_pem(published::GO_KEY, pem).expect("a pair");
        assert_eq!(key.signer().sign(b"message"), other.signer().sign(b"message"));
        let error = MerchantKey::from_pkcs12(file, "1900007292").expect_err("another password");
        assert_eq!(error.code(), "p12_wrong_password");
        assert!(error.to_string().starts_with("apiclient_cert.p12: wrong password"), "{error}");
    }

    #[test]
    fn a_key_of_another_pair_is_refused_with_the_certificates_serial() {
        let error = MerchantKey::from_pem(published::DOC_MERCHANT_KEY, published::GO_CERTIFICATE)
            .expect_err("two pairs");
        assert_eq!(error, MerchantKeyError::Mismatch { serial_no: "D7CE59D1F522D701".into() });
        assert!(error.to_string().contains("from the same download"), "{error}");
    }

    #[test]
    fn files_in_the_wrong_place_are_named() {
        let certificate = published::GO_CERTIFICATE;
        assert_eq!(code(certificate, published::GO_KEY), "merchant_key_wrong_kind");
        assert_eq!(code(published::GO_KEY, published::GO_KEY), "merchant_certificate_wrong_kind");
        assert_eq!(code(published::DOC_PUBLIC_KEY, certificate), "merchant_key_wrong_kind");
        assert_eq!(code(b"\x30\x82\xff\xff", certificate), "merchant_key_file");
        assert_eq!(code(published::GO_KEY, b""), "merchant_certificate_file");
        let wrap = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        assert_eq!(code(wrap("ENCRYPTED PRIVATE KEY").as_bytes(), certificate), "merchant_key_encrypted");
        assert_eq!(code(wrap("EC PRIVATE KEY").as_bytes(), certificate), "merchant_key_unusable");
        assert_eq!(code(wrap("PRIVATE KEY").as_bytes(), certificate), "merchant_key_unusable");
        let damaged = wrap("CERTIFICATE");
        assert_eq!(code(published::GO_KEY, damaged.as_bytes()), "merchant_certificate_damaged");
    }

    #[test]
    fn a_serial_number_given_by_hand_must_look_like_one() {
        let key = MerchantKey::with_serial(published::GO_KEY, "d7ce59d1f522d701").expect("hexadecimal");
        assert_eq!(key.serial_no(), "D7CE59D1F522D701");
        assert_eq!(key.not_after(), None);
        for serial in ["", "PUB_KEY_ID_1", "1900007291 "] {
            let error = MerchantKey::with_serial(published::GO_KEY, serial).expect_err("no serial");
            assert_eq!(error, MerchantKeyError::Serial);
        }
    }
}
