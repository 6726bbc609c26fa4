//! What happened, in order: hashed whole, its end kept.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tongbao_wire::seam::Clock;

use crate::world::START;

/// How much is kept for a report.
const KEPT: usize = 120;

/// The trace of one run.
pub(crate) struct Trace {
    clock: Mutex<Option<Clock>>,
    lines: Mutex<Lines>,
    loud: bool,
}

struct Lines {
    hash: u64,
    count: u64,
    last: VecDeque<String>,
}

impl Trace {
    /// `loud` prints every line as it comes.
    pub(crate) fn new(loud: bool) -> Self {
        let lines = Lines { hash: 0xCBF2_9CE4_8422_2325, count: 0, last: VecDeque::new() };
        Self { clock: Mutex::new(None), lines: Mutex::new(lines), loud }
    }

    pub(crate) fn follow(&self, clock: Clock) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock);
    }

    /// Adds a line, with the time before it.
    pub(crate) fn note(&self, what: impl std::fmt::Display) {
        let clock = self.clock.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let since = clock.map_or(0, |clock| clock.now().since(START).as_millis());
        let line = format!("{:>7}.{:03} {what}", since / 1000, since % 1000);
        if self.loud {
            println!("{line}");
        }
        let mut lines = self.lines();
        for byte in line.bytes() {
            lines.hash = (lines.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        lines.count += 1;
        if lines.last.len() == KEPT {
            lines.last.pop_front();
        }
        lines.last.push_back(line);
    }

    /// A digest of every line so far, and how many there were.
    pub(crate) fn hash(&self) -> (u64, u64) {
        let lines = self.lines();
        (lines.hash, lines.count)
    }

    pub(crate) fn tail(&self) -> Vec<String> {
        self.lines().last.iter().cloned().collect()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
