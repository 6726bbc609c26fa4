//! How a signature is written: Base64, or one of the forms it is taken for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::mistake::{Mistake, made};
use super::percent;

/// A signature's bytes, and what was wrong with how they were written. `None` when no reading makes sense.
pub(crate) fn read(signature: &str) -> Option<(Vec<u8>, Vec<Mistake>)> {
    // A long text in hexadecimal is Base64 as well, by its letters.
    if let Some(bytes) = hexadecimal(signature) {
        return Some((bytes, vec![made::HEX]));
    }
    if let Ok(bytes) = STANDARD.decode(signature) {
        let inner = std::str::from_utf8(&bytes).ok();
        let twice = inner.and_then(|text| STANDARD.decode(text.trim_end()).ok()).filter(|it| is_long(it));
        let hex = inner.and_then(|text| hexadecimal(text.trim_end()));
        return Some(match (hex, twice) {
            (Some(inner), _) => (inner, vec![made::HEX_IN_BASE64]),
            (None, Some(inner)) => (inner, vec![made::BASE64_TWICE]),
            (None, None) => (bytes, Vec::new()),
        });
    }
    let squeezed: String = signature.chars().filter(|c| !c.is_whitespace()).collect();
    let readings = [
        (STANDARD.decode(signature.replace(' ', "+")).ok(), made::PLUS_LOST),
        (STANDARD.decode(&squeezed).ok(), made::WRAPPED),
        (STANDARD.decode(percent::decode(signature)).ok(), made::PERCENT),
        (URL_SAFE.decode(signature).or_else(|_| URL_SAFE_NO_PAD.decode(signature)).ok(), made::URL_SAFE),
        (STANDARD_NO_PAD.decode(signature).ok(), made::UNPADDED),
    ];
    let fits =
        |(bytes, mistake): (Option<Vec<u8>>, Mistake)| Some((bytes.filter(|it| is_long(it))?, vec![mistake]));
    readings.into_iter().find_map(fits)
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.len() >= 2 * RSA_BYTES_MIN && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if digits && text.len().is_multiple_of(2) { text.as_bytes().chunks(2).map(pair).collect() } else { None }
}

fn is_long(bytes: &[u8]) -> bool {
    bytes.len() >= RSA_BYTES_MIN
}

/// RSA-1024: nothing shorter is taken for a signature.
const RSA_BYTES_MIN: usize = 128;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::read;

    /// 256 bytes whose Base64 has `+`, `/` and `=`.
    fn signature() -> Vec<u8> {
        (0..=255_u8).map(|byte| byte.wrapping_mul(251).wrapping_add(250)).collect()
    }

    fn check(written: &str, mistake: &str) {
        let (bytes, mistakes) = read(written).expect(mistake);
        assert_eq!(bytes, signature(), "{mistake}");
        let ids: Vec<_> = mistakes.iter().map(|it| it.id).collect();
        assert_eq!(ids, if mistake.is_empty() { vec![] } else { vec![mistake] });
    }

    #[test]
    fn every_way_to_write_a_signature_is_told_from_the_right_one() {
        let right = STANDARD.encode(signature());
        assert!(right.contains('+') && right.contains('/') && right.ends_with('='));
        let hex: String = signature().iter().map(|byte| format!("{byte:02x}")).collect();
        check(&right, "");
        check(&hex, "encoding_hex");
        check(&hex.to_uppercase(), "encoding_hex");
        check(&STANDARD.encode(&hex), "encoding_hex_in_base64");
        check(&STANDARD.encode(&right), "encoding_base64_twice");
        check(&URL_SAFE.encode(signature()), "encoding_url_safe");
        check(URL_SAFE.encode(signature()).trim_end_matches('='), "encoding_url_safe");
        check(right.trim_end_matches('='), "encoding_unpadded");
        check(&format!("{} {}", &right[..76], &right[76..]), "encoding_wrapped");
        check(&right.replace('+', " "), "encoding_plus_lost");
        check(&right.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"), "encoding_percent");
        assert_eq!(read("!"), None);
    }
}
