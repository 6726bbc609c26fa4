//! Certificates, made with `rcgen`.

use std::fmt;

use base64::Engine as _;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber, date_time_ymd,
};
use ring::digest;
use serde::{Deserialize, Serialize};
use tongbao_wire::Timestamp;

use super::{SigningKey, x509};
use crate::SimError;

/// A certificate and what the protocol tells about it.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// 40 upper-case hexadecimal digits.
    pub(crate) serial_no: String,
    /// The certificate as TLS carries it.
    pub(crate) der: Vec<u8>,
    /// The certificate in PEM.
    pub(crate) pem: String,
    /// The public key alone in PEM.
    pub(crate) public_key_pem: String,
    /// From when it is valid.
    pub(crate) not_before: Timestamp,
    /// Until when it is valid.
    pub(crate) not_after: Timestamp,
}

/// Makes a self-signed certificate for `common_name`, valid for `years` from the first of the month of
/// `now`. The same input makes the same certificate.
pub(crate) fn make(
    private_key_pem: &str,
    common_name: &str,
    serial: &Serial,
    now: Timestamp,
    years: i32,
) -> Result<Certificate, SimError> {
    let key = KeyPair::from_pkcs8_pem_and_sign_algo(private_key_pem, &PKCS_RSA_SHA256).map_err(refused)?;
    let (year, month) = year_and_month(now);
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "Tongbao simulator");
    params.distinguished_name = name;
    params.not_before = date_time_ymd(year, month, 1);
    params.not_after = date_time_ymd(year + years, month, 1);
    params.serial_number = Some(SerialNumber::from_slice(&serial.0));
    let certificate = params.self_signed(&key).map_err(refused)?;
    Ok(Certificate {
        serial_no: serial.to_string(),
        der: certificate.der().to_vec(),
        pem: certificate.pem(),
        public_key_pem: key.public_key_pem(),
        not_before: midnight(year, month),
        not_after: midnight(year + years, month),
    })
}

/// Reads a certificate that somebody else made, in PEM.
pub(crate) fn read(pem: &str) -> Result<Certificate, SimError> {
    let refuse = |reason: &str| SimError::Key { what: "a certificate", reason: reason.into() };
    let der = super::fixed::pem_to_der(pem)?;
    let read = x509::read(&der).ok_or_else(|| refuse("it is no X.509 certificate of an RSA key"))?;
    if x509::numbers(&read.public_key).is_none_or(|(modulus, _)| modulus.len() < MODULUS_BYTES_MIN) {
        return Err(refuse("its key is no RSA key of 2048 bits or more"));
    }
    Ok(Certificate {
        serial_no: upper_hex(&read.serial),
        pem: pem.into(),
        public_key_pem: to_pem("PUBLIC KEY", &read.public_key_info),
        not_before: read.not_before,
        not_after: read.not_after,
        der,
    })
}

impl Certificate {
    /// Checks signatures made with the private key that belongs to it.
    pub(crate) fn verifying_key(&self) -> Option<SigningKey> {
        x509::read(&self.der).map(|read| SigningKey::Public(read.public_key))
    }
}

fn to_pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A serial number: 40 upper-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Serial([u8; 20]);

impl Serial {
    /// The same input makes the same serial.
    pub(crate) fn of(common_name: &str, salt: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(common_name.as_bytes());
        context.update(&[0]);
        context.update(salt);
        let mut serial = [0; 20];
        serial.copy_from_slice(&context.finish().as_ref()[..20]);
        // 20 bytes that keep their 40 digits: the first is never below 0x40 nor negative.
        serial[0] = 0x40 | (serial[0] & 0x3F);
        Self(serial)
    }

    /// Reads 40 hexadecimal digits, the first from 1 to 7: others do not keep their length in a certificate.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 40 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !digits || !matches!(text.as_bytes()[0], b'1'..=b'7') {
            return None;
        }
        let mut serial = [0; 20];
        for (byte, pair) in serial.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(serial))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&upper_hex(&self.0))
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

impl TryFrom<String> for Serial {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a serial has 40 hexadecimal digits")
    }
}

fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(crate) fn year_and_month(now: Timestamp) -> (i32, u8) {
    let date = now.beijing_date();
    let mut parts = date.split('-');
    let year = parts.next().and_then(|text| text.parse().ok()).unwrap_or(2026);
    let month = parts.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    // X.509 dates of this writer end with the year 9999.
    (year.clamp(1970, 9900), month)
}

fn midnight(year: i32, month: u8) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{year:04}-{month:02}-01T00:00:00Z")).expect("a month's first day")
}

#[allow(clippy::needless_pass_by_value, reason = "the form map_err wants")]
fn refused(error: rcgen::Error) -> SimError {
    SimError::Key { what: "a certificate", reason: error.to_string() }
}

/// As the platform's certificates (v3.md §1.8).
pub(crate) const YEARS_VALID: i32 = 5;
const MODULUS_BYTES_MIN: usize = 256;
