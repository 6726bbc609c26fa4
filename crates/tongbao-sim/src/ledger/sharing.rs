//! Profit sharing (分账): from what a payment has frozen to a receiver, and back (v3-extended.md §8).

use tongbao_wire::{Fen, Mchid, Timestamp, TransactionId};

use super::{Account, Kind, Ledger, Move, Reference, Short, Wallet, minus};

/// Money about to be shared with one receiver.
pub(crate) struct NewShare {
    pub(crate) transaction_id: TransactionId,
    /// The platform's number of the share.
    pub(crate) order_id: String,
    pub(crate) out_order_no: String,
    pub(crate) receiver: Receiver,
    pub(crate) amount: Fen,
}

/// Who receives a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// `MERCHANT_ID`; may be the merchant itself.
    Merchant(Mchid),
    /// `PERSONAL_OPENID`, `PERSONAL_SUB_OPENID`: into the balance.
    Payer(String),
}

/// A share about to be given back (分账回退).
pub(crate) struct ShareReturn {
    pub(crate) transaction_id: TransactionId,
    /// The platform's number of the return.
    pub(crate) return_id: String,
    pub(crate) out_return_no: String,
    /// Who gives back.
    pub(crate) from: Mchid,
    pub(crate) amount: Fen,
}

impl Ledger {
    /// From what the payment has frozen to the receiver.
    ///
    /// # Errors
    /// [`Short`] when not so much is frozen; nothing has moved then.
    pub(crate) fn share(&mut self, new: NewShare, at: Timestamp) -> Result<(), Short> {
        let sale = self.sales.get(&new.transaction_id).ok_or(Short)?;
        if new.amount > sale.frozen {
            return Err(Short);
        }
        let to = match new.receiver {
            Receiver::Merchant(mchid) => Account::Available(mchid),
            Receiver::Payer(payer) => Account::Wallet(Wallet::Balance { payer }),
        };
        let told = Reference {
            business: new.order_id,
            transaction: Some(new.transaction_id.clone()),
            voucher: new.out_order_no,
            applicant: Some(sale.provider.as_ref().unwrap_or(&sale.payee).clone()),
            remark: String::new(),
        };
        let shared = Move { from: Account::Frozen(sale.payee.clone()), to, amount: new.amount };
        self.post(at, Kind::Share, told, vec![shared])?;
        let sale = self.sales.get_mut(&new.transaction_id).expect("just found");
        sale.frozen = minus(sale.frozen, new.amount);
        Ok(())
    }

    /// From a receiver's 可用余额 to that of the merchant who shared: it is not frozen again.
    ///
    /// # Errors
    /// [`Short`] when the receiver has not so much; nothing has moved then.
    pub(crate) fn share_returned(&mut self, new: ShareReturn, at: Timestamp) -> Result<(), Short> {
        let sale = self.sales.get(&new.transaction_id).ok_or(Short)?;
        let told = Reference {
            business: new.return_id,
            transaction: Some(new.transaction_id),
            voucher: new.out_return_no,
            applicant: Some(sale.provider.as_ref().unwrap_or(&sale.payee).clone()),
            remark: String::new(),
        };
        let to = Account::Available(sale.payee.clone());
        let returned = Move { from: Account::Available(new.from), to, amount: new.amount };
        self.post(at, Kind::ShareReturn, told, vec![returned])
    }
}
