//! Asking where a bill is (v3.md §7.1).

use tongbao_wire::{BillDate, Call, Mchid};

use crate::client::outgoing::Outgoing;
use crate::unsendable::{Unsendable, UnsendableReason};

/// Asks for a trade bill, `GET /v3/bill/tradebill`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeBillRequest {
    /// The day, at least yesterday and at most three months ago.
    pub bill_date: BillDate,
    /// One sub-merchant of the service provider that asks; all of them without.
    pub sub_mchid: Option<Mchid>,
    /// Which rows; `ALL` without.
    pub bill_type: Option<BillType>,
    /// How it is compressed; [`TradeBillRequest::new`] asks for gzip.
    pub tar_type: Option<TarType>,
}

/// Asks for a fund-flow bill, `GET /v3/bill/fundflowbill`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundFlowBillRequest {
    /// The day, at least yesterday and at most three months ago.
    pub bill_date: BillDate,
    /// Which account; `BASIC` without.
    pub account_type: Option<AccountType>,
    /// How it is compressed; [`FundFlowBillRequest::new`] asks for gzip.
    pub tar_type: Option<TarType>,
}

/// Asks for a sub-merchant's fund-flow bill, `GET /v3/bill/sub-merchant-fundflowbill`.
///
/// For service providers. It comes encrypted, with `AEAD_AES_256_GCM`. It is not asked for compressed: whether such a file is
/// compressed before or after it is encrypted is not documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubMerchantFundFlowBillRequest {
    /// The sub-merchant.
    pub sub_mchid: Mchid,
    /// The day, at least yesterday and at most three months ago.
    pub bill_date: BillDate,
    /// Which account.
    pub account_type: AccountType,
}

/// Asks for a profit-sharing bill, `GET /v3/profitsharing/bills`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfitSharingBillRequest {
    /// The day, at least yesterday and at most three months ago.
    pub bill_date: BillDate,
    /// One sub-merchant of the service provider that asks; all of them without.
    pub sub_mchid: Option<Mchid>,
    /// How it is compressed; [`ProfitSharingBillRequest::new`] asks for gzip.
    pub tar_type: Option<TarType>,
}

/// Which rows a trade bill has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillType {
    /// Payments and refunds of the day.
    All,
    /// Payments of the day.
    Success,
    /// Refunds accepted on the day.
    Refund,
}

/// Which account of a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountType {
    /// The basic account (基本账户).
    Basic,
    /// The operation account (运营账户).
    Operation,
    /// The account of fees (手续费账户).
    Fees,
    /// The deposit account (保证金账户), of sub-merchants only.
    Deposit,
}

/// How a bill is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TarType {
    /// With gzip.
    Gzip,
}

impl BillType {
    /// The word of the protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
        }
    }
}

impl AccountType {
    /// The word of the protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "BASIC",
            Self::Operation => "OPERATION",
            Self::Fees => "FEES",
            Self::Deposit => "DEPOSIT",
        }
    }
}

impl TarType {
    /// The word of the protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "GZIP",
        }
    }
}

impl TradeBillRequest {
    /// The bill of `bill_date` with all rows, compressed; the rest is set on the value.
    #[must_use]
    pub fn new(bill_date: BillDate) -> Self {
        Self { bill_date, sub_mchid: None, bill_type: None, tar_type: Some(TarType::Gzip) }
    }

    pub(crate) fn outgoing(&self) -> Outgoing {
        asked(Call::TradeBill, self.bill_date)
            .query_if("sub_mchid", self.sub_mchid.as_ref().map(Mchid::as_str))
            .query_if("bill_type", self.bill_type.map(BillType::as_str))
            .query_if("tar_type", self.tar_type.map(TarType::as_str))
    }
}

impl FundFlowBillRequest {
    /// The bill of `bill_date` for the basic account, compressed; the rest is set on the value.
    #[must_use]
    pub fn new(bill_date: BillDate) -> Self {
        Self { bill_date, account_type: None, tar_type: Some(TarType::Gzip) }
    }

    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        match self.account_type {
            Some(AccountType::Deposit) => {
                let reason = "DEPOSIT is an account of sub-merchants; ask for the sub-merchant's bill";
                Err(Unsendable::new("account_type", UnsendableReason::Combination(reason)))
            }
            Some(AccountType::Basic | AccountType::Operation | AccountType::Fees) | None => Ok(()),
        }
    }

    pub(crate) fn outgoing(&self) -> Outgoing {
        asked(Call::FundFlowBill, self.bill_date)
            .query_if("account_type", self.account_type.map(AccountType::as_str))
            .query_if("tar_type", self.tar_type.map(TarType::as_str))
    }
}

impl SubMerchantFundFlowBillRequest {
    /// The bill of `bill_date` for one account of a sub-merchant.
    #[must_use]
    pub fn new(sub_mchid: Mchid, bill_date: BillDate, account_type: AccountType) -> Self {
        Self { sub_mchid, bill_date, account_type }
    }

    pub(crate) fn outgoing(&self) -> Outgoing {
        asked(Call::SubMerchantFundFlowBill, self.bill_date)
            .query("sub_mchid", self.sub_mchid.as_str())
            .query("account_type", self.account_type.as_str())
            .query("algorithm", ALGORITHM)
    }
}

impl ProfitSharingBillRequest {
    /// The bill of `bill_date`, compressed; the rest is set on the value.
    #[must_use]
    pub fn new(bill_date: BillDate) -> Self {
        Self { bill_date, sub_mchid: None, tar_type: Some(TarType::Gzip) }
    }

    pub(crate) fn outgoing(&self) -> Outgoing {
        asked(Call::ProfitSharingBill, self.bill_date)
            .query_if("sub_mchid", self.sub_mchid.as_ref().map(Mchid::as_str))
            .query_if("tar_type", self.tar_type.map(TarType::as_str))
    }
}

fn asked(call: Call, bill_date: BillDate) -> Outgoing {
    Outgoing::to(call).query("bill_date", &bill_date.to_string())
}

/// The only cipher asked for.
const ALGORITHM: &str = "AEAD_AES_256_GCM";
