//! Profit sharing (分账): what the platform says of shares and their returns (v3-extended.md §8, v3.md §6.6).

use serde::{Deserialize, Serialize};

use crate::{Fen, Mchid, OutOrderNo, SharingOrderId, Timestamp, TransactionId};

/// What a profit-sharing notification carries: a share was credited, or a return was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitSharingNotice {
    /// The merchant who shares; absent for service providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mchid: Option<Mchid>,
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_mchid: Option<Mchid>,
    /// The sub-merchant who shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The payment that is shared.
    pub transaction_id: TransactionId,
    /// The platform's number of the share or return.
    pub order_id: SharingOrderId,
    /// The merchant's number of it.
    pub out_order_no: OutOrderNo,
    /// Who was credited.
    pub receiver: ProfitSharingNoticeReceiver,
    /// When.
    pub success_time: Timestamp,
}

/// Who was credited, in a notification. For a return this is the side the money goes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitSharingNoticeReceiver {
    /// `MERCHANT_ID`, and in theory the other kinds.
    #[serde(rename = "type")]
    pub kind: String,
    /// The merchant's number, or an openid.
    pub account: String,
    /// How much.
    pub amount: Fen,
    /// What the share was described as.
    #[serde(default)]
    pub description: String,
}
