//! A platform small enough to be believed: what it holds, and what it would say about it.

use std::collections::BTreeMap;

use tongbao_domain::{Cause, Input, Order};
use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, RefundStatus, TradeState};

use crate::world::{absent, refund_seen, seen};

/// What the platform holds of one merchant's order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Platform {
    payments: BTreeMap<OutTradeNo, TradeState>,
    refunds: BTreeMap<OutRefundNo, Held>,
}

#[derive(Clone, Debug)]
struct Held {
    out_trade_no: OutTradeNo,
    amount: Fen,
    status: RefundStatus,
}

impl Platform {
    /// Takes a prepay. True when it is accepted: unknown or unpaid.
    pub(crate) fn prepay(&mut self, out_trade_no: &OutTradeNo) -> bool {
        *self.payments.entry(out_trade_no.clone()).or_insert(TradeState::NotPay) == TradeState::NotPay
    }

    /// Moves a payment that is not final.
    pub(crate) fn turn(&mut self, out_trade_no: &OutTradeNo, to: TradeState) {
        if let Some(state) = self.payments.get_mut(out_trade_no)
            && matches!(state, TradeState::NotPay | TradeState::UserPaying)
        {
            *state = to;
        }
    }

    pub(crate) fn is_paid(&self, out_trade_no: &OutTradeNo) -> bool {
        matches!(self.payments.get(out_trade_no), Some(TradeState::Success | TradeState::Refund))
    }

    pub(crate) fn paid(&self) -> impl Iterator<Item = &OutTradeNo> {
        self.payments.keys().filter(|number| self.is_paid(number))
    }

    /// Takes a refund. True when it is accepted, now or before.
    pub(crate) fn refund(
        &mut self,
        out_refund_no: &OutRefundNo,
        out_trade_no: &OutTradeNo,
        amount: Fen,
        total: Fen,
    ) -> bool {
        if let Some(held) = self.refunds.get(out_refund_no) {
            return &held.out_trade_no == out_trade_no && held.amount == amount;
        }
        let taken: Fen =
            self.refunds.values().filter(|held| held.counts(out_trade_no)).map(|held| held.amount).sum();
        let fits = taken.checked_add(amount).is_some_and(|sum| sum <= total);
        if !self.is_paid(out_trade_no) || !fits {
            return false;
        }
        let held = Held { out_trade_no: out_trade_no.clone(), amount, status: RefundStatus::Processing };
        self.refunds.insert(out_refund_no.clone(), held);
        self.payments.insert(out_trade_no.clone(), TradeState::Refund);
        true
    }

    /// Moves a refund that is not final.
    pub(crate) fn turn_refund(&mut self, out_refund_no: &OutRefundNo, to: RefundStatus) {
        if let Some(held) = self.refunds.get_mut(out_refund_no)
            && matches!(held.status, RefundStatus::Processing | RefundStatus::Abnormal)
        {
            held.status = to;
        }
    }

    pub(crate) fn refunds(&self) -> Vec<OutRefundNo> {
        self.refunds.keys().cloned().collect()
    }

    pub(crate) fn arrived(&self) -> Fen {
        let done = self.refunds.values().filter(|held| held.status == RefundStatus::Success);
        done.map(|held| held.amount).sum()
    }

    /// What a query, or a notification, says of a payment now.
    pub(crate) fn tell(&self, order: &Order, out_trade_no: &OutTradeNo, cause: Cause) -> Input {
        match self.payments.get(out_trade_no) {
            Some(state) => seen(order, out_trade_no, state.clone(), cause),
            None => absent(out_trade_no),
        }
    }

    /// What it says of a refund now; nothing when it has none under that number.
    pub(crate) fn tell_refund(
        &self,
        order: &Order,
        out_refund_no: &OutRefundNo,
        cause: Cause,
    ) -> Option<Input> {
        let held = self.refunds.get(out_refund_no)?;
        let of = (out_refund_no, &held.out_trade_no);
        Some(Input::RefundObserved(refund_seen(order, of, held.amount, held.status.clone(), cause)))
    }
}

impl Held {
    fn counts(&self, out_trade_no: &OutTradeNo) -> bool {
        &self.out_trade_no == out_trade_no && self.status != RefundStatus::Closed
    }
}
