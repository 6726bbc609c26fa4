//! The structure of a PKCS#12 file (RFC 7292 §4): safes, and in them bags.

use x509_cert::der::asn1::{AnyRef, ContextSpecific, ObjectIdentifier, OctetStringRef};
use x509_cert::der::{self, Reader, SliceReader, Tag, TagNumber};
use zeroize::Zeroizing;

use super::Pkcs12Error;
use super::password::{Algorithm, Mac, Password};

/// The outermost layer.
pub(super) struct Outside<'a> {
    /// What the MAC covers: the safes.
    pub(super) content: &'a [u8],
    pub(super) mac: Option<Mac<'a>>,
}

/// One of the parts that are encrypted by themselves.
pub(super) enum Safe<'a> {
    Plain(&'a [u8]),
    Encrypted(Algorithm<'a>, &'a [u8]),
    /// Encrypted for a public key, say; its object identifier.
    Other(String),
}

/// What was found in the safes.
#[derive(Default)]
pub(super) struct Bags {
    /// PKCS#8 DER.
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
    /// X.509 DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Reads the outermost layer. Files signed for a public key are refused with the rest.
pub(super) fn outside(file: &[u8]) -> Result<Outside<'_>, Pkcs12Error> {
    let read = whole(file, |pfx| {
        let version: u8 = pfx.decode()?;
        let (kind, content) = typed(pfx)?;
        let mac = if pfx.is_finished() { None } else { Some(Mac::decode(pfx)?) };
        if version != 3 || kind != DATA {
            return Err(Tag::Sequence.value_error().into());
        }
        Ok(Outside { content: octets(content)?, mac })
    });
    read.map_err(|_| Pkcs12Error::NotPkcs12)
}

/// The safes, in order.
pub(super) fn safes(content: &[u8]) -> der::Result<Vec<Safe<'_>>> {
    whole(content, |reader| {
        let mut safes = Vec::new();
        while !reader.is_finished() {
            let (kind, content) = typed(reader)?;
            safes.push(match kind {
                DATA => Safe::Plain(octets(content)?),
                ENCRYPTED_DATA => encrypted(content)?,
                other => Safe::Other(other.to_string()),
            });
        }
        Ok(safes)
    })
}

fn encrypted(content: AnyRef<'_>) -> der::Result<Safe<'_>> {
    content.sequence(|reader| {
        let _version: u8 = reader.decode()?;
        let safe = reader.sequence(|reader| {
            let _kind: ObjectIdentifier = reader.decode()?;
            let algorithm = Algorithm::decode(reader)?;
            let content = ContextSpecific::<&OctetStringRef>::decode_implicit(reader, TagNumber(0))?;
            Ok::<_, der::Error>(Safe::Encrypted(
                algorithm,
                content.map_or(&[], |content| content.value.as_bytes()),
            ))
        })?;
        rest(reader)?;
        Ok(safe)
    })
}

impl Bags {
    /// Reads the bags of one safe.
    pub(super) fn read(&mut self, safe: &[u8], password: &mut Password) -> Result<(), Pkcs12Error> {
        let bags = whole(safe, |reader| {
            let mut bags = Vec::new();
            while !reader.is_finished() {
                bags.push(reader.sequence(|bag| {
                    let typed = (bag.decode()?, explicit(bag)?);
                    rest(bag)?;
                    Ok::<_, der::Error>(typed)
                })?);
            }
            Ok(bags)
        });
        for (kind, value) in bags.map_err(|_| Pkcs12Error::Damaged)? {
            self.keep(kind, value, password)?;
        }
        Ok(())
    }

    /// Other kinds of bags (revocation lists, symmetric keys) are of no use here.
    fn keep(
        &mut self,
        kind: ObjectIdentifier,
        value: AnyRef<'_>,
        password: &mut Password,
    ) -> Result<(), Pkcs12Error> {
        match kind {
            KEY_BAG => self.keys.push(encoded(value)?),
            SHROUDED_KEY_BAG => {
                let (algorithm, content) = value
                    .sequence(|reader| {
                        Ok::<_, der::Error>((Algorithm::decode(reader)?, octets(reader.decode()?)?))
                    })
                    .map_err(|_| Pkcs12Error::Damaged)?;
                self.keys.push(password.decrypt(&algorithm, content)?);
            }
            CERTIFICATE_BAG => {
                let (kind, content): (ObjectIdentifier, _) = value
                    .sequence(|reader| Ok::<_, der::Error>((reader.decode()?, octets(explicit(reader)?)?)))
                    .map_err(|_| Pkcs12Error::Damaged)?;
                if kind == X509_CERTIFICATE {
                    self.certificates.push(content.to_vec());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A value with its header again, as the private key's reader wants it.
fn encoded(value: AnyRef<'_>) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let mut bytes = Zeroizing::new(Vec::new());
    // Reserved at once: growing would leave pieces of the key behind.
    bytes.reserve_exact(value.value().len() + HEADER_BYTES_MAX);
    der::Encode::encode_to_vec(&value, &mut bytes).map_err(|_| Pkcs12Error::Damaged)?;
    Ok(bytes)
}

/// Reads `bytes` as one sequence, to the last byte.
fn whole<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    let mut reader = SliceReader::new(bytes)?;
    let value = reader.sequence(read)?;
    reader.finish()?;
    Ok(value)
}

/// An object identifier and, tagged `[0]`, what it says.
fn typed<'a>(reader: &mut SliceReader<'a>) -> der::Result<(ObjectIdentifier, AnyRef<'a>)> {
    reader.sequence(|reader| Ok((reader.decode()?, explicit(reader)?)))
}

fn explicit<'a>(reader: &mut SliceReader<'a>) -> der::Result<AnyRef<'a>> {
    let field = ContextSpecific::<AnyRef<'a>>::decode_explicit(reader, TagNumber(0))?;
    field.map(|field| field.value).ok_or_else(|| Tag::Sequence.value_error().into())
}

/// The bytes of an octet string.
pub(super) fn octets(value: AnyRef<'_>) -> der::Result<&[u8]> {
    Ok(value.decode_as::<&OctetStringRef>()?.as_bytes())
}

/// Passes over what is left, such as names for people.
pub(super) fn rest(reader: &mut SliceReader<'_>) -> der::Result<()> {
    while !reader.is_finished() {
        let _: AnyRef<'_> = reader.decode()?;
    }
    Ok(())
}

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
/// Tag and length of anything below 4 GiB.
const HEADER_BYTES_MAX: usize = 6;
