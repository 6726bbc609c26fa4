//! A seam through which tests make writes fail.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Batch;

/// What becomes of a batch, when a test says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// It is written as always.
    #[default]
    Pass,
    /// Nothing is written, and the caller hears so (`Refused(Busy)`).
    FailBefore,
    /// Nothing is written, and the caller hears `Unknown`.
    UnknownBefore,
    /// It is written, and the caller hears `Unknown`.
    UnknownAfter,
    /// Nothing is written, and the caller hears that it was: what a handler costs without storage, for
    /// benchmarks.
    Discard,
}

type Ask = dyn Fn(&Batch) -> Fault + Send + Sync;

/// Holds the closure that is asked. One relaxed load when there is none.
#[derive(Default)]
pub(crate) struct Faults {
    armed: AtomicBool,
    ask: Mutex<Option<Arc<Ask>>>,
}

impl Faults {
    pub(crate) fn set(&self, ask: Option<Arc<Ask>>) {
        self.armed.store(ask.is_some(), Ordering::Relaxed);
        *self.ask.lock().unwrap_or_else(PoisonError::into_inner) = ask;
    }

    pub(crate) fn decide(&self, batch: &Batch) -> Fault {
        if !self.armed.load(Ordering::Relaxed) {
            return Fault::Pass;
        }
        let ask = self.ask.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ask.map_or(Fault::Pass, |ask| ask(batch))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faults(armed: {})", self.armed.load(Ordering::Relaxed))
    }
}
