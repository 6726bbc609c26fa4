//! Percent-encoding, as the client's libraries may have done or undone it.

/// As `encodeURIComponent` and most others: all but letters, digits and `-_.~`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// As forms are: blanks become `+`.
pub(crate) fn encode_form(text: &str) -> String {
    encode(text).replace("%20", "+")
}

/// Undoes it; what is no code stays. Bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        // `from_str_radix` takes a sign.
        let code = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(decoded) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(decoded);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, encode_form};

    #[test]
    fn codes_go_there_and_back_and_the_rest_stays() {
        for text in ["", "a b&c=店/", "100%", "~-_."] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(encode("a b/店"), "a%20b%2F%E5%BA%97");
        assert_eq!(encode_form("a b"), "a+b");
        assert_eq!(decode("%zz%4%+1%41%"), "%zz%4%+1A%");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }
}
