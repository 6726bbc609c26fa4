//! Under which rule, and to which account, the merchant is paid (v3-extended.md §9.3, §9.5).

use serde::Serialize;
use tongbao_wire::MediaId;

use super::members::{Seals, filled};
use crate::sealed::Sealed;
use crate::unsendable::Unsendable;

/// Under which rule the merchant is paid (`settlement_info`).
#[derive(Clone, Debug, Serialize)]
pub struct SettlementInfo {
    /// The rule, by its number in the documents' table; it belongs to the kind of merchant.
    pub settlement_id: String,
    /// The trade, by its name in the same table.
    pub qualification_type: String,
    /// Pictures of the permits the trade needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<MediaId>,
    /// A discount.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Activity>,
}

/// A discount on the fee.
#[derive(Clone, Debug, Serialize)]
pub struct Activity {
    /// Which.
    pub activities_id: String,
    /// What it leaves of the fee.
    #[serde(flatten)]
    pub rate: ActivityRate,
    /// Pictures the discount asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub activities_additions: Vec<MediaId>,
}

/// A fee in per cent, as a decimal text such as `0.6`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ActivityRate {
    /// One for all cards.
    Single {
        /// The fee.
        activities_rate: String,
    },
    /// One for credit cards, one for the rest.
    Split {
        /// The fee without a credit card.
        debit_activities_rate: String,
        /// The fee with one.
        credit_activities_rate: String,
    },
}

impl SettlementInfo {
    /// A rule without permits or discounts.
    #[must_use]
    pub fn new(settlement_id: impl Into<String>, qualification_type: impl Into<String>) -> Self {
        Self {
            settlement_id: settlement_id.into(),
            qualification_type: qualification_type.into(),
            qualifications: Vec::new(),
            activity: None,
        }
    }
}

/// The account of an application (`bank_account_info`).
#[derive(Clone, Debug, Serialize)]
pub struct BankAccountInfo {
    /// Kind. Only an individual business may have a personal one.
    pub bank_account_type: BankAccountType,
    /// Whose it is: the licence's name, or the operator's.
    pub account_name: Sealed,
    /// The bank ([`Bank::account_bank`](tongbao_wire::onboarding::Bank)).
    pub account_bank: String,
    /// Code of its district.
    pub bank_address_code: String,
    /// The branch, for banks that need one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BankBranch>,
    /// Number.
    pub account_number: Sealed,
}

/// Kinds of accounts, in applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BankAccountType {
    /// A company's.
    #[serde(rename = "BANK_ACCOUNT_TYPE_CORPORATE")]
    Corporate,
    /// A person's.
    #[serde(rename = "BANK_ACCOUNT_TYPE_PERSONAL")]
    Personal,
}

/// A branch (支行), by one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum BankBranch {
    /// Number (联行号).
    #[serde(rename = "bank_branch_id")]
    Id(String),
    /// Full name, the bank's included.
    #[serde(rename = "bank_name")]
    Name(String),
}

impl BankAccountInfo {
    pub(super) fn seals(&self) -> Seals<'_> {
        Seals::default().and("account_name", &self.account_name).and("account_number", &self.account_number)
    }
}

/// Another account for a merchant that is onboarded (v3-extended.md §9.5).
#[derive(Clone, Debug, Serialize)]
pub struct SettlementChangeRequest {
    /// Whether the change is reviewed in the background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modify_mode: Option<ModifyMode>,
    /// Kind.
    pub account_type: AccountType,
    /// The bank ([`Bank::account_bank`](tongbao_wire::onboarding::Bank)).
    pub account_bank: String,
    /// Code of its district.
    pub bank_address_code: String,
    /// The branch, for banks that need one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BankBranch>,
    /// Number.
    pub account_number: Sealed,
    /// Whose it is; as before when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<Sealed>,
}

/// How a change is reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ModifyMode {
    /// In the background; look it up by its `application_no`.
    #[serde(rename = "MODIFY_MODE_ASYNC")]
    Async,
}

/// Kinds of accounts, in changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AccountType {
    /// A company's.
    #[serde(rename = "ACCOUNT_TYPE_BUSINESS")]
    Business,
    /// A person's.
    #[serde(rename = "ACCOUNT_TYPE_PRIVATE")]
    Private,
}

impl SettlementChangeRequest {
    /// A change with the members every change has; the others are set on the value.
    #[must_use]
    pub fn new(
        account_type: AccountType,
        account_bank: impl Into<String>,
        bank_address_code: impl Into<String>,
        account_number: Sealed,
    ) -> Self {
        Self {
            modify_mode: None,
            account_type,
            account_bank: account_bank.into(),
            bank_address_code: bank_address_code.into(),
            branch: None,
            account_number,
            account_name: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        filled(self)?;
        self.seals().check()
    }

    pub(super) fn seals(&self) -> Seals<'_> {
        let seals = Seals::default().and("account_number", &self.account_number);
        seals.and("account_name", self.account_name.as_ref())
    }
}

/// How much of an account number a query shows (`account_number_rule`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountNumberRule {
    /// `ACCOUNT_NUMBER_RULE_MASK_V1`.
    MaskV1,
    /// `ACCOUNT_NUMBER_RULE_MASK_V2`.
    MaskV2,
}

impl AccountNumberRule {
    /// The word as the protocol spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MaskV1 => "ACCOUNT_NUMBER_RULE_MASK_V1",
            Self::MaskV2 => "ACCOUNT_NUMBER_RULE_MASK_V2",
        }
    }
}
