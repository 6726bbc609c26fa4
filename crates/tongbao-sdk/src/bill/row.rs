//! One row of a bill, borrowed from the reader's buffer.

use std::fmt;

use memchr::memchr_iter;
use tongbao_wire::{Fen, Timestamp};

use super::column::{COLUMNS_MAX, Column, Titles};
use super::fault::{BillFault, BillFaultReason, excerpt};
use super::fee::{Fee, Rate};
use super::number::{self, Fault};

/// One row of a bill: its texts by title. Borrowed, so that reading a row allocates nothing.
///
/// [`Row::trade`] and [`Row::fund_flow`] read it as what it is.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    line: u64,
    text: &'a str,
    /// Where each value begins, and where the value after the last would.
    starts: &'a [usize],
    titles: &'a Titles,
}

impl<'a> Row<'a> {
    pub(crate) fn new(line: u64, text: &'a str, starts: &'a [usize], titles: &'a Titles) -> Self {
        Self { line, text, starts, titles }
    }

    /// Its line in the file, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The text under `title`, as it stands; `None` when there is no such column. `(元)` finds `（元）` too.
    #[must_use]
    pub fn get(&self, title: &str) -> Option<&'a str> {
        self.titles.find(title).map(|place| self.value(place))
    }

    /// Every title with its text, from left to right.
    pub fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let row = *self;
        row.titles.texts().enumerate().map(move |(place, title)| (title, row.value(place)))
    }

    fn value(&self, place: usize) -> &'a str {
        &self.text[self.starts[place]..self.starts[place + 1] - SEPARATOR]
    }

    /// The text of a column; `None` when there is no such column.
    pub(crate) fn text(&self, column: Column) -> Option<&'a str> {
        self.titles.place(column).map(|place| self.value(place))
    }

    /// The text of a column that may be missing or empty.
    pub(crate) fn filled(&self, column: Column) -> Option<&'a str> {
        self.text(column).filter(|text| !text.is_empty())
    }

    /// The same where `0` stands for nothing too, as in columns of numbers.
    pub(crate) fn number(&self, column: Column) -> Option<&'a str> {
        self.filled(column).filter(|text| *text != "0")
    }

    /// The text of a column that every row has.
    pub(crate) fn required(&self, column: Column) -> Result<&'a str, BillFault> {
        let text = self.text(column).ok_or_else(|| self.fault(column, BillFaultReason::NoColumn))?;
        if text.is_empty() { Err(self.fault(column, BillFaultReason::Empty)) } else { Ok(text) }
    }

    pub(crate) fn required_time(&self, column: Column) -> Result<Timestamp, BillFault> {
        self.read(column, self.required(column)?, number::time)
    }

    pub(crate) fn required_fen(&self, column: Column) -> Result<Fen, BillFault> {
        self.read(column, self.required(column)?, fen)
    }

    pub(crate) fn required_count(&self, column: Column) -> Result<u64, BillFault> {
        self.read(column, self.required(column)?, number::count)
    }

    pub(crate) fn time(&self, column: Column) -> Result<Option<Timestamp>, BillFault> {
        self.filled(column).map(|text| self.read(column, text, number::time)).transpose()
    }

    /// `None` when there is no such column; an empty cell is nothing.
    pub(crate) fn fen(&self, column: Column) -> Result<Option<Fen>, BillFault> {
        self.amount(column, fen)
    }

    /// As [`Row::fen`].
    pub(crate) fn fee(&self, column: Column) -> Result<Option<Fee>, BillFault> {
        self.amount(column, |text| number::decimal(text).map(Fee::from_thousandths_of_fen))
    }

    pub(crate) fn rate(&self, column: Column) -> Result<Option<Rate>, BillFault> {
        let rate = |text: &[u8]| number::rate(text).map(Rate::new);
        self.number(column).map(|text| self.read(column, text, rate)).transpose()
    }

    fn amount<T: Default>(
        &self,
        column: Column,
        read: impl FnOnce(&[u8]) -> Result<T, Fault>,
    ) -> Result<Option<T>, BillFault> {
        match self.text(column) {
            None => Ok(None),
            Some("") => Ok(Some(T::default())),
            Some(text) => self.read(column, text, read).map(Some),
        }
    }

    fn read<T>(
        &self,
        column: Column,
        text: &str,
        read: impl FnOnce(&[u8]) -> Result<T, Fault>,
    ) -> Result<T, BillFault> {
        read(text.as_bytes()).map_err(|fault| {
            let reason = match fault {
                Fault::Empty => BillFaultReason::Empty,
                Fault::NotANumber => BillFaultReason::NotANumber(excerpt(text)),
                Fault::TooFine => BillFaultReason::TooFine(excerpt(text)),
                Fault::NotATime => BillFaultReason::NotATime(excerpt(text)),
                Fault::NotARate => BillFaultReason::NotARate(excerpt(text)),
            };
            self.fault(column, reason)
        })
    }

    /// Names the column as this bill does.
    fn fault(&self, column: Column, reason: BillFaultReason) -> BillFault {
        match self.titles.place(column).and_then(|place| self.titles.texts().nth(place)) {
            Some(title) => BillFault::of(self.line, title.to_owned(), reason),
            None => BillFault::of(self.line, column.title(), reason),
        }
    }
}

/// What a row holds must not be logged.
impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("line", &self.line)
            .field("columns", &self.titles.len())
            .finish_non_exhaustive()
    }
}

/// Reads yuan with at most two decimals that count.
fn fen(text: &[u8]) -> Result<Fen, Fault> {
    Fee::from_thousandths_of_fen(number::decimal(text)?).exact_fen().ok_or(Fault::TooFine)
}

/// Finds the values of `line`: the first follows its backtick, each other a comma and a backtick. A comma
/// alone belongs to the value, for names of goods have commas.
pub(crate) fn split(line: &str, starts: &mut Vec<usize>) -> Result<(), BillFaultReason> {
    let bytes = line.as_bytes();
    starts.clear();
    starts.push(1);
    for backtick in memchr_iter(b'`', bytes) {
        if backtick > 1 && bytes[backtick - 1] == b',' {
            if starts.len() == COLUMNS_MAX {
                return Err(BillFaultReason::TooManyColumns(COLUMNS_MAX));
            }
            starts.push(backtick + 1);
        }
    }
    starts.push(bytes.len() + SEPARATOR);
    Ok(())
}

/// Bytes of a comma and a backtick.
const SEPARATOR: usize = 2;
