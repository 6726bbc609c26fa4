//! What must hold after every step, whatever happened.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tongbao_domain::{
    Cause, CloseReason, EventKind, JobChange, JobKey, Order, OrderState, Policy, Step, SurplusPolicy,
};
use tongbao_wire::{OutTradeNo, Timestamp};

/// The jobs as a store would keep them.
pub(crate) type Jobs = BTreeMap<JobKey, Timestamp>;

pub(crate) fn commit(jobs: &mut Jobs, changes: &[JobChange]) {
    for change in changes {
        match change {
            JobChange::Set { key, due } => drop(jobs.insert(key.clone(), *due)),
            JobChange::Remove { key } => drop(jobs.remove(key)),
        }
    }
}

/// A step against what was before it.
pub(crate) fn step_is_lawful(before: &Order, step: &Step, policy: &Policy) {
    let after = &step.order;
    assert_eq!(after.version, before.version + 1, "a step is one version");
    assert!(!step.events.is_empty(), "a step says what it did");
    assert_eq!(
        (&after.mchid, &after.order_no, &after.terms, after.created_at, after.expires_at),
        (&before.mchid, &before.order_no, &before.terms, before.created_at, before.expires_at),
        "what was agreed never changes"
    );
    for (old, new) in before.payments.iter().zip(&after.payments) {
        assert_eq!((&old.out_trade_no, old.scene, &old.openid), (&new.out_trade_no, new.scene, &new.openid));
        assert!(new.state.rank() >= old.state.rank(), "payment went back: {old:?} to {new:?}");
        assert!(old.receipt().is_none() || old.state == new.state, "a receipt never changes");
    }
    for (old, new) in before.refunds.iter().zip(&after.refunds) {
        assert_eq!((&old.out_refund_no, old.amount), (&new.out_refund_no, new.amount));
        assert!(new.state.rank() >= old.state.rank(), "refund went back: {old:?} to {new:?}");
    }
    assert!(after.payments.len() >= before.payments.len() && after.refunds.len() >= before.refunds.len());
    state_moved_lawfully(&before.state, after, step, policy);
}

fn state_moved_lawfully(before: &OrderState, after: &Order, step: &Step, policy: &Policy) {
    if before == &after.state {
        return;
    }
    let lawful = match (before, &after.state) {
        (OrderState::Open, _) => true,
        (OrderState::Closing { reason, .. }, OrderState::Open) => *reason == CloseReason::Superseded,
        (OrderState::Closing { reason, .. }, OrderState::Closing { .. }) => {
            *reason == CloseReason::Superseded
        }
        (OrderState::Closing { .. }, OrderState::Paid { .. } | OrderState::Closed { .. }) => true,
        (OrderState::Paid { .. }, _) => false,
        (OrderState::Closed { .. }, OrderState::Paid { .. }) => policy.surplus == SurplusPolicy::Accept,
        (OrderState::Closed { .. }, _) => false,
    };
    assert!(lawful, "{before:?} became {:?}", after.state);
    if let OrderState::Paid { out_trade_no, .. } = &after.state {
        let said = step.events.iter().filter(|event| matches!(&event.kind, EventKind::Paid { .. })).count();
        assert_eq!(said, 1, "{out_trade_no} paid the order and one event says so");
    }
}

/// An order by itself.
pub(crate) fn order_is_sound(order: &Order, policy: &Policy, is_paid: impl Fn(&OutTradeNo) -> bool) {
    let live = order.payments.iter().filter(|payment| payment.is_live()).count();
    let paid = order.payments.iter().filter(|payment| payment.receipt().is_some()).count();
    assert!(live <= 1, "{live} payments are live");
    match &order.state {
        OrderState::Open => assert_eq!(paid, 0, "an open order is unpaid"),
        OrderState::Closing { .. } => {
            assert_eq!((live, paid), (1, 0), "what closes waits for a live payment")
        }
        OrderState::Paid { .. } => assert!(order.settling_payment().and_then(|p| p.receipt()).is_some()),
        OrderState::Closed { .. } => assert_eq!(live, 0, "a closed order has no live payment"),
    }
    for payment in &order.payments {
        let number = &payment.out_trade_no;
        assert!(order.reserved(number) <= order.terms.total, "{number} returns more than was paid");
        assert!(payment.receipt().is_none() || is_paid(number), "{number} is paid here and not there");
        let others = order.payments.iter().filter(|other| &other.out_trade_no == number).count();
        assert_eq!(others, 1, "{number} stands twice");
    }
    for refund in &order.refunds {
        let others = order.refunds.iter().filter(|other| other.out_refund_no == refund.out_refund_no).count();
        assert_eq!(others, 1, "{} stands twice", refund.out_refund_no);
    }
    surplus_goes_back_once(order, policy);
}

fn surplus_goes_back_once(order: &Order, policy: &Policy) {
    let by_policy = |cause: &Cause| matches!(cause, Cause::Policy { rule } if rule == "surplus");
    for payment in &order.payments {
        let number = &payment.out_trade_no;
        let intents: Vec<_> = order.refunds_of(number).filter(|refund| by_policy(&refund.cause)).collect();
        let surplus = order.surplus_payments().any(|surplus| &surplus.out_trade_no == number);
        let expected = usize::from(surplus && policy.surplus == SurplusPolicy::Refund);
        assert_eq!(intents.len(), expected, "{number}: {intents:?}");
        for intent in intents {
            assert_eq!(intent.out_refund_no.as_str(), format!("surplus-{number}"));
            assert_eq!(intent.amount, order.terms.total);
        }
    }
}

/// The stored jobs are those that the order calls for: no order is forgotten, none is asked about in vain.
pub(crate) fn jobs_are_those_called_for(order: &Order, jobs: &Jobs, now: Timestamp) {
    let refunds = order.refunds.iter().map(|refund| refund.out_refund_no.clone());
    let keys = refunds.map(|out_refund_no| JobKey::Refund { out_refund_no }).chain([JobKey::Tend]);
    for key in keys {
        let turn = order.next_turn(&key, now);
        assert_eq!(jobs.contains_key(&key), turn.is_some(), "{key:?} of {order:?}");
        let overdue_close = key == JobKey::Tend && order.state == OrderState::Open && order.expires_at <= now;
        assert!(turn.is_none_or(|turn| turn > now) || overdue_close, "{key:?} would spin");
    }
    if order.live_payment().is_some() {
        assert!(jobs.contains_key(&JobKey::Tend), "a live payment is looked after");
    }
    for refund in order.refunds.iter().filter(|refund| refund.is_live()) {
        assert!(jobs.contains_key(&JobKey::Refund { out_refund_no: refund.out_refund_no.clone() }));
    }
}

/// What is written reads back as what it was.
pub(crate) fn reads_back(step: &Step) {
    same(&step.order);
    step.events.iter().for_each(same);
    step.events.iter().map(|event| &event.cause).for_each(same);
    for change in &step.jobs {
        match change {
            JobChange::Set { key, .. } | JobChange::Remove { key } => same(key),
        }
    }
}

fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
}
