//! A `serial_no` that is not the merchant's.

use rsa::BigUint;

use super::mistake::{Mistake, header};
use super::signer::{KnownKey, Owner};

/// What is wrong with `said`, which is not the serial number of `right`'s certificate.
pub(crate) fn mistake(said: &str, right: &str, keys: &[KnownKey<'_>]) -> Mistake {
    if let Some(known) = keys.iter().find(|known| known.serial.eq_ignore_ascii_case(said)) {
        return match known.owner {
            Owner::Merchant(_) if said.eq_ignore_ascii_case(right) => header::SERIAL_CASE,
            Owner::Merchant(_) => header::SERIAL_OTHER_MERCHANT,
            Owner::PlatformCertificate | Owner::PlatformPublicKey => header::SERIAL_PLATFORM,
            Owner::Published => header::SERIAL_UNKNOWN,
        };
    }
    let bare: String = said.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = bare.strip_prefix("0x").unwrap_or(&bare);
    if bare.len() < said.len() && bare.eq_ignore_ascii_case(right) {
        return header::SERIAL_DECORATED;
    }
    if right.starts_with('0') && right.trim_start_matches('0').eq_ignore_ascii_case(said) {
        return header::SERIAL_ZEROS;
    }
    let number = BigUint::parse_bytes(right.as_bytes(), 16);
    if number.is_some_and(|number| number.to_str_radix(10) == said) {
        return header::SERIAL_DECIMAL;
    }
    header::SERIAL_UNKNOWN
}
