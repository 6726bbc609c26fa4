//! Dangerous states that were reached: a simulation that never gets there proves nothing about them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Something that must happen sometimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sometimes {
    /// A payment's notification came before the prepay answer was stored.
    NotificationBeforePrepayAnswer,
    /// The payer paid after closing had begun here.
    PaidAfterCloseBegan,
    /// The server died after a commit and before the answer to whoever asked for it.
    CrashBetweenCommitAndReply,
    /// The store did not say whether a step of an order was kept.
    UnknownCommitOfAStep,
    /// A notification arrived again after it had been acknowledged.
    DuplicateDelivery,
    /// Money that nobody asked for went back.
    SurplusRefund,
    /// A refund's notification came before the answer to the refund call was stored.
    RefundNotificationBeforeAnswer,
    /// A request reached the platform after its caller had given up.
    StragglerArrived,
    /// A notification that must not be believed arrived.
    ForgedNotification,
    /// The payer paid with an older prepay id.
    PaidWithAnOldPrepay,
    /// The server died.
    Crash,
}

impl Sometimes {
    pub(crate) const ALL: [Self; 11] = [
        Self::NotificationBeforePrepayAnswer,
        Self::PaidAfterCloseBegan,
        Self::CrashBetweenCommitAndReply,
        Self::UnknownCommitOfAStep,
        Self::DuplicateDelivery,
        Self::SurplusRefund,
        Self::RefundNotificationBeforeAnswer,
        Self::StragglerArrived,
        Self::ForgedNotification,
        Self::PaidWithAnOldPrepay,
        Self::Crash,
    ];
}

/// How often each happened.
#[derive(Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Sometimes, u64>>);

impl Tally {
    pub(crate) fn happened(&self, what: Sometimes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<Sometimes, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
