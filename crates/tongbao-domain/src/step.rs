//! The one way an order changes.

mod close;
mod observe;
mod observe_refund;
mod pay;
mod refund;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid, Openid, OrderNo, OutRefundNo, OutTradeNo, PrepayId, Timestamp};

use crate::job::{self, JobChange};
use crate::{
    Cause, CloseReason, Event, EventKind, Mismatch, Order, OrderState, OrderTerms, PaymentObservation,
    Policy, RefundObservation, Refusal, Scene,
};

/// Something that may change an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A payer asks to pay, and [`Order::ask`] said that a payment must be created.
    Pay {
        /// Where the payer stands.
        scene: Scene,
        /// Who.
        openid: Openid,
        /// A fresh number, used if none is live.
        out_trade_no: OutTradeNo,
        /// Where the platform shall tell of it.
        notify_url: String,
    },
    /// The platform accepted the payment.
    PrepayAccepted {
        /// Which payment.
        out_trade_no: OutTradeNo,
        /// What the cashier is opened with.
        prepay_id: PrepayId,
        /// Whether somebody waits for it.
        cashier: Cashier,
    },
    /// The platform refused the payment for good.
    PrepayRefused {
        /// Which payment.
        out_trade_no: OutTradeNo,
        /// In its words.
        refusal: PlatformRefusal,
        /// Whether it could have been accepted before.
        sent: Sent,
    },
    /// Nobody knows whether the platform has the payment.
    PrepayUnknown {
        /// Which payment.
        out_trade_no: OutTradeNo,
    },
    /// Invoke parameters of the live payment are about to be handed out again.
    CashierOpened {
        /// Which payment.
        out_trade_no: OutTradeNo,
    },
    /// The front end tells what its cashier said. It proves nothing.
    ClientReported {
        /// What it said.
        result: ClientResult,
        /// The raw text; kept up to 200 characters.
        detail: String,
    },
    /// The platform says something of a payment.
    Observed(PaymentObservation),
    /// Somebody wants the order closed, or its live payment out of the way.
    Close {
        /// Why.
        reason: CloseReason,
        /// Who.
        cause: Cause,
    },
    /// Somebody wants money to go back.
    Refund {
        /// The number, chosen once.
        out_refund_no: OutRefundNo,
        /// Which payment.
        out_trade_no: OutTradeNo,
        /// How much.
        amount: Fen,
        /// Shown to the payer; may be empty.
        reason: String,
        /// Who.
        cause: Cause,
    },
    /// The platform refused a refund.
    RefundRefused {
        /// Which refund.
        out_refund_no: OutRefundNo,
        /// In its words.
        refusal: PlatformRefusal,
        /// True when the same request may succeed later (`NOT_ENOUGH`).
        later: bool,
    },
    /// Nobody knows whether the platform has the refund.
    RefundUnknown {
        /// Which refund.
        out_refund_no: OutRefundNo,
    },
    /// The platform says something of a refund.
    RefundObserved(RefundObservation),
}

/// Whether a payer waits for a prepay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cashier {
    /// Yes: invoke parameters are signed and handed out next, if the order still waits to be paid.
    Opens,
    /// No: a job repaired a lost answer.
    StaysShut,
}

/// How often a prepay has left under its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// This once, by the very call that recorded the payment.
    Once,
    /// Perhaps before: a process may have died between sending and writing down the answer.
    Before,
}

/// What the cashier told the front end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientResult {
    /// `requestPayment:ok`.
    Ok,
    /// `requestPayment:fail cancel`.
    Cancel,
    /// Any other failure.
    Fail,
    /// The front end never heard.
    Unknown,
}

/// A refusal of the platform, in its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformRefusal {
    /// Such as `APPID_MCHID_NOT_MATCH`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// What an input made of an order. The three parts are committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The order as it is now; `version` is one more than before.
    pub order: Order,
    /// What happened, in order. Never empty.
    pub events: Vec<Event>,
    /// The work its state calls for.
    pub jobs: Vec<JobChange>,
}

/// Records a new order.
///
/// # Errors
/// [`Refusal::NotPositive`] when it costs nothing.
pub fn create(
    (mchid, order_no): (Mchid, OrderNo),
    terms: OrderTerms,
    openid: Option<Openid>,
    (now, expires_at): (Timestamp, Timestamp),
    cause: Cause,
) -> Result<Step, Refusal> {
    if !terms.total.is_positive() {
        return Err(Refusal::NotPositive);
    }
    let total = terms.total;
    let order = Order {
        mchid,
        order_no,
        terms,
        openid,
        created_at: now,
        expires_at,
        version: 1,
        state: OrderState::Open,
        payments: Vec::new(),
        refunds: Vec::new(),
        payer_acts: 0,
        reported: None,
        quarantine: None,
    };
    let jobs = job::first(&order, now);
    let events = vec![Event { at: now, cause, kind: EventKind::OrderCreated { total } }];
    Ok(Step { order, events, jobs })
}

/// Moves an order one step. `Ok(None)` means that the input says nothing new.
///
/// # Errors
/// [`Refusal`] when the rules say no; nothing is changed then. One refusal is also a change worth keeping:
/// a contradiction of the platform comes back as a step whose order is in quarantine.
pub fn step(order: &Order, input: Input, policy: &Policy, now: Timestamp) -> Result<Option<Step>, Refusal> {
    let mut draft = Draft { order: order.clone(), events: Vec::new(), policy, now };
    match input {
        Input::Pay { scene, openid, out_trade_no, notify_url } => {
            draft.pay(scene, openid, out_trade_no, notify_url)?;
        }
        Input::PrepayAccepted { out_trade_no, prepay_id, cashier } => {
            draft.prepay_accepted(&out_trade_no, prepay_id, cashier)?;
        }
        Input::PrepayRefused { out_trade_no, refusal, sent } => {
            draft.prepay_refused(&out_trade_no, refusal, sent)?;
        }
        Input::PrepayUnknown { out_trade_no } => draft.prepay_unknown(&out_trade_no)?,
        Input::CashierOpened { out_trade_no } => draft.cashier_opened(&out_trade_no)?,
        Input::ClientReported { result, detail } => draft.client_reported(result, &detail),
        Input::Observed(observation) => draft.observed(observation)?,
        Input::Close { reason, cause } => draft.close(reason, cause)?,
        Input::Refund { out_refund_no, out_trade_no, amount, reason, cause } => {
            draft.refund(out_refund_no, &out_trade_no, amount, reason, cause)?;
        }
        Input::RefundRefused { out_refund_no, refusal, later } => {
            draft.refund_refused(&out_refund_no, refusal, later)?;
        }
        Input::RefundUnknown { out_refund_no } => draft.refund_unknown(&out_refund_no)?,
        Input::RefundObserved(observation) => draft.refund_observed(&observation)?,
    }
    Ok(draft.finish(order))
}

/// A step being made: the order as it will be, and what is being said of it.
struct Draft<'a> {
    order: Order,
    events: Vec<Event>,
    policy: &'a Policy,
    now: Timestamp,
}

impl Draft<'_> {
    fn tell(&mut self, cause: Cause, kind: EventKind) {
        self.events.push(Event { at: self.now, cause, kind });
    }

    fn finish(mut self, before: &Order) -> Option<Step> {
        if self.events.is_empty() {
            assert_eq!(&self.order, before, "an order that changed says so in an event");
            return None;
        }
        self.order.version = before.version.checked_add(1).expect("an order takes fewer than 2^63 steps");
        let jobs = job::changes(before, &self.order, self.now);
        Some(Step { order: self.order, events: self.events, jobs })
    }

    /// Keeps a contradiction of the platform on the order until a person has looked. One that is there
    /// already is a plain refusal: it changes nothing.
    fn quarantine(&mut self, cause: Cause, mismatch: Mismatch) -> Result<(), Refusal> {
        if self.order.quarantine.as_ref() == Some(&mismatch) {
            return Err(Refusal::Mismatch(mismatch));
        }
        self.order.quarantine = Some(mismatch.clone());
        self.tell(cause, EventKind::Quarantined { mismatch });
        Ok(())
    }
}
