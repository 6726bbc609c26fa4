//! Who calls, and for whom (v2.md §6).

use tongbao_wire::{Appid, Mchid};

use crate::json::Misfit;
use crate::v2::fields::Fields;
use crate::v2::sign::{ApiV2Key, SignType};

/// One merchant identity of `APIv2`.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// The merchant that calls; of a service provider, its own number.
    pub mch_id: Mchid,
    /// Its `APIv2` key.
    pub key: ApiV2Key,
    /// Another key that notifications are also tried with, while the key is being changed on the merchant
    /// platform.
    pub key_other: Option<ApiV2Key>,
    /// How requests are signed, and so answers and notifications. [`SignType::HmacSha256`] for what is new.
    pub sign_type: SignType,
    /// Whether it acts for others.
    pub role: Role,
}

/// Whether a merchant acts for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It takes the money itself.
    Direct,
    /// It acts for sub-merchants (服务商), who get the money.
    ServiceProvider,
}

impl Merchant {
    /// A merchant that takes the money itself and signs with HMAC-SHA256.
    #[must_use]
    pub fn direct(mch_id: Mchid, key: ApiV2Key) -> Self {
        Self { mch_id, key, key_other: None, sign_type: SignType::HmacSha256, role: Role::Direct }
    }

    /// A service provider that signs with HMAC-SHA256. Key and certificate are always the provider's.
    #[must_use]
    pub fn service_provider(mch_id: Mchid, key: ApiV2Key) -> Self {
        Self { role: Role::ServiceProvider, ..Self::direct(mch_id, key) }
    }
}

/// Whose order it is: the appid it belongs to and, when a service provider acts, the sub-merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The mini program, service account or app; of a service provider, its own.
    pub appid: Appid,
    /// For whom a service provider acts.
    pub sub: Option<SubMerchant>,
}

/// A merchant that a service provider acts for (特约商户).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubMerchant {
    /// Its number.
    pub sub_mch_id: Mchid,
    /// Its own mini program, service account or app, if the cashier is opened there.
    pub sub_appid: Option<Appid>,
}

impl Party {
    /// A merchant's own order.
    #[must_use]
    pub fn own(appid: Appid) -> Self {
        Self { appid, sub: None }
    }

    /// A sub-merchant's order, paid under the provider's appid.
    #[must_use]
    pub fn sub_merchant(appid: Appid, sub_mch_id: Mchid) -> Self {
        Self { appid, sub: Some(SubMerchant { sub_mch_id, sub_appid: None }) }
    }

    /// A sub-merchant's order, paid under its own appid.
    #[must_use]
    pub fn sub_merchant_at(appid: Appid, sub_mch_id: Mchid, sub_appid: Appid) -> Self {
        Self { appid, sub: Some(SubMerchant { sub_mch_id, sub_appid: Some(sub_appid) }) }
    }

    /// The appid the cashier is opened under.
    #[must_use]
    pub fn cashier_appid(&self) -> &Appid {
        self.sub.as_ref().and_then(|sub| sub.sub_appid.as_ref()).unwrap_or(&self.appid)
    }

    /// Who an answer or a notification says it is about.
    pub(super) fn read(fields: &Fields) -> Result<Self, Misfit> {
        let sub_appid = fields.optional("sub_appid")?;
        let sub = fields.optional("sub_mch_id")?.map(|sub_mch_id| SubMerchant { sub_mch_id, sub_appid });
        Ok(Self { appid: fields.required("appid")?, sub })
    }
}
