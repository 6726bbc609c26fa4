//! Onboarding of sub-merchants (特约商户进件): what the platform says of it (v3-extended.md §9).

mod bank;
mod intent;
mod settlement;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BusinessCode, Mchid, MediaId};

pub use crate::id::ApplicationNo;
pub use crate::word::{AccountVerification, ApplymentState, AuthorizeState, SettlementChangeState};
pub use bank::{
    Bank, BankBranchList, BankList, BankMatches, Branch, City, CityList, PageLinks, Province, ProvinceList,
};
pub use intent::{Intent, IntentState};
pub use settlement::{SettlementAccount, SettlementChange, SettlementChangeAccepted};

/// An application was accepted, or the one there was under the same number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplymentAccepted {
    /// The platform's number.
    pub applyment_id: u64,
}

/// An application to have a sub-merchant onboarded, as queries show it (v3-extended.md §9.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applyment {
    /// The provider's number.
    pub business_code: BusinessCode,
    /// The platform's number.
    pub applyment_id: u64,
    /// The new merchant, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// Where the contact verifies and signs; to be shown as a QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_url: Option<String>,
    /// Where it stands.
    pub applyment_state: ApplymentState,
    /// The same in words for people.
    #[serde(default)]
    pub applyment_state_msg: String,
    /// Why it was refused, member by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audit_detail: Vec<AuditDetail>,
}

/// Without the address, which is a key to the signing.
impl fmt::Debug for Applyment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applyment")
            .field("business_code", &self.business_code)
            .field("applyment_id", &self.applyment_id)
            .field("sub_mchid", &self.sub_mchid)
            .field("applyment_state", &self.applyment_state)
            .field("audit_detail", &self.audit_detail)
            .finish_non_exhaustive()
    }
}

/// What was wrong with one member of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDetail {
    /// The member's name in the protocol, such as `id_card_copy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_name: Option<String>,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
}

/// A picture or video was uploaded (v3-extended.md §9.2, §10.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaUploaded {
    /// What applications and replies name it by. It belongs to the merchant that uploaded it.
    pub media_id: MediaId,
}
