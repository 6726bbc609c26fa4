//! Payments: the money, the fee, and what bills will say of them.

use serde::{Deserialize, Serialize};
use tongbao_wire::{BillDate, Fen, Mchid, OutTradeNo, RefundId, Timestamp, TransactionId};

use super::{Account, FeeRate, Kind, Ledger, Move, Reference, Short, Trade, Wallet, minus, plus};

/// A payment about to be made.
pub(crate) struct NewSale {
    pub(crate) transaction_id: TransactionId,
    pub(crate) out_trade_no: OutTradeNo,
    /// Whose money it becomes: the merchant, or the sub-merchant (特约商户).
    pub(crate) payee: Mchid,
    /// Who ordered it, when that was a provider (服务商) for `payee`.
    pub(crate) provider: Option<Mchid>,
    pub(crate) wallet: Wallet,
    pub(crate) total: Fen,
    pub(crate) rate: FeeRate,
    pub(crate) hold: Hold,
    pub(crate) words: SaleWords,
}

/// Whether the merchant can use the money at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Hold {
    /// It can.
    Free,
    /// `profit_sharing` was asked for: frozen until shared (v3-extended.md §8.1).
    ProfitSharing,
    /// The mini program has order shipping management: frozen until receipt (miniprogram.md §4.1).
    Shipping,
}

/// What trade bills say of a payment besides numbers and money, in their words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SaleWords {
    pub(crate) appid: String,
    pub(crate) openid: String,
    /// `JSAPI`, `NATIVE`, `APP`, `MWEB`, `MICROPAY`.
    pub(crate) trade_type: String,
    /// `OTHERS`, `CMB_DEBIT`.
    pub(crate) bank_type: String,
    pub(crate) description: String,
    pub(crate) attach: String,
    pub(crate) device_info: String,
}

/// A payment that was made, and what has become of its money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sale {
    pub(crate) transaction_id: TransactionId,
    pub(crate) out_trade_no: OutTradeNo,
    pub(crate) payee: Mchid,
    pub(crate) provider: Option<Mchid>,
    pub(crate) wallet: Wallet,
    pub(crate) paid_at: Timestamp,
    pub(crate) total: Fen,
    pub(crate) rate: FeeRate,
    pub(crate) fee: Fen,
    /// [`Hold::Free`] once it was released.
    pub(crate) hold: Hold,
    /// What of it is frozen still.
    pub(crate) frozen: Fen,
    /// Refunds that were accepted and not closed.
    pub(crate) refunded: Fen,
    /// What of the fee went back with them.
    pub(crate) fee_returned: Fen,
    pub(crate) words: SaleWords,
    /// Lines of trade bills about it and its refunds.
    #[serde(default)]
    pub(super) lines: u32,
    /// What was given back of it.
    #[serde(default)]
    pub(super) backs: Vec<RefundId>,
    /// Its order is forgotten.
    #[serde(default)]
    pub(super) retired: bool,
}

impl Ledger {
    /// From the payer to the merchant, and the fee from there to the platform.
    ///
    /// # Errors
    /// [`Short`] when the payer has not so much; nothing has moved then.
    pub(crate) fn pay(&mut self, new: NewSale, at: Timestamp) -> Result<(), Short> {
        let NewSale { transaction_id, out_trade_no, payee, provider, wallet, total, rate, hold, words } = new;
        let frozen = hold != Hold::Free;
        let home = if frozen { Account::Frozen(payee.clone()) } else { Account::Available(payee.clone()) };
        let told = Reference {
            business: transaction_id.as_str().into(),
            voucher: out_trade_no.as_str().into(),
            ..Reference::default()
        };
        let paid = Move { from: Account::Wallet(wallet.clone()), to: home.clone(), amount: total };
        self.post(at, Kind::Payment, told.clone(), vec![paid])?;
        let fee = rate.of(total);
        let earned = Move { from: home, to: Account::Earned(payee.clone()), amount: fee };
        self.post(at, Kind::Fee, told, vec![earned]).expect("a fee is a part of what was paid");
        let books = self.balances.merchant(&payee);
        books.paid = plus(books.paid, total);
        books.payments += 1;
        let number = self.balances.next_number();
        self.trades.insert((BillDate::of(at), number), Trade::Sale(transaction_id.clone()));
        let frozen = if frozen { minus(total, fee) } else { Fen::ZERO };
        let sale = Sale {
            transaction_id: transaction_id.clone(),
            out_trade_no,
            payee,
            provider,
            wallet,
            paid_at: at,
            total,
            rate,
            fee,
            hold,
            frozen,
            refunded: Fen::ZERO,
            fee_returned: Fen::ZERO,
            words,
            lines: 1,
            backs: Vec::new(),
            retired: false,
        };
        self.sales.insert(transaction_id, sale);
        Ok(())
    }

    /// Lets the merchant use what is still frozen of a payment, for good, and tells how much that was.
    pub(crate) fn unfreeze(&mut self, transaction_id: &TransactionId, at: Timestamp) -> Fen {
        let Some(sale) = self.sales.get_mut(transaction_id) else { return Fen::ZERO };
        sale.hold = Hold::Free;
        let amount = std::mem::take(&mut sale.frozen);
        let (from, to) = (Account::Frozen(sale.payee.clone()), Account::Available(sale.payee.clone()));
        let told = Reference {
            business: transaction_id.as_str().into(),
            voucher: sale.out_trade_no.as_str().into(),
            ..Reference::default()
        };
        let moved = self.post(at, Kind::Unfreeze, told, vec![Move { from, to, amount }]);
        moved.expect("what a payment has frozen is there");
        amount
    }
}
