//! Orders to look up, to list, to remind of and to mark (miniprogram.md §4.4).

use std::fmt;

use serde::{Serialize, Serializer};
use tongbao_wire::weixin::{ShippedOrders, ShippingState};
use tongbao_wire::{Mchid, Openid, OutTradeNo, Timestamp, TransactionId};

use crate::unsendable::{Unsendable, UnsendableReason};

/// A payment, as lookups name it. Uploads name it otherwise ([`OrderKey`](super::OrderKey)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OrderLookup {
    /// By the platform's number.
    TransactionId {
        /// The number.
        transaction_id: TransactionId,
    },
    /// By the merchant's number.
    MerchantTradeNo {
        /// The merchant that placed the order; of a service provider's order the provider.
        merchant_id: Mchid,
        /// The sub-merchant of a service provider's order.
        #[serde(skip_serializing_if = "Option::is_none")]
        sub_merchant_id: Option<Mchid>,
        /// The number.
        merchant_trade_no: OutTradeNo,
    },
}

impl From<TransactionId> for OrderLookup {
    fn from(transaction_id: TransactionId) -> Self {
        Self::TransactionId { transaction_id }
    }
}

/// Which orders to list. Nothing set lists all.
#[derive(Clone, Default, Serialize)]
pub struct OrderFilter {
    /// When they were paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_time_range: Option<PayTimeRange>,
    /// How far they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_state: Option<ShippingState>,
    /// Who paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<Openid>,
    /// Where the page begins; absent for the first. Set by [`OrderFilter::after`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_index: Option<String>,
    /// Orders on a page, 1 to 100; 100 when absent. Contested: one SDK notes 50 as the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
}

/// When orders were paid, to the second, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PayTimeRange {
    /// From; the beginning of time when absent.
    #[serde(serialize_with = "seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub begin_time: Option<Timestamp>,
    /// To; the end of time when absent.
    #[serde(serialize_with = "seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
}

impl OrderFilter {
    /// What lists the page after `page`; `None` when it was the last.
    #[must_use]
    pub fn after(&self, page: &ShippedOrders) -> Option<Self> {
        // Without a place to begin, or with the same one, asking on would bring the same page for ever.
        let last_index = page.last_index.clone().filter(|index| !index.is_empty())?;
        if self.last_index.as_ref() == Some(&last_index) {
            return None;
        }
        page.has_more.then(|| Self { last_index: Some(last_index), ..self.clone() })
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let refuse = |member, rule| Err(Unsendable::new(member, UnsendableReason::Combination(rule)));
        if self.page_size.is_some_and(|size| !(1..=PAGE_SIZE_MAX).contains(&size)) {
            return refuse("page_size", "must be 1 to 100");
        }
        if let Some(PayTimeRange { begin_time: Some(begin), end_time: Some(end) }) = self.pay_time_range
            && begin > end
        {
            return refuse("pay_time_range", "must not end before it begins");
        }
        if self.last_index.as_ref().is_some_and(String::is_empty) {
            return Err(Unsendable::new("last_index", UnsendableReason::Empty));
        }
        Ok(())
    }
}

impl fmt::Debug for OrderFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderFilter")
            .field("pay_time_range", &self.pay_time_range)
            .field("order_state", &self.order_state)
            .field("openid", &self.openid.as_ref().map(Openid::redacted))
            .field("last_index", &self.last_index)
            .field("page_size", &self.page_size)
            .finish()
    }
}

/// A payer to remind to confirm receipt.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptReminder {
    /// The order.
    #[serde(flatten)]
    pub order: OrderLookup,
    /// When the express company handed the goods over: after shipping, not in the future. The payer sees it.
    #[serde(serialize_with = "seconds")]
    pub received_time: Timestamp,
}

/// An order that is not shipped like others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecialOrder {
    /// Shipped late. The payer is told when.
    PreSale {
        /// The order.
        order_id: OrderNumber,
        /// When it will be shipped, 15 to 330 days after the payment (community reports).
        delay_to: Timestamp,
    },
    /// A test, never shipped; the money goes back by itself after a while.
    Test {
        /// The order.
        order_id: OrderNumber,
    },
}

/// Either number of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OrderNumber {
    /// The platform's.
    TransactionId(TransactionId),
    /// The merchant's.
    OutTradeNo(OutTradeNo),
}

impl SpecialOrder {
    pub(super) fn body(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Body<'a> {
            order_id: &'a OrderNumber,
            #[serde(rename = "type")]
            kind: u8,
            #[serde(skip_serializing_if = "Option::is_none")]
            delay_to: Option<i64>,
        }
        match self {
            Self::PreSale { order_id, delay_to } => {
                Body { order_id, kind: 1, delay_to: Some(delay_to.seconds()) }
            }
            Self::Test { order_id } => Body { order_id, kind: 2, delay_to: None },
        }
    }
}

fn seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.seconds())
}

fn seconds_if_any<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(Timestamp::seconds).serialize(serializer)
}

const PAGE_SIZE_MAX: u32 = 100;
