//! What a signature says by itself: the RSA public operation shows what was signed, or that this key never
//! made it.

use ring::digest;
use rsa::BigUint;

use crate::crypto::SigningKey;

/// How a message was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) const ALL: [Self; 5] = [Self::Sha256, Self::Sha1, Self::Sha512, Self::Sha384, Self::Md5];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The digest of `message`.
    pub(crate) fn of(self, message: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => return md5(message).to_vec(),
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, message).as_ref().to_vec()
    }

    /// What stands before the digest in `DigestInfo` (RFC 8017 §9.2, note 1).
    pub(crate) const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Md5 => {
                &[0x30, 0x20, 0x30, 0x0c, 6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5, 5, 0, 4, 0x10]
            }
            Self::Sha1 => &[0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14],
            Self::Sha256 => {
                &[0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20]
            }
            Self::Sha384 => {
                &[0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30]
            }
            Self::Sha512 => {
                &[0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40]
            }
        }
    }
}

pub(crate) fn md5(message: &[u8]) -> [u8; 16] {
    use md5::Digest as _;
    md5::Md5::digest(message).into()
}

/// What a key's public operation finds in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recovered {
    /// PKCS#1 v1.5 with `DigestInfo`: the algorithm and the digest that were signed.
    Digest(Hash, Vec<u8>),
    /// PKCS#1 v1.5 around something without `DigestInfo`.
    Bare(Vec<u8>),
    /// The block of PSS, to be tried with candidates.
    Pss(Vec<u8>),
}

/// Applies `key` to `signature`. `None` when this key cannot have made it, or is a stand-in.
pub(crate) fn recover(key: &SigningKey, signature: &[u8]) -> Option<Recovered> {
    let (modulus, exponent) = key.public_numbers()?;
    if signature.len() != modulus.len() {
        return None;
    }
    let (n, e) = (BigUint::from_bytes_be(&modulus), BigUint::from_bytes_be(&exponent));
    let s = BigUint::from_bytes_be(signature);
    if s >= n {
        return None;
    }
    let short = s.modpow(&e, &n).to_bytes_be();
    let mut block = vec![0; modulus.len() - short.len()];
    block.extend_from_slice(&short);
    decode(&block)
}

fn decode(block: &[u8]) -> Option<Recovered> {
    if let Some(rest) = block.strip_prefix(&[0, 1]) {
        let filled = rest.iter().take_while(|byte| **byte == 0xff).count();
        if filled >= 8 && rest.get(filled) == Some(&0) {
            let content = &rest[filled + 1..];
            let info = Hash::ALL.into_iter().find_map(|hash| {
                let digest = content.strip_prefix(hash.prefix())?;
                (digest.len() == hash.of(b"").len()).then(|| Recovered::Digest(hash, digest.to_vec()))
            });
            return Some(info.unwrap_or_else(|| Recovered::Bare(content.to_vec())));
        }
    }
    // One in 256 blocks of a foreign key ends so too; only a candidate that fits proves it.
    (block.last() == Some(&0xbc)).then(|| Recovered::Pss(block.to_vec()))
}

/// True when `block` is the PSS encoding of `message` under `hash`, whatever the salt (RFC 8017 §9.1.2).
pub(crate) fn is_pss_of(block: &[u8], hash: Hash, message: &[u8]) -> bool {
    let length = hash.of(b"").len();
    let Some(masked) = block.len().checked_sub(length + 1).filter(|masked| *masked > 0) else {
        return false;
    };
    let (masked_db, rest) = block.split_at(masked);
    let h = &rest[..length];
    let mut db: Vec<u8> = masked_db.to_vec();
    for (counter, part) in (0_u32..).zip(db.chunks_mut(length)) {
        let mask = hash.of(&[h, &counter.to_be_bytes()].concat());
        part.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    // The modulus has whole bytes, so one bit at most is cleared.
    db[0] &= 0x7f;
    let Some(start) = db.iter().position(|byte| *byte != 0).filter(|at| db[*at] == 1) else {
        return false;
    };
    let salt = &db[start + 1..];
    hash.of(&[&[0; 8], hash.of(message).as_slice(), salt].concat()) == h
}
