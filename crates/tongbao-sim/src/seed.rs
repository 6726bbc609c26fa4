//! A world to begin with, from one file: merchants, payers, switches, the clock, what was paid in the past.

mod past;

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tongbao_wire::{Fen, Mchid, OutRefundNo, OutTradeNo, Timestamp};

use crate::bank::bank_of_card;
use crate::control::ADVANCE_SECONDS_MAX;
use crate::faults::FaultScript;
use crate::ledger::AMOUNT_MAX;
use crate::merchants::{MerchantRefused, unused_mchid};
use crate::people::{Acts, Mood};
use crate::platform::{Came, MERCHANTS_MAX, Platform, check_merchant};
use crate::settings::{DIGITS, FIXED_APIV2_KEY, FIXED_APIV3_KEY, FIXED_APP_SECRET};
use crate::state::State;
use crate::{
    CryptoSettings, KeyMode, MerchantSettings, NewMerchant, Pace, PayerSettings, Settings, SimError,
    Simulator, Switches, payer,
};

/// What a simulator begins with. Everything may be left out; unknown members are refused.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Whether keys are the published ones.
    pub keys: Option<SeedKeys>,
    /// Which platform keys sign.
    pub key_mode: Option<KeyMode>,
    /// How fast its time passes: `real`, `frozen`, or a rate such as `x60`.
    pub clock: Option<Pace>,
    /// The business time it begins at.
    pub at: Option<Timestamp>,
    /// Where the dossier leaves a choice; what is left out is as usual.
    pub switches: Option<Switches>,
    /// What goes wrong: a fault script.
    pub faults: Option<FaultScript>,
    /// The merchants, in the place of the usual ones; the first is the one of the env file.
    pub merchants: Vec<NewMerchant>,
    /// The people, in the place of the usual ones; the first is who pays unless another is named.
    pub payers: Vec<SeedPayer>,
    /// Orders that were paid, or are open.
    pub orders: Vec<SeedOrder>,
}

/// Where keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedKeys {
    /// Published ones, the same in every run.
    Fixed,
    /// New ones.
    Generated,
}

/// A person who can pay.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPayer {
    /// How the person is addressed in calls.
    pub id: String,
    /// How the person is shown; the id, unless said.
    #[serde(default)]
    pub name: Option<String>,
    /// What is in the balance (零钱).
    #[serde(default)]
    pub balance_fen: Fen,
    /// What bank cards can pay, by `bank_type` such as `CMB_DEBIT`.
    #[serde(default)]
    pub cards_fen: BTreeMap<String, Fen>,
    /// Six digits; `123456`, unless said.
    #[serde(default)]
    pub password: Option<String>,
    /// What the person does when it comes to paying: a word, or a table with more.
    #[serde(default, deserialize_with = "mood")]
    pub mood: Mood,
    /// When the person acts without being told to.
    #[serde(default)]
    pub acts: Acts,
}

/// `mood = "cancels"`, or `mood = { mood = "wrong_password", times = 2 }`.
fn mood<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mood, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told {
        Word(String),
        Whole(Mood),
    }
    match Told::deserialize(deserializer)? {
        Told::Word(word) => Mood::deserialize(serde_json::json!({ "mood": word })).map_err(D::Error::custom),
        Told::Whole(mood) => Ok(mood),
    }
}

/// An order of the past, placed by JSAPI.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedOrder {
    /// Whose; the first merchant's, unless said.
    #[serde(default)]
    pub mchid: Option<Mchid>,
    /// For which sub-merchant, when `mchid` is a provider.
    #[serde(default)]
    pub sub_mchid: Option<Mchid>,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// What it costs.
    pub total_fen: Fen,
    /// What is sold.
    #[serde(default)]
    pub description: Option<String>,
    /// 商户数据包.
    #[serde(default)]
    pub attach: Option<String>,
    /// Who pays; the first payer, unless said.
    #[serde(default)]
    pub payer: Option<String>,
    /// Where its payment is told; nowhere, unless said.
    #[serde(default)]
    pub notify_url: Option<String>,
    /// When it was placed; when it was paid, unless said.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it was paid; not yet, unless said.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
    /// What was given back of it.
    #[serde(default)]
    pub refunds: Vec<SeedRefund>,
}

/// A refund of the past.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRefund {
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// How much.
    pub refund_fen: Fen,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Why a seed is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// It is no TOML, or has members that nobody knows or values that do not fit.
    #[error("{}{reason}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Unreadable {
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
    /// It is too long.
    #[error("a seed has at most {SEED_BYTES_MAX} bytes")]
    TooLarge,
    /// Something in it cannot be.
    #[error("{at}: {reason}")]
    Refused {
        /// What, such as `merchants[2]`.
        at: String,
        /// Why not.
        reason: String,
    },
    /// It is for the start of a simulator, not for one that runs.
    #[error("{member} is for --seed-file: a simulator that runs takes merchants and payers")]
    StartOnly {
        /// The member.
        member: &'static str,
    },
}

impl SeedError {
    /// A stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "seed_unreadable",
            Self::TooLarge => "seed_too_large",
            Self::Refused { .. } => "seed_refused",
            Self::StartOnly { .. } => "seed_start_only",
        }
    }

    fn refused(list: &str, index: usize, why: impl std::fmt::Display) -> Self {
        Self::Refused { at: format!("{list}[{index}]"), reason: why.to_string() }
    }
}

impl Seed {
    /// Reads a seed in TOML.
    ///
    /// # Errors
    /// [`SeedError`] with the line.
    pub fn from_toml(text: &str) -> Result<Self, SeedError> {
        if text.len() > SEED_BYTES_MAX {
            return Err(SeedError::TooLarge);
        }
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            SeedError::Unreadable { line, reason: error.message().to_owned() }
        })
    }

    /// Which member only a start takes.
    fn start_only(&self) -> Option<&'static str> {
        [
            ("keys", self.keys.is_some()),
            ("key_mode", self.key_mode.is_some()),
            ("clock", self.clock.is_some()),
            ("at", self.at.is_some()),
            ("switches", self.switches.is_some()),
            ("faults", self.faults.is_some()),
            ("orders", !self.orders.is_empty()),
        ]
        .into_iter()
        .find_map(|(member, said)| said.then_some(member))
    }

    fn people(&self) -> Result<Vec<PayerSettings>, SeedError> {
        let person = |(index, asked): (usize, &SeedPayer)| {
            let refused = |why: String| SeedError::refused("payers", index, why);
            let person = PayerSettings {
                name: asked.name.clone().unwrap_or_else(|| asked.id.clone()),
                id: asked.id.clone(),
                balance: asked.balance_fen,
                password: asked.password.clone().unwrap_or_else(|| "123456".into()),
            };
            payer::check(&person).map_err(|(field, reason)| refused(format!("{field} {reason}")))?;
            let sound = |(card, balance): (&String, &Fen)| {
                bank_of_card(card).is_some() && (0..=AMOUNT_MAX).contains(&balance.get())
            };
            if !asked.cards_fen.iter().all(sound) {
                let reason = "cards_fen has cards such as CMB_DEBIT, each with 0 to 1000000000000";
                return Err(refused(reason.into()));
            }
            if matches!(asked.mood, Mood::PaysAfter { seconds } if seconds > ADVANCE_SECONDS_MAX) {
                return Err(refused("seconds of the mood is at most ten years".into()));
            }
            if self.payers[..index].iter().any(|earlier| earlier.id == asked.id) {
                return Err(refused(format!("there is a payer {} already", asked.id)));
            }
            Ok(person)
        };
        self.payers.iter().enumerate().map(person).collect()
    }
}

impl Settings {
    /// Takes over a seed: what it names takes the place of what is set.
    ///
    /// # Errors
    /// [`SeedError`]
    pub fn plant(&mut self, mut seed: Seed) -> Result<(), SeedError> {
        match seed.keys {
            Some(SeedKeys::Fixed) => self.publish_keys(),
            Some(SeedKeys::Generated) => self.crypto = CryptoSettings::Generate,
            None => {}
        }
        self.key_mode = seed.key_mode.unwrap_or(self.key_mode);
        self.pace = seed.clock.unwrap_or(self.pace);
        self.begins_at = seed.at.or(self.begins_at);
        if let Some(Err(why)) = seed.switches.as_ref().map(Switches::check) {
            return Err(SeedError::Refused { at: "switches".into(), reason: why });
        }
        self.switches = seed.switches.clone().unwrap_or_else(|| self.switches.clone());
        self.fault_script = seed.faults.clone().or_else(|| self.fault_script.clone());
        if !seed.merchants.is_empty() {
            self.merchants.clear();
        }
        let published = matches!(self.crypto, CryptoSettings::Fixed);
        let chance = self.chance.clone();
        for (index, asked) in seed.merchants.iter_mut().enumerate() {
            let refused = |why: &dyn std::fmt::Display| SeedError::refused("merchants", index, why);
            let drawn = |length, alphabet: &str| chance.text(length, alphabet);
            if published {
                asked.apiv3_key.get_or_insert_with(|| FIXED_APIV3_KEY.into());
                asked.apiv2_key.get_or_insert_with(|| FIXED_APIV2_KEY.into());
                for app in &mut asked.apps {
                    app.secret.get_or_insert_with(|| FIXED_APP_SECRET.into());
                }
            }
            if self.merchants.len() >= MERCHANTS_MAX {
                return Err(refused(&MerchantRefused::TooMany));
            }
            let mint = || Mchid::parse(&format!("1900{}", drawn(6, DIGITS))).expect("ten digits");
            let is_free = |mchid: &Mchid| self.merchants.iter().all(|known| known.mchid != *mchid);
            let unused =
                || std::iter::repeat_with(mint).find(is_free).expect("a thousand of a million are taken");
            let mchid = asked.mchid.get_or_insert_with(unused).clone();
            asked.check_beginning().map_err(|why| refused(&why))?;
            let settings = asked.settings(&drawn, mchid.clone());
            check_merchant(&settings).map_err(|why| refused(&why))?;
            if self.merchants.iter().any(|known| known.mchid == mchid) {
                return Err(refused(&MerchantRefused::Taken { mchid }));
            }
            self.merchants.push(settings);
        }
        for (index, asked) in seed.merchants.iter().enumerate() {
            for provider in &asked.providers {
                let mchid = provider.clone();
                let why = match self.merchants.iter().find(|known| known.mchid == mchid) {
                    None => MerchantRefused::UnknownProvider { mchid },
                    Some(known) if !known.providers.is_empty() => MerchantRefused::NoProvider { mchid },
                    Some(_) => continue,
                };
                return Err(SeedError::refused("merchants", index, why));
            }
        }
        if !seed.payers.is_empty() {
            self.payers = seed.people()?;
        }
        self.seed = seed;
        Ok(())
    }
}

impl Simulator {
    /// Adds merchants and people to a simulator that runs; people who are known are set anew.
    ///
    /// # Errors
    /// [`SeedError`]; nothing has changed then.
    pub fn plant(&self, mut seed: Seed) -> Result<(), SeedError> {
        if let Some(member) = seed.start_only() {
            return Err(SeedError::StartOnly { member });
        }
        let platform = &self.inner.platform;
        let people = seed.people()?;
        let mut prepared = Vec::new();
        for (index, asked) in seed.merchants.iter_mut().enumerate() {
            let refused = |why: &dyn std::fmt::Display| SeedError::refused("merchants", index, why);
            let mchid = asked.mchid.get_or_insert_with(|| unused_mchid(platform)).clone();
            asked.check_beginning().map_err(|why| refused(&why))?;
            let settings = self.settings_of(asked, mchid);
            check_merchant(&settings).map_err(|why| refused(&why))?;
            prepared.push((platform.keys_for(&settings).map_err(|why| refused(&why))?, settings));
        }
        let along: Vec<MerchantSettings> = prepared.iter().map(|(_, settings)| settings.clone()).collect();
        self.with_state(|state, platform, now| {
            for (index, (_, settings)) in prepared.iter().enumerate() {
                let taken = along[..index].iter().any(|before| before.mchid == settings.mchid);
                state
                    .may_come(platform, settings, taken, &along)
                    .map_err(|why| SeedError::refused("merchants", index, why))?;
            }
            if platform.merchants().len() + prepared.len() > MERCHANTS_MAX {
                return Err(SeedError::refused("merchants", prepared.len() - 1, MerchantRefused::TooMany));
            }
            for ((keys, settings), asked) in prepared.into_iter().zip(&seed.merchants) {
                let mchid = settings.mchid.clone();
                platform.add_merchant(settings, keys, Came::SetUp);
                state.ledger.open_merchant(mchid.clone());
                state.begin_merchant(&mchid, asked, now);
            }
            let appids = platform.appids();
            for person in &people {
                state.set_payer(person, appids.iter(), now);
            }
            state.open_apps(&appids);
            state.give_cards(&seed, now);
            state.set_moods(platform, &seed, now);
            Ok(())
        })
    }
}

impl State {
    /// Gives a new world what its seed says besides people and merchants: money, standings, the past.
    pub(crate) fn grow(&mut self, platform: &Platform, seed: &Seed, now: Timestamp) -> Result<(), SimError> {
        for asked in &seed.merchants {
            if let Some(mchid) = asked.mchid.as_ref().filter(|mchid| platform.merchant(mchid).is_some()) {
                self.begin_merchant(mchid, asked, now);
            }
        }
        self.give_cards(seed, now);
        self.live_through(platform, &seed.orders, now)?;
        // What is past was paid by people as they are told to.
        self.set_moods(platform, seed, now);
        Ok(())
    }

    fn set_moods(&mut self, platform: &Platform, seed: &Seed, now: Timestamp) {
        for asked in &seed.payers {
            self.set_mood(&asked.id, asked.mood, asked.acts);
        }
        for asked in &seed.payers {
            self.takes_up(platform, &asked.id, now);
        }
    }

    fn give_cards(&mut self, seed: &Seed, now: Timestamp) {
        for asked in &seed.payers {
            for (card, balance) in &asked.cards_fen {
                self.ledger.set_card(&asked.id, card, *balance, now);
            }
        }
    }
}

/// Some thousand orders.
const SEED_BYTES_MAX: usize = 1024 * 1024;
