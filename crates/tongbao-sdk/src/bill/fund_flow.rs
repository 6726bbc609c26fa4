//! A row of a fund-flow bill (资金账单).

use std::fmt;

use tongbao_wire::{Fen, Timestamp};

use super::column::Column;
use super::fault::BillFault;
use super::row::Row;

/// A row of a fund-flow bill: money that came to, or left, one account. Fees have rows of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct FundFlowRow<'a> {
    /// When it was entered (记账时间).
    pub time: Timestamp,
    /// The platform's number of what it is for (微信支付业务单号), such as a `transaction_id` or a `refund_id`.
    pub business_no: Option<&'a str>,
    /// The number of this entry (资金流水单号).
    pub flow_no: &'a str,
    /// What it is for, such as 交易 or 退款 (业务名称).
    pub business_name: Option<&'a str>,
    /// The same more precisely, such as 扣除交易手续费 (业务类型).
    pub business_type: Option<&'a str>,
    /// Whether it came or left (收支类型).
    pub direction: FlowDirection<'a>,
    /// How much (收支金额), as printed: bills print no sign, `direction` has it.
    pub amount: Fen,
    /// What the account held after it (账户结余).
    pub balance: Fen,
    /// Who asked for it (资金变更提交申请人), `system` for the platform.
    pub applicant: Option<&'a str>,
    /// A remark (备注).
    pub remark: Option<&'a str>,
    /// The merchant's number of what it is for (业务凭证号), such as an `out_trade_no` or an `out_refund_no`.
    pub voucher_no: Option<&'a str>,
}

/// Whether money came or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowDirection<'a> {
    /// It came (收入).
    Income,
    /// It left (支出).
    Expense,
    /// A word this version does not know.
    Other(&'a str),
}

impl<'a> From<&'a str> for FlowDirection<'a> {
    fn from(word: &'a str) -> Self {
        match word {
            "收入" => Self::Income,
            "支出" => Self::Expense,
            other => Self::Other(other),
        }
    }
}

/// Enough to find the row, nothing of who asked for it or of what was remarked.
impl fmt::Debug for FundFlowRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FundFlowRow")
            .field("time", &self.time)
            .field("business_no", &self.business_no)
            .field("flow_no", &self.flow_no)
            .field("direction", &self.direction)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl<'a> Row<'a> {
    /// Reads the row as one of a fund-flow bill. Allocates nothing.
    ///
    /// # Errors
    /// [`BillFault`] naming the column that is missing or cannot be read.
    pub fn fund_flow(&self) -> Result<FundFlowRow<'a>, BillFault> {
        Ok(FundFlowRow {
            time: self.required_time(Column::AccountingTime)?,
            business_no: self.filled(Column::BusinessNo),
            flow_no: self.required(Column::FlowNo)?,
            business_name: self.filled(Column::BusinessName),
            business_type: self.filled(Column::BusinessType),
            direction: FlowDirection::from(self.required(Column::Direction)?),
            amount: self.required_fen(Column::Amount)?,
            balance: self.required_fen(Column::Balance)?,
            applicant: self.filled(Column::Applicant),
            remark: self.filled(Column::Remark),
            voucher_no: self.filled(Column::VoucherNo),
        })
    }
}
