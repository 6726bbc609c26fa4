//! Where bills are downloaded: addresses with a token, for one merchant and a short time (v3.md §7.2).

use std::collections::{BTreeMap, VecDeque};

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

/// All addresses that are out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Links {
    by_token: BTreeMap<String, Link>,
    oldest_first: VecDeque<String>,
}

impl Links {
    pub(crate) fn add(&mut self, token: String, link: Link) {
        while self.oldest_first.len() >= LINKS_MAX {
            if let Some(oldest) = self.oldest_first.pop_front() {
                self.by_token.remove(&oldest);
            }
        }
        self.by_token.insert(token.clone(), link);
        self.oldest_first.push_back(token);
    }

    /// What a token opens still.
    pub(crate) fn open(&self, token: &str, now: Timestamp) -> Option<&Link> {
        self.by_token.get(token).filter(|link| now < link.until)
    }

    /// A token that has been used up.
    pub(crate) fn burn(&mut self, token: &str) {
        self.by_token.remove(token);
        self.oldest_first.retain(|kept| kept != token);
    }
}

/// Addresses that are out at once; the oldest give way.
const LINKS_MAX: usize = 1000;
