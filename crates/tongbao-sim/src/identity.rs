//! What a data directory keeps of the platform besides its state: merchants, keys and switches.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};
use tongbao_wire::Mchid;

use crate::crypto::{MerchantKeys, Source};
use crate::platform::{Came, KeptRing, Merchant, Platform, Ring};
use crate::settings::MerchantKey;
use crate::shelf::{Kept, Shelf, shelves};
use crate::{AppSettings, CryptoSettings, FeeRate, KeptSettings, MerchantSettings, SimError, Switches};

/// Merchants, keys and switches, as they are kept.
#[derive(Default)]
pub(crate) struct Identity {
    platform: Kept<Option<KeptPlatform>>,
    /// By the number they came under.
    merchants: Shelf<u64, KeptMerchant>,
}

shelves! {
    Identity {
        "identity_platform" => platform,
        "identity_merchants" => merchants,
    }
}

/// The platform's own half.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct KeptPlatform {
    keys: KeyKind,
    ring: KeptRing,
    switches: Switches,
    first_payer: String,
}

/// [`CryptoSettings`] without its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyKind {
    Generated,
    Published,
    StandIn,
}

impl KeyKind {
    fn of(crypto: &CryptoSettings) -> Self {
        match crypto {
            CryptoSettings::Generate => Self::Generated,
            CryptoSettings::Fixed => Self::Published,
            CryptoSettings::StandIn { .. } => Self::StandIn,
        }
    }
}

/// A merchant with its keys.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptMerchant {
    came: Came,
    mchid: Mchid,
    name: String,
    apps: Vec<AppSettings>,
    source: Source,
    apiv3_key: String,
    apiv2_key: String,
    providers: Vec<Mchid>,
    fee_rate: FeeRate,
    refund_notify_url: Option<String>,
    scan_callback_url: Option<String>,
}

impl Identity {
    /// True when a platform was kept here.
    pub(crate) fn is_there(&self) -> bool {
        self.platform.is_some()
    }

    /// Which pairs signed in the last run.
    pub(crate) fn ring(&self, crypto: &CryptoSettings) -> Result<Ring, SimError> {
        let platform = self.platform.as_ref().expect("asked of what is there");
        platform.ring.ring(crypto)
    }

    /// Who pays unless another is named.
    pub(crate) fn first_payer(&self) -> Option<String> {
        self.platform.as_ref().map(|platform| platform.first_payer.clone())
    }

    /// What the next run begins with.
    pub(crate) fn kept_settings(&self) -> Option<KeptSettings> {
        let platform = self.platform.as_ref()?;
        Some(KeptSettings {
            switches: platform.switches.clone(),
            key_mode: platform.ring.mode,
            published: platform.keys == KeyKind::Published,
            merchants: self.merchants.iter().map(|(_, kept)| kept.settings()).collect(),
        })
    }

    /// Refuses keys of another kind than the directory's.
    pub(crate) fn suits(&self, asked: &CryptoSettings) -> Result<CryptoSettings, SimError> {
        let refuse = |reason: &str| Err(SimError::Settings { field: "data", reason: reason.into() });
        let Some(kept) = self.platform.as_ref().map(|platform| platform.keys) else {
            return Ok(asked.clone());
        };
        match (kept, asked) {
            (KeyKind::Generated, CryptoSettings::Generate)
            | (KeyKind::Published, CryptoSettings::Fixed)
            | (KeyKind::StandIn, CryptoSettings::StandIn { .. }) => Ok(asked.clone()),
            // What was published stays so.
            (KeyKind::Published, CryptoSettings::Generate) => Ok(CryptoSettings::Fixed),
            (KeyKind::Generated, CryptoSettings::Fixed) => refuse(
                "the directory keeps keys that were made for it, not the published ones; leave out --fixed-keys or \
                 name another directory",
            ),
            (KeyKind::StandIn, _) | (_, CryptoSettings::StandIn { .. }) => {
                refuse("the directory keeps keys of another kind")
            }
        }
    }

    pub(crate) fn merchants(
        &self,
        crypto: &CryptoSettings,
        news: &Arc<AtomicBool>,
    ) -> Result<Vec<Arc<Merchant>>, SimError> {
        let merchant = |(number, kept): (u64, Arc<KeptMerchant>)| {
            let settings = kept.settings();
            let keys = MerchantKeys::new(crypto, &settings, kept.source.clone(), news)?;
            Ok(Arc::new(Merchant { number, came: kept.came, settings, keys }))
        };
        self.merchants.iter().map(merchant).collect()
    }

    /// Takes over what has changed.
    pub(crate) fn take(&mut self, platform: &Platform) {
        let kept = KeptPlatform {
            keys: KeyKind::of(platform.crypto()),
            ring: platform.ring().kept(),
            switches: platform.switches.clone(),
            first_payer: platform.first_payer.clone(),
        };
        if self.platform.as_ref() != Some(&kept) {
            *self.platform = Some(kept);
        }
        let merchants = platform.merchants();
        let gone = |number: &u64| !merchants.iter().any(|merchant| merchant.number == *number);
        let gone: Vec<u64> = self.merchants.iter().map(|(number, _)| number).filter(gone).collect();
        for number in gone {
            self.merchants.remove(&number);
        }
        for merchant in merchants {
            let kept = KeptMerchant::of(&merchant);
            if self.merchants.get(&merchant.number).is_none_or(|known| *known != kept) {
                self.merchants.insert(merchant.number, kept);
            }
        }
    }
}

impl KeptMerchant {
    fn of(merchant: &Merchant) -> Self {
        let settings = merchant.settings.clone();
        Self {
            came: merchant.came,
            mchid: settings.mchid,
            name: settings.name,
            apps: settings.apps,
            source: merchant.keys.source(),
            apiv3_key: settings.apiv3_key,
            apiv2_key: settings.apiv2_key,
            providers: settings.providers,
            fee_rate: settings.fee_rate,
            refund_notify_url: settings.refund_notify_url,
            scan_callback_url: settings.scan_callback_url,
        }
    }

    fn settings(&self) -> MerchantSettings {
        MerchantSettings {
            mchid: self.mchid.clone(),
            name: self.name.clone(),
            apps: self.apps.clone(),
            key: MerchantKey::default(),
            apiv3_key: self.apiv3_key.clone(),
            apiv2_key: self.apiv2_key.clone(),
            providers: self.providers.clone(),
            fee_rate: self.fee_rate,
            refund_notify_url: self.refund_notify_url.clone(),
            scan_callback_url: self.scan_callback_url.clone(),
        }
    }
}
