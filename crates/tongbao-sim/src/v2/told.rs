//! An order in the elements of `APIv2` (v2.md §3.1, §3.7, §4.1).

use tongbao_wire::{TradeState, TradeType};

use super::fields::Fields;
use crate::order::{Order, Payment};

/// How it was paid: what queries, micropay and notifications share.
pub(super) fn paid(order: &Order, payment: &Payment) -> Fields {
    let asked = &order.asked;
    let mut told = Fields::new();
    told.text("openid", payment.openid.as_str());
    told.text("is_subscribe", "N");
    if let Some(sub_openid) = &payment.sub_openid {
        told.text("sub_openid", sub_openid.as_str());
        told.text("sub_is_subscribe", "N");
    }
    told.text("trade_type", asked.scene.as_str());
    told.text("bank_type", payment.bank_type.as_str());
    told.number("total_fee", asked.total.get());
    told.text("fee_type", "CNY");
    told.number("cash_fee", asked.total.get());
    told.text("cash_fee_type", "CNY");
    told.text("transaction_id", payment.transaction_id.as_str());
    told.text("out_trade_no", asked.out_trade_no.as_str());
    told.may("attach", asked.attach.as_deref());
    told.text("time_end", payment.success_time.digits());
    told
}

/// An order as a query tells it: nothing of a payment that was not made.
pub(super) fn order(order: &Order) -> Fields {
    let mut told = Fields::new();
    told.may("device_info", order.asked.device_id.as_deref());
    let trade_state = order.trade_state();
    match order.payment() {
        Some(payment) => told.append(paid(order, payment)),
        None => {
            if let Some(payment) = order.payment_ever() {
                told.text("transaction_id", payment.transaction_id.as_str());
            }
            told.text("out_trade_no", order.asked.out_trade_no.as_str());
            told.may("attach", order.asked.attach.as_deref());
        }
    }
    told.text("trade_state", trade_state.as_str());
    told.text("trade_state_desc", state_words(&trade_state));
    told
}

fn state_words(state: &TradeState) -> &'static str {
    match state {
        TradeState::Success => "支付成功",
        TradeState::Refund => "订单发生过退款，退款详情请查询退款单",
        TradeState::NotPay => "订单未支付",
        TradeState::Closed => "订单已关闭",
        TradeState::Revoked => "订单已撤销",
        TradeState::UserPaying => "需要用户输入支付密码",
        TradeState::PayError => "支付失败，请撤销订单",
        TradeState::Unknown(_) => "",
    }
}

/// The scenes of `unifiedorder` (v2.md §2.1).
pub(super) fn scene(said: &str) -> Option<TradeType> {
    match TradeType::from(said) {
        scene @ (TradeType::Jsapi | TradeType::Native | TradeType::App | TradeType::Mweb) => Some(scene),
        TradeType::Micropay | TradeType::Facepay | TradeType::Unknown(_) => None,
    }
}
