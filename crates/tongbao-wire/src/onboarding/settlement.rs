//! The account a sub-merchant is paid to (v3-extended.md §9.5).

use serde::{Deserialize, Serialize};

use super::{AccountVerification, ApplicationNo, SettlementChangeState};
use crate::Timestamp;

/// A change of the account was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementChangeAccepted {
    /// What the change is looked up by. Older forms of the call answer with nothing (seen in the field).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_no: Option<ApplicationNo>,
}

/// The account a sub-merchant is paid to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementAccount {
    /// `ACCOUNT_TYPE_BUSINESS` or `ACCOUNT_TYPE_PRIVATE`.
    pub account_type: String,
    /// The bank.
    pub account_bank: String,
    /// The branch by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// The branch by number (联行号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_branch_id: Option<String>,
    /// The number, masked: `62*************78`.
    pub account_number: String,
    /// Whether it was verified; absent unless it was changed or a remittance failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_result: Option<AccountVerification>,
    /// Why it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_fail_reason: Option<String>,
}

/// A change of the account, as queries show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementChange {
    /// Whose account, masked: `张*`.
    pub account_name: String,
    /// `ACCOUNT_TYPE_BUSINESS` or `ACCOUNT_TYPE_PRIVATE`.
    pub account_type: String,
    /// The bank.
    pub account_bank: String,
    /// The branch by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// The branch by number (联行号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_branch_id: Option<String>,
    /// The number, masked.
    pub account_number: String,
    /// Where the change stands.
    pub verify_result: SettlementChangeState,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_fail_reason: Option<String>,
    /// When that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_finish_time: Option<Timestamp>,
}
