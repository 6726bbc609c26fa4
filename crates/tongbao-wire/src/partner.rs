//! Payments and refunds of service providers (服务商), who act for sub-merchants (v3.md §3, §6.3, §6.5).

use serde::{Deserialize, Serialize};

use crate::{
    Appid, InstallmentInfo, Mchid, Openid, OutRefundNo, OutTradeNo, PromotionDetail, RefundId,
    RefundNoticeAmount, RefundStatus, Timestamp, TradeState, TradeType, TransactionAmount, TransactionId,
    TransactionSceneInfo,
};

/// A payment as queries and payment notifications show it to a service provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerTransaction {
    /// The provider's appid.
    pub sp_appid: Appid,
    /// The provider.
    pub sp_mchid: Mchid,
    /// The sub-merchant's appid, when the order named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// The sub-merchant, who gets the money.
    pub sub_mchid: Mchid,
    /// The provider's number, unique over all its sub-merchants.
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
    /// Who paid, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PartnerPayer>,
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

/// Answer to the reversal of a payment-code order (v3.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerReversal {
    /// The provider's appid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_appid: Option<Appid>,
    /// The provider.
    pub sp_mchid: Mchid,
    /// The sub-merchant's appid, when the order named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// The sub-merchant.
    pub sub_mchid: Mchid,
    /// The provider's number of what was reversed.
    pub out_trade_no: OutTradeNo,
}

/// The person who pays a service provider's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerPayer {
    /// As the provider's appid sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_openid: Option<Openid>,
    /// As the sub-merchant's appid sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<Openid>,
}

/// What a refund notification carries for a service provider. Note `refund_status`, not `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerRefundNotice {
    /// The provider.
    pub sp_mchid: Mchid,
    /// The sub-merchant.
    pub sub_mchid: Mchid,
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
    /// Who pays the refund, for e-commerce platforms (收付通) only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_account: Option<String>,
    /// How much.
    pub amount: RefundNoticeAmount,
}
