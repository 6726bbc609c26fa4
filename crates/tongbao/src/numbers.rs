//! Numbers we choose.

use tongbao_wire::seam::Chance;
use tongbao_wire::{OrderNo, OutRefundNo, OutTradeNo, Timestamp};

/// Letters that a person can read out over a telephone.
const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A fresh `out_trade_no`: 14 digits of Beijing time and 16 letters of chance (80 bits), 30 of 32 places.
#[must_use]
pub fn out_trade_no(now: Timestamp, chance: &Chance) -> OutTradeNo {
    OutTradeNo::parse(&dated(now, chance)).expect("30 digits and letters")
}

/// A fresh order number, for orders whose merchant gave none.
#[must_use]
pub fn order_no(now: Timestamp, chance: &Chance) -> OrderNo {
    OrderNo::parse(&dated(now, chance)).expect("30 digits and letters")
}

/// A fresh refund number, for refunds whose merchant gave none.
#[must_use]
pub fn out_refund_no(now: Timestamp, chance: &Chance) -> OutRefundNo {
    OutRefundNo::parse(&dated(now, chance)).expect("30 digits and letters")
}

/// An id that sorts by the time it was made: 12 hexadecimal digits of milliseconds, 16 of chance.
#[must_use]
pub fn sortable_id(now: Timestamp, chance: &Chance) -> String {
    format!("{:012x}{}", now.millis().max(0), hex::encode(chance.bytes::<8>()))
}

fn dated(now: Timestamp, chance: &Chance) -> String {
    format!("{}{}", now.digits(), chance.text(16, LETTERS))
}
