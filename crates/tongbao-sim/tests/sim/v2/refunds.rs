//! Refunds and their queries (v2.md §3.3, §3.4, §5.2).

use std::time::Duration;

use tongbao_wire::{Fen, OutRefundNo, RefundStatus};

use super::client::{Form, REFUND, REFUND_QUERY, Said};
use crate::world::World;

async fn query(world: &World, name: &str, value: &str) -> Said {
    Form::new(world, REFUND_QUERY).with(name, value).send(world).await
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_accepted_and_arrives() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let said = Form::refund(&world, "V20260301A", "R20150806@1", "40").send(&world).await;
    for (name, value) in [
        ("out_trade_no", "V20260301A"),
        ("out_refund_no", "R20150806@1"),
        ("refund_fee", "40"),
        ("total_fee", "100"),
        ("cash_fee", "100"),
        ("cash_refund_fee", "40"),
        ("fee_type", "CNY"),
    ] {
        assert_eq!(said.succeeded().get(name), value, "{name}");
    }
    assert!(said.get("refund_id").starts_with("50"));
    let asked = query(&world, "out_refund_no", "R20150806@1").await;
    assert_eq!(asked.succeeded().get("refund_status_0"), "PROCESSING");
    world.sim.advance(Duration::from_secs(10)).await;
    let asked = query(&world, "refund_id", said.get("refund_id")).await;
    for (name, value) in [
        ("refund_count", "1"),
        ("out_refund_no_0", "R20150806@1"),
        ("refund_channel_0", "ORIGINAL"),
        ("refund_fee_0", "40"),
        ("refund_status_0", "SUCCESS"),
        ("refund_recv_accout_0", "支付用户零钱"),
        ("refund_success_time_0", "2026-03-01 10:00:02"),
    ] {
        assert_eq!(asked.succeeded().get(name), value, "{name}");
    }
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn the_same_number_is_one_refund() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let form = Form::refund(&world, "V20260301A", "R1", "40");
    let first = form.send(&world).await;
    let again = form.send(&world).await;
    assert_eq!(first.succeeded().get("refund_id"), again.succeeded().get("refund_id"));
    assert_eq!(query(&world, "out_trade_no", "V20260301A").await.succeeded().get("refund_count"), "1");
}

#[tokio::test(start_paused = true)]
async fn the_same_number_with_other_money_mismatches() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.succeeded();
    let other = Form::refund(&world, "V20260301A", "R1", "41").send(&world).await;
    other.failed("REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致，请核实后再试");
}

#[tokio::test(start_paused = true)]
async fn the_same_number_for_another_order_is_used() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    world.paid_v2("V20260301B").await;
    Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.succeeded();
    Form::refund(&world, "V20260301B", "R1", "40").send(&world).await.failed("ERROR", "商户退款单号重复");
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_unknown_or_unpaid_cannot_be_refunded() {
    let world = World::new();
    Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.failed("ORDERNOTEXIST", "订单不存在");
    world.ordered_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.failed("ORDERNOTEXIST", "订单不存在");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_id_that_is_none_is_invalid() {
    let world = World::new();
    let form = Form::refund(&world, "V20260301A", "R1", "40").with("transaction_id", "abc");
    form.send(&world).await.failed("INVALID_TRANSACTIONID", "无效transaction_id");
    query(&world, "transaction_id", "abc").await.failed("INVALID_TRANSACTIONID", "无效transaction_id");
}

#[tokio::test(start_paused = true)]
async fn more_than_is_left_is_an_error() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R0", "101")
        .send(&world)
        .await
        .failed("PARAM_ERROR", "退款金额大于订单金额");
    Form::refund(&world, "V20260301A", "R1", "60").send(&world).await.succeeded();
    let more = Form::refund(&world, "V20260301A", "R2", "41").send(&world).await;
    more.failed("ERROR", "申请退款金额大于订单可退金额");
    Form::refund(&world, "V20260301A", "R3", "40").send(&world).await.succeeded();
    Form::refund(&world, "V20260301A", "R4", "1").send(&world).await.failed("ERROR", "订单已全额退款");
}

#[tokio::test(start_paused = true)]
async fn the_total_is_what_the_order_cost() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let form = Form::refund(&world, "V20260301A", "R1", "40").with("total_fee", "99");
    form.send(&world).await.failed("PARAM_ERROR", "订单金额与原订单不一致");
}

#[tokio::test(start_paused = true)]
async fn after_a_year_it_is_overdue() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    world.sim.advance(Duration::from_secs(366 * 86_400)).await;
    let late = Form::refund(&world, "V20260301A", "R1", "40").send(&world).await;
    late.failed("TRADE_OVERDUE", "订单已经超过可退款的最大期限");
}

#[tokio::test(start_paused = true)]
async fn a_merchant_without_money_cannot_refund() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let all = world.sim.books().merchants[&world.mchid()].available;
    assert!(world.sim.withdraw(&world.mchid(), all));
    let form =
        Form::refund(&world, "V20260301A", "R1", "40").with("refund_account", "REFUND_SOURCE_RECHARGE_FUNDS");
    form.send(&world).await.failed("NOTENOUGH", "基本账户余额不足，请充值后重新发起");
}

#[tokio::test(start_paused = true)]
async fn parts_come_a_minute_apart_by_switch() {
    let world = World::with(|settings| settings.switches.refund_spacing = true);
    world.paid_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R1", "1").send(&world).await.succeeded();
    let soon = Form::refund(&world, "V20260301A", "R2", "1").send(&world).await;
    soon.failed("FREQUENCY_LIMITED", "频率过高，请稍后重试");
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_told_in_the_words_of_v2() {
    for (status, word) in [
        (RefundStatus::Closed, "REFUNDCLOSE"),
        (RefundStatus::Abnormal, "CHANGE"),
        (RefundStatus::Success, "SUCCESS"),
    ] {
        let world = World::new();
        world.paid_v2("V20260301A").await;
        Form::refund(&world, "V20260301A", "R1", "40").send(&world).await.succeeded();
        let number = OutRefundNo::parse("R1").unwrap();
        assert!(world.sim.force_refund(&world.mchid(), &number, status).is_some());
        let asked = query(&world, "out_refund_no", "R1").await;
        assert_eq!(asked.succeeded().get("refund_status_0"), word);
    }
}

#[tokio::test(start_paused = true)]
async fn ten_refunds_a_page_and_the_rest_by_offset() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    for n in 0..13 {
        Form::refund(&world, "V20260301A", &format!("R{n}"), "1").send(&world).await.succeeded();
    }
    let first = query(&world, "out_trade_no", "V20260301A").await;
    assert_eq!(first.succeeded().get("refund_count"), "10");
    assert_eq!((first.get("total_refund_count"), first.get("out_refund_no_9")), ("", "R9"));
    let rest = Form::new(&world, REFUND_QUERY).with("out_trade_no", "V20260301A").with("offset", "10");
    let rest = rest.send(&world).await;
    assert_eq!((rest.succeeded().get("refund_count"), rest.get("total_refund_count")), ("3", "13"));
    assert_eq!((rest.get("out_refund_no_0"), rest.get("out_refund_no_2")), ("R10", "R12"));
}

#[tokio::test(start_paused = true)]
async fn the_most_exact_of_four_numbers_decides() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let first = Form::refund(&world, "V20260301A", "R1", "1").send(&world).await;
    Form::refund(&world, "V20260301A", "R2", "1").send(&world).await.succeeded();
    let both = Form::new(&world, REFUND_QUERY)
        .with("out_trade_no", "V20260301A")
        .with("out_refund_no", "R2")
        .with("refund_id", first.get("refund_id"));
    let both = both.send(&world).await;
    assert_eq!((both.succeeded().get("refund_count"), both.get("out_refund_no_0")), ("1", "R1"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_refund_does_not_exist() {
    let world = World::new();
    query(&world, "out_refund_no", "R1").await.failed("REFUNDNOTEXIST", "退款订单查询失败");
    world.paid_v2("V20260301A").await;
    query(&world, "out_trade_no", "V20260301A").await.failed("REFUNDNOTEXIST", "退款订单查询失败");
}

#[tokio::test(start_paused = true)]
async fn goods_go_back_one_by_one() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let mut form = Form::refund(&world, "V20260301A", "R1", "40").with("version", "1.0");
    form.path = "/secapi/pay/refundv2".into();
    let bad = form.clone().with("detail", r#"{"goods_detail":[{"goods_id":"1"}]}"#);
    bad.send(&world).await.failed("PARAM_ERROR", "detail参数格式错误");
    let goods = r#"{"goods_detail":[{"goods_id":"1","refund_amount":40,"refund_quantity":1,"price":40}]}"#;
    form.with("detail", goods).send(&world).await.succeeded();
    let asked = Form::new(&world, "/pay/refundqueryv2").with("out_refund_no", "R1").send(&world).await;
    assert_eq!(asked.succeeded().get("refund_fee_0"), "40");
}

#[tokio::test(start_paused = true)]
async fn both_faces_see_the_same_refunds() {
    let world = World::new();
    world.paid("T20260301A").await;
    Form::new(&world, REFUND)
        .with("out_trade_no", "T20260301A")
        .with("out_refund_no", "R1")
        .with("total_fee", "100")
        .with("refund_fee", "40")
        .send(&world)
        .await
        .succeeded();
    let told = world.get("/v3/refund/domestic/refunds/R1").await.json();
    assert_eq!(told["amount"]["refund"].as_i64(), Some(40));
    world.sim.advance(Duration::from_secs(10)).await;
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded, Fen::new(40));
}
