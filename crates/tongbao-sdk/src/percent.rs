//! Percent-encoding of what stands in an address.

use crate::certificate::upper_hex;

/// Percent-encodes everything but letters, digits and `-_.~`.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&upper_hex(&[byte]));
        }
    }
    encoded
}
