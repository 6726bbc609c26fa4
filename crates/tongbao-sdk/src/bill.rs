//! Bills (账单): where they are, their download, and their rows (v3.md §7, v2.md §3.5, §3.6).
//!
//! A bill is a text of four parts: titles, rows, titles of the summary, one row of totals. Both protocols write the
//! same. [`BillReader`] reads it row by row, plain or compressed, in constant memory; [`Row::trade`] and
//! [`Row::fund_flow`] give amounts in fen, times as instants, and states as words.
//!
//! A bill has yesterday's rows from ten o'clock on. It is a snapshot: a refund that is under way in it stays so.

mod column;
mod fault;
mod fee;
mod fund_flow;
mod lines;
mod number;
mod reader;
mod row;
mod summary;
mod trade;

pub use column::COLUMNS_MAX;
pub use fault::{BillFault, BillFaultReason, EXCERPT_CHARS_MAX};
pub use fee::{Fee, Rate};
pub use fund_flow::{FlowDirection, FundFlowRow};
pub use lines::{LINE_BYTES_MAX, LINES_MAX};
pub use reader::{BillKind, BillReader};
pub use row::Row;
pub use summary::{FundFlowSummary, FundFlowSums, Summary, SummaryDifference, TradeSummary, TradeSums};
pub use trade::{BillRefundStatus, TradeEvent, TradeRefund, TradeRow};
