//! The faults stop: an honest worker does the jobs, the platform answers every question.

use tongbao_domain::{
    Cashier, Cause, CloseReason, Input, JobKey, OrderState, PaymentState, RefundState, Sent,
};
use tongbao_wire::{OutRefundNo, OutTradeNo, RefundStatus, TradeState};

use crate::life::{Life, refusal};
use crate::monitor;
use crate::world::{START, TOTAL, prepay_id};

/// More turns than any life of the test can need; the ladders lead there within days.
const TURNS_MAX: usize = 400;

impl Life {
    /// Every job is done when it is due, and each notification of money comes at last. Then nothing is left
    /// to do, and both sides hold the same money.
    pub(crate) fn comes_to_rest(mut self) {
        self.now = self.now.max(START);
        for number in self.platform.paid().cloned().collect::<Vec<_>>() {
            self.observe(&number);
        }
        for number in self.platform.refunds() {
            self.observe_refund(&number);
        }
        for _ in 0..TURNS_MAX {
            let Some((key, due)) =
                self.jobs.iter().min_by_key(|(_, due)| **due).map(|(k, d)| (k.clone(), *d))
            else {
                return self.rests();
            };
            self.now = self.now.max(due);
            let version = self.order.version;
            match &key {
                JobKey::Tend => self.tend(),
                JobKey::Refund { out_refund_no } => self.advance(out_refund_no),
            }
            self.put_back(&key, version);
        }
        panic!("work without end: {:?} of {:?}", self.jobs, self.order);
    }

    /// As the worker does when the step, if any, left the job alone.
    fn put_back(&mut self, key: &JobKey, version: i64) {
        let next = self.order.next_turn(key, self.now);
        match next {
            Some(due) if self.jobs.get(key).is_some_and(|set| *set <= self.now) => {
                self.jobs.insert(key.clone(), due);
            }
            Some(_) => assert!(self.order.version > version, "a job moves by a step or by its worker"),
            None => assert!(!self.jobs.contains_key(key), "the step that ended {key:?} removed it"),
        }
        monitor::jobs_are_those_called_for(&self.order, &self.jobs, self.now);
    }

    fn rests(&self) {
        assert!(
            matches!(self.order.state, OrderState::Paid { .. } | OrderState::Closed { .. }),
            "{:?}",
            self.order
        );
        let here: Vec<_> = self.order.payments.iter().filter(|payment| payment.receipt().is_some()).collect();
        assert_eq!(here.len(), self.platform.paid().count(), "both sides received the same");
        if self.order.quarantine.is_none() {
            assert_eq!(self.order.refunded(), self.platform.arrived(), "both sides returned the same");
        }
    }

    fn observe(&mut self, number: &OutTradeNo) {
        let input = self.platform.tell(&self.order, number, Cause::Query);
        self.takes(input).expect("an honest word about a payment is never refused");
    }

    fn tend(&mut self) {
        let live = self.order.live_payment().map(|live| (live.out_trade_no.clone(), live.state.clone()));
        match (&self.order.state, live) {
            (OrderState::Open, live) if self.order.expires_at <= self.now => {
                let reason = CloseReason::Expired;
                self.takes(Input::Close { reason, cause: reason.policy() })
                    .expect("an open order may expire");
                if let Some((number, _)) = live {
                    self.close_at_platform(&number);
                }
            }
            (OrderState::Open, Some((number, PaymentState::Preparing))) => self.resend(number),
            (OrderState::Open, Some((number, _))) => self.observe(&number),
            (
                OrderState::Closing { .. } | OrderState::Paid { .. } | OrderState::Closed { .. },
                Some((number, _)),
            ) => {
                self.close_at_platform(&number);
            }
            (_, None) => {}
        }
    }

    fn resend(&mut self, out_trade_no: OutTradeNo) {
        if self.platform.prepay(&out_trade_no) {
            let (prepay_id, cashier) = (prepay_id(1), Cashier::StaysShut);
            self.takes(Input::PrepayAccepted { out_trade_no, prepay_id, cashier }).expect("it is live");
        } else {
            let input = Input::PrepayRefused {
                out_trade_no: out_trade_no.clone(),
                refusal: refusal("ORDER_CLOSED"),
                sent: Sent::Before,
            };
            self.takes(input).expect("it is live");
            self.observe(&out_trade_no);
        }
    }

    fn close_at_platform(&mut self, number: &OutTradeNo) {
        self.platform.turn(number, TradeState::Closed);
        self.observe(number);
    }

    fn advance(&mut self, number: &OutRefundNo) {
        let refund = self.order.refund(number).expect("a job is for a refund of its order").clone();
        match refund.state {
            RefundState::Processing { .. } | RefundState::Abnormal { .. } => {
                self.platform.turn_refund(number, RefundStatus::Success);
            }
            RefundState::Recorded | RefundState::Waiting { .. } => {
                if !self.platform.refund(number, &refund.out_trade_no, refund.amount, TOTAL) {
                    let (out_refund_no, refusal) = (number.clone(), refusal("INVALID_REQUEST"));
                    self.takes(Input::RefundRefused { out_refund_no, refusal, later: false })
                        .expect("it is known");
                    return;
                }
            }
            RefundState::Done { .. } | RefundState::Failed { .. } => {}
        }
        self.observe_refund(number);
    }

    /// A contradiction, such as a number used by hand for something else, waits for a person.
    fn observe_refund(&mut self, number: &OutRefundNo) {
        let input =
            self.platform.tell_refund(&self.order, number, Cause::Query).expect("the platform has it");
        if self.takes(input).is_err() {
            assert!(self.order.quarantine.is_some());
        }
    }
}
