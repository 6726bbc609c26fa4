//! What the rules say no to.

use tongbao_wire::{Fen, OutRefundNo, OutTradeNo};

use crate::Mismatch;

/// Why an input changed nothing. One variant per thing a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order is for somebody else.
    #[error("the order belongs to another payer")]
    NotYourOrder,
    /// The order is paid.
    #[error("the order is paid already")]
    AlreadyPaid,
    /// The order is closed or being closed.
    #[error("the order is closed or being closed")]
    NotOpen,
    /// The order's time is over; it will be closed.
    #[error("the order has expired")]
    Expired,
    /// Another payment of the order is live and must be closed first.
    #[error("payment {out_trade_no} of the order is live")]
    AnotherIsLive {
        /// The live one.
        out_trade_no: OutTradeNo,
    },
    /// The order has no such payment.
    #[error("the order has no payment {out_trade_no}")]
    NoSuchPayment {
        /// The one asked for.
        out_trade_no: OutTradeNo,
    },
    /// The order has no such refund.
    #[error("the order has no refund {out_refund_no}")]
    NoSuchRefund {
        /// The one asked for.
        out_refund_no: OutRefundNo,
    },
    /// The payment number is taken, in this order.
    #[error("out_trade_no {out_trade_no} is taken")]
    NumberTaken {
        /// The number.
        out_trade_no: OutTradeNo,
    },
    /// The order has seen too many attempts to pay it; the payer needs a new order.
    #[error("{max} attempts were made to pay the order, a new order is needed")]
    TooManyPayments {
        /// The most an order takes.
        max: usize,
    },
    /// Not paid, so there is nothing to return.
    #[error("payment {out_trade_no} is not paid")]
    NotPaid {
        /// The payment.
        out_trade_no: OutTradeNo,
    },
    /// An amount that is not above zero.
    #[error("an amount must be above zero")]
    NotPositive,
    /// More was asked for than remains.
    #[error("asked to refund {asked}, only {left} is left")]
    ExceedsPaid {
        /// Asked for.
        asked: Fen,
        /// Left.
        left: Fen,
    },
    /// The refund number stands for another refund.
    #[error("out_refund_no {out_refund_no} stands for another refund")]
    RefundNumberTaken {
        /// The number.
        out_refund_no: OutRefundNo,
    },
    /// The platform takes no more parts.
    #[error("the payment has been refunded in {max} parts, the platform takes no more")]
    TooManyRefunds {
        /// The most it takes.
        max: usize,
    },
    /// Paid too long ago.
    #[error("the payment is more than 365 days old, the platform takes no refund")]
    RefundTooLate,
    /// The platform's fact contradicts ours.
    #[error(transparent)]
    Mismatch(Mismatch),
    /// The platform used a word for a state that this version does not know.
    #[error("the platform says `{word}`, which this version does not know")]
    UnknownWord {
        /// The word.
        word: String,
    },
}
