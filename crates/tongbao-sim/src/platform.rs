//! What calls do not change: merchants, keys, switches, clock and chance.

mod merchants;
mod ring;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Appid, Mchid};

use crate::clock::SimClock;
use crate::crypto::{Keys, MerchantKeys, PlatformKey, SigningKey, Source};
use crate::faults::FaultScript;
use crate::identity::Identity;
use crate::settings::UPPER_HEX;
use crate::tls::Tls;
use crate::{AppSettings, CryptoSettings, Forgery, MerchantSettings, Settings, SimError, Switches, payer};

pub(crate) use merchants::{MERCHANTS_MAX, check as check_merchant};
pub(crate) use ring::{KeptRing, Ring};

/// A merchant and their keys.
pub(crate) struct Merchant {
    /// Rises with every merchant.
    pub(crate) number: u64,
    pub(crate) came: Came,
    pub(crate) settings: MerchantSettings,
    pub(crate) keys: MerchantKeys,
}

/// How a merchant came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Came {
    /// With the settings, or added by hand.
    SetUp,
    /// By an application (进件): it goes with the application.
    Onboarded,
}

/// The unchanging half of a simulator; the other half is its state.
pub(crate) struct Platform {
    pub(crate) clock: SimClock,
    pub(crate) chance: Chance,
    pub(crate) switches: Switches,
    ring: RwLock<Arc<Ring>>,
    /// A key that is not the platform's, for answers nobody must believe.
    stray: SigningKey,
    crypto: CryptoSettings,
    /// How it is reached by TLS, when it is.
    pub(crate) tls: Option<Tls>,
    pub(crate) base_url: String,
    merchants: RwLock<Vec<Arc<Merchant>>>,
    /// Raised when merchants or keys change: the directory is to keep them.
    news: Arc<AtomicBool>,
    /// How many orders memory holds, when it is all there is.
    pub(crate) orders_in_memory: Option<usize>,
    /// Who pays unless another is named.
    pub(crate) first_payer: String,
    /// What goes wrong in a new world.
    pub(crate) fault_script: FaultScript,
}

/// The four values a signature travels with.
pub(crate) struct Signed {
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    pub(crate) serial: String,
    pub(crate) signature: String,
}

impl Platform {
    /// Checks the settings and makes the keys, or takes those of an earlier run.
    pub(crate) fn new(settings: &Settings, kept: Option<&Identity>) -> Result<Self, SimError> {
        check(settings)?;
        let news = Arc::new(AtomicBool::new(true));
        let (ring, merchants) = match kept {
            Some(kept) => (kept.ring(&settings.crypto)?, kept.merchants(&settings.crypto, &news)?),
            None => Self::begin(settings, &news)?,
        };
        Ok(Self {
            clock: SimClock::new(
                settings.clock.clone(),
                settings.switches.business_begins_behind,
                settings.begins_at,
                settings.pace,
                settings.switches.clock_moves_transport,
            ),
            chance: settings.chance.clone(),
            switches: settings.switches.clone(),
            ring: RwLock::new(Arc::new(ring)),
            stray: Keys::stray(&settings.crypto)?,
            crypto: settings.crypto.clone(),
            tls: settings.tls.as_ref().map(|asked| Tls::new(settings, asked)).transpose()?,
            base_url: settings.base_url.clone(),
            merchants: RwLock::new(merchants),
            news,
            orders_in_memory: settings.data.is_none().then_some(settings.orders_in_memory.max(1)),
            first_payer: kept
                .and_then(Identity::first_payer)
                .unwrap_or_else(|| settings.payers[0].id.clone()),
            fault_script: settings.fault_script.clone().unwrap_or_default(),
        })
    }

    fn begin(settings: &Settings, news: &Arc<AtomicBool>) -> Result<(Ring, Vec<Arc<Merchant>>), SimError> {
        let (crypto, chance, now) = (&settings.crypto, &settings.chance, settings.clock.now());
        let mut sources: Vec<Source> = settings
            .merchants
            .iter()
            .map(|merchant| Source::of(crypto, merchant, chance, now))
            .collect::<Result<_, SimError>>()?;
        let keys = Keys::new(settings, &mut sources[0])?;
        let merchants = settings.merchants.iter().zip(sources).zip(0..);
        let merchants = merchants.map(|((merchant, source), number)| {
            let keys = MerchantKeys::new(crypto, merchant, source, news)?;
            Ok(Arc::new(Merchant { number, came: Came::SetUp, settings: merchant.clone(), keys }))
        });
        let ring = Ring {
            mode: settings.key_mode,
            certificates: vec![Arc::new(keys.certificate)],
            public: Arc::new(keys.public),
            public_key_permille: None,
        };
        Ok((ring, merchants.collect::<Result<_, SimError>>()?))
    }

    /// True once after something about merchants or keys has changed.
    pub(crate) fn has_news(&self) -> bool {
        self.news.swap(false, Ordering::Relaxed)
    }

    /// Merchants or keys have changed, or could not be kept.
    pub(crate) fn raise_news(&self) {
        self.news.store(true, Ordering::Relaxed);
    }

    /// Where keys of this run come from.
    pub(crate) fn crypto(&self) -> &CryptoSettings {
        &self.crypto
    }

    /// A key that is nobody's.
    pub(crate) fn stray(&self) -> &SigningKey {
        &self.stray
    }

    /// True when the appid is one of the merchant's.
    pub(crate) fn is_bound(&self, appid: &Appid, mchid: &Mchid) -> bool {
        let merchant = self.merchant(mchid);
        merchant.is_some_and(|merchant| merchant.settings.apps.iter().any(|app| app.appid == *appid))
    }

    /// True for a merchant who acts for others (服务商).
    pub(crate) fn is_provider(&self, mchid: &Mchid) -> bool {
        let merchants = self.merchants.read().unwrap_or_else(PoisonError::into_inner);
        merchants.iter().any(|merchant| merchant.settings.providers.contains(mchid))
    }

    pub(crate) fn app(&self, appid: &Appid) -> Option<AppSettings> {
        let merchants = self.merchants.read().unwrap_or_else(PoisonError::into_inner);
        let mut apps = merchants.iter().flat_map(|merchant| &merchant.settings.apps);
        apps.find(|app| &app.appid == appid).cloned()
    }

    /// Whose app this is.
    pub(crate) fn owner_of(&self, appid: &Appid) -> Option<Mchid> {
        let merchants = self.merchants();
        let owner = merchants.iter().find(|it| it.settings.apps.iter().any(|app| app.appid == *appid))?;
        Some(owner.settings.mchid.clone())
    }

    /// True when `signer` acts for `mchid`: it is the merchant itself, or its service provider (服务商).
    pub(crate) fn serves(&self, signer: &Mchid, mchid: &Mchid) -> bool {
        signer == mchid
            || self.merchant(mchid).is_some_and(|merchant| merchant.settings.providers.contains(signer))
    }

    /// The merchant itself, and its service providers.
    pub(crate) fn agents_of(&self, mchid: &Mchid) -> Vec<Mchid> {
        let providers = self.merchant(mchid).map(|merchant| merchant.settings.providers.clone());
        std::iter::once(mchid.clone()).chain(providers.unwrap_or_default()).collect()
    }

    /// `signer` and the merchants it acts for.
    pub(crate) fn served_by(&self, signer: &Mchid) -> Vec<Mchid> {
        let merchants = self.merchants();
        let settings = merchants.iter().map(|merchant| &merchant.settings);
        let served = settings.filter(|it| it.mchid == *signer || it.providers.contains(signer));
        served.map(|settings| settings.mchid.clone()).collect()
    }

    /// Every appid of every merchant.
    pub(crate) fn appids(&self) -> Vec<Appid> {
        let merchants = self.merchants();
        let apps = merchants.iter().flat_map(|merchant| &merchant.settings.apps);
        apps.map(|app| app.appid.clone()).collect()
    }

    /// Signs `body` at this moment (v3.md §1.7), or forges as told.
    pub(crate) fn sign(&self, key: &PlatformKey, body: &[u8], forgery: Option<Forgery>) -> Signed {
        let stale = matches!(forgery, Some(Forgery::StaleTimestamp));
        self.sign_at(key, body, forgery, if stale { STALE_SECONDS } else { 0 })
    }

    /// The same as it was done so many seconds ago.
    pub(crate) fn sign_at(
        &self,
        key: &PlatformKey,
        body: &[u8],
        forgery: Option<Forgery>,
        age_seconds: i64,
    ) -> Signed {
        let seconds = self.clock.transport().seconds().saturating_sub(age_seconds);
        let timestamp = seconds.to_string();
        let nonce = self.chance.text(32, UPPER_HEX);
        let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        let signer: &SigningKey = match forgery {
            Some(Forgery::WrongKey) => &self.stray,
            None
            | Some(Forgery::SignTest | Forgery::WrongSerial | Forgery::StaleTimestamp | Forgery::Tamper) => {
                &key.key
            }
        };
        let signature = match forgery {
            Some(Forgery::SignTest) => format!("WECHATPAY/SIGNTEST/{}", self.chance.text(64, UPPER_HEX)),
            None
            | Some(Forgery::WrongKey | Forgery::WrongSerial | Forgery::StaleTimestamp | Forgery::Tamper) => {
                signer.sign(&message)
            }
        };
        let serial = match forgery {
            Some(Forgery::WrongSerial) => self.chance.text(key.serial.len(), UPPER_HEX),
            _ => key.serial.clone(),
        };
        Signed { timestamp, nonce, serial, signature }
    }

    /// A new `Request-ID` with its cause (v3.md §1.4).
    pub(crate) fn request_id(&self, cause: u32) -> String {
        format!("08{}-{cause}", self.chance.text(30, UPPER_HEX))
    }
}

fn check(settings: &Settings) -> Result<(), SimError> {
    let refuse = |field, reason: &str| Err(SimError::Settings { field, reason: reason.into() });
    if settings.merchants.is_empty() || settings.payers.is_empty() {
        return refuse("merchants, payers", "at least one of each is needed");
    }
    for merchant in &settings.merchants {
        merchants::check(merchant)?;
    }
    let mut mchids: Vec<_> = settings.merchants.iter().map(|merchant| &merchant.mchid).collect();
    mchids.sort();
    if mchids.windows(2).any(|pair| pair[0] == pair[1]) {
        return refuse("merchants", "two merchants have the same mchid");
    }
    for person in &settings.payers {
        payer::check(person).map_err(|(field, reason)| SimError::Settings { field, reason })?;
    }
    let address = settings.base_url.parse::<http::Uri>().ok();
    let sound = |url: &http::Uri| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.query().is_none()
    };
    if settings.base_url.ends_with('/') || !address.is_some_and(|url| sound(&url)) {
        return refuse(
            "base_url",
            "must be an http or https address without a slash at its end and without a query",
        );
    }
    settings.switches.check().map_err(|reason| SimError::Settings { field: "switches", reason })
}

/// One second past the window (v3.md §1.6).
pub(crate) const STALE_SECONDS: i64 = 301;
