//! Bills for people and tests, without the API.

use std::str::FromStr;

use tongbao_wire::{BillDate, Mchid};

use super::{AccountType, Bill, BillType, Content, Face, NoBill};
use crate::Simulator;

/// Which bill of a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillKind {
    /// 交易账单 with all rows: `ALL`.
    All,
    /// 交易账单, payments only: `SUCCESS`.
    Success,
    /// 交易账单, refunds only: `REFUND`.
    Refund,
    /// 资金账单 of 基本账户: `BASIC`.
    Basic,
    /// 资金账单 of 运营账户: `OPERATION`.
    Operation,
    /// 资金账单 of 手续费账户: `FEES`.
    Fees,
    /// 分账账单: `SHARING`.
    Sharing,
}

/// Why there is no bill to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillRefused {
    /// There is no such merchant at the simulator.
    #[error("there is no such merchant")]
    UnknownMerchant,
    /// The day is not over in Beijing.
    #[error("the day is not over in Beijing; move the clock ahead")]
    NotPast,
    /// More than three months ago.
    #[error("bills are kept for three months")]
    TooOld,
    /// It is not nine o'clock yet (`STATEMENT_CREATING`).
    #[error("the bill is there from 09:00 of the next day in Beijing; move the clock ahead")]
    Creating,
    /// Nothing happened (`NO_STATEMENT_EXIST`).
    #[error("nothing happened that day")]
    Nothing,
    /// Memory does not hold all of the day any more: `orders_in_memory` bounds it, a data directory does not.
    #[error("memory does not hold all of that day any more; with --data nothing is forgotten")]
    Forgotten,
}

impl BillRefused {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownMerchant => "unknown_merchant",
            Self::NotPast => "day_not_over",
            Self::TooOld => "bill_too_old",
            Self::Creating => "bill_creating",
            Self::Nothing => "no_bill",
            Self::Forgotten => "bill_forgotten",
        }
    }
}

impl From<NoBill> for BillRefused {
    fn from(why: NoBill) -> Self {
        match why {
            NoBill::NotPast => Self::NotPast,
            NoBill::TooOld => Self::TooOld,
            NoBill::Creating => Self::Creating,
            NoBill::Nothing => Self::Nothing,
            NoBill::Forgotten => Self::Forgotten,
        }
    }
}

/// A word that names no bill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of ALL, SUCCESS, REFUND, BASIC, OPERATION, FEES, SHARING")]
pub struct BillKindError(String);

impl FromStr for BillKind {
    type Err = BillKindError;

    /// Reads the protocol's word in either case.
    fn from_str(word: &str) -> Result<Self, BillKindError> {
        match word.to_ascii_uppercase().as_str() {
            "ALL" => Ok(Self::All),
            "SUCCESS" => Ok(Self::Success),
            "REFUND" => Ok(Self::Refund),
            "BASIC" => Ok(Self::Basic),
            "OPERATION" => Ok(Self::Operation),
            "FEES" => Ok(Self::Fees),
            "SHARING" => Ok(Self::Sharing),
            _ => Err(BillKindError(word.chars().take(40).collect())),
        }
    }
}

impl BillKind {
    fn content(self, mchid: &Mchid) -> Content {
        let trade = |rows| Content::Trade { sub_mchid: None, rows };
        let flow = |account| Content::FundFlow { mchid: mchid.clone(), account };
        match self {
            Self::All => trade(BillType::All),
            Self::Success => trade(BillType::Success),
            Self::Refund => trade(BillType::Refund),
            Self::Basic => flow(AccountType::Basic),
            Self::Operation => flow(AccountType::Operation),
            Self::Fees => flow(AccountType::Fees),
            Self::Sharing => Content::Sharing { sub_mchid: None },
        }
    }
}

impl Simulator {
    /// A merchant's bill of a day in Beijing, as a download would bring it: with byte order mark and CRLF
    /// unless switched otherwise. `None` is the first merchant.
    ///
    /// # Errors
    /// [`BillRefused`], when the API would refuse it too.
    pub fn bill(&self, mchid: Option<&Mchid>, day: BillDate, kind: BillKind) -> Result<String, BillRefused> {
        let bill = self.bill_of(mchid, day, kind)?;
        Ok(text(self.print_bill_at_once(&bill, Vec::new())?))
    }

    /// The same, page by page.
    pub(crate) async fn bill_text(
        &self,
        mchid: Option<&Mchid>,
        day: BillDate,
        kind: BillKind,
    ) -> Result<String, BillRefused> {
        let bill = self.bill_of(mchid, day, kind)?;
        Ok(text(self.print_bill(&bill, Vec::new()).await?))
    }

    fn bill_of(&self, mchid: Option<&Mchid>, day: BillDate, kind: BillKind) -> Result<Bill, BillRefused> {
        let platform = &self.inner.platform;
        let merchant = match mchid {
            Some(mchid) => platform.merchant(mchid),
            None => platform.merchants().into_iter().next(),
        };
        let asker = merchant.ok_or(BillRefused::UnknownMerchant)?.settings.mchid.clone();
        let bill = Bill { content: kind.content(&asker), asker, day, face: Face::V3 };
        bill.check(&platform.switches, self.now())?;
        Ok(bill)
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("bills are text")
}
