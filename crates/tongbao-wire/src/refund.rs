//! A refund, as answers and notifications show it (v3.md §5.1, §6.5).

use serde::{Deserialize, Serialize};

use crate::{
    Fen, Mchid, OutRefundNo, OutTradeNo, RefundChannel, RefundId, RefundStatus, Timestamp, TransactionId,
};

/// A refund as the answers of apply, query and abnormal refund show it (v3.md §5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The platform's number.
    pub refund_id: RefundId,
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The way the money goes back.
    pub channel: RefundChannel,
    /// The account that receives it, in words.
    pub user_received_account: String,
    /// When the payer had the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// When the platform accepted it.
    pub create_time: Timestamp,
    /// Where it stands.
    pub status: RefundStatus,
    /// The merchant's account that pays: `UNSETTLED`, `AVAILABLE`, `UNAVAILABLE`, `OPERATION`, `BASIC` or
    /// `ECNY_BASIC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds_account: Option<String>,
    /// How much.
    pub amount: RefundAmount,
    /// What the coupons used get back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotion_detail: Vec<RefundPromotion>,
}

/// Amounts of a refund in answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAmount {
    /// What the order cost.
    pub total: Fen,
    /// What goes back.
    pub refund: Fen,
    /// The merchant's accounts that pay, where the request named them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<RefundSource>,
    /// What the payer had paid.
    pub payer_total: Fen,
    /// What the payer gets back.
    pub payer_refund: Fen,
    /// What leaves the merchant's settlement.
    pub settlement_refund: Fen,
    /// What the merchant's settlement had been.
    pub settlement_total: Fen,
    /// What coupons get back.
    pub discount_refund: Fen,
    /// `CNY`.
    pub currency: String,
    /// What the merchant gets back of the platform's fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_fee: Option<Fen>,
}

/// One of the merchant's accounts that pay a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSource {
    /// `AVAILABLE` or `UNAVAILABLE`.
    pub account: String,
    /// How much it pays.
    pub amount: Fen,
}

/// What a coupon gets back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPromotion {
    /// The coupon.
    pub promotion_id: String,
    /// `GLOBAL` (the whole order) or `SINGLE` (some goods).
    pub scope: String,
    /// `CASH` (the platform tops up) or `NOCASH`; older answers say `COUPON` or `DISCOUNT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it took off.
    pub amount: Fen,
    /// What of that goes back.
    pub refund_amount: Fen,
    /// The goods it was for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goods_detail: Vec<RefundGoods>,
}

/// Goods that went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundGoods {
    /// The merchant's number.
    pub merchant_goods_id: String,
    /// The platform's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechatpay_goods_id: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_name: Option<String>,
    /// What one costs.
    pub unit_price: Fen,
    /// What went back for them.
    pub refund_amount: Fen,
    /// How many went back.
    pub refund_quantity: u32,
}

/// What a refund notification carries, direct merchant (v3.md §6.5). Note `refund_status`, not `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundNotice {
    /// The merchant.
    pub mchid: Mchid,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// The platform's number of the refund.
    pub refund_id: RefundId,
    /// Where it stands.
    pub refund_status: RefundStatus,
    /// When the payer had the money; only with `SUCCESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// The account that receives it, in words.
    #[serde(default)]
    pub user_received_account: String,
    /// How much.
    pub amount: RefundNoticeAmount,
}

/// Amounts of a refund in notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundNoticeAmount {
    /// What the order cost.
    pub total: Fen,
    /// What goes back.
    pub refund: Fen,
    /// What the payer had paid.
    pub payer_total: Fen,
    /// What the payer gets back.
    pub payer_refund: Fen,
}
