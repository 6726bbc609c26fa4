//! What bills no longer tell when memory is all there is: the oldest payments, and days that miss some.

use tongbao_wire::{BillDate, TransactionId};

use super::{Ledger, Trade};

impl Ledger {
    /// Keeps the latest so many trades, and three entries of the journal for each.
    pub(crate) fn trim(&mut self, trades: usize) {
        while self.trades.in_memory() > trades {
            let Some(((day, _), trade)) = self.trades.pop_first() else { break };
            self.balances.forget_through(day);
            let payment = match &*trade {
                Trade::Sale(id) => Some(id.clone()),
                Trade::Refund(id) => self.refunds.get(id).map(|back| back.transaction_id.clone()),
            };
            if let Some(sale) = payment.and_then(|id| self.sales.get_mut(&id)) {
                sale.lines = sale.lines.saturating_sub(1);
                let id = sale.transaction_id.clone();
                self.drop_if_told(&id);
            }
        }
        while self.journal.in_memory() > trades.saturating_mul(ENTRIES_PER_TRADE) {
            let Some(((day, _), _)) = self.journal.pop_first() else { break };
            self.balances.forget_through(day);
        }
    }

    /// Nothing happens to this payment any more: it goes when no bill tells of it.
    pub(crate) fn retire(&mut self, transaction_id: &TransactionId) {
        if let Some(sale) = self.sales.get_mut(transaction_id) {
            sale.retired = true;
            self.drop_if_told(transaction_id);
        }
    }

    /// Bills of this day and before miss something.
    pub(crate) fn forgotten_through(&self) -> Option<BillDate> {
        self.balances.forgotten_through()
    }

    fn drop_if_told(&mut self, transaction_id: &TransactionId) {
        let Some(sale) = self.sales.get(transaction_id).filter(|sale| sale.retired && sale.lines == 0) else {
            return;
        };
        for back in &sale.backs {
            self.refunds.remove(back);
        }
        self.sales.remove(transaction_id);
    }
}

const ENTRIES_PER_TRADE: usize = 3;
