//! What must hold of an order after each commit, against the order before it and the platform.

use tongbao_domain::{CloseReason, Order, OrderState, Payment, PaymentState, RefundState, SurplusPolicy};
use tongbao_store::orders;
use tongbao_wire::{Fen, OutTradeNo, TradeState};

use super::Invariant;
use crate::stage::Stage;

type Verdict = Result<(), (Invariant, String)>;

fn demand(holds: bool, invariant: Invariant, said: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err((invariant, said())) }
}

/// The order in a line of the trace.
pub(super) fn told(order: &Order) -> String {
    let payments: Vec<_> = order
        .payments
        .iter()
        .map(|payment| format!("{}={}", payment.out_trade_no, payment.state.as_str()))
        .collect();
    let refunds: Vec<_> = order
        .refunds
        .iter()
        .map(|refund| format!("{}={}", refund.out_refund_no, refund.state.as_str()))
        .collect();
    let state = match &order.state {
        OrderState::Open => "open",
        OrderState::Closing { .. } => "closing",
        OrderState::Paid { .. } => "paid",
        OrderState::Closed { .. } => "closed",
    };
    format!("  {} v{} {state} {payments:?} {refunds:?}", order.order_no, order.version)
}

/// Checks one step.
pub(super) fn check(stage: &Stage, before: Option<&Order>, after: &Order) -> Verdict {
    match before {
        // An order and its first payment may be recorded as two steps in one write.
        None => demand((1..=2).contains(&after.version), Invariant::I1, || {
            format!("begins at version {}", after.version)
        })?,
        Some(before) => only_forward(before, after)?,
    }
    refunds_fit(after)?;
    surplus_is_dealt_with(stage, after)?;
    for payment in &after.payments {
        paid_there_too(stage, after, payment)?;
    }
    Ok(())
}

fn only_forward(before: &Order, after: &Order) -> Verdict {
    let (old, new) = (before.version, after.version);
    demand(new == old + 1, Invariant::I1, || format!("version {old} became {new}"))?;
    let same = before.terms == after.terms
        && before.created_at == after.created_at
        && before.expires_at == after.expires_at
        && (before.openid.is_none() || before.openid == after.openid);
    demand(same, Invariant::I1, || "what was agreed has changed".into())?;
    demand(may_follow(before, after), Invariant::I1, || {
        format!("state {:?} became {:?}", before.state, after.state)
    })?;
    for (place, old) in before.payments.iter().enumerate() {
        let new = after.payments.get(place);
        let same = new.is_some_and(|new| {
            (&new.out_trade_no, new.scene, &new.openid, &new.notify_url)
                == (&old.out_trade_no, old.scene, &old.openid, &old.notify_url)
        });
        let forward = new.is_some_and(|new| rank(&new.state) >= rank(&old.state));
        demand(same && forward, Invariant::I1, || format!("payment {old:?} became {new:?}"))?;
    }
    for (place, old) in before.refunds.iter().enumerate() {
        let new = after.refunds.get(place);
        let same = new.is_some_and(|new| {
            (&new.out_refund_no, &new.out_trade_no, new.amount)
                == (&old.out_refund_no, &old.out_trade_no, old.amount)
        });
        demand(same, Invariant::I7, || format!("refund {old:?} became {new:?}"))?;
        let forward = new.is_some_and(|new| refund_rank(&new.state) >= refund_rank(&old.state));
        demand(forward, Invariant::I1, || format!("refund {old:?} became {new:?}"))?;
    }
    Ok(())
}

/// Which state of an order may come after which.
fn may_follow(before: &Order, after: &Order) -> bool {
    match (&before.state, &after.state) {
        (OrderState::Open, _) => true,
        (OrderState::Closing { reason, .. }, OrderState::Open) => *reason == CloseReason::Superseded,
        (OrderState::Closing { .. }, _) => true,
        (OrderState::Closed { .. }, OrderState::Closed { .. } | OrderState::Paid { .. }) => true,
        (OrderState::Paid { out_trade_no: old, .. }, OrderState::Paid { out_trade_no: new, .. }) => {
            old == new
        }
        (OrderState::Closed { .. } | OrderState::Paid { .. }, _) => false,
    }
}

/// How far along a payment is, as this auditor sees it.
fn rank(state: &PaymentState) -> u8 {
    match state {
        PaymentState::Preparing => 0,
        PaymentState::Payable { .. } => 1,
        PaymentState::Paying => 2,
        PaymentState::Closed { .. } | PaymentState::Revoked { .. } => 3,
        PaymentState::Paid(_) => 4,
    }
}

fn refund_rank(state: &RefundState) -> u8 {
    match state {
        RefundState::Recorded => 0,
        RefundState::Waiting { .. } => 1,
        RefundState::Processing { .. } => 2,
        RefundState::Abnormal { .. } => 3,
        RefundState::Failed { .. } => 4,
        RefundState::Done { .. } => 5,
    }
}

fn refunds_fit(order: &Order) -> Verdict {
    for payment in &order.payments {
        let spoken_for = spoken_for(order, &payment.out_trade_no);
        demand(spoken_for <= order.terms.total, Invariant::I7, || {
            format!("{spoken_for} of {} is refunded or spoken for", order.terms.total)
        })?;
    }
    Ok(())
}

/// What of a payment went back or is on its way, failed refunds left out.
pub(super) fn spoken_for(order: &Order, out_trade_no: &OutTradeNo) -> Fen {
    let of_payment = order.refunds.iter().filter(|refund| &refund.out_trade_no == out_trade_no);
    of_payment
        .filter(|refund| !matches!(refund.state, RefundState::Failed { .. }))
        .map(|refund| refund.amount)
        .sum()
}

fn surplus_is_dealt_with(stage: &Stage, order: &Order) -> Verdict {
    let settling = match &order.state {
        OrderState::Paid { out_trade_no, .. } => {
            let paid = order.payment(out_trade_no).is_some_and(|payment| payment.receipt().is_some());
            demand(paid, Invariant::I4, || format!("settled by {out_trade_no}, which is not paid"))?;
            Some(out_trade_no)
        }
        OrderState::Open | OrderState::Closing { .. } | OrderState::Closed { .. } => None,
    };
    let surplus = order
        .payments
        .iter()
        .filter(|payment| payment.receipt().is_some() && Some(&payment.out_trade_no) != settling);
    for payment in surplus {
        let goes_back = spoken_for(order, &payment.out_trade_no) == order.terms.total;
        demand(stage.surplus != SurplusPolicy::Refund || goes_back, Invariant::I4, || {
            format!("payment {} is surplus and does not go back whole", payment.out_trade_no)
        })?;
    }
    Ok(())
}

fn paid_there_too(stage: &Stage, order: &Order, payment: &Payment) -> Verdict {
    let Some(receipt) = payment.receipt() else { return Ok(()) };
    let number = &payment.out_trade_no;
    let Some(there) = stage.world().sim.order(&order.mchid, number) else {
        return Err((Invariant::I6, format!("payment {number} is paid, and the platform does not know it")));
    };
    let agrees = matches!(there.trade_state, TradeState::Success | TradeState::Refund)
        && there.transaction_id.as_ref() == Some(&receipt.transaction_id)
        && there.total == order.terms.total
        && there.appid == order.terms.appid
        && there.mchid == order.mchid
        && there.openid.as_ref() == Some(&payment.openid);
    demand(agrees, Invariant::I6, || {
        format!(
            "payment {number} of {} is paid here; there it is {} over {}",
            order.terms.total,
            there.trade_state.as_str(),
            there.total
        )
    })
}

/// The order of a payment, as the store holds it.
pub(super) fn order_of_payment(stage: &Stage, out_trade_no: &OutTradeNo) -> Option<Order> {
    let world = stage.world();
    let found = world.store.read(|reader| orders::find_by_out_trade_no(reader, &world.mchid(), out_trade_no));
    found.expect("the store reads")
}
