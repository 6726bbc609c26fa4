//! What was acknowledged, to the platform and to clients, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;
use tongbao_domain::RefundState;
use tongbao_store::inbox;
use tongbao_wire::{OutRefundNo, RefundStatus, TradeState};

use super::commit::order_of_payment;
use super::{Auditor, Invariant, find};
use crate::stage::Stage;

/// What clients were told.
#[derive(Default)]
pub(super) struct Answers {
    /// The number that each intent got.
    pub(super) numbers: BTreeMap<String, String>,
    pub(super) shown_paid: BTreeSet<String>,
    pub(super) shown_closed: BTreeSet<String>,
    /// Refunds that were accepted: their order and amount.
    pub(super) refunds: BTreeMap<String, (String, i64)>,
}

impl Auditor {
    /// At this instant the store must hold what the platform is about to hear we took (I2).
    pub(crate) fn acknowledged_notification(&self, stage: &Arc<Stage>, id: &str) {
        let world = stage.world();
        let notices = world.sim.notifications();
        let Some(told) = notices.into_iter().find(|told| told.id == id) else {
            let said = format!("notification {id} was acknowledged, and the platform never sent it");
            return self.violated(stage, Invariant::I11, said);
        };
        let number = told.out_trade_no.as_ref().expect("only orders are told of here");
        let order = order_of_payment(stage, number);
        let there = world.sim.order(&told.mchid, number);
        let holds = match &told.out_refund_no {
            None => {
                let receipt = order.as_ref().and_then(|order| order.payment(number)?.receipt());
                receipt.map(|receipt| &receipt.transaction_id)
                    == there.as_ref().and_then(|there| there.transaction_id.as_ref())
                    && receipt.is_some()
            }
            Some(refund) => {
                let held = order.as_ref().and_then(|order| order.refund(refund));
                held.is_some_and(|held| follows(&told.event_type, &held.state))
            }
        };
        let arrivals = world.store.read(|reader| inbox::of_payment(reader, &told.mchid, number));
        let kept = arrivals.expect("the store reads").iter().any(|kept| kept.notification_id == id);
        if !holds || !kept {
            let said = format!(
                "notification {id} ({}) is acknowledged; its effect is stored: {holds}, itself: {kept}",
                told.event_type
            );
            self.violated(stage, Invariant::I2, said);
        }
    }

    /// A client is about to hear this of an order it spoke of as `intent`.
    pub(crate) fn answered_order(&self, stage: &Arc<Stage>, intent: Option<&str>, body: &Value) {
        let order = body.get("order").unwrap_or(body);
        let (Some(order_no), Some(state)) = (order["order_no"].as_str(), order["state"].as_str()) else {
            return;
        };
        let Some(held) = find(stage, order_no) else {
            let said = format!("order {order_no} was acknowledged and is not in the store");
            return self.violated(stage, Invariant::I2, said);
        };
        if let Some(intent) = intent {
            self.one_number(stage, intent, order_no);
        }
        match state {
            "paid" => {
                let paid = held.payments.iter().any(|payment| {
                    let there = stage.world().sim.order(&held.mchid, &payment.out_trade_no);
                    there.is_some_and(|there| {
                        matches!(there.trade_state, TradeState::Success | TradeState::Refund)
                    })
                });
                if !paid {
                    let said = format!("order {order_no} was shown paid, and nobody has paid it");
                    self.violated(stage, Invariant::I6, said);
                }
                self.inner().answers.shown_paid.insert(order_no.to_owned());
            }
            "closed" => {
                self.inner().answers.shown_closed.insert(order_no.to_owned());
            }
            _ => {
                // Reads may overtake each other on the way; here, at the source, nothing goes back.
                if self.inner().answers.shown_paid.contains(order_no) {
                    let held = held.standing().as_str();
                    if held != "paid" {
                        let said = format!("order {order_no} was shown paid and is {held} now");
                        self.violated(stage, Invariant::I1, said);
                    }
                }
            }
        }
    }

    /// A client is about to hear that its refund is on its way.
    pub(crate) fn answered_refund(&self, stage: &Arc<Stage>, order_no: &str, intent: &str, body: &Value) {
        let (Some(number), Some(amount)) = (body["out_refund_no"].as_str(), body["amount_fen"].as_i64())
        else {
            return;
        };
        let held = OutRefundNo::parse(number).ok();
        let held = held.and_then(|number| find(stage, order_no)?.refund(&number).cloned());
        if held.is_none_or(|held| held.amount.get() != amount) {
            let said = format!("refund {number} was acknowledged and is not in the store");
            self.violated(stage, Invariant::I2, said);
        }
        self.one_number(stage, intent, number);
        self.inner().answers.refunds.insert(number.to_owned(), (order_no.to_owned(), amount));
    }

    /// Another request came under a key that stands for something else.
    pub(crate) fn answered_other_request(&self, stage: &Stage, key: &str, status: StatusCode) {
        if status.is_success() {
            let said = format!("key {key} stands for another request, which was answered {status}");
            self.violated(stage, Invariant::I10, said);
        }
    }

    fn one_number(&self, stage: &Stage, intent: &str, number: &str) {
        let known =
            self.inner().answers.numbers.entry(intent.to_owned()).or_insert(number.to_owned()).clone();
        if known != number {
            let said = format!("intent {intent} got number {known}, then {number}");
            self.violated(stage, Invariant::I10, said);
        }
    }
}

/// True when a refund is at least as far as the notification says.
fn follows(event_type: &str, held: &RefundState) -> bool {
    let status = event_type.strip_prefix("REFUND.").unwrap_or_default();
    if status == RefundStatus::Success.as_str() {
        matches!(held, RefundState::Done { .. })
    } else if status == RefundStatus::Closed.as_str() {
        matches!(held, RefundState::Failed { .. } | RefundState::Done { .. })
    } else {
        matches!(held, RefundState::Abnormal { .. } | RefundState::Failed { .. } | RefundState::Done { .. })
    }
}
