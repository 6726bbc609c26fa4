//! Balances, as auditors read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid};

use super::{Account, Purse, Wallet, minus, plus};

/// All books at one instant, for auditors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Each merchant's.
    pub merchants: BTreeMap<Mchid, MerchantBooks>,
    /// Each payer's balance (零钱).
    #[serde(rename = "payers_fen")]
    pub payers: BTreeMap<String, Fen>,
    /// What each payer's bank cards can pay.
    #[serde(rename = "cards_fen")]
    pub cards: BTreeMap<String, BTreeMap<String, Fen>>,
    /// Refunds and transfers on their way.
    #[serde(rename = "in_transit_fen")]
    pub in_transit: Fen,
    /// Virtual money given out in all.
    #[serde(rename = "issued_fen")]
    pub issued: Fen,
}

/// What a merchant's books say. Balances first, then what has been, as sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantBooks {
    /// What refunds can be paid from (基本账户, 可用余额).
    #[serde(rename = "available_fen")]
    pub available: Fen,
    /// Waits for profit sharing or for goods to arrive (基本账户, 不可用余额).
    #[serde(rename = "frozen_fen")]
    pub frozen: Fen,
    /// What transfers are paid from (运营账户).
    #[serde(rename = "operating_fen")]
    pub operating: Fen,
    /// 手续费账户, not what was paid in fees.
    #[serde(rename = "fee_account_fen")]
    pub fee_account: Fen,
    /// Taken out of the balance, to the merchant's bank.
    #[serde(rename = "withdrawn_fen")]
    pub withdrawn: Fen,
    /// Refunds accepted and not yet decided, as payers will receive them.
    #[serde(rename = "refunding_fen")]
    pub refunding: Fen,
    /// Transfers that users have not yet received.
    #[serde(rename = "transferring_fen")]
    pub transferring: Fen,
    /// Fees the platform took, less what it returned with refunds.
    #[serde(rename = "fees_fen")]
    pub fees: Fen,
    /// Payments received, before fees, as a sum.
    #[serde(rename = "paid_fen")]
    pub paid: Fen,
    /// Payments received, as a number.
    pub payments: u64,
    /// Refunds that reached their payers.
    #[serde(rename = "refunded_fen")]
    pub refunded: Fen,
    /// Transfers that reached their users.
    #[serde(rename = "transferred_fen")]
    pub transferred: Fen,
}

impl MerchantBooks {
    /// All that is the merchant's, at its bank, at the platform or on its way, and the platform's part.
    fn sum(&self) -> Fen {
        [
            self.available,
            self.frozen,
            self.operating,
            self.fee_account,
            self.withdrawn,
            self.refunding,
            self.transferring,
            self.fees,
        ]
        .into_iter()
        .sum()
    }
}

impl Books {
    /// True when every fen given out is somewhere, exactly once, and no account is below zero.
    #[must_use]
    pub fn balanced(&self) -> bool {
        let payers: Fen =
            self.payers.values().chain(self.cards.values().flat_map(BTreeMap::values)).copied().sum();
        let merchants: Fen = self.merchants.values().map(MerchantBooks::sum).sum();
        let on_the_way: Fen = self.merchants.values().map(|it| plus(it.refunding, it.transferring)).sum();
        plus(payers, merchants) == self.issued && on_the_way == self.in_transit && !self.overdrawn()
    }

    fn overdrawn(&self) -> bool {
        let payers = self.payers.values().chain(self.cards.values().flat_map(BTreeMap::values));
        let merchants = self.merchants.values().flat_map(|it| {
            [
                &it.available,
                &it.frozen,
                &it.operating,
                &it.fee_account,
                &it.withdrawn,
                &it.refunding,
                &it.transferring,
                &it.fees,
            ]
        });
        payers.chain(merchants).any(|balance| *balance < Fen::ZERO)
    }

    pub(super) fn held(&self, account: &Account) -> Fen {
        let of =
            |mchid, read: fn(&MerchantBooks) -> Fen| self.merchants.get(mchid).map(read).unwrap_or_default();
        match account {
            Account::Issued => minus(Fen::ZERO, self.issued),
            Account::Wallet(Wallet::Balance { payer }) => self.payers.get(payer).copied().unwrap_or_default(),
            Account::Wallet(Wallet::Card { payer, card }) => {
                self.cards.get(payer).and_then(|cards| cards.get(card)).copied().unwrap_or_default()
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

    pub(super) fn give(&mut self, account: &Account, amount: Fen) {
        match account {
            Account::Issued => self.issued = minus(self.issued, amount),
            _ => {
                if matches!(account, Account::Refunding(_) | Account::Transferring(_)) {
                    self.in_transit = plus(self.in_transit, amount);
                }
                let balance = self.balance(account);
                *balance = plus(*balance, amount);
            }
        }
    }

    pub(super) fn take(&mut self, account: &Account, amount: Fen) {
        self.give(account, minus(Fen::ZERO, amount));
    }

    fn balance(&mut self, account: &Account) -> &mut Fen {
        match account {
            Account::Issued => &mut self.issued,
            Account::Wallet(Wallet::Balance { payer }) => self.payers.entry(payer.clone()).or_default(),
            Account::Wallet(Wallet::Card { payer, card }) => {
                self.cards.entry(payer.clone()).or_default().entry(card.clone()).or_default()
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

    pub(super) fn merchant(&mut self, mchid: &Mchid) -> &mut MerchantBooks {
        self.merchants.entry(mchid.clone()).or_default()
    }
}
