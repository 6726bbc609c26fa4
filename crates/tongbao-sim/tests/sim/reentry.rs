//! One test per row of v3.md §2.4: the same `out_trade_no` again.

use std::time::Duration;

use serde_json::json;
use tongbao_sim::{ClosedCode, PaidCode};

use crate::world::{JSAPI, World, number};

#[tokio::test(start_paused = true)]
async fn unpaid_and_equal_gives_a_new_prepay_id_and_the_old_one_stays_usable() {
    let world = World::new();
    let first = world.created("T20260301A").await;
    let again = world.created("T20260301A").await;
    assert_ne!(first, again);
    assert_eq!(first.len(), 36);
    assert!(first.starts_with("wx20260301100000"), "{first}");
}

#[tokio::test(start_paused = true)]
async fn the_order_of_members_does_not_count() {
    let world = World::new();
    world.created("T20260301A").await;
    let body = world.order("T20260301A");
    let members = body.as_object().unwrap();
    let reversed: Vec<String> =
        members.iter().rev().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let told = world.send(world.draft("POST", JSAPI, &format!("{{ {} }}", reversed.join(", ")))).await;
    assert_eq!(told.status, 200, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn unpaid_and_different_is_a_mismatch() {
    let world = World::new();
    world.created("T20260301A").await;
    let changes = [
        ("description", json!("另一盒")),
        ("attach", json!("other")),
        ("amount", json!({"total": 101, "currency": "CNY"})),
        ("amount", json!({"total": 100})),
        ("payer", json!({"openid": world.openid("payer-2")})),
        ("notify_url", json!("http://127.0.0.1:8080/other")),
        ("time_expire", json!("2026-03-01T12:00:00+08:00")),
    ];
    for (member, value) in changes {
        let mut body = world.order("T20260301A");
        body[member] = value;
        let told = world.create(&body).await;
        told.refused(400, "INVALID_REQUEST");
        assert_eq!(told.message(), "请求重入时，参数与首次请求时不一致", "{member}");
        assert_eq!(told.cause(), "268498688");
    }
}

#[tokio::test(start_paused = true)]
async fn already_paid_is_told_by_the_chosen_code() {
    for (code, word) in [
        (PaidCode::Orderpaid, "ORDERPAID"),
        (PaidCode::OrderPaid, "ORDER_PAID"),
        (PaidCode::InvalidRequest, "INVALID_REQUEST"),
    ] {
        let world = World::with(|settings| settings.switches.paid_code = code);
        world.paid("T20260301A").await;
        let told = world.create(&world.order("T20260301A")).await;
        told.refused(400, word);
        assert_eq!((told.message().as_str(), told.cause()), ("该订单已支付", "268449538"));
    }
}

#[tokio::test(start_paused = true)]
async fn closed_is_told_by_the_chosen_code() {
    for (code, word) in
        [(ClosedCode::OrderClosed, "ORDER_CLOSED"), (ClosedCode::InvalidRequest, "INVALID_REQUEST")]
    {
        let world = World::with(|settings| settings.switches.closed_code = code);
        world.created("T20260301A").await;
        world.close("T20260301A").await;
        let told = world.create(&world.order("T20260301A")).await;
        told.refused(400, word);
        assert_eq!((told.message().as_str(), told.cause()), ("该订单已失效", "268447914"));
    }
}

#[tokio::test(start_paused = true)]
async fn closing_a_number_never_seen_reserves_it_when_so_switched() {
    for (reserves, status) in [(false, 200), (true, 400)] {
        let world = World::with(|settings| settings.switches.close_reserves_unseen = reserves);
        assert_eq!(world.close("T20260301A").await.status, 204);
        let told = world.create(&world.order("T20260301A")).await;
        assert_eq!(told.status.as_u16(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_number_at_another_merchant_is_independent() {
    let world = World::with(|settings| {
        let mut other = settings.merchants[0].clone();
        other.mchid = tongbao_wire::Mchid::parse("1900000002").unwrap();
        settings.merchants.push(other);
    });
    world.created("T20260301A").await;
    let mut body = world.order("T20260301A");
    body["mchid"] = json!("1900000002");
    body["description"] = json!("别家的");
    let mut draft = world.draft("POST", JSAPI, &body.to_string());
    draft.mchid = "1900000002".into();
    draft.serial = world.env.merchants.last().unwrap().serial_no.clone();
    assert_eq!(world.send(draft).await.status, 200);
    assert_eq!(world.sim.orders().len(), 2);
    assert!(world.sim.pay(&number("T20260301A"), None).await.is_err(), "two merchants have it");
}

#[tokio::test(start_paused = true)]
async fn asking_again_renews_an_expired_prepay_id() {
    let world = World::new();
    world.created("T20260301A").await;
    world.sim.advance(Duration::from_secs(2 * 3600)).await;
    let refused = world.sim.pay(&number("T20260301A"), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "该订单已失效");
    world.created("T20260301A").await;
    assert!(world.sim.pay(&number("T20260301A"), None).await.is_ok());
}
