//! Unified order (v2.md §2): scenes, re-entry, time.

use std::time::Duration;

use tongbao_sim::PayRefused;

use super::client::{CLOSE, Form};
use crate::world::{World, number};

#[tokio::test(start_paused = true)]
async fn every_scene_answers_with_what_opens_it() {
    let world = World::new();
    let base = |number: &str, scene: &str| Form::order(&world, number).with("trade_type", scene);
    let jsapi = base("V20260301A", "JSAPI").send(&world).await;
    assert!(jsapi.succeeded().get("prepay_id").starts_with("wx20260301"));
    let native = base("V20260301B", "NATIVE").with("product_id", "12235413214070356458058");
    let native = native.send(&world).await;
    assert!(native.succeeded().get("code_url").starts_with("weixin://wxpay/bizpayurl?pr="));
    let app = base("V20260301C", "APP").without("openid").send(&world).await;
    assert_eq!(app.succeeded().get("trade_type"), "APP");
    let h5 = r#"{"h5_info":{"type":"Wap","wap_url":"https://shop.example.com","wap_name":"茶铺"}}"#;
    let mweb = base("V20260301D", "MWEB").with("scene_info", h5).send(&world).await;
    let url = mweb.succeeded().get("mweb_url");
    assert!(url.contains("/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx"), "{url}");
}

#[tokio::test(start_paused = true)]
async fn jsapi_needs_an_openid_of_the_appid() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    form.clone().without("openid").send(&world).await.failed("LACK_PARAMS", "JSAPI支付必须传openid");
    form.with("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
        .send(&world)
        .await
        .failed("PARAM_ERROR", "无效的openid");
}

#[tokio::test(start_paused = true)]
async fn native_needs_a_product_id() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A").with("trade_type", "NATIVE");
    form.send(&world).await.failed("LACK_PARAMS", "缺少参数product_id");
}

#[tokio::test(start_paused = true)]
async fn h5_needs_its_scene() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A").with("trade_type", "MWEB");
    form.clone().send(&world).await.failed("LACK_PARAMS", "缺少参数scene_info");
    let other = form.clone().with("scene_info", r#"{"store_info":{"id":"1"}}"#);
    other.send(&world).await.failed("PARAM_ERROR", "scene_info参数格式错误");
    for kind in ["IOS", "iOS", "Android", "Wap"] {
        let scene = format!(r#"{{"h5_info":{{"type":"{kind}"}}}}"#);
        form.clone()
            .with("scene_info", &scene)
            .with("out_trade_no", &format!("V2026{kind}"))
            .send(&world)
            .await
            .succeeded();
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_code_is_not_recognised_here() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A").with("auth_code", "134567890123456789");
    form.send(&world).await.failed("PARAM_ERROR", "不识别的参数auth_code");
}

#[tokio::test(start_paused = true)]
async fn reentry_with_equal_parameters_gives_a_prepay_id_again() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    form.send(&world).await.succeeded();
    // None of these is compared.
    for (name, value) in [
        ("nonce_str", "another"),
        ("spbill_create_ip", "1.1.1.1"),
        ("time_start", "20260301100000"),
        ("device_info", "WEB"),
        ("sign_type", "HMAC-SHA256"),
    ] {
        form.clone().with(name, value).send(&world).await.succeeded();
    }
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn reentry_with_another_parameter_is_an_invalid_request() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    form.send(&world).await.succeeded();
    for (name, value) in [
        ("total_fee", "101"),
        ("body", "茶"),
        ("attach", "x"),
        ("time_expire", "20260301120000"),
        ("notify_url", "http://127.0.0.1:8080/other"),
    ] {
        let said = form.clone().with(name, value).send(&world).await;
        said.failed("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_of_another_scene_or_face_is_used() {
    let world = World::new();
    world.ordered_v2("V20260301A").await;
    let native = Form::order(&world, "V20260301A").with("trade_type", "NATIVE").with("product_id", "1");
    native.send(&world).await.failed("OUT_TRADE_NO_USED", "商户订单号重复");
    world.created("T20260301A").await;
    Form::order(&world, "T20260301A").send(&world).await.failed("OUT_TRADE_NO_USED", "商户订单号重复");
    world.create(&world.order("V20260301A")).await.refused(403, "OUT_TRADE_NO_USED");
}

#[tokio::test(start_paused = true)]
async fn a_paid_number_is_paid_and_a_closed_one_closed() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    Form::order(&world, "V20260301A").send(&world).await.failed("ORDERPAID", "该订单已支付");
    world.ordered_v2("V20260301B").await;
    Form::new(&world, CLOSE).with("out_trade_no", "V20260301B").send(&world).await.succeeded();
    Form::order(&world, "V20260301B").send(&world).await.failed("ORDERCLOSED", "该订单已关闭");
}

#[tokio::test(start_paused = true)]
async fn time_expire_is_at_least_a_minute_ahead_in_beijing() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    let early = form.clone().with("time_expire", "20260301100059").send(&world).await;
    assert_eq!(early.get("err_code"), "PARAM_ERROR", "{}", early.text());
    form.with("time_expire", "20260301100100").send(&world).await.succeeded();
    world.sim.advance(Duration::from_secs(60)).await;
    let paid = world.sim.pay(&number("V20260301A"), None).await;
    assert_eq!(paid.err(), Some(PayRefused::Expired));
}

#[tokio::test(start_paused = true)]
async fn an_early_time_expire_is_raised_by_switch() {
    let world = World::with(|settings| settings.switches.v2_time_expire_clamped = true);
    Form::order(&world, "V20260301A").with("time_expire", "20260301100001").send(&world).await.succeeded();
    world.sim.advance(Duration::from_secs(59)).await;
    assert!(world.sim.pay(&number("V20260301A"), None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn without_time_expire_an_order_is_closed_after_seven_days() {
    let world = World::new();
    world.ordered_v2("V20260301A").await;
    world.sim.advance(Duration::from_secs(7 * 86_400)).await;
    assert_eq!(world.query_v2("V20260301A").await.succeeded().get("trade_state"), "CLOSED");
}

#[tokio::test(start_paused = true)]
async fn a_prepay_id_dies_after_two_hours_and_is_renewed_by_the_same_request() {
    let world = World::new();
    let old = world.ordered_v2("V20260301A").await;
    world.sim.advance(Duration::from_secs(2 * 3600)).await;
    assert_eq!(world.sim.pay(&number("V20260301A"), None).await.err(), Some(PayRefused::Prepay));
    let new = world.ordered_v2("V20260301A").await;
    assert_ne!(old.get("prepay_id"), new.get("prepay_id"));
    assert!(world.sim.pay(&number("V20260301A"), None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn profit_sharing_keeps_the_money_back() {
    let world = World::new();
    Form::order(&world, "V20260301A").with("profit_sharing", "Y").send(&world).await.succeeded();
    world.sim.pay(&number("V20260301A"), None).await.unwrap();
    let books = world.sim.books();
    assert!(books.balanced());
    assert_eq!(books.merchants[&world.mchid()].available.get(), 0);
}
