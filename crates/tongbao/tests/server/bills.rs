//! The SDK reads what the simulator writes: every kind of bill, whole, with its digest and its sums.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::json;
use tongbao_sdk::Client;
use tongbao_sdk::bill::{
    AccountType, BillError, BillLimits, BillOutcome, BillReader, BillType, FundFlowBillRequest, FundFlowSums,
    TarType, TradeBillRequest, TradeEvent, TradeSums,
};
use tongbao_wire::{BillDate, ErrorCode, Fen};

use crate::world::{Plan, World};

/// Two payments of 9.90 yuan, of which 4.00 go back and two yuan are withdrawn, seen a day later.
async fn day(real_crypto: bool) -> (Arc<World>, Client) {
    let world = World::new(Plan { real_crypto, ..Plan::default() });
    for order_no in ["A1", "A2"] {
        world.order(order_no, "payer-1").await;
        world.pay(order_no, "payer-1").await;
    }
    world.wait(Duration::from_secs(1)).await;
    let refund = json!({ "out_refund_no": "R1", "amount_fen": 400, "reason": "退一部分" });
    let (status, body) = world.api(Method::POST, "/v1/orders/A1/refunds", refund).await;
    assert!(status.is_success(), "{body}");
    assert!(world.sim.withdraw(&world.mchid(), Fen::new(200)));
    world.wait(Duration::from_secs(10)).await;
    let client = world.running().account("main").expect("the account of every world").client.clone();
    // The server has no part in what follows.
    world.crash_server();
    world.wait(Duration::from_secs(24 * 3600)).await;
    (world, client)
}

fn yesterday(world: &World) -> BillDate {
    BillDate::of(world.clock.now()).yesterday()
}

#[tokio::test(start_paused = true)]
async fn trade_bills_come_whole_and_add_up() {
    for real_crypto in [true, false] {
        let (world, client) = day(real_crypto).await;
        for (bill_type, rows) in
            [(None, 3), (Some(BillType::All), 3), (Some(BillType::Success), 2), (Some(BillType::Refund), 1)]
        {
            for tar_type in [None, Some(TarType::Gzip)] {
                let request =
                    TradeBillRequest { bill_type, tar_type, ..TradeBillRequest::new(yesterday(&world)) };
                let asked = client.bills().trade(&request).await.expect("an answer");
                let location = asked.ready().expect("there were trades");
                let mut file = Vec::new();
                let told = client.bills().download(&location, &mut file, BillLimits::default()).await;
                assert_eq!(told.expect("the digest is right").content_bytes, file.len() as u64);
                assert_eq!(read_trades(&file), rows, "{bill_type:?}");
            }
        }
    }
}

/// Reads a trade bill to its end and holds the sums of its rows against its summary.
fn read_trades(file: &[u8]) -> u64 {
    let mut reader = BillReader::open(file).expect("a bill");
    assert!(reader.kind().is_trade());
    let mut sums = TradeSums::default();
    while let Some(row) = reader.next_row().expect("a row") {
        let trade = row.trade().expect("a trade");
        assert!(!matches!(trade.event, TradeEvent::Other(_)), "{trade:?}");
        sums.add(&trade);
    }
    let summary = reader.summary().expect("after the last row").trade().expect("a summary");
    assert_eq!(sums.differences(&summary), []);
    reader.rows()
}

#[tokio::test(start_paused = true)]
async fn the_trade_bill_says_what_the_books_say() {
    let (world, client) = day(false).await;
    let request = TradeBillRequest::new(yesterday(&world));
    let location = client.bills().trade(&request).await.expect("an answer").ready().expect("trades");
    let mut file = Vec::new();
    client.bills().download(&location, &mut file, BillLimits::default()).await.expect("whole");
    let mut reader = BillReader::open(file.as_slice()).expect("a bill");
    while reader.next_row().expect("a row").is_some() {}
    let summary = reader.summary().expect("a summary").trade().expect("a trade bill");
    let books = world.sim.books();
    let mine = &books.merchants[&world.mchid()];
    assert_eq!(summary.total, Some(mine.paid));
    assert_eq!(summary.refund, Some(mine.refunded));
    assert_eq!(summary.fee.and_then(tongbao_sdk::bill::Fee::exact_fen), Some(mine.fees));
}

#[tokio::test(start_paused = true)]
async fn the_fund_flow_bill_ends_at_the_balance() {
    let (world, client) = day(false).await;
    let request = FundFlowBillRequest::new(yesterday(&world));
    let location = client.bills().fund_flow(&request).await.expect("an answer").ready().expect("flows");
    let mut file = Vec::new();
    client.bills().download_packed(&location, &mut file, BillLimits::default()).await.expect("whole");
    let balance = read_flows(&file);
    let books = world.sim.books();
    assert_eq!(balance, Some(books.merchants[&world.mchid()].available));
    for account_type in [AccountType::Operation, AccountType::Fees] {
        let request = FundFlowBillRequest { account_type: Some(account_type), ..request.clone() };
        let asked = client.bills().fund_flow(&request).await.expect("an answer");
        assert_eq!(asked, BillOutcome::NoBill, "nothing moved there");
    }
}

/// Reads a fund-flow bill to its end, and gives its last balance.
fn read_flows(file: &[u8]) -> Option<Fen> {
    let mut reader = BillReader::open(file).expect("a bill");
    let (mut sums, mut last) = (FundFlowSums::default(), None);
    while let Some(row) = reader.next_row().expect("a row") {
        let flow = row.fund_flow().expect("a flow");
        sums.add(&flow);
        last = Some(flow.balance);
    }
    let summary = reader.summary().expect("after the last row").fund_flow().expect("a summary");
    assert_eq!(sums.differences(&summary), []);
    last
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_too_old_is_refused_and_may_be_asked_for_again() {
    let (world, client) = day(true).await;
    let request = TradeBillRequest::new(yesterday(&world));
    let location = client.bills().trade(&request).await.expect("an answer").ready().expect("trades");
    world.wait(Duration::from_secs(300)).await;
    let late = client.bills().download(&location, Vec::new(), BillLimits::default()).await;
    let Err(BillError::Call(refused)) = late else { panic!("it has expired: {late:?}") };
    assert_eq!(refused.refusal(), Some(&ErrorCode::InvalidRequest));
    let location = client.bills().trade(&request).await.expect("an answer").ready().expect("trades");
    assert!(client.bills().download(&location, Vec::new(), BillLimits::default()).await.is_ok());
}

#[test]
fn every_bill_the_simulator_keeps_as_a_file_is_read() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tongbao-sim/tests/bills"));
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the simulator's bills") {
        let path = entry.expect("a file").path();
        let file = std::fs::read(&path).expect("a bill");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        match name.as_str() {
            "profit_sharing.csv" => {
                let mut reader = BillReader::open(file.as_slice()).expect("a bill");
                while reader.next_row().expect("a row").is_some() {}
                assert_eq!((reader.rows(), reader.summary().is_some()), (2, true));
            }
            flow if flow.starts_with("fund_flow") => assert!(read_flows(&file).is_some(), "{name}"),
            _ => assert!(read_trades(&file) > 0, "{name}"),
        }
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}
