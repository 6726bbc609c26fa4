//! Transfers to users (商家转账, user-confirm mode): what the platform says of them (v3-extended.md §10.1).

use serde::{Deserialize, Serialize};

use crate::{
    Appid, AuthorizationId, Fen, Mchid, Openid, OutAuthorizationNo, OutBillNo, Timestamp, TransferBillNo,
    TransferState,
};

/// What `MCHTRANSFER.BILL.FINISHED` carries: a transfer reached a final state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferNotice {
    /// The merchant's number.
    pub out_bill_no: OutBillNo,
    /// The platform's number.
    pub transfer_bill_no: TransferBillNo,
    /// `SUCCESS`, `FAIL` or `CANCELLED`.
    pub state: TransferState,
    /// The merchant; absent for service providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mch_id: Option<Mchid>,
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mchid: Option<Mchid>,
    /// The sub-merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// How much.
    pub transfer_amount: Fen,
    /// Who receives it.
    pub openid: Openid,
    /// Why it failed; open set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<String>,
    /// When it was started.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// `CFT` (WeChat balance) or `WPHK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method_type: Option<String>,
}

/// What `MCHTRANSFER.AUTHORIZATION.…` carries: an authorisation to receive without confirming took effect
/// or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferAuthorizationNotice {
    /// The merchant's number of the authorisation.
    pub out_authorization_no: OutAuthorizationNo,
    /// The app in which the user authorised.
    pub appid: Appid,
    /// The user.
    pub openid: Openid,
    /// The user's name, as the merchant showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_display_name: Option<String>,
    /// The platform's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_id: Option<AuthorizationId>,
    /// `TAKING_EFFECT` or `CLOSED`; open set.
    pub state: String,
    /// When the user authorised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_time: Option<Timestamp>,
    /// Why and when it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_info: Option<AuthorizationCloseInfo>,
}

/// Why and when an authorisation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCloseInfo {
    /// When.
    pub close_time: Timestamp,
    /// `CLOSE_VIA_MCH_API`, `USER_CLOSE`, `USER_OVERDUE_UNCONFIRMED`, `TRANSFER_RISK`,
    /// `USER_ACCOUNT_ABNORMAL`; open set.
    pub close_reason: String,
}
