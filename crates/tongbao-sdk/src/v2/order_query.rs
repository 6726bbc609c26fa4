//! Looking orders up, closing and reversing them (v2.md §3.1, §3.2, §3.8).

use tongbao_wire::{Call, ErrorCode, OutTradeNo, TransactionId};

use crate::json::Misfit;
use crate::v2::call_error::{CallError, CallErrorKind};
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;
use crate::v2::payment::Order;

/// An order, by one of its two numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderNumber {
    /// The platform's number, which only paid orders have.
    TransactionId(TransactionId),
    /// The merchant's number.
    OutTradeNo(OutTradeNo),
}

impl OrderNumber {
    pub(super) fn put(&self, outgoing: Outgoing) -> Outgoing {
        match self {
            Self::TransactionId(number) => outgoing.field("transaction_id", number.as_str()),
            Self::OutTradeNo(number) => outgoing.field("out_trade_no", number.as_str()),
        }
    }

    /// Refuses an answer about another order: signed answers can be replayed, for nothing in them names the
    /// question.
    pub(super) fn echoed(&self, fields: &Fields) -> Result<(), Misfit> {
        let (member, asked) = match self {
            Self::TransactionId(number) => ("transaction_id", number.as_str()),
            Self::OutTradeNo(number) => ("out_trade_no", number.as_str()),
        };
        echoed(fields, member, asked)
    }
}

/// Refuses an answer whose `member` is another than was asked for.
pub(super) fn echoed(fields: &Fields, member: &'static str, asked: &str) -> Result<(), Misfit> {
    match fields.get(member) {
        Some(found) if !found.is_empty() && found != asked => {
            Err(Misfit { member: member.into(), reason: "is not the one asked for".into() })
        }
        _ => Ok(()),
    }
}

impl From<OutTradeNo> for OrderNumber {
    fn from(number: OutTradeNo) -> Self {
        Self::OutTradeNo(number)
    }
}

impl From<TransactionId> for OrderNumber {
    fn from(number: TransactionId) -> Self {
        Self::TransactionId(number)
    }
}

/// Whether a reversal is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// The order is reversed: it cannot be paid any more, and what was paid goes back.
    Done,
    /// It has to be asked for again (`recall=Y`).
    Again,
}

impl Client {
    /// Looks an order up, in any state (v2.md §3.1).
    ///
    /// # Errors
    /// [`CallError`]; `ORDERNOTEXIST` when the platform has no such order, which within a minute of a time-out
    /// proves nothing.
    pub async fn order_query(&self, party: &Party, number: &OrderNumber) -> Result<Order, CallError> {
        let outgoing = number.put(Outgoing::to(Call::OrderQuery).party(party));
        self.answer(outgoing, |fields| number.echoed(fields).and_then(|()| Order::read(fields))).await
    }

    /// The same with coupons on single goods in detail (`version=1.0`).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn order_query_with_promotions(
        &self,
        party: &Party,
        number: &OrderNumber,
    ) -> Result<Order, CallError> {
        let outgoing = number.put(Outgoing::to(Call::OrderQuery).party(party));
        let outgoing = outgoing.field("version", "1.0");
        self.answer(outgoing, |fields| number.echoed(fields).and_then(|()| Order::read(fields))).await
    }

    /// Closes an order that is not paid (v2.md §3.2). Closing a closed order succeeds.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order. `TRADE_STATE_ERROR` when it is
    /// a payment-code order, which is reversed instead.
    pub async fn close_order(&self, party: &Party, out_trade_no: &OutTradeNo) -> Result<(), CallError> {
        let outgoing = Outgoing::to(Call::CloseOrder).party(party);
        match self.send(outgoing.field("out_trade_no", out_trade_no.as_str())).await {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(error.kind, CallErrorKind::Refused { code: ErrorCode::OrderClosed, .. }) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Reverses a payment-code order of the last seven days: closes it, and returns what was paid (v2.md
    /// §3.8). Not sooner than 15 seconds after the charge. Needs the client certificate.
    ///
    /// # Errors
    /// [`CallError`]; while its outcome is unknown, reverse again.
    pub async fn reverse_order(&self, party: &Party, number: &OrderNumber) -> Result<Reversal, CallError> {
        let outgoing = number.put(Outgoing::to(Call::ReverseOrder).party(party));
        self.answer(outgoing, |fields| {
            Ok(if fields.get("recall") == Some("Y") { Reversal::Again } else { Reversal::Done })
        })
        .await
    }
}
