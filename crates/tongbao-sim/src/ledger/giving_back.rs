//! Refunds and reversals: from the merchant onto the way back, then to the payer or back again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tongbao_wire::{BillDate, Fen, RefundId, RefundStatus, Timestamp, TransactionId};

use super::fee::portion;
use super::{Account, Hold, Kind, Ledger, Move, Reference, Sale, Short, Trade, Wallet, minus, plus};

/// Money about to be given back.
pub(crate) struct NewGivingBack {
    pub(crate) refund_id: RefundId,
    /// The merchant's number; a reversal (撤销) has none.
    pub(crate) out_refund_no: Option<String>,
    pub(crate) transaction_id: TransactionId,
    /// What the payer shall receive, and from where the merchant pays it.
    pub(crate) paid: Paid,
    pub(crate) channel: &'static str,
}

/// Which half of 基本账户 pays a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sources {
    /// What is frozen of the payment first, then 可用余额.
    Usual,
    /// As `amount.from` says (v3.md §5.1): so much of the refund from 不可用余额, the rest from 可用余额.
    Named { unavailable: Fen },
}

/// How a refund is paid: three sources that add up to what the payer receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paid {
    pub(crate) amount: Fen,
    pub(crate) frozen: Fen,
    pub(crate) available: Fen,
    /// The part of the fee that the platform returns.
    pub(crate) fee: Fen,
}

impl Paid {
    /// Of a refund that waits for the merchant's money.
    pub(crate) fn nothing_yet(amount: Fen) -> Self {
        Self { amount, frozen: Fen::ZERO, available: Fen::ZERO, fee: Fen::ZERO }
    }
}

/// A refund or reversal that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GivingBack {
    pub(crate) refund_id: RefundId,
    /// `None` for a reversal.
    pub(crate) out_refund_no: Option<String>,
    pub(crate) transaction_id: TransactionId,
    pub(crate) accepted_at: Timestamp,
    pub(crate) paid: Paid,
    channel: String,
    /// When another way was found than it came (v3.md §5.5).
    elsewhere_at: Option<Timestamp>,
    /// It waits for the merchant's money: nothing has moved yet (v3.md §5.2).
    waits: bool,
    /// The fee as the bill of its day tells it; nothing when it waited.
    pub(crate) fee_told: Fen,
    /// What became of it, and when: bills are of an instant.
    pub(crate) decided: Vec<(Timestamp, RefundStatus)>,
}

impl GivingBack {
    /// Where it stood at an instant.
    pub(crate) fn status_at(&self, instant: Timestamp) -> RefundStatus {
        let mut until = self.decided.iter().filter(|(at, _)| *at <= instant);
        until.next_back().map_or(RefundStatus::Processing, |(_, status)| status.clone())
    }

    /// The way it takes, as of an instant.
    pub(crate) fn channel_at(&self, instant: Timestamp) -> &str {
        if self.elsewhere_at.is_some_and(|at| at <= instant) { "OTHER_BANKCARD" } else { &self.channel }
    }

    /// When the payer had it, if that was by `instant`.
    pub(crate) fn arrived_by(&self, instant: Timestamp) -> Option<Timestamp> {
        let arrived = self.decided.iter().find(|(_, status)| *status == RefundStatus::Success)?;
        (arrived.0 <= instant).then_some(arrived.0)
    }
}

impl Ledger {
    /// From where a refund would be paid. Moves nothing.
    ///
    /// The fee goes back in proportion, counted over all refunds of the payment, so that the whole refund
    /// returns the whole fee (v3.md §5.1: of 100 yuan at 0.60 %, refunding 50 takes 49.70).
    ///
    /// # Errors
    /// [`Short`] when the merchant has not so much.
    pub(crate) fn refund_paid_from(
        &self,
        transaction_id: &TransactionId,
        amount: Fen,
        sources: Sources,
    ) -> Result<Paid, Short> {
        let sale = self.sales.get(transaction_id).ok_or(Short)?;
        let back = portion(sale.fee, plus(sale.refunded, amount), sale.total);
        let fee = minus(back, sale.fee_returned).max(Fen::ZERO).min(amount);
        let due = minus(amount, fee);
        let frozen = match sources {
            Sources::Usual => sale.frozen.min(due),
            Sources::Named { unavailable } => unavailable.min(due),
        };
        let paid = Paid { amount, frozen, available: minus(due, frozen), fee };
        let enough = paid.frozen <= sale.frozen
            && paid.available <= self.held(&Account::Available(sale.payee.clone()));
        if enough { Ok(paid) } else { Err(Short) }
    }

    /// From the merchant onto the way back, as planned just now.
    ///
    /// # Errors
    /// [`Short`] when the merchant has no longer so much or it has moved already; nothing moves then.
    pub(crate) fn refund_accepted(&mut self, new: NewGivingBack, at: Timestamp) -> Result<(), Short> {
        let NewGivingBack { refund_id, out_refund_no, transaction_id, paid, channel } = new;
        let sale = self.sales.get(&transaction_id).ok_or(Short)?;
        let moved = self.refunds.get(&refund_id).is_some_and(|back| !back.waits);
        if moved || paid.frozen > sale.frozen {
            return Err(Short);
        }
        let asked_by = sale.provider.as_ref().unwrap_or(&sale.payee).clone();
        let told = Reference {
            business: refund_id.as_str().into(),
            voucher: out_refund_no.clone().unwrap_or_default(),
            applicant: Some(asked_by),
            transaction: None,
            remark: format!("退款总金额{}元;含手续费{}元", paid.amount, paid.fee),
        };
        self.post(at, Kind::Refund, told, legs(&sale, &paid))?;
        let sale = self.sales.get_mut(&transaction_id).expect("just found");
        sale.frozen = minus(sale.frozen, paid.frozen);
        sale.refunded = plus(sale.refunded, paid.amount);
        sale.fee_returned = plus(sale.fee_returned, paid.fee);
        if let Some(awaited) = self.refunds.get_mut(&refund_id) {
            (awaited.waits, awaited.paid) = (false, paid);
            return Ok(());
        }
        self.keep(NewGivingBack { refund_id, out_refund_no, transaction_id, paid, channel }, false, at);
        Ok(())
    }

    /// Accepted, but the merchant has not the money yet: bills tell it, nothing moves.
    /// [`Ledger::refund_accepted`] with the same number moves it.
    pub(crate) fn refund_awaited(&mut self, new: NewGivingBack, at: Timestamp) {
        self.keep(new, true, at);
    }

    fn keep(&mut self, new: NewGivingBack, waits: bool, at: Timestamp) {
        let NewGivingBack { refund_id, out_refund_no, transaction_id, paid, channel } = new;
        let number = self.balances.next_number();
        self.trades.insert((BillDate::of(at), number), Trade::Refund(refund_id.clone()));
        if let Some(sale) = self.sales.get_mut(&transaction_id) {
            sale.lines += 1;
            sale.backs.push(refund_id.clone());
        }
        let kept = GivingBack {
            refund_id: refund_id.clone(),
            out_refund_no,
            transaction_id,
            accepted_at: at,
            fee_told: paid.fee,
            paid,
            channel: channel.into(),
            elsewhere_at: None,
            waits,
            decided: Vec::new(),
        };
        self.refunds.insert(refund_id, kept);
    }

    /// From the way back to where the payer paid from.
    pub(crate) fn refund_arrived(&mut self, refund_id: &RefundId, at: Timestamp) {
        let Some((sale, back)) = self.open_refund(refund_id) else { return };
        let to = Account::Wallet(sale.wallet.clone());
        self.arrive(refund_id, to, at, &back);
    }

    /// From the way back to the payer's balance or another card: an abnormal refund, solved (v3.md §5.5).
    pub(crate) fn refund_arrived_elsewhere(&mut self, refund_id: &RefundId, wallet: Wallet, at: Timestamp) {
        let Some((_, back)) = self.open_refund(refund_id) else { return };
        self.mark_elsewhere(refund_id, at);
        self.arrive(refund_id, Account::Wallet(wallet), at, &back);
    }

    /// From the way back to the merchant's bank: an abnormal refund that the merchant hands over itself.
    pub(crate) fn refund_arrived_at_merchant(&mut self, refund_id: &RefundId, at: Timestamp) {
        let Some((sale, back)) = self.open_refund(refund_id) else { return };
        let to = Account::Withdrawn(sale.payee.clone());
        self.mark_elsewhere(refund_id, at);
        self.arrive(refund_id, to, at, &back);
    }

    fn mark_elsewhere(&mut self, refund_id: &RefundId, at: Timestamp) {
        if let Some(back) = self.refunds.get_mut(refund_id) {
            back.elsewhere_at = Some(at);
        }
    }

    fn arrive(&mut self, refund_id: &RefundId, to: Account, at: Timestamp, back: &GivingBack) {
        let sale = self.sales.get(&back.transaction_id).expect("a refund is of a payment");
        let payee = sale.payee.clone();
        let from = Account::Refunding(payee.clone());
        let moves = vec![Move { from, to, amount: back.paid.amount }];
        self.post(at, Kind::RefundArrived, named(back), moves).expect("it is on its way");
        let books = self.balances.merchant(&payee);
        books.refunded = plus(books.refunded, back.paid.amount);
        self.note(refund_id, RefundStatus::Success, at);
    }

    /// From the way back to the merchant, and the fee to the platform again. What came from frozen money is
    /// frozen again, unless the payment was released meanwhile.
    pub(crate) fn refund_closed(&mut self, refund_id: &RefundId, at: Timestamp) {
        if self.refunds.get(refund_id).is_some_and(|back| back.waits) {
            return self.note(refund_id, RefundStatus::Closed, at);
        }
        let Some((sale, back)) = self.open_refund(refund_id) else { return };
        let (frozen, available) = match sale.hold {
            Hold::Free => (Fen::ZERO, plus(back.paid.available, back.paid.frozen)),
            Hold::ProfitSharing | Hold::Shipping => (back.paid.frozen, back.paid.available),
        };
        let mut moves = legs(&sale, &Paid { frozen, available, ..back.paid });
        for leg in &mut moves {
            std::mem::swap(&mut leg.from, &mut leg.to);
        }
        self.post(at, Kind::RefundClosed, named(&back), moves).expect("it is on its way");
        let sale = self.sales.get_mut(&back.transaction_id).expect("a refund is of a payment");
        sale.frozen = plus(sale.frozen, frozen);
        sale.refunded = minus(sale.refunded, back.paid.amount);
        sale.fee_returned = minus(sale.fee_returned, back.paid.fee);
        self.note(refund_id, RefundStatus::Closed, at);
    }

    /// The money stays on its way until a person decides (v3.md §5.2).
    pub(crate) fn refund_abnormal(&mut self, refund_id: &RefundId, at: Timestamp) {
        if self.open_refund(refund_id).is_some() {
            self.note(refund_id, RefundStatus::Abnormal, at);
        }
    }

    /// A refund whose money is on its way.
    fn open_refund(&self, refund_id: &RefundId) -> Option<(Arc<Sale>, Arc<GivingBack>)> {
        let back = self.refunds.get(refund_id)?;
        let over = matches!(back.decided.last(), Some((_, RefundStatus::Success | RefundStatus::Closed)));
        let sale = self.sales.get(&back.transaction_id)?;
        (!over && !back.waits).then_some((sale, back))
    }

    fn note(&mut self, refund_id: &RefundId, status: RefundStatus, at: Timestamp) {
        if let Some(back) = self.refunds.get_mut(refund_id) {
            back.decided.push((at, status));
        }
    }
}

/// The three sources of a refund, onto the way back.
fn legs(sale: &Sale, paid: &Paid) -> Vec<Move> {
    let payee = &sale.payee;
    [
        (Account::Frozen(payee.clone()), paid.frozen),
        (Account::Available(payee.clone()), paid.available),
        (Account::Earned(payee.clone()), paid.fee),
    ]
    .into_iter()
    .map(|(from, amount)| Move { from, to: Account::Refunding(payee.clone()), amount })
    .collect()
}

fn named(back: &GivingBack) -> Reference {
    Reference {
        business: back.refund_id.as_str().into(),
        voucher: back.out_refund_no.clone().unwrap_or_default(),
        ..Reference::default()
    }
}
