//! What is recorded as shipped (miniprogram.md §4.3).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use tongbao_wire::{Mchid, Openid, OutTradeNo, Payer, Timestamp, TransactionId};

use super::Delivery;
use crate::unsendable::{Unsendable, UnsendableReason};

/// A payment, as uploads name it. Lookups name it otherwise ([`OrderLookup`](super::OrderLookup)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKey {
    /// By the platform's number.
    TransactionId(TransactionId),
    /// By the merchant's number.
    OutTradeNo {
        /// The merchant; of a service provider's order the **sub**-merchant.
        mchid: Mchid,
        /// Its number.
        out_trade_no: OutTradeNo,
    },
}

impl OrderKey {
    /// `order_number_type`.
    fn kind(&self) -> u8 {
        match self {
            Self::OutTradeNo { .. } => 1,
            Self::TransactionId(_) => 2,
        }
    }
}

impl Serialize for OrderKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut key = serializer.serialize_struct("OrderKey", 3)?;
        key.serialize_field("order_number_type", &self.kind())?;
        match self {
            Self::TransactionId(transaction_id) => key.serialize_field("transaction_id", transaction_id)?,
            Self::OutTradeNo { mchid, out_trade_no } => {
                key.serialize_field("mchid", mchid)?;
                key.serialize_field("out_trade_no", out_trade_no)?;
            }
        }
        key.end()
    }
}

/// The shipping of one order.
#[derive(Clone, Serialize)]
pub struct OrderShipping {
    /// The payment.
    pub order_key: OrderKey,
    /// How its goods reach the payer.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// Tells uploads of one order apart: later than that of the upload before, the same when the same upload is
    /// sent again.
    #[serde(serialize_with = "with_millis")]
    pub upload_time: Timestamp,
    /// Who paid, as this mini program sees them.
    pub payer: Payer,
}

impl OrderShipping {
    /// The shipping of the payment that `payer` made.
    #[must_use]
    pub fn new(order_key: OrderKey, delivery: Delivery, upload_time: Timestamp, payer: Openid) -> Self {
        Self { order_key, delivery, upload_time, payer: Payer { openid: payer } }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        self.delivery.check()
    }
}

/// The shipping of a combined order (合单).
#[derive(Clone, Serialize)]
pub struct CombinedShipping {
    /// The payment of the whole.
    pub order_key: OrderKey,
    /// Its orders, each named by the same kind of number as the whole.
    pub sub_orders: Vec<SubOrderShipping>,
    /// As for one order.
    #[serde(serialize_with = "with_millis")]
    pub upload_time: Timestamp,
    /// Who paid, as this mini program sees them.
    pub payer: Payer,
}

/// The shipping of one order of a combined order.
#[derive(Clone, Debug, Serialize)]
pub struct SubOrderShipping {
    /// The order.
    pub order_key: OrderKey,
    /// How its goods reach the payer.
    #[serde(flatten)]
    pub delivery: Delivery,
}

impl CombinedShipping {
    /// The shipping of the combined payment that `payer` made.
    #[must_use]
    pub fn new(
        order_key: OrderKey,
        sub_orders: Vec<SubOrderShipping>,
        upload_time: Timestamp,
        payer: Openid,
    ) -> Self {
        Self { order_key, sub_orders, upload_time, payer: Payer { openid: payer } }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let refuse = |member: String, rule| Err(Unsendable::new(member, UnsendableReason::Combination(rule)));
        if !(1..=SUB_ORDERS_MAX).contains(&self.sub_orders.len()) {
            return refuse("sub_orders".into(), "must have 1 to 50 orders");
        }
        for (position, sub_order) in self.sub_orders.iter().enumerate() {
            let member = format!("sub_orders[{position}]");
            if sub_order.order_key.kind() != self.order_key.kind() {
                let rule = "must be named by the same kind of number as the whole";
                return refuse(format!("{member}.order_key"), rule);
            }
            let before = self.sub_orders.iter().take(position);
            if before.map(|other| &other.order_key).any(|other| *other == sub_order.order_key) {
                return refuse(format!("{member}.order_key"), "is named twice");
            }
            sub_order.delivery.check().map_err(|error| error.within(&member))?;
        }
        Ok(())
    }
}

/// Who paid is left out.
impl fmt::Debug for OrderShipping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderShipping")
            .field("order_key", &self.order_key)
            .field("delivery", &self.delivery)
            .field("upload_time", &self.upload_time)
            .finish_non_exhaustive()
    }
}

/// Who paid is left out.
impl fmt::Debug for CombinedShipping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CombinedShipping")
            .field("order_key", &self.order_key)
            .field("sub_orders", &self.sub_orders)
            .field("upload_time", &self.upload_time)
            .finish_non_exhaustive()
    }
}

/// RFC 3339 with milliseconds and offset; anything less is refused with 268485216.
fn with_millis<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.rfc3339_millis())
}

/// A combined order has at most 50 (v3.md §4).
const SUB_ORDERS_MAX: usize = 50;
