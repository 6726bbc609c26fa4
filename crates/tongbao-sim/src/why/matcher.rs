//! Whether a candidate is what was signed.

use crate::crypto::SigningKey;

use super::mistake::{Mistake, made};
use super::recover::{Hash, Recovered, is_pss_of};

/// What a signature fits.
pub(crate) enum Matcher<'a> {
    /// The digest the RSA public operation showed.
    Recovered(Recovered),
    /// A stand-in, which has to be asked about each candidate.
    StandIn(&'a SigningKey, String),
}

impl Matcher<'_> {
    /// True when `message` is what was signed.
    pub(crate) fn fits(&self, message: &[u8]) -> bool {
        match self {
            Self::Recovered(Recovered::Digest(hash, digest)) => hash.of(message) == *digest,
            Self::Recovered(Recovered::Bare(content)) => content == message || bare_hash(content, message),
            Self::Recovered(Recovered::Pss(block)) => {
                [Hash::Sha256, Hash::Sha1].into_iter().any(|hash| is_pss_of(block, hash, message))
            }
            Self::StandIn(key, signature) => key.verifies(message, signature),
        }
    }

    /// What is wrong with how it was signed, whatever was signed.
    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        match self {
            Self::Recovered(Recovered::Digest(hash, _)) => match hash {
                Hash::Sha256 => Vec::new(),
                Hash::Sha1 => vec![made::SHA1],
                Hash::Md5 => vec![made::MD5],
                Hash::Sha384 | Hash::Sha512 => vec![made::OTHER_HASH],
            },
            Self::Recovered(Recovered::Bare(content)) => {
                let digest = Hash::ALL.iter().any(|hash| hash.of(b"").len() == content.len());
                vec![if digest { made::NO_DIGEST_INFO } else { made::MESSAGE_ENCRYPTED }]
            }
            Self::Recovered(Recovered::Pss(_)) => vec![made::PSS],
            Self::StandIn(..) => Vec::new(),
        }
    }

    /// The digest that was signed, with its algorithm, when it shows.
    pub(crate) fn digest(&self) -> Option<(Hash, &[u8])> {
        match self {
            Self::Recovered(Recovered::Digest(hash, digest)) => Some((*hash, digest)),
            Self::Recovered(Recovered::Bare(_) | Recovered::Pss(_)) | Self::StandIn(..) => None,
        }
    }

    /// True when the mere shape of what was found proves that this key made the signature.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self, Self::Recovered(Recovered::Digest(..) | Recovered::Bare(_)))
    }
}

/// The digest alone, as bytes or in hexadecimal.
fn bare_hash(content: &[u8], message: &[u8]) -> bool {
    Hash::ALL.iter().any(|hash| {
        let digest = hash.of(message);
        digest == content || super::hex(&digest).as_bytes().eq_ignore_ascii_case(content)
    })
}
