//! Every known mistake, made by a signer of the tests, is named; what is right is never explained.

mod anything;
mod form;
mod invoke;
mod signed_v3;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use tongbao_wire::Mchid;

use super::Why;
use super::recover::Hash;
use super::signer::{KnownKey, Owner};
use crate::crypto::SigningKey;
use crate::crypto::fixed::{MERCHANT_PEM, PLATFORM_CERTIFICATE_PEM, PLATFORM_PUBLIC_PEM, pem_to_der};

/// The mistakes a `why` names, in their order.
fn ids(why: Option<&Why>) -> Vec<&str> {
    why.map(|why| why.reasons.iter().map(|reason| reason.id.as_str()).collect()).unwrap_or_default()
}

/// Keys of two merchants and of the platform.
struct Ring {
    mchid: Mchid,
    other: Mchid,
    own: SigningKey,
    others: SigningKey,
    platform: SigningKey,
}

const SERIAL: &str = "00A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3";
const OTHERS_SERIAL: &str = "11A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3";
const PLATFORM_SERIAL: &str = "22A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3";

impl Ring {
    fn new() -> Self {
        let key = |pem| SigningKey::from_pkcs8(&pem_to_der(pem).unwrap()).unwrap();
        Self {
            mchid: Mchid::parse("1900000001").unwrap(),
            other: Mchid::parse("1900000002").unwrap(),
            own: key(MERCHANT_PEM),
            others: key(PLATFORM_PUBLIC_PEM),
            platform: key(PLATFORM_CERTIFICATE_PEM),
        }
    }

    fn keys(&self) -> Vec<KnownKey<'_>> {
        vec![
            KnownKey { owner: Owner::PlatformCertificate, serial: PLATFORM_SERIAL, key: &self.platform },
            KnownKey { owner: Owner::Merchant(&self.other), serial: OTHERS_SERIAL, key: &self.others },
            KnownKey { owner: Owner::Merchant(&self.mchid), serial: SERIAL, key: &self.own },
        ]
    }
}

/// The merchant's private key, to sign in ways the platform's own code cannot.
fn private_key() -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8_pem(MERCHANT_PEM).unwrap()
}

fn sign_with(hash: Hash, message: &[u8]) -> String {
    let scheme = match hash {
        Hash::Sha1 => Pkcs1v15Sign { hash_len: Some(20), prefix: Hash::Sha1.prefix().into() },
        Hash::Md5 => Pkcs1v15Sign { hash_len: Some(16), prefix: Hash::Md5.prefix().into() },
        Hash::Sha256 => Pkcs1v15Sign { hash_len: Some(32), prefix: Hash::Sha256.prefix().into() },
        Hash::Sha384 => Pkcs1v15Sign { hash_len: Some(48), prefix: Hash::Sha384.prefix().into() },
        Hash::Sha512 => Pkcs1v15Sign { hash_len: Some(64), prefix: Hash::Sha512.prefix().into() },
    };
    STANDARD.encode(private_key().sign(scheme, &hash.of(message)).unwrap())
}

fn encrypt_bare(content: &[u8]) -> String {
    STANDARD.encode(private_key().sign(Pkcs1v15Sign::new_unprefixed(), content).unwrap())
}

/// PSS with a salt of 32 bytes (RFC 8017 §9.1.1).
fn sign_pss(message: &[u8]) -> String {
    let (hash, salt, length) = (Hash::Sha256, [7; 32], 256 - 32 - 1);
    let h = hash.of(&[&[0; 8], hash.of(message).as_slice(), &salt].concat());
    let mut db = vec![0; length - 33];
    db.push(1);
    db.extend_from_slice(&salt);
    for (counter, part) in (0_u32..).zip(db.chunks_mut(32)) {
        let mask = hash.of(&[h.as_slice(), &counter.to_be_bytes()].concat());
        part.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    db[0] &= 0x7f;
    let block = [db.as_slice(), &h, &[0xbc]].concat();
    let key = private_key();
    let signed = BigUint::from_bytes_be(&block).modpow(key.d(), key.n()).to_bytes_be();
    STANDARD.encode([vec![0; 256 - signed.len()], signed].concat())
}
