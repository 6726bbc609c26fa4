//! Order states, queries, closing and expiry (v3.md §2.3, §2.5, §2.6).

use std::time::Duration;

use serde_json::json;
use tongbao_wire::Timestamp;

use crate::world::{World, number};

#[tokio::test(start_paused = true)]
async fn before_payment_nothing_of_it_is_told() {
    let world = World::new();
    world.created("T20260301A").await;
    let told = world.query("T20260301A").await.json();
    assert_eq!(told["trade_state"], "NOTPAY");
    assert_eq!(told["amount"], json!({"total": 100, "currency": "CNY"}));
    for member in ["transaction_id", "trade_type", "attach", "payer", "success_time", "bank_type"] {
        assert!(told.get(member).is_none(), "{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_payment_everything_is_told_under_both_numbers() {
    let world = World::new();
    world.paid("T20260301A").await;
    let told = world.query("T20260301A").await.json();
    assert_eq!(told["trade_state"], "SUCCESS");
    assert_eq!(told["trade_state_desc"], "支付成功");
    assert_eq!(told["trade_type"], "JSAPI");
    assert_eq!(told["attach"], "k=v");
    assert_eq!(told["success_time"], "2026-03-01T10:00:00+08:00");
    assert_eq!(told["payer"]["openid"], world.openid("payer-1"));
    assert_eq!(
        told["amount"],
        json!({"total": 100, "payer_total": 100, "currency": "CNY", "payer_currency": "CNY"})
    );
    let id = told["transaction_id"].as_str().unwrap();
    assert!(id.len() == 28 && id.starts_with("4200") && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
    let by_id = world.get(&format!("/v3/pay/transactions/id/{id}?mchid={}", world.mchid())).await;
    assert_eq!(by_id.json(), told);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_order_is_a_404() {
    let world = World::new();
    let told = world.query("T20260301A").await;
    told.refused(404, "ORDER_NOT_EXIST");
    assert_eq!(told.cause(), "268512771");
    let by_id = format!("/v3/pay/transactions/id/4200?mchid={}", world.mchid());
    world.get(&by_id).await.refused(404, "ORDER_NOT_EXIST");
}

#[tokio::test(start_paused = true)]
async fn a_number_with_an_encoded_bar_is_the_same_number() {
    let world = World::new();
    world.created("T|260301").await;
    assert_eq!(world.query("T%7C260301").await.json()["out_trade_no"], "T|260301");
    world.query("T%ZZ260301").await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn another_merchants_payment_is_refused_by_its_number() {
    let world = World::with(|settings| {
        let mut other = settings.merchants[0].clone();
        other.mchid = tongbao_wire::Mchid::parse("1900000002").unwrap();
        settings.merchants.push(other);
    });
    world.paid("T20260301A").await;
    let id = world.query("T20260301A").await.json()["transaction_id"].as_str().unwrap().to_owned();
    let mut draft = world.draft("GET", &format!("/v3/pay/transactions/id/{id}?mchid=1900000002"), "");
    draft.mchid = "1900000002".into();
    draft.serial = world.env.merchants.last().unwrap().serial_no.clone();
    let told = world.send(draft).await;
    told.refused(400, "INVALID_REQUEST");
    assert_eq!(told.message(), "商户号和订单信息不匹配");
}

#[tokio::test(start_paused = true)]
async fn closing_is_idempotent_and_refuses_a_paid_order() {
    let world = World::new();
    world.created("T20260301A").await;
    for _ in 0..2 {
        assert_eq!(world.close("T20260301A").await.status, 204);
    }
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "CLOSED");
    assert_eq!(world.sim.pay(&number("T20260301A"), None).await.unwrap_err().code(), "closed");
    assert_eq!(world.sim.notifications().len(), 0, "nothing is sent for a close");

    world.paid("T20260301B").await;
    let told = world.close("T20260301B").await;
    told.refused(400, "ORDERPAID");
    assert_eq!(told.message(), "该订单已支付");
}

#[tokio::test(start_paused = true)]
async fn the_platform_closes_an_unpaid_order_after_seven_days() {
    let world = World::new();
    world.created("T20260301A").await;
    world.sim.advance(Duration::from_secs(7 * 86_400 - 1)).await;
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "NOTPAY");
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "CLOSED");
    let order = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap();
    assert_eq!(order.closed_at, Some(order.created_at.plus(Duration::from_secs(7 * 86_400))));
}

#[tokio::test(start_paused = true)]
async fn advancing_the_clock_does_not_break_signatures_on_real_time() {
    let world = World::new();
    world.created("T20260301A").await;
    world.sim.advance(Duration::from_secs(7200)).await;
    assert_eq!(world.query("T20260301A").await.status, 200);
    let moved = World::with(|settings| settings.switches.clock_moves_transport = true);
    moved.sim.advance(Duration::from_secs(7200)).await;
    moved.query("T20260301A").await.refused(401, "SIGN_ERROR");
}

#[tokio::test(start_paused = true)]
async fn business_that_begins_behind_reaches_the_present_and_signatures_never_leave_it() {
    let behind = Duration::from_secs(2 * 86_400);
    let world = World::with(|settings| settings.switches.business_begins_behind = behind);
    let base = world.base.now();
    assert_eq!(world.sim.now().plus(behind), base);
    world.created("T20260301A").await;
    assert_eq!(world.query("T20260301A").await.status, 200);
    world.sim.advance(behind).await;
    assert_eq!(world.sim.now(), world.base.now());
}

/// Creates with `time_expire` so many seconds from now and says how many the platform keeps.
async fn check_time_expire(asked_seconds: i64) -> i64 {
    let world = World::new();
    let mut body = world.order("T20260301A");
    let now = world.base.now();
    body["time_expire"] = json!(Timestamp::from_seconds(now.seconds() + asked_seconds).rfc3339());
    assert_eq!(world.create(&body).await.status, 200);
    let order = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap();
    order.time_expire.unwrap().seconds() - now.seconds()
}

#[tokio::test(start_paused = true)]
async fn time_expire_is_raised_to_a_minute_and_cut_at_fifteen_days() {
    for (asked, kept) in [(-3600, 60), (30, 60), (60, 60), (600, 600), (30 * 86_400, 15 * 86_400)] {
        assert_eq!(check_time_expire(asked).await, kept, "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_time_expire_paying_fails_and_the_order_stays_notpay() {
    let world = World::new();
    let mut body = world.order("T20260301A");
    body["time_expire"] = json!("2026-03-01T10:05:00+08:00");
    assert_eq!(world.create(&body).await.status, 200);
    world.sim.advance(Duration::from_secs(300)).await;
    let refused = world.sim.pay(&number("T20260301A"), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "订单已超过商户设置的最晚支付成功时间，请重新发起支付");
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "NOTPAY");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_not_json_by_its_content_type_is_refused() {
    let world = World::new();
    let mut draft = world.draft("POST", crate::world::JSAPI, &world.order("T20260301A").to_string());
    draft.headers.retain(|(name, _)| *name != "content-type");
    world.send(draft).await.refused(400, "INVALID_REQUEST");
}
