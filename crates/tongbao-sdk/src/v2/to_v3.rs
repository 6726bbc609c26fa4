//! Payments of `APIv2` in the words of `APIv3`, so that both can be observed alike (v2.md §5).
//!
//! What `APIv2` does not say is left out, never made up. Refunds keep their own shape, for what `APIv3` says
//! of them (`create_time`, `payer_total`) is not in `APIv2`; their states are read as those of `APIv3`.

use tongbao_wire::partner::{PartnerPayer, PartnerTransaction};
use tongbao_wire::{
    Payer, PromotionDetail, TradeState, Transaction, TransactionAmount, TransactionSceneInfo,
};

use crate::v2::payment::{Coupon, Order, Payment};

/// A payment is an order that was paid. A notification or a payment code says no more than that: what was
/// refunded since is not in it.
impl From<Payment> for Order {
    fn from(payment: Payment) -> Self {
        Self {
            mch_id: payment.mch_id.clone(),
            party: payment.party.clone(),
            out_trade_no: payment.out_trade_no.clone(),
            trade_state: TradeState::Success,
            trade_state_desc: None,
            total_fee: Some(payment.total_fee),
            payment: Some(payment),
        }
    }
}

impl Order {
    /// The order as `APIv3` shows it to a merchant; `None` when it is a service provider's.
    #[must_use]
    pub fn to_transaction(&self) -> Option<Transaction> {
        if self.party.sub.is_some() {
            return None;
        }
        let payment = self.payment.as_ref();
        let openid = payment.and_then(|payment| payment.openid.clone());
        Some(Transaction {
            appid: self.party.appid.clone(),
            mchid: self.mch_id.clone(),
            out_trade_no: self.out_trade_no.clone(),
            transaction_id: payment.map(|payment| payment.transaction_id.clone()),
            trade_type: payment.map(|payment| payment.trade_type.clone()),
            trade_state: self.trade_state.clone(),
            trade_state_desc: self.trade_state_desc.clone().unwrap_or_default(),
            bank_type: payment.and_then(|payment| payment.bank_type.clone()),
            attach: payment.and_then(|payment| payment.attach.clone()),
            success_time: payment.map(|payment| payment.time_end),
            payer: openid.map(|openid| Payer { openid }),
            amount: self.amount(),
            scene_info: self.scene_info(),
            promotion_detail: self.promotion_detail(),
            installment_info: None,
        })
    }

    /// The order as `APIv3` shows it to a service provider; `None` when there is no sub-merchant.
    #[must_use]
    pub fn to_partner_transaction(&self) -> Option<PartnerTransaction> {
        let sub = self.party.sub.as_ref()?;
        let payment = self.payment.as_ref();
        Some(PartnerTransaction {
            sp_appid: self.party.appid.clone(),
            sp_mchid: self.mch_id.clone(),
            sub_appid: sub.sub_appid.clone(),
            sub_mchid: sub.sub_mch_id.clone(),
            out_trade_no: self.out_trade_no.clone(),
            transaction_id: payment.map(|payment| payment.transaction_id.clone()),
            trade_type: payment.map(|payment| payment.trade_type.clone()),
            trade_state: self.trade_state.clone(),
            trade_state_desc: self.trade_state_desc.clone().unwrap_or_default(),
            bank_type: payment.and_then(|payment| payment.bank_type.clone()),
            attach: payment.and_then(|payment| payment.attach.clone()),
            success_time: payment.map(|payment| payment.time_end),
            payer: payment.map(|payment| PartnerPayer {
                sp_openid: payment.openid.clone(),
                sub_openid: payment.sub_openid.clone(),
            }),
            amount: self.amount(),
            scene_info: self.scene_info(),
            promotion_detail: self.promotion_detail(),
            installment_info: None,
        })
    }

    fn scene_info(&self) -> Option<TransactionSceneInfo> {
        let device_id = self.payment.as_ref()?.device_info.clone()?;
        Some(TransactionSceneInfo { device_id: Some(device_id) })
    }

    fn amount(&self) -> Option<TransactionAmount> {
        let payment = self.payment.as_ref();
        Some(TransactionAmount {
            total: self.total_fee?,
            payer_total: payment.and_then(|payment| payment.cash_fee),
            currency: payment.and_then(|payment| payment.fee_type.clone()),
            payer_currency: payment.and_then(|payment| payment.cash_fee_type.clone()),
        })
    }

    fn promotion_detail(&self) -> Vec<PromotionDetail> {
        let coupons = self.payment.iter().flat_map(|payment| &payment.coupons);
        coupons.filter_map(promotion).collect()
    }
}

/// A coupon without a number is none in `APIv3`.
fn promotion(coupon: &Coupon) -> Option<PromotionDetail> {
    let kind = coupon.coupon_type.as_deref().map(|word| if word == "NO_CASH" { "NOCASH" } else { word });
    Some(PromotionDetail {
        coupon_id: coupon.coupon_id.clone()?,
        name: None,
        scope: None,
        kind: kind.map(str::to_owned),
        amount: coupon.coupon_fee,
        stock_id: None,
        wechatpay_contribute: None,
        merchant_contribute: None,
        other_contribute: None,
        currency: None,
        goods_detail: Vec::new(),
    })
}
