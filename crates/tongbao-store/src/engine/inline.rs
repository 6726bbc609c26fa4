//! One connection, on the caller: for deterministic simulation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::apply::{commit_together, roll_back};
use crate::{Applied, Batch, Refused, WriteError};

#[derive(Debug)]
pub(crate) struct Inline {
    connection: Mutex<Connection>,
    stopped: AtomicBool,
}

impl Inline {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection: Mutex::new(connection), stopped: AtomicBool::new(false) }
    }

    pub(super) fn write(&self, batch: &Batch) -> Result<Applied, WriteError> {
        if !self.healthy() {
            return Err(WriteError::Refused(Refused::Stopped));
        }
        let outcome = commit_together(&self.lock(), &mut vec![batch], &mut |_| ());
        if outcome.lost {
            self.stopped.store(true, Ordering::Relaxed);
        }
        outcome.results.into_iter().next().expect("one batch has one result")
    }

    pub(super) fn with<T>(&self, f: impl FnOnce(&Connection) -> T) -> T {
        f(&self.lock())
    }

    pub(super) fn healthy(&self) -> bool {
        !self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn roll_back(&self) {
        roll_back(&self.lock());
        self.stopped.store(false, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A caller that panicked in the middle left at most an open transaction, which a reopening ends.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
