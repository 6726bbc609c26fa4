//! Balances, as auditors read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid};

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
    fn balances(&self) -> [Fen; 8] {
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
    }
}

impl Books {
    /// True when every fen given out is somewhere, exactly once, and no account is below zero.
    #[must_use]
    pub fn balanced(&self) -> bool {
        let merchants = || self.merchants.values();
        let on_the_way = merchants().flat_map(|it| [it.refunding, it.transferring]);
        sum(self.balances()) == wide(self.issued)
            && sum(on_the_way) == wide(self.in_transit)
            && self.balances().all(|balance| balance >= Fen::ZERO)
    }

    fn balances(&self) -> impl Iterator<Item = Fen> {
        let payers = self.payers.values().chain(self.cards.values().flat_map(BTreeMap::values));
        payers.copied().chain(self.merchants.values().flat_map(MerchantBooks::balances))
    }
}

/// Books may come from elsewhere: their sums need not fit.
fn sum(amounts: impl Iterator<Item = Fen>) -> i128 {
    amounts.map(wide).sum()
}

fn wide(amount: Fen) -> i128 {
    i128::from(amount.get())
}
