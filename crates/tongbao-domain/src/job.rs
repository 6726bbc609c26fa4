//! Work promised in the same commit as the state that calls for it.

use serde::{Deserialize, Serialize};
use tongbao_wire::{OutRefundNo, Timestamp};

use crate::{Ladder, Order, OrderState, RefundState};

/// What is to be done for an order. At most one job of each key exists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobKey {
    /// Ask the platform about the order's live payments; expire it when its time is over; close it when
    /// it is to be closed.
    Tend,
    /// Send a refund, or ask how far it is.
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

/// Every job the order's state calls for, with the moment it is due next.
pub(crate) fn called_for(order: &Order, now: Timestamp) -> Vec<(JobKey, Timestamp)> {
    let mut jobs = Vec::new();
    if let Some(due) = tend_due(order, now) {
        jobs.push((JobKey::Tend, due));
    }
    for refund in order.refunds.iter().filter(|refund| refund.is_live()) {
        let fresh = matches!(refund.state, RefundState::Recorded) && refund.created_at >= now;
        let due = if fresh { now } else { Ladder::REFUND.next(refund.created_at, now) };
        jobs.push((JobKey::Refund { out_refund_no: refund.out_refund_no.clone() }, due));
    }
    jobs
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
    let new = called_for(after, now);
    let gone =
        called_for(before, now).into_iter().filter(|(key, _)| !new.iter().any(|(other, _)| other == key));
    let removed: Vec<_> = gone.map(|(key, _)| JobChange::Remove { key }).collect();
    new.into_iter().map(|(key, due)| JobChange::Set { key, due }).chain(removed).collect()
}
