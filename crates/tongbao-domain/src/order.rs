//! What the business sells.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OrderNo, OutRefundNo, OutTradeNo, PrepayId, Timestamp};

use crate::{Cause, ClientResult, Mismatch, Payment, PaymentState, Refund, RefundState, Refusal, Scene};

/// Attempts to have one order paid. A payer needs one or two; each is kept with the order for ever, so there
/// is an end to them.
pub const PAYMENTS_MAX: usize = 20;

/// An order with its payments and refunds: what one write changes as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The merchant.
    pub mchid: Mchid,
    /// The merchant's number.
    pub order_no: OrderNo,
    /// What was agreed. Never changes.
    pub terms: OrderTerms,
    /// Who may pay: whoever asked first, unless the merchant said.
    pub openid: Option<Openid>,
    /// When it was recorded.
    #[serde(with = "crate::millis")]
    pub created_at: Timestamp,
    /// When it can no longer be paid.
    #[serde(with = "crate::millis")]
    pub expires_at: Timestamp,
    /// Rises by one with every step.
    pub version: i64,
    /// Where it stands.
    pub state: OrderState,
    /// Attempts to have it paid, oldest first.
    pub payments: Vec<Payment>,
    /// Money going back, oldest first.
    pub refunds: Vec<Refund>,
    /// How often something happened that changes nothing and only the history keeps; bounded.
    #[serde(default)]
    pub payer_acts: u16,
    /// What the front end last said of the cashier that is open; saying it again is no news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<ClientResult>,
    /// A fact of the platform that contradicts ours, until a person has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Mismatch>,
}

/// What was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// The mini program or official account that sells.
    pub appid: Appid,
    /// Shown in the cashier and in the payer's bill.
    pub description: String,
    /// What it costs, above zero, in fen of CNY.
    pub total: Fen,
    /// The merchant's own text, echoed by the platform once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// What was bought, for display: name and quantity. Prices are in `total` already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<OrderLine>,
}

/// One line of what was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The good's id in the price list.
    pub goods_id: String,
    /// Its name when it was bought.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What one of them cost then.
    pub price: Fen,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum OrderState {
    /// Can be paid.
    Open,
    /// Its live payment is being closed at the platform, and we have not yet heard that it is.
    Closing {
        /// Why.
        reason: CloseReason,
        /// Since when.
        #[serde(with = "crate::millis")]
        since: Timestamp,
    },
    /// Paid, by that payment. Any other paid payment of the order is surplus.
    Paid {
        /// The payment that settled it.
        out_trade_no: OutTradeNo,
        /// When we learned it.
        #[serde(with = "crate::millis")]
        at: Timestamp,
    },
    /// Can no longer be paid.
    Closed {
        /// Why.
        reason: CloseReason,
        /// When.
        #[serde(with = "crate::millis")]
        at: Timestamp,
    },
}

/// Why an order, or its live payment, is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Its time was over.
    Expired,
    /// The merchant wanted it.
    Merchant,
    /// The payer wanted it.
    Payer,
    /// Another payment is to take the place of the live one; the order stays open.
    Superseded,
}

/// Where an order stands, in the words of our API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waiting to be paid.
    Unpaid,
    /// Paid.
    Paid,
    /// Being closed.
    Closing,
    /// Closed.
    Closed,
}

/// What a payer who taps "pay" gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The order is paid.
    AlreadyPaid,
    /// The live payment's cashier can be opened with this, freshly signed.
    Invoke {
        /// The live payment.
        out_trade_no: OutTradeNo,
        /// What the cashier is opened with.
        prepay_id: PrepayId,
    },
    /// The live payment must be sent to the platform, again or for the first time, the same to the byte.
    Prepay {
        /// The live payment.
        out_trade_no: OutTradeNo,
    },
    /// There is no live payment: one must be created.
    Create,
    /// The live payment is for another scene and must be closed first.
    CloseFirst {
        /// The live payment.
        out_trade_no: OutTradeNo,
    },
}

impl Order {
    /// The order's standing in the words of our API.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.state {
            OrderState::Open => Standing::Unpaid,
            // The order itself stays open while one of its payments gives way to another.
            OrderState::Closing { reason: CloseReason::Superseded, .. } => Standing::Unpaid,
            OrderState::Closing { .. } => Standing::Closing,
            OrderState::Paid { .. } => Standing::Paid,
            OrderState::Closed { .. } => Standing::Closed,
        }
    }

    /// What this payer, standing there, gets on tapping "pay" now. Changes nothing.
    ///
    /// # Errors
    /// [`Refusal`] when the order is another's, closed, being closed, its time is over, or too many attempts
    /// were made.
    pub fn ask(&self, scene: Scene, openid: &Openid, now: Timestamp) -> Result<Asked, Refusal> {
        if self.openid.as_ref().is_some_and(|owner| owner != openid) {
            return Err(Refusal::NotYourOrder);
        }
        match self.state {
            OrderState::Paid { .. } => return Ok(Asked::AlreadyPaid),
            OrderState::Closing { .. } | OrderState::Closed { .. } => return Err(Refusal::NotOpen),
            OrderState::Open => {}
        }
        if self.expires_at <= now {
            return Err(Refusal::Expired);
        }
        let Some(payment) = self.live_payment() else {
            return self.room_for_another(Asked::Create);
        };
        let out_trade_no = payment.out_trade_no.clone();
        if payment.scene != scene || &payment.openid != openid {
            return self.room_for_another(Asked::CloseFirst { out_trade_no });
        }
        match &payment.state {
            PaymentState::Payable { prepay_id, prepay_until } if *prepay_until > now => {
                Ok(Asked::Invoke { out_trade_no, prepay_id: prepay_id.clone() })
            }
            PaymentState::Payable { .. } | PaymentState::Preparing | PaymentState::Paying => {
                Ok(Asked::Prepay { out_trade_no })
            }
            PaymentState::Paid(_) | PaymentState::Closed { .. } | PaymentState::Revoked { .. } => {
                unreachable!("a live payment is none of these")
            }
        }
    }

    fn room_for_another(&self, asked: Asked) -> Result<Asked, Refusal> {
        if self.payments.len() < PAYMENTS_MAX {
            Ok(asked)
        } else {
            Err(Refusal::TooManyPayments { max: PAYMENTS_MAX })
        }
    }

    /// The payment the platform may still take money under. By the rules there is at most one.
    #[must_use]
    pub fn live_payment(&self) -> Option<&Payment> {
        self.payments.iter().rev().find(|payment| payment.is_live())
    }

    /// The payment with that number.
    #[must_use]
    pub fn payment(&self, out_trade_no: &OutTradeNo) -> Option<&Payment> {
        self.payments.iter().find(|payment| &payment.out_trade_no == out_trade_no)
    }

    /// The payment that settled the order.
    #[must_use]
    pub fn settling_payment(&self) -> Option<&Payment> {
        match &self.state {
            OrderState::Paid { out_trade_no, .. } => self.payment(out_trade_no),
            OrderState::Open | OrderState::Closing { .. } | OrderState::Closed { .. } => None,
        }
    }

    /// The refund with that number.
    #[must_use]
    pub fn refund(&self, out_refund_no: &OutRefundNo) -> Option<&Refund> {
        self.refunds.iter().find(|refund| &refund.out_refund_no == out_refund_no)
    }

    /// What of a payment is refunded or spoken for.
    #[must_use]
    pub fn reserved(&self, out_trade_no: &OutTradeNo) -> Fen {
        self.refunds_of(out_trade_no).filter(|refund| refund.reserves()).map(|refund| refund.amount).sum()
    }

    /// What has come back to the payer, over all payments. Stops at the largest amount there is.
    #[must_use]
    pub fn refunded(&self) -> Fen {
        let done = self.refunds.iter().filter(|refund| refund.is_done());
        done.fold(Fen::ZERO, |sum, refund| sum.checked_add(refund.amount).unwrap_or(Fen::new(i64::MAX)))
    }

    /// What of a payment can still be refunded; nothing when it is not paid.
    #[must_use]
    pub fn refundable(&self, out_trade_no: &OutTradeNo) -> Fen {
        let paid = self.payment(out_trade_no).is_some_and(|payment| payment.receipt().is_some());
        let left = self.terms.total.checked_sub(self.reserved(out_trade_no)).unwrap_or(Fen::ZERO);
        if paid { left } else { Fen::ZERO }
    }

    /// The refunds of one payment.
    pub fn refunds_of<'a>(&'a self, out_trade_no: &'a OutTradeNo) -> impl Iterator<Item = &'a Refund> {
        self.refunds.iter().filter(move |refund| &refund.out_trade_no == out_trade_no)
    }

    /// When the order was paid or closed, as we learned it.
    #[must_use]
    pub fn settled_at(&self) -> Option<Timestamp> {
        match self.state {
            OrderState::Paid { at, .. } | OrderState::Closed { at, .. } => Some(at),
            OrderState::Open | OrderState::Closing { .. } => None,
        }
    }

    /// True when a person must look: a contradiction, a refund that is stuck, or surplus money that is not
    /// going back by itself.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        self.quarantine.is_some()
            || self.refunds.iter().any(|refund| matches!(refund.state, RefundState::Abnormal { .. }))
            || self.surplus_payments().any(|payment| self.refundable(&payment.out_trade_no).is_positive())
    }

    /// Payments that were paid beside the settling one, or after closing.
    pub fn surplus_payments(&self) -> impl Iterator<Item = &Payment> {
        let settling = self.settling_payment().map(|payment| &payment.out_trade_no);
        self.payments
            .iter()
            .filter(move |payment| payment.receipt().is_some() && Some(&payment.out_trade_no) != settling)
    }
}

impl Standing {
    /// The word in our API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Paid => "paid",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl CloseReason {
    /// The word in our API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Merchant => "merchant",
            Self::Payer => "payer",
            Self::Superseded => "superseded",
        }
    }

    /// The cause to record when this reason acts by itself.
    #[must_use]
    pub fn policy(self) -> Cause {
        Cause::Policy { rule: self.as_str().into() }
    }
}
