//! Who means to act when: the driver may jump to the first of these moments when nothing is under way.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tongbao_wire::Timestamp;
use tongbao_wire::seam::Clock;

/// Moments at which somebody wakes.
#[derive(Default)]
pub(crate) struct Agenda(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    made: u64,
    due: BTreeSet<(Timestamp, u64)>,
}

impl Agenda {
    /// Sleeps, on the agenda.
    pub(crate) async fn pause(&self, clock: &Clock, time: Duration) {
        let entry = {
            let mut entries = self.entries();
            entries.made += 1;
            let entry = (clock.now().plus(time), entries.made);
            entries.due.insert(entry);
            entry
        };
        let _entry = Entry(self, entry);
        tokio::time::sleep(time).await;
    }

    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.entries().due.first().map(|(at, _)| *at)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Taken off when the sleeper wakes or is gone.
struct Entry<'a>(&'a Agenda, (Timestamp, u64));

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.0.entries().due.remove(&self.1);
    }
}
