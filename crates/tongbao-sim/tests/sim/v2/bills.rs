//! Bills (v2.md §3.5, §3.6).

use std::io::Read as _;
use std::time::Duration;

use super::client::{Form, Said};
use crate::world::World;

const TRADE: &str = "/pay/downloadbill";
const FUND_FLOW: &str = "/pay/downloadfundflow";

/// One payment and one refund on 2026-03-01, looked at the next day at 11:00.
async fn settled() -> World {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.succeeded();
    world.sim.advance(Duration::from_secs(25 * 3600)).await;
    world
}

fn trade(world: &World) -> Form {
    Form::new(world, TRADE).with("bill_date", "20260301")
}

/// Asserts a refusal in the words of bills: unsigned, with a number.
#[track_caller]
fn refused(said: &Said, return_msg: &str) {
    assert_eq!(said.names(), ["return_code", "return_msg", "error_code"], "{}", said.text());
    assert_eq!((said.get("return_code"), said.get("return_msg")), ("FAIL", return_msg));
}

#[tokio::test(start_paused = true)]
async fn a_trade_bill_is_text_that_lists_payment_and_refund() {
    let world = settled().await;
    let said = trade(&world).with("bill_type", "ALL").send(&world).await;
    let text = said.text();
    assert!(text.starts_with("\u{feff}交易时间,公众账号ID,商户号"), "{text}");
    assert_eq!(text.matches("`V20260301A").count(), 2, "{text}");
    assert!(text.contains("`R1"), "{text}");
    assert!(text.ends_with("\r\n"));
}

#[tokio::test(start_paused = true)]
async fn both_faces_give_the_same_bill() {
    let world = settled().await;
    let located = world.get("/v3/bill/tradebill?bill_date=2026-03-01").await.json();
    let url =
        located["download_url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8090").unwrap().to_owned();
    let file = world.get(&url).await;
    assert_eq!(trade(&world).send(&world).await.told.body, file.body);
}

#[tokio::test(start_paused = true)]
async fn gzip_packs_the_file_and_leaves_refusals_plain() {
    let world = settled().await;
    let plain = trade(&world).send(&world).await;
    let packed = trade(&world).with("tar_type", "GZIP").send(&world).await;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed.told.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
    let none = trade(&world).with("tar_type", "GZIP").with("bill_date", "20260228").send(&world).await;
    refused(&none, "No Bill Exist");
    assert_eq!(none.get("error_code"), "20002");
}

#[tokio::test(start_paused = true)]
async fn a_bill_is_not_there_before_it_is_made() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let today = trade(&world).send(&world).await;
    refused(&today, "invalid bill_date");
    assert_eq!(today.get("error_code"), "20001");
    for never in ["20300101", "20200101", "20261340"] {
        refused(&trade(&world).with("bill_date", never).send(&world).await, "invalid bill_date");
    }
    world.sim.advance(Duration::from_secs(15 * 3600)).await;
    refused(&trade(&world).send(&world).await, "Bill Creating");
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_request_have_their_words() {
    let world = World::new();
    refused(&trade(&world).without("bill_date").send(&world).await, "missing parameter");
    refused(&trade(&world).with("bill_date", "2026-03-01").send(&world).await, "data format error");
    refused(&trade(&world).with("bill_type", "EVERYTHING").send(&world).await, "invalid bill_type");
    let mut form = trade(&world);
    form.sign = Some("0".into());
    refused(&form.send(&world).await, "SIGN ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_fund_flow_bill_lists_what_moved_and_wants_hmac() {
    let world = settled().await;
    let form = Form::new(&world, FUND_FLOW).with("bill_date", "20260301").with("account_type", "Basic");
    let text = form.clone().hmac().send(&world).await.text();
    assert!(text.contains("记账时间"), "{text}");
    let md5 = form.clone().with("sign_type", "MD5").send(&world).await;
    assert_eq!((md5.get("result_code"), md5.get("err_code")), ("FAIL", "PARAM_ERROR"), "{}", md5.text());
    let none = form.hmac().with("bill_date", "20260228").send(&world).await;
    assert_eq!((none.get("err_code"), none.get("sign")), ("NO_BILL_EXIST", ""), "{}", none.text());
}
