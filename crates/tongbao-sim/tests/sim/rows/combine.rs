//! v3.md §4: combined orders.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_wire::Fen;

use super::{Request, refusals, refused};
use crate::world::{REFUNDS, World, number};

refusals! {
    one_order_is_no_combined_order: Request::combine,
        |body| drop(body["sub_orders"].as_array_mut().unwrap().pop()) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_orders”…");
    merchants_combine_ten_orders_at_most: Request::combine,
        |body| {
            let part = body["sub_orders"][0].clone();
            let parts = body["sub_orders"].as_array_mut().unwrap();
            for index in 0..9 {
                let mut part = part.clone();
                part["out_trade_no"] = json!(format!("S2026030{index}"));
                parts.push(part);
            }
        } =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_orders”…");
    a_number_is_there_once: Request::combine,
        |body| body["sub_orders"][1]["out_trade_no"] = body["sub_orders"][0]["out_trade_no"].clone() =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_orders”…");
    a_part_is_ten_million_yuan_at_most: Request::combine,
        |body| body["sub_orders"][1]["amount"]["total_amount"] = json!(1_000_000_001) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_orders/1/amount/total_amount”…");
    attach_is_mandatory_in_parts: Request::combine,
        |body| drop(body["sub_orders"][0].as_object_mut().unwrap().remove("attach")) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_orders/0/attach”…");
    there_is_no_invoice_flag: Request::combine,
        |body| body["support_fapiao"] = json!(true) =>
        (400, "PARAM_ERROR", "270924358", "参数中含有非法的额外参数");
    the_initiator_signs: Request::combine,
        |body| body["combine_mchid"] = json!("1900000109") =>
        (400, "PARAM_ERROR", "268435461", "http header中的mchid与post payload中的mchid不匹配");
    the_appid_is_bound_to_every_part: Request::combine,
        |body| body["sub_orders"][1]["mchid"] = json!("1900000109") =>
        (400, "APPID_MCHID_NOT_MATCH", "268445527", "appid和mch_id不匹配，请检查后再试");
    jsapi_needs_a_payer: Request::combine,
        |body| drop(body.as_object_mut().unwrap().remove("combine_payer_info")) =>
        (400, "PARAM_ERROR", "268501013", "JSAPI支付必须传openid");
    an_unknown_whole_is_not_closed: Request::combine_close, |_| {} =>
        (404, "ORDER_NOT_EXIST", "268512771", "订单不存在");
}

const BY_NUMBER: &str = "/v3/combine-transactions/out-trade-no/C20260301A";

async fn states(world: &World) -> Vec<Value> {
    let told = world.get(BY_NUMBER).await.json();
    told["sub_orders"].as_array().unwrap().iter().map(|part| part["trade_state"].clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_password_pays_all_parts_and_one_notification_tells_of_them() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    assert_eq!(states(&world).await, ["NOTPAY", "NOTPAY"]);
    world.sim.pay(&number("C20260301A"), None).await.unwrap();
    assert_eq!(states(&world).await, ["SUCCESS", "SUCCESS"]);
    world.sim.advance(Duration::ZERO).await;
    assert_eq!(world.mailbox.count(), 1);
    let told = world.resource_for(0, 0);
    assert_eq!(told["combine_out_trade_no"], "C20260301A");
    assert_eq!(told["combine_payer_info"]["openid"], world.openid("payer-1"));
    assert_eq!(told["sub_orders"][1]["amount"]["payer_amount"], 40);
    assert_eq!(told, world.get(BY_NUMBER).await.json(), "the query tells the same");
}

#[tokio::test(start_paused = true)]
async fn a_parts_number_pays_the_whole_too() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    world.sim.pay(&number("S20260301B"), None).await.unwrap();
    assert_eq!(states(&world).await, ["SUCCESS", "SUCCESS"]);
}

#[tokio::test(start_paused = true)]
async fn all_or_nothing_is_paid() {
    let world = World::with(|settings| settings.payers[0].balance = Fen::new(99));
    Request::combine(&world).accepted(&world).await;
    assert_eq!(world.sim.pay(&number("C20260301A"), None).await.unwrap_err().code(), "insufficient");
    assert_eq!(states(&world).await, ["NOTPAY", "NOTPAY"]);
    assert_eq!(world.sim.books().payers["payer-1"], Fen::new(99));
}

#[tokio::test(start_paused = true)]
async fn every_scene_is_open_to_combined_orders() {
    let world = World::new();
    for (scene, answer) in [("app", "prepay_id"), ("native", "code_url"), ("h5", "h5_url")] {
        let request = Request::combine(&world).to(&format!("/v3/combine-transactions/{scene}"));
        let request = request.with(|body| {
            body["combine_out_trade_no"] = json!(format!("C20260301{scene}"));
            for index in 0..2 {
                body["sub_orders"][index]["out_trade_no"] = json!(format!("S{index}0301{scene}"));
            }
            body.as_object_mut().unwrap().remove("combine_payer_info");
            if scene == "h5" {
                body["scene_info"] = json!({"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}});
            }
        });
        assert!(request.accepted(&world).await[answer].is_string(), "{scene}");
        world.sim.pay(&number(&format!("C20260301{scene}")), None).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn parts_occupy_their_merchants_numbers_and_are_not_seen_by_base_queries() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    world.query("S20260301A").await.refused(404, "ORDER_NOT_EXIST");
    let direct = Request::native(&world).with(|body| body["out_trade_no"] = json!("S20260301A"));
    refused(&world, direct, (403, "OUT_TRADE_NO_USED", "268498688", "商户订单号重复")).await;
    let other = Request::combine(&world).with(|body| body["combine_out_trade_no"] = json!("C20260301B"));
    refused(&world, other, (403, "OUT_TRADE_NO_USED", "268498688", "商户订单号重复")).await;
    assert_eq!(world.close("S20260301A").await.status, 204);
    assert_eq!(states(&world).await, ["NOTPAY", "NOTPAY"], "closing a part does nothing");
}

#[tokio::test(start_paused = true)]
async fn reentry_is_as_with_other_orders() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    Request::combine(&world).accepted(&world).await;
    let other = Request::combine(&world).with(|body| body["sub_orders"][0]["description"] = json!("碧螺春"));
    refused(&world, other, (400, "INVALID_REQUEST", "268498688", "请求重入时，参数与首次请求时不一致")).await;
    world.sim.pay(&number("C20260301A"), None).await.unwrap();
    refused(&world, Request::combine(&world), (400, "ORDERPAID", "268449538", "该订单已支付")).await;
}

#[tokio::test(start_paused = true)]
async fn closing_names_all_parts_in_any_order() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    let fewer =
        Request::combine_close(&world).with(|body| drop(body["sub_orders"].as_array_mut().unwrap().pop()));
    refused(&world, fewer, (400, "INVALID_REQUEST", "268447843", "子单信息与下单时不一致")).await;
    for _ in 0..2 {
        assert_eq!(Request::combine_close(&world).send(&world).await.status, 204);
    }
    assert_eq!(states(&world).await, ["CLOSED", "CLOSED"]);
    assert_eq!(world.sim.pay(&number("C20260301A"), None).await.unwrap_err().code(), "closed");
}

#[tokio::test(start_paused = true)]
async fn a_paid_whole_is_not_closed() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    world.sim.pay(&number("C20260301A"), None).await.unwrap();
    refused(&world, Request::combine_close(&world), (400, "ORDERPAID", "268449538", "该订单已支付")).await;
}

#[tokio::test(start_paused = true)]
async fn after_seven_days_the_platform_closes_the_whole() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    world.sim.advance(Duration::from_secs(7 * 86_400)).await;
    assert_eq!(states(&world).await, ["CLOSED", "CLOSED"]);
}

#[tokio::test(start_paused = true)]
async fn parts_are_refunded_one_by_one() {
    let world = World::new();
    Request::combine(&world).accepted(&world).await;
    world.sim.pay(&number("C20260301A"), None).await.unwrap();
    let told = world.refund_of("S20260301B", "R1", 40, 40).await;
    assert_eq!(told.status, 200, "{}", told.message());
    assert_eq!(states(&world).await, ["SUCCESS", "REFUND"]);
    world.sim.advance(Duration::from_secs(3)).await;
    assert_eq!(world.get(&format!("{REFUNDS}/R1")).await.json()["status"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_provider_combines_orders_of_its_sub_merchants() {
    let world = World::new();
    let mut request = Request::combine(&world).with(|body| {
        body["combine_mchid"] = json!("1900000100");
        body["combine_appid"] = json!("wx00000000000001aa");
        body["combine_payer_info"]["openid"] = json!(super::at(&world, 1, "payer-1"));
        body["sub_orders"].as_array_mut().unwrap().truncate(1);
        body["sub_orders"][0]["mchid"] = json!("1900000100");
        body["sub_orders"][0]["sub_mchid"] = json!("1900000109");
    });
    request.signer = 1;
    request.accepted(&world).await;
    world.sim.pay(&number("C20260301A"), None).await.unwrap();
    let told = world.get_as(1, BY_NUMBER).await.json();
    assert_eq!(told["sub_orders"][0]["sub_mchid"], "1900000109");
    let mut close = Request::combine_close(&world).with(|body| {
        body["sub_orders"] =
            json!([{"mchid": "1900000100", "sub_mchid": "1900000109", "out_trade_no": "S20260301A"}]);
        body["combine_appid"] = json!("wx00000000000001aa");
    });
    close.signer = 1;
    refused(&world, close, (400, "ORDERPAID", "268449538", "该订单已支付")).await;
    assert_eq!(world.sim.books().merchants[&world.env.merchants[2].mchid].payments, 1);
}
