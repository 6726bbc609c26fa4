//! What the simulator shows of itself: to its control API, to the cashier, to auditors.

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, PrepayId, Refund, Timestamp, TradeState, TradeType,
    TransactionId,
};

use crate::notice::{Attempt, Notice};
use crate::order::{Order, OrderState};
use crate::prepay::Prepay;
use crate::state::State;

/// One line of an order's history at the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// When, in business time.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// More about it, such as a number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The merchant created it.
    Created,
    /// A `prepay_id` was given out.
    PrepayIssued,
    /// The payer saw the cashier.
    CashierOpened,
    /// The payer typed a wrong password.
    WrongPassword,
    /// The payer had too little money.
    Insufficient,
    /// The payer closed the cashier.
    CashierCancelled,
    /// The payer left the app.
    AppClosed,
    /// The payer will pay later.
    PayerWaits,
    /// The cashier refused the payer.
    PaymentRefused,
    /// Paid.
    Paid,
    /// Closed.
    Closed,
    /// A refund was accepted.
    RefundAccepted,
    /// A refund arrived, was closed or became abnormal.
    RefundDecided,
}

/// An order as the platform has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// The merchant.
    pub mchid: Mchid,
    /// The mini program.
    pub appid: Appid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The sub-merchant, when a provider ordered for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The combined order it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combine_out_trade_no: Option<OutTradeNo>,
    /// What is sold.
    pub description: String,
    /// What it costs.
    #[serde(rename = "total_fen")]
    pub total: Fen,
    /// The same in yuan, for people.
    #[serde(rename = "total")]
    pub total_text: String,
    /// Where it stands.
    pub trade_state: TradeState,
    /// How it is to be paid.
    pub trade_type: TradeType,
    /// Who is to pay or has paid; none while anybody may.
    pub payer: Option<String>,
    /// The same as the merchant knows them.
    pub openid: Option<Openid>,
    /// The newest `prepay_id`.
    pub prepay_id: Option<PrepayId>,
    /// What its newest QR code says, when it is paid by scanning one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_url: Option<String>,
    /// The platform's number, once paid.
    pub transaction_id: Option<TransactionId>,
    /// What the merchant attached.
    pub attach: Option<String>,
    /// Where the payment is told.
    pub notify_url: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The end of payment.
    pub time_expire: Option<Timestamp>,
    /// When it was paid.
    pub success_time: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// Its history, oldest first.
    pub events: Vec<OrderEvent>,
}

/// A notification and its sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotificationView {
    /// The same in every send.
    pub id: String,
    /// The merchant.
    pub mchid: Mchid,
    /// Such as `TRANSACTION.SUCCESS`.
    pub event_type: String,
    /// The order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<OutTradeNo>,
    /// The refund it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_refund_no: Option<OutRefundNo>,
    /// Where it goes.
    pub url: String,
    /// When the event happened.
    pub created_at: Timestamp,
    /// The merchant accepted it.
    pub delivered: bool,
    /// The next send; none when delivered or given up.
    pub next_at: Option<Timestamp>,
    /// Every send so far.
    pub attempts: Vec<Attempt>,
}

impl State {
    /// An order as shown.
    pub(crate) fn order_view(&self, order: &Order) -> OrderView {
        let asked = &order.asked;
        let paid = order.payment_ever();
        let closed_at = match &order.state {
            OrderState::Revoked { at, .. } | OrderState::Closed { closed_at: at } => Some(*at),
            OrderState::Open
            | OrderState::UserPaying { .. }
            | OrderState::Failed { .. }
            | OrderState::Paid(_) => None,
        };
        let token = |prepay: &&Prepay| prepay.token.is_some();
        let newest = order.prepays.last();
        let refund = |number: &OutRefundNo| {
            self.refunds.get(&(asked.mchid.clone(), number.clone())).map(|record| record.told.clone())
        };
        OrderView {
            mchid: asked.mchid.clone(),
            appid: asked.appid.clone(),
            out_trade_no: asked.out_trade_no.clone(),
            sub_mchid: asked.sub.as_ref().map(|sub| sub.mchid.clone()),
            combine_out_trade_no: asked.combined.as_ref().map(|(_, number)| number.clone()),
            description: asked.description.clone(),
            total: asked.total,
            total_text: asked.total.to_string(),
            trade_state: order.trade_state(),
            trade_type: asked.scene.clone(),
            payer: paid.map(|payment| payment.payer.clone()).or_else(|| order.payer.clone()),
            openid: paid.map(|payment| payment.openid.clone()).or_else(|| asked.openid.clone()),
            prepay_id: newest.map(|prepay| prepay.id.clone()),
            code_url: newest.filter(token).filter(|_| asked.scene == TradeType::Native).map(Prepay::code_url),
            transaction_id: paid.map(|payment| payment.transaction_id.clone()),
            attach: asked.attach.clone(),
            notify_url: asked.notify_url.clone(),
            created_at: order.created_at,
            time_expire: order.time_expire,
            success_time: paid.map(|payment| payment.success_time),
            closed_at,
            refunds: order.refunds.iter().filter_map(refund).collect(),
            events: order.events.clone(),
        }
    }
}

impl Notice {
    /// A notification as shown.
    pub(crate) fn view(&self) -> NotificationView {
        NotificationView {
            id: self.id.clone(),
            mchid: self.mchid.clone(),
            event_type: self.event_type.clone(),
            out_trade_no: self.out_trade_no.clone(),
            out_refund_no: self.out_refund_no.clone(),
            url: self.url.clone(),
            created_at: self.created_at,
            delivered: self.delivered,
            next_at: self.next_at,
            attempts: self.attempts.clone(),
        }
    }
}
