//! The application to have a sub-merchant onboarded (v3-extended.md §9.3).

use serde::Serialize;
use tongbao_wire::{BusinessCode, MediaId};

use super::business::BusinessInfo;
use super::contact::ContactInfo;
use super::members::{Seals, filled};
use super::settlement::{BankAccountInfo, BankAccountType, SettlementInfo};
use super::subject::SubjectInfo;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// An application to have a sub-merchant onboarded.
///
/// The same `business_code` again overwrites an application that was refused or is being edited, and
/// otherwise means the one there is. All sealed members must be sealed with one key.
#[derive(Clone, Debug, Serialize)]
pub struct ApplymentRequest {
    /// The provider's number, at most 124 characters; best begun with the provider's `mchid`.
    pub business_code: BusinessCode,
    /// Who signs.
    pub contact_info: ContactInfo,
    /// What the merchant is.
    pub subject_info: SubjectInfo,
    /// What it sells.
    pub business_info: BusinessInfo,
    /// Under which rule it is paid.
    pub settlement_info: SettlementInfo,
    /// To which account.
    pub bank_account_info: BankAccountInfo,
    /// What else the review asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addition_info: Option<AdditionInfo>,
}

/// What else the review asked for (`addition_info`); at least one member.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AdditionInfo {
    /// Picture of the legal person's commitment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_person_commitment: Option<MediaId>,
    /// Video in which the legal person confirms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_person_video: Option<MediaId>,
    /// Further pictures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub business_addition_pics: Vec<MediaId>,
    /// Further words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_addition_msg: Option<String>,
}

impl ApplymentRequest {
    /// An application with the members every one has.
    #[must_use]
    pub fn new(
        business_code: BusinessCode,
        contact_info: ContactInfo,
        subject_info: SubjectInfo,
        business_info: BusinessInfo,
        settlement_info: SettlementInfo,
        bank_account_info: BankAccountInfo,
    ) -> Self {
        Self {
            business_code,
            contact_info,
            subject_info,
            business_info,
            settlement_info,
            bank_account_info,
            addition_info: None,
        }
    }

    /// Checks what the platform would refuse, as far as it can be seen: what is sealed cannot.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("business_code", self.business_code.as_str(), BUSINESS_CODE_CHARS_MAX)?;
        filled(self)?;
        self.contact_info.check().map_err(|fault| fault.within("contact_info"))?;
        self.subject_info.check().map_err(|fault| fault.within("subject_info"))?;
        let personal = self.bank_account_info.bank_account_type == BankAccountType::Personal;
        if personal && !self.subject_info.subject.is_individual() {
            let rule = "must be CORPORATE for all but individual businesses";
            let reason = UnsendableReason::Combination(rule);
            return Err(Unsendable::new("bank_account_info.bank_account_type", reason));
        }
        self.seals().check()
    }

    /// Every sealed member.
    pub(super) fn seals(&self) -> Seals<'_> {
        Seals::default()
            .and_within("contact_info", self.contact_info.seals())
            .and_within("subject_info", self.subject_info.seals())
            .and_within("bank_account_info", self.bank_account_info.seals())
    }
}

/// In applications; elsewhere a number may have 128 (v3-extended.md §9.3).
const BUSINESS_CODE_CHARS_MAX: usize = 124;
