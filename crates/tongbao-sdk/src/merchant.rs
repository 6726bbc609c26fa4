//! One merchant identity, and where its platform answers.

use tongbao_wire::Mchid;

use crate::apiv3_key::ApiV3Key;
use crate::merchant_key::MerchantKey;
use crate::signer::Signer;

/// One merchant identity.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// The merchant that calls.
    pub mchid: Mchid,
    /// Serial number of its API certificate, upper-case hexadecimal.
    pub serial_no: String,
    /// Its private key.
    pub signer: Signer,
    /// Its APIv3 key.
    pub apiv3_key: ApiV3Key,
    /// Another APIv3 key that is also tried, while the key is being changed on the merchant platform.
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
            apiv3_key,
            apiv3_key_other: None,
        }
    }

    /// Opens what the platform encrypted with either key.
    pub(crate) fn open(&self, nonce: &str, associated_data: &str, ciphertext: &str) -> Option<Vec<u8>> {
        let other = || {
            let key = self.apiv3_key_other.as_ref()?;
            key.open(nonce, associated_data, ciphertext)
        };
        self.apiv3_key.open(nonce, associated_data, ciphertext).or_else(other)
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
