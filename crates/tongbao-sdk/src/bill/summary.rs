//! The summary at the end of a bill, and the sums of the rows to compare it with.

use std::fmt;

use tongbao_wire::Fen;

use super::column::{Column, Titles};
use super::fault::BillFault;
use super::fee::Fee;
use super::fund_flow::{FlowDirection, FundFlowRow};
use super::row::Row;
use super::trade::TradeRow;

/// The summary of a bill.
pub struct Summary {
    line: u64,
    text: String,
    starts: Vec<usize>,
    titles: Titles,
}

impl Summary {
    pub(crate) fn new(line: u64, text: String, starts: Vec<usize>, titles: Titles) -> Self {
        Self { line, text, starts, titles }
    }

    /// Its texts by title, as of any row.
    #[must_use]
    pub fn row(&self) -> Row<'_> {
        Row::new(self.line, &self.text, &self.starts, &self.titles)
    }

    /// Reads it as that of a trade bill.
    ///
    /// # Errors
    /// [`BillFault`] naming the column that is missing or cannot be read.
    pub fn trade(&self) -> Result<TradeSummary, BillFault> {
        let row = self.row();
        Ok(TradeSummary {
            count: row.required_count(Column::Count)?,
            settlement_total: row.fen(Column::SumSettlementTotal)?,
            settlement_refund: row.fen(Column::SumSettlementRefund)?,
            coupon_refund: row.fen(Column::SumCouponRefund)?,
            fee: row.fee(Column::SumFee)?,
            total: row.fen(Column::SumTotal)?,
            refund: row.fen(Column::SumRefund)?,
        })
    }

    /// Reads it as that of a fund-flow bill.
    ///
    /// # Errors
    /// As [`Summary::trade`].
    pub fn fund_flow(&self) -> Result<FundFlowSummary, BillFault> {
        let row = self.row();
        Ok(FundFlowSummary {
            count: row.required_count(Column::FlowCount)?,
            income_count: row.required_count(Column::IncomeCount)?,
            income: row.required_fen(Column::Income)?,
            expense_count: row.required_count(Column::ExpenseCount)?,
            expense: row.required_fen(Column::Expense)?,
        })
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Summary").field(&self.row()).finish()
    }
}

/// What a trade bill sums up.
///
/// What it has no column for is `None`: today's bills have seven, those of before 2018 five, and the documents
/// of bills of type `SUCCESS` show four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeSummary {
    /// Rows (总交易单数).
    pub count: u64,
    /// What the merchant settles (应结订单总金额).
    pub settlement_total: Option<Fen>,
    /// What leaves the settlement for refunds (退款总金额).
    pub settlement_refund: Option<Fen>,
    /// What topped-up coupons get back (充值券退款总金额).
    pub coupon_refund: Option<Fen>,
    /// Fees (手续费总金额), less those given back.
    pub fee: Option<Fee>,
    /// What the orders cost (订单总金额).
    pub total: Option<Fen>,
    /// What goes back (申请退款总金额).
    pub refund: Option<Fen>,
}

/// What a fund-flow bill sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundFlowSummary {
    /// Rows (资金流水总笔数).
    pub count: u64,
    /// Rows of money that came (收入笔数).
    pub income_count: u64,
    /// What came (收入金额).
    pub income: Fen,
    /// Rows of money that left (支出笔数).
    pub expense_count: u64,
    /// What left (支出金额).
    pub expense: Fen,
}

/// The sums of a trade bill's rows, as they are read.
#[derive(Clone, Debug, Default)]
pub struct TradeSums {
    count: u64,
    settlement_total: i128,
    settlement_refund: i128,
    coupon_refund: i128,
    fee: i128,
    total: i128,
    refund: i128,
}

impl TradeSums {
    /// Adds a row.
    pub fn add(&mut self, row: &TradeRow<'_>) {
        let fen = |amount: Option<Fen>| i128::from(amount.unwrap_or_default().get());
        self.count += 1;
        self.settlement_total += fen(row.settlement_total);
        self.fee += i128::from(row.fee.unwrap_or_default().thousandths_of_fen());
        self.total += fen(Some(row.total));
        if let Some(refund) = row.refund() {
            self.settlement_refund += fen(Some(refund.settlement_refund));
            self.coupon_refund += fen(refund.coupon_refund);
            self.refund += fen(Some(refund.refund));
        }
    }

    /// Where the rows do not add up to what the bill says; empty when all is well.
    ///
    /// Known to be exact for today's bills of type `ALL` and `SUCCESS`, from real files and the documents.
    #[must_use]
    pub fn differences(&self, summary: &TradeSummary) -> Vec<SummaryDifference> {
        let fen = |amount: Option<Fen>| amount.map(|fen| i128::from(fen.get()) * FEN);
        let fee = summary.fee.map(|fee| i128::from(fee.thousandths_of_fen()));
        compare([
            (Column::Count, Some(i128::from(summary.count) * WHOLE), i128::from(self.count) * WHOLE),
            (Column::SumSettlementTotal, fen(summary.settlement_total), self.settlement_total * FEN),
            (Column::SumSettlementRefund, fen(summary.settlement_refund), self.settlement_refund * FEN),
            (Column::SumCouponRefund, fen(summary.coupon_refund), self.coupon_refund * FEN),
            (Column::SumFee, fee, self.fee),
            (Column::SumTotal, fen(summary.total), self.total * FEN),
            (Column::SumRefund, fen(summary.refund), self.refund * FEN),
        ])
    }
}

/// The sums of a fund-flow bill's rows, as they are read.
#[derive(Clone, Debug, Default)]
pub struct FundFlowSums {
    count: u64,
    income_count: u64,
    income: i128,
    expense_count: u64,
    expense: i128,
}

impl FundFlowSums {
    /// Adds a row.
    pub fn add(&mut self, row: &FundFlowRow<'_>) {
        let fen = i128::from(row.amount.get());
        self.count += 1;
        match row.direction {
            FlowDirection::Income => {
                self.income_count += 1;
                self.income += fen;
            }
            FlowDirection::Expense => {
                self.expense_count += 1;
                self.expense += fen;
            }
            FlowDirection::Other(_) => {}
        }
    }

    /// Where the rows do not add up to what the bill says; empty when all is well.
    #[must_use]
    pub fn differences(&self, summary: &FundFlowSummary) -> Vec<SummaryDifference> {
        let whole = |count: u64| i128::from(count) * WHOLE;
        let fen = |amount: Fen| Some(i128::from(amount.get()) * FEN);
        compare([
            (Column::FlowCount, Some(whole(summary.count)), whole(self.count)),
            (Column::IncomeCount, Some(whole(summary.income_count)), whole(self.income_count)),
            (Column::Income, fen(summary.income), self.income * FEN),
            (Column::ExpenseCount, Some(whole(summary.expense_count)), whole(self.expense_count)),
            (Column::Expense, fen(summary.expense), self.expense * FEN),
        ])
    }
}

/// A total that the rows do not add up to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{title}: the bill says {printed}, its rows add up to {summed}")]
pub struct SummaryDifference {
    /// The title of the total today.
    pub title: &'static str,
    /// What the bill says: yuan, or a number of rows.
    pub printed: String,
    /// What the rows add up to, in the same unit.
    pub summed: String,
}

/// Compares in units of 10^-5.
fn compare<const N: usize>(totals: [(Column, Option<i128>, i128); N]) -> Vec<SummaryDifference> {
    let differ = totals.into_iter().filter_map(|(column, printed, summed)| Some((column, printed?, summed)));
    differ
        .filter(|(_, printed, summed)| printed != summed)
        .map(|(column, printed, summed)| SummaryDifference {
            title: column.title(),
            printed: written(printed),
            summed: written(summed),
        })
        .collect()
}

/// `3`, `45.00` or `0.01006`: as many decimals as it takes.
fn written(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 100_000, value.unsigned_abs() % 100_000);
    match rest {
        0 => format!("{sign}{whole}"),
        _ if rest % 1000 == 0 => format!("{sign}{whole}.{:02}", rest / 1000),
        _ => format!("{sign}{whole}.{rest:05}"),
    }
}

/// A fen in units of 10^-5 yuan.
const FEN: i128 = 1000;
/// One in units of 10^-5.
const WHOLE: i128 = 100_000;
