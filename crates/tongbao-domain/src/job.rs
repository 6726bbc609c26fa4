//! Work promised in the same commit as the state that calls for it.

use serde::{Deserialize, Serialize};
use tongbao_wire::{OutRefundNo, Timestamp};

use crate::{Ladder, Order, OrderState, Refund, RefundState};

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
    #[must_use]
    pub fn next_turn(&self, key: &JobKey, now: Timestamp) -> Option<Timestamp> {
        called_for(self, now).into_iter().find(|(other, _)| other == key).map(|(_, due)| due)
    }
}

impl Order {
    /// Every job the order's state calls for, with the moment it is due next. A job that ran without a step
    /// is put back with this.
    #[must_use]
    pub fn jobs(&self, now: Timestamp) -> Vec<(JobKey, Timestamp)> {
        let tend = tend_due(self, now).map(|due| (JobKey::Tend, due));
        let refunds = self.refunds.iter().filter(|refund| refund.is_live());
        tend.into_iter().chain(refunds.map(|refund| refund_job(refund, now))).collect()
    }
}

fn refund_job(refund: &Refund, now: Timestamp) -> (JobKey, Timestamp) {
    let fresh = matches!(refund.state, RefundState::Recorded) && refund.created_at >= now;
    let due = if fresh { now } else { Ladder::REFUND.next(refund.created_at, now) };
    (JobKey::Refund { out_refund_no: refund.out_refund_no.clone() }, due)
}

fn tend_due(order: &Order, now: Timestamp) -> Option<Timestamp> {
    let live_since = order.payments.iter().filter(|payment| payment.is_live()).map(|p| p.created_at).max();
    match (&order.state, live_since) {
        (OrderState::Open, None) => Some(order.expires_at),
        (OrderState::Open, Some(since)) => {
            Some(Ladder::QUERY.next(since, now).min(order.expires_at.max(now)))
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

/// What to change so that the jobs of `before` become those of `after`.
pub(crate) fn changes(before: &Order, after: &Order, now: Timestamp) -> Vec<JobChange> {
    let new = after.jobs(now);
    let gone = before.jobs(now).into_iter().filter(|(key, _)| !new.iter().any(|(other, _)| other == key));
    let removed: Vec<_> = gone.map(|(key, _)| JobChange::Remove { key }).collect();
    new.into_iter().map(|(key, due)| JobChange::Set { key, due }).chain(removed).collect()
}
