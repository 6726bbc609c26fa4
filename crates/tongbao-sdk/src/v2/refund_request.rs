//! Asking for refunds, and for what became of them (v2.md §3.3, §3.4).

use serde::Serialize;
use tongbao_wire::{Call, Fen, OutRefundNo, OutTradeNo, RefundId, TransactionId};

use crate::unsendable::{self, Unsendable, UnsendableReason};
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::merchant::Party;
use crate::v2::order_options::{DETAIL_CHARS_MAX, fits, json};
use crate::v2::order_query::{OrderNumber, echoed};
use crate::v2::refund::{RefundAccepted, RefundNotice, Refunds};

/// A refund to ask for.
///
/// `out_refund_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// Whose order it is.
    pub party: Party,
    /// The payment that goes back.
    pub order: OrderNumber,
    /// The merchant's number of this refund.
    pub out_refund_no: OutRefundNo,
    /// What the order cost.
    pub total_fee: Fen,
    /// What goes back.
    pub refund_fee: Fen,
    /// Shown to the payer; at most 80 characters.
    pub refund_desc: Option<String>,
    /// Which of the merchant's accounts pays, where there is a choice.
    pub refund_account: Option<RefundAccount>,
    /// Where the platform sends the notification, in place of the address set on the merchant platform.
    pub notify_url: Option<String>,
    /// Which goods go back, for orders with coupons on single goods.
    pub goods: Vec<RefundedGoods>,
}

/// An account of the merchant's that pays a refund. For merchants of the old settlement only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundAccount {
    /// What is not settled yet (未结算资金); what is meant when nothing is said.
    Unsettled,
    /// The available balance (可用余额).
    Recharge,
}

/// Goods that go back.
#[derive(Clone, Debug, Serialize)]
pub struct RefundedGoods {
    /// The merchant's number of it; at most 32 characters.
    pub goods_id: String,
    /// The platform's number of it; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wxpay_goods_id: Option<String>,
    /// Its name; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_name: Option<String>,
    /// What goes back for them.
    pub refund_amount: Fen,
    /// How many go back.
    pub refund_quantity: u32,
    /// What one costs.
    pub price: Fen,
}

impl RefundRequest {
    /// A refund with what every refund has; the rest is set on the value.
    #[must_use]
    pub fn new(
        party: Party,
        order: OrderNumber,
        out_refund_no: OutRefundNo,
        refund_fee: Fen,
        total_fee: Fen,
    ) -> Self {
        Self {
            party,
            order,
            out_refund_no,
            total_fee,
            refund_fee,
            refund_desc: None,
            refund_account: None,
            notify_url: None,
            goods: Vec::new(),
        }
    }

    /// Goods have an address of their own.
    fn call(&self) -> Call {
        if self.goods.is_empty() { Call::RefundV2 } else { Call::RefundGoodsV2 }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("refund_desc", self.refund_desc.as_ref(), 80)?;
        if let Some(notify_url) = &self.notify_url {
            unsendable::address("notify_url", notify_url, 256)?;
        }
        unsendable::positive("refund_fee", self.refund_fee)?;
        unsendable::positive("total_fee", self.total_fee)?;
        if self.refund_fee > self.total_fee {
            let reason = UnsendableReason::Combination("is more than total_fee");
            return Err(Unsendable::new("refund_fee", reason));
        }
        for goods in &self.goods {
            unsendable::text("detail.goods_detail.goods_id", &goods.goods_id, 32)?;
            let name = "detail.goods_detail.wxpay_goods_id";
            unsendable::optional(name, goods.wxpay_goods_id.as_ref(), 32)?;
            unsendable::optional("detail.goods_detail.goods_name", goods.goods_name.as_ref(), 256)?;
        }
        self.detail().map_or(Ok(()), |detail| fits("detail", &detail, DETAIL_CHARS_MAX))
    }

    fn outgoing(&self) -> Outgoing {
        let account = self.refund_account.map(|account| match account {
            RefundAccount::Unsettled => "REFUND_SOURCE_UNSETTLED_FUNDS",
            RefundAccount::Recharge => "REFUND_SOURCE_RECHARGE_FUNDS",
        });
        let outgoing = Outgoing::to(self.call()).party(&self.party);
        self.order
            .put(outgoing)
            .field("out_refund_no", self.out_refund_no.as_str())
            .fen("total_fee", self.total_fee)
            .fen("refund_fee", self.refund_fee)
            .field_if("refund_desc", self.refund_desc.as_deref())
            .field_if("refund_account", account)
            .field_if("notify_url", self.notify_url.as_deref())
            .field_if("detail", self.detail().as_deref())
    }

    fn detail(&self) -> Option<String> {
        #[derive(Serialize)]
        struct Detail<'a> {
            goods_detail: &'a [RefundedGoods],
        }
        (!self.goods.is_empty()).then(|| json(&Detail { goods_detail: &self.goods }))
    }
}

/// Which refunds to look up.
#[derive(Clone, Debug)]
pub struct RefundQuery {
    /// Whose order it is.
    pub party: Party,
    /// By which number.
    pub number: RefundNumber,
    /// How many refunds to skip, for payments with more than ten; with more than twenty, ask by the refund's
    /// number.
    pub offset: Option<u32>,
}

/// The number refunds are looked up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundNumber {
    /// The platform's number of a refund.
    RefundId(RefundId),
    /// The merchant's number of a refund.
    OutRefundNo(OutRefundNo),
    /// The platform's number of the payment: all its refunds.
    TransactionId(TransactionId),
    /// The merchant's number of the payment: all its refunds.
    OutTradeNo(OutTradeNo),
}

impl RefundQuery {
    /// A question.
    #[must_use]
    pub fn new(party: Party, number: RefundNumber) -> Self {
        Self { party, number, offset: None }
    }

    /// The question that confirms what a notification claims.
    #[must_use]
    pub fn confirming(notice: &RefundNotice) -> Self {
        Self::new(notice.party.clone(), RefundNumber::RefundId(notice.refund_id.clone()))
    }

    fn outgoing(&self, call: Call) -> Outgoing {
        let outgoing = Outgoing::to(call).party(&self.party);
        let outgoing = match &self.number {
            RefundNumber::RefundId(number) => outgoing.field("refund_id", number.as_str()),
            RefundNumber::OutRefundNo(number) => outgoing.field("out_refund_no", number.as_str()),
            RefundNumber::TransactionId(number) => outgoing.field("transaction_id", number.as_str()),
            RefundNumber::OutTradeNo(number) => outgoing.field("out_trade_no", number.as_str()),
        };
        outgoing.field_if("offset", self.offset.map(|offset| offset.to_string()).as_deref())
    }
}

impl Client {
    /// Asks for a refund, with goods or without (v2.md §3.3). Success means accepted, not arrived. Needs the
    /// client certificate.
    ///
    /// # Errors
    /// [`CallError`]. Whatever it says, never ask under a new number because of uncertainty: query by
    /// `out_refund_no` first. This client does not repeat by itself.
    pub async fn refund(&self, request: &RefundRequest) -> Result<RefundAccepted, CallError> {
        request.check().map_err(CallError::unsendable(request.call()))?;
        self.answer(request.outgoing(), |fields| {
            echoed(fields, "out_refund_no", request.out_refund_no.as_str())?;
            RefundAccepted::read(fields)
        })
        .await
    }

    /// Looks refunds up (v2.md §3.4).
    ///
    /// # Errors
    /// [`CallError`]; `REFUNDNOTEXIST` when the platform never accepted it.
    pub async fn refund_query(&self, query: &RefundQuery) -> Result<Refunds, CallError> {
        self.answer(query.outgoing(Call::RefundQuery), Refunds::read).await
    }

    /// The same with the coupons of single goods in detail.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn refund_goods_query(&self, query: &RefundQuery) -> Result<Refunds, CallError> {
        self.answer(query.outgoing(Call::RefundGoodsQuery), Refunds::read).await
    }
}
