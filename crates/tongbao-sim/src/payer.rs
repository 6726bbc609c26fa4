//! People who pay: balance, password, and who they are to each mini program.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, Fen, Openid, Timestamp};

use crate::crypto::openid_digest;
use crate::people::{Acts, Mood};
use crate::{PayerSettings, Switches};

/// A person, without the money: that is in the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payer {
    pub(crate) id: String,
    pub(crate) name: String,
    password: String,
    wrong_in_a_row: u8,
    locked_until: Option<Timestamp>,
    /// The account is gone or barred: no code is charged, and refunds cannot arrive.
    pub(crate) abnormal: bool,
    #[serde(default)]
    pub(crate) mood: Mood,
    #[serde(default)]
    pub(crate) acts: Acts,
}

/// What became of a typed password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    Right,
    Wrong { attempts_left: u8 },
    Locked,
}

impl Payer {
    pub(crate) fn new(settings: &PayerSettings) -> Self {
        Self {
            id: settings.id.clone(),
            name: settings.name.clone(),
            password: settings.password.clone(),
            wrong_in_a_row: 0,
            locked_until: None,
            abnormal: false,
            mood: Mood::Willing,
            acts: Acts::ByHand,
        }
    }

    /// Compares a typed password and counts wrong ones.
    pub(crate) fn type_password(&mut self, typed: &str, switches: &Switches, now: Timestamp) -> Typed {
        if self.locked_until.is_some_and(|until| now < until) {
            return Typed::Locked;
        }
        self.locked_until = None;
        if typed == self.password {
            self.wrong_in_a_row = 0;
            return Typed::Right;
        }
        self.wrong_in_a_row = self.wrong_in_a_row.saturating_add(1);
        let attempts_left = switches.password_tries.saturating_sub(self.wrong_in_a_row);
        if attempts_left == 0 {
            self.wrong_in_a_row = 0;
            self.locked_until = Some(now.plus(switches.password_lock));
            return Typed::Locked;
        }
        Typed::Wrong { attempts_left }
    }

    /// Six digits that are not the password.
    pub(crate) fn wrong_password(&self) -> &'static str {
        if self.password == "000000" { "111111" } else { "000000" }
    }

    /// Shown to whoever plays the payer.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    pub(crate) fn set_password(&mut self, password: &str) {
        self.password = password.into();
    }

    /// Forgets wrong tries.
    pub(crate) fn unlock(&mut self) {
        self.wrong_in_a_row = 0;
        self.locked_until = None;
    }

    pub(crate) fn attempts_left(&self, switches: &Switches, now: Timestamp) -> u8 {
        if self.locked_until.is_some_and(|until| now < until) {
            return 0;
        }
        switches.password_tries.saturating_sub(self.wrong_in_a_row)
    }

    pub(crate) fn locked_for(&self, now: Timestamp) -> Duration {
        self.locked_until.map_or(Duration::ZERO, |until| until.since(now))
    }
}

/// Who a person is to all apps of one Open Platform account (miniprogram.md §1.3).
pub(crate) fn unionid(payer: &str) -> String {
    let digest = URL_SAFE_NO_PAD.encode(openid_digest("unionid", payer));
    format!("o{}", &digest[..27])
}

/// Who a person is to a mini program: 28 characters that start with `o`, the same in every run.
pub(crate) fn openid(appid: &Appid, payer: &str) -> Openid {
    let digest = URL_SAFE_NO_PAD.encode(openid_digest(appid.as_str(), payer));
    Openid::parse(&format!("o{}", &digest[..27])).expect("28 printable characters")
}

/// A person as the control API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayerView {
    /// How the person is addressed.
    pub id: String,
    /// How the person is shown.
    pub name: String,
    /// What is in the balance.
    #[serde(rename = "balance_fen")]
    pub balance: Fen,
    /// The same in yuan, for people.
    #[serde(rename = "balance")]
    pub balance_text: String,
    /// What each bank card can pay, by `bank_type`.
    #[serde(rename = "cards_fen", skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub cards: std::collections::BTreeMap<String, Fen>,
    /// Password tries before the payer is locked; none while locked.
    pub attempts_left: u8,
    /// For how long the payer is locked.
    pub locked_seconds: u64,
    /// The account is gone or barred.
    pub abnormal: bool,
    /// What the payer does when it comes to paying.
    #[serde(flatten)]
    pub mood: Mood,
    /// When the payer acts without being told to.
    pub acts: Acts,
    /// Who the person is to each appid.
    pub openids: std::collections::BTreeMap<Appid, Openid>,
}

/// Why settings of a payer cannot be used.
pub(crate) fn check(settings: &PayerSettings) -> Result<(), (&'static str, String)> {
    let bytes = settings.id.len();
    let plain = settings.id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !(1..=32).contains(&bytes) || !plain {
        return Err(("payer id", "must be 1 to 32 letters, digits, - or _".into()));
    }
    if !is_name(&settings.name) {
        return Err(("payer name", "must have 1 to 32 characters".into()));
    }
    if !is_password(&settings.password) {
        return Err(("payer password", "must be six digits".into()));
    }
    if settings.balance < Fen::ZERO || settings.balance.get() > crate::ledger::AMOUNT_MAX {
        return Err(("payer balance", format!("must be 0 to {} fen", crate::ledger::AMOUNT_MAX)));
    }
    Ok(())
}

/// Six digits.
pub(crate) fn is_password(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

/// How people are shown.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.chars().count())
}
