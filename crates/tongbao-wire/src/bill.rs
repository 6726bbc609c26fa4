//! Where bills (账单) are, as the platform says (v3.md §7.1).

use serde::{Deserialize, Serialize};

use crate::Ciphertext;

/// Where a bill is, and what its content must digest to.
///
/// The address is good for five minutes (profit-sharing bills: 30 seconds), so download at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLocation {
    /// `SHA1`.
    pub hash_type: String,
    /// The digest of the uncompressed content, hexadecimal, in either case.
    pub hash_value: String,
    /// Where it is downloaded, with a signature like any other call.
    pub download_url: String,
}

/// Where the files of a sub-merchant's fund-flow bill are. Above about 16 GB there are several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedBills {
    /// How many files.
    pub download_bill_count: u32,
    /// The files, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub download_bill_list: Vec<SealedBill>,
}

/// One encrypted file of a bill: bytes with the tag at their end, not Base64; the associated data is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedBill {
    /// Its place among the files, from 1.
    pub bill_sequence: u32,
    /// Where it is downloaded.
    pub download_url: String,
    /// The key of this file, encrypted under the merchant's certificate.
    pub encrypt_key: Ciphertext,
    /// `SHA1`.
    pub hash_type: String,
    /// Digest, hexadecimal.
    pub hash_value: String,
    /// What the file was encrypted with besides the key; the documents' example has 16 characters.
    pub nonce: String,
}
