//! Money goes back: asked for once, sent until the platform has it, followed until it arrived.

use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, RefundStatus};

use super::{Draft, PlatformRefusal};
use crate::{
    Cause, EventKind, Mismatch, REFUND_WINDOW, REFUNDS_MAX, Refund, RefundObservation, RefundState, Refusal,
};

impl Draft<'_> {
    pub(super) fn refund(
        &mut self,
        out_refund_no: OutRefundNo,
        out_trade_no: &OutTradeNo,
        amount: Fen,
        reason: String,
        cause: Cause,
    ) -> Result<(), Refusal> {
        if let Some(known) = self.order.refund(&out_refund_no) {
            if known.amount == amount && &known.out_trade_no == out_trade_no {
                return Ok(());
            }
            return Err(Refusal::RefundNumberTaken { out_refund_no });
        }
        self.may_refund(out_trade_no, amount)?;
        self.order.refunds.push(Refund {
            out_refund_no: out_refund_no.clone(),
            out_trade_no: out_trade_no.clone(),
            amount,
            reason,
            cause: cause.clone(),
            created_at: self.now,
            state: RefundState::Recorded,
        });
        self.tell(cause, EventKind::RefundCreated { out_refund_no, amount });
        Ok(())
    }

    fn may_refund(&self, out_trade_no: &OutTradeNo, amount: Fen) -> Result<(), Refusal> {
        let payment = self
            .order
            .payment(out_trade_no)
            .ok_or_else(|| Refusal::NoSuchPayment { out_trade_no: out_trade_no.clone() })?;
        let receipt =
            payment.receipt().ok_or_else(|| Refusal::NotPaid { out_trade_no: out_trade_no.clone() })?;
        if !amount.is_positive() {
            return Err(Refusal::NotPositive);
        }
        let left = self.order.refundable(out_trade_no);
        if amount > left {
            return Err(Refusal::ExceedsPaid { asked: amount, left });
        }
        if self.order.refunds_of(out_trade_no).filter(|refund| refund.reserves()).count() >= REFUNDS_MAX {
            return Err(Refusal::TooManyRefunds { max: REFUNDS_MAX });
        }
        if self.now.since(receipt.success_time) > REFUND_WINDOW {
            return Err(Refusal::RefundTooLate);
        }
        Ok(())
    }

    pub(super) fn refund_refused(
        &mut self,
        out_refund_no: &OutRefundNo,
        refusal: PlatformRefusal,
        later: bool,
    ) -> Result<(), Refusal> {
        let now = self.now;
        let refund = self.refund_mut(out_refund_no)?;
        let out_refund_no = out_refund_no.clone();
        match (&refund.state, later) {
            (RefundState::Recorded, true) => {
                refund.state = RefundState::Waiting { since: now };
                self.tell(Cause::Answer, EventKind::RefundWaiting { out_refund_no });
            }
            (RefundState::Waiting { .. }, true) => {}
            (RefundState::Recorded | RefundState::Waiting { .. }, false) => {
                refund.state = RefundState::Failed { code: refusal.code.clone() };
                self.tell(Cause::Answer, EventKind::RefundFailed { out_refund_no, code: refusal.code });
            }
            // What the platform has accepted it cannot refuse any more; only observations move it.
            (
                RefundState::Processing { .. }
                | RefundState::Done { .. }
                | RefundState::Abnormal { .. }
                | RefundState::Failed { .. },
                true | false,
            ) => {}
        }
        Ok(())
    }

    pub(super) fn refund_unknown(&mut self, out_refund_no: &OutRefundNo) -> Result<(), Refusal> {
        let refund = self.refund_mut(out_refund_no)?;
        if matches!(refund.state, RefundState::Recorded | RefundState::Waiting { .. }) {
            self.tell(Cause::Answer, EventKind::RefundUnknown { out_refund_no: out_refund_no.clone() });
        }
        Ok(())
    }

    pub(super) fn refund_observed(&mut self, seen: RefundObservation) -> Result<(), Refusal> {
        if self.order.refund(&seen.out_refund_no).is_none() && !self.adopt(&seen)? {
            return Ok(());
        }
        if let Err(mismatch) = self.refund_agrees(&seen) {
            return self.quarantine(seen.cause, mismatch);
        }
        let RefundObservation { cause, out_refund_no, refund_id, status, success_time, refund, .. } = seen;
        let reached = match status {
            RefundStatus::Processing => RefundState::Processing { refund_id },
            RefundStatus::Success => {
                RefundState::Done { refund_id, success_time: success_time.unwrap_or(self.now) }
            }
            RefundStatus::Closed => RefundState::Failed { code: status.as_str().into() },
            RefundStatus::Abnormal => RefundState::Abnormal { refund_id },
            RefundStatus::Unknown(word) => {
                return Err(Refusal::UnknownWord { word: word.to_string() });
            }
        };
        let held = self.refund_mut(&out_refund_no)?;
        if reached.rank() <= held.state.rank() {
            return Ok(());
        }
        held.state = reached.clone();
        if let Cause::Notification { id } = &cause {
            self.tell(cause.clone(), EventKind::NotificationVerified { id: id.clone() });
        }
        let kind = match reached {
            RefundState::Processing { refund_id } => EventKind::RefundAccepted { out_refund_no, refund_id },
            RefundState::Done { .. } => EventKind::RefundDone { out_refund_no, amount: refund },
            RefundState::Abnormal { .. } => EventKind::RefundAbnormal { out_refund_no },
            RefundState::Failed { code } => EventKind::RefundFailed { out_refund_no, code },
            RefundState::Recorded | RefundState::Waiting { .. } => {
                unreachable!("the platform never reports what only we know")
            }
        };
        self.tell(cause, kind);
        Ok(())
    }

    /// A refund made by hand on the merchant platform becomes one of ours, so that the books agree.
    /// False when it contradicts the payment.
    fn adopt(&mut self, seen: &RefundObservation) -> Result<bool, Refusal> {
        let left = self.order.refundable(&seen.out_trade_no);
        if self.order.payment(&seen.out_trade_no).is_none() {
            return Err(Refusal::NoSuchPayment { out_trade_no: seen.out_trade_no.clone() });
        }
        if !seen.refund.is_positive() || seen.refund > left {
            let mismatch = Mismatch {
                field: format!("refund {}", seen.out_refund_no),
                ours: format!("at most {left}"),
                theirs: seen.refund.to_string(),
            };
            self.quarantine(seen.cause.clone(), mismatch)?;
            return Ok(false);
        }
        self.order.refunds.push(Refund {
            out_refund_no: seen.out_refund_no.clone(),
            out_trade_no: seen.out_trade_no.clone(),
            amount: seen.refund,
            reason: String::new(),
            cause: seen.cause.clone(),
            created_at: self.now,
            state: RefundState::Recorded,
        });
        let kind =
            EventKind::RefundCreated { out_refund_no: seen.out_refund_no.clone(), amount: seen.refund };
        self.tell(seen.cause.clone(), kind);
        Ok(true)
    }

    fn refund_agrees(&self, seen: &RefundObservation) -> Result<(), Mismatch> {
        let held = self.order.refund(&seen.out_refund_no).expect("adopted or known");
        let differs = Mismatch::unless_equal;
        differs("out_trade_no", held.out_trade_no.as_str(), seen.out_trade_no.as_str())?;
        differs("amount.refund", &held.amount.get().to_string(), &seen.refund.get().to_string())?;
        differs("amount.total", &self.order.terms.total.get().to_string(), &seen.total.get().to_string())?;
        let receipt = self.order.payment(&held.out_trade_no).and_then(|payment| payment.receipt());
        if let Some(receipt) = receipt {
            differs("transaction_id", receipt.transaction_id.as_str(), seen.transaction_id.as_str())?;
        }
        Ok(())
    }

    fn refund_mut(&mut self, out_refund_no: &OutRefundNo) -> Result<&mut Refund, Refusal> {
        self.order
            .refunds
            .iter_mut()
            .find(|refund| &refund.out_refund_no == out_refund_no)
            .ok_or_else(|| Refusal::NoSuchRefund { out_refund_no: out_refund_no.clone() })
    }
}
