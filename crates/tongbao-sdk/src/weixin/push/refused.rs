//! Why a pushed message is not believed or not understood.

use super::{PUSH_BYTES_MAX, STALE_SECONDS};

/// Why a pushed message is not believed or not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushRefused {
    /// Larger than any message.
    #[error("{bytes} bytes; no message has more than {PUSH_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A parameter of the query is not there, or cannot be read.
    #[error("{0} is missing in the query, or cannot be read; not a call of WeChat's")]
    MissingParameter(&'static str),
    /// The signature does not fit.
    #[error(
        "the signature does not fit; the Token differs from the one at 微信公众平台 > 开发管理 > 消息推送, or it is not WeChat's call"
    )]
    BadSignature,
    /// Signed too long ago, or in the future.
    #[error(
        "signed {seconds} s ago, more than {STALE_SECONDS} s away; is this server's clock wrong, or is it an old call repeated?"
    )]
    Stale {
        /// How long ago; negative when it lies in the future.
        seconds: i64,
    },
    /// A plain message, to a receiver of encrypted ones.
    #[error(
        "not encrypted, though an EncodingAESKey is configured; set 微信公众平台 > 开发管理 > 消息推送 to 安全模式"
    )]
    NotEncrypted,
    /// An encrypted message, to a receiver of plain ones.
    #[error(
        "encrypted, but no EncodingAESKey is configured; copy it from 微信公众平台 > 开发管理 > 消息推送"
    )]
    Encrypted,
    /// Signed, but not encrypted with this key.
    #[error(
        "cannot be decrypted; the EncodingAESKey differs from the one at 微信公众平台 > 开发管理 > 消息推送"
    )]
    CannotDecrypt,
    /// Made for another appid.
    #[error("made for appid {appid}, not for this one")]
    OtherAppid {
        /// Whom it was made for.
        appid: Box<str>,
    },
    /// Neither JSON nor XML of a message.
    #[error("not a message: {member}: {reason}")]
    NotAMessage {
        /// The member that does not fit.
        member: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl PushRefused {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "push_too_large",
            Self::MissingParameter(_) => "push_missing_parameter",
            Self::BadSignature => "push_bad_signature",
            Self::Stale { .. } => "push_stale",
            Self::NotEncrypted => "push_not_encrypted",
            Self::Encrypted => "push_encrypted",
            Self::CannotDecrypt => "push_cannot_decrypt",
            Self::OtherAppid { .. } => "push_other_appid",
            Self::NotAMessage { .. } => "push_not_a_message",
        }
    }
}
