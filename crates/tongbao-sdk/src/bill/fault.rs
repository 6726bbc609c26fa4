//! Why a bill cannot be read: which line, which column, and what is wrong.

use std::borrow::Cow;
use std::{fmt, io};

/// A bill that cannot be read, or cannot be read further.
///
/// Names the place, never its content: at most [`EXCERPT_CHARS_MAX`] characters of a cell that should hold
/// a number or a time are repeated, and nothing of cells that hold a person's or an order's.
#[derive(Debug)]
pub struct BillFault {
    /// The line, from 1; 0 when it is not about a line.
    pub line: u64,
    /// The title of the column, when it is about one cell.
    pub column: Option<Cow<'static, str>>,
    /// What is wrong.
    pub reason: BillFaultReason,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum BillFaultReason {
    /// The input failed.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
    /// The compressed file breaks off.
    #[error("the compressed file ends early; download it again")]
    GzipTruncated,
    /// Begins like a compressed file, but is none, or was damaged.
    #[error("the compressed file is damaged; download it again")]
    GzipDamaged,
    /// Something else than a bill, such as a refusal in XML or JSON.
    #[error("this is not a bill: {0}")]
    NotABill(&'static str),
    /// Not UTF-8.
    #[error("the text is not UTF-8; was it saved by another program?")]
    NotUtf8,
    /// A line longer than any bill has.
    #[error("the line has more than {0} bytes")]
    LineTooLong(usize),
    /// More columns than any bill has.
    #[error("there are more than {0} columns")]
    TooManyColumns(usize),
    /// More lines than any bill has.
    #[error("there are more than {0} lines")]
    TooManyLines(u64),
    /// A row that does not fit its titles.
    #[error("the row has {found} values, but there are {expected} titles")]
    ValueCount {
        /// How many values.
        found: usize,
        /// How many titles.
        expected: usize,
    },
    /// The file ends before the summary that every bill of this type has.
    #[error("the file ends without the summary, so rows may be missing; download it again")]
    NoSummary,
    /// Something follows the summary.
    #[error("something follows the summary; are two bills in one file?")]
    AfterSummary,
    /// A column that is needed is not there.
    #[error("there is no such column")]
    NoColumn,
    /// A cell that must hold something is empty.
    #[error("is empty")]
    Empty,
    /// Not a number.
    #[error("is not a number: `{0}`")]
    NotANumber(Box<str>),
    /// A number with more decimals than the column can have.
    #[error("has too many decimals: `{0}`")]
    TooFine(Box<str>),
    /// Not a time.
    #[error("is not a time such as 2026-03-01 10:00:00: `{0}`")]
    NotATime(Box<str>),
    /// Not a rate.
    #[error("is not a rate such as 0.60%: `{0}`")]
    NotARate(Box<str>),
}

/// How much of a cell is repeated: enough to see a wrong number, less than a mobile number has.
pub const EXCERPT_CHARS_MAX: usize = 10;

impl BillFault {
    pub(crate) fn at(line: u64, reason: BillFaultReason) -> Self {
        Self { line, column: None, reason }
    }

    pub(crate) fn of(line: u64, column: impl Into<Cow<'static, str>>, reason: BillFaultReason) -> Self {
        Self { line, column: Some(column.into()), reason }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.reason {
            BillFaultReason::Io(_) => "io",
            BillFaultReason::GzipTruncated => "gzip_truncated",
            BillFaultReason::GzipDamaged => "gzip_damaged",
            BillFaultReason::NotABill(_) => "not_a_bill",
            BillFaultReason::NotUtf8 => "not_utf8",
            BillFaultReason::LineTooLong(_) => "line_too_long",
            BillFaultReason::TooManyColumns(_) => "too_many_columns",
            BillFaultReason::TooManyLines(_) => "too_many_lines",
            BillFaultReason::ValueCount { .. } => "value_count",
            BillFaultReason::NoSummary => "no_summary",
            BillFaultReason::AfterSummary => "after_summary",
            BillFaultReason::NoColumn => "no_column",
            BillFaultReason::Empty => "empty",
            BillFaultReason::NotANumber(_) => "not_a_number",
            BillFaultReason::TooFine(_) => "too_fine",
            BillFaultReason::NotATime(_) => "not_a_time",
            BillFaultReason::NotARate(_) => "not_a_rate",
        }
    }
}

impl fmt::Display for BillFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.column) {
            (0, None) => write!(f, "{}", self.reason),
            (line, None) => write!(f, "line {line}: {}", self.reason),
            (line, Some(column)) => write!(f, "line {line}, {column}: {}", self.reason),
        }
    }
}

impl std::error::Error for BillFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.reason)
    }
}

/// The beginning of a cell, fit for a terminal and for one line of a log.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    let shown = text.chars().take(EXCERPT_CHARS_MAX);
    shown.map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
