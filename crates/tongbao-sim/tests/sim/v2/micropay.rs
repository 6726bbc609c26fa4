//! Payment codes (v2.md §3.7, §3.8, §3.9).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_wire::Fen;

use super::client::{CLOSE, Form, MICROPAY, REVERSE, Said, with_sub_merchant};
use crate::world::{World, number};

const OPENID: &str = "/tools/authcodetoopenid";

/// What a phone shows.
async fn code(world: &World, asked: Value) -> String {
    let request = Request::post("/sim/v1/payment-codes").header("content-type", "application/json");
    let told = world.raw(request.body(asked.to_string().into()).unwrap()).await;
    assert_eq!(told.status, 200, "{told:?}");
    told.json()["auth_code"].as_str().unwrap().to_owned()
}

fn charge(world: &World, out_trade_no: &str, auth_code: &str) -> Form {
    Form::new(world, MICROPAY)
        .with("body", "image形象店-深圳腾大-QQ公仔")
        .with("attach", "说明")
        .with("out_trade_no", out_trade_no)
        .with("total_fee", "888")
        .with("spbill_create_ip", "8.8.8.8")
        .with("auth_code", auth_code)
}

async fn charged(world: &World, out_trade_no: &str) -> Said {
    let code = code(world, json!({})).await;
    charge(world, out_trade_no, &code).send(world).await
}

/// Leaves the order waiting for the password.
async fn paying(world: &World, out_trade_no: &str) {
    let code = code(world, json!({ "ask_password": true })).await;
    let said = charge(world, out_trade_no, &code).send(world).await;
    said.failed("USERPAYING", "需要用户输入支付密码");
}

async fn reverse(world: &World, out_trade_no: &str) -> Said {
    Form::new(world, REVERSE).with("out_trade_no", out_trade_no).send(world).await
}

async fn state(world: &World, out_trade_no: &str) -> String {
    world.query_v2(out_trade_no).await.succeeded().get("trade_state").to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_code_is_charged_and_the_answer_is_the_payment() {
    let world = World::new();
    let said = charged(&world, "M20260301A").await;
    for (name, value) in [
        ("trade_type", "MICROPAY"),
        ("bank_type", "OTHERS"),
        ("total_fee", "888"),
        ("cash_fee", "888"),
        ("attach", "说明"),
        ("out_trade_no", "M20260301A"),
        ("time_end", "20260301100000"),
        ("openid", &*world.openid("payer-1")),
    ] {
        assert_eq!(said.succeeded().get(name), value, "{name}");
    }
    assert_eq!(state(&world, "M20260301A").await, "SUCCESS");
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(world.mailbox.count(), 0, "payment codes are told to nobody");
}

#[tokio::test(start_paused = true)]
async fn above_a_thousand_yuan_the_password_is_asked_for() {
    let world = World::with(|settings| settings.payers[0].balance = Fen::new(1_000_000));
    let at = code(&world, json!({})).await;
    charge(&world, "M20260301A", &at).with("total_fee", "100000").send(&world).await.succeeded();
    let above = code(&world, json!({})).await;
    let said = charge(&world, "M20260301B", &above).with("total_fee", "100001").send(&world).await;
    said.failed("USERPAYING", "需要用户输入支付密码");
    assert_eq!(state(&world, "M20260301B").await, "USERPAYING");
}

#[tokio::test(start_paused = true)]
async fn the_payer_types_the_password_and_the_query_tells_success() {
    let world = World::new();
    paying(&world, "M20260301A").await;
    world.sim.pay(&number("M20260301A"), None).await.unwrap();
    assert_eq!(state(&world, "M20260301A").await, "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_refuses_or_waits_too_long_leaves_a_failed_payment() {
    for refuses in [true, false] {
        let world = World::new();
        paying(&world, "M20260301A").await;
        if refuses {
            world.sim.cancel(None, &number("M20260301A")).unwrap();
        } else {
            world.sim.advance(Duration::from_secs(60)).await;
        }
        let said = world.query_v2("M20260301A").await;
        assert_eq!(
            (said.succeeded().get("trade_state"), said.get("trade_state_desc")),
            ("PAYERROR", "支付失败，请撤销订单")
        );
        assert_eq!(reverse(&world, "M20260301A").await.succeeded().get("recall"), "N");
        assert_eq!(state(&world, "M20260301A").await, "REVOKED");
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_not_eighteen_digits_is_an_error() {
    let world = World::new();
    for code in ["12345", "13456789012345678a", "1345678901234567890"] {
        let said = charge(&world, "M20260301A", code).send(&world).await;
        assert_eq!(said.get("err_code"), "AUTH_CODE_ERROR", "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_that_no_phone_shows_is_invalid() {
    let world = World::new();
    for code in ["284567890123456789", "134567890123456789"] {
        let said = charge(&world, "M20260301A", code).send(&world).await;
        assert_eq!(said.get("err_code"), "AUTH_CODE_INVALID", "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_used_once_and_for_a_minute() {
    let world = World::new();
    let used = code(&world, json!({})).await;
    charge(&world, "M20260301A", &used).send(&world).await.succeeded();
    let again = charge(&world, "M20260301B", &used).send(&world).await;
    again.failed("AUTH_CODE_INVALID", "101 每个二维码仅限使用一次，请刷新再试");
    let old = code(&world, json!({})).await;
    world.sim.advance(Duration::from_secs(60)).await;
    let late = charge(&world, "M20260301C", &old).send(&world).await;
    late.failed("AUTHCODEEXPIRE", "二维码已过期，请用户在微信上刷新后再试");
}

#[tokio::test(start_paused = true)]
async fn a_payer_without_money_is_told_so() {
    let world = World::with(|settings| settings.payers[0].balance = Fen::new(1));
    charged(&world, "M20260301A").await.failed("NOTENOUGH", "余额不足");
    assert_eq!(state(&world, "M20260301A").await, "PAYERROR");
}

#[tokio::test(start_paused = true)]
async fn a_number_that_was_paid_closed_or_reversed_is_not_charged_again() {
    let world = World::new();
    charged(&world, "M20260301A").await.succeeded();
    charged(&world, "M20260301A").await.failed("ORDERPAID", "该订单已支付");
    reverse(&world, "M20260301A").await.succeeded();
    charged(&world, "M20260301A").await.failed("ORDERREVERSED", "订单已撤销");
    world.ordered_v2("V20260301A").await;
    charged(&world, "V20260301A").await.failed("OUT_TRADE_NO_USED", "商户订单号重复");
}

#[tokio::test(start_paused = true)]
async fn another_payer_under_the_same_number_does_not_match() {
    let world = World::new();
    paying(&world, "M20260301A").await;
    let other = code(&world, json!({ "payer": "payer-2" })).await;
    let said = charge(&world, "M20260301A", &other).send(&world).await;
    said.failed("BUYER_MISMATCH", "支付帐号错误，请确认支付方是否相同");
}

#[tokio::test(start_paused = true)]
async fn the_same_request_again_is_still_paying() {
    let world = World::new();
    let code = code(&world, json!({ "ask_password": true })).await;
    let form = charge(&world, "M20260301A", &code);
    for _ in 0..2 {
        form.send(&world).await.failed("USERPAYING", "需要用户输入支付密码");
    }
    form.with("total_fee", "889")
        .send(&world)
        .await
        .failed("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
}

#[tokio::test(start_paused = true)]
async fn a_payment_code_order_is_reversed_and_not_closed() {
    let world = World::new();
    paying(&world, "M20260301A").await;
    let close = Form::new(&world, CLOSE).with("out_trade_no", "M20260301A").send(&world).await;
    close.failed("TRADE_STATE_ERROR", "当前交易不允许进行普通关单(只能撤销)");
}

#[tokio::test(start_paused = true)]
async fn reversing_gives_the_money_back_and_may_be_repeated() {
    let world = World::new();
    let before = world.sim.books().payers["payer-1"];
    charged(&world, "M20260301A").await.succeeded();
    for _ in 0..2 {
        assert_eq!(reverse(&world, "M20260301A").await.succeeded().get("recall"), "N");
    }
    assert_eq!(world.sim.books().payers["payer-1"], before);
    let said = world.query_v2("M20260301A").await;
    assert_eq!((said.get("trade_state"), said.get("trade_state_desc")), ("REVOKED", "订单已撤销"));
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn reversing_too_early_is_to_be_called_again() {
    let world = World::new();
    paying(&world, "M20260301A").await;
    let early = reverse(&world, "M20260301A").await;
    assert_eq!((early.get("err_code"), early.get("recall")), ("USERPAYING", "Y"), "{}", early.text());
    world.sim.advance(Duration::from_secs(15)).await;
    assert_eq!(reverse(&world, "M20260301A").await.succeeded().get("recall"), "N");
    assert!(world.sim.pay(&number("M20260301A"), None).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn reversing_at_once_by_switch() {
    let world = World::with(|settings| settings.switches.v2_reverse_waits = false);
    paying(&world, "M20260301A").await;
    reverse(&world, "M20260301A").await.succeeded();
}

#[tokio::test(start_paused = true)]
async fn reversing_has_its_refusals() {
    let world = World::new();
    reverse(&world, "M20260301A").await.failed("ORDERNOTEXIST", "订单不存在");
    let bad = Form::new(&world, REVERSE).with("transaction_id", "abc").send(&world).await;
    bad.failed("INVALID_TRANSACTIONID", "无效transaction_id");
    world.paid_v2("V20260301A").await;
    reverse(&world, "V20260301A").await.failed("INVALID_REQUEST", "仅支持撤销付款码支付的订单");
    charged(&world, "M20260301B").await.succeeded();
    Form::refund(&world, "M20260301B", "R1", "1").with("total_fee", "888").send(&world).await.succeeded();
    reverse(&world, "M20260301B").await.failed("TRADE_ERROR", "订单已发生退款，无法撤销");
    charged(&world, "M20260301C").await.succeeded();
    world.sim.advance(Duration::from_secs(7 * 86_400 + 1)).await;
    reverse(&world, "M20260301C").await.failed("REVERSE_EXPIRE", "订单无法撤销，已超过可撤销的期限");
}

#[tokio::test(start_paused = true)]
async fn a_code_tells_whose_it_is_and_then_only_that_merchant_may_charge_it() {
    let world = World::with(|settings| {
        with_sub_merchant(settings);
        settings.merchants[1].providers.clear();
    });
    let code = code(&world, json!({})).await;
    let said = Form::new(&world, OPENID).with("auth_code", &code).send(&world).await;
    assert_eq!(said.succeeded().get("openid"), world.openid("payer-1"));
    let other = &world.env.merchants[1];
    let mut foreign = charge(&world, "M20260301A", &code)
        .with("mch_id", other.mchid.as_str())
        .with("appid", other.apps[0].appid.as_str());
    foreign.key.clone_from(&other.apiv2_key);
    assert_eq!(foreign.send(&world).await.get("err_code"), "AUTH_CODE_INVALID");
    charge(&world, "M20260301A", &code).send(&world).await.succeeded();
    let used = Form::new(&world, OPENID).with("auth_code", &code).send(&world).await;
    assert_eq!(used.get("err_code"), "AUTH_CODE_INVALID");
}

#[tokio::test(start_paused = true)]
async fn a_provider_learns_both_openids() {
    let world = World::with(with_sub_merchant);
    let code = code(&world, json!({})).await;
    let form = Form::new(&world, OPENID).with("auth_code", &code).with("sub_mch_id", "1900000109");
    let said = form.with("sub_appid", "wx8888888888888888").send(&world).await;
    let sub_openid = world.env.merchants[1].apps[0].openids[0].1.to_string();
    assert_eq!(said.succeeded().get("sub_openid"), sub_openid);
}

#[tokio::test(start_paused = true)]
async fn a_header_drives_failures_as_in_the_sandbox() {
    for (case, answered, expected) in [
        ("MICROPAY_USERPAYING", true, "USERPAYING"),
        ("MICROPAY_TIMEOUT", false, "SUCCESS"),
        ("MICROPAY_PAYERROR", false, "PAYERROR"),
        ("MICROPAY_PAY_QUERY_TIMEOUT", false, "SUCCESS"),
    ] {
        let world = World::new();
        let code = code(&world, json!({})).await;
        let form = charge(&world, "M20260301A", &code).header("Wechatpay-Negative-Test", case);
        assert_eq!(!form.send(&world).await.told.dropped, answered, "{case}");
        assert_eq!(state(&world, "M20260301A").await, expected, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn deposits_are_a_permission_nobody_has() {
    let world = World::new();
    let code = code(&world, json!({})).await;
    let said = charge(&world, "M20260301A", &code).with("deposit", "Y").send(&world).await;
    said.failed("NOAUTH", "商户号该产品权限未开通");
}
