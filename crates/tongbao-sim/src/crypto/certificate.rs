//! Certificates, made with `rcgen`.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber, date_time_ymd,
};
use ring::digest;
use tongbao_wire::Timestamp;

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
/// `now`. Its serial is drawn from `salt`, so that the same input makes the same certificate.
pub(crate) fn make(
    private_key_pem: &str,
    common_name: &str,
    salt: &[u8],
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
    let serial = serial(common_name, salt);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let certificate = params.self_signed(&key).map_err(refused)?;
    Ok(Certificate {
        serial_no: upper_hex(&serial),
        der: certificate.der().to_vec(),
        pem: certificate.pem(),
        public_key_pem: key.public_key_pem(),
        not_before: midnight(year, month),
        not_after: midnight(year + years, month),
    })
}

/// 20 bytes that keep their 40 digits: the first is never below 0x40 nor negative.
fn serial(common_name: &str, salt: &[u8]) -> [u8; 20] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(common_name.as_bytes());
    context.update(&[0]);
    context.update(salt);
    let mut serial = [0; 20];
    serial.copy_from_slice(&context.finish().as_ref()[..20]);
    serial[0] = 0x40 | (serial[0] & 0x3F);
    serial
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
