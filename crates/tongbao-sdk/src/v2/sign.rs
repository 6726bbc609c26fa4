//! Signatures of `APIv2`: a digest over all elements and the key (v2.md §1.3).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use crate::certificate::upper_hex;
use crate::v2::fields::Fields;

/// The `APIv2` key (APIv2密钥): 32 characters chosen by the merchant, shared with the platform.
///
/// Wiped when the last clone is dropped, never printed. Cheap to clone. It is neither the `APIv3` key nor the
/// `AppSecret`, which look alike.
#[derive(Clone)]
pub struct ApiV2Key(Arc<Zeroizing<[u8; KEY_BYTES]>>);

/// Text that is not an `APIv2` key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the APIv2 key must have exactly {KEY_BYTES} bytes, but {found} were given (copy it from where it was kept when it was set: 商户平台 > 账户中心 > API安全 > 设置APIv2密钥 does not show it again)"
)]
pub struct ApiV2KeyError {
    /// How many bytes it has.
    pub found: usize,
}

impl ApiV2KeyError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "apiv2_key_length"
    }
}

impl ApiV2Key {
    /// Takes the 32 bytes as they are. An empty key would verify forgeries, hence the length.
    ///
    /// # Errors
    /// [`ApiV2KeyError`] with the length found.
    pub fn parse(text: &[u8]) -> Result<Self, ApiV2KeyError> {
        let key = text.try_into().map_err(|_| ApiV2KeyError { found: text.len() })?;
        Ok(Self(Arc::new(Zeroizing::new(key))))
    }

    /// Signs all of `fields` but `sign`: upper-case hexadecimal, 32 or 64 characters.
    #[must_use]
    pub fn sign(&self, sign_type: SignType, fields: &Fields) -> String {
        match sign_type {
            SignType::Md5 => {
                let mut digest = Md5::new();
                self.feed(fields, |piece| digest.update(piece));
                upper_hex(&digest.finalize())
            }
            SignType::HmacSha256 => {
                let mut digest = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &**self.0));
                self.feed(fields, |piece| digest.update(piece));
                upper_hex(digest.sign().as_ref())
            }
        }
    }

    /// Checks `sign` of `fields`, in constant time.
    ///
    /// # Errors
    /// [`SignFault`].
    pub fn verify(&self, sign_type: SignType, fields: &Fields) -> Result<(), SignFault> {
        let found = fields.get("sign").filter(|sign| !sign.is_empty()).ok_or(SignFault::Missing)?;
        let expected = self.sign(sign_type, fields);
        verify_slices_are_equal(found.as_bytes(), expected.as_bytes()).map_err(|_| SignFault::Wrong)
    }

    /// `name=text&` for all that has a text, ordered by name, then the key. Nothing is encoded.
    fn feed(&self, fields: &Fields, mut update: impl FnMut(&[u8])) {
        for (name, text) in fields.iter().filter(|(name, text)| *name != "sign" && !text.is_empty()) {
            for piece in [name, "=", text, "&"] {
                update(piece.as_bytes());
            }
        }
        update(b"key=");
        update(&**self.0);
    }

    /// The key itself.
    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for ApiV2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV2Key(redacted)")
    }
}

/// How messages are signed (`sign_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignType {
    /// What is meant when nothing is said. For what exists.
    Md5,
    /// For what is new.
    HmacSha256,
}

impl SignType {
    /// The word as the protocol spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    /// Reads the word; the platform knows no others.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "MD5" => Some(Self::Md5),
            "HMAC-SHA256" => Some(Self::HmacSha256),
            _ => None,
        }
    }
}

impl fmt::Display for SignType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a message is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignFault {
    /// It has no signature.
    #[error("there is no sign")]
    Missing,
    /// `sign_type` is neither `MD5` nor `HMAC-SHA256`.
    #[error("sign_type {0:?} is unknown")]
    UnknownType(Box<str>),
    /// A text holds what another element is: the signature fits that message, and one with the elements
    /// grouped differently.
    #[error("the text of {0:?} holds another element, so the signature fits more than one message")]
    Ambiguous(Box<str>),
    /// The signature is not the platform's over this text.
    #[error(
        "sign does not fit; the APIv2 key differs from the one set on the merchant platform, or the message was changed"
    )]
    Wrong,
}

impl SignFault {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "sign_missing",
            Self::UnknownType(_) => "sign_type_unknown",
            Self::Ambiguous(_) => "sign_ambiguous",
            Self::Wrong => "sign_wrong",
        }
    }
}

const KEY_BYTES: usize = 32;
