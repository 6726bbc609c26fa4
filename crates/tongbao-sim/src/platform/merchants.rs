//! Who the platform deals with: merchants come and go while it runs.

use std::sync::{Arc, PoisonError};

use tongbao_wire::Mchid;

use super::{Came, Merchant, Platform};
use crate::crypto::{MerchantKeys, Source};
use crate::{AppSettings, MerchantSettings, SimError};

impl Platform {
    /// Every merchant, in the order they came.
    pub(crate) fn merchants(&self) -> Vec<Arc<Merchant>> {
        self.merchants.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn merchant(&self, mchid: &Mchid) -> Option<Arc<Merchant>> {
        let merchants = self.merchants.read().unwrap_or_else(PoisonError::into_inner);
        merchants.iter().find(|merchant| &merchant.settings.mchid == mchid).cloned()
    }

    /// The keys a merchant of these settings gets: to be made before anything is locked, for brought ones are
    /// checked.
    pub(crate) fn keys_for(&self, merchant: &MerchantSettings) -> Result<MerchantKeys, SimError> {
        let source = Source::of(&self.crypto, merchant, &self.chance, self.clock.transport())?;
        MerchantKeys::new(&self.crypto, merchant, source, &self.news)
    }

    /// Adds a merchant whose number nobody has. False when there are too many, or somebody has it.
    pub(crate) fn add_merchant(&self, settings: MerchantSettings, keys: MerchantKeys, came: Came) -> bool {
        let mut merchants = self.merchants.write().unwrap_or_else(PoisonError::into_inner);
        let known = merchants.iter().any(|merchant| merchant.settings.mchid == settings.mchid);
        if known || merchants.len() >= MERCHANTS_MAX {
            return false;
        }
        let number = merchants.last().map_or(0, |last| last.number + 1);
        merchants.push(Arc::new(Merchant { number, came, settings, keys }));
        self.raise_news();
        true
    }

    /// Keeps those who are wanted.
    pub(crate) fn retain_merchants(&self, wanted: impl Fn(&Merchant) -> bool) {
        let mut merchants = self.merchants.write().unwrap_or_else(PoisonError::into_inner);
        merchants.retain(|merchant| wanted(merchant));
        self.raise_news();
    }

    /// Binds another appid to a merchant. False when there is no such merchant, or it has too many.
    pub(crate) fn bind_app(&self, mchid: &Mchid, app: AppSettings) -> bool {
        let mut merchants = self.merchants.write().unwrap_or_else(PoisonError::into_inner);
        let Some(merchant) = merchants.iter_mut().find(|merchant| merchant.settings.mchid == *mchid) else {
            return false;
        };
        if merchant.settings.apps.len() >= APPS_MAX {
            return false;
        }
        let mut settings = merchant.settings.clone();
        settings.apps.retain(|known| known.appid != app.appid);
        settings.apps.push(app);
        let keys = merchant.keys.shared();
        *merchant = Arc::new(Merchant { number: merchant.number, came: merchant.came, settings, keys });
        self.raise_news();
        true
    }

    /// Searches the keys of these merchants, as far as they were never needed, side by side.
    pub(crate) fn make_keys_of<'a>(merchants: impl IntoIterator<Item = &'a Arc<Merchant>>) {
        let wanting: Vec<_> = merchants.into_iter().filter(|it| it.keys.pair_made().is_none()).collect();
        if let [one] = &wanting[..] {
            one.keys.pair();
            return;
        }
        for some in wanting.chunks(SEARCHES_MAX) {
            std::thread::scope(|scope| {
                for merchant in some {
                    scope.spawn(|| merchant.keys.pair());
                }
            });
        }
    }
}

/// Checks what a merchant is set up with.
pub(crate) fn check(merchant: &MerchantSettings) -> Result<(), SimError> {
    let refuse = |field, reason: &str| Err(SimError::Settings { field, reason: reason.into() });
    if merchant.apps.is_empty() && merchant.providers.is_empty() {
        return refuse("merchants", "a merchant needs at least one appid, but for a sub-merchant");
    }
    if merchant.apps.len() > APPS_MAX || merchant.providers.len() > PROVIDERS_MAX {
        return refuse("merchants", "a merchant has at most 50 appids and 50 providers");
    }
    if merchant.providers.contains(&merchant.mchid) {
        return refuse("providers", "a merchant is not its own provider");
    }
    if merchant.name.is_empty() || merchant.name.chars().count() > NAME_CHARACTERS_MAX {
        return refuse("name", "must have 1 to 64 characters");
    }
    for (field, address) in [
        ("refund_notify_url", &merchant.refund_notify_url),
        ("scan_callback_url", &merchant.scan_callback_url),
    ] {
        let address = address.as_ref().map(|address| address.parse::<http::Uri>());
        let sound =
            |url: &http::Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
        if !address.is_none_or(|address| address.is_ok_and(|url| sound(&url))) {
            return refuse(field, "must be an http or https address");
        }
    }
    let mut appids: Vec<_> = merchant.apps.iter().map(|app| &app.appid).collect();
    appids.sort();
    if appids.windows(2).any(|pair| pair[0] == pair[1]) {
        return refuse("apps", "an appid is there twice");
    }
    let plain = |secret: &String| secret.len() <= 64 && secret.bytes().all(|byte| byte.is_ascii_graphic());
    if !merchant.apps.iter().all(|app| plain(&app.secret)) {
        return refuse("apps", "a secret has at most 64 letters, digits and signs");
    }
    let key = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !key(&merchant.apiv3_key) {
        return refuse("apiv3_key", "must be 32 ASCII characters");
    }
    if !key(&merchant.apiv2_key) {
        return refuse("apiv2_key", "must be 32 ASCII characters");
    }
    Ok(())
}

/// Merchants at once.
pub(crate) const MERCHANTS_MAX: usize = 1000;
/// Searches for keys at once.
const SEARCHES_MAX: usize = 8;
const APPS_MAX: usize = 50;
const PROVIDERS_MAX: usize = 50;
const NAME_CHARACTERS_MAX: usize = 64;
