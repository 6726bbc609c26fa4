//! Banks, their branches, and where they are (v3-extended.md §9.1).

use serde::{Deserialize, Serialize};

/// One page of the banks that take companies', or persons', accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankList {
    /// How many there are.
    pub total_count: u32,
    /// How many are on this page.
    pub count: u32,
    /// Those on this page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<Bank>,
    /// How many are before this page.
    pub offset: u32,
    /// The addresses of the pages around this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<PageLinks>,
}

/// The banks an account number may belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankMatches {
    /// How many.
    pub total_count: u32,
    /// Those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<Bank>,
}

/// A bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    /// Its name as payers know it.
    pub bank_alias: String,
    /// The number its branches are asked for by.
    pub bank_alias_code: String,
    /// What applications name it by.
    pub account_bank: String,
    /// The number of that.
    pub account_bank_code: u32,
    /// Whether applications must also name a branch.
    pub need_bank_branch: bool,
}

/// One page of a bank's branches in a city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankBranchList {
    /// How many there are.
    pub total_count: u32,
    /// How many are on this page.
    pub count: u32,
    /// Those on this page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<Branch>,
    /// How many are before this page.
    pub offset: u32,
    /// The addresses of the pages around this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<PageLinks>,
    /// What applications name the bank by.
    pub account_bank: String,
    /// The number of that.
    pub account_bank_code: u32,
    /// The bank's name as payers know it.
    pub bank_alias: String,
    /// The number its branches were asked for by.
    pub bank_alias_code: String,
}

/// A branch (支行).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its full name (`bank_name` of applications).
    pub bank_branch_name: String,
    /// Its number (联行号).
    pub bank_branch_id: String,
}

/// The addresses, path and query, of the pages around one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLinks {
    /// The next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
    /// The one itself (`self`).
    #[serde(default, rename = "self", skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
}

/// The provinces; without Hong Kong, Macao and Taiwan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvinceList {
    /// How many.
    pub total_count: u32,
    /// Those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<Province>,
}

/// A province.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Province {
    /// Its name.
    pub province_name: String,
    /// The number its cities are asked for by.
    pub province_code: u32,
}

/// A province's cities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CityList {
    /// How many.
    pub total_count: u32,
    /// Those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<City>,
}

/// A city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct City {
    /// Its name.
    pub city_name: String,
    /// The number branches are asked for by.
    pub city_code: u32,
}
