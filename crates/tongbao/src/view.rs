//! Orders as our APIs show them.

use serde::Serialize;
use tongbao_domain::{Order, OrderLine, Refund, RefundState};
use tongbao_sdk::RequestPayment;
use tongbao_wire::Timestamp;
use utoipa::ToSchema;

/// An order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// The merchant's number.
    pub order_no: String,
    /// `unpaid`, `paid`, `closing` or `closed`.
    #[schema(example = "paid")]
    pub state: &'static str,
    /// Shown in the cashier.
    pub description: String,
    /// What it costs, in fen.
    #[schema(example = 990)]
    pub total_fen: i64,
    /// The same in yuan, for people.
    #[schema(example = "9.90")]
    pub total: String,
    /// `CNY`.
    pub currency: &'static str,
    /// What has come back to the payer, in fen.
    pub refunded_fen: i64,
    /// What can still be refunded, in fen.
    pub refundable_fen: i64,
    /// RFC 3339, Beijing time.
    pub created_at: String,
    /// When it can no longer be paid.
    pub expires_at: String,
    /// When the payer paid, as the platform says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<String>,
    /// The number of the payment that settled it, or of the latest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<String>,
    /// The platform's number, once paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// The merchant's own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// True when a person must look at it.
    pub needs_attention: bool,
    /// What was bought.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineView>,
    /// Money going back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundView>,
    /// For countdowns: never trust a phone's clock.
    pub server_time: String,
}

/// One line of what was bought.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineView {
    /// The good's id.
    pub goods_id: String,
    /// Its name when it was bought.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What one of them cost, in fen.
    pub price_fen: i64,
}

/// A refund.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefundView {
    /// Our number of it.
    pub out_refund_no: String,
    /// `recorded`, `waiting`, `processing`, `done`, `abnormal` or `failed`.
    pub state: &'static str,
    /// In fen.
    pub amount_fen: i64,
    /// In yuan, for people.
    pub amount: String,
    /// Shown to the payer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The platform's number, once it accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<String>,
    /// The platform's code, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<String>,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<String>,
    /// When it was recorded.
    pub created_at: String,
}

/// An order and what its cashier is opened with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayView {
    /// The order.
    pub order: OrderView,
    /// The argument of `wx.requestPayment`; absent when the order is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub invoke: Option<RequestPayment>,
}

/// A page of orders.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderPage {
    /// Newest first.
    pub orders: Vec<OrderView>,
    /// Where the next page begins; `null` at the end.
    pub next_cursor: Option<String>,
}

impl OrderView {
    /// The order as it is shown now.
    #[must_use]
    pub fn of(order: &Order, now: Timestamp) -> Self {
        let payment = order.settling_payment().or_else(|| order.payments.last());
        let receipt = payment.and_then(|payment| payment.receipt());
        let refundable = order.settling_payment().map(|payment| order.refundable(&payment.out_trade_no));
        Self {
            order_no: order.order_no.to_string(),
            state: order.standing().as_str(),
            description: order.terms.description.clone(),
            total_fen: order.terms.total.get(),
            total: order.terms.total.to_string(),
            currency: "CNY",
            refunded_fen: order.refunded().get(),
            refundable_fen: refundable.map_or(0, |fen| fen.get()),
            created_at: order.created_at.rfc3339(),
            expires_at: order.expires_at.rfc3339(),
            paid_at: order.settling_payment().and(receipt).map(|receipt| receipt.success_time.rfc3339()),
            out_trade_no: payment.map(|payment| payment.out_trade_no.to_string()),
            transaction_id: receipt.map(|receipt| receipt.transaction_id.to_string()),
            attach: order.terms.attach.clone(),
            needs_attention: order.needs_a_person(),
            lines: order.terms.lines.iter().map(LineView::of).collect(),
            refunds: order.refunds.iter().map(RefundView::of).collect(),
            server_time: now.rfc3339(),
        }
    }
}

impl LineView {
    fn of(line: &OrderLine) -> Self {
        Self {
            goods_id: line.goods_id.clone(),
            name: line.name.clone(),
            quantity: line.quantity,
            price_fen: line.price.get(),
        }
    }
}

impl RefundView {
    /// The refund as it is shown.
    #[must_use]
    pub fn of(refund: &Refund) -> Self {
        let (refund_id, failure_code, success_time) = match &refund.state {
            RefundState::Recorded | RefundState::Waiting { .. } => (None, None, None),
            RefundState::Processing { refund_id } | RefundState::Abnormal { refund_id } => {
                (Some(refund_id.to_string()), None, None)
            }
            RefundState::Done { refund_id, success_time } => {
                (Some(refund_id.to_string()), None, Some(success_time.rfc3339()))
            }
            RefundState::Failed { code } => (None, Some(code.clone()), None),
        };
        Self {
            out_refund_no: refund.out_refund_no.to_string(),
            state: refund.state.as_str(),
            amount_fen: refund.amount.get(),
            amount: refund.amount.to_string(),
            reason: refund.reason.clone(),
            refund_id,
            failure_code,
            success_time,
            created_at: refund.created_at.rfc3339(),
        }
    }
}
