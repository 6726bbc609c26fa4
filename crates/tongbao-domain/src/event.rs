//! One line of an order's history.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, RefundId, Timestamp, TransactionId};

use crate::{Cause, CloseReason, Mismatch, PlatformRefusal, Scene};

/// One line of an order's history, append-only. The timeline is read from these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When we learned it.
    #[serde(with = "crate::millis")]
    pub at: Timestamp,
    /// Who caused it.
    pub cause: Cause,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The order was recorded.
    OrderCreated {
        /// What it costs.
        total: Fen,
    },
    /// A payment was recorded, to be sent to the platform next.
    PaymentCreated {
        /// Its number.
        out_trade_no: OutTradeNo,
        /// Where the payer stands.
        scene: Scene,
    },
    /// The platform accepted the payment and gave a prepay id.
    PrepayAccepted {
        /// Its number.
        out_trade_no: OutTradeNo,
    },
    /// The platform refused the payment.
    PrepayRefused {
        /// Its number.
        out_trade_no: OutTradeNo,
        /// In its words.
        refusal: PlatformRefusal,
    },
    /// The platform's answer to the prepay was lost; the same request will be repeated.
    PrepayUnknown {
        /// Its number.
        out_trade_no: OutTradeNo,
    },
    /// Invoke parameters were signed and handed out: the cashier can open.
    CashierOpened {
        /// The payment's number.
        out_trade_no: OutTradeNo,
    },
    /// The front end told what its cashier said. It proves nothing; we asked the platform.
    ClientReported {
        /// `ok`, `cancel`, `fail` or `unknown`.
        result: String,
        /// The front end's text, bounded.
        detail: String,
    },
    /// The payer is typing the password.
    PayerTyping {
        /// The payment's number.
        out_trade_no: OutTradeNo,
    },
    /// A notification arrived, its signature held, and it could be opened.
    NotificationVerified {
        /// Its id, constant over its retries.
        id: String,
    },
    /// The platform says: paid.
    Paid {
        /// The payment's number.
        out_trade_no: OutTradeNo,
        /// The platform's number.
        transaction_id: TransactionId,
        /// How much.
        total: Fen,
        /// When.
        #[serde(with = "crate::millis")]
        success_time: Timestamp,
    },
    /// Money came that nobody asked for: a second payment, or one after closing.
    SurplusPaid {
        /// The payment's number.
        out_trade_no: OutTradeNo,
        /// The platform's number.
        transaction_id: TransactionId,
        /// How much.
        total: Fen,
    },
    /// A person must decide what happens to surplus money.
    SurplusHeld {
        /// The payment's number.
        out_trade_no: OutTradeNo,
    },
    /// Closing was asked for; the platform is closed first.
    CloseAsked {
        /// Why.
        reason: CloseReason,
    },
    /// The platform says: this payment can no longer be paid.
    PaymentClosed {
        /// Its number.
        out_trade_no: OutTradeNo,
    },
    /// The order can no longer be paid.
    OrderClosed {
        /// Why.
        reason: CloseReason,
    },
    /// The platform says something of a payment or refund that contradicts us. A person must look.
    Quarantined {
        /// What contradicts what.
        mismatch: Mismatch,
    },
    /// A refund was recorded, to be sent to the platform next.
    RefundCreated {
        /// Its number.
        out_refund_no: OutRefundNo,
        /// How much.
        amount: Fen,
    },
    /// The platform accepted the refund.
    RefundAccepted {
        /// Its number.
        out_refund_no: OutRefundNo,
        /// The platform's number.
        refund_id: RefundId,
    },
    /// The merchant's balance is short; the refund is sent again later.
    RefundWaiting {
        /// Its number.
        out_refund_no: OutRefundNo,
    },
    /// The answer to the refund was lost; the platform is asked.
    RefundUnknown {
        /// Its number.
        out_refund_no: OutRefundNo,
    },
    /// The money is back with the payer.
    RefundDone {
        /// Its number.
        out_refund_no: OutRefundNo,
        /// How much.
        amount: Fen,
    },
    /// The payer's account cannot take the money; a person must act.
    RefundAbnormal {
        /// Its number.
        out_refund_no: OutRefundNo,
    },
    /// The refund did not happen.
    RefundFailed {
        /// Its number.
        out_refund_no: OutRefundNo,
        /// The platform's code.
        code: String,
    },
}
