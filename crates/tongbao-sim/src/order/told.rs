//! An order as queries and notifications tell it (v3.md §2.5, §3, §4): nothing of the payment before it.

use tongbao_wire::combine::{CombinedAmount, CombinedSubOrder};
use tongbao_wire::partner::{PartnerPayer, PartnerTransaction};
use tongbao_wire::{Payer, TradeState, Transaction, TransactionAmount, TransactionSceneInfo};

use super::{Order, OrderState, Payment};
use crate::platform::Platform;

impl Order {
    /// As a merchant is told.
    pub(crate) fn transaction(&self, platform: &Platform) -> Transaction {
        let asked = &self.asked;
        let paid = self.payment_ever();
        let trade_state = self.trade_state();
        Transaction {
            appid: asked.appid.clone(),
            mchid: asked.mchid.clone(),
            out_trade_no: asked.out_trade_no.clone(),
            transaction_id: paid.map(|paid| paid.transaction_id.clone()),
            trade_type: paid.map(|_| asked.scene.clone()),
            trade_state_desc: state_words(&trade_state).into(),
            trade_state,
            bank_type: paid.map(|paid| paid.bank_type.clone()),
            attach: asked.attach.clone().filter(|_| paid.is_some()),
            success_time: paid.map(|paid| paid.success_time),
            payer: paid.map(|paid| Payer { openid: paid.openid.clone() }),
            amount: self.amount(platform, paid),
            scene_info: self.scene_info(),
            promotion_detail: Vec::new(),
            installment_info: None,
        }
    }

    /// As a provider is told of a sub-merchant's order.
    ///
    /// # Panics
    /// When the order is not one: callers look at [`super::NewOrder::sub`].
    pub(crate) fn partner_transaction(&self, platform: &Platform) -> PartnerTransaction {
        let asked = &self.asked;
        let sub = asked.sub.as_ref().expect("callers ask for partner orders only");
        let paid = self.payment_ever();
        let trade_state = self.trade_state();
        PartnerTransaction {
            sp_appid: asked.appid.clone(),
            sp_mchid: asked.mchid.clone(),
            sub_appid: sub.appid.clone(),
            sub_mchid: sub.mchid.clone(),
            out_trade_no: asked.out_trade_no.clone(),
            transaction_id: paid.map(|paid| paid.transaction_id.clone()),
            trade_type: paid.map(|_| asked.scene.clone()),
            trade_state_desc: state_words(&trade_state).into(),
            trade_state,
            bank_type: paid.map(|paid| paid.bank_type.clone()),
            attach: asked.attach.clone().filter(|_| paid.is_some()),
            success_time: paid.map(|paid| paid.success_time),
            payer: paid.map(|paid| PartnerPayer {
                sp_openid: Some(paid.openid.clone()),
                sub_openid: paid.sub_openid.clone(),
            }),
            amount: self.amount(platform, paid),
            scene_info: self.scene_info(),
            promotion_detail: Vec::new(),
            installment_info: None,
        }
    }

    /// As a part of a combined order.
    pub(crate) fn combined_part(&self) -> CombinedSubOrder {
        let asked = &self.asked;
        let paid = self.payment_ever();
        CombinedSubOrder {
            mchid: asked.mchid.clone(),
            sub_mchid: asked.sub.as_ref().map(|sub| sub.mchid.clone()),
            sub_appid: asked.sub.as_ref().and_then(|sub| sub.appid.clone()),
            sub_openid: paid.and_then(|paid| paid.sub_openid.clone()),
            trade_type: paid.map(|_| asked.scene.clone()),
            trade_state: self.trade_state(),
            bank_type: paid.map(|paid| paid.bank_type.clone()),
            attach: asked.attach.clone().filter(|_| paid.is_some()),
            success_time: paid.map(|paid| paid.success_time),
            transaction_id: paid.map(|paid| paid.transaction_id.clone()),
            out_trade_no: asked.out_trade_no.clone(),
            amount: CombinedAmount {
                total_amount: asked.total,
                currency: Some("CNY".into()),
                payer_amount: paid.map(|_| asked.total),
                payer_currency: paid.map(|_| "CNY".into()),
                settlement_rate: None,
            },
            promotion_detail: Vec::new(),
        }
    }

    /// How it was paid, even when that was taken back since.
    pub(crate) fn payment_ever(&self) -> Option<&Payment> {
        match &self.state {
            OrderState::Paid(payment) | OrderState::Revoked { payment: Some(payment), .. } => Some(payment),
            OrderState::Open
            | OrderState::UserPaying { .. }
            | OrderState::Failed { .. }
            | OrderState::Revoked { payment: None, .. }
            | OrderState::Closed { .. } => None,
        }
    }

    fn amount(&self, platform: &Platform, paid: Option<&Payment>) -> Option<TransactionAmount> {
        let told = paid.is_some() || platform.switches.amount_before_payment;
        told.then(|| TransactionAmount {
            total: self.asked.total,
            payer_total: paid.map(|_| self.asked.total),
            currency: Some("CNY".into()),
            payer_currency: paid.map(|_| "CNY".into()),
        })
    }

    fn scene_info(&self) -> Option<TransactionSceneInfo> {
        let device_id = self.asked.device_id.clone()?;
        Some(TransactionSceneInfo { device_id: Some(device_id) })
    }
}

fn state_words(state: &TradeState) -> &'static str {
    match state {
        TradeState::Success => "支付成功",
        TradeState::Refund => "转入退款",
        TradeState::NotPay => "订单未支付",
        TradeState::Closed => "订单已关闭",
        TradeState::Revoked => "订单已撤销",
        TradeState::UserPaying => "用户支付中，请稍后查询",
        TradeState::PayError => "支付失败",
        TradeState::Unknown(_) => "",
    }
}
