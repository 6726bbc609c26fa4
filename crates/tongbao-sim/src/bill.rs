//! Bills (账单), written from the books: the same text for both protocols (v3.md §7, v2.md §3.5, §3.6).
//!
//! A bill is of one day in Beijing and of one instant, [`ready_at`]: what happens later does not change it.
//! It is not kept; whoever asks again gets the same bytes.

mod columns;
mod fund_flow;
mod links;
mod paper;
mod press;
mod sharing;
mod shown;
mod trade;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{BillDate, Mchid, Timestamp};

use crate::Switches;
#[cfg(test)]
use crate::ledger::Ledger;
use crate::ledger::Purse;

pub(crate) use links::{LINKS_MAX, Link, Seal};
pub(crate) use paper::Digest;
#[cfg(test)]
use press::Press;
pub use shown::{BillKind, BillKindError, BillRefused};

/// A bill somebody may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bill {
    /// Who asks: the merchant itself, or its provider.
    pub(crate) asker: Mchid,
    pub(crate) day: BillDate,
    pub(crate) content: Content,
    pub(crate) face: Face,
}

/// What a bill is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    /// 交易账单; of one sub-merchant when one is named.
    Trade { sub_mchid: Option<Mchid>, rows: BillType },
    /// 资金账单 of one purse of `mchid`.
    FundFlow { mchid: Mchid, account: AccountType },
    /// 分账账单; of one sub-merchant when one is named.
    Sharing { sub_mchid: Option<Mchid> },
}

/// Which rows a trade bill has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BillType {
    All,
    Success,
    Refund,
    /// `APIv2` only: refunds of topped-up coupons, which nobody has here.
    RechargeRefund,
}

/// Which account a fund-flow bill is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AccountType {
    Basic,
    Operation,
    Fees,
    /// 保证金账户 of sub-merchants, which nobody has here.
    Deposit,
}

/// Which protocol asks: titles of fund-flow bills have brackets of either width (v2.md §3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Face {
    V3,
    V2,
}

/// Why there is no bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBill {
    /// The day is not over.
    NotPast,
    /// More than three months ago.
    TooOld,
    /// Not yet (`STATEMENT_CREATING`, `Bill Creating`).
    Creating,
    /// Nothing to tell, for good (`NO_STATEMENT_EXIST`, `No Bill Exist`).
    Nothing,
    /// Memory has forgotten a part of the day, and half a bill is none. The simulator's own.
    Forgotten,
}

impl BillType {
    /// Reads the protocols' word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "ALL" => Some(Self::All),
            "SUCCESS" => Some(Self::Success),
            "REFUND" => Some(Self::Refund),
            "RECHARGE_REFUND" => Some(Self::RechargeRefund),
            _ => None,
        }
    }
}

impl AccountType {
    /// Reads the word of either protocol: `BASIC` or `Basic`.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "BASIC" | "Basic" => Some(Self::Basic),
            "OPERATION" | "Operation" => Some(Self::Operation),
            "FEES" | "Fees" => Some(Self::Fees),
            "DEPOSIT" => Some(Self::Deposit),
            _ => None,
        }
    }

    fn purse(self) -> Option<Purse> {
        match self {
            Self::Basic => Some(Purse::Basic),
            Self::Operation => Some(Purse::Operation),
            Self::Fees => Some(Purse::Fees),
            Self::Deposit => None,
        }
    }
}

impl Bill {
    /// Whether this is the time for the bill; that it has no row shows when it is written.
    ///
    /// # Errors
    /// [`NoBill`], in this order.
    pub(crate) fn check(&self, switches: &Switches, now: Timestamp) -> Result<(), NoBill> {
        let today = BillDate::of(now);
        if self.day >= today {
            return Err(NoBill::NotPast);
        }
        if months_before(today, MONTHS_KEPT) > key(self.day) {
            return Err(NoBill::TooOld);
        }
        if now < ready_at(self.day, switches) { Err(NoBill::Creating) } else { Ok(()) }
    }

    /// The whole bill as text, for tests of the books alone.
    #[cfg(test)]
    pub(crate) fn text(
        &self,
        ledger: &Ledger,
        switches: &Switches,
        now: Timestamp,
    ) -> Result<String, NoBill> {
        self.check(switches, now)?;
        let mut press = Press::new(self, switches, Vec::new()).unwrap();
        while press.print(&press.take(ledger)).unwrap() {}
        press.finish().unwrap().map(|text| String::from_utf8(text).unwrap())
    }
}

/// When the bill of a day is made: what it says is as of then.
pub(crate) fn ready_at(day: BillDate, switches: &Switches) -> Timestamp {
    let midnight = Timestamp::parse_rfc3339(&format!("{day}T00:00:00+08:00"));
    midnight.expect("a day of the calendar begins").plus(DAY).plus(switches.bills_ready_after)
}

/// Year, month and day that many months earlier; there may be no such day, but others compare with it.
fn months_before(day: BillDate, months: i32) -> (i32, i32, i32) {
    let (year, month, day) = key(day);
    let since = year * 12 + month - 1 - months;
    (since.div_euclid(12), since.rem_euclid(12) + 1, day)
}

fn key(day: BillDate) -> (i32, i32, i32) {
    let digits: i32 = day.digits().parse().unwrap_or_default();
    (digits / 10_000, digits / 100 % 100, digits % 100)
}

/// Older bills are had on 商户平台 by hand (v3.md §7.1).
const MONTHS_KEPT: i32 = 3;
const DAY: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests;
