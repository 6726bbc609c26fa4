//! Encrypted bills: one key per file, opened with the merchant's private key (v3.md §1.9, §7.1).

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aead::{Aead, AeadCore, KeyInit, Nonce};
use aes_gcm::aes::Aes256;
use tongbao_wire::bill::{SealedBill, SealedBills};

use super::error::BillError;

/// The files of a bill in the order in which their contents are to be joined, checked to be all.
///
/// # Errors
/// [`BillError::Incomplete`] when one is missing or there twice.
pub fn in_sequence(bills: &SealedBills) -> Result<Vec<&SealedBill>, BillError> {
    let expected = bills.download_bill_count;
    let mut files: Vec<_> = bills.download_bill_list.iter().collect();
    files.sort_by_key(|file| file.bill_sequence);
    if (1..=expected).eq(files.iter().map(|file| file.bill_sequence)) {
        Ok(files)
    } else {
        Err(BillError::Incomplete { expected })
    }
}

/// Opens a file of a bill: the tag stands at its end, and nothing else is authenticated.
///
/// The documents name no length of the nonce and show one of 16 characters, while notifications have 12: both
/// are taken.
pub(crate) fn open(key: &[u8], nonce: &str, file: &[u8]) -> Result<Vec<u8>, BillError> {
    match nonce.len() {
        12 => opened(AesGcm::<Aes256, U12>::new_from_slice(key).ok(), key, nonce, file),
        16 => opened(AesGcm::<Aes256, U16>::new_from_slice(key).ok(), key, nonce, file),
        other => Err(BillError::NonceLength(other)),
    }
}

fn opened<C: Aead + AeadCore>(
    cipher: Option<C>,
    key: &[u8],
    nonce: &str,
    file: &[u8],
) -> Result<Vec<u8>, BillError> {
    let cipher = cipher.ok_or(BillError::KeyLength(key.len()))?;
    let nonce = Nonce::<C>::try_from(nonce.as_bytes()).map_err(|_| BillError::NonceLength(nonce.len()))?;
    cipher.decrypt(&nonce, file).map_err(|_| BillError::CannotOpen)
}

/// An encrypted file is opened as a whole, in memory, so that nothing is written that was altered.
pub const SEALED_BYTES_MAX: u64 = 512 << 20;

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use tongbao_wire::Ciphertext;
    use tongbao_wire::bill::{SealedBill, SealedBills};

    use super::{in_sequence, open};

    const KEY: &[u8; 32] = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
    const TEXT: &str = "记账时间,备注\n";
    /// What OpenSSL makes of `TEXT`, and Python's cryptography too.
    const SEALED: [(&str, &str); 2] = [
        ("a8607ef79034c49c", "kN0hsvFI6VTpXnpT+gSstX6KnU5KAXkjKwJO7G5wQF4DZeWu"),
        ("a8607ef79034", "CT13hmQxx881G2j90d3DpKxTr613uXOHb8i8JBJzSIB9VtNN"),
    ];

    #[test]
    fn files_sealed_with_either_length_of_nonce_open() {
        for (nonce, base64) in SEALED {
            let file = STANDARD.decode(base64).expect("Base64");
            assert_eq!(open(KEY, nonce, &file).ok().as_deref(), Some(TEXT.as_bytes()), "{nonce}");
        }
    }

    #[test]
    fn what_was_altered_or_is_anothers_does_not_open() {
        let (nonce, base64) = SEALED[0];
        let file = STANDARD.decode(base64).expect("Base64");
        let mut altered = file.clone();
        altered[0] ^= 1;
        for (key, nonce, file, code) in [
            (&KEY[..], nonce, &altered[..], "cannot_open"),
            (&[7; 32][..], nonce, &file, "cannot_open"),
            (KEY, "a8607ef79034c49d", &file, "cannot_open"),
            (KEY, nonce, &file[..15], "cannot_open"),
            (KEY, nonce, b"", "cannot_open"),
            (KEY, "short", &file, "nonce_length"),
            (&KEY[..16], nonce, &file, "key_length"),
        ] {
            assert_eq!(open(key, nonce, file).expect_err("does not open").code(), code);
        }
    }

    #[test]
    fn the_files_of_a_bill_are_ordered_and_must_be_all_there() {
        let bills = |download_bill_count, numbers: &[u32]| {
            let file = |&bill_sequence| SealedBill {
                bill_sequence,
                download_url: String::new(),
                encrypt_key: Ciphertext::new("a2V5"),
                hash_type: "SHA1".into(),
                hash_value: String::new(),
                nonce: String::new(),
            };
            SealedBills { download_bill_count, download_bill_list: numbers.iter().map(file).collect() }
        };
        let order = |bills: &SealedBills| {
            in_sequence(bills)
                .map(|files| files.iter().map(|file| file.bill_sequence).collect::<Vec<_>>())
                .ok()
        };
        assert_eq!(order(&bills(3, &[3, 1, 2])), Some(vec![1, 2, 3]));
        assert_eq!(order(&bills(0, &[])), Some(vec![]));
        for (count, numbers) in
            [(2, &[1][..]), (2, &[1, 1]), (2, &[1, 3]), (1, &[1, 2]), (1, &[0]), (u32::MAX, &[1])]
        {
            assert_eq!(order(&bills(count, numbers)), None, "{count} {numbers:?}");
        }
    }
}
