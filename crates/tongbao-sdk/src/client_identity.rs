//! Who this side is in TLS: `APIv2` asks for the merchant's API certificate where money moves (v2.md §1.6).

use std::fmt;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use crate::certificate;
use crate::merchant_key::{self, MerchantKeyError};
use crate::pem::PemKind;
use crate::pkcs12;

/// The merchant's API certificate (商户API证书) with its private key, shown to servers that ask for one.
///
/// The same pair as the [`MerchantKey`](crate::MerchantKey)'s. The cryptographic library wipes the key when
/// the last clone is dropped; the decoded file is wiped at once.
#[derive(Clone)]
pub struct ClientIdentity {
    certified: Arc<CertifiedKey>,
    serial_no: String,
}

impl ClientIdentity {
    /// Reads `apiclient_key.pem` (PKCS#8 or PKCS#1) and `apiclient_cert.pem`.
    ///
    /// # Errors
    /// [`MerchantKeyError`], which names the file and the mistake.
    pub fn from_pem(private_key: &[u8], certificate: &[u8]) -> Result<Self, MerchantKeyError> {
        let block = merchant_key::private_key_block(private_key)?;
        let key = if block.kind == PemKind::Pkcs1 {
            PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(block.der.as_slice()))
        } else {
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(block.der.as_slice()))
        };
        let certificate = merchant_key::certificate_block(certificate)?;
        Self::new(&key, vec![CertificateDer::from(certificate.der.to_vec())])
    }

    /// Reads `apiclient_cert.p12`. The password is the mchid unless it was changed; with service providers,
    /// the service provider's.
    ///
    /// # Errors
    /// [`MerchantKeyError`], which says what is wrong with the file or the password.
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, MerchantKeyError> {
        let contents = pkcs12::open(file, password).map_err(MerchantKeyError::Pkcs12)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(contents.key.as_slice()));
        Self::new(&key, contents.certificates.into_iter().map(CertificateDer::from).collect())
    }

    /// `chain` holds the key's own certificate, wherever it stands, and perhaps those of authorities.
    fn new(
        key: &PrivateKeyDer<'_>,
        mut chain: Vec<CertificateDer<'static>>,
    ) -> Result<Self, MerchantKeyError> {
        let key = any_supported_type(key).map_err(|_| MerchantKeyError::Unusable)?;
        let public_key = key.public_key().ok_or(MerchantKeyError::Unusable)?;
        let facts: Option<Vec<_>> = chain.iter().map(|der| certificate::read(der)).collect();
        let mut facts = facts.ok_or(MerchantKeyError::DamagedCertificate)?;
        let Some(own) = facts.iter().position(|facts| facts.spki == public_key.as_ref()) else {
            return Err(MerchantKeyError::Mismatch { serial_no: facts.swap_remove(0).serial_no });
        };
        // In the handshake it comes first.
        chain.swap(0, own);
        let serial_no = facts.swap_remove(own).serial_no;
        Ok(Self { certified: Arc::new(CertifiedKey::new(chain, key)), serial_no })
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        self.certified.clone()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientIdentity(certificate {}, key redacted)", self.serial_no)
    }
}
