//! Where bills are downloaded: addresses with a token, for one merchant and a short time (v3.md §7.2).

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use tongbao_wire::Timestamp;

use super::Bill;

/// What a token opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) bill: Bill,
    pub(crate) gzip: bool,
    /// What the file is encrypted with, when it is.
    pub(crate) seal: Option<Seal>,
    pub(crate) until: Timestamp,
}

/// A key for one file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Seal {
    /// 32 characters.
    pub(crate) key: String,
    /// 12 characters.
    pub(crate) nonce: String,
}

impl Seal {
    /// Encrypts a whole file: the tag stands at its end, nothing else is authenticated.
    pub(crate) fn file(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let key = UnboundKey::new(&AES_256_GCM, self.key.as_bytes()).expect("32 characters");
        let nonce = self.nonce.as_bytes().try_into().expect("12 characters");
        LessSafeKey::new(key)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes)
            .expect("a bill is far below the 64 GiB of the cipher");
        bytes
    }
}

/// Nothing of the key.
impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seal").field("nonce", &self.nonce).finish_non_exhaustive()
    }
}

/// Addresses that are out at once; the oldest give way.
pub(crate) const LINKS_MAX: u64 = 1000;
