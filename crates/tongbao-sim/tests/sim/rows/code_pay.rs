//! v3.md §2.8: payment codes and reversal.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_wire::Fen;

use super::{Request, refusals, refused};
use crate::world::{World, number};

const CODE_INVALID: &str = "请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)";

refusals! {
    a_code_of_other_digits_is_invalid: Request::code_pay,
        |body| body["payer"]["auth_code"] = json!("12345") =>
        (400, "AUTH_CODE_INVALID", "268435461", "请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)");
    a_code_with_another_prefix_is_invalid: Request::code_pay,
        |body| body["payer"]["auth_code"] = json!("281234567890123456") =>
        (400, "AUTH_CODE_INVALID", "268435461", "请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)");
    payment_codes_have_no_notify_url: Request::code_pay,
        |body| body["notify_url"] = json!("https://shop.example.com/pay") =>
        (400, "PARAM_ERROR", "270924358", "参数中含有非法的额外参数");
    a_store_is_named: Request::code_pay,
        |body| drop(body["scene_info"].as_object_mut().unwrap().remove("store_info")) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/scene_info/store_info”…");
    an_unknown_order_is_not_reversed: Request::reverse, |_| {} =>
        (404, "ORDER_NOT_EXIST", "268512771", "订单不存在");
}

/// Charges a code and gives the answer.
async fn charged(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    Request::code_pay(world).with(change).accepted(world).await
}

async fn query(world: &World) -> Value {
    world.query("T20260301A").await.json()["trade_state"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_small_amount_is_paid_at_once_and_told_to_nobody() {
    let world = World::new();
    let told = charged(&world, |_| {}).await;
    assert_eq!((&told["trade_state"], &told["trade_type"]), (&json!("SUCCESS"), &json!("MICROPAY")));
    assert_eq!(told["payer"]["openid"], world.openid("payer-1"));
    assert_eq!(told["scene_info"]["device_id"], "cash-1");
    assert!(world.sim.notifications().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_code_is_used_once() {
    let world = World::new();
    let code = world.sim.payment_code(None).unwrap();
    let with = |number: &'static str, code: &str| {
        let code = code.to_owned();
        move |body: &mut Value| {
            body["out_trade_no"] = json!(number);
            body["payer"]["auth_code"] = json!(code);
        }
    };
    charged(&world, with("T20260301A", code.as_str())).await;
    let second = Request::code_pay(&world).with(with("T20260301B", code.as_str()));
    refused(&world, second, (400, "AUTH_CODE_INVALID", "268435461", "每个二维码仅限使用一次，请刷新再试"))
        .await;
    let nobodys = Request::code_pay(&world).with(with("T20260301C", "130000000000000000"));
    refused(&world, nobodys, (400, "AUTH_CODE_INVALID", "268435461", CODE_INVALID)).await;
}

#[tokio::test(start_paused = true)]
async fn a_code_lives_a_minute() {
    let world = World::new();
    let request = Request::code_pay(&world);
    world.sim.advance(Duration::from_secs(60)).await;
    refused(&world, request, (403, "AUTH_CODE_EXPIRE", "268435461", "付款码已过期，请刷新再试")).await;
}

#[tokio::test(start_paused = true)]
async fn above_a_thousand_yuan_the_payer_types_the_password() {
    let world = World::new();
    let told = charged(&world, |body| body["amount"]["total"] = json!(100_001)).await;
    assert_eq!(told["trade_state"], "USERPAYING");
    assert!(told.get("transaction_id").is_none());
    let typed = async |password: &str| {
        world.control("/sim/v1/orders/T20260301A/password", &json!({"password": password})).await
    };
    assert_eq!(typed("000000").await.code(), "wrong_password");
    assert_eq!(query(&world).await, "USERPAYING");
    assert_eq!(typed("123456").await.json()["trade_state"], "SUCCESS");
    assert_eq!(query(&world).await, "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn after_ten_payments_of_a_day_the_payer_types_the_password() {
    let world = World::new();
    for index in 0..10 {
        let told = charged(&world, |body| body["out_trade_no"] = json!(format!("T2026030{index}"))).await;
        assert_eq!(told["trade_state"], "SUCCESS");
    }
    assert_eq!(charged(&world, |_| {}).await["trade_state"], "USERPAYING");
    world.sim.advance(Duration::from_secs(24 * 3600)).await;
    let told = charged(&world, |body| body["out_trade_no"] = json!("T20260302A")).await;
    assert_eq!(told["trade_state"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_not_typed_within_45_seconds_fails_the_payment() {
    let world = World::new();
    let code = world.sim.payment_code_with_password(None).unwrap();
    let told = charged(&world, |body| body["payer"]["auth_code"] = json!(code.as_str())).await;
    assert_eq!(told["trade_state"], "USERPAYING");
    world.sim.advance(Duration::from_secs(44)).await;
    assert_eq!(query(&world).await, "USERPAYING");
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(query(&world).await, "PAYERROR");
    assert!(world.sim.type_password(None, &number("T20260301A"), "123456").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_refuses_fails_the_payment() {
    let world = World::new();
    charged(&world, |body| body["amount"]["total"] = json!(200_000)).await;
    world.sim.cancel(None, &number("T20260301A")).unwrap();
    assert_eq!(query(&world).await, "PAYERROR");
}

#[tokio::test(start_paused = true)]
async fn user_paying_may_be_a_202_without_an_order() {
    let world = World::with(|settings| settings.switches.user_paying_is_202 = true);
    let request = Request::code_pay(&world).with(|body| body["amount"]["total"] = json!(200_000));
    refused(&world, request, (202, "USERPAYING", "268435461", "用户支付中，需要输入密码")).await;
    assert_eq!(query(&world).await, "USERPAYING");
}

#[tokio::test(start_paused = true)]
async fn a_payer_without_money_is_named() {
    let world = World::with(|settings| settings.payers[0].balance = Fen::new(99));
    refused(&world, Request::code_pay(&world), (403, "NOT_ENOUGH", "268435461", "用户余额不足")).await;
    assert_eq!(query(&world).await, "PAYERROR");
}

#[tokio::test(start_paused = true)]
async fn a_barred_payer_is_named() {
    let world = World::new();
    assert!(world.sim.set_payer_abnormal("payer-1", true));
    let wanted = (403, "USER_ACCOUNT_ABNORMAL", "268578704", "用户账户异常或已注销");
    refused(&world, Request::code_pay(&world), wanted).await;
}

#[tokio::test(start_paused = true)]
async fn the_same_charge_again_tells_the_order_and_another_is_refused() {
    let world = World::new();
    let request = Request::code_pay(&world);
    let first = request.accepted(&world).await;
    assert_eq!(request.accepted(&world).await, first);
    let other = request.with(|body| body["amount"]["total"] = json!(99));
    refused(&world, other, (400, "INVALID_REQUEST", "268498688", "请求重入时，参数与首次请求时不一致")).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_by_code_is_not_closed_but_reversed() {
    let world = World::new();
    charged(&world, |_| {}).await;
    let told = world.close("T20260301A").await;
    told.refused(400, "INVALID_REQUEST");
    assert_eq!(told.cause(), "268449641");
}

#[tokio::test(start_paused = true)]
async fn reversing_a_paid_order_returns_the_money_and_may_be_repeated() {
    let world = World::new();
    let before = world.sim.books().payers["payer-1"];
    charged(&world, |_| {}).await;
    for _ in 0..2 {
        let told = Request::reverse(&world).accepted(&world).await;
        assert_eq!(told["out_trade_no"], "T20260301A");
    }
    assert_eq!(query(&world).await, "REVOKED");
    let books = world.sim.books();
    assert_eq!(books.payers["payer-1"], before);
    assert!(books.balanced());
    refused(&world, Request::code_pay(&world), (400, "ORDER_REVERSED", "268447914", "该订单已撤销")).await;
}

#[tokio::test(start_paused = true)]
async fn reversing_while_the_payer_is_asked_ends_the_order() {
    let world = World::new();
    charged(&world, |body| body["amount"]["total"] = json!(200_000)).await;
    Request::reverse(&world).accepted(&world).await;
    assert_eq!(query(&world).await, "REVOKED");
    assert!(world.sim.type_password(None, &number("T20260301A"), "123456").is_err());
}

#[tokio::test(start_paused = true)]
async fn an_order_is_reversed_within_seven_days() {
    let world = World::new();
    charged(&world, |_| {}).await;
    world.sim.advance(Duration::from_secs(7 * 86_400 + 1)).await;
    let wanted = (403, "TRADE_ERROR", "268435461", "订单已超过可撤销的期限，请申请退款");
    refused(&world, Request::reverse(&world), wanted).await;
}

#[tokio::test(start_paused = true)]
async fn orders_of_other_scenes_are_not_reversed() {
    let world = World::new();
    world.created("T20260301A").await;
    let wanted = (400, "INVALID_REQUEST", "268435461", "仅支持撤销付款码支付的订单");
    refused(&world, Request::reverse(&world), wanted).await;
}
