//! Bills (账单): where they are, their download, and their rows (v3.md §7, v2.md §3.5, §3.6).
//!
//! A bill is a text of four parts: titles, rows, titles of the summary, one row of totals. Both protocols
//! write the same. [`BillReader`] reads it row by row, plain or compressed, in constant memory;
//! [`Row::trade`] and [`Row::fund_flow`] give amounts in fen, times as instants, and states as words.
//!
//! Yesterday's bill is there from ten o'clock on. It is a snapshot: a refund under way in it stays so.

#[cfg(feature = "client")]
mod calls;
mod column;
#[cfg(feature = "client")]
mod download;
#[cfg(feature = "client")]
mod error;
mod fault;
mod fee;
mod fund_flow;
mod lines;
mod number;
mod reader;
#[cfg(feature = "client")]
mod request;
mod row;
#[cfg(feature = "client")]
mod sealed;
mod summary;
mod trade;
#[cfg(feature = "client")]
mod unpack;

#[cfg(feature = "client")]
pub use calls::{BillOutcome, Bills};
pub use column::COLUMNS_MAX;
#[cfg(feature = "client")]
pub use error::BillError;
pub use fault::{BillFault, BillFaultReason, EXCERPT_CHARS_MAX};
pub use fee::{Fee, Rate};
pub use fund_flow::{FlowDirection, FundFlowRow};
pub use lines::{LINE_BYTES_MAX, LINES_MAX};
pub use reader::{BillKind, BillReader};
#[cfg(feature = "client")]
pub use request::{
    AccountType, BillType, FundFlowBillRequest, ProfitSharingBillRequest, SubMerchantFundFlowBillRequest,
    TarType, TradeBillRequest,
};
pub use row::Row;
#[cfg(feature = "client")]
pub use sealed::{SEALED_BYTES_MAX, in_sequence};
pub use summary::{FundFlowSummary, FundFlowSums, Summary, SummaryDifference, TradeSummary, TradeSums};
pub use trade::{BillRefundStatus, TradeEvent, TradeRefund, TradeRow};
#[cfg(feature = "client")]
pub use unpack::{BILL_BYTES_MAX, BillLimits, DownloadedBill};
