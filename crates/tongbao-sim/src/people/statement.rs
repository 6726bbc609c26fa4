//! What a payer paid and got (账单), kept by itself so that it outlives orders that are forgotten.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid, Timestamp};

use super::People;
use crate::state::State;

/// One line of a payer's bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) kind: LineKind,
    #[serde(rename = "amount_fen")]
    pub(crate) amount: Fen,
    /// Who was paid, or who paid.
    pub(crate) mchid: Mchid,
    /// The merchant's number: `out_trade_no`, `out_refund_no` or `out_bill_no`.
    pub(crate) number: String,
    /// The platform's number.
    pub(crate) platform_number: String,
    pub(crate) description: String,
    /// `OTHERS` for the balance, else the bank card.
    pub(crate) bank_type: String,
}

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineKind {
    Payment,
    Refund,
    /// From a merchant (商家转账).
    Transfer,
}

impl State {
    /// Adds a line; the oldest is forgotten when there are too many.
    pub(crate) fn add_line(&mut self, payer: &str, line: Line) {
        let People { lines, line_counts, .. } = &mut self.people;
        let next = line_counts.get(payer).map_or(0, |count| *count);
        line_counts.insert(payer.to_owned(), next + 1);
        lines.insert((payer.to_owned(), next), line);
        if let Some(old) = next.checked_sub(LINES_MAX) {
            lines.remove(&(payer.to_owned(), old));
        }
    }

    /// A payer's lines, newest first.
    pub(crate) fn lines_of(&self, payer: &str) -> impl Iterator<Item = Arc<Line>> {
        let mine = (payer.to_owned(), 0)..=(payer.to_owned(), u64::MAX);
        self.people.lines.range(mine).rev().map(|(_, line)| line)
    }
}

/// Lines of one payer.
const LINES_MAX: u64 = 1000;
