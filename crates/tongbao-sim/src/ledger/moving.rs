//! Transfers to users (商家转账), withdrawals (提现) and topping up (充值).

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid, Timestamp};

use super::{AMOUNT_MAX, Account, Kind, Ledger, Move, Purse, Reference, Short, Wallet, plus};

/// A transfer to a user, as the books name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) mchid: Mchid,
    pub(crate) transfer_bill_no: String,
    pub(crate) out_bill_no: String,
    pub(crate) amount: Fen,
    pub(crate) remark: String,
}

impl Ledger {
    /// From 运营账户 onto the way to a user.
    ///
    /// # Errors
    /// [`Short`] when there is not so much; nothing has moved then.
    pub(crate) fn transfer_locked(&mut self, transfer: &Transfer, at: Timestamp) -> Result<(), Short> {
        let from = Account::Operating(transfer.mchid.clone());
        let to = Account::Transferring(transfer.mchid.clone());
        let moves = vec![Move { from, to, amount: transfer.amount }];
        self.post(at, Kind::Transfer, transfer.told(Some(transfer.mchid.clone())), moves)
    }

    /// Into the user's balance. The caller sees to it that each transfer arrives or returns, once.
    ///
    /// # Errors
    /// [`Short`] when nothing of it is on its way.
    pub(crate) fn transfer_arrived(
        &mut self,
        transfer: &Transfer,
        payer: &str,
        at: Timestamp,
    ) -> Result<(), Short> {
        let from = Account::Transferring(transfer.mchid.clone());
        let to = Account::Wallet(Wallet::Balance { payer: payer.into() });
        let moves = vec![Move { from, to, amount: transfer.amount }];
        self.post(at, Kind::TransferArrived, transfer.told(None), moves)?;
        let books = self.balances.merchant(&transfer.mchid);
        books.transferred = plus(books.transferred, transfer.amount);
        Ok(())
    }

    /// Back to 运营账户: failed, cancelled or not confirmed in time.
    ///
    /// # Errors
    /// [`Short`] when nothing of it is on its way.
    pub(crate) fn transfer_returned(&mut self, transfer: &Transfer, at: Timestamp) -> Result<(), Short> {
        let from = Account::Transferring(transfer.mchid.clone());
        let to = Account::Operating(transfer.mchid.clone());
        let moves = vec![Move { from, to, amount: transfer.amount }];
        self.post(at, Kind::TransferReturned, transfer.told(None), moves)
    }

    /// From 可用余额 to the merchant's bank, as settlement would.
    ///
    /// # Errors
    /// [`Short`] when there is not so much; nothing has moved then.
    pub(crate) fn withdraw(&mut self, mchid: &Mchid, amount: Fen, at: Timestamp) -> Result<(), Short> {
        let (from, to) = (Account::Available(mchid.clone()), Account::Withdrawn(mchid.clone()));
        self.post(at, Kind::Withdrawal, Reference::default(), vec![Move { from, to, amount }])
    }

    /// From nowhere into one of a merchant's purses: 基本账户 receives it as 可用余额.
    ///
    /// # Errors
    /// [`Short`] when the amount is below zero, or the purse would hold more than any may.
    pub(crate) fn top_up(
        &mut self,
        mchid: &Mchid,
        purse: Purse,
        amount: Fen,
        at: Timestamp,
    ) -> Result<(), Short> {
        let to = match purse {
            Purse::Basic => Account::Available(mchid.clone()),
            Purse::Operation => Account::Operating(mchid.clone()),
            Purse::Fees => Account::FeePurse(mchid.clone()),
        };
        let over = plus(self.held(&to), amount.min(Fen::new(AMOUNT_MAX))) > Fen::new(PURSE_MAX);
        if over || amount > Fen::new(AMOUNT_MAX) {
            return Err(Short);
        }
        let moves = vec![Move { from: Account::Issued, to, amount }];
        self.post(at, Kind::TopUp, Reference::default(), moves)
    }
}

/// A purse holds so much at most by topping up, so that sums of all purses fit.
const PURSE_MAX: i64 = 1000 * AMOUNT_MAX;

impl Transfer {
    fn told(&self, applicant: Option<Mchid>) -> Reference {
        Reference {
            business: self.transfer_bill_no.clone(),
            voucher: self.out_bill_no.clone(),
            transaction: None,
            applicant,
            remark: self.remark.clone(),
        }
    }
}
