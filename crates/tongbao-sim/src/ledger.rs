//! The simulated money: where every fen is. It moves, it is never made on the way.

use std::collections::BTreeMap;

use serde::Serialize;
use tongbao_wire::{Fen, Mchid};

/// Who holds how much.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    payers: BTreeMap<String, Fen>,
    merchants: BTreeMap<Mchid, MerchantBooks>,
    /// Refunds that have left a merchant and not yet reached a payer.
    in_transit: Fen,
    /// Given to payers by hand, less what was taken back: what all balances must add up to.
    issued: Fen,
}

/// What a merchant's books say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MerchantBooks {
    /// Payments received, as a sum.
    #[serde(rename = "paid_fen")]
    pub paid: Fen,
    /// Payments received, as a number.
    pub payments: u64,
    /// Refunds that reached their payers.
    #[serde(rename = "refunded_fen")]
    pub refunded: Fen,
    /// Refunds accepted and not yet decided.
    #[serde(rename = "refunding_fen")]
    pub refunding: Fen,
    /// Taken out of the balance by hand.
    #[serde(rename = "withdrawn_fen")]
    pub withdrawn: Fen,
    /// What refunds can be paid from.
    #[serde(rename = "available_fen")]
    pub available: Fen,
}

/// All books at one instant, for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Books {
    /// Each merchant's.
    pub merchants: BTreeMap<Mchid, MerchantBooks>,
    /// Each payer's balance.
    #[serde(rename = "payers_fen")]
    pub payers: BTreeMap<String, Fen>,
    /// Refunds on their way.
    #[serde(rename = "in_transit_fen")]
    pub in_transit: Fen,
    /// Virtual money given out in all.
    #[serde(rename = "issued_fen")]
    pub issued: Fen,
}

impl Books {
    /// True when every fen given out is somewhere, exactly once.
    #[must_use]
    pub fn balanced(&self) -> bool {
        let held: Fen = self.payers.values().copied().sum();
        let merchants: Fen =
            self.merchants.values().map(|books| plus(books.available, books.withdrawn)).sum();
        plus(plus(held, merchants), self.in_transit) == self.issued
    }
}

/// Not enough money where it should come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short;

impl Ledger {
    pub(crate) fn open_merchant(&mut self, mchid: Mchid) {
        self.merchants.entry(mchid).or_default();
    }

    pub(crate) fn mchids(&self) -> impl Iterator<Item = &Mchid> {
        self.merchants.keys()
    }

    /// Sets a payer's balance by hand; the difference is issued or taken back.
    pub(crate) fn set_payer(&mut self, payer: &str, balance: Fen) {
        let before = self.payers.insert(payer.into(), balance).unwrap_or_default();
        self.issued = plus(minus(self.issued, before), balance);
    }

    pub(crate) fn payer(&self, payer: &str) -> Fen {
        self.payers.get(payer).copied().unwrap_or_default()
    }

    /// From the payer to the merchant.
    pub(crate) fn pay(&mut self, payer: &str, mchid: &Mchid, amount: Fen) -> Result<(), Short> {
        let left = minus(self.payer(payer), amount);
        if left < Fen::ZERO {
            return Err(Short);
        }
        self.payers.insert(payer.into(), left);
        let books = self.books_mut(mchid);
        books.paid = plus(books.paid, amount);
        books.available = plus(books.available, amount);
        books.payments += 1;
        Ok(())
    }

    /// From the merchant onto the way back.
    pub(crate) fn refund_accepted(&mut self, mchid: &Mchid, amount: Fen) -> Result<(), Short> {
        let books = self.books_mut(mchid);
        let left = minus(books.available, amount);
        if left < Fen::ZERO {
            return Err(Short);
        }
        books.available = left;
        books.refunding = plus(books.refunding, amount);
        self.in_transit = plus(self.in_transit, amount);
        Ok(())
    }

    /// From the way back to the payer.
    pub(crate) fn refund_arrived(&mut self, payer: &str, mchid: &Mchid, amount: Fen) {
        self.in_transit = minus(self.in_transit, amount);
        let balance = plus(self.payer(payer), amount);
        self.payers.insert(payer.into(), balance);
        let books = self.books_mut(mchid);
        books.refunding = minus(books.refunding, amount);
        books.refunded = plus(books.refunded, amount);
    }

    /// From the way back to the merchant.
    pub(crate) fn refund_closed(&mut self, mchid: &Mchid, amount: Fen) {
        self.in_transit = minus(self.in_transit, amount);
        let books = self.books_mut(mchid);
        books.refunding = minus(books.refunding, amount);
        books.available = plus(books.available, amount);
    }

    /// Out of the merchant's balance, as settlement to a bank would.
    pub(crate) fn withdraw(&mut self, mchid: &Mchid, amount: Fen) -> Result<(), Short> {
        let books = self.books_mut(mchid);
        let left = minus(books.available, amount);
        if amount < Fen::ZERO || left < Fen::ZERO {
            return Err(Short);
        }
        books.available = left;
        books.withdrawn = plus(books.withdrawn, amount);
        Ok(())
    }

    pub(crate) fn books(&self) -> Books {
        Books {
            merchants: self.merchants.clone(),
            payers: self.payers.clone(),
            in_transit: self.in_transit,
            issued: self.issued,
        }
    }

    fn books_mut(&mut self, mchid: &Mchid) -> &mut MerchantBooks {
        self.merchants.entry(mchid.clone()).or_default()
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
