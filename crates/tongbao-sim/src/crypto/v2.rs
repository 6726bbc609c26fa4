//! What `APIv2` computes with: MD5, HMAC-SHA256 and AES-256-ECB (v2.md §1.3, §4.2).

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use md5::{Digest as _, Md5};
use ring::hmac;

/// MD5 in lower-case hexadecimal, always 32 characters.
pub(crate) fn md5_hex(message: &[u8]) -> String {
    hex(&Md5::digest(message))
}

/// HMAC-SHA256 in lower-case hexadecimal.
pub(crate) fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref())
}

/// AES-256-ECB with PKCS#7: what a merchant's refund notifications are encrypted with.
pub(crate) fn aes_256_ecb(key: &[u8; 32], plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(&Array(*key));
    let missing = BLOCK - plain.len() % BLOCK;
    let mut sealed = plain.to_vec();
    sealed.resize(plain.len() + missing, u8::try_from(missing).expect("at most a block"));
    for block in sealed.chunks_exact_mut(BLOCK) {
        let mut state = Array([0; BLOCK]);
        state.copy_from_slice(block);
        cipher.encrypt_block(&mut state);
        block.copy_from_slice(&state);
    }
    sealed
}

/// The reverse; `None` when it was not encrypted with this key.
pub(crate) fn aes_256_ecb_open(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256::new(&Array(*key));
    let mut opened = sealed.to_vec();
    for block in opened.chunks_exact_mut(BLOCK) {
        let mut state = Array([0; BLOCK]);
        state.copy_from_slice(block);
        cipher.decrypt_block(&mut state);
        block.copy_from_slice(&state);
    }
    let padded = usize::from(*opened.last()?);
    let whole = opened.len().is_multiple_of(BLOCK) && (1..=BLOCK).contains(&padded);
    let (plain, padding) = opened.split_at_checked(opened.len().checked_sub(padded)?)?;
    (whole && padding.iter().all(|byte| usize::from(*byte) == padded)).then(|| plain.to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const BLOCK: usize = 16;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::{aes_256_ecb, aes_256_ecb_open, md5_hex};

    /// v2.md §1.3, vector 9.
    #[test]
    fn the_resource_of_a_refund_notification_comes_out_as_in_the_dossier() {
        let key = md5_hex(b"192006250b4c09247ec02edce69f6a2d");
        assert_eq!(key, "d96eb16afdd491fa1e705096edbc2205");
        let plain = "<root><out_refund_no><![CDATA[R1]]></out_refund_no><refund_status><![CDATA[SUCCESS]]></refund_status></root>";
        let sealed = aes_256_ecb(key.as_bytes().try_into().expect("32 digits"), plain.as_bytes());
        let key: &[u8; 32] = key.as_bytes().try_into().expect("32 digits");
        assert_eq!(aes_256_ecb_open(key, &sealed).as_deref(), Some(plain.as_bytes()));
        assert_eq!(aes_256_ecb_open(&[0; 32], &sealed), None);
        assert_eq!(aes_256_ecb_open(key, &sealed[1..]), None);
        assert_eq!(aes_256_ecb_open(key, b""), None);
        assert_eq!(
            STANDARD.encode(sealed),
            "WBzGpzQuNpcFxIlFjUUD9BZv+lpBMzd2SHiKCkwfALWid5G8ZvfOussfMIHLbKJmcnxPKdb1ZJEqTAp8ysQv+xa1fj+Eorgndx3fNxf3KAYa3LPgsjvZgxaeYyrhV05Kbjkj6ywg27cEyTTaPZFYNg=="
        );
    }

    /// v2.md §1.3, vector 8: the key of the published notification.
    #[test]
    fn the_key_of_the_published_notification_keeps_its_zeros() {
        assert_eq!(md5_hex(b"ziR0QKsTUfMOuochC9RfCdmfHECorQAP"), "a1fdc4d1da9fb443b1091d34bcee9493");
    }
}
