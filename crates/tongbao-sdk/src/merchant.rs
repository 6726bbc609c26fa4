//! One merchant identity, and where its platform answers.

use http::HeaderMap;
use tongbao_wire::{Ciphertext, Mchid, Timestamp};

use crate::apiv3_key::{Aead, ApiV3Key};
use crate::merchant_key::MerchantKey;
use crate::notification::{self, Notification, NotificationRefused};
use crate::platform_keys::PlatformKeys;
use crate::signer::Signer;
use crate::unsealer::{UnsealError, Unsealed, Unsealer};
use crate::verified::Verified;

/// One merchant identity. Further members may come; [`Merchant::new`] stays.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merchant {
    /// The merchant that calls.
    pub mchid: Mchid,
    /// Serial number of its API certificate, upper-case hexadecimal.
    pub serial_no: String,
    /// Signs with its private key.
    pub signer: Signer,
    /// Opens with its private key what the platform encrypted for it.
    pub unsealer: Option<Unsealer>,
    /// Its `APIv3` key.
    pub apiv3_key: ApiV3Key,
    /// Another `APIv3` key that is also tried, while the key is being changed on the merchant platform.
    pub apiv3_key_other: Option<ApiV3Key>,
}

impl Merchant {
    /// The identity of `mchid`.
    #[must_use]
    pub fn new(mchid: Mchid, key: &MerchantKey, apiv3_key: ApiV3Key) -> Self {
        Self {
            mchid,
            serial_no: key.serial_no().to_owned(),
            signer: key.signer(),
            unsealer: Some(key.unsealer()),
            apiv3_key,
            apiv3_key_other: None,
        }
    }

    /// For deterministic simulation only: signs with [`Signer::stand_in`] of `secret`, and has no key to
    /// decrypt with.
    #[must_use]
    pub fn stand_in(mchid: Mchid, serial_no: &str, secret: &[u8], apiv3_key: ApiV3Key) -> Self {
        Self {
            mchid,
            serial_no: serial_no.to_owned(),
            signer: Signer::stand_in(secret),
            unsealer: None,
            apiv3_key,
            apiv3_key_other: None,
        }
    }

    /// Verifies, decrypts and reads a notification (v3.md §6.8), for servers that do not call the platform
    /// themselves. `headers` and `body` are what came in, before anything parsed the body.
    ///
    /// # Errors
    /// [`NotificationRefused`], which says what to answer and what to mend.
    pub fn open_notification(
        &self,
        keys: &PlatformKeys,
        now: Timestamp,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Verified<Notification>, NotificationRefused> {
        notification::open(self, keys, now, headers, body)
    }

    /// Opens a sensitive member that the platform encrypted for this merchant (v3.md §1.9).
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal(&self, ciphertext: &Ciphertext) -> Result<Unsealed<String>, UnsealError> {
        self.unsealer.as_ref().ok_or(UnsealError::NoKey)?.unseal(ciphertext)
    }

    /// Opens what need not be text, such as the key of an encrypted bill.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal_bytes(&self, ciphertext: &Ciphertext) -> Result<Unsealed<Vec<u8>>, UnsealError> {
        self.unsealer.as_ref().ok_or(UnsealError::NoKey)?.unseal_bytes(ciphertext)
    }

    /// Opens what the platform encrypted with either `APIv3` key.
    pub(crate) fn open(
        &self,
        aead: Aead,
        nonce: &str,
        associated_data: &str,
        ciphertext: &str,
    ) -> Option<Vec<u8>> {
        let other = || {
            let key = self.apiv3_key_other.as_ref()?;
            key.open(aead, nonce, associated_data, ciphertext)
        };
        self.apiv3_key.open(aead, nonce, associated_data, ciphertext).or_else(other)
    }
}

/// Where the platform answers: base addresses without a path (v3.md §1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Asked first.
    pub primary: String,
    /// Asked when the first gives no answer: another city, same answers.
    pub backup: Option<String>,
}

impl Hosts {
    /// The platform itself.
    #[must_use]
    pub fn production() -> Self {
        Self {
            primary: "https://api.mch.weixin.qq.com".into(),
            backup: Some("https://api2.mch.weixin.qq.com".into()),
        }
    }

    /// One host and no backup, such as a simulator.
    #[must_use]
    pub fn only(primary: &str) -> Self {
        Self { primary: primary.into(), backup: None }
    }
}
