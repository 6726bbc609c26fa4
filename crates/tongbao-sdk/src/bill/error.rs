//! Why a bill was not downloaded, and what to do.

use std::io;

use tongbao_wire::{Call, ErrorCode, Retry};

use crate::call_error::CallError;

/// A bill that was not downloaded. What was written to the sink is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// The platform refused, or the connection broke.
    #[error("the bill could not be downloaded")]
    Call(#[source] CallError),
    /// The address is not the platform's, so nothing was signed or sent.
    #[error("the bill is said to be at {host}, which is not a host of WeChat Pay; nothing was sent there")]
    ForeignHost {
        /// The host it names.
        host: Box<str>,
    },
    /// Not an address.
    #[error("download_url is not an absolute http or https address; ask for the bill again")]
    NotAnAddress,
    /// A digest that is not known.
    #[error("the bill's digest is of type {0}; only SHA1 is known")]
    UnknownDigest(Box<str>),
    /// The content is not what the platform announced.
    #[error("the content's digest differs from the announced one; throw it away and ask for the bill again")]
    DigestDiffers,
    /// More came than is allowed.
    #[error("the download has more than {0} bytes; raise the limit if this bill is meant to be so large")]
    DownloadTooLarge(u64),
    /// More came out of the compressed file than is allowed.
    #[error("the content has more than {0} bytes; raise the limit if this bill is meant to be so large")]
    ContentTooLarge(u64),
    /// The compressed file breaks off.
    #[error("the compressed file ends early; ask for the bill again")]
    GzipTruncated,
    /// The compressed file is damaged.
    #[error("the compressed file is damaged; ask for the bill again")]
    GzipDamaged,
    /// Writing failed.
    #[error("the bill cannot be written; look at the disk")]
    Sink(#[source] io::Error),
    /// The key of an encrypted file has another length.
    #[error("the key of an encrypted bill has 32 bytes, but {0} were given; was encrypt_key opened first?")]
    KeyLength(usize),
    /// The nonce of an encrypted file has a length that is not known.
    #[error("the nonce of an encrypted bill has {0} bytes; only 12 and 16 are known")]
    NonceLength(usize),
    /// The key does not open the file.
    #[error(
        "the encrypted bill cannot be opened; its key is another's (is the merchant key the one of the certificate in use?), or it was altered"
    )]
    CannotOpen,
    /// Files of a bill in several parts are missing or doubled.
    #[error("the bill has {expected} files, but those listed are not numbered 1 to {expected}; ask again")]
    Incomplete {
        /// How many there should be.
        expected: u32,
    },
}

impl BillError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::ForeignHost { .. } => "foreign_host",
            Self::NotAnAddress => "not_an_address",
            Self::UnknownDigest(_) => "unknown_digest",
            Self::DigestDiffers => "digest_differs",
            Self::DownloadTooLarge(_) => "download_too_large",
            Self::ContentTooLarge(_) => "content_too_large",
            Self::GzipTruncated => "gzip_truncated",
            Self::GzipDamaged => "gzip_damaged",
            Self::Sink(_) => "sink",
            Self::KeyLength(_) => "key_length",
            Self::NonceLength(_) => "nonce_length",
            Self::CannotOpen => "cannot_open",
            Self::Incomplete { .. } => "incomplete",
        }
    }

    /// Whether, and how, to try again.
    ///
    /// Always begin with asking where the bill is, for addresses are good for minutes.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            // The address is no longer good (v3.md §7.2).
            Self::Call(error)
                if error.call == Call::DownloadBill
                    && error.refusal() == Some(&ErrorCode::InvalidRequest) =>
            {
                Retry::SameRequest
            }
            Self::Call(error) => error.retry(),
            Self::DigestDiffers | Self::GzipTruncated | Self::GzipDamaged | Self::Incomplete { .. } => {
                Retry::SameRequest
            }
            Self::ForeignHost { .. }
            | Self::NotAnAddress
            | Self::UnknownDigest(_)
            | Self::DownloadTooLarge(_)
            | Self::ContentTooLarge(_)
            | Self::Sink(_)
            | Self::KeyLength(_)
            | Self::NonceLength(_)
            | Self::CannotOpen => Retry::Never,
        }
    }
}
