//! Whatever happens in whatever order, every fen is somewhere exactly once, and bills tell it all.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::{collection, sample};
use tongbao_wire::{BillDate, Fen, Mchid, OutTradeNo, RefundId, RefundStatus, Timestamp, TransactionId};

use super::{
    FeeRate, Hold, Ledger, NewGivingBack, NewSale, NewShare, Paid, Purse, Receiver, SaleWords, ShareReturn,
    Short, Sources, Transfer, Wallet,
};
use crate::Switches;
use crate::bill::{AccountType, Bill, BillType, Content, Face};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Pay { fen: i64, hold: Hold, card: bool, partner: bool },
    Refund { sale: usize, fen: i64, frozen: Option<i64> },
    Decide { refund: usize, status: RefundStatus },
    Share { sale: usize, fen: i64, to_merchant: bool },
    ShareBack { sale: usize, fen: i64 },
    Unfreeze { sale: usize },
    Transfer { fen: i64 },
    TransferDone { transfer: usize, arrives: bool },
    Withdraw { fen: i64 },
    TopUp { fen: i64, purse: Purse },
    SetPayer { fen: i64 },
    Wait { minutes: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let holds = sample::select(vec![Hold::Free, Hold::ProfitSharing, Hold::Shipping]);
    let words = sample::select(vec![RefundStatus::Success, RefundStatus::Closed, RefundStatus::Abnormal]);
    let purses = sample::select(vec![Purse::Basic, Purse::Operation, Purse::Fees]);
    prop_oneof![
        4 => (1..5000_i64, holds, any::<bool>(), any::<bool>())
            .prop_map(|(fen, hold, card, partner)| Step::Pay { fen, hold, card, partner }),
        4 => (0..8_usize, 1..3000_i64, proptest::option::of(0..3000_i64))
            .prop_map(|(sale, fen, frozen)| Step::Refund { sale, fen, frozen }),
        3 => (0..8_usize, words).prop_map(|(refund, status)| Step::Decide { refund, status }),
        2 => (0..8_usize, 1..2000_i64, any::<bool>())
            .prop_map(|(sale, fen, to_merchant)| Step::Share { sale, fen, to_merchant }),
        1 => (0..8_usize, 1..2000_i64).prop_map(|(sale, fen)| Step::ShareBack { sale, fen }),
        1 => (0..8_usize).prop_map(|sale| Step::Unfreeze { sale }),
        1 => (1..3000_i64).prop_map(|fen| Step::Transfer { fen }),
        1 => (0..8_usize, any::<bool>()).prop_map(|(transfer, arrives)| Step::TransferDone { transfer, arrives }),
        1 => (-5..3000_i64).prop_map(|fen| Step::Withdraw { fen }),
        1 => (1..3000_i64, purses).prop_map(|(fen, purse)| Step::TopUp { fen, purse }),
        1 => (0..20_000_i64).prop_map(|fen| Step::SetPayer { fen }),
        2 => (0..2000_u64).prop_map(|minutes| Step::Wait { minutes }),
    ]
}

/// A ledger and what was done to it.
struct World {
    ledger: Ledger,
    now: Timestamp,
    sales: Vec<TransactionId>,
    refunds: Vec<RefundId>,
    transfers: Vec<Transfer>,
}

impl World {
    fn new() -> Self {
        let now = Timestamp::from_seconds(1_772_330_400);
        let mut ledger = Ledger::default();
        for number in MERCHANTS {
            ledger.open_merchant(merchant(number));
        }
        ledger.set_payer("payer-1", Fen::new(15_000), now);
        ledger.set_card("payer-1", "card", Fen::new(15_000), now);
        Self { ledger, now, sales: Vec::new(), refunds: Vec::new(), transfers: Vec::new() }
    }

    fn take(&mut self, step: Step) {
        let (sub, receiver) = (merchant(MERCHANTS[0]), merchant(MERCHANTS[2]));
        // A refusal is fine; the audit sees that nothing moved.
        let _refused: Result<(), Short> = match step {
            Step::Pay { fen, hold, card, partner } => self.pay(fen, hold, card, partner),
            Step::Refund { sale, fen, frozen } => self.refund(sale, fen, frozen),
            Step::Decide { refund, status } => {
                self.decide(refund, &status);
                Ok(())
            }
            Step::Share { sale, fen, to_merchant } => self.share(sale, fen, to_merchant.then_some(receiver)),
            Step::ShareBack { sale, fen } => self.share_back(sale, fen, receiver),
            Step::Unfreeze { sale } => {
                if let Some(id) = self.sales.get(sale) {
                    self.ledger.unfreeze(id, self.now);
                }
                Ok(())
            }
            Step::Transfer { fen } => self.transfer(fen, sub),
            Step::TransferDone { transfer, arrives } => self.transfer_done(transfer, arrives),
            Step::Withdraw { fen } => self.ledger.withdraw(&sub, Fen::new(fen), self.now),
            Step::TopUp { fen, purse } => self.ledger.top_up(&sub, purse, Fen::new(fen), self.now),
            Step::SetPayer { fen } => {
                self.ledger.set_payer("payer-1", Fen::new(fen), self.now);
                Ok(())
            }
            Step::Wait { minutes } => {
                self.now = self.now.plus(Duration::from_secs(60 * minutes));
                Ok(())
            }
        };
    }

    fn pay(&mut self, fen: i64, hold: Hold, card: bool, partner: bool) -> Result<(), Short> {
        let number = self.sales.len();
        let transaction_id = TransactionId::parse(&format!("4200{number:024}")).unwrap();
        let payer = "payer-1".to_owned();
        let sale = NewSale {
            transaction_id: transaction_id.clone(),
            out_trade_no: OutTradeNo::parse(&format!("T{number:07}")).unwrap(),
            payee: merchant(MERCHANTS[0]),
            provider: partner.then(|| merchant(MERCHANTS[1])),
            wallet: if card {
                Wallet::Card { payer, card: "card".into() }
            } else {
                Wallet::Balance { payer }
            },
            total: Fen::new(fen),
            rate: FeeRate::USUAL,
            hold,
            words: SaleWords { trade_type: "JSAPI".into(), ..SaleWords::default() },
        };
        self.ledger.pay(sale, self.now)?;
        self.sales.push(transaction_id);
        Ok(())
    }

    fn refund(&mut self, sale: usize, fen: i64, frozen: Option<i64>) -> Result<(), Short> {
        let Some(transaction_id) = self.sales.get(sale).cloned() else { return Ok(()) };
        let kept = self.ledger.sale(&transaction_id).unwrap();
        // What callers check (v3.md §5.2).
        let fen = fen.min(kept.total.get() - kept.refunded.get());
        if fen == 0 {
            return Ok(());
        }
        let sources =
            frozen.map_or(Sources::Usual, |frozen| Sources::Named { unavailable: Fen::new(frozen.min(fen)) });
        let paid = self.ledger.refund_paid_from(&transaction_id, Fen::new(fen), sources)?;
        let refund_id = RefundId::parse(&format!("50{:027}", self.refunds.len())).unwrap();
        let new = NewGivingBack {
            refund_id: refund_id.clone(),
            out_refund_no: Some(format!("R{}", self.refunds.len())),
            transaction_id,
            paid,
            channel: "ORIGINAL",
        };
        self.ledger.refund_accepted(new, self.now).expect("planned a moment ago");
        self.refunds.push(refund_id);
        Ok(())
    }

    fn decide(&mut self, refund: usize, status: &RefundStatus) {
        let Some(id) = self.refunds.get(refund) else { return };
        match status {
            RefundStatus::Success => self.ledger.refund_arrived(id, self.now),
            RefundStatus::Closed => self.ledger.refund_closed(id, self.now),
            _ => self.ledger.refund_abnormal(id, self.now),
        }
    }

    fn share(&mut self, sale: usize, fen: i64, to: Option<Mchid>) -> Result<(), Short> {
        let Some(transaction_id) = self.sales.get(sale).cloned() else { return Ok(()) };
        let receiver = to.map_or_else(|| Receiver::Payer("payer-1".into()), Receiver::Merchant);
        let share = NewShare {
            transaction_id,
            order_id: "30".into(),
            out_order_no: "P".into(),
            receiver,
            amount: Fen::new(fen),
        };
        self.ledger.share(share, self.now)
    }

    fn share_back(&mut self, sale: usize, fen: i64, from: Mchid) -> Result<(), Short> {
        let Some(transaction_id) = self.sales.get(sale).cloned() else { return Ok(()) };
        let back = ShareReturn {
            transaction_id,
            return_id: "30".into(),
            out_return_no: "Q".into(),
            from,
            amount: Fen::new(fen),
        };
        self.ledger.share_returned(back, self.now)
    }

    fn transfer(&mut self, fen: i64, mchid: Mchid) -> Result<(), Short> {
        let transfer = Transfer {
            mchid,
            transfer_bill_no: format!("13{}", self.transfers.len()),
            out_bill_no: format!("B{}", self.transfers.len()),
            amount: Fen::new(fen),
            remark: String::new(),
        };
        self.ledger.transfer_locked(&transfer, self.now)?;
        self.transfers.push(transfer);
        Ok(())
    }

    fn transfer_done(&mut self, transfer: usize, arrives: bool) -> Result<(), Short> {
        if transfer >= self.transfers.len() {
            return Ok(());
        }
        let transfer = self.transfers.remove(transfer);
        if arrives {
            self.ledger.transfer_arrived(&transfer, "payer-1", self.now)
        } else {
            self.ledger.transfer_returned(&transfer, self.now)
        }
    }

    /// What must hold at every moment.
    fn audit(&self) {
        let books = self.ledger.books();
        assert!(books.balanced(), "{books:?}");
        let mine = &books.merchants[&merchant(MERCHANTS[0])];
        let sales: Vec<_> = self.sales.iter().map(|id| self.ledger.sale(id).unwrap()).collect();
        let sum = |of: fn(&super::Sale) -> Fen| -> Fen { sales.iter().map(|sale| of(sale)).sum() };
        assert_eq!(sum(|sale| sale.frozen), mine.frozen);
        assert_eq!(sum(|sale| sale.total), mine.paid);
        assert_eq!(sum(|sale| sale.refunded).get(), mine.refunded.get() + mine.refunding.get());
        assert_eq!(sum(|sale| sale.fee).get() - sum(|sale| sale.fee_returned).get(), mine.fees.get());
        for sale in sales {
            assert!(sale.refunded <= sale.total && sale.fee_returned <= sale.fee, "{sale:?}");
        }
    }

    /// Every bill since the beginning: rows add up to summaries, balances follow from day to day, and the
    /// last are those of the books.
    fn read_bills(&self) {
        let switches = Switches { bill_byte_order_mark: false, ..Switches::default() };
        let books = self.ledger.books();
        let end = self.now.plus(Duration::from_secs(2 * 86_400));
        let mut balances: BTreeMap<(Mchid, &str), i64> = BTreeMap::new();
        let (mut paid, mut returned, mut fees) = (0, 0, 0);
        let mut day = BillDate::of(Timestamp::from_seconds(1_772_330_400));
        while day <= BillDate::of(self.now) {
            for number in MERCHANTS {
                for (word, account) in PURSES {
                    let mchid = merchant(number);
                    let content = Content::FundFlow { mchid: mchid.clone(), account };
                    let bill = Bill { asker: mchid.clone(), day, content, face: Face::V3 };
                    let balance = balances.entry((mchid, word)).or_default();
                    *balance = follow(&rows(&bill, &self.ledger, &switches, end), *balance);
                }
            }
            let content = Content::Trade { sub_mchid: None, rows: BillType::All };
            let bill = Bill { asker: merchant(MERCHANTS[0]), day, content, face: Face::V3 };
            let all = rows(&bill, &self.ledger, &switches, end);
            if let Some((sums, lines)) = all.split_last() {
                let sum = |at: usize| lines.iter().map(|line| thousandths(&line[at])).sum::<i64>();
                let told = [sums[1].as_str(), &sums[2], &sums[4], &sums[5], &sums[6]].map(thousandths);
                assert_eq!(told, [sum(12), sum(16), sum(22), sum(24), sum(25)]);
                assert_eq!(sums[0], lines.len().to_string());
                (paid, returned, fees) = (paid + told[0], returned + told[1], fees + told[2]);
            }
            day = BillDate::of(Timestamp::parse_rfc3339(&format!("{day}T00:00:00+08:00")).unwrap().plus(DAY));
        }
        let mine = &books.merchants[&merchant(MERCHANTS[0])];
        assert_eq!(paid, mine.paid.get() * 1000);
        // Bills count refunds when they are accepted, and do not take closed ones back.
        let closed = |of: fn(&super::GivingBack) -> Fen| -> i64 {
            let refunds = self.refunds.iter().map(|id| self.ledger.giving_back(id).unwrap());
            let closed = refunds.filter(|it| matches!(it.decided.last(), Some((_, RefundStatus::Closed))));
            closed.map(|it| of(&it).get()).sum()
        };
        let refunds = mine.refunded.get() + mine.refunding.get() + closed(|it| it.paid.amount);
        assert_eq!(returned, refunds * 1000);
        assert_eq!(fees, (mine.fees.get() - closed(|it| it.fee_told)) * 1000);
        for number in MERCHANTS {
            let theirs = &books.merchants[&merchant(number)];
            let held = [
                theirs.available.get() + theirs.frozen.get(),
                theirs.operating.get(),
                theirs.fee_account.get(),
            ];
            for ((word, _), held) in PURSES.into_iter().zip(held) {
                assert_eq!(balances[&(merchant(number), word)], held, "{number} {word}");
            }
        }
    }
}

/// The values of a bill, summary last; nothing when there is no bill.
fn rows(bill: &Bill, ledger: &Ledger, switches: &Switches, now: Timestamp) -> Vec<Vec<String>> {
    let text = bill.text(ledger, switches, now).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.strip_prefix('`'));
    lines.map(|line| line.split(",`").map(str::to_owned).collect()).collect()
}

/// Follows a fund-flow bill from its opening balance to its closing one.
fn follow(rows: &[Vec<String>], opening: i64) -> i64 {
    let Some((sums, lines)) = rows.split_last() else { return opening };
    let (mut balance, mut income, mut expense) = (opening, 0, 0);
    for line in lines {
        let size = Fen::parse_yuan(&line[6]).unwrap().get();
        assert!(size > 0);
        if line[5] == "收入" {
            income += size
        } else {
            expense += size
        }
        balance += if line[5] == "收入" { size } else { -size };
        assert_eq!(Fen::parse_yuan(&line[7]).unwrap().get(), balance, "{line:?}");
    }
    assert_eq!(sums[2], Fen::new(income).to_string());
    assert_eq!(sums[4], Fen::new(expense).to_string());
    assert_eq!(sums[0], lines.len().to_string());
    balance
}

/// Thousandths of a fen, from an amount of two or five decimals.
fn thousandths(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (yuan, decimals) = digits.split_once('.').unwrap();
    let decimals: i64 = format!("{decimals:0<5}").parse().unwrap();
    sign * (yuan.parse::<i64>().unwrap() * 100_000 + decimals)
}

fn merchant(number: &str) -> Mchid {
    Mchid::parse(number).unwrap()
}

const MERCHANTS: [&str; 3] = ["1900000001", "1900000100", "1900000200"];
const PURSES: [(&str, AccountType); 3] =
    [("BASIC", AccountType::Basic), ("OPERATION", AccountType::Operation), ("FEES", AccountType::Fees)];
const DAY: Duration = Duration::from_secs(86_400);

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
    #[test]
    fn every_fen_is_somewhere_and_bills_tell_where_it_went(steps in collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.audit();
        }
        world.read_bills();
    }
}

#[test]
fn a_refusal_moves_nothing() {
    let mut world = World::new();
    let before = world.ledger.books();
    assert_eq!(world.pay(15_001, Hold::Free, false, false), Err(Short));
    let mchid = merchant(MERCHANTS[0]);
    for fen in [-1, 1] {
        assert_eq!(world.ledger.withdraw(&mchid, Fen::new(fen), world.now), Err(Short));
    }
    assert_eq!(world.ledger.top_up(&mchid, Purse::Fees, Fen::new(i64::MAX), world.now), Err(Short));
    assert_eq!(world.transfer(1, mchid), Err(Short));
    assert_eq!(world.ledger.books(), before);
    assert!(world.sales.is_empty());
}

#[test]
fn a_closed_refund_of_a_released_payment_is_not_frozen_again() {
    let mut world = World::new();
    world.pay(10_000, Hold::ProfitSharing, false, false).unwrap();
    world.refund(0, 5000, None).unwrap();
    let id = world.sales[0].clone();
    assert_eq!(world.ledger.unfreeze(&id, world.now), Fen::new(4970), "of 9940, half is on its way");
    world.decide(0, &RefundStatus::Closed);
    let books = world.ledger.books();
    let mine = &books.merchants[&merchant(MERCHANTS[0])];
    assert_eq!((mine.frozen, mine.available, mine.fees), (Fen::ZERO, Fen::new(9940), Fen::new(60)));
}

#[test]
fn a_refund_takes_the_named_half_and_no_other() {
    let mut world = World::new();
    world.pay(1000, Hold::ProfitSharing, false, false).unwrap();
    assert_eq!(world.refund(0, 500, Some(0)), Err(Short), "nothing is available");
    world.pay(1000, Hold::Free, false, false).unwrap();
    world.refund(0, 500, Some(200)).unwrap();
    let books = world.ledger.books();
    let mine = &books.merchants[&merchant(MERCHANTS[0])];
    assert_eq!((mine.frozen, mine.available), (Fen::new(994 - 200), Fen::new(994 - 297)));
}

#[test]
fn parts_that_are_the_whole_return_the_whole_fee() {
    let mut world = World::new();
    world.pay(9999, Hold::Free, false, false).unwrap();
    for part in [3333, 1, 3332, 3333] {
        world.refund(0, part, None).unwrap();
    }
    let sale = world.ledger.sale(&world.sales[0]).unwrap();
    assert_eq!((sale.fee, sale.fee_returned), (Fen::new(60), Fen::new(60)));
    assert_eq!(world.ledger.books().merchants[&merchant(MERCHANTS[0])].available, Fen::ZERO);
}

#[test]
fn an_awaited_refund_is_told_when_accepted_and_moves_once() {
    let mut world = World::new();
    world.pay(1000, Hold::Free, false, false).unwrap();
    let (id, transaction_id) = (RefundId::parse("50").unwrap(), world.sales[0].clone());
    let new = |paid| NewGivingBack {
        refund_id: id.clone(),
        out_refund_no: Some("R1".into()),
        transaction_id: transaction_id.clone(),
        paid,
        channel: "ORIGINAL",
    };
    world.ledger.refund_awaited(new(Paid::nothing_yet(Fen::new(500))), world.now);
    world.ledger.refund_arrived(&id, world.now);
    assert_eq!(world.ledger.books().merchants[&merchant(MERCHANTS[0])].refunded, Fen::ZERO, "nothing moved");
    let paid = world.ledger.refund_paid_from(&transaction_id, Fen::new(500), Sources::Usual).unwrap();
    world.ledger.refund_accepted(new(paid), world.now).unwrap();
    assert_eq!(world.ledger.refund_accepted(new(paid), world.now), Err(Short), "once");
    world.ledger.refund_arrived(&id, world.now);
    world.refunds.push(id);
    world.audit();
    assert_eq!(world.ledger.trades_of(BillDate::of(world.now), 0).count(), 2, "one payment, one refund");
}

#[test]
fn an_awaited_refund_that_is_closed_has_moved_nothing() {
    let mut world = World::new();
    world.pay(1000, Hold::Free, false, false).unwrap();
    let id = RefundId::parse("50").unwrap();
    let new = NewGivingBack {
        refund_id: id.clone(),
        out_refund_no: Some("R1".into()),
        transaction_id: world.sales[0].clone(),
        paid: Paid::nothing_yet(Fen::new(500)),
        channel: "ORIGINAL",
    };
    let before = world.ledger.books();
    world.ledger.refund_awaited(new, world.now);
    world.ledger.refund_closed(&id, world.now);
    assert_eq!(world.ledger.books(), before);
    assert_eq!(world.ledger.giving_back(&id).unwrap().status_at(world.now), RefundStatus::Closed);
}
