//! Decides what goes wrong, from the seed and the profile. In the quiet phase nothing new does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tongbao_sim::{CallFault, DeliveryFault, Forgery};
use tongbao_store::Fault;
use tongbao_wire::{Call, Timestamp};

use crate::dice::Dice;
use crate::profile::{Profile, Rates};

/// The bad luck of one run.
pub(crate) struct Weather {
    pub(crate) profile: Profile,
    rates: Rates,
    calm: AtomicBool,
    wire: Dice,
    calls: Dice,
    mail: Dice,
    disk: Dice,
    doom: Dice,
    street: Dice,
    outage_until: Mutex<Timestamp>,
    /// The send of each notification that arrives when only one does.
    arriving: Mutex<BTreeMap<String, u32>>,
}

/// What becomes of a request on the wire to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Journey {
    /// It never leaves.
    NotSent,
    /// It is lost on the way.
    Lost,
    /// It takes so long there, and its answer so long back; `None`: the answer is lost.
    Travels { there: Duration, back: Option<Duration> },
}

const FORGERIES: [Forgery; 4] =
    [Forgery::WrongKey, Forgery::StaleTimestamp, Forgery::SignTest, Forgery::Tamper];

impl Weather {
    pub(crate) fn new(seed: u64, profile: Profile, rates: Rates) -> Self {
        let stream = |what: u64| Dice::fork(seed, 100 + what);
        Self {
            profile,
            rates,
            calm: AtomicBool::new(false),
            wire: stream(1),
            calls: stream(2),
            mail: stream(3),
            disk: stream(4),
            doom: stream(5),
            street: stream(6),
            outage_until: Mutex::new(Timestamp::from_millis(0)),
            arriving: Mutex::default(),
        }
    }

    /// From now on nothing goes wrong, except what the profile breaks for good.
    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// What becomes of a request; `hasty`: of one that its order's closing shall overtake.
    pub(crate) fn journey(&self, hasty: bool) -> Journey {
        let quick = |dice: &Dice| dice.millis(5..=300);
        let dice = &self.wire;
        if self.is_calm() {
            return Journey::Travels { there: quick(dice), back: Some(quick(dice)) };
        }
        let rates = &self.rates;
        if hasty {
            Journey::Travels { there: dice.seconds(12..=90), back: Some(quick(dice)) }
        } else if dice.permille(rates.not_sent) {
            Journey::NotSent
        } else if dice.permille(rates.lost) {
            Journey::Lost
        } else if dice.permille(rates.answer_lost) {
            Journey::Travels { there: quick(dice), back: None }
        } else if dice.permille(rates.straggles) {
            Journey::Travels { there: dice.seconds(1..=150), back: Some(quick(dice)) }
        } else if dice.permille(rates.straggles) {
            Journey::Travels { there: quick(dice), back: Some(dice.seconds(1..=9)) }
        } else {
            Journey::Travels { there: quick(dice), back: Some(quick(dice)) }
        }
    }

    pub(crate) fn call_fault(&self, endpoint: Call) -> CallFault {
        if self.is_calm() {
            return CallFault::Pass;
        }
        let (dice, rates) = (&self.calls, &self.rates);
        let queries = matches!(endpoint, Call::Query | Call::QueryRefund);
        if queries && self.profile == Profile::QueriesDead {
            return dice
                .pick(&[CallFault::DropBefore, CallFault::SystemErrorAfter, CallFault::TooMany])
                .clone();
        }
        if dice.permille(rates.system_error) {
            CallFault::SystemErrorAfter
        } else if dice.permille(rates.too_many) {
            CallFault::TooMany
        } else if dice.permille(rates.dropped) {
            dice.pick(&[CallFault::DropBefore, CallFault::DropAfter]).clone()
        } else if dice.permille(rates.forged_answer) {
            CallFault::Forge(*dice.pick(&FORGERIES))
        } else {
            CallFault::Pass
        }
    }

    pub(crate) fn delivery_fault(&self, id: &str, send: u32) -> DeliveryFault {
        let (dice, rates) = (&self.mail, &self.rates);
        match self.profile {
            Profile::NoNotifications => return DeliveryFault::Lose,
            Profile::OneAttempt => {
                let mut arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
                let arrives = *arriving.entry(id.to_owned()).or_insert_with(|| *dice.pick(&[1, 1, 2, 3]));
                return if send == arrives { DeliveryFault::Pass } else { DeliveryFault::Lose };
            }
            Profile::Normal | Profile::QueriesDead | Profile::StoreFlapping | Profile::Crashing => {}
        }
        if self.is_calm() {
            return DeliveryFault::Pass;
        }
        if dice.permille(rates.mail_lost) {
            DeliveryFault::Lose
        } else if dice.permille(rates.mail_doubled) {
            DeliveryFault::Duplicate
        } else if dice.permille(rates.mail_late) {
            DeliveryFault::Delay(dice.seconds(1..=600))
        } else if dice.permille(rates.mail_forged) {
            DeliveryFault::Forge(*dice.pick(&FORGERIES))
        } else {
            DeliveryFault::Pass
        }
    }

    /// True when the platform does not hear the answer to a notification.
    pub(crate) fn loses_mail_answer(&self) -> bool {
        !self.is_calm() && self.mail.permille(self.rates.mail_answer_lost)
    }

    pub(crate) fn commit_fault(&self, now: Timestamp) -> Fault {
        if self.is_calm() {
            return Fault::Pass;
        }
        let (dice, rates) = (&self.disk, &self.rates);
        let mut outage_until = self.outage_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *outage_until {
            return Fault::FailBefore;
        }
        if dice.permille(rates.outage) {
            *outage_until = now.plus(dice.seconds(1..=60));
            return Fault::FailBefore;
        }
        if dice.permille(rates.commit_fails) {
            Fault::FailBefore
        } else if dice.permille(rates.commit_unknown) {
            *dice.pick(&[Fault::UnknownBefore, Fault::UnknownAfter])
        } else {
            Fault::Pass
        }
    }

    /// True when the server dies at this very point.
    pub(crate) fn dies(&self) -> bool {
        !self.is_calm() && self.doom.permille(self.rates.crash)
    }

    /// How long a dead server stays away.
    pub(crate) fn downtime(&self) -> Duration {
        if self.doom.one_in(6) { self.doom.seconds(10..=400) } else { self.doom.seconds(0..=10) }
    }

    /// True when a request of a client, or its answer, is lost.
    pub(crate) fn loses_on_the_street(&self) -> bool {
        !self.is_calm() && self.street.permille(self.rates.street)
    }

    pub(crate) fn street_takes(&self) -> Duration {
        self.street.millis(1..=150)
    }
}
