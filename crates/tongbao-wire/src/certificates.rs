//! The platform's certificates, as they are downloaded (v3.md §1.8).

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Answer of `GET /v3/certificates` (v3.md §1.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// One, or two while they rotate.
    pub data: Vec<PlatformCertificate>,
}

/// One platform certificate, encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformCertificate {
    /// 40 hexadecimal digits.
    pub serial_no: String,
    /// From when it is valid.
    pub effective_time: Timestamp,
    /// Until when it is valid.
    pub expire_time: Timestamp,
    /// The certificate's PEM, encrypted with the `APIv3` key.
    pub encrypt_certificate: EncryptCertificate,
}

/// The encrypted PEM of a platform certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptCertificate {
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// The 12-byte initialisation vector, as text.
    pub nonce: String,
    /// `certificate`.
    #[serde(default)]
    pub associated_data: String,
    /// Base64, the 16-byte tag appended.
    pub ciphertext: String,
}
