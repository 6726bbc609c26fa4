//! Work promised in the same commit as the state that calls for it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{OutRefundNo, Timestamp};

use crate::{Ladder, Order, OrderState, Refund};

/// How soon an order whose time is over, and whose live payment could not be closed yet, is looked at again.
const EXPIRED_RETRY: Duration = Duration::from_secs(5);

/// What is to be done for an order. At most one job of each key exists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobKey {
    /// Ask the platform about the order's live payments; expire it when its time is over; close it when
    /// it is to be closed.
    Tend,
    /// Send a refund (recorded, waiting), or ask how far it is (processing, abnormal).
    Refund {
        /// Which.
        out_refund_no: OutRefundNo,
    },
}

/// A change to the jobs of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// The job exists and is due then.
    Set {
        /// Which job.
        key: JobKey,
        /// When it is due.
        due: Timestamp,
    },
    /// The job is not needed.
    Remove {
        /// Which job.
        key: JobKey,
    },
}

impl Order {
    /// When a job of this order is due next; `None` when the order's state does not call for it.
    ///
    /// A worker puts a job back with this when the step it made, if any, left the job alone. The moment is
    /// after `now`, so that a try that failed does not spin; only an order that can be closed without the
    /// platform is due at once when its time is over.
    #[must_use]
    pub fn next_turn(&self, key: &JobKey, now: Timestamp) -> Option<Timestamp> {
        match key {
            JobKey::Tend => tend_due(self, now),
            JobKey::Refund { out_refund_no } => self
                .refund(out_refund_no)
                .filter(|refund| refund.is_live())
                .map(|refund| refund_due(refund, now)),
        }
    }

    /// Every job the order may ever call for.
    fn job_keys(&self) -> BTreeSet<JobKey> {
        let refunds = self.refunds.iter().map(|refund| refund.out_refund_no.clone());
        let refunds = refunds.map(|out_refund_no| JobKey::Refund { out_refund_no });
        std::iter::once(JobKey::Tend).chain(refunds).collect()
    }
}

fn tend_due(order: &Order, now: Timestamp) -> Option<Timestamp> {
    let live_since = order.payments.iter().filter(|payment| payment.is_live()).map(|p| p.created_at).max();
    match (&order.state, live_since) {
        (OrderState::Open, None) => Some(order.expires_at),
        (OrderState::Open, Some(since)) => {
            let expiry = if order.expires_at > now { order.expires_at } else { now.plus(EXPIRED_RETRY) };
            Some(Ladder::QUERY.next(since, now).min(expiry))
        }
        (OrderState::Closing { since, .. }, Some(_)) => {
            // The first try is the caller's own, right after the commit.
            Some(Ladder::CLOSE.next(*since, now))
        }
        // A payment of a settled or closed order that may still take money must be closed too.
        (OrderState::Paid { .. } | OrderState::Closed { .. }, Some(since)) => {
            Some(Ladder::CLOSE.next(since.max(order.settled_at().unwrap_or(since)), now))
        }
        (OrderState::Closing { .. } | OrderState::Paid { .. } | OrderState::Closed { .. }, None) => None,
    }
}

fn refund_due(refund: &Refund, now: Timestamp) -> Timestamp {
    Ladder::REFUND.next(refund.created_at, now)
}

/// The jobs of an order that was not there before.
pub(crate) fn first(order: &Order, now: Timestamp) -> Vec<JobChange> {
    let due = |key: JobKey| order.next_turn(&key, now).map(|due| JobChange::Set { key, due });
    order.job_keys().into_iter().filter_map(due).collect()
}

/// What to change so that the jobs of `before` become those of `after`.
///
/// A job whose subject did not move is left alone: a payer's tap must not postpone what is overdue.
pub(crate) fn changes(before: &Order, after: &Order, now: Timestamp) -> Vec<JobChange> {
    let moved = after.job_keys().into_iter().filter(|key| match key {
        JobKey::Tend => before.state != after.state || before.live_payment() != after.live_payment(),
        JobKey::Refund { out_refund_no } => before.refund(out_refund_no) != after.refund(out_refund_no),
    });
    let change = |key: JobKey| match (before.next_turn(&key, now), after.next_turn(&key, now)) {
        // A refund is sent as soon as it is recorded; every later try is the ladder's.
        (None, Some(_)) if key != JobKey::Tend => Some(JobChange::Set { key, due: now }),
        (_, Some(due)) => Some(JobChange::Set { key, due }),
        (Some(_), None) => Some(JobChange::Remove { key }),
        (None, None) => None,
    };
    moved.filter_map(change).collect()
}
