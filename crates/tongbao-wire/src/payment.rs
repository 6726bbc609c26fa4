//! A payment, as answers and notifications show it to an ordinary merchant (v3.md §2.1, §2.5, §6.3).

use serde::{Deserialize, Serialize};

use crate::{
    Appid, Fen, Mchid, Openid, OutTradeNo, PrepayId, Timestamp, TradeState, TradeType, TransactionId,
};

/// Answer to a JSAPI or mini-program order (v3.md §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepayAnswer {
    /// What the cashier is opened with; valid for two hours.
    pub prepay_id: PrepayId,
}

/// Answer to an order paid in a browser outside WeChat (v3.md §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct H5PrepayAnswer {
    /// Where the payer's browser is sent, from the same tab; valid for five minutes.
    pub h5_url: String,
}

/// Answer to an order paid by scanning (v3.md §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativePrepayAnswer {
    /// What the QR code says, as it is; valid for two hours, or until the next one for the same order.
    pub code_url: String,
}

/// Answer to the reversal of a payment-code order, direct merchant (v3.md §2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// The appid the order was created with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appid: Option<Appid>,
    /// The merchant.
    pub mchid: Mchid,
    /// The merchant's number of what was reversed.
    pub out_trade_no: OutTradeNo,
}

/// A payment as queries and payment notifications show it, direct merchant (v3.md §2.5, §6.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The appid the order was created with.
    pub appid: Appid,
    /// The merchant.
    pub mchid: Mchid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The platform's number, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// How it was paid, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_type: Option<TradeType>,
    /// Where the payment stands.
    pub trade_state: TradeState,
    /// The same in words for people.
    #[serde(default)]
    pub trade_state_desc: String,
    /// The bank, `OTHERS` for a balance, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// What the merchant attached, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// Who paid, once paid. H5 notifications have been seen without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Payer>,
    /// How much. Before payment only `total` and `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<TransactionAmount>,
    /// Where it was ordered, when the order said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene_info: Option<TransactionSceneInfo>,
    /// Coupons used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotion_detail: Vec<PromotionDetail>,
    /// The instalments (分付) the payer chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment_info: Option<InstallmentInfo>,
}

/// The person who pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// As the ordering appid sees them.
    pub openid: Openid,
}

/// Amounts of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionAmount {
    /// What the order costs.
    pub total: Fen,
    /// What the payer paid: `total` less coupons. Once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_total: Option<Fen>,
    /// `CNY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `CNY`. Once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_currency: Option<String>,
}

/// Where something was ordered: of all the order said, only the device comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionSceneInfo {
    /// The shop's device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

/// The instalments (分付) a payer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallmentInfo {
    /// The merchant bears the interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_subsidy: Option<bool>,
    /// How many instalments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_installment_number: Option<u32>,
}

/// A coupon that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionDetail {
    /// The coupon.
    pub coupon_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `GLOBAL` or `SINGLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `CASH` (the platform tops up) or `NOCASH`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it took off.
    pub amount: Fen,
    /// Its stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_id: Option<String>,
    /// What the platform bears of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechatpay_contribute: Option<Fen>,
    /// What the merchant bears of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_contribute: Option<Fen>,
    /// What others bear of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_contribute: Option<Fen>,
    /// `CNY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The goods it was for, when it was for single goods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goods_detail: Vec<PromotionGoods>,
}

/// Goods that a coupon made cheaper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionGoods {
    /// The merchant's number of them.
    pub goods_id: String,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub unit_price: Fen,
    /// What the coupon took off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Fen>,
    /// A remark of the merchant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_remark: Option<String>,
}
