//! Where an order with its payments can stand, each reached by steps that really happen.

use std::time::Duration;

use tongbao_domain::{Cashier, Cause, CloseReason, Input, Order, OrderState, PaymentState, Policy, Scene};
use tongbao_wire::{Fen, OutTradeNo, TradeState};

use crate::world::{START, TOTAL, apply, new_order, pay, payment_no, prepay_id, seen};

/// A state of an order and its latest payment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Situation {
    Bare,
    Preparing,
    Payable,
    Paying,
    PaymentClosed,
    PaymentRevoked,
    ClosingPreparing,
    ClosingPayable,
    ClosingPaying,
    GivingWay,
    Paid,
    PaidBesidePreparing,
    PaidBesidePayable,
    PaidBesidePaying,
    PaidBesideClosed,
    PaidBesideRevoked,
    ClosedBare,
    ClosedPaymentClosed,
    ClosedPaymentRevoked,
    ClosedPaidLate,
}

/// Steps of a small life.
#[derive(Clone, Copy)]
enum Did {
    Pay(usize),
    Accept(usize),
    See(usize, fn() -> TradeState),
    Close(CloseReason),
}

impl Situation {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Bare,
        Self::Preparing,
        Self::Payable,
        Self::Paying,
        Self::PaymentClosed,
        Self::PaymentRevoked,
        Self::ClosingPreparing,
        Self::ClosingPayable,
        Self::ClosingPaying,
        Self::GivingWay,
        Self::Paid,
        Self::PaidBesidePreparing,
        Self::PaidBesidePayable,
        Self::PaidBesidePaying,
        Self::PaidBesideClosed,
        Self::PaidBesideRevoked,
        Self::ClosedBare,
        Self::ClosedPaymentClosed,
        Self::ClosedPaymentRevoked,
        Self::ClosedPaidLate,
    ];

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Bare => "An order nobody has tried to pay",
            Self::Preparing => "An order whose payment is being prepared",
            Self::Payable => "An order whose payment is payable",
            Self::Paying => "An order whose payer is typing the password",
            Self::PaymentClosed => "An open order whose payment is closed",
            Self::PaymentRevoked => "An open order whose payment is revoked",
            Self::ClosingPreparing => "An order being closed while its payment is being prepared",
            Self::ClosingPayable => "An order being closed while its payment is payable",
            Self::ClosingPaying => "An order being closed while the payer is typing",
            Self::GivingWay => "An order whose payable payment gives way",
            Self::Paid => "A paid order",
            Self::PaidBesidePreparing => "A paid order with another payment being prepared",
            Self::PaidBesidePayable => "A paid order with another payment payable",
            Self::PaidBesidePaying => "A paid order with another payer typing",
            Self::PaidBesideClosed => "A paid order whose later payment is closed",
            Self::PaidBesideRevoked => "A paid order whose later payment is revoked",
            Self::ClosedBare => "A closed order nobody tried to pay",
            Self::ClosedPaymentClosed => "A closed order",
            Self::ClosedPaymentRevoked => "A closed order whose payment is revoked",
            Self::ClosedPaidLate => "A closed order that was paid late",
        }
    }

    pub(crate) fn order(self) -> Order {
        let mut order = new_order(TOTAL).order;
        for did in self.life() {
            did.apply(&mut order);
        }
        order
    }

    fn life(self) -> Vec<Did> {
        use Did::{Accept, Close, Pay, See};
        let payable = [Pay(1), Accept(1)];
        // The first payment gives way to a second, and is paid all the same.
        let gave_way =
            [Pay(1), Accept(1), Close(CloseReason::Superseded), See(1, || TradeState::Closed), Pay(2)];
        let late = [See(1, || TradeState::Success)];
        match self {
            Self::Bare => vec![],
            Self::Preparing => vec![Pay(1)],
            Self::Payable => payable.to_vec(),
            Self::Paying => [&payable[..], &[See(1, || TradeState::UserPaying)]].concat(),
            Self::PaymentClosed => [&payable[..], &[See(1, || TradeState::Closed)]].concat(),
            Self::PaymentRevoked => [&payable[..], &[See(1, || TradeState::Revoked)]].concat(),
            Self::ClosingPreparing => vec![Pay(1), Close(CloseReason::Merchant)],
            Self::ClosingPayable => [&payable[..], &[Close(CloseReason::Merchant)]].concat(),
            Self::ClosingPaying => [&Self::Paying.life()[..], &[Close(CloseReason::Merchant)]].concat(),
            Self::GivingWay => [&payable[..], &[Close(CloseReason::Superseded)]].concat(),
            Self::Paid => [&payable[..], &late].concat(),
            Self::PaidBesidePreparing => [&gave_way[..], &late].concat(),
            Self::PaidBesidePayable => [&gave_way[..], &[Accept(2)], &late].concat(),
            Self::PaidBesidePaying => [&gave_way[..], &[See(2, || TradeState::UserPaying)], &late].concat(),
            Self::PaidBesideClosed => [&gave_way[..], &[See(2, || TradeState::Closed)], &late].concat(),
            Self::PaidBesideRevoked => [&gave_way[..], &[See(2, || TradeState::Revoked)], &late].concat(),
            Self::ClosedBare => vec![Close(CloseReason::Expired)],
            Self::ClosedPaymentClosed => {
                [&Self::ClosingPayable.life()[..], &[See(1, || TradeState::Closed)]].concat()
            }
            Self::ClosedPaymentRevoked => {
                [&Self::ClosingPayable.life()[..], &[See(1, || TradeState::Revoked)]].concat()
            }
            Self::ClosedPaidLate => [&Self::ClosedPaymentClosed.life()[..], &late].concat(),
        }
    }
}

impl Did {
    fn apply(self, order: &mut Order) {
        let input = match self {
            Self::Pay(n) => pay(n, Scene::MiniProgram, "tea-drinker"),
            Self::Accept(n) => Input::PrepayAccepted {
                out_trade_no: payment_no(n),
                prepay_id: prepay_id(n),
                cashier: Cashier::Opens,
            },
            Self::See(n, word) => seen(order, &payment_no(n), word(), Cause::Query),
            Self::Close(reason) => Input::Close { reason, cause: Cause::Query },
        };
        let now = START.plus(Duration::from_secs(1));
        apply(order, input, &Policy::default(), now).unwrap().expect("each step of a life is news");
    }
}

/// The platform says that something else was paid.
pub(crate) fn of_another_amount(order: &Order, out_trade_no: &OutTradeNo) -> Input {
    let mut input = seen(order, out_trade_no, TradeState::Success, Cause::Query);
    if let Input::Observed(observation) = &mut input {
        observation.seen.as_mut().expect("seen").total = Some(Fen::new(1));
    }
    input
}

const ORDER_KINDS: usize = 4;
const PAYMENT_KINDS: usize = 7;

/// The kinds of an order's state and of its latest payment's. A new variant needs a number here, and then a
/// word on what it can be paired with.
pub(crate) fn pair(order: &Order) -> (usize, usize) {
    let state = match &order.state {
        OrderState::Open => 0,
        OrderState::Closing { .. } => 1,
        OrderState::Paid { .. } => 2,
        OrderState::Closed { .. } => 3,
    };
    let payment = match order.payments.last().map(|payment| &payment.state) {
        None => 0,
        Some(PaymentState::Preparing) => 1,
        Some(PaymentState::Payable { .. }) => 2,
        Some(PaymentState::Paying) => 3,
        Some(PaymentState::Paid(_)) => 4,
        Some(PaymentState::Closed { .. }) => 5,
        Some(PaymentState::Revoked { .. }) => 6,
    };
    (state, payment)
}

pub(crate) fn pairs() -> Vec<(usize, usize)> {
    (0..ORDER_KINDS).flat_map(|order| (0..PAYMENT_KINDS).map(move |payment| (order, payment))).collect()
}

/// Which pairs the rules allow.
pub(crate) fn can_be((order, payment): (usize, usize)) -> bool {
    match order {
        // An open order is not paid.
        0 => payment != 4,
        // One being closed waits for a live payment.
        1 => [1, 2, 3].contains(&payment),
        // A paid one was paid by something.
        2 => payment != 0,
        // A closed one has nothing live.
        _ => ![1, 2, 3].contains(&payment),
    }
}
