//! Money goes back: asked for once, sent until the platform has it.

use tongbao_wire::{Fen, OutRefundNo, OutTradeNo};

use super::{Draft, PlatformRefusal};
use crate::{Cause, EventKind, REFUND_WINDOW, REFUNDS_MAX, Refund, RefundState, Refusal};

/// Refunds of surplus money are numbered by their payment; nobody else may use such a number.
pub(super) const SURPLUS_PREFIX: &str = "surplus-";

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
        if out_refund_no.as_str().starts_with(SURPLUS_PREFIX) {
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

    pub(super) fn refund_mut(&mut self, out_refund_no: &OutRefundNo) -> Result<&mut Refund, Refusal> {
        self.order
            .refunds
            .iter_mut()
            .find(|refund| &refund.out_refund_no == out_refund_no)
            .ok_or_else(|| Refusal::NoSuchRefund { out_refund_no: out_refund_no.clone() })
    }
}
