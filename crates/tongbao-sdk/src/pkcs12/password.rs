//! What a password protects in a PKCS#12 file: its MAC and its ciphers (RFC 7292 §B, RFC 8018).

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{cipher, digest, hmac, pbkdf2};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::{self, Reader, SliceReader};
use zeroize::Zeroizing;

use super::Pkcs12Error;
use super::bags::{octets, rest};

/// A password, and how much deriving keys from it may still cost.
pub(super) struct Password<'a> {
    utf8: &'a [u8],
    /// UTF-16, big endian, with a zero at the end: what the old way of deriving keys wants.
    utf16: Zeroizing<Vec<u8>>,
    iterations_left: u32,
}

/// The checksum over the safes.
pub(super) struct Mac<'a> {
    digest: ObjectIdentifier,
    tag: &'a [u8],
    salt: &'a [u8],
    iterations: u32,
}

/// An algorithm with its parameters.
pub(super) struct Algorithm<'a> {
    name: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// Salt and iterations, the parameters of every derivation.
struct Derivation<'a> {
    salt: &'a [u8],
    iterations: u32,
}

impl<'a> Mac<'a> {
    pub(super) fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let (digest, tag) = reader.sequence(|reader| {
                let algorithm = Algorithm::decode(reader)?;
                Ok::<_, der::Error>((algorithm.name, octets(reader.decode()?)?))
            })?;
            let salt = octets(reader.decode()?)?;
            let iterations = if reader.is_finished() { 1 } else { reader.decode()? };
            Ok(Self { digest, tag, salt, iterations })
        })
    }
}

impl<'a> Algorithm<'a> {
    pub(super) fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let name = reader.decode()?;
            let parameters = if reader.is_finished() { None } else { Some(reader.decode()?) };
            Ok(Self { name, parameters })
        })
    }

    fn read<T>(&self, read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>) -> Result<T, Pkcs12Error> {
        let parameters = self.parameters.ok_or(Pkcs12Error::Damaged)?;
        parameters.sequence(read).map_err(|_| Pkcs12Error::Damaged)
    }
}

impl<'a> Password<'a> {
    pub(super) fn new(password: &'a str) -> Self {
        let mut utf16 = Zeroizing::new(Vec::with_capacity(password.len() * 2 + 2));
        utf16.extend(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes));
        Self { utf8: password.as_bytes(), utf16, iterations_left: ITERATIONS_MAX }
    }

    /// Checks the password, and with it that the content is what was written.
    pub(super) fn check(&mut self, mac: &Mac<'_>, content: &[u8]) -> Result<(), Pkcs12Error> {
        let (digest, algorithm) = match mac.digest {
            SHA1 => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            SHA256 => (&digest::SHA256, hmac::HMAC_SHA256),
            SHA384 => (&digest::SHA384, hmac::HMAC_SHA384),
            SHA512 => (&digest::SHA512, hmac::HMAC_SHA512),
            other => return Err(unsupported(other)),
        };
        let derivation = Derivation { salt: mac.salt, iterations: mac.iterations };
        let key = self.derive(digest, Purpose::Mac, &derivation, digest.output_len())?;
        hmac::verify(&hmac::Key::new(algorithm, &key), content, mac.tag)
            .map_err(|_| Pkcs12Error::WrongPassword)
    }

    /// Decrypts what the password protects.
    pub(super) fn decrypt(
        &mut self,
        algorithm: &Algorithm<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        match algorithm.name {
            PBES2 => self.decrypt_pbes2(algorithm, ciphertext),
            SHA1_TRIPLE_DES => self.decrypt_pbes1::<des::TdesEde3>(algorithm, 24, ciphertext),
            SHA1_RC2_40 => self.decrypt_pbes1::<rc2::Rc2>(algorithm, 5, ciphertext),
            other => Err(unsupported(other)),
        }
    }

    /// The old way (RFC 7292 §C).
    fn decrypt_pbes1<C: KeyInit + BlockCipherDecrypt>(
        &mut self,
        algorithm: &Algorithm<'_>,
        key_bytes: usize,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        let derivation = algorithm.read(Derivation::decode)?;
        let sha1 = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        let key = self.derive(sha1, Purpose::Key, &derivation, key_bytes)?;
        let iv = self.derive(sha1, Purpose::Iv, &derivation, 8)?;
        chained::<C>(&key, &iv, ciphertext)
    }

    /// The present way (RFC 8018 §6.2).
    fn decrypt_pbes2(
        &mut self,
        algorithm: &Algorithm<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        let (derivation, scheme) =
            algorithm.read(|reader| Ok((Algorithm::decode(reader)?, Algorithm::decode(reader)?)))?;
        let iv = || scheme.parameters.and_then(|iv| octets(iv).ok()).ok_or(Pkcs12Error::Damaged);
        let aes = match scheme.name {
            AES_128_CBC => &AES_128,
            AES_192_CBC => &AES_192,
            AES_256_CBC => &AES_256,
            TRIPLE_DES_CBC => {
                return chained::<des::TdesEde3>(&self.derive_pbkdf2(&derivation, 24)?, iv()?, ciphertext);
            }
            other => return Err(unsupported(other)),
        };
        decrypt_aes(aes, &self.derive_pbkdf2(&derivation, key_len(aes))?, iv()?, ciphertext)
    }

    fn derive_pbkdf2(
        &mut self,
        algorithm: &Algorithm<'_>,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        if algorithm.name != PBKDF2 {
            return Err(unsupported(algorithm.name));
        }
        let (derivation, prf) = algorithm.read(|reader| {
            let derivation = Derivation::decode_fields(reader)?;
            let _key_length: Option<u32> = reader.decode()?;
            let prf = if reader.is_finished() { HMAC_SHA1 } else { Algorithm::decode(reader)?.name };
            Ok((derivation, prf))
        })?;
        let prf = match prf {
            HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
            HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
            HMAC_SHA384 => pbkdf2::PBKDF2_HMAC_SHA384,
            HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
            other => return Err(unsupported(other)),
        };
        let iterations = self.spend(derivation.iterations)?;
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(prf, iterations, derivation.salt, self.utf8, &mut key);
        Ok(key)
    }

    /// RFC 7292 §B.2: hashes the purpose, the salt and the password, over and over.
    fn derive(
        &mut self,
        hash: &'static digest::Algorithm,
        purpose: Purpose,
        derivation: &Derivation<'_>,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        let block = hash.block_len();
        let filled = |text: &[u8]| text.len().div_ceil(block) * block;
        let (salt_bytes, password_bytes) = (filled(derivation.salt), filled(&self.utf16));
        let mut input = Zeroizing::new(Vec::with_capacity(salt_bytes + password_bytes));
        input.extend(derivation.salt.iter().cycle().take(salt_bytes));
        input.extend(self.utf16.iter().cycle().take(password_bytes));
        let mut key = Zeroizing::new(Vec::with_capacity(length + hash.output_len()));
        while key.len() < length {
            let iterations = self.spend(derivation.iterations)?;
            let mut context = digest::Context::new(hash);
            context.update(&vec![purpose as u8; block]);
            context.update(&input);
            let mut round = context.finish();
            for _ in 1..iterations.get() {
                round = digest::digest(hash, round.as_ref());
            }
            key.extend_from_slice(round.as_ref());
            input.chunks_mut(block).for_each(|chunk| add(chunk, round.as_ref()));
        }
        key.truncate(length);
        Ok(key)
    }

    /// Takes the cost of a derivation from what is left.
    fn spend(&mut self, iterations: u32) -> Result<NonZeroU32, Pkcs12Error> {
        let iterations = NonZeroU32::new(iterations).ok_or(Pkcs12Error::Damaged)?;
        let left = self.iterations_left.checked_sub(iterations.get());
        self.iterations_left = left.ok_or(Pkcs12Error::TooCostly)?;
        Ok(iterations)
    }
}

/// What a key is derived for; the numbers are the standard's.
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

impl<'a> Derivation<'a> {
    fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let derivation = Self::decode_fields(reader)?;
        rest(reader)?;
        Ok(derivation)
    }

    fn decode_fields(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        Ok(Self { salt: octets(reader.decode()?)?, iterations: reader.decode()? })
    }
}

/// Adds `text`, repeated to the length of `number`, and one, as big-endian numbers without overflow.
fn add(number: &mut [u8], text: &[u8]) {
    let mut carry = 1;
    let repeated: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.iter().copied().cycle().take(number.len()).collect());
    for (byte, other) in number.iter_mut().zip(repeated.iter()).rev() {
        let sum = carry + u16::from(*byte) + u16::from(*other);
        let [high, low] = sum.to_be_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
}

/// CBC with the padding of PKCS#7, for the old ciphers.
fn chained<C: KeyInit + BlockCipherDecrypt>(
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| Pkcs12Error::Damaged)?;
    let length = cipher.decrypt_padded::<Pkcs7>(&mut buffer).map_err(|_| Pkcs12Error::Damaged)?.len();
    buffer.truncate(length);
    Ok(buffer)
}

fn decrypt_aes(
    algorithm: &'static cipher::Algorithm,
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let iv: &[u8; 16] = iv.try_into().map_err(|_| Pkcs12Error::Damaged)?;
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    let length = UnboundCipherKey::new(algorithm, key)
        .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
        .and_then(|key| key.decrypt(&mut buffer, context).map(|plaintext| plaintext.len()))
        .map_err(|_| Pkcs12Error::Damaged)?;
    buffer.truncate(length);
    Ok(buffer)
}

fn key_len(aes: &'static cipher::Algorithm) -> usize {
    if *aes == AES_128 {
        16
    } else if *aes == AES_192 {
        24
    } else {
        32
    }
}

fn unsupported(algorithm: ObjectIdentifier) -> Pkcs12Error {
    Pkcs12Error::Unsupported { algorithm: algorithm.to_string() }
}

/// Over the whole file: about a second of work. Exporters of today ask for 2,000 to 10,000 iterations, three
/// to five times.
pub(super) const ITERATIONS_MAX: u32 = 2_000_000;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const SHA1_TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const SHA1_RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");
const TRIPLE_DES_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.11");
