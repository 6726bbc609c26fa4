//! Reads a bill row by row.

use std::fmt;
use std::io::BufRead;

use super::column::{Column, Titles};
use super::fault::{BillFault, BillFaultReason};
use super::lines::Lines;
use super::row::{Row, split};
use super::summary::Summary;

/// A bill that is read row by row, from a file or from memory, plain or compressed with gzip.
///
/// Uses the same memory for a bill of ten rows and of ten million. After the last row,
/// [`BillReader::summary`] has what the platform sums up; compare it with [`TradeSums`](super::TradeSums) or
/// [`FundFlowSums`](super::FundFlowSums), which also shows that no row is missing.
///
/// ```
/// use tongbao_sdk::bill::{BillReader, TradeSums};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let bill = "\
/// 交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易类型,交易状态,货币种类,订单金额
/// `2026-03-01 10:00:00,`wx00000000000000aa,`1900000001,`4200000001,`T20260301A,`JSAPI,`SUCCESS,`CNY,`1.00
/// 总交易单数,订单总金额
/// `1,`1.00
/// ";
/// let mut reader = BillReader::open(bill.as_bytes())?;
/// let mut sums = TradeSums::default();
/// while let Some(row) = reader.next_row()? {
///     let trade = row.trade()?;
///     assert_eq!(trade.out_trade_no, "T20260301A");
///     assert_eq!(row.get("货币种类"), Some("CNY"));
///     sums.add(&trade);
/// }
/// let summary = reader.summary().expect("there after the last row");
/// assert!(sums.differences(&summary.trade()?).is_empty());
/// # Ok(())
/// # }
/// ```
pub struct BillReader<R> {
    lines: Lines<R>,
    kind: BillKind,
    titles: Titles,
    starts: Vec<usize>,
    rows: u64,
    /// No further row comes.
    done: bool,
    summary: Option<Summary>,
}

impl<R> fmt::Debug for BillReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillReader")
            .field("kind", &self.kind)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The type of a bill, told by its titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillKind {
    /// Trade bill of type `ALL`: payments and refunds.
    All,
    /// Trade bill of type `SUCCESS`: payments.
    Success,
    /// Trade bill of type `REFUND`: refunds.
    Refund,
    /// Trade bill of type `RECHARGE_REFUND` (APIv2): refunds of top-up coupons.
    RechargeRefund,
    /// Fund-flow bill, of a merchant or of a sub-merchant.
    FundFlow,
    /// A type this version does not know, such as profit-sharing bills, whose columns are not published:
    /// its rows are read by title.
    Other,
}

impl BillKind {
    /// True for bills whose rows are read with [`Row::trade`].
    #[must_use]
    pub fn is_trade(self) -> bool {
        match self {
            Self::All | Self::Success | Self::Refund | Self::RechargeRefund => true,
            Self::FundFlow | Self::Other => false,
        }
    }
}

impl<R: BufRead> BillReader<R> {
    /// Reads the titles. A byte order mark is skipped, lines end with LF or CRLF, and gzip is recognised.
    ///
    /// # Errors
    /// [`BillFault`] when this is not a bill.
    pub fn open(input: R) -> Result<Self, BillFault> {
        let mut lines = Lines::open(input)?;
        if !lines.advance()? {
            return Err(lines.fault(BillFaultReason::NotABill("it is empty")));
        }
        let line = lines.text()?.trim_start_matches(BYTE_ORDER_MARK);
        let refuse = |what| Err(BillFault::at(lines.number(), BillFaultReason::NotABill(what)));
        match line.as_bytes().first() {
            Some(b'<') => return refuse("it is XML, so probably a refusal"),
            Some(b'{') => return refuse("it is JSON, so probably a refusal"),
            Some(b'`') => return refuse("it begins with a row instead of titles"),
            _ => {}
        }
        let titles = Titles::read(line).map_err(|reason| lines.fault(reason))?;
        if titles.len() < 2 {
            return refuse("its first line has no titles");
        }
        let (kind, starts) = (titles.kind(), Vec::with_capacity(titles.len() + 1));
        Ok(Self { lines, kind, titles, starts, rows: 0, done: false, summary: None })
    }

    /// The type of bill.
    #[must_use]
    pub fn kind(&self) -> BillKind {
        self.kind
    }

    /// True for a trade bill in the columns of before 2018, which some merchants still get: it has no
    /// settlement amounts (应结订单金额) and no rate notes.
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.kind.is_trade() && !self.titles.has(Column::SettlementTotal)
    }

    /// The titles, from left to right.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.titles.texts()
    }

    /// The next row; `None` after the last, and after a fault.
    ///
    /// # Errors
    /// [`BillFault`] when the text cannot be read on, or a row does not fit the titles. A bill of a known
    /// type that ends without its summary is a fault too, for rows may be missing.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, BillFault> {
        if self.done {
            return Ok(None);
        }
        // A fault ends the bill, a row does not.
        self.done = true;
        if !self.lines.advance()? {
            return if self.kind == BillKind::Other {
                Ok(None)
            } else {
                Err(self.lines.fault(BillFaultReason::NoSummary))
            };
        }
        if !self.lines.is_row() {
            self.summary = Some(self.read_summary()?);
            return Ok(None);
        }
        let text = self.lines.text()?;
        values(&self.lines, text, &self.titles, &mut self.starts)?;
        self.done = false;
        self.rows += 1;
        Ok(Some(Row::new(self.lines.number(), text, &self.starts, &self.titles)))
    }

    /// How many rows were read so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The summary; there once [`BillReader::next_row`] has said that no row is left.
    #[must_use]
    pub fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// Reads the titles of the summary, which are there, and its one row, and looks that nothing follows.
    fn read_summary(&mut self) -> Result<Summary, BillFault> {
        let titles = Titles::read(self.lines.text()?).map_err(|reason| self.lines.fault(reason))?;
        if !self.lines.advance()? {
            return Err(self.lines.fault(BillFaultReason::NoSummary));
        }
        let text = self.lines.text()?;
        let mut starts = Vec::with_capacity(titles.len() + 1);
        values(&self.lines, text, &titles, &mut starts)?;
        let summary = Summary::new(self.lines.number(), text.into(), starts, titles);
        if self.lines.advance()? {
            return Err(self.lines.fault(BillFaultReason::AfterSummary));
        }
        Ok(summary)
    }
}

/// Splits a row into as many values as there are titles.
fn values<R: BufRead>(
    lines: &Lines<R>,
    text: &str,
    titles: &Titles,
    starts: &mut Vec<usize>,
) -> Result<(), BillFault> {
    split(text, starts).map_err(|reason| lines.fault(reason))?;
    let (found, expected) = (starts.len() - 1, titles.len());
    if found == expected && lines.is_row() {
        return Ok(());
    }
    Err(lines.fault(BillFaultReason::ValueCount { found, expected }))
}

const BYTE_ORDER_MARK: char = '\u{feff}';
