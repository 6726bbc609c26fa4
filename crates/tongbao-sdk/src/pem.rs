//! PEM files as people hand them over, with words for the usual mix-ups.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What a PEM block holds, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PemKind {
    /// `PRIVATE KEY`: PKCS#8.
    Pkcs8,
    /// `RSA PRIVATE KEY`: PKCS#1.
    Pkcs1,
    /// `ENCRYPTED PRIVATE KEY`, or PKCS#1 with encryption headers.
    EncryptedPrivateKey,
    /// `EC PRIVATE KEY`.
    EcPrivateKey,
    /// `CERTIFICATE`.
    Certificate,
    /// `PUBLIC KEY`: SPKI.
    PublicKey,
    /// Any other label.
    Other,
}

impl PemKind {
    fn of(label: &str) -> Self {
        match label {
            "PRIVATE KEY" => Self::Pkcs8,
            "RSA PRIVATE KEY" => Self::Pkcs1,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedPrivateKey,
            "EC PRIVATE KEY" => Self::EcPrivateKey,
            "CERTIFICATE" => Self::Certificate,
            "PUBLIC KEY" => Self::PublicKey,
            _ => Self::Other,
        }
    }
}

/// One PEM block. Its bytes are wiped when dropped, for they may be a private key.
pub(crate) struct PemBlock {
    pub(crate) kind: PemKind,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// Why a file is not the PEM that was wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Longer than any key or certificate.
    #[error("the file has {bytes} bytes; no key or certificate has more than {PEM_BYTES_MAX}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A binary file, such as `apiclient_cert.p12`.
    #[error(
        "the file is binary, not PEM text (is it apiclient_cert.p12? read it as PKCS#12, or use the .pem files of the same download)"
    )]
    Binary,
    /// Text without a PEM block.
    #[error("the file has no -----BEGIN …----- line; give the whole PEM file, not only its Base64 middle")]
    NoBlock,
    /// A block that is cut off.
    #[error("the -----BEGIN …----- block has no matching -----END …----- line; the file is cut off")]
    NoEnd,
    /// A block whose middle cannot be decoded.
    #[error(
        "the text between the BEGIN and END lines is not Base64; the file is damaged, or its line breaks were written as \\n"
    )]
    NotBase64,
}

impl PemError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "pem_empty",
            Self::TooLarge { .. } => "pem_too_large",
            Self::Binary => "pem_binary",
            Self::NoBlock => "pem_no_block",
            Self::NoEnd => "pem_no_end",
            Self::NotBase64 => "pem_not_base64",
        }
    }
}

/// Reads the first PEM block of a file.
pub(crate) fn first_block(file: &[u8]) -> Result<PemBlock, PemError> {
    if file.is_empty() {
        return Err(PemError::Empty);
    }
    if file.len() > PEM_BYTES_MAX {
        return Err(PemError::TooLarge { bytes: file.len() });
    }
    let text = std::str::from_utf8(file).map_err(|_| PemError::Binary)?;
    let (_, after) = text.split_once("-----BEGIN ").ok_or(PemError::NoBlock)?;
    let (label, after) = after.split_once("-----").ok_or(PemError::NoBlock)?;
    let (middle, _) = after.split_once(&format!("-----END {label}-----")).ok_or(PemError::NoEnd)?;
    if middle.contains("Proc-Type:") {
        return Ok(PemBlock { kind: PemKind::EncryptedPrivateKey, der: Zeroizing::default() });
    }
    // Reserved at once: growing would leave pieces of a key behind.
    let mut base64 = Zeroizing::new(Vec::with_capacity(middle.len()));
    base64.extend(middle.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let der = STANDARD.decode(&*base64).map_err(|_| PemError::NotBase64)?;
    Ok(PemBlock { kind: PemKind::of(label), der: Zeroizing::new(der) })
}

/// A 4096-bit key in PEM has about 3,300 bytes, a certificate less; chains and comments fit too.
const PEM_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::{PemError, PemKind, first_block};

    #[test]
    fn each_broken_file_is_named() {
        for (file, code) in [
            (&b""[..], "pem_empty"),
            (&[0x30, 0x82, 0xff, 0xfe][..], "pem_binary"),
            (b"MIIEvAIBADANBg", "pem_no_block"),
            (b"-----BEGIN PRIVATE KEY-----\nMIIE\n", "pem_no_end"),
            (b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", "pem_not_base64"),
        ] {
            let error = first_block(file).err().expect("refused");
            assert_eq!(error.code(), code);
        }
        let long = vec![b'a'; 70_000];
        assert_eq!(first_block(&long).err(), Some(PemError::TooLarge { bytes: 70_000 }));
    }

    #[test]
    fn windows_line_ends_byte_order_marks_and_comments_are_read() {
        let file = "\u{feff}Bag Attributes\r\n-----BEGIN PUBLIC KEY-----\r\nAQID\r\nBA==\r\n-----END PUBLIC KEY-----\r\n";
        let block = first_block(file.as_bytes()).expect("readable");
        assert_eq!(block.kind, PemKind::PublicKey);
        assert_eq!(*block.der, [1, 2, 3, 4]);
    }
}
