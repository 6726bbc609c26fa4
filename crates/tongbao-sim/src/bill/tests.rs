//! Bills of a day made by hand, compared with files; `TONGBAO_BLESS=1` writes the files anew.

use std::path::Path;
use std::time::Duration;

use tongbao_wire::{BillDate, Fen, Mchid, OutTradeNo, RefundId, Timestamp, TransactionId};

use super::{AccountType, Bill, BillType, Content, Face, NoBill, key, months_before};
use crate::Switches;
use crate::ledger::{
    FeeRate, Hold, Ledger, NewGivingBack, NewSale, NewShare, Purse, Receiver, SaleWords, ShareReturn,
    Sources, Transfer, Wallet,
};

const MERCHANT: &str = "1900000001";
const PROVIDER: &str = "1900000100";
const RECEIVER: &str = "1900000200";

fn mchid(text: &str) -> Mchid {
    Mchid::parse(text).unwrap()
}

fn payment(number: u32) -> TransactionId {
    TransactionId::parse(&format!("42000000012026030100000000{number:02}")).unwrap()
}

fn refund(number: u32) -> RefundId {
    RefundId::parse(&format!("500000000120260301000000000{number:02}")).unwrap()
}

/// A day at the counter: what a test does next happens a minute later.
struct Day {
    ledger: Ledger,
    now: Timestamp,
}

impl Day {
    /// 2026-03-01 10:00:00 in Beijing.
    fn new() -> Self {
        let now = Timestamp::from_seconds(1_772_330_400);
        let mut ledger = Ledger::default();
        for number in [MERCHANT, PROVIDER, RECEIVER] {
            ledger.open_merchant(mchid(number));
        }
        ledger.set_payer("payer-1", Fen::new(1_000_000), now);
        ledger.set_card("payer-1", "CMB_DEBIT", Fen::new(1_000_000), now);
        Self { ledger, now }
    }

    fn tick(&mut self) -> Timestamp {
        self.now = self.now.plus(Duration::from_secs(60));
        self.now
    }

    fn sale(number: u32, fen: i64) -> NewSale {
        NewSale {
            transaction_id: payment(number),
            out_trade_no: OutTradeNo::parse(&format!("T20260301{number:02}")).unwrap(),
            payee: mchid(MERCHANT),
            provider: None,
            wallet: Wallet::Balance { payer: "payer-1".into() },
            total: Fen::new(fen),
            rate: FeeRate::USUAL,
            hold: Hold::Free,
            words: SaleWords {
                appid: "wx00000000000000aa".into(),
                openid: "oExample01".into(),
                trade_type: "JSAPI".into(),
                bank_type: "OTHERS".into(),
                description: "龙井一盒".into(),
                ..SaleWords::default()
            },
        }
    }

    fn pay(&mut self, sale: NewSale) {
        let at = self.tick();
        self.ledger.pay(sale, at).unwrap();
    }

    fn give_back(&mut self, of: u32, number: u32, out_refund_no: Option<&str>, fen: i64) -> RefundId {
        let at = self.tick();
        let paid = self.ledger.refund_paid_from(&payment(of), Fen::new(fen), Sources::Usual).unwrap();
        let new = NewGivingBack {
            refund_id: refund(number),
            out_refund_no: out_refund_no.map(str::to_owned),
            transaction_id: payment(of),
            paid,
            channel: "ORIGINAL",
        };
        self.ledger.refund_accepted(new, at).unwrap();
        refund(number)
    }

    /// One of everything.
    fn full() -> Self {
        let mut day = Self::new();
        let mut first = Self::sale(1, 2990);
        first.words.description = "龙井, 明前 \"特级\"\r\n250g".into();
        first.words.attach = "k=v,n=`1`".into();
        day.pay(first);
        let mut card = Self::sale(2, 10_000);
        card.wallet = Wallet::Card { payer: "payer-1".into(), card: "CMB_DEBIT".into() };
        card.words.trade_type = "MICROPAY".into();
        card.words.bank_type = "CMB_DEBIT".into();
        card.words.device_info = "POS-7".into();
        day.pay(card);
        let mut partner = Self::sale(3, 5000);
        partner.provider = Some(mchid(PROVIDER));
        partner.words.trade_type = "NATIVE".into();
        partner.hold = Hold::ProfitSharing;
        day.pay(partner);
        let arrived = day.give_back(1, 1, Some("R20260301A@1"), 990);
        let at = day.tick();
        day.ledger.refund_arrived(&arrived, at);
        day.give_back(1, 2, Some("R20260301A@2"), 1000);
        let closed = day.give_back(1, 3, Some("R20260301A@3"), 500);
        let at = day.tick();
        day.ledger.refund_closed(&closed, at);
        let abnormal = day.give_back(1, 4, Some("R20260301A@4"), 100);
        let at = day.tick();
        day.ledger.refund_abnormal(&abnormal, at);
        let reversal = day.give_back(2, 5, None, 10_000);
        let at = day.tick();
        day.ledger.refund_arrived(&reversal, at);
        day.share_and_transfer();
        day
    }

    fn share_and_transfer(&mut self) {
        let share = |receiver, amount, number: &str| NewShare {
            transaction_id: payment(3),
            order_id: format!("3008450740201411110007820{number}"),
            out_order_no: format!("P20260301{number}"),
            receiver,
            amount: Fen::new(amount),
        };
        let at = self.tick();
        self.ledger.share(share(Receiver::Merchant(mchid(RECEIVER)), 1000, "472"), at).unwrap();
        let at = self.tick();
        self.ledger.share(share(Receiver::Payer("payer-1".into()), 100, "473"), at).unwrap();
        let back = ShareReturn {
            transaction_id: payment(3),
            return_id: "3008450740201411110007820474".into(),
            out_return_no: "Q20260301474".into(),
            from: mchid(RECEIVER),
            amount: Fen::new(300),
        };
        let at = self.tick();
        self.ledger.share_returned(back, at).unwrap();
        let at = self.tick();
        self.ledger.unfreeze(&payment(3), at);
        let at = self.tick();
        self.ledger.top_up(&mchid(MERCHANT), Purse::Operation, Fen::new(5000), at).unwrap();
        for (number, arrives) in [("1", true), ("2", false)] {
            let transfer = Transfer {
                mchid: mchid(MERCHANT),
                transfer_bill_no: format!("133000000120260301000000000{number}"),
                out_bill_no: format!("B20260301{number}"),
                amount: Fen::new(1200),
                remark: "新客, 奖励".into(),
            };
            let at = self.tick();
            self.ledger.transfer_locked(&transfer, at).unwrap();
            let at = self.tick();
            let done = if arrives {
                self.ledger.transfer_arrived(&transfer, "payer-1", at)
            } else {
                self.ledger.transfer_returned(&transfer, at)
            };
            done.unwrap();
        }
        let at = self.tick();
        self.ledger.withdraw(&mchid(MERCHANT), Fen::new(1500), at).unwrap();
    }

    fn bill(&self, asker: &str, content: Content, face: Face, switches: &Switches) -> Result<String, NoBill> {
        let day = BillDate::parse("2026-03-01").unwrap();
        let bill = Bill { asker: mchid(asker), day, content, face };
        bill.text(&self.ledger, switches, Timestamp::parse_rfc3339("2026-03-02T09:00:00+08:00").unwrap())
    }
}

fn trade(rows: BillType) -> Content {
    Content::Trade { sub_mchid: None, rows }
}

fn flow(number: &str, account: AccountType) -> Content {
    Content::FundFlow { mchid: mchid(number), account }
}

/// Holds a bill against its file.
#[track_caller]
fn check(file: &str, bill: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bills")).join(file);
    if std::env::var_os("TONGBAO_BLESS").is_some() {
        std::fs::write(&path, bill).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(bill, kept, "{file} differs; TONGBAO_BLESS=1 writes it anew");
}

#[test]
fn bills_of_every_kind_are_as_kept() {
    let day = Day::full();
    assert!(day.ledger.books().balanced());
    for (file, asker, content, face) in [
        ("all.csv", MERCHANT, trade(BillType::All), Face::V3),
        ("success.csv", MERCHANT, trade(BillType::Success), Face::V3),
        ("refund.csv", MERCHANT, trade(BillType::Refund), Face::V3),
        ("partner.csv", PROVIDER, trade(BillType::All), Face::V3),
        ("fund_flow.csv", MERCHANT, flow(MERCHANT, AccountType::Basic), Face::V3),
        ("fund_flow_v2.csv", MERCHANT, flow(MERCHANT, AccountType::Basic), Face::V2),
        ("fund_flow_operation.csv", MERCHANT, flow(MERCHANT, AccountType::Operation), Face::V3),
        ("fund_flow_receiver.csv", RECEIVER, flow(RECEIVER, AccountType::Basic), Face::V3),
        ("profit_sharing.csv", PROVIDER, Content::Sharing { sub_mchid: None }, Face::V3),
    ] {
        check(file, &day.bill(asker, content, face, &Switches::default()).unwrap());
    }
}

#[test]
fn variants_are_as_kept() {
    let day = Day::full();
    let plain = Switches { bill_byte_order_mark: false, bill_crlf: false, ..Switches::default() };
    let legacy = Switches { bill_legacy_columns: true, ..plain.clone() };
    let full = Switches { bill_success_summary_full: true, bill_commas_kept: true, ..plain.clone() };
    for (file, rows, switches) in [
        ("all_lf.csv", BillType::All, plain),
        ("legacy_all.csv", BillType::All, legacy),
        ("success_full.csv", BillType::Success, full),
    ] {
        check(file, &day.bill(MERCHANT, trade(rows), Face::V3, &switches).unwrap());
    }
}

#[test]
fn a_bill_with_no_row_is_no_bill() {
    let day = Day::full();
    for (asker, content) in [
        (MERCHANT, trade(BillType::RechargeRefund)),
        (RECEIVER, trade(BillType::All)),
        (PROVIDER, Content::Trade { sub_mchid: Some(mchid(RECEIVER)), rows: BillType::All }),
        (MERCHANT, flow(MERCHANT, AccountType::Fees)),
        (MERCHANT, flow(MERCHANT, AccountType::Deposit)),
        (RECEIVER, Content::Sharing { sub_mchid: None }),
    ] {
        assert_eq!(day.bill(asker, content, Face::V3, &Switches::default()), Err(NoBill::Nothing));
    }
    let off = Switches { profit_sharing_bills: false, ..Switches::default() };
    let sharing = Content::Sharing { sub_mchid: None };
    assert_eq!(day.bill(PROVIDER, sharing, Face::V3, &off), Err(NoBill::Nothing));
}

#[test]
fn three_months_are_counted_by_the_calendar() {
    for (today, oldest, too_old) in [
        ("2026-06-15", "2026-03-15", "2026-03-14"),
        ("2026-05-31", "2026-03-01", "2026-02-28"),
        ("2026-01-10", "2025-10-10", "2025-10-09"),
    ] {
        let limit = months_before(BillDate::parse(today).expect("a day"), 3);
        assert!(key(BillDate::parse(oldest).expect("a day")) >= limit, "{today}");
        assert!(key(BillDate::parse(too_old).expect("a day")) < limit, "{today}");
    }
}
