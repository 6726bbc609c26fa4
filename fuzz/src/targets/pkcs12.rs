//! PKCS#12 files.

use tongbao_sdk::MerchantKey;

/// A file with the password that merchants have, and with none.
pub(crate) fn pkcs12(data: &[u8]) {
    for password in ["1900007291", ""] {
        if let Ok(key) = MerchantKey::from_pkcs12(data, password) {
            assert!(!key.serial_no().is_empty());
        }
    }
}
