//! Reading certificates of others: the few members of X.509 that the protocol tells, in DER.

use tongbao_wire::Timestamp;

/// What a certificate says.
pub(super) struct Read {
    pub(super) serial: Vec<u8>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// `SubjectPublicKeyInfo`, whole.
    pub(super) public_key_info: Vec<u8>,
    /// The RSA key in it, PKCS#1.
    pub(super) public_key: Vec<u8>,
}

/// Reads a certificate of an RSA key; `None` for anything else.
pub(super) fn read(der: &[u8]) -> Option<Read> {
    let certificate = only(der, SEQUENCE)?;
    let (tbs, _) = one(certificate, SEQUENCE)?;
    // The version is told from the second on.
    let tbs = one(tbs, VERSION).map_or(tbs, |(_, rest)| rest);
    let (serial, tbs) = one(tbs, INTEGER)?;
    let (_algorithm, tbs) = one(tbs, SEQUENCE)?;
    let (_issuer, tbs) = one(tbs, SEQUENCE)?;
    let (validity, tbs) = one(tbs, SEQUENCE)?;
    let (_subject, tbs) = one(tbs, SEQUENCE)?;
    let (info, after) = one(tbs, SEQUENCE)?;
    let whole = &tbs[..tbs.len() - after.len()];
    let (not_before, validity) = time(validity)?;
    let (not_after, _) = time(validity)?;
    let (algorithm, info) = one(info, SEQUENCE)?;
    let bits = only(info, BIT_STRING)?;
    let public_key = bits.strip_prefix(&[0])?;
    let numbers = algorithm.starts_with(RSA_ENCRYPTION).then(|| numbers(public_key)).flatten();
    numbers.map(|_| Read {
        serial: serial.strip_prefix(&[0]).unwrap_or(serial).to_vec(),
        not_before,
        not_after,
        public_key_info: whole.to_vec(),
        public_key: public_key.to_vec(),
    })
}

/// Modulus and exponent of an RSA key in PKCS#1, big-endian, without leading zeros.
pub(super) fn numbers(pkcs1: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = only(pkcs1, SEQUENCE)?;
    let (modulus, rest) = one(key, INTEGER)?;
    let exponent = only(rest, INTEGER)?;
    let plain = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    Some((plain(modulus), plain(exponent)))
}

/// `UTCTime`, whose years are 1950 to 2049, or `GeneralizedTime`.
fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let ((digits, rest), century) = match one(der, UTC_TIME) {
        Some((digits, rest)) => ((digits, rest), Some(if *digits.first()? >= b'5' { "19" } else { "20" })),
        None => (one(der, GENERALIZED_TIME)?, None),
    };
    let text = format!("{}{}", century.unwrap_or_default(), str::from_utf8(digits).ok()?);
    let at = |from: usize, to: usize| text.get(from..to);
    let (year, month, day) = (at(0, 4)?, at(4, 6)?, at(6, 8)?);
    let (hour, minute, second) = (at(8, 10)?, at(10, 12)?, at(12, 14)?);
    let told = format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", at(14, text.len())?);
    Timestamp::parse_rfc3339(&told).ok().map(|at| (at, rest))
}

/// The content of a value that is all there is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    one(der, tag).filter(|(_, rest)| rest.is_empty()).map(|(content, _)| content)
}

/// The content of the first value, and what comes after it.
fn one(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < LONG_LENGTH {
        (usize::from(first), rest)
    } else {
        let bytes = usize::from(first - LONG_LENGTH);
        if !(1..=LENGTH_BYTES_MAX).contains(&bytes) {
            return None;
        }
        let (length, rest) = rest.split_at_checked(bytes)?;
        (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
    };
    rest.split_at_checked(length)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const LONG_LENGTH: u8 = 0x80;
/// Certificates are shorter than sixteen megabytes.
const LENGTH_BYTES_MAX: usize = 3;
/// 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tongbao_wire::Timestamp;

    use crate::crypto::certificate::{self, Serial};
    use crate::crypto::fixed;

    #[test]
    fn a_certificate_reads_as_it_was_made() {
        for year in [2026, 2048] {
            let now = Timestamp::parse_rfc3339(&format!("{year}-03-05T10:00:00+08:00")).unwrap();
            let serial = Serial::of("1900000001", b"salt");
            let made = certificate::make(fixed::MERCHANT_PEM, "1900000001", &serial, now, 5).unwrap();
            let read = certificate::read(&made.pem).unwrap();
            assert_eq!((&read.serial_no, &read.der), (&made.serial_no, &made.der));
            assert_eq!((read.not_before, read.not_after), (made.not_before, made.not_after));
            assert_eq!(read.public_key_pem.replace('\r', ""), made.public_key_pem.replace('\r', ""));
            let key = fixed::merchant_key().unwrap();
            let verifying = read.verifying_key().unwrap();
            assert!(verifying.verifies(b"message", &key.sign(b"message")));
            assert!(!verifying.verifies(b"massage", &key.sign(b"message")));
            assert_eq!(verifying.public_numbers(), key.public_numbers());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, at in 0..1000_usize, to: u8) {
            let _ = super::read(&bytes);
            let serial = Serial::of("1900000001", b"salt");
            let now = Timestamp::from_seconds(1_772_330_400);
            let mut der = certificate::make(fixed::MERCHANT_PEM, "1900000001", &serial, now, 5).unwrap().der;
            let place = at % der.len();
            der[place] = to;
            let _ = super::read(&der);
            der.truncate(place);
            prop_assert!(super::read(&der).is_none());
        }
    }
}
