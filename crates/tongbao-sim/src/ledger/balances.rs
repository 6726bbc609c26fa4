//! What every account holds at this moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tongbao_wire::{BillDate, Fen, Mchid};

use super::{Account, Books, MerchantBooks, Purse, Wallet, minus, plus};
use crate::shelf::{Shelf, Shelved};

/// Balances, by whose they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Balances {
    merchants: Shelf<Mchid, MerchantBooks>,
    /// 零钱.
    payers: Shelf<String, Fen>,
    /// By payer and card.
    cards: Shelf<(String, String), Fen>,
    totals: Shelf<String, Totals>,
}

/// What belongs to nobody in particular.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Totals {
    issued: Fen,
    in_transit: Fen,
    /// The last number of the journal.
    number: u64,
    /// Rows of the journal or of bills are missing until here.
    #[serde(default)]
    forgotten_through: Option<BillDate>,
}

impl Default for Balances {
    fn default() -> Self {
        let (mut merchants, mut totals) = (Shelf::default(), Shelf::default());
        merchants.pin();
        totals.pin();
        Self { merchants, payers: Shelf::default(), cards: Shelf::default(), totals }
    }
}

impl Balances {
    pub(super) fn mchids(&self) -> impl Iterator<Item = Mchid> {
        self.merchants.iter().map(|(mchid, _)| mchid)
    }

    pub(super) fn books(&self) -> Books {
        let mut cards: BTreeMap<String, BTreeMap<String, Fen>> = BTreeMap::new();
        for ((payer, card), balance) in self.cards.iter() {
            cards.entry(payer).or_default().insert(card, *balance);
        }
        let totals = self.totals();
        Books {
            merchants: self.merchants.iter().map(|(mchid, books)| (mchid, (*books).clone())).collect(),
            payers: self.payers.iter().map(|(payer, balance)| (payer, *balance)).collect(),
            cards,
            in_transit: totals.in_transit,
            issued: totals.issued,
        }
    }

    pub(super) fn books_of(&self, mchid: &Mchid) -> MerchantBooks {
        self.merchants.get(mchid).map(|books| (*books).clone()).unwrap_or_default()
    }

    /// Of a merchant who holds nothing.
    pub(super) fn forget_merchant(&mut self, mchid: &Mchid) {
        self.merchants.remove(mchid);
    }

    pub(super) fn cards(&self, payer: &str) -> BTreeMap<String, Fen> {
        let from = (payer.to_owned(), String::new());
        let theirs = self.cards.range(from..).take_while(|((whose, _), _)| whose == payer);
        theirs.map(|((_, card), balance)| (card, *balance)).collect()
    }

    pub(super) fn remove_card(&mut self, payer: &str, card: &str) -> bool {
        self.cards.remove(&(payer.to_owned(), card.to_owned())).is_some()
    }

    pub(super) fn held(&self, account: &Account) -> Fen {
        let of = |mchid: &Mchid, read: fn(&MerchantBooks) -> Fen| {
            self.merchants.get(mchid).map_or(Fen::ZERO, |books| read(&books))
        };
        match account {
            Account::Issued => minus(Fen::ZERO, self.totals().issued),
            Account::Wallet(Wallet::Balance { payer }) => {
                self.payers.get(payer).map_or(Fen::ZERO, |balance| *balance)
            }
            Account::Wallet(Wallet::Card { payer, card }) => {
                self.cards.get(&(payer.clone(), card.clone())).map_or(Fen::ZERO, |balance| *balance)
            }
            Account::Available(mchid) => of(mchid, |it| it.available),
            Account::Frozen(mchid) => of(mchid, |it| it.frozen),
            Account::Operating(mchid) => of(mchid, |it| it.operating),
            Account::FeePurse(mchid) => of(mchid, |it| it.fee_account),
            Account::Withdrawn(mchid) => of(mchid, |it| it.withdrawn),
            Account::Refunding(mchid) => of(mchid, |it| it.refunding),
            Account::Transferring(mchid) => of(mchid, |it| it.transferring),
            Account::Earned(mchid) => of(mchid, |it| it.fees),
        }
    }

    /// What a purse holds: 基本账户 is both its halves.
    pub(super) fn purse(&self, mchid: &Mchid, purse: Purse) -> Fen {
        let Some(books) = self.merchants.get(mchid) else { return Fen::ZERO };
        match purse {
            Purse::Basic => plus(books.available, books.frozen),
            Purse::Operation => books.operating,
            Purse::Fees => books.fee_account,
        }
    }

    /// Makes an account that holds nothing yet, so that books show it.
    pub(super) fn open(&mut self, account: &Account) {
        self.balance(account);
    }

    pub(super) fn give(&mut self, account: &Account, amount: Fen) {
        if matches!(account, Account::Refunding(_) | Account::Transferring(_)) {
            let totals = self.totals_mut();
            totals.in_transit = plus(totals.in_transit, amount);
        }
        if *account == Account::Issued {
            let totals = self.totals_mut();
            totals.issued = minus(totals.issued, amount);
        } else {
            let balance = self.balance(account);
            *balance = plus(*balance, amount);
        }
    }

    pub(super) fn take(&mut self, account: &Account, amount: Fen) {
        self.give(account, minus(Fen::ZERO, amount));
    }

    pub(super) fn forgotten_through(&self) -> Option<BillDate> {
        self.totals().forgotten_through
    }

    pub(super) fn forget_through(&mut self, day: BillDate) {
        let totals = self.totals_mut();
        totals.forgotten_through = totals.forgotten_through.max(Some(day));
    }

    pub(super) fn next_number(&mut self) -> u64 {
        let totals = self.totals_mut();
        totals.number += 1;
        totals.number
    }

    pub(super) fn merchant(&mut self, mchid: &Mchid) -> &mut MerchantBooks {
        row(&mut self.merchants, mchid.clone())
    }

    pub(super) fn shelves(&mut self) -> Vec<(&'static str, &mut dyn Shelved)> {
        vec![
            ("merchant_balances", &mut self.merchants),
            ("payer_balances", &mut self.payers),
            ("card_balances", &mut self.cards),
            ("money_totals", &mut self.totals),
        ]
    }

    fn balance(&mut self, account: &Account) -> &mut Fen {
        match account {
            Account::Issued => &mut self.totals_mut().issued,
            Account::Wallet(Wallet::Balance { payer }) => row(&mut self.payers, payer.clone()),
            Account::Wallet(Wallet::Card { payer, card }) => {
                row(&mut self.cards, (payer.clone(), card.clone()))
            }
            Account::Available(mchid) => &mut self.merchant(mchid).available,
            Account::Frozen(mchid) => &mut self.merchant(mchid).frozen,
            Account::Operating(mchid) => &mut self.merchant(mchid).operating,
            Account::FeePurse(mchid) => &mut self.merchant(mchid).fee_account,
            Account::Withdrawn(mchid) => &mut self.merchant(mchid).withdrawn,
            Account::Refunding(mchid) => &mut self.merchant(mchid).refunding,
            Account::Transferring(mchid) => &mut self.merchant(mchid).transferring,
            Account::Earned(mchid) => &mut self.merchant(mchid).fees,
        }
    }

    fn totals(&self) -> Totals {
        self.totals.get(TOTALS).map(|totals| (*totals).clone()).unwrap_or_default()
    }

    fn totals_mut(&mut self) -> &mut Totals {
        row(&mut self.totals, TOTALS.into())
    }
}

/// The row of a shelf, a new one when there is none.
fn row<K: crate::shelf::Key, V: crate::shelf::Row + Default>(shelf: &mut Shelf<K, V>, key: K) -> &mut V {
    if !shelf.contains_key(&key) {
        shelf.insert(key.clone(), V::default());
    }
    shelf.get_mut(&key).expect("it is there")
}

/// The only row of its shelf.
const TOTALS: &str = "all";
