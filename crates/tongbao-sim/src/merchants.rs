//! Merchants that come and go while the simulator runs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, Fen, Mchid};

use crate::ledger::{AMOUNT_MAX, Purse};
use crate::platform::{Came, Merchant, Platform, check_merchant};
use crate::settings::{DIGITS, LETTERS, LOWER_HEX, MerchantKey};
use crate::state::State;
use crate::{AppSettings, FeeRate, MerchantBooks, MerchantSettings, SimError, Simulator, Standing};

/// A merchant to be added. What is left out is drawn.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewMerchant {
    /// The merchant's number.
    pub mchid: Option<Mchid>,
    /// The short name (商户简称) the cashier shows; the number, unless said.
    pub name: Option<String>,
    /// Mini programs, official accounts and apps bound to it; one, unless said, but none for a sub-merchant.
    pub apps: Vec<NewApp>,
    /// Service providers (服务商) that act for it: it is their sub-merchant (特约商户).
    pub providers: Vec<Mchid>,
    /// It may onboard sub-merchants.
    pub provider: bool,
    /// `APIv3` key: 32 ASCII characters.
    pub apiv3_key: Option<String>,
    /// `APIv2` key: 32 ASCII characters.
    pub apiv2_key: Option<String>,
    /// Its own private key, PKCS#8 in PEM.
    pub private_key_pem: Option<String>,
    /// Its own certificate in PEM, with or without the key.
    pub certificate_pem: Option<String>,
    /// The serial of the certificate, when the simulator makes it.
    pub serial_no: Option<String>,
    /// 手续费费率 in ten-thousandths: 60, unless said.
    pub fee_rate: Option<FeeRate>,
    /// Where the end of refunds is told that name no address.
    pub refund_notify_url: Option<String>,
    /// The 扫码支付回调URL of Native mode 1.
    pub scan_callback_url: Option<String>,
    /// How it stands with the platform: certificate, products, restrictions.
    pub standing: Option<Standing>,
    /// What it begins with in 基本账户, 可用余额.
    pub available_fen: Fen,
    /// What it begins with in 运营账户.
    pub operating_fen: Fen,
}

/// A mini program, an official account or an app.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewApp {
    /// Its appid.
    pub appid: Option<Appid>,
    /// Its `AppSecret`.
    pub secret: Option<String>,
}

/// A merchant as the control API lists it: without its keys.
#[derive(Clone, Debug, Serialize)]
pub struct MerchantView {
    /// The merchant's number.
    pub mchid: Mchid,
    /// The short name.
    pub name: String,
    /// Its appids.
    pub apps: Vec<Appid>,
    /// Service providers that act for it.
    pub providers: Vec<Mchid>,
    /// It has sub-merchants, or may onboard some.
    pub is_provider: bool,
    /// It came by an application (进件).
    pub onboarded: bool,
    /// Where its key pair comes from: `generated`, `published` or `given`.
    pub keys: &'static str,
    /// How it stands with the platform.
    pub standing: Standing,
    /// What it holds.
    pub books: MerchantBooks,
}

/// Why a merchant is not added, or not removed.
#[derive(Debug, thiserror::Error)]
pub enum MerchantRefused {
    /// A setting cannot be used.
    #[error(transparent)]
    Settings(#[from] SimError),
    /// The number is somebody's.
    #[error("there is a merchant {mchid} already")]
    Taken {
        /// The number.
        mchid: Mchid,
    },
    /// There are as many as there may be.
    #[error("there are as many merchants as the simulator holds")]
    TooMany,
    /// A provider that is not here.
    #[error("provider {mchid} is no merchant here; add it first")]
    UnknownProvider {
        /// Its number.
        mchid: Mchid,
    },
    /// Who is to act for it is no service provider: its own orders would be refused from then on (v3.md §3).
    #[error("merchant {mchid} is no service provider; add one with `provider: true` and without `providers`")]
    NoProvider {
        /// Its number.
        mchid: Mchid,
    },
    /// There is no such merchant.
    #[error("there is no such merchant")]
    Unknown,
    /// Orders, sub-merchants or the environment are its.
    #[error("the merchant has {what}, so it stays; its standing can be set to disabled")]
    InUse {
        /// What it has.
        what: &'static str,
    },
}

impl MerchantRefused {
    /// A stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "bad_request",
            Self::Taken { .. } => "merchant_exists",
            Self::TooMany => "too_many_merchants",
            Self::UnknownProvider { .. } => "unknown_provider",
            Self::NoProvider { .. } => "no_provider",
            Self::Unknown => "unknown_merchant",
            Self::InUse { .. } => "merchant_in_use",
        }
    }
}

impl NewMerchant {
    /// What the settings of a simulator say of it.
    pub(crate) fn settings(&self, drawn: &dyn Fn(usize, &str) -> String, mchid: Mchid) -> MerchantSettings {
        let key = |brought: &Option<String>| brought.clone().unwrap_or_else(|| drawn(32, LETTERS));
        let name = self.name.clone().unwrap_or_else(|| mchid.to_string());
        let mut apps: Vec<NewApp> = self.apps.clone();
        if apps.is_empty() && self.providers.is_empty() {
            apps.push(NewApp::default());
        }
        MerchantSettings {
            mchid,
            name,
            apps: apps.iter().map(|app| app.settings(drawn)).collect(),
            key: MerchantKey {
                private_key_pem: self.private_key_pem.clone(),
                certificate_pem: self.certificate_pem.clone(),
                serial_no: self.serial_no.clone(),
            },
            apiv3_key: key(&self.apiv3_key),
            apiv2_key: key(&self.apiv2_key),
            providers: self.providers.clone(),
            fee_rate: self.fee_rate.unwrap_or(FeeRate::USUAL),
            refund_notify_url: self.refund_notify_url.clone(),
            scan_callback_url: self.scan_callback_url.clone(),
        }
    }

    /// What it begins with can be had.
    pub(crate) fn check_beginning(&self) -> Result<(), SimError> {
        let refuse = |field, reason: String| Err(SimError::Settings { field, reason });
        let sound = |amount: Fen| (0..=AMOUNT_MAX).contains(&amount.get());
        if !sound(self.available_fen) || !sound(self.operating_fen) {
            return refuse("available_fen, operating_fen", "0 to 1000000000000".into());
        }
        if self.provider && !self.providers.is_empty() {
            return refuse("provider", "a sub-merchant is no service provider".into());
        }
        match self.standing.as_ref().map(Standing::check) {
            Some(Err(reason)) => refuse("standing", reason),
            Some(Ok(())) | None => Ok(()),
        }
    }
}

impl NewApp {
    fn settings(&self, drawn: &dyn Fn(usize, &str) -> String) -> AppSettings {
        let appid = || Appid::parse(&format!("wx{}", drawn(16, LOWER_HEX))).expect("letters and digits");
        AppSettings {
            appid: self.appid.clone().unwrap_or_else(appid),
            secret: self.secret.clone().unwrap_or_else(|| drawn(32, LOWER_HEX)),
        }
    }
}

impl Simulator {
    /// Adds a merchant, who can be called for from now on.
    ///
    /// Its keys are what it brings along; else the published ones when this run has those, else new ones, searched
    /// when they are first needed, outside of any lock.
    ///
    /// # Errors
    /// [`MerchantRefused`]; nothing has changed then.
    pub fn add_merchant(&self, new: &NewMerchant) -> Result<Mchid, MerchantRefused> {
        let platform = &self.inner.platform;
        new.check_beginning()?;
        let mchid = new.mchid.clone().unwrap_or_else(|| unused_mchid(platform));
        let settings = self.settings_of(new, mchid.clone());
        check_merchant(&settings)?;
        let keys = platform.keys_for(&settings)?;
        self.with_state(|state, platform, now| {
            state.may_come(platform, &settings, false, &[])?;
            let appids: Vec<Appid> = settings.apps.iter().map(|app| app.appid.clone()).collect();
            if !platform.add_merchant(settings, keys, Came::SetUp) {
                return Err(MerchantRefused::TooMany);
            }
            state.ledger.open_merchant(mchid.clone());
            state.open_apps(&appids);
            state.begin_merchant(&mchid, new, now);
            Ok(mchid)
        })
    }

    /// What is asked, with what is left out drawn.
    pub(crate) fn settings_of(&self, new: &NewMerchant, mchid: Mchid) -> MerchantSettings {
        let platform = &self.inner.platform;
        let mut settings = new.settings(&|length, alphabet| platform.chance.text(length, alphabet), mchid);
        for (app, asked) in settings.apps.iter_mut().zip(&new.apps) {
            // One appid has one secret, whoever it is bound to.
            if let Some(known) = platform.app(&app.appid).filter(|_| asked.secret.is_none()) {
                app.secret = known.secret;
            }
        }
        settings
    }

    /// Binds another appid to a merchant; what is left out is drawn. `None` when there is no such merchant or it has
    /// as many as it may.
    pub fn bind_app(&self, mchid: &Mchid, new: &NewApp) -> Option<Appid> {
        let platform = &self.inner.platform;
        let mut app = new.settings(&|length, alphabet| platform.chance.text(length, alphabet));
        if let Some(known) = platform.app(&app.appid).filter(|_| new.secret.is_none()) {
            app.secret = known.secret;
        }
        self.with_state(|state, platform, _| {
            let appid = app.appid.clone();
            platform.bind_app(mchid, app).then(|| {
                state.open_apps(std::slice::from_ref(&appid));
                appid
            })
        })
    }

    /// Removes a merchant that nothing hangs on.
    ///
    /// # Errors
    /// [`MerchantRefused`]
    pub fn remove_merchant(&self, mchid: &Mchid) -> Result<(), MerchantRefused> {
        self.with_state(|state, platform, now| {
            platform.merchant(mchid).ok_or(MerchantRefused::Unknown)?;
            if let Some(what) = state.held_by(platform, mchid) {
                return Err(MerchantRefused::InUse { what });
            }
            platform.retain_merchants(|merchant| merchant.settings.mchid != *mchid);
            state.standings.remove(mchid);
            state.ledger.close_merchant(mchid, now);
            Ok(())
        })
    }

    /// Every merchant, in the order they came.
    #[must_use]
    pub fn merchants(&self) -> Vec<MerchantView> {
        self.with_state(|state, platform, _| {
            let merchants = platform.merchants();
            let providers =
                merchants.iter().flat_map(|merchant| merchant.settings.providers.clone()).collect();
            merchants.iter().map(|merchant| state.merchant_view(merchant, &providers)).collect()
        })
    }

    /// One merchant.
    #[must_use]
    pub fn merchant(&self, mchid: &Mchid) -> Option<MerchantView> {
        self.with_state(|state, platform, _| {
            let merchant = platform.merchant(mchid)?;
            let provides = platform.is_provider(mchid).then(|| mchid.clone());
            Some(state.merchant_view(&merchant, &provides.into_iter().collect()))
        })
    }
}

impl State {
    /// The number is free (it is not when `taken`) and the providers are there and are some, or come along.
    pub(crate) fn may_come(
        &self,
        platform: &Platform,
        settings: &MerchantSettings,
        taken: bool,
        along: &[MerchantSettings],
    ) -> Result<(), MerchantRefused> {
        let mchid = &settings.mchid;
        if taken || platform.merchant(mchid).is_some() || self.onboarding.has_minted(mchid) {
            return Err(MerchantRefused::Taken { mchid: mchid.clone() });
        }
        for provider in &settings.providers {
            let provides = match along.iter().find(|it| it.mchid == *provider) {
                Some(beside) => beside.providers.is_empty(),
                None if platform.merchant(provider).is_none() => {
                    return Err(MerchantRefused::UnknownProvider { mchid: provider.clone() });
                }
                None => self.check_provider(platform, provider).is_ok(),
            };
            if !provides {
                return Err(MerchantRefused::NoProvider { mchid: provider.clone() });
            }
        }
        Ok(())
    }

    /// Money and standing that a merchant begins with.
    pub(crate) fn begin_merchant(&mut self, mchid: &Mchid, new: &NewMerchant, now: tongbao_wire::Timestamp) {
        for (purse, amount) in [(Purse::Basic, new.available_fen), (Purse::Operation, new.operating_fen)] {
            if amount > Fen::ZERO {
                self.ledger.top_up(mchid, purse, amount, now).expect("the platform has what it gives out");
            }
        }
        if let Some(standing) = &new.standing {
            self.standings.insert(mchid.clone(), standing.clone());
        }
        if new.provider {
            self.onboarding.providers.insert(mchid.clone(), true);
        }
    }

    /// Who is a merchant has an account here, and who came by an application goes with it. For a state that comes
    /// from elsewhere.
    pub(crate) fn welcome(&mut self, platform: &Platform) {
        let onboarded = self.onboarded();
        let gone = |it: &Merchant| {
            it.came == Came::Onboarded && !onboarded.iter().any(|(mchid, _)| *mchid == it.settings.mchid)
        };
        if platform.merchants().iter().any(|merchant| gone(merchant)) {
            platform.retain_merchants(|merchant| !gone(merchant));
        }
        for (mchid, id) in onboarded {
            if platform.merchant(&mchid).is_none() {
                self.adopt(platform, id);
            }
        }
        let known: Vec<Mchid> = self.ledger.mchids().collect();
        for merchant in platform.merchants() {
            if !known.contains(&merchant.settings.mchid) {
                self.ledger.open_merchant(merchant.settings.mchid.clone());
            }
        }
    }

    /// A merchant with orders in this state who is not one of the platform's.
    pub(crate) fn stranger(&self, platform: &Platform) -> Option<Mchid> {
        let known =
            |mchid: &Mchid| platform.merchant(mchid).is_some() || self.applyment_behind(mchid).is_some();
        let strangers: Vec<Mchid> = self.ledger.mchids().filter(|mchid| !known(mchid)).collect();
        strangers.into_iter().find(|mchid| self.has_orders(mchid))
    }

    /// True when some order is the merchant's, or is for it.
    fn has_orders(&self, mchid: &Mchid) -> bool {
        self.orders.iter().any(|(key, order)| {
            key.0 == *mchid || order.asked.sub.as_ref().is_some_and(|sub| sub.mchid == *mchid)
        })
    }

    /// What would hang in the air without the merchant.
    fn held_by(&self, platform: &Platform, mchid: &Mchid) -> Option<&'static str> {
        let merchants = platform.merchants();
        if merchants.first().is_some_and(|first| first.settings.mchid == *mchid) {
            return Some("the first place, which the environment names");
        }
        if merchants.iter().any(|it| it.settings.providers.contains(mchid)) {
            return Some("sub-merchants");
        }
        if self.applyment_behind(mchid).is_some() {
            return Some("an application behind it");
        }
        let pays = self.transfers.bills.iter().any(|(_, bill)| bill.told.mch_id == *mchid);
        if pays || self.transfers.authorizations.iter().any(|(_, one)| one.mchid == *mchid) {
            return Some("transfers");
        }
        self.has_orders(mchid).then_some("orders")
    }

    /// What is shown of a merchant; `providers` are those who have sub-merchants.
    fn merchant_view(&self, merchant: &Merchant, providers: &BTreeSet<Mchid>) -> MerchantView {
        let settings = &merchant.settings;
        let mchid = &settings.mchid;
        MerchantView {
            mchid: mchid.clone(),
            name: settings.name.clone(),
            apps: settings.apps.iter().map(|app| app.appid.clone()).collect(),
            providers: settings.providers.clone(),
            is_provider: providers.contains(mchid) || self.is_said_to_provide(mchid),
            onboarded: merchant.came == Came::Onboarded,
            keys: merchant.keys.source_word(),
            standing: self.standing(mchid),
            books: self.ledger.books_of(mchid),
        }
    }
}

/// A number that no merchant has.
pub(crate) fn unused_mchid(platform: &Platform) -> Mchid {
    loop {
        let text = format!("1900{}", platform.chance.text(6, DIGITS));
        let mchid = Mchid::parse(&text).expect("ten digits");
        if platform.merchant(&mchid).is_none() {
            return mchid;
        }
    }
}
