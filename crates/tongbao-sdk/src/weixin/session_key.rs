//! The session key (`session_key`), and what WeChat signs and encrypts with it (miniprogram.md §1.2).

use std::time::Duration;

use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tongbao_wire::{Appid, Timestamp};
use zeroize::Zeroizing;

use super::digest;
use super::secret_text::SecretText;
use crate::json;

/// The session key of one person's login. Wiped when dropped, never printed.
///
/// Never hand it to the front end. Payment does not need it; keep it only to read encrypted user data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SecretText")]
pub struct SessionKey(SecretText);

/// Text that is not a session key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session key is the Base64 of 16 bytes, as code2Session gives it")]
pub struct SessionKeyError;

/// What `wx.getUserInfo` and its like hand to the front end, and the front end to us.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptedData {
    /// The ciphertext, Base64.
    pub encrypted_data: String,
    /// The initial vector, Base64.
    pub iv: String,
}

/// Why user data is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserDataRefused {
    /// The signature is not that of the data under this key.
    #[error("the signature does not fit the data; the session key may have been replaced by a later login")]
    BadSignature,
    /// Larger than any user data.
    #[error("{bytes} bytes; no user data has more than {ENCRYPTED_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The key does not open it, or what is inside is not user data. Not told apart, so that nobody learns
    /// about the key from the answers.
    #[error("cannot be opened; the session key may have been replaced by a later login, so log in again")]
    CannotOpen,
    /// Made for another mini program.
    #[error("made for appid {appid}, not for this one")]
    OtherAppid {
        /// Whom it was made for.
        appid: Box<str>,
    },
    /// Made too long ago, or in the future.
    #[error("made {seconds} s ago, which is too long ago or in the future; fetch it anew")]
    Stale {
        /// How long ago; negative when it lies in the future.
        seconds: i64,
    },
}

impl UserDataRefused {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignature => "user_data_bad_signature",
            Self::TooLarge { .. } => "user_data_too_large",
            Self::CannotOpen => "user_data_cannot_open",
            Self::OtherAppid { .. } => "user_data_other_appid",
            Self::Stale { .. } => "user_data_stale",
        }
    }
}

impl SessionKey {
    /// Takes a key as code2Session gives it, or as it was kept.
    ///
    /// # Errors
    /// [`SessionKeyError`].
    pub fn parse(text: &str) -> Result<Self, SessionKeyError> {
        Self::try_from(SecretText::new(text))
    }

    /// The key, to be kept where nobody else reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What proves to WeChat that we hold the key: HMAC-SHA256 of nothing, under the characters of the key.
    #[must_use]
    pub fn signature(&self) -> String {
        digest::hmac_sha256(self.as_str(), b"")
    }

    /// Checks the `signature` that WeChat gave the front end along with `rawData`.
    ///
    /// # Errors
    /// [`UserDataRefused::BadSignature`].
    pub fn verify_raw_data(&self, raw_data: &str, signature: &str) -> Result<(), UserDataRefused> {
        if digest::same(&digest::sha1(&[raw_data, self.as_str()]), signature) {
            Ok(())
        } else {
            Err(UserDataRefused::BadSignature)
        }
    }

    /// Opens encrypted user data of `appid` that is at most `age_max` old, as whatever it is: `T` names the
    /// members (`openId`, `phoneNumber`, …).
    ///
    /// The watermark inside says whose and how old the data is, and is checked. But the ciphertext carries no
    /// signature, and the person hands it over: its first 16 bytes can be changed at will by changing `iv`. So
    /// take who somebody is from their login, not from here. Raw data is signed
    /// ([`SessionKey::verify_raw_data`]).
    ///
    /// # Errors
    /// [`UserDataRefused`].
    pub fn open<T: DeserializeOwned>(
        &self,
        data: &EncryptedData,
        appid: &Appid,
        now: Timestamp,
        age_max: Duration,
    ) -> Result<T, UserDataRefused> {
        let bytes = data.encrypted_data.len();
        if bytes > ENCRYPTED_BYTES_MAX {
            return Err(UserDataRefused::TooLarge { bytes });
        }
        let plain = self.decrypt(data).ok_or(UserDataRefused::CannotOpen)?;
        let marked: Marked = json::decode(&plain).map_err(|_| UserDataRefused::CannotOpen)?;
        if marked.watermark.appid != appid.as_str() {
            let appid = marked.watermark.appid.chars().take(APPID_CHARS_SHOWN).collect();
            return Err(UserDataRefused::OtherAppid { appid });
        }
        let seconds = now.seconds().saturating_sub(marked.watermark.timestamp);
        let age_max = i64::try_from(age_max.as_secs()).unwrap_or(i64::MAX);
        if !(-AHEAD_SECONDS_MAX..=age_max).contains(&seconds) {
            return Err(UserDataRefused::Stale { seconds });
        }
        json::decode(&plain).map_err(|_| UserDataRefused::CannotOpen)
    }

    fn decrypt(&self, data: &EncryptedData) -> Option<Zeroizing<Vec<u8>>> {
        let key = Zeroizing::new(STANDARD.decode(self.as_str()).ok()?);
        let iv: [u8; 16] = STANDARD.decode(&data.iv).ok()?.try_into().ok()?;
        let mut buffer = Zeroizing::new(STANDARD.decode(&data.encrypted_data).ok()?);
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, &key).ok()?).ok()?;
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        let length = key.decrypt(&mut buffer, context).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }
}

impl TryFrom<SecretText> for SessionKey {
    type Error = SessionKeyError;

    fn try_from(text: SecretText) -> Result<Self, SessionKeyError> {
        let bytes = STANDARD.decode(text.as_str()).map(Zeroizing::new);
        if bytes.is_ok_and(|bytes| bytes.len() == KEY_BYTES) { Ok(Self(text)) } else { Err(SessionKeyError) }
    }
}

/// User data, for its watermark.
#[derive(Deserialize)]
struct Marked {
    watermark: Watermark,
}

#[derive(Deserialize)]
struct Watermark {
    appid: String,
    timestamp: i64,
}

/// AES-128.
const KEY_BYTES: usize = 16;
/// User data has a name, a city, a picture's address; this is far above.
const ENCRYPTED_BYTES_MAX: usize = 64 * 1024;
/// Clocks differ.
const AHEAD_SECONDS_MAX: i64 = 300;
/// An appid has 18.
const APPID_CHARS_SHOWN: usize = 32;
