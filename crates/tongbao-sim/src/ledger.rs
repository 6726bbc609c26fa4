//! The simulated money, in double entry: it moves from account to account, it is never made on the way.
//!
//! Every movement is an [`Entry`] of the journal; what an account holds is what its entries add up to. What
//! merchants do with money is in `ledger/`: [`sale`], [`giving_back`], [`sharing`], [`moving`].

mod balances;
mod books;
mod bound;
mod fee;
mod giving_back;
mod journal;
mod moving;
mod sale;
mod sharing;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tongbao_wire::{BillDate, Fen, Mchid, RefundId, Timestamp, TransactionId};

use crate::shelf::{Shelf, Shelved};

use balances::Balances;
pub use books::{Books, MerchantBooks};
pub use fee::FeeRate;
pub(crate) use giving_back::{GivingBack, NewGivingBack, Paid, Sources};
pub use journal::Purse;
pub(crate) use journal::{Account, Entry, Kind, Move, Reference, Wallet};
pub(crate) use moving::Transfer;
pub(crate) use sale::{Hold, NewSale, Sale, SaleWords};
pub(crate) use sharing::{NewShare, Receiver, ShareReturn};

/// Not enough money where it should come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short;

/// Where every fen is, and how it came there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    balances: Balances,
    /// By the day in Beijing and an ever-rising number.
    journal: Shelf<(BillDate, u64), Entry>,
    sales: Shelf<TransactionId, Sale>,
    refunds: Shelf<RefundId, GivingBack>,
    /// What trade bills tell of a day, in the order it happened.
    trades: Shelf<(BillDate, u64), Trade>,
}

/// What a line of a trade bill is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Trade {
    Sale(TransactionId),
    Refund(RefundId),
}

impl Ledger {
    pub(crate) fn open_merchant(&mut self, mchid: Mchid) {
        self.balances.merchant(&mchid);
    }

    /// Takes back what a merchant holds that nothing hangs on, and its books with it.
    pub(crate) fn close_merchant(&mut self, mchid: &Mchid, at: Timestamp) {
        let accounts =
            [Account::Available, Account::Operating, Account::FeePurse, Account::Withdrawn, Account::Earned];
        let moves = accounts.map(|of| of(mchid.clone())).map(|from| {
            let amount = self.held(&from);
            Move { from, to: Account::Issued, amount }
        });
        let back = self.post(at, Kind::Issue, Reference::default(), moves.into());
        back.expect("no more is taken back than is there");
        self.balances.forget_merchant(mchid);
    }

    /// What a merchant's books say.
    pub(crate) fn books_of(&self, mchid: &Mchid) -> MerchantBooks {
        self.balances.books_of(mchid)
    }

    pub(crate) fn mchids(&self) -> impl Iterator<Item = Mchid> {
        self.balances.mchids()
    }

    /// All balances at this moment.
    pub(crate) fn books(&self) -> Books {
        self.balances.books()
    }

    /// What an account holds.
    pub(crate) fn held(&self, account: &Account) -> Fen {
        self.balances.held(account)
    }

    /// A payer's balance (零钱).
    pub(crate) fn payer(&self, payer: &str) -> Fen {
        self.held(&Account::Wallet(Wallet::Balance { payer: payer.into() }))
    }

    /// Sets a payer's balance by hand; the difference is issued or taken back.
    pub(crate) fn set_payer(&mut self, payer: &str, balance: Fen, at: Timestamp) {
        let account = Account::Wallet(Wallet::Balance { payer: payer.into() });
        self.balances.open(&account);
        self.set(account, balance, at);
    }

    /// Sets what a payer's bank card can pay by hand; the difference is issued or taken back.
    pub(crate) fn set_card(&mut self, payer: &str, card: &str, balance: Fen, at: Timestamp) {
        let account = Account::Wallet(Wallet::Card { payer: payer.into(), card: card.into() });
        self.balances.open(&account);
        self.set(account, balance, at);
    }

    /// Takes a bank card away with what it could pay. False when the payer has no such card.
    pub(crate) fn remove_card(&mut self, payer: &str, card: &str, at: Timestamp) -> bool {
        let account = Account::Wallet(Wallet::Card { payer: payer.into(), card: card.into() });
        self.set(account, Fen::ZERO, at);
        self.balances.remove_card(payer, card)
    }

    /// What a payer pays so much with: the balance, or else the first card that has it.
    pub(crate) fn wallet_for(&self, payer: &str, amount: Fen) -> Option<Wallet> {
        if self.payer(payer) >= amount {
            return Some(Wallet::Balance { payer: payer.into() });
        }
        let card = self.cards(payer).into_iter().find(|(_, balance)| *balance >= amount);
        card.map(|(card, _)| Wallet::Card { payer: payer.into(), card })
    }

    /// A payer's bank cards and what each can pay.
    pub(crate) fn cards(&self, payer: &str) -> BTreeMap<String, Fen> {
        self.balances.cards(payer)
    }

    fn set(&mut self, account: Account, balance: Fen, at: Timestamp) {
        let before = self.held(&account);
        let (from, to, amount) = if balance >= before {
            (Account::Issued, account, minus(balance, before))
        } else {
            (account, Account::Issued, minus(before, balance))
        };
        let moved = self.post(at, Kind::Issue, Reference::default(), vec![Move { from, to, amount }]);
        moved.expect("no more is taken back than is there");
    }

    /// The journal of one day in Beijing from a number on, in the order it was written.
    pub(crate) fn entries_of(&self, day: BillDate, from: u64) -> impl Iterator<Item = (u64, Arc<Entry>)> {
        self.journal.range((day, from)..=(day, u64::MAX)).map(|((_, number), entry)| (number, entry))
    }

    /// The trades of one day in Beijing from a number on, in the order they happened.
    pub(crate) fn trades_of(&self, day: BillDate, from: u64) -> impl Iterator<Item = (u64, Arc<Trade>)> {
        self.trades.range((day, from)..=(day, u64::MAX)).map(|((_, number), trade)| (number, trade))
    }

    pub(crate) fn sale(&self, transaction_id: &TransactionId) -> Option<Arc<Sale>> {
        self.sales.get(transaction_id)
    }

    pub(crate) fn giving_back(&self, refund_id: &RefundId) -> Option<Arc<GivingBack>> {
        self.refunds.get(refund_id)
    }

    /// Writes one entry: all of its moves, or none when an account would go below zero.
    ///
    /// What moves no money is not written.
    fn post(&mut self, at: Timestamp, kind: Kind, told: Reference, moves: Vec<Move>) -> Result<(), Short> {
        let moves: Vec<Move> = moves.into_iter().filter(|it| it.amount != Fen::ZERO).collect();
        for leg in &moves {
            let asked: Fen = moves.iter().filter(|it| it.from == leg.from).map(|it| it.amount).sum();
            let covered = leg.from == Account::Issued || asked <= self.held(&leg.from);
            if leg.amount < Fen::ZERO || !covered {
                return Err(Short);
            }
        }
        if moves.is_empty() {
            return Ok(());
        }
        for leg in &moves {
            self.balances.take(&leg.from, leg.amount);
            self.balances.give(&leg.to, leg.amount);
        }
        let after = journal::purses(&moves)
            .into_iter()
            .map(|(mchid, purse)| {
                let balance = self.balances.purse(&mchid, purse);
                (mchid, purse, balance)
            })
            .collect();
        let number = self.balances.next_number();
        self.journal.insert((BillDate::of(at), number), Entry { number, at, kind, moves, told, after });
        Ok(())
    }

    /// Every shelf under its name.
    pub(crate) fn shelves(&mut self) -> Vec<(&'static str, &mut dyn Shelved)> {
        let mut shelves = self.balances.shelves();
        shelves.push(("journal", &mut self.journal));
        shelves.push(("sales", &mut self.sales));
        shelves.push(("money_back", &mut self.refunds));
        shelves.push(("trades", &mut self.trades));
        shelves
    }
}

/// Amounts are bounded where they enter ([`AMOUNT_MAX`]), so that sums fit for longer than memory lasts.
fn plus(a: Fen, b: Fen) -> Fen {
    a.checked_add(b).expect("bounded amounts add up within 63 bits")
}

fn minus(a: Fen, b: Fen) -> Fen {
    a.checked_sub(b).expect("bounded amounts differ within 63 bits")
}

/// No single amount or balance is larger: ten billion yuan.
pub(crate) const AMOUNT_MAX: i64 = 1_000_000_000_000;

#[cfg(test)]
mod tests;
