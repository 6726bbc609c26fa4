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

#[cfg(test)]
mod tests {
    use tongbao_wire::{Fen, Mchid, Timestamp};

    use super::{LINES_MAX, Line, LineKind};
    use crate::state::State;

    #[test]
    fn a_payer_keeps_the_latest_thousand_lines() {
        let mut state = State::default();
        for number in 0..LINES_MAX + 3 {
            let line = Line {
                at: Timestamp::from_seconds(0),
                kind: LineKind::Payment,
                amount: Fen::new(1),
                mchid: Mchid::parse("1900000001").expect("ten digits"),
                number: number.to_string(),
                platform_number: String::new(),
                description: String::new(),
                bank_type: "OTHERS".into(),
            };
            state.add_line("payer-1", line);
        }
        let numbers: Vec<_> = state.lines_of("payer-1").map(|line| line.number.clone()).collect();
        assert_eq!(numbers.len(), 1000);
        assert_eq!((numbers[0].as_str(), numbers[999].as_str()), ("1002", "3"));
        assert_eq!(state.lines_of("payer-10").count(), 0);
    }
}
