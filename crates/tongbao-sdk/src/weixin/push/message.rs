//! What a pushed message says.

use std::fmt;

use tongbao_wire::weixin::{OrderSettlement, PushHead, ShippingReminder, TradeNotice};

use crate::notification::Plaintext;
use crate::weixin::digest;

/// A message that WeChat pushed.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// Whom, from whom, when.
    pub head: PushHead,
    /// What.
    pub content: PushContent,
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushContent {
    /// Shipping should be recorded by the API: told at the first payment, then daily until it is.
    RemindAccessApi(TradeNotice),
    /// An order is not shipped after 48 hours.
    RemindShipping(ShippingReminder),
    /// The money of an order will be settled, or was.
    OrderSettlement(OrderSettlement),
    /// The mini program may not take payments: page the operator, stop offering payment.
    TradeControlled(TradeNotice),
    /// Events this version does not type, and what people write. JSON or XML, as the console is set.
    Other(Plaintext),
}

impl Push {
    /// The same for every sending of one message, and for no other message: to whom, from whom, when, which event,
    /// which payment. Of what this version does not type it is the digest of the text.
    #[must_use]
    pub fn key(&self) -> String {
        let which = match &self.content {
            PushContent::RemindAccessApi(_) | PushContent::TradeControlled(_) => "",
            PushContent::RemindShipping(reminder) => reminder.transaction_id.as_str(),
            PushContent::OrderSettlement(settlement) => settlement.transaction_id.as_str(),
            PushContent::Other(text) => &digest::sha256(text.as_bytes()),
        };
        let PushHead { to_user_name, from_user_name, create_time, msg_type, event } = &self.head;
        let event = event.as_ref().unwrap_or(msg_type);
        format!("{to_user_name}|{from_user_name}|{}|{event}|{which}", create_time.seconds())
    }
}

/// Who sent it may be a person.
impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push")
            .field("msg_type", &self.head.msg_type)
            .field("event", &self.head.event)
            .field("create_time", &self.head.create_time)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}
