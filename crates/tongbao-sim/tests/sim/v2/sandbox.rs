//! The platform's own sandbox (v2.md §3.12).

use super::client::{Form, Said};
use crate::world::World;

async fn key(world: &World) -> Said {
    let form = Form::new(world, "/xdc/apiv2getsignkey/sign/getsignkey").without("appid");
    form.send(world).await
}

fn pay(world: &World, key: &str, out_trade_no: &str, total_fee: &str) -> Form {
    let mut form = Form::new(world, "/xdc/apiv2sandbox/pay/micropay")
        .with("body", "茶")
        .with("out_trade_no", out_trade_no)
        .with("total_fee", total_fee)
        .with("spbill_create_ip", "8.8.8.8")
        .with("auth_code", "120061098828009406");
    form.key = key.into();
    form
}

async fn query(world: &World, key: &str, out_trade_no: &str) -> Said {
    let mut form = Form::new(world, "/xdc/apiv2sandbox/pay/orderquery").with("out_trade_no", out_trade_no);
    form.key = key.into();
    form.send(world).await
}

#[tokio::test(start_paused = true)]
async fn the_key_is_given_for_the_merchants_own_and_signs_the_sandbox_alone() {
    let world = World::new();
    let said = key(&world).await;
    assert_eq!(said.names(), ["return_code", "return_msg", "mch_id", "sandbox_signkey"], "{}", said.text());
    let given = said.get("sandbox_signkey").to_owned();
    assert_eq!(given.len(), 32);
    pay(&world, &given, "S20260301A", "1").send(&world).await.succeeded();
    let own = world.env.merchants[0].apiv2_key.clone();
    pay(&world, &own, "S20260301B", "1").send(&world).await.unsigned("签名错误");
    let mut form = Form::order(&world, "S20260301C");
    form.key = given;
    form.send(&world).await.unsigned("签名错误");
    assert!(world.sim.orders().is_empty(), "the sandbox is a world of its own");
}

#[tokio::test(start_paused = true)]
async fn without_a_key_nothing_verifies() {
    let world = World::new();
    let own = world.env.merchants[0].apiv2_key.clone();
    let said = pay(&world, &own, "S20260301A", "1").send(&world).await;
    said.unsigned("沙箱验证签名失败，请检查沙箱密钥");
}

#[tokio::test(start_paused = true)]
async fn cases_are_chosen_by_amount() {
    let world = World::new();
    let key = key(&world).await.get("sandbox_signkey").to_owned();
    for (total, cash, coupons) in [("1", "1", ""), ("2", "1", "1"), ("3", "1", "2")] {
        let number = format!("S2026030{total}");
        let said = pay(&world, &key, &number, total).send(&world).await;
        assert_eq!((said.succeeded().get("cash_fee"), said.get("coupon_count")), (cash, coupons));
        assert_eq!(query(&world, &key, &number).await.succeeded().get("trade_state"), "SUCCESS");
    }
    assert_eq!(pay(&world, &key, "S20260304", "4").send(&world).await.get("err_code"), "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn failures_are_chosen_by_header() {
    let world = World::new();
    let key = key(&world).await.get("sandbox_signkey").to_owned();
    for (at, (case, answered, state)) in [
        ("MICROPAY_USERPAYING", true, "USERPAYING"),
        ("MICROPAY_TIMEOUT", false, "SUCCESS"),
        ("MICROPAY_PAYERROR", false, "PAYERROR"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("S2026030{at}");
        let form = pay(&world, &key, &number, "1").header("Wechatpay-Negative-Test", case);
        let said = form.send(&world).await;
        assert_eq!(!said.told.dropped, answered, "{case}");
        if answered {
            said.failed("USERPAYING", "需要用户输入支付密码");
        }
        assert_eq!(query(&world, &key, &number).await.succeeded().get("trade_state"), state, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_calls_are_not_in_the_sandbox() {
    let world = World::new();
    assert_eq!(Form::new(&world, "/xdc/apiv2sandbox/pay/unifiedorder").send(&world).await.told.status, 404);
}
