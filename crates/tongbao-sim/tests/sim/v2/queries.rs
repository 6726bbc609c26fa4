//! Order query (v2.md §3.1, §5.1).

use super::client::{CLOSE, Form, QUERY};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn what_v3_takes_and_no_document_can_hold_is_left_out() {
    let world = World::new();
    let mut order = world.order("V20260301Z");
    order["attach"] = serde_json::json!("x\u{1}\u{0}y");
    assert_eq!(world.create(&order).await.status, 200);
    world.sim.pay(&crate::world::number("V20260301Z"), None).await.unwrap();
    let said = world.query_v2("V20260301Z").await;
    assert_eq!(said.succeeded().get("attach"), "xy");
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_order_tells_nothing_of_a_payment() {
    let world = World::new();
    world.ordered_v2("V20260301A").await;
    let said = world.query_v2("V20260301A").await;
    assert_eq!(said.succeeded().names()[7..], ["out_trade_no", "attach", "trade_state", "trade_state_desc"],);
    assert_eq!((said.get("trade_state"), said.get("trade_state_desc")), ("NOTPAY", "订单未支付"));
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_tells_all_of_it() {
    let world = World::new();
    Form::order(&world, "V20260301A").with("device_info", "WEB").send(&world).await.succeeded();
    world.sim.pay(&crate::world::number("V20260301A"), None).await.unwrap();
    let said = world.query_v2("V20260301A").await;
    for (name, value) in [
        ("device_info", "WEB"),
        ("openid", &*world.openid("payer-1")),
        ("is_subscribe", "N"),
        ("trade_type", "JSAPI"),
        ("trade_state", "SUCCESS"),
        ("bank_type", "OTHERS"),
        ("total_fee", "100"),
        ("fee_type", "CNY"),
        ("cash_fee", "100"),
        ("cash_fee_type", "CNY"),
        ("out_trade_no", "V20260301A"),
        ("attach", "深圳分店"),
        ("time_end", "20260301100000"),
        ("trade_state_desc", "支付成功"),
    ] {
        assert_eq!(said.succeeded().get(name), value, "{name}");
    }
    assert!(said.text().contains("<total_fee>100</total_fee>"), "numbers are bare: {}", said.text());
    let by_id = Form::new(&world, QUERY)
        .with("transaction_id", said.get("transaction_id"))
        .with("out_trade_no", "anything")
        .send(&world)
        .await;
    assert_eq!(by_id.succeeded().get("out_trade_no"), "V20260301A");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_number_does_not_exist() {
    let world = World::new();
    world.query_v2("V20260301A").await.failed("ORDERNOTEXIST", "订单不存在");
    let id = Form::new(&world, QUERY).with("transaction_id", "4200000015201711256947025404");
    id.send(&world).await.failed("ORDERNOTEXIST", "订单不存在");
    let none = Form::new(&world, QUERY).with("transaction_id", "abc");
    none.send(&world).await.failed("PARAM_ERROR", "微信订单号非法");
}

#[tokio::test(start_paused = true)]
async fn both_faces_see_the_same_orders() {
    let world = World::new();
    world.paid("T20260301A").await;
    assert_eq!(world.query_v2("T20260301A").await.succeeded().get("trade_state"), "SUCCESS");
    world.paid_v2("V20260301A").await;
    let told = world.query("V20260301A").await.json();
    assert_eq!(
        (told["trade_state"].as_str(), told["amount"]["total"].as_i64()),
        (Some("SUCCESS"), Some(100))
    );
    world.refund("V20260301A", "R1", 40).await;
    assert_eq!(world.query_v2("V20260301A").await.succeeded().get("trade_state"), "REFUND");
}

#[tokio::test(start_paused = true)]
async fn states_have_their_words() {
    let world = World::new();
    world.ordered_v2("V20260301A").await;
    Form::new(&world, CLOSE).with("out_trade_no", "V20260301A").send(&world).await.succeeded();
    let closed = world.query_v2("V20260301A").await;
    assert_eq!((closed.get("trade_state"), closed.get("trade_state_desc")), ("CLOSED", "订单已关闭"));
    world.paid_v2("V20260301B").await;
    Form::refund(&world, "V20260301B", "R1", "1").send(&world).await.succeeded();
    let refunded = world.query_v2("V20260301B").await;
    assert_eq!(
        (refunded.get("trade_state"), refunded.get("trade_state_desc")),
        ("REFUND", "订单发生过退款，退款详情请查询退款单")
    );
}
