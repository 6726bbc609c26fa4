//! The journal's words: accounts, moves, entries.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Mchid, Timestamp, TransactionId};

/// Where money can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Account {
    /// Given out by hand: the one account below zero.
    Issued,
    /// A payer's.
    Wallet(Wallet),
    /// A merchant's money that refunds and withdrawals take: 基本账户, 可用余额.
    Available(Mchid),
    /// A merchant's money that waits for profit sharing or for goods to arrive: 基本账户, 不可用余额.
    Frozen(Mchid),
    /// What transfers to users are paid from: 运营账户.
    Operating(Mchid),
    /// 手续费账户. Nothing moves it but topping up: fees are taken from each payment.
    FeePurse(Mchid),
    /// At the merchant's bank.
    Withdrawn(Mchid),
    /// Refunds that have left the merchant and not yet reached a payer.
    Refunding(Mchid),
    /// Transfers that have left the merchant and not yet reached a user.
    Transferring(Mchid),
    /// What the platform earned with this merchant (手续费), less what it returned.
    Earned(Mchid),
}

/// What a payer pays with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wallet {
    /// 零钱.
    Balance { payer: String },
    /// A bank card.
    Card { payer: String, card: String },
}

impl Wallet {
    pub(crate) fn payer(&self) -> &str {
        match self {
            Self::Balance { payer } | Self::Card { payer, .. } => payer,
        }
    }

    /// `bank_type` of a payment made with it (v3.md §2.5).
    pub(crate) fn bank_type(&self) -> &str {
        match self {
            Self::Balance { .. } => "OTHERS",
            Self::Card { card, .. } => card,
        }
    }
}

/// A merchant's account that has a fund-flow bill of its own (v3.md §7.1).
///
/// The bill of 基本账户 counts both halves of it: freezing and unfreezing are no flow \[I\].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purse {
    /// 基本账户, `BASIC`.
    Basic,
    /// 运营账户, `OPERATION`.
    Operation,
    /// 手续费账户, `FEES`.
    Fees,
}

impl Account {
    /// The merchant's purse this account is part of.
    pub(crate) fn purse(&self) -> Option<(&Mchid, Purse)> {
        match self {
            Self::Available(mchid) | Self::Frozen(mchid) => Some((mchid, Purse::Basic)),
            Self::Operating(mchid) => Some((mchid, Purse::Operation)),
            Self::FeePurse(mchid) => Some((mchid, Purse::Fees)),
            Self::Issued
            | Self::Wallet(_)
            | Self::Withdrawn(_)
            | Self::Refunding(_)
            | Self::Transferring(_)
            | Self::Earned(_) => None,
        }
    }
}

/// Money from one account to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) amount: Fen,
}

/// One thing that happened to money: its moves belong together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Rises with every entry.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) kind: Kind,
    pub(crate) moves: Vec<Move>,
    pub(crate) told: Reference,
    /// What each purse it touched held afterwards.
    pub(crate) after: Vec<(Mchid, Purse, Fen)>,
}

impl Entry {
    /// What this entry did to a purse, negative when money left, and what was there afterwards. `None` when
    /// nothing came of it there.
    pub(crate) fn flow(&self, mchid: &Mchid, purse: Purse) -> Option<(Fen, Fen)> {
        let (_, _, balance) =
            self.after.iter().find(|(whose, which, _)| whose == mchid && *which == purse)?;
        let sum = |side: fn(&Move) -> &Account| -> Fen {
            let here = |leg: &&Move| side(leg).purse() == Some((mchid, purse));
            self.moves.iter().filter(here).map(|leg| leg.amount).sum()
        };
        let flow = super::minus(sum(|leg| &leg.to), sum(|leg| &leg.from));
        (flow != Fen::ZERO).then_some((flow, *balance))
    }
}

/// What an entry is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// By hand, to a payer or from one.
    Issue,
    Payment,
    /// The platform's part of a payment.
    Fee,
    /// A refund leaves the merchant; the platform adds its part of the fee.
    Refund,
    RefundArrived,
    /// It came back to the merchant, the fee to the platform.
    RefundClosed,
    /// From one half of 基本账户 to the other.
    Unfreeze,
    Share,
    ShareReturn,
    Transfer,
    TransferArrived,
    TransferReturned,
    Withdrawal,
    TopUp,
}

/// How bills name what happened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reference {
    /// 微信支付业务单号: the platform's number.
    pub(crate) business: String,
    /// The payment it belongs to, when that is not what `business` says.
    pub(crate) transaction: Option<TransactionId>,
    /// 业务凭证号: the merchant's number.
    pub(crate) voucher: String,
    /// 资金变更提交申请人: who asked for it by the API; `system` when nobody did.
    pub(crate) applicant: Option<Mchid>,
    /// 备注.
    pub(crate) remark: String,
}

/// The purses that moves touch, each once.
pub(super) fn purses(moves: &[Move]) -> Vec<(Mchid, Purse)> {
    let mut purses = Vec::new();
    for account in moves.iter().flat_map(|leg| [&leg.from, &leg.to]) {
        if let Some((mchid, purse)) = account.purse() {
            let known = purses.iter().any(|(whose, which)| whose == mchid && *which == purse);
            if !known {
                purses.push((mchid.clone(), purse));
            }
        }
    }
    purses
}
