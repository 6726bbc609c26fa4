//! Chance for the simulation itself: one seed, many independent streams.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A stream of numbers that follows from its seed alone (SplitMix64).
pub(crate) struct Dice(Mutex<u64>);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A stream of its own for `what`: drawing from one does not move the others.
    pub(crate) fn fork(seed: u64, what: u64) -> Self {
        Self::new(mixed(seed ^ mixed(what.wrapping_add(STEP))))
    }

    pub(crate) fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(STEP);
        mixed(*state)
    }

    /// A number from 0 to below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True so many times in a thousand.
    pub(crate) fn permille(&self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// True one time in `n`.
    pub(crate) fn one_in(&self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn between(&self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.below(range.end() - range.start() + 1)
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        let index = self.below(u64::try_from(from.len()).expect("few"));
        &from[usize::try_from(index).expect("small")]
    }

    pub(crate) fn seconds(&self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.between(range.start() * 1000..=range.end() * 1000))
    }

    pub(crate) fn millis(&self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.between(range))
    }
}
