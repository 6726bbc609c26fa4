//! What the platform says about a payment or a refund, whoever carried it.

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, RefundId, RefundStatus, Timestamp, TradeState,
    TransactionId,
};

/// Who caused a change. Every event carries one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Cause {
    /// The platform's notification with this id.
    Notification {
        /// Constant over its retries.
        id: String,
    },
    /// We asked the platform.
    Query,
    /// The platform's answer to a call of ours other than a query.
    Answer,
    /// A line of a bill.
    Bill {
        /// The civil day of the bill.
        date: String,
    },
    /// The payer, through the mini program.
    Payer,
    /// The merchant's back end, by the name of its key.
    Api {
        /// The key's name, never the key.
        key: String,
    },
    /// A person at the console or the command line.
    Operator {
        /// Who.
        name: String,
    },
    /// A rule of the account: expiry, surplus.
    Policy {
        /// Which rule.
        rule: String,
    },
}

/// A payment as the platform sees it.
///
/// Notification, query, bill and answer all become this one type and take one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentObservation {
    /// Who carried it.
    pub cause: Cause,
    /// Which payment.
    pub out_trade_no: OutTradeNo,
    /// What the platform knows of it; `None` when it does not know the number (`ORDER_NOT_EXIST`).
    pub seen: Option<SeenPayment>,
}

/// What the platform knows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPayment {
    /// The merchant it belongs to.
    pub mchid: Mchid,
    /// The appid it was created with.
    pub appid: Appid,
    /// Where it stands.
    pub trade_state: TradeState,
    /// Once paid.
    pub transaction_id: Option<TransactionId>,
    /// Once paid.
    pub success_time: Option<Timestamp>,
    /// What the order costs, where the platform says it.
    pub total: Option<Fen>,
    /// What the payer paid, once paid.
    pub payer_total: Option<Fen>,
    /// `CNY`, where the platform says it.
    pub currency: Option<String>,
    /// Who paid, where the platform says it.
    pub openid: Option<Openid>,
}

/// A refund as the platform sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundObservation {
    /// Who carried it.
    pub cause: Cause,
    /// Which refund.
    pub out_refund_no: OutRefundNo,
    /// Of which payment.
    pub out_trade_no: OutTradeNo,
    /// The platform's number of the payment.
    pub transaction_id: TransactionId,
    /// The platform's number of the refund.
    pub refund_id: RefundId,
    /// Where it stands.
    pub status: RefundStatus,
    /// When it arrived.
    pub success_time: Option<Timestamp>,
    /// How much goes back.
    pub refund: Fen,
    /// What the order cost.
    pub total: Fen,
}

/// A fact of the platform that contradicts ours. Kept on the order until a person looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field} is {ours} here and {theirs} at the platform")]
pub struct Mismatch {
    /// The protocol's name of the member.
    pub field: String,
    /// Our value.
    pub ours: String,
    /// The platform's value.
    pub theirs: String,
}

impl Mismatch {
    /// `Ok` when both sides say the same.
    pub(crate) fn unless_equal(field: &str, ours: &str, theirs: &str) -> Result<(), Mismatch> {
        if ours == theirs {
            return Ok(());
        }
        Err(Mismatch { field: field.into(), ours: ours.into(), theirs: theirs.into() })
    }
}
