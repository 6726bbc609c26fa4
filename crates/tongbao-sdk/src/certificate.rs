//! What is read from an X.509 certificate: serial number, validity, owner, key.

use tongbao_wire::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

/// The parts of a certificate that matter here.
pub(crate) struct CertificateFacts {
    /// Upper-case hexadecimal, as `Wechatpay-Serial` and `serial_no` print it.
    pub(crate) serial_no: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// The subject's common name; in a merchant certificate the mchid (v3.md §1.5).
    pub(crate) common_name: Option<String>,
    /// The public key inside: PKCS#1, or with SM2 the point.
    pub(crate) public_key: Vec<u8>,
    /// The same with its algorithm (SPKI), DER.
    pub(crate) spki: Vec<u8>,
}

/// Reads a DER certificate; `None` when it is not one.
pub(crate) fn read(der: &[u8]) -> Option<CertificateFacts> {
    let certificate = Certificate::from_der(der).ok()?;
    let tbs = certificate.tbs_certificate();
    let serial = tbs.serial_number().as_bytes();
    // A DER integer whose first bit is set carries a zero byte in front, which no one prints.
    let serial = match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        whole => whole,
    };
    let validity = tbs.validity();
    Some(CertificateFacts {
        serial_no: upper_hex(serial),
        not_before: instant(validity.not_before),
        not_after: instant(validity.not_after),
        common_name: tbs.subject().common_name().ok().flatten().map(|name| name.value().into_owned()),
        public_key: tbs.subject_public_key_info().subject_public_key.as_bytes()?.to_vec(),
        spki: tbs.subject_public_key_info().to_der().ok()?,
    })
}

fn instant(time: x509_cert::time::Time) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// Upper-case hexadecimal.
pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
