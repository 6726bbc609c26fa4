//! PKCS#12 files such as `apiclient_cert.p12` (v2.md §1.6): one private key and its certificates.
//!
//! Read here and not by a library, so that everything decrypted is wiped and a file cannot ask for more
//! work than [`password::ITERATIONS_MAX`]. Old files (RC2, 3DES) and present ones (PBES2) are read; the
//! password is checked, through the file's MAC, before anything is decrypted.

mod bags;
mod password;

use zeroize::Zeroizing;

use bags::{Bags, Safe};
use password::Password;

/// What a PKCS#12 file is kept for.
pub(crate) struct Contents {
    /// The one private key, PKCS#8 DER.
    pub(crate) key: Zeroizing<Vec<u8>>,
    /// The certificates, DER: at least one, in the order of the file.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// Why a PKCS#12 file cannot be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Pkcs12Error {
    /// Longer than any file with one key.
    #[error("the file has {bytes} bytes; no PKCS#12 file with one key has more than {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// PEM text where the binary file belongs.
    #[error("this is PEM text; the PKCS#12 file is binary, apiclient_cert.p12 of the same download")]
    Pem,
    /// Something else where the file belongs.
    #[error(
        "this is no PKCS#12 file in DER; is it apiclient_cert.p12, and was it copied as a binary file? apiclient_key.pem and apiclient_cert.pem will do as well"
    )]
    NotPkcs12,
    /// The password is wrong, or the file is not what it was.
    #[error(
        "wrong password, or the file was altered; the password of apiclient_cert.p12 is the mchid unless it was changed (with service providers, the service provider's)"
    )]
    WrongPassword,
    /// Without a checksum under the password, so nobody can say whether it was altered.
    #[error("the file has no MAC; use apiclient_key.pem and apiclient_cert.pem instead")]
    NoMac,
    /// Encrypted in a way that such files are not.
    #[error(
        "algorithm {algorithm} is not supported; use apiclient_key.pem and apiclient_cert.pem instead, or export the file again: openssl pkcs12"
    )]
    Unsupported {
        /// The object identifier.
        algorithm: String,
    },
    /// Deriving its keys would take too long.
    #[error(
        "the file asks for more than {} iterations of key derivation; use the PEM files instead",
        password::ITERATIONS_MAX
    )]
    TooCostly,
    /// The password fits, the content does not.
    #[error("the content of the file is damaged")]
    Damaged,
    /// No private key in it.
    #[error("the file holds no private key; download apiclient_cert.p12 again")]
    NoKey,
    /// More than one private key in it.
    #[error("the file holds {found} private keys; give one that holds the merchant's only")]
    SeveralKeys {
        /// How many.
        found: usize,
    },
    /// No certificate in it.
    #[error("the file holds no certificate; download apiclient_cert.p12 again")]
    NoCertificate,
}

impl Pkcs12Error {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "p12_too_large",
            Self::Pem => "p12_is_pem",
            Self::NotPkcs12 => "p12_wrong_kind",
            Self::WrongPassword => "p12_wrong_password",
            Self::NoMac => "p12_no_mac",
            Self::Unsupported { .. } => "p12_unsupported",
            Self::TooCostly => "p12_too_costly",
            Self::Damaged => "p12_damaged",
            Self::NoKey => "p12_no_key",
            Self::SeveralKeys { .. } => "p12_several_keys",
            Self::NoCertificate => "p12_no_certificate",
        }
    }
}

/// Opens a file with one private key.
pub(crate) fn open(file: &[u8], password: &str) -> Result<Contents, Pkcs12Error> {
    if file.len() > FILE_BYTES_MAX {
        return Err(Pkcs12Error::TooLarge { bytes: file.len() });
    }
    if file.windows(PEM_MARK.len()).any(|window| window == PEM_MARK) {
        return Err(Pkcs12Error::Pem);
    }
    let outside = bags::outside(file)?;
    let mut password = Password::new(password);
    password.check(&outside.mac.ok_or(Pkcs12Error::NoMac)?, outside.content)?;
    one_key(unpack(outside.content, &mut password)?)
}

fn unpack(content: &[u8], password: &mut Password<'_>) -> Result<Bags, Pkcs12Error> {
    let mut bags = Bags::default();
    for safe in bags::safes(content).map_err(|_| Pkcs12Error::Damaged)? {
        match safe {
            Safe::Plain(content) => bags.read(content, password)?,
            Safe::Encrypted(algorithm, content) => {
                let content = password.decrypt(&algorithm, content)?;
                bags.read(&content, password)?;
            }
            Safe::Other(algorithm) => return Err(Pkcs12Error::Unsupported { algorithm }),
        }
    }
    Ok(bags)
}

fn one_key(mut bags: Bags) -> Result<Contents, Pkcs12Error> {
    let found = bags.keys.len();
    let key = bags.keys.pop().ok_or(Pkcs12Error::NoKey)?;
    if found > 1 {
        return Err(Pkcs12Error::SeveralKeys { found });
    }
    if bags.certificates.is_empty() {
        return Err(Pkcs12Error::NoCertificate);
    }
    Ok(Contents { key, certificates: bags.certificates })
}

/// A key of 4096 bits with a chain of certificates has about 8 KiB.
const FILE_BYTES_MAX: usize = 64 * 1024;
const PEM_MARK: &[u8] = b"-----BEGIN ";

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa;

    use super::password::Password;
    use super::{Pkcs12Error, bags, open, unpack};

    const PASSWORD: &str = "1900007291";
    const MODERN: &[u8] = include_bytes!("../tests/keys/modern.p12");

    fn error(file: &[u8]) -> Pkcs12Error {
        open(file, PASSWORD).err().expect("refused")
    }

    #[test]
    fn files_of_every_age_and_maker_are_read() {
        let files: [(&str, &[u8]); 6] = [
            ("RC2 and 3DES", include_bytes!("../tests/keys/legacy.p12")),
            ("RC2 for the key too", include_bytes!("../tests/keys/rc2.p12")),
            ("AES-128, certificates in the clear", include_bytes!("../tests/keys/aes128.p12")),
            ("3DES within PBES2", include_bytes!("../tests/keys/triple_des.p12")),
            ("AES-256", MODERN),
            ("by Java", include_bytes!("../tests/keys/java.p12")),
        ];
        for (what, file) in files {
            let contents = open(file, PASSWORD).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(rsa::KeyPair::from_pkcs8(&contents.key).is_ok(), "{what}");
            assert_eq!(contents.certificates.len(), 2, "{what}: the merchant's and its authority's");
        }
    }

    #[test]
    fn each_mistake_has_its_name() {
        let wrong = open(MODERN, "1900007292").err().expect("refused");
        assert_eq!(wrong, Pkcs12Error::WrongPassword);
        assert!(wrong.to_string().contains("is the mchid unless it was changed"), "{wrong}");
        assert_eq!(open(MODERN, "").err(), Some(Pkcs12Error::WrongPassword));
        for (file, code) in [
            (&b""[..], "p12_wrong_kind"),
            (b"\x30\x03\x02\x01\x03", "p12_wrong_kind"),
            (include_bytes!("../tests/keys/apiclient_cert.pem"), "p12_is_pem"),
            (&[0x30; 70_000], "p12_too_large"),
            (include_bytes!("../tests/keys/no_mac.p12"), "p12_no_mac"),
            (include_bytes!("../tests/keys/no_key.p12"), "p12_no_key"),
            (include_bytes!("../tests/keys/no_certificate.p12"), "p12_no_certificate"),
            (include_bytes!("../tests/keys/two_keys.p12"), "p12_several_keys"),
            (include_bytes!("../tests/keys/camellia.p12"), "p12_unsupported"),
            (include_bytes!("../tests/keys/costly.p12"), "p12_too_costly"),
        ] {
            assert_eq!(error(file).code(), code);
        }
        let cut = &MODERN[..MODERN.len() - 1];
        assert_eq!(error(cut), Pkcs12Error::NotPkcs12);
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused_and_never_panics() {
        for position in (0..MODERN.len()).step_by(7) {
            let mut bent = MODERN.to_vec();
            bent[position] ^= 1;
            assert!(open(&bent, PASSWORD).is_err(), "bit {position}");
        }
    }

    /// Who knows the password can write anything, and give it the right MAC.
    #[test]
    fn content_behind_a_right_mac_never_panics() {
        let content = bags::outside(MODERN).expect("a file").content.to_vec();
        for position in (0..content.len()).step_by(13) {
            for flip in [1, 0x80] {
                let mut bent = content.clone();
                bent[position] ^= flip;
                let _either = unpack(&bent, &mut Password::new(PASSWORD));
            }
        }
    }
}
