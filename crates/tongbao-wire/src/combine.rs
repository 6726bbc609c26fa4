//! Combined orders (合单): several orders paid with one password (v3.md §4, §6.4).

use serde::{Deserialize, Serialize};

use crate::{
    Appid, Fen, InstallmentInfo, Mchid, Openid, OutTradeNo, PromotionDetail, Timestamp, TradeState,
    TradeType, TransactionId, TransactionSceneInfo,
};

/// A combined order as its query and its notification show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedTransaction {
    /// The initiator's appid.
    pub combine_appid: Appid,
    /// The initiator.
    pub combine_mchid: Mchid,
    /// The initiator's number of the whole.
    pub combine_out_trade_no: OutTradeNo,
    /// The platform's number of the whole, where it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine_transaction_id: Option<TransactionId>,
    /// The device it was ordered on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene_info: Option<TransactionSceneInfo>,
    /// The orders, each with its own state.
    pub sub_orders: Vec<CombinedSubOrder>,
    /// Who paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine_payer_info: Option<CombinedPayer>,
    /// The instalments (分付) the payer chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment_info: Option<InstallmentInfo>,
}

/// Who paid a combined order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedPayer {
    /// As the initiator's appid sees them.
    pub openid: Openid,
    /// As the sub-merchant's appid sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<Openid>,
}

/// One order of a combined order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedSubOrder {
    /// Whose order it is.
    pub mchid: Mchid,
    /// The sub-merchant, when a service provider initiated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The sub-merchant's appid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// The payer, as the sub-merchant's appid sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<Openid>,
    /// How it was paid, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_type: Option<TradeType>,
    /// Where it stands.
    pub trade_state: TradeState,
    /// The bank, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// What the merchant attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// The platform's number, once paid. Refunds and profit sharing name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// How much.
    pub amount: CombinedAmount,
    /// Coupons used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotion_detail: Vec<PromotionDetail>,
}

/// Amounts of one order of a combined order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedAmount {
    /// What it costs.
    pub total_amount: Fen,
    /// `CNY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the payer paid, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_amount: Option<Fen>,
    /// `CNY`, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_currency: Option<String>,
    /// Exchange rate times 10^8, for payers abroad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_rate: Option<i64>,
}
