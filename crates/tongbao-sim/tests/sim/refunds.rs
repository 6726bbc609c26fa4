//! Refunds: limits, states and idempotence (v3.md §5).

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_sim::RefundMismatch;
use tongbao_wire::{Fen, OutRefundNo, RefundStatus};

use crate::world::{REFUNDS, World};

async fn state(world: &World, out_refund_no: &str) -> String {
    let told = world.get(&format!("{REFUNDS}/{out_refund_no}")).await;
    told.json()["status"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_accepted_then_arrives_and_flips_the_order() {
    let world = World::new();
    world.paid("T20260301A").await;
    let told = world.refund("T20260301A", "R1", 40).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.json()["status"], "PROCESSING");
    assert_eq!(told.json()["amount"]["payer_refund"], 40);
    assert_eq!(
        world.query("T20260301A").await.json()["trade_state"],
        "REFUND",
        "at acceptance, and for a part"
    );
    world.sim.advance(Duration::from_secs(2)).await;
    let told = world.get(&format!("{REFUNDS}/R1")).await.json();
    assert_eq!(told["status"], "SUCCESS");
    assert_eq!(told["success_time"], "2026-03-01T10:00:02+08:00");
    assert_eq!(told["user_received_account"], "支付用户零钱");
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded, Fen::new(40));
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_or_unknown_order_cannot_be_refunded() {
    let world = World::new();
    world.created("T20260301A").await;
    for number in ["T20260301A", "T20260301B"] {
        let told = world.refund(number, "R1", 1).await;
        told.refused(404, "RESOURCE_NOT_EXISTS");
        assert_eq!(told.message(), "订单号不存在");
    }
    world.get(&format!("{REFUNDS}/R1")).await.refused(404, "RESOURCE_NOT_EXISTS");
}

#[tokio::test(start_paused = true)]
async fn refunds_never_exceed_what_was_paid() {
    let world = World::new();
    world.paid("T20260301A").await;
    assert_eq!(world.refund("T20260301A", "R1", 60).await.status, 200);
    world.refund("T20260301A", "R2", 41).await.refused(400, "INVALID_REQUEST");
    assert_eq!(world.refund("T20260301A", "R2", 40).await.status, 200);
    world.refund("T20260301A", "R3", 1).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn the_total_must_be_the_orders() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund_of("T20260301A", "R1", 50, 99).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn the_same_number_tells_the_same_refund_and_never_pays_twice() {
    for (switch, code) in [
        (RefundMismatch::InvalidRequest, "INVALID_REQUEST"),
        (RefundMismatch::RefundFeeMismatch, "REFUND_FEE_MISMATCH"),
    ] {
        let world = World::with(|settings| settings.switches.refund_mismatch = switch);
        world.paid("T20260301A").await;
        let first = world.refund("T20260301A", "R1", 40).await.json();
        world.sim.advance(Duration::from_secs(60)).await;
        let again = world.refund("T20260301A", "R1", 40).await.json();
        assert_eq!(first["refund_id"], again["refund_id"]);
        assert_eq!(again["status"], "SUCCESS");
        assert_eq!(world.sim.books().merchants[&world.mchid()].refunded, Fen::new(40));
        let told = world.refund("T20260301A", "R1", 41).await;
        told.refused(400, code);
        assert_eq!(told.message(), "您的请求参数与订单信息不一致");
    }
}

#[tokio::test(start_paused = true)]
async fn at_most_fifty_parts() {
    let world = World::new();
    world.paid("T20260301A").await;
    for part in 0..50 {
        assert_eq!(world.refund("T20260301A", &format!("R{part}"), 1).await.status, 200, "{part}");
    }
    world.refund("T20260301A", "R50", 1).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn parts_are_a_minute_apart_when_so_switched() {
    let world = World::with(|settings| settings.switches.refund_spacing = true);
    world.paid("T20260301A").await;
    assert_eq!(world.refund("T20260301A", "R1", 1).await.status, 200);
    world.refund("T20260301A", "R2", 1).await.refused(429, "FREQUENCY_LIMITED");
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(world.refund("T20260301A", "R2", 1).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn after_a_year_it_is_too_late() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(365 * 86_400)).await;
    assert_eq!(world.refund("T20260301A", "R1", 1).await.status, 200);
    world.sim.advance(Duration::from_secs(1)).await;
    world.refund("T20260301A", "R2", 1).await.refused(403, "TRADE_OVERDUE");
}

#[tokio::test(start_paused = true)]
async fn a_merchant_short_of_money_tries_again_with_the_same_number() {
    let world = World::new();
    world.paid("T20260301A").await;
    assert!(world.sim.withdraw(&world.mchid(), Fen::new(61)));
    world.refund("T20260301A", "R1", 40).await.refused(403, "NOT_ENOUGH");
    world.paid("T20260301B").await;
    assert_eq!(world.refund("T20260301A", "R1", 40).await.status, 200);
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn a_closed_refund_returns_the_money_to_the_merchant_and_frees_its_share() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 100).await;
    let number = OutRefundNo::parse("R1").unwrap();
    assert!(world.sim.force_refund(&world.mchid(), &number, RefundStatus::Closed).is_some());
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(state(&world, "R1").await, "CLOSED");
    assert_eq!(world.refund("T20260301A", "R2", 100).await.status, 200, "a new number tries again");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn an_abnormal_refund_waits_for_a_person() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 100).await;
    let number = OutRefundNo::parse("R1").unwrap();
    let force = |status| world.sim.force_refund(&world.mchid(), &number, status).is_some();
    assert!(force(RefundStatus::Abnormal));
    world.sim.advance(Duration::from_secs(86_400)).await;
    assert_eq!(state(&world, "R1").await, "ABNORMAL");
    assert!(!force(RefundStatus::Closed));
    assert!(force(RefundStatus::Success));
    assert!(!force(RefundStatus::Abnormal));
    assert_eq!(state(&world, "R1").await, "SUCCESS");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn with_both_numbers_the_platforms_wins() {
    let world = World::new();
    world.paid("T20260301A").await;
    let id = world.query("T20260301A").await.json()["transaction_id"].clone();
    let mut body = json!({
        "transaction_id": id, "out_trade_no": "T20260301Z", "out_refund_no": "R@1",
        "amount": {"refund": 1, "total": 100, "currency": "CNY", "from": [{"account": "AVAILABLE", "amount": 1}]},
    });
    let told = world.post(REFUNDS, &body).await;
    assert_eq!(told.json()["out_trade_no"], "T20260301A");
    assert_eq!(world.get(&format!("{REFUNDS}/R%401")).await.status, 200);

    body["amount"]["from"][0]["amount"] = json!(2);
    world.post(REFUNDS, &body).await.refused(400, "PARAM_ERROR");
    body.as_object_mut().unwrap().remove("transaction_id");
    body.as_object_mut().unwrap().remove("out_trade_no");
    body["amount"].as_object_mut().unwrap().remove("from");
    world.post(REFUNDS, &body).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn without_a_notify_url_no_notification_is_sent() {
    let world = World::new();
    world.paid("T20260301A").await;
    let body = json!({
        "out_trade_no": "T20260301A", "out_refund_no": "R1",
        "amount": {"refund": 1, "total": 100, "currency": "CNY"},
    });
    assert_eq!(world.post(REFUNDS, &body).await.status, 200);
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(state(&world, "R1").await, "SUCCESS");
    assert_eq!(world.sim.notifications().len(), 1, "the payment's only");
}

#[tokio::test(start_paused = true)]
async fn refunds_are_listed_and_decided_by_their_number_alone() {
    let world = World::new();
    for (order, refund) in [("T20260301", "R1"), ("T20260302", "R2")] {
        world.paid(order).await;
        assert_eq!(world.refund(order, refund, 30).await.status, 200);
    }
    let decide = async |number: &str, status: &str| {
        let (path, body) = (format!("refunds/{number}/outcome"), json!({ "status": status }));
        let told = crate::people::ask(&world, "POST", &path, &body).await;
        (told.status.as_u16(), told.code())
    };
    assert_eq!(decide("R1", "ABNORMAL").await, (200, String::new()));
    assert_eq!(decide("R1", "CLOSED").await, (409, "refund_decided".into()));
    assert_eq!(decide("R9", "CLOSED").await, (404, "unknown_refund".into()));
    let listed = crate::people::ask(&world, "GET", "refunds", &Value::Null).await.json();
    let rows: Vec<_> = listed["refunds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["out_refund_no"], &it["status"]))
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.contains(&(&json!("R1"), &json!("ABNORMAL"))), "{rows:?}");
    let one = crate::people::ask(&world, "GET", "refunds?out_trade_no=T20260302", &Value::Null).await.json();
    assert_eq!(one["refunds"][0]["mchid"], json!(world.mchid()));
    assert_eq!(one["refunds"].as_array().unwrap().len(), 1);
}
