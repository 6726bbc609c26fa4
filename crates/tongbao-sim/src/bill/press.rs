//! A bill on its way to paper: its rows are taken out of the books a page at a time, and put into words while
//! others use the books. What a bill tells does not change any more, so the pages fit together.

use std::io::{self, Write};
use std::sync::Arc;

use super::paper::Paper;
use super::{Bill, Content, NoBill, fund_flow, ready_at, sharing, trade};
use crate::ledger::{Entry, Ledger, Trade};
use crate::{Simulator, Switches};

/// Some rows of a bill.
pub(crate) struct Page {
    lines: Vec<Line>,
    /// Where in the books to go on; `None` at the end.
    next: Option<u64>,
}

enum Line {
    Trade(trade::Line),
    FundFlow(fund_flow::Line),
    Sharing(Arc<Entry>),
}

/// What a bill of each kind is written with.
enum Form {
    Trade(trade::Form),
    FundFlow(fund_flow::Form),
    Sharing(sharing::Form),
}

/// A bill being written.
pub(crate) struct Press<'a, W> {
    bill: &'a Bill,
    switches: &'a Switches,
    paper: Paper<W>,
    form: Form,
    next: u64,
    empty: bool,
    /// Memory does not hold all of the day any more.
    forgotten: bool,
}

impl Bill {
    /// The rows behind the first so many of the books' day.
    fn page(&self, from: u64, ledger: &Ledger, switches: &Switches) -> Page {
        match &self.content {
            Content::Trade { rows, .. } => {
                let as_of = ready_at(self.day, switches);
                let line = |it: &Arc<Trade>| trade::line(self, *rows, ledger, as_of, it).map(Line::Trade);
                Page::of(ledger.trades_of(self.day, from), line)
            }
            Content::FundFlow { mchid, account } => {
                let line = |it: &Arc<Entry>| fund_flow::line(mchid, *account, it).map(Line::FundFlow);
                Page::of(ledger.entries_of(self.day, from), line)
            }
            Content::Sharing { .. } if !switches.profit_sharing_bills => {
                Page { lines: Vec::new(), next: None }
            }
            Content::Sharing { .. } => {
                let line = |it: &Arc<Entry>| sharing::is_for(self, it).then(|| Line::Sharing(Arc::clone(it)));
                Page::of(ledger.entries_of(self.day, from), line)
            }
        }
    }
}

impl Page {
    fn of<T>(books: impl Iterator<Item = (u64, T)>, line: impl Fn(&T) -> Option<Line>) -> Self {
        let (mut lines, mut seen, mut last) = (Vec::new(), 0, 0);
        for (number, row) in books.take(PAGE_ROWS) {
            (seen, last) = (seen + 1, number);
            lines.extend(line(&row));
        }
        Self { lines, next: (seen == PAGE_ROWS).then_some(last + 1) }
    }
}

impl<'a, W: Write> Press<'a, W> {
    pub(crate) fn new(bill: &'a Bill, switches: &'a Switches, out: W) -> io::Result<Self> {
        let mut paper = Paper::new(out, switches)?;
        let form = match &bill.content {
            Content::Trade { rows, .. } => Form::Trade(trade::Form::begin(*rows, &mut paper, switches)?),
            Content::FundFlow { mchid, .. } => {
                Form::FundFlow(fund_flow::Form::begin(mchid, bill, &mut paper)?)
            }
            Content::Sharing { .. } => Form::Sharing(sharing::Form::begin(&mut paper)?),
        };
        Ok(Self { bill, switches, paper, form, next: 0, empty: true, forgotten: false })
    }

    /// The next page out of the books.
    pub(crate) fn take(&self, ledger: &Ledger) -> Page {
        self.bill.page(self.next, ledger, self.switches)
    }

    /// Puts a page on paper. False when it was the last one.
    pub(crate) fn print(&mut self, page: &Page) -> io::Result<bool> {
        let (paper, switches) = (&mut self.paper, self.switches);
        for line in &page.lines {
            self.empty = false;
            match (&mut self.form, line) {
                (Form::Trade(form), Line::Trade(line)) => form.add(line, paper, switches)?,
                (Form::FundFlow(form), Line::FundFlow(line)) => form.add(line, paper, switches)?,
                (Form::Sharing(form), Line::Sharing(entry)) => form.add(entry, paper)?,
                (Form::Trade(_) | Form::FundFlow(_) | Form::Sharing(_), _) => {
                    unreachable!("a bill's lines are of its kind")
                }
            }
        }
        self.next = page.next.unwrap_or(self.next);
        Ok(page.next.is_some())
    }

    /// The sums, and what was written on.
    ///
    /// # Errors
    /// [`NoBill::Nothing`] when there was no row, [`NoBill::Forgotten`] when rows were missing.
    pub(crate) fn finish(mut self) -> io::Result<Result<W, NoBill>> {
        if self.forgotten {
            return Ok(Err(NoBill::Forgotten));
        }
        if self.empty {
            return Ok(Err(NoBill::Nothing));
        }
        match &self.form {
            Form::Trade(form) => form.end(&mut self.paper, self.switches)?,
            Form::FundFlow(form) => form.end(&mut self.paper)?,
            Form::Sharing(form) => form.end(&mut self.paper)?,
        }
        Ok(Ok(self.paper.into_inner()))
    }
}

impl Simulator {
    /// Writes a whole bill into memory. Other tasks have their turn after every page.
    pub(crate) async fn print_bill<W: Write>(&self, bill: &Bill, out: W) -> Result<W, NoBill> {
        let mut press = Press::new(bill, &self.inner.platform.switches, out).expect(MEMORY);
        while self.print_page(&mut press) {
            tokio::task::yield_now().await;
        }
        press.finish().expect(MEMORY)
    }

    /// The same for callers who may not wait; other threads have their turn.
    pub(crate) fn print_bill_at_once<W: Write>(&self, bill: &Bill, out: W) -> Result<W, NoBill> {
        let mut press = Press::new(bill, &self.inner.platform.switches, out).expect(MEMORY);
        while self.print_page(&mut press) {}
        press.finish().expect(MEMORY)
    }

    fn print_page<W: Write>(&self, press: &mut Press<'_, W>) -> bool {
        let page = self.with_state(|state, _, _| {
            let through = state.ledger.forgotten_through();
            press.forgotten |= through.is_some_and(|day| press.bill.day <= day);
            press.take(&state.ledger)
        });
        press.print(&page).expect(MEMORY)
    }
}

const MEMORY: &str = "memory takes what is written";
/// Rows of the books looked at while others wait.
const PAGE_ROWS: usize = 200;

#[cfg(test)]
mod tests {
    use super::{Line, PAGE_ROWS, Page};

    #[test]
    fn a_page_that_is_full_tells_where_to_go_on() {
        for (rows, next) in
            [(PAGE_ROWS - 1, None), (PAGE_ROWS, Some(PAGE_ROWS)), (PAGE_ROWS + 1, Some(PAGE_ROWS))]
        {
            let books = (0_u64..).zip(0..rows);
            let page = Page::of(books, |_| None::<Line>);
            assert_eq!(page.next, next.map(|next| u64::try_from(next).unwrap()), "{rows}");
        }
    }
}
