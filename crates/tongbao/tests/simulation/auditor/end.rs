//! What must hold when everything has come to its end.

use std::sync::Arc;
use std::time::Duration;

use tongbao_domain::{EventKind, Order, OrderState, Refund, RefundState, SurplusPolicy};
use tongbao_sim::OrderView;
use tongbao_store::{events, jobs};
use tongbao_wire::{Fen, RefundStatus, Timestamp, TradeState};

use super::{Auditor, Inner, Invariant, all};
use crate::stage::Stage;
use crate::tally::Sometimes;

type Verdict = Result<(), (Invariant, String)>;

fn demand(holds: bool, invariant: Invariant, said: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err((invariant, said())) }
}

/// True when nothing is left to do: no job, no order that moves.
pub(crate) fn is_settled(stage: &Stage) -> bool {
    let job = stage.world().store.read(jobs::next_due).expect("the store reads");
    job.is_none() && all(stage).iter().all(|order| is_over(order) && order.live_payment().is_none())
}

fn is_over(order: &Order) -> bool {
    match order.state {
        OrderState::Paid { .. } | OrderState::Closed { .. } => true,
        OrderState::Open | OrderState::Closing { .. } => false,
    }
}

/// The longest pause between two questions about a payment of an open order, and of one being closed, the
/// lease of a worker that died holding the question, and the question itself.
const ASKED_WITHIN: (Duration, Duration) = (Duration::from_secs(1800 + 110), Duration::from_secs(3600 + 110));

impl Auditor {
    /// Since faults have stopped: what is paid there becomes paid here within a period of asking (I5).
    pub(crate) fn money_is_noticed(&self, stage: &Stage, quiet_since: Timestamp) {
        let world = stage.world();
        let now = world.clock.now();
        for order in all(stage) {
            let within = match order.state {
                OrderState::Open => ASKED_WITHIN.0,
                OrderState::Closing { .. } | OrderState::Paid { .. } | OrderState::Closed { .. } => {
                    ASKED_WITHIN.1
                }
            };
            for payment in order.payments.iter().filter(|payment| payment.is_live()) {
                let there = world.sim.order(&order.mchid, &payment.out_trade_no);
                let Some(paid_at) = there.and_then(|there| there.success_time) else { continue };
                if now > paid_at.max(quiet_since).plus(within) {
                    let said = format!("{} was paid at {paid_at} and nobody noticed", payment.out_trade_no);
                    self.violated(stage, Invariant::I5, said);
                }
            }
        }
    }

    /// Looks at the whole once, at the end of the quiet phase.
    pub(crate) fn close_the_books(&self, stage: &Arc<Stage>) {
        self.catch_up(stage);
        let orders = stage.world().sim.orders();
        let refunds = orders.iter().flat_map(|order| &order.refunds);
        for _ in refunds.filter(|refund| refund.out_refund_no.as_str().starts_with("surplus-")) {
            stage.tally.happened(Sometimes::SurplusRefund);
        }
        let verdict = all(stage)
            .iter()
            .try_for_each(|order| {
                of_order(stage, order)
                    .map_err(|(invariant, said)| (invariant, format!("order {}: {said}", order.order_no)))
            })
            .and_then(|()| books_agree(stage))
            .and_then(|()| acknowledgements_hold(stage, &self.inner()));
        if let Err((invariant, said)) = verdict {
            self.violated(stage, invariant, said);
        }
        if let Some(due) = stage.world().store.read(jobs::next_due).expect("the store reads") {
            self.violated(stage, Invariant::I14, format!("a job is left, due at {due}"));
        }
    }
}

fn of_order(stage: &Stage, order: &Order) -> Verdict {
    let there: Vec<_> = order
        .payments
        .iter()
        .map(|payment| (payment, stage.world().sim.order(&order.mchid, &payment.out_trade_no)))
        .collect();
    for (payment, there) in &there {
        let paid_there = there.as_ref().is_some_and(is_paid);
        let number = &payment.out_trade_no;
        demand(!paid_there || payment.receipt().is_some(), Invariant::I5, || {
            format!("{number} is paid at the platform and {} here", payment.state.as_str())
        })?;
        // What nobody can open a cashier for cannot be paid; what has expired there neither.
        let payable_there = there.as_ref().is_some_and(|there| {
            there.trade_state == TradeState::NotPay
                && there.time_expire.is_none_or(|end| stage.world().clock.now() < end)
        });
        demand(payment.is_live() || !payable_there || !was_invoked(stage, order), Invariant::I9, || {
            format!("{number} is {} here and can still be paid there", payment.state.as_str())
        })?;
        demand(!payment.is_live(), Invariant::I14, || {
            format!("{number} is still {}", payment.state.as_str())
        })?;
    }
    demand(is_over(order), Invariant::I14, || format!("is still {}", order.standing().as_str()))?;
    refunds_came_to_their_end(
        order,
        &there.iter().filter_map(|(_, there)| there.clone()).collect::<Vec<_>>(),
    )?;
    paid_once(stage, order)?;
    history_is_whole(stage, order)
}

fn is_paid(there: &OrderView) -> bool {
    matches!(there.trade_state, TradeState::Success | TradeState::Refund)
}

fn was_invoked(stage: &Stage, order: &Order) -> bool {
    !stage.invokes(order.order_no.as_str()).is_empty()
}

/// Every refund here is one there, number for number, and the other way round.
fn refunds_came_to_their_end(order: &Order, there: &[OrderView]) -> Verdict {
    let known: Vec<_> = there.iter().flat_map(|there| &there.refunds).collect();
    for refund in &order.refunds {
        let number = &refund.out_refund_no;
        let told = known.iter().find(|told| told.out_refund_no == *number);
        demand(!refund.is_live(), Invariant::I14, || {
            format!("refund {number} is {}", refund.state.as_str())
        })?;
        demand(told.is_some() || !refund.is_done(), Invariant::I7, || {
            format!("refund {number} is done here and unknown there")
        })?;
    }
    for told in known {
        let held = order.refund(&told.out_refund_no);
        demand(held.is_some_and(|held| held.amount == told.amount.refund), Invariant::I7, || {
            format!("refund {} over {} is not ours", told.out_refund_no, told.amount.refund)
        })?;
        let agrees = held.is_some_and(|held| agree(held, &told.status));
        demand(agrees, Invariant::I3, || {
            format!("refund {}: {held:?}, there {}", told.out_refund_no, told.status)
        })?;
    }
    Ok(())
}

fn agree(held: &Refund, told: &RefundStatus) -> bool {
    match told {
        RefundStatus::Success => held.is_done(),
        RefundStatus::Closed => matches!(held.state, RefundState::Failed { .. }),
        RefundStatus::Abnormal => matches!(held.state, RefundState::Abnormal { .. }),
        RefundStatus::Processing | RefundStatus::Unknown(_) => false,
    }
}

/// Of everything paid for an order one payment stays; the rest is back, once.
fn paid_once(stage: &Stage, order: &Order) -> Verdict {
    if stage.surplus != SurplusPolicy::Refund {
        return Ok(());
    }
    for payment in order.payments.iter().filter(|payment| payment.receipt().is_some()) {
        let settles = matches!(&order.state, OrderState::Paid { out_trade_no, .. } if *out_trade_no == payment.out_trade_no);
        let there = stage.world().sim.order(&order.mchid, &payment.out_trade_no);
        let back: Fen = there
            .iter()
            .flat_map(|there| &there.refunds)
            .filter(|told| told.status == RefundStatus::Success)
            .map(|told| told.amount.refund)
            .sum();
        demand(settles || back == order.terms.total, Invariant::I4, || {
            format!("{} was surplus, and {back} of {} came back", payment.out_trade_no, order.terms.total)
        })?;
    }
    Ok(())
}

/// Every version has its events, and the order was paid at most once in them.
fn history_is_whole(stage: &Stage, order: &Order) -> Verdict {
    let history = stage.world().store.read(|reader| events::of_order(reader, &order.mchid, &order.order_no));
    let history = history.expect("the store reads");
    let versions: std::collections::BTreeSet<_> = history.iter().map(|kept| kept.version).collect();
    // An order and its first payment may be recorded as two steps in one write.
    let first = versions.first().copied().unwrap_or_default();
    let whole = (1..=2).contains(&first) && versions.iter().copied().eq(first..=order.version);
    demand(whole, Invariant::I1, || format!("{} versions, and events of {}", order.version, versions.len()))?;
    let times_paid = history.iter().filter(|kept| matches!(kept.event.kind, EventKind::Paid { .. })).count();
    let paid = usize::from(matches!(order.state, OrderState::Paid { .. }));
    demand(times_paid == paid, Invariant::I4, || format!("was paid {times_paid} times in its history"))
}

fn books_agree(stage: &Stage) -> Verdict {
    let world = stage.world();
    let books = world.sim.books();
    demand(books.balanced(), Invariant::I3, || format!("the platform lost or made money: {books:?}"))?;
    let theirs = books.merchants.get(&world.mchid()).cloned().unwrap_or_default();
    let orders = all(stage);
    let paid: Fen = orders
        .iter()
        .flat_map(|order| {
            order.payments.iter().filter(|payment| payment.receipt().is_some()).map(|_| order.terms.total)
        })
        .sum();
    let refunded: Fen = orders
        .iter()
        .flat_map(|order| order.refunds.iter().filter(|refund| refund.is_done()).map(|refund| refund.amount))
        .sum();
    demand((theirs.paid, theirs.refunded) == (paid, refunded), Invariant::I3, || {
        format!(
            "the platform was paid {} and gave back {}; our books say {paid} and {refunded}",
            theirs.paid, theirs.refunded
        )
    })
}

/// What clients were told is still so, and each intent was carried out once.
fn acknowledgements_hold(stage: &Stage, inner: &Inner) -> Verdict {
    let orders = all(stage);
    let told = &inner.answers;
    for order_no in &told.shown_paid {
        let paid = orders.iter().any(|order| {
            order.order_no.as_str() == order_no && matches!(order.state, OrderState::Paid { .. })
        });
        demand(paid, Invariant::I1, || format!("order {order_no} was shown paid and is not"))?;
    }
    for order_no in &told.shown_closed {
        let over = orders.iter().any(|order| order.order_no.as_str() == order_no && is_over(order));
        demand(over, Invariant::I9, || format!("order {order_no} was shown closed and is not"))?;
    }
    for (number, (order_no, amount)) in &told.refunds {
        let there = orders
            .iter()
            .flat_map(|order| &order.refunds)
            .any(|refund| refund.out_refund_no.as_str() == number && refund.amount.get() == *amount);
        demand(there, Invariant::I2, || format!("refund {number} of {order_no} was accepted and is gone"))?;
    }
    let intents = orders.iter().map(|order| order.terms.description.as_str());
    let intents = intents
        .chain(orders.iter().flat_map(|order| order.refunds.iter().map(|refund| refund.reason.as_str())));
    let mut seen = std::collections::BTreeSet::new();
    for intent in intents.filter(|intent| intent.starts_with("intent ")) {
        demand(seen.insert(intent), Invariant::I10, || format!("{intent} was carried out twice"))?;
    }
    Ok(())
}
