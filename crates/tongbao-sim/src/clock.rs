//! The simulator's two readings of time.
//!
//! *Transport* time is what signatures carry and the five-minute window is judged by. *Business* time is
//! what orders expire and notifications are repeated by; it can be moved ahead by hand. A merchant server on
//! real time therefore still talks to a simulator that is two hours ahead.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tongbao_wire::Timestamp;
use tongbao_wire::seam::Clock;

/// A base clock and how far business is ahead of it.
pub(crate) struct SimClock {
    base: Clock,
    /// How far behind the base clock business began.
    began_behind: Duration,
    ahead_millis: AtomicI64,
    moves_transport: bool,
}

impl SimClock {
    pub(crate) fn new(base: Clock, began_behind: Duration, moves_transport: bool) -> Self {
        Self { base, began_behind, ahead_millis: AtomicI64::new(0), moves_transport }
    }

    /// The time signatures are made with and judged by.
    pub(crate) fn transport(&self) -> Timestamp {
        if self.moves_transport { self.business() } else { self.base.now() }
    }

    /// The time orders, refunds, codes and notifications live in.
    pub(crate) fn business(&self) -> Timestamp {
        self.when_ahead(self.ahead())
    }

    /// How far business was moved ahead of where it began.
    pub(crate) fn ahead(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.ahead_millis.load(Ordering::SeqCst)).unwrap_or(0))
    }

    /// Moves business ahead so that it is `at`; never back.
    pub(crate) fn reach(&self, at: Timestamp) {
        self.be_ahead(at.since(self.when_ahead(Duration::ZERO)));
    }

    /// What business time is when it is so far ahead.
    pub(crate) fn when_ahead(&self, ahead: Duration) -> Timestamp {
        let behind = i64::try_from(self.began_behind.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.base.now().millis().saturating_sub(behind)).plus(ahead)
    }

    /// Puts business so far ahead of where it began, back too: where a world begins again.
    pub(crate) fn set_ahead(&self, ahead: Duration) {
        let millis = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        self.ahead_millis.store(millis, Ordering::SeqCst);
    }

    /// Moves business so far ahead of where it began; never back.
    pub(crate) fn be_ahead(&self, ahead: Duration) {
        let millis = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        self.ahead_millis.fetch_max(millis, Ordering::SeqCst);
    }
}
