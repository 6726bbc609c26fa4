//! A payment begins: recorded, sent, accepted or not.

use std::time::Duration;

use tongbao_wire::{Openid, OutTradeNo, PrepayId};

use super::{Cashier, ClientResult, Draft, PlatformRefusal, Sent};
use crate::{Asked, Cause, EventKind, OrderState, Payment, PaymentState, Refusal, Scene};

/// A prepay id opens the cashier for two hours (v3.md §2.1). Ours ends a little earlier, so that a payer
/// never gets one that dies while the password is typed.
const PREPAY_LIFE: Duration = Duration::from_secs(2 * 3600 - 5 * 60);

/// What is kept of a text from the front end.
const DETAIL_CHARS_MAX: usize = 200;

/// How often an order's history takes "cashier opened", "front end reported" and the like, all together.
const PAYER_ACTS_MAX: u16 = 60;

impl Draft<'_> {
    pub(super) fn pay(
        &mut self,
        scene: Scene,
        openid: Openid,
        out_trade_no: OutTradeNo,
        notify_url: String,
    ) -> Result<(), Refusal> {
        match self.order.ask(scene, &openid, self.now)? {
            Asked::Create => {}
            Asked::AlreadyPaid => return Err(Refusal::AlreadyPaid),
            Asked::Invoke { out_trade_no, .. }
            | Asked::Prepay { out_trade_no }
            | Asked::CloseFirst { out_trade_no } => return Err(Refusal::AnotherIsLive { out_trade_no }),
        }
        if self.order.payment(&out_trade_no).is_some() {
            return Err(Refusal::NumberTaken { out_trade_no });
        }
        self.order.openid = Some(openid.clone());
        self.order.payments.push(Payment {
            out_trade_no: out_trade_no.clone(),
            scene,
            openid,
            notify_url,
            created_at: self.now,
            state: PaymentState::Preparing,
        });
        self.tell(Cause::Payer, EventKind::PaymentCreated { out_trade_no, scene });
        Ok(())
    }

    pub(super) fn prepay_accepted(
        &mut self,
        out_trade_no: &OutTradeNo,
        prepay_id: PrepayId,
        cashier: Cashier,
    ) -> Result<(), Refusal> {
        let prepay_until = self.now.plus(PREPAY_LIFE);
        let payment = self.payment_mut(out_trade_no)?;
        match payment.state {
            PaymentState::Preparing | PaymentState::Payable { .. } => {
                payment.state = PaymentState::Payable { prepay_id, prepay_until };
            }
            // The answer may come after the payer has begun, or paid on another device: no news.
            PaymentState::Paying
            | PaymentState::Paid(_)
            | PaymentState::Closed { .. }
            | PaymentState::Revoked { .. } => return Ok(()),
        }
        self.tell(Cause::Answer, EventKind::PrepayAccepted { out_trade_no: out_trade_no.clone() });
        match cashier {
            Cashier::Opens => self.cashier_opened(out_trade_no),
            Cashier::StaysShut => Ok(()),
        }
    }

    pub(super) fn prepay_refused(
        &mut self,
        out_trade_no: &OutTradeNo,
        refusal: PlatformRefusal,
        sent: Sent,
    ) -> Result<(), Refusal> {
        let at = self.now;
        let payment = self.payment_mut(out_trade_no)?;
        match (&payment.state, sent) {
            // Nothing else was ever sent under this number, so nothing can be paid under it.
            (PaymentState::Preparing, Sent::Once) => payment.state = PaymentState::Closed { at },
            // An earlier request may have been accepted: only the platform's own word closes it.
            (PaymentState::Preparing, Sent::Before)
            | (PaymentState::Payable { .. } | PaymentState::Paying, _) => {
                if !self.history_has_room() {
                    return Ok(());
                }
            }
            (PaymentState::Paid(_) | PaymentState::Closed { .. } | PaymentState::Revoked { .. }, _) => {
                return Ok(());
            }
        }
        self.tell(Cause::Answer, EventKind::PrepayRefused { out_trade_no: out_trade_no.clone(), refusal });
        self.close_if_nothing_is_live();
        Ok(())
    }

    pub(super) fn prepay_unknown(&mut self, out_trade_no: &OutTradeNo) -> Result<(), Refusal> {
        if self.payment_mut(out_trade_no)?.is_live() && self.history_has_room() {
            self.tell(Cause::Answer, EventKind::PrepayUnknown { out_trade_no: out_trade_no.clone() });
        }
        Ok(())
    }

    pub(super) fn cashier_opened(&mut self, out_trade_no: &OutTradeNo) -> Result<(), Refusal> {
        if !self.payment_mut(out_trade_no)?.is_live() {
            return Ok(());
        }
        self.waits_to_be_paid()?;
        if self.history_has_room() {
            self.order.reported = None;
            self.tell(Cause::Payer, EventKind::CashierOpened { out_trade_no: out_trade_no.clone() });
        }
        Ok(())
    }

    pub(super) fn client_reported(&mut self, result: ClientResult, detail: &str) {
        if self.order.reported == Some(result) || !self.history_has_room() {
            return;
        }
        self.order.reported = Some(result);
        let result = match result {
            ClientResult::Ok => "ok",
            ClientResult::Cancel => "cancel",
            ClientResult::Fail => "fail",
            ClientResult::Unknown => "unknown",
        };
        let detail = detail.chars().take(DETAIL_CHARS_MAX).collect();
        self.tell(Cause::Payer, EventKind::ClientReported { result: result.into(), detail });
    }

    /// A cashier opens only for an order that can still be paid: a prepay answer may come after the order
    /// was paid by another payment, or while it is being closed.
    fn waits_to_be_paid(&self) -> Result<(), Refusal> {
        match self.order.state {
            OrderState::Open => Ok(()),
            OrderState::Paid { .. } => Err(Refusal::AlreadyPaid),
            OrderState::Closing { .. } | OrderState::Closed { .. } => Err(Refusal::NotOpen),
        }
    }

    /// Counts what only the history keeps. Past the bound it is not kept any more, so that nobody can grow
    /// an order without end by tapping.
    fn history_has_room(&mut self) -> bool {
        if self.order.payer_acts >= PAYER_ACTS_MAX {
            return false;
        }
        self.order.payer_acts += 1;
        true
    }

    pub(super) fn payment_mut(&mut self, out_trade_no: &OutTradeNo) -> Result<&mut Payment, Refusal> {
        self.order
            .payments
            .iter_mut()
            .find(|payment| &payment.out_trade_no == out_trade_no)
            .ok_or_else(|| Refusal::NoSuchPayment { out_trade_no: out_trade_no.clone() })
    }
}
