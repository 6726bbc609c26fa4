//! The merchant's key and certificate as one PKCS#12 file, as the platform hands out `apiclient_cert.p12`
//! (v2.md §1.6): clients of v2 in Java and C# read nothing else.
//!
//! Encrypted with SHA-1 and three-key DES (RFC 7292, appendix C), like the platform's own files: every
//! reader knows it, old and new. It guards nothing, the password being the merchant's number.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use des::TdesEde3;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::hmac;
use tongbao_wire::seam::Chance;
use yasna::DERWriter;
use yasna::models::ObjectIdentifier;

/// The file for a private key (PKCS#8 in DER) and its certificate (DER).
pub(crate) fn file(key_der: &[u8], certificate_der: &[u8], password: &str, chance: &Chance) -> Vec<u8> {
    let id = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate_der);
    let password = bmp(password);
    let shrouded = Shrouded::new(key_der, &password, chance.bytes());
    let key_bag = yasna::construct_der(|writer| {
        writer.write_sequence_of(|bags| {
            bag(bags.next(), SHROUDED_KEY_BAG, id.as_ref(), |value| {
                value.write_sequence(|key| {
                    shrouded.write_algorithm(key.next());
                    key.next().write_bytes(&shrouded.bytes);
                });
            });
        });
    });
    let certificate_bag = yasna::construct_der(|writer| {
        writer.write_sequence_of(|bags| {
            bag(bags.next(), CERTIFICATE_BAG, id.as_ref(), |value| {
                value.write_sequence(|certificate| {
                    certificate.next().write_oid(&oid(X509_CERTIFICATE));
                    explicit(certificate.next(), |value| value.write_bytes(certificate_der));
                });
            });
        });
    });
    let certificate = Shrouded::new(&certificate_bag, &password, chance.bytes());
    let safe = yasna::construct_der(|writer| {
        writer.write_sequence_of(|contents| {
            encrypted_data(contents.next(), &certificate);
            data(contents.next(), &key_bag);
        });
    });
    sealed(&safe, &password, chance.bytes())
}

/// The outermost layer, with its MAC.
fn sealed(safe: &[u8], password: &[u8], salt: [u8; SALT_BYTES]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &derived::<20>(password, &salt, MAC_KEY));
    let mac = hmac::sign(&key, safe);
    yasna::construct_der(|writer| {
        writer.write_sequence(|pfx| {
            pfx.next().write_u8(3);
            data(pfx.next(), safe);
            pfx.next().write_sequence(|mac_data| {
                mac_data.next().write_sequence(|info| {
                    info.next().write_sequence(|algorithm| {
                        algorithm.next().write_oid(&oid(SHA1));
                        algorithm.next().write_null();
                    });
                    info.next().write_bytes(mac.as_ref());
                });
                mac_data.next().write_bytes(&salt);
                mac_data.next().write_u32(ITERATIONS);
            });
        });
    })
}

fn data(writer: DERWriter<'_>, bytes: &[u8]) {
    writer.write_sequence(|content| {
        content.next().write_oid(&oid(DATA));
        explicit(content.next(), |value| value.write_bytes(bytes));
    });
}

fn encrypted_data(writer: DERWriter<'_>, shrouded: &Shrouded) {
    writer.write_sequence(|content| {
        content.next().write_oid(&oid(ENCRYPTED_DATA));
        explicit(content.next(), |value| {
            value.write_sequence(|encrypted| {
                encrypted.next().write_u8(0);
                encrypted.next().write_sequence(|info| {
                    info.next().write_oid(&oid(DATA));
                    shrouded.write_algorithm(info.next());
                    let implicit = info.next();
                    implicit.write_tagged_implicit(yasna::Tag::context(0), |value| {
                        value.write_bytes(&shrouded.bytes);
                    });
                });
            });
        });
    });
}

/// A bag, named as in the platform's files: Java programs look for that alias.
fn bag(writer: DERWriter<'_>, kind: &[u64], local_key_id: &[u8], value: impl FnOnce(DERWriter<'_>)) {
    writer.write_sequence(|bag| {
        bag.next().write_oid(&oid(kind));
        explicit(bag.next(), value);
        bag.next().write_set_of(|attributes| {
            attributes.next().write_sequence(|attribute| {
                attribute.next().write_oid(&oid(FRIENDLY_NAME));
                attribute.next().write_set_of(|values| values.next().write_bmp_string(NAME));
            });
            attributes.next().write_sequence(|attribute| {
                attribute.next().write_oid(&oid(LOCAL_KEY_ID));
                attribute.next().write_set_of(|values| values.next().write_bytes(local_key_id));
            });
        });
    });
}

fn explicit(writer: DERWriter<'_>, value: impl FnOnce(DERWriter<'_>)) {
    writer.write_tagged(yasna::Tag::context(0), value);
}

fn oid(numbers: &[u64]) -> ObjectIdentifier {
    ObjectIdentifier::from_slice(numbers)
}

/// Bytes encrypted under the password.
struct Shrouded {
    salt: [u8; SALT_BYTES],
    bytes: Vec<u8>,
}

impl Shrouded {
    fn new(plain: &[u8], password: &[u8], salt: [u8; SALT_BYTES]) -> Self {
        let key = derived::<24>(password, &salt, CIPHER_KEY);
        let start = derived::<8>(password, &salt, CIPHER_START);
        let cipher = cbc::Encryptor::<TdesEde3>::new(&key.into(), &start.into());
        let mut bytes = plain.to_vec();
        bytes.resize(plain.len() + BLOCK_BYTES, 0);
        let sealed = cipher.encrypt_padded::<Pkcs7>(&mut bytes, plain.len());
        let length = sealed.expect("there is room for the padding").len();
        bytes.truncate(length);
        Self { salt, bytes }
    }

    fn write_algorithm(&self, writer: DERWriter<'_>) {
        writer.write_sequence(|algorithm| {
            algorithm.next().write_oid(&oid(SHA1_AND_TRIPLE_DES));
            algorithm.next().write_sequence(|parameters| {
                parameters.next().write_bytes(&self.salt);
                parameters.next().write_u32(ITERATIONS);
            });
        });
    }
}

/// UTF-16 with its closing zero, as the derivation wants it.
fn bmp(password: &str) -> Vec<u8> {
    password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect()
}

/// Key material from a password (RFC 7292, appendix B.2).
fn derived<const N: usize>(password: &[u8], salt: &[u8], purpose: u8) -> [u8; N] {
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(HASHED_BYTES) * HASHED_BYTES;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let mut input = [fill(salt), fill(password)].concat();
    let mut made = Vec::with_capacity(N + HASH_BYTES);
    while made.len() < N {
        let mut hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[&[purpose; HASHED_BYTES], &input[..]].concat());
        for _ in 1..ITERATIONS {
            hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, hash.as_ref());
        }
        made.extend_from_slice(hash.as_ref());
        for block in input.chunks_mut(HASHED_BYTES) {
            add(block, hash.as_ref());
        }
    }
    made.truncate(N);
    made.try_into().expect("just cut to size")
}

/// `block + hash repeated + 1`, whatever overflows falls away.
fn add(block: &mut [u8], hash: &[u8]) {
    let repeated: Vec<u8> = hash.iter().copied().cycle().take(block.len()).collect();
    let mut carry = 1_u16;
    for (byte, more) in block.iter_mut().zip(&repeated).rev() {
        let sum = u16::from(*byte) + u16::from(*more) + carry;
        let [high, low] = sum.to_be_bytes();
        *byte = low;
        carry = u16::from(high);
    }
}

const DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 1];
const ENCRYPTED_DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 6];
const FRIENDLY_NAME: &[u64] = &[1, 2, 840, 113_549, 1, 9, 20];
const LOCAL_KEY_ID: &[u64] = &[1, 2, 840, 113_549, 1, 9, 21];
const X509_CERTIFICATE: &[u64] = &[1, 2, 840, 113_549, 1, 9, 22, 1];
const SHA1_AND_TRIPLE_DES: &[u64] = &[1, 2, 840, 113_549, 1, 12, 1, 3];
const SHROUDED_KEY_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 2];
const CERTIFICATE_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];
const SHA1: &[u64] = &[1, 3, 14, 3, 2, 26];
const CIPHER_KEY: u8 = 1;
const CIPHER_START: u8 = 2;
const MAC_KEY: u8 = 3;
const HASH_BYTES: usize = 20;
const HASHED_BYTES: usize = 64;
const BLOCK_BYTES: usize = 8;
const SALT_BYTES: usize = 8;
/// As OpenSSL has it.
const ITERATIONS: u32 = 2048;
const NAME: &str = "Tenpay Certificate";
