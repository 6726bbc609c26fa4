//! The simulator's two readings of time.
//!
//! *Transport* time is what signatures carry and the five-minute window is judged by. *Business* time is
//! what orders expire and notifications are repeated by; it can run faster, stand still, and be moved ahead by
//! hand. A merchant server on real time therefore still talks to a simulator that is two hours ahead.

use std::str::FromStr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::Timestamp;
use tongbao_wire::seam::Clock;

use crate::SimError;

/// How fast business time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Pace {
    /// As the base clock does.
    #[default]
    Real,
    /// So many times as fast, from 2 to [`Pace::FASTEST`].
    Scaled(u32),
    /// Not at all: only by being moved ahead.
    Frozen,
}

impl Pace {
    /// A day in less than nine seconds: faster, and a ladder of notifications has no time to be answered.
    pub const FASTEST: u32 = 10_000;

    /// So many times the base clock's pace: 0 stands still.
    pub(crate) const fn rate(self) -> u32 {
        match self {
            Self::Real => 1,
            Self::Scaled(rate) => rate,
            Self::Frozen => 0,
        }
    }
}

impl FromStr for Pace {
    type Err = SimError;

    /// Reads `real`, `frozen`, or a rate such as `x60`.
    fn from_str(text: &str) -> Result<Self, SimError> {
        let rate = text.strip_prefix(['x', '×', 'X']).and_then(|rate| rate.parse().ok());
        match (text, rate) {
            ("real", _) | (_, Some(1)) => Ok(Self::Real),
            ("frozen", _) => Ok(Self::Frozen),
            (_, Some(rate @ 2..=Self::FASTEST)) => Ok(Self::Scaled(rate)),
            (_, _) => Err(SimError::Settings {
                field: "clock",
                reason: format!("`{text}` is none of real, frozen, and x2 to x{}", Self::FASTEST),
            }),
        }
    }
}

impl TryFrom<String> for Pace {
    type Error = SimError;

    fn try_from(text: String) -> Result<Self, SimError> {
        text.parse()
    }
}

impl From<Pace> for String {
    fn from(pace: Pace) -> Self {
        pace.to_string()
    }
}

impl std::fmt::Display for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Scaled(rate) => write!(f, "x{rate}"),
            Self::Frozen => f.write_str("frozen"),
        }
    }
}

/// Where the clock stands, as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// Business time.
    pub now: Timestamp,
    /// The time of signatures.
    pub transport_now: Timestamp,
    /// How far business time is ahead of where it would be untouched; less than nothing when it stood still.
    pub ahead_seconds: i64,
    /// How fast business time passes.
    pub pace: Pace,
}

/// A base clock, and what business time makes of it.
pub(crate) struct SimClock {
    base: Clock,
    /// How far behind the base clock business began.
    began_behind: Duration,
    began_at: Option<Timestamp>,
    began_with: Pace,
    flow: RwLock<Flow>,
    moves_transport: bool,
}

/// At one instant of the base clock it was this business time, which passes at this pace since.
#[derive(Clone, Copy)]
pub(crate) struct Flow {
    base: Timestamp,
    business: Timestamp,
    pace: Pace,
}

impl Flow {
    fn at(&self, base: Timestamp) -> Timestamp {
        let passed = base.millis().saturating_sub(self.base.millis()).max(0);
        let passed = passed.saturating_mul(i64::from(self.pace.rate()));
        Timestamp::from_millis(self.business.millis().saturating_add(passed))
    }

    /// The same so much later.
    pub(crate) fn later(mut self, by: Duration) -> Self {
        self.business = self.business.plus(by);
        self
    }
}

/// What of a clock is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptClock {
    pace: Pace,
    /// At the pace of the base clock: how far ahead of where it began.
    ahead_millis: i64,
    /// At another pace: business time when it was last looked at. Nothing passes while nobody is there.
    millis: i64,
}

impl SimClock {
    pub(crate) fn new(
        base: Clock,
        began_behind: Duration,
        began_at: Option<Timestamp>,
        began_with: Pace,
        moves_transport: bool,
    ) -> Self {
        let now = base.now();
        let flow = RwLock::new(Flow { base: now, business: now, pace: began_with });
        let clock = Self { base, began_behind, began_at, began_with, flow, moves_transport };
        clock.begin_again();
        clock
    }

    /// The time signatures are made with and judged by.
    pub(crate) fn transport(&self) -> Timestamp {
        if self.moves_transport { self.business() } else { self.base.now() }
    }

    /// The time orders, refunds, codes and notifications live in.
    pub(crate) fn business(&self) -> Timestamp {
        self.when(&self.flow())
    }

    pub(crate) fn pace(&self) -> Pace {
        self.flow().pace
    }

    /// How business time passes at present.
    pub(crate) fn flow(&self) -> Flow {
        *self.flow.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What business time is now by this flow.
    pub(crate) fn when(&self, flow: &Flow) -> Timestamp {
        flow.at(self.base.now())
    }

    /// How long the base clock takes until it is `at`; `None` when it never is by itself.
    pub(crate) fn until(&self, at: Timestamp) -> Option<Duration> {
        let left = at.since(self.business());
        match self.pace().rate() {
            _ if left.is_zero() => Some(left),
            0 => None,
            rate => Some(left.div_f64(f64::from(rate))),
        }
    }

    /// How far business is ahead of where it would be, had nobody touched the clock.
    pub(crate) fn ahead_millis(&self) -> i64 {
        let (flow, base) = (self.flow(), self.base.now());
        // At the base clock's pace it is the same at every instant.
        let base = if flow.pace == Pace::Real { flow.base } else { base };
        flow.at(base).millis().saturating_sub(self.untouched(base).millis())
    }

    /// What business time is when nobody touches the clock.
    fn untouched(&self, base: Timestamp) -> Timestamp {
        base.minus(self.began_behind)
    }

    /// The same, and nothing when it is behind.
    pub(crate) fn ahead(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.ahead_millis()).unwrap_or(0))
    }

    pub(crate) fn view(&self) -> ClockView {
        ClockView {
            now: self.business(),
            transport_now: self.transport(),
            ahead_seconds: self.ahead_millis().div_euclid(1000),
            pace: self.pace(),
        }
    }

    /// Moves business ahead so that it is at least `at`; never back.
    pub(crate) fn reach(&self, at: Timestamp) {
        self.turn(|flow| flow.business = flow.business.max(at));
    }

    /// Moves business to where this flow is by now; never back.
    pub(crate) fn catch_up(&self, goal: &Flow) {
        self.reach(self.when(goal));
    }

    /// Changes how fast business time passes from now on.
    pub(crate) fn set_pace(&self, pace: Pace) {
        self.turn(|flow| flow.pace = pace);
    }

    /// Anchors the flow at this instant and changes it there.
    fn turn(&self, change: impl FnOnce(&mut Flow)) {
        let mut flow = self.flow.write().unwrap_or_else(PoisonError::into_inner);
        let base = self.base.now();
        (flow.business, flow.base) = (flow.at(base), base);
        change(&mut flow);
    }

    /// Where a new world begins, back too.
    pub(crate) fn begin_again(&self) {
        self.put(Flow { base: self.base.now(), business: self.beginning(), pace: self.began_with });
    }

    /// The business time a new world begins at.
    pub(crate) fn beginning(&self) -> Timestamp {
        self.began_at.unwrap_or_else(|| self.untouched(self.base.now()))
    }

    fn put(&self, flow: Flow) {
        *self.flow.write().unwrap_or_else(PoisonError::into_inner) = flow;
    }

    pub(crate) fn kept(&self) -> KeptClock {
        match self.pace() {
            pace @ Pace::Real => KeptClock { pace, ahead_millis: self.ahead_millis(), millis: 0 },
            pace => KeptClock { pace, ahead_millis: 0, millis: self.business().millis() },
        }
    }

    /// As it was when it was kept, back too.
    pub(crate) fn resume(&self, kept: KeptClock) {
        let base = self.base.now();
        let millis = match kept.pace {
            Pace::Real => self.untouched(base).millis().saturating_add(kept.ahead_millis),
            Pace::Scaled(_) | Pace::Frozen => kept.millis,
        };
        self.put(Flow { base, business: Timestamp::from_millis(millis), pace: kept.pace });
    }
}
