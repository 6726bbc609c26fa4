//! Here it is decided that an order was paid.

use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, TradeState};

use super::Draft;
use super::refund::SURPLUS_PREFIX;
use crate::{
    Cause, EventKind, Mismatch, OrderState, PaymentObservation, PaymentState, Receipt, Refund, RefundState,
    Refusal, SeenPayment, SurplusPolicy,
};

/// The only currency of the mainland platform.
const CURRENCY: &str = "CNY";

impl Draft<'_> {
    pub(super) fn observed(&mut self, observation: PaymentObservation) -> Result<(), Refusal> {
        let PaymentObservation { cause, out_trade_no, seen } = observation;
        let live = self.payment_mut(&out_trade_no)?.is_live();
        let Some(seen) = seen else {
            // The platform does not know the number. While we prepare that is news of nothing; once we are
            // closing, it means that there is nothing left to close.
            if live && self.order.state != OrderState::Open {
                self.payment_closed(&out_trade_no, cause)?;
            }
            return Ok(());
        };
        if let Err(mismatch) = self.agrees(&out_trade_no, &seen) {
            return self.quarantine(cause, mismatch);
        }
        match &seen.trade_state {
            TradeState::Success | TradeState::Refund => self.paid(&out_trade_no, &seen, cause),
            TradeState::NotPay => Ok(()),
            TradeState::UserPaying => self.typing(&out_trade_no, cause),
            TradeState::Closed | TradeState::PayError if live => self.payment_closed(&out_trade_no, cause),
            TradeState::Revoked if live => {
                self.payment_mut(&out_trade_no)?.state = PaymentState::Revoked { at: self.now };
                self.tell(cause, EventKind::PaymentClosed { out_trade_no });
                self.close_if_nothing_is_live();
                Ok(())
            }
            TradeState::Closed | TradeState::PayError | TradeState::Revoked => Ok(()),
            TradeState::Unknown(word) => Err(Refusal::UnknownWord { word: word.to_string() }),
        }
    }

    /// Everything the platform says of the payment must be what we asked for.
    fn agrees(&self, out_trade_no: &OutTradeNo, seen: &SeenPayment) -> Result<(), Mismatch> {
        let differs = Mismatch::unless_equal;
        let order = &self.order;
        differs("mchid", order.mchid.as_str(), seen.mchid.as_str())?;
        differs("appid", order.terms.appid.as_str(), seen.appid.as_str())?;
        if let Some(total) = seen.total {
            differs("amount.total", &order.terms.total.get().to_string(), &total.get().to_string())?;
        }
        if let Some(currency) = &seen.currency {
            differs("amount.currency", CURRENCY, currency)?;
        }
        if let (Some(payment), Some(payer)) = (order.payment(out_trade_no), &seen.openid) {
            // The platform refuses another payer; whoever it is must not be written down in full.
            if &payment.openid != payer {
                differs(
                    "payer.openid",
                    &payment.openid.redacted(),
                    &format!("{} (another)", payer.redacted()),
                )?;
            }
        }
        if let (Some(held), Some(told)) =
            (order.payment(out_trade_no).and_then(|payment| payment.receipt()), &seen.transaction_id)
        {
            differs("transaction_id", held.transaction_id.as_str(), told.as_str())?;
        }
        Ok(())
    }

    fn paid(&mut self, out_trade_no: &OutTradeNo, seen: &SeenPayment, cause: Cause) -> Result<(), Refusal> {
        if self.payment_mut(out_trade_no)?.receipt().is_some() {
            return Ok(());
        }
        let (Some(transaction_id), Some(success_time), Some(total)) =
            (seen.transaction_id.clone(), seen.success_time, seen.total)
        else {
            let mismatch = Mismatch {
                field: "transaction_id, success_time, amount.total".into(),
                ours: "needed once paid".into(),
                theirs: "missing".into(),
            };
            return self.quarantine(cause, mismatch);
        };
        let payer_total = seen.payer_total.unwrap_or(total);
        self.payment_mut(out_trade_no)?.state =
            PaymentState::Paid(Receipt { transaction_id: transaction_id.clone(), success_time, payer_total });
        if let Cause::Notification { id } = &cause {
            self.tell(cause.clone(), EventKind::NotificationVerified { id: id.clone() });
        }
        let out_trade_no = out_trade_no.clone();
        let surplus = match &self.order.state {
            OrderState::Open | OrderState::Closing { .. } => false,
            OrderState::Closed { .. } => self.policy.surplus != SurplusPolicy::Accept,
            OrderState::Paid { .. } => true,
        };
        if surplus {
            self.tell(
                cause,
                EventKind::SurplusPaid { out_trade_no: out_trade_no.clone(), transaction_id, total },
            );
            self.dispose_of_surplus(out_trade_no, total);
            return Ok(());
        }
        self.order.state = OrderState::Paid { out_trade_no: out_trade_no.clone(), at: self.now };
        self.tell(cause, EventKind::Paid { out_trade_no, transaction_id, total, success_time });
        Ok(())
    }

    fn dispose_of_surplus(&mut self, out_trade_no: OutTradeNo, total: Fen) {
        let cause = Cause::Policy { rule: "surplus".into() };
        match self.policy.surplus {
            SurplusPolicy::Refund => {
                // One number per payment, so that however often this is reached the money goes back once.
                let number = format!("{SURPLUS_PREFIX}{out_trade_no}");
                let out_refund_no = OutRefundNo::parse(&number).expect("8 + 32 characters of its alphabet");
                if self.order.refund(&out_refund_no).is_some() {
                    // Somebody used the number at the platform for another payment: a person must see it.
                    self.tell(cause, EventKind::SurplusHeld { out_trade_no });
                    return;
                }
                self.order.refunds.push(Refund {
                    out_refund_no: out_refund_no.clone(),
                    out_trade_no,
                    amount: total,
                    reason: SURPLUS_REASON.into(),
                    cause: cause.clone(),
                    created_at: self.now,
                    state: RefundState::Recorded,
                });
                self.tell(cause, EventKind::RefundCreated { out_refund_no, amount: total });
            }
            SurplusPolicy::Accept | SurplusPolicy::Hold => {
                self.tell(cause, EventKind::SurplusHeld { out_trade_no });
            }
        }
    }

    fn typing(&mut self, out_trade_no: &OutTradeNo, cause: Cause) -> Result<(), Refusal> {
        let payment = self.payment_mut(out_trade_no)?;
        match payment.state {
            PaymentState::Preparing | PaymentState::Payable { .. } => {
                payment.state = PaymentState::Paying;
                self.tell(cause, EventKind::PayerTyping { out_trade_no: out_trade_no.clone() });
            }
            PaymentState::Paying
            | PaymentState::Paid(_)
            | PaymentState::Closed { .. }
            | PaymentState::Revoked { .. } => {}
        }
        Ok(())
    }

    fn payment_closed(&mut self, out_trade_no: &OutTradeNo, cause: Cause) -> Result<(), Refusal> {
        let at = self.now;
        self.payment_mut(out_trade_no)?.state = PaymentState::Closed { at };
        self.tell(cause, EventKind::PaymentClosed { out_trade_no: out_trade_no.clone() });
        self.close_if_nothing_is_live();
        Ok(())
    }
}

/// The payer reads this on the refund.
const SURPLUS_REASON: &str = "重复支付或超时支付，原路退回";
