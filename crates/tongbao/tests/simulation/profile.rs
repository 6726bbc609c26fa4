//! Which redundant path a seed does without, and how often everything else goes wrong.

use tongbao_domain::SurplusPolicy;
use tongbao_sim::{ClosedCode, KeyMode, PaidCode, Switches};

use crate::dice::Dice;

/// What is broken besides the ordinary bad luck of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Nothing.
    Normal,
    /// No notification ever arrives: only asking helps.
    NoNotifications,
    /// The platform's queries fail until the quiet phase: only notifications help.
    QueriesDead,
    /// Of each notification a single send arrives.
    OneAttempt,
    /// The database fails for seconds to a minute, again and again.
    StoreFlapping,
    /// The server dies often.
    Crashing,
}

impl Profile {
    pub(crate) const ALL: [Self; 6] = [
        Self::Normal,
        Self::NoNotifications,
        Self::QueriesDead,
        Self::OneAttempt,
        Self::StoreFlapping,
        Self::Crashing,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::NoNotifications => "no-notifications",
            Self::QueriesDead => "queries-dead",
            Self::OneAttempt => "one-attempt",
            Self::StoreFlapping => "store-flapping",
            Self::Crashing => "crashing",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// True when a notification that is sent often enough arrives at last.
    pub(crate) fn mail_arrives(self) -> bool {
        match self {
            Self::NoNotifications | Self::OneAttempt => false,
            Self::Normal | Self::QueriesDead | Self::StoreFlapping | Self::Crashing => true,
        }
    }
}

/// How often what goes wrong, in thousandths; each seed has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) not_sent: u64,
    pub(crate) lost: u64,
    pub(crate) answer_lost: u64,
    pub(crate) straggles: u64,
    pub(crate) system_error: u64,
    pub(crate) too_many: u64,
    pub(crate) dropped: u64,
    pub(crate) forged_answer: u64,
    pub(crate) mail_lost: u64,
    pub(crate) mail_doubled: u64,
    pub(crate) mail_late: u64,
    pub(crate) mail_forged: u64,
    pub(crate) mail_answer_lost: u64,
    pub(crate) commit_fails: u64,
    pub(crate) commit_unknown: u64,
    pub(crate) outage: u64,
    pub(crate) crash: u64,
    pub(crate) street: u64,
}

impl Rates {
    /// The rates of a seed. A third of the kinds of fault do not happen at all, so that no fault always
    /// hides behind another.
    pub(crate) fn drawn(dice: &Dice, profile: Profile) -> Self {
        // One seed in five is a storm.
        let times = if dice.one_in(5) { 3 } else { 1 };
        let rate = |most: u64| if dice.one_in(3) { 0 } else { dice.between(1..=most * times) };
        let mut rates = Self {
            not_sent: rate(100),
            lost: rate(120),
            answer_lost: rate(150),
            straggles: rate(80),
            system_error: rate(100),
            too_many: rate(100),
            dropped: rate(60),
            forged_answer: rate(80),
            mail_lost: rate(500),
            mail_doubled: rate(300),
            mail_late: rate(300),
            mail_forged: rate(250),
            mail_answer_lost: rate(150),
            commit_fails: rate(60),
            commit_unknown: rate(60),
            outage: 0,
            crash: rate(8),
            street: rate(120),
        };
        match profile {
            Profile::Normal | Profile::NoNotifications | Profile::QueriesDead | Profile::OneAttempt => {}
            Profile::StoreFlapping => rates.outage = dice.between(10..=60),
            Profile::Crashing => rates.crash = dice.between(15..=60),
        }
        rates
    }
}

/// How the platform behaves in this seed where nobody outside can be sure.
pub(crate) fn switches(dice: &Dice) -> Switches {
    Switches {
        close_reserves_unseen: dice.one_in(2),
        paid_code: *dice.pick(&[PaidCode::Orderpaid, PaidCode::OrderPaid, PaidCode::InvalidRequest]),
        closed_code: *dice.pick(&[ClosedCode::OrderClosed, ClosedCode::InvalidRequest]),
        older_prepay_usable: dice.one_in(2),
        amount_before_payment: dice.one_in(2),
        refund_spacing: dice.one_in(3),
        refund_takes: dice.seconds(0..=240),
        ..Switches::default()
    }
}

pub(crate) fn key_mode(dice: &Dice) -> KeyMode {
    *dice.pick(&[KeyMode::PublicKey, KeyMode::Certificate, KeyMode::Both])
}

/// Mostly the default: the others ask less of the server.
pub(crate) fn surplus(dice: &Dice) -> SurplusPolicy {
    match dice.below(10) {
        0 => SurplusPolicy::Accept,
        1 => SurplusPolicy::Hold,
        _ => SurplusPolicy::Refund,
    }
}
