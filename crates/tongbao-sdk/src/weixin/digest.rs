//! Digests as this face of the platform writes them: SHA-1, SHA-256 and HMAC-SHA256 in lower-case hexadecimal.

use aws_lc_rs::{constant_time, digest, hmac};

/// SHA-1 of the parts in a row. The platform's choice; nothing here rests on collisions being hard.
pub(super) fn sha1(parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    for part in parts {
        context.update(part.as_bytes());
    }
    lower_hex(context.finish().as_ref())
}

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> String {
    lower_hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// HMAC-SHA256 of `message` under the characters of `key`.
pub(super) fn hmac_sha256(key: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    lower_hex(hmac::sign(&key, message).as_ref())
}

/// Whether two signatures are the same, in a time that tells nothing about where they differ.
pub(super) fn same(expected: &str, given: &str) -> bool {
    constant_time::verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).is_ok()
}

fn lower_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
