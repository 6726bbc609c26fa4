//! Transfers to users (商家转账, user-confirm mode): what the platform says of them (v3-extended.md §10.1).

use serde::{Deserialize, Serialize};

pub use crate::word::transfer::{TransferAuthorizationState, TransferFailReason, TransferReceiptState};
use crate::{
    Appid, AuthorizationId, Ciphertext, Fen, Mchid, Openid, OutAuthorizationNo, OutBillNo, Timestamp,
    TransferBillNo, TransferState,
};

impl TransferState {
    /// True when nothing can change any more: the user has the money, or it is back. An unknown word is not
    /// final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Success | Self::Fail | Self::Cancelled => true,
            Self::Accepted
            | Self::Processing
            | Self::WaitUserConfirm
            | Self::Transfering
            | Self::Canceling
            | Self::Unknown(_) => false,
        }
    }

    /// True when the same transfer may be tried under a new number. In every other state a second number could
    /// pay twice: repeat the same request under the same number instead, or wait.
    #[must_use]
    pub fn allows_new_number(&self) -> bool {
        match self {
            Self::Fail | Self::Cancelled => true,
            Self::Success
            | Self::Accepted
            | Self::Processing
            | Self::WaitUserConfirm
            | Self::Transfering
            | Self::Canceling
            | Self::Unknown(_) => false,
        }
    }
}

/// Answer to starting a transfer (v3-extended.md §10.1). Accepted is not arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferStarted {
    /// The merchant's number.
    pub out_bill_no: OutBillNo,
    /// The platform's number.
    pub transfer_bill_no: TransferBillNo,
    /// When it was started.
    pub create_time: Timestamp,
    /// Where it stands.
    pub state: TransferState,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<TransferFailReason>,
    /// What opens the page on which the user confirms; only in `WAIT_USER_CONFIRM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_info: Option<String>,
    /// The user's name as the merchant shows it, when an authorisation was asked for as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_display_name: Option<String>,
    /// The merchant's number of that authorisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_authorization_no: Option<OutAuthorizationNo>,
}

/// A transfer, as queries and transfers under an authorisation answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The merchant.
    pub mch_id: Mchid,
    /// The merchant's number.
    pub out_bill_no: OutBillNo,
    /// The platform's number.
    pub transfer_bill_no: TransferBillNo,
    /// The app in which the user receives; always there in answers to queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appid: Option<Appid>,
    /// Where it stands.
    pub state: TransferState,
    /// How much.
    pub transfer_amount: Fen,
    /// What the user reads.
    pub transfer_remark: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<TransferFailReason>,
    /// Who receives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openid: Option<Openid>,
    /// The user's name, encrypted, when the transfer carried it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<Ciphertext>,
    /// When it was started.
    pub create_time: Timestamp,
    /// When it last changed; always there in answers to queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_time: Option<Timestamp>,
}

/// Answer to cancelling a transfer: accepted, not done. Query until the state is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferCancellation {
    /// The merchant's number.
    pub out_bill_no: OutBillNo,
    /// The platform's number.
    pub transfer_bill_no: TransferBillNo,
    /// `CANCELING` or `CANCELLED`.
    pub state: TransferState,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// Answer to asking a user to receive without confirming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferAuthorizationRequested {
    /// The merchant's number.
    pub out_authorization_no: OutAuthorizationNo,
    /// `WAIT_USER_CONFIRM`.
    pub state: TransferAuthorizationState,
    /// When it was asked for.
    pub create_time: Timestamp,
    /// What opens the page on which the user authorises. Keep it: a query need not repeat it.
    pub package_info: String,
}

/// An authorisation to receive without confirming, as looking it up and ending it answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferAuthorization {
    /// The merchant's number.
    pub out_authorization_no: OutAuthorizationNo,
    /// The app in which the user authorised.
    pub appid: Appid,
    /// The user.
    pub openid: Openid,
    /// The user's name, as the merchant showed it.
    pub user_display_name: String,
    /// The platform's number, once in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_id: Option<AuthorizationId>,
    /// Where it stands.
    pub state: TransferAuthorizationState,
    /// When the user authorised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_time: Option<Timestamp>,
    /// Why and when it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_info: Option<AuthorizationCloseInfo>,
    /// The scene it holds for, such as `1000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_scene_id: Option<String>,
    /// What the user is told they receive it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_recv_perception: Option<String>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<Timestamp>,
    /// What opens the page that shows the authorisation, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_info: Option<String>,
}

/// The receipt (电子回单) of a transfer, as asking for one and looking it up answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReceipt {
    /// Where it stands.
    pub state: TransferReceiptState,
    /// When it was asked for.
    pub create_time: Timestamp,
    /// When it last changed; absent in the answer to the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_time: Option<Timestamp>,
    /// `SHA256` or `SM3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_type: Option<String>,
    /// What the file must hash to, in hexadecimal. Compare it: the file itself is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_value: Option<String>,
    /// Where the file is, for ten minutes; then look the receipt up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download_url: Option<String>,
    /// Why it could not be made, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<String>,
}

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
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<TransferFailReason>,
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
    /// `TAKING_EFFECT` or `CLOSED`.
    pub state: TransferAuthorizationState,
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

#[cfg(test)]
mod tests {
    use crate::TransferState;

    #[test]
    fn only_a_failed_or_cancelled_transfer_may_have_a_new_number() {
        let words = |chosen: fn(&TransferState) -> bool| -> Vec<&str> {
            TransferState::ALL.iter().filter(|state| chosen(state)).map(TransferState::as_str).collect()
        };
        assert_eq!(words(TransferState::is_final), ["SUCCESS", "FAIL", "CANCELLED"]);
        assert_eq!(words(TransferState::allows_new_number), ["FAIL", "CANCELLED"]);
        let tomorrow = TransferState::from("TOMORROW");
        assert!(!tomorrow.is_final() && !tomorrow.allows_new_number());
    }
}
