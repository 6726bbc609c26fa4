//! What the platform says of money that goes back.

use tongbao_wire::RefundStatus;

use super::Draft;
use crate::{Cause, EventKind, Mismatch, Order, Payment, Refund, RefundObservation, RefundState, Refusal};

impl Draft<'_> {
    pub(super) fn refund_observed(&mut self, seen: &RefundObservation) -> Result<(), Refusal> {
        let reached = self.reached(seen)?;
        let payment = self.payment_of(seen)?;
        if let Err(mismatch) = agrees(&self.order, payment, seen) {
            return self.quarantine(seen.cause.clone(), mismatch);
        }
        let held = self.order.refund(&seen.out_refund_no).map(|refund| refund.state.clone());
        if let Some(held) = &held
            && reached.rank() <= held.rank()
        {
            return match was_refused(held, &reached) {
                Some(mismatch) => self.quarantine(seen.cause.clone(), mismatch),
                None => Ok(()),
            };
        }
        if let Err(mismatch) = fits(&self.order, held.as_ref(), &reached, seen) {
            return self.quarantine(seen.cause.clone(), mismatch);
        }
        if held.is_none() {
            self.adopt(seen);
        }
        self.refund_mut(&seen.out_refund_no)?.state = reached.clone();
        if let Cause::Notification { id } = &seen.cause {
            self.tell(seen.cause.clone(), EventKind::NotificationVerified { id: id.clone() });
        }
        self.tell(seen.cause.clone(), what_happened(reached, seen));
        Ok(())
    }

    /// The payment it returns: as we recorded it, or as the platform says when we did not ask for it.
    fn payment_of(&self, seen: &RefundObservation) -> Result<&Payment, Refusal> {
        let held = self.order.refund(&seen.out_refund_no);
        let out_trade_no = held.map_or(&seen.out_trade_no, |refund| &refund.out_trade_no);
        self.order
            .payment(out_trade_no)
            .ok_or_else(|| Refusal::NoSuchPayment { out_trade_no: out_trade_no.clone() })
    }

    fn reached(&self, seen: &RefundObservation) -> Result<RefundState, Refusal> {
        let refund_id = seen.refund_id.clone();
        match &seen.status {
            RefundStatus::Processing => Ok(RefundState::Processing { refund_id }),
            RefundStatus::Success => {
                Ok(RefundState::Done { refund_id, success_time: seen.success_time.unwrap_or(self.now) })
            }
            RefundStatus::Closed => Ok(RefundState::Failed { code: seen.status.as_str().into() }),
            RefundStatus::Abnormal => Ok(RefundState::Abnormal { refund_id }),
            RefundStatus::Unknown(word) => Err(Refusal::UnknownWord { word: word.to_string() }),
        }
    }

    /// A refund made by hand on the merchant platform becomes one of ours, so that the books agree.
    fn adopt(&mut self, seen: &RefundObservation) {
        let (out_refund_no, amount) = (seen.out_refund_no.clone(), seen.refund);
        self.order.refunds.push(Refund {
            out_refund_no: out_refund_no.clone(),
            out_trade_no: seen.out_trade_no.clone(),
            amount,
            reason: String::new(),
            cause: seen.cause.clone(),
            created_at: self.now,
            state: RefundState::Recorded,
        });
        self.tell(seen.cause.clone(), EventKind::RefundCreated { out_refund_no, amount });
    }
}

/// Everything the platform says of the refund must be what we asked for, and what we know of its payment.
fn agrees(order: &Order, payment: &Payment, seen: &RefundObservation) -> Result<(), Mismatch> {
    let differs = Mismatch::unless_equal;
    differs("out_trade_no", payment.out_trade_no.as_str(), seen.out_trade_no.as_str())?;
    if let Some(held) = order.refund(&seen.out_refund_no) {
        differs("amount.refund", &held.amount.get().to_string(), &seen.refund.get().to_string())?;
    }
    differs("amount.total", &order.terms.total.get().to_string(), &seen.total.get().to_string())?;
    match payment.receipt() {
        Some(receipt) => {
            differs("transaction_id", receipt.transaction_id.as_str(), seen.transaction_id.as_str())
        }
        // Money cannot go back that never came: a payment's news was lost, or this is not ours.
        None => differs("trade_state", payment.state.as_str(), "REFUND"),
    }
}

/// A refusal says that the platform never took the refund. If it then has it under way, one of the two is
/// wrong; only that it arrived is beyond doubt. What the platform itself closed is merely late news.
fn was_refused(held: &RefundState, reached: &RefundState) -> Option<Mismatch> {
    match (held, reached) {
        (RefundState::Failed { code }, RefundState::Processing { .. } | RefundState::Abnormal { .. })
            if code != RefundStatus::Closed.as_str() =>
        {
            Some(Mismatch {
                field: "status".into(),
                ours: format!("refused with {code}"),
                theirs: reached.as_str().into(),
            })
        }
        (
            RefundState::Recorded
            | RefundState::Waiting { .. }
            | RefundState::Processing { .. }
            | RefundState::Abnormal { .. }
            | RefundState::Done { .. }
            | RefundState::Failed { .. },
            _,
        ) => None,
    }
}

/// What was not spoken for yet must fit in what is left of the payment.
fn fits(
    order: &Order,
    held: Option<&RefundState>,
    reached: &RefundState,
    seen: &RefundObservation,
) -> Result<(), Mismatch> {
    if !seen.refund.is_positive() {
        return Err(too_much(seen, "above zero".into()));
    }
    let left = order.refundable(&seen.out_trade_no);
    let spoken_for = held.is_some_and(RefundState::reserves);
    if reached.reserves() && !spoken_for && seen.refund > left {
        return Err(too_much(seen, format!("at most {left}")));
    }
    Ok(())
}

fn too_much(seen: &RefundObservation, ours: String) -> Mismatch {
    // The member alone names the field, for it is counted by; which refund it is stands beside the amount.
    let theirs = format!("{} ({})", seen.refund, seen.out_refund_no);
    Mismatch { field: "amount.refund".into(), ours, theirs }
}

fn what_happened(reached: RefundState, seen: &RefundObservation) -> EventKind {
    let out_refund_no = seen.out_refund_no.clone();
    match reached {
        RefundState::Processing { refund_id } => EventKind::RefundAccepted { out_refund_no, refund_id },
        RefundState::Done { .. } => EventKind::RefundDone { out_refund_no, amount: seen.refund },
        RefundState::Abnormal { .. } => EventKind::RefundAbnormal { out_refund_no },
        RefundState::Failed { code } => EventKind::RefundFailed { out_refund_no, code },
        RefundState::Recorded | RefundState::Waiting { .. } => {
            unreachable!("the platform never reports what only we know")
        }
    }
}
