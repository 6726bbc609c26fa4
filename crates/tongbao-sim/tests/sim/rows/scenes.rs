//! v3.md §2.1 to §2.7: creating, re-entering, and what opens the cashier in each scene.

use std::time::Duration;

use http::Request as HttpRequest;
use serde_json::json;

use super::{Request, refusals, refused};
use crate::world::{World, number};

refusals! {
    jsapi_without_an_openid_is_refused_with_its_own_cause: Request::jsapi,
        |body| drop(body.as_object_mut().unwrap().remove("payer")) =>
        (400, "PARAM_ERROR", "268501013", "JSAPI支付必须传openid");
    an_openid_nobody_has_is_another_cause: Request::jsapi,
        |body| body["payer"]["openid"] = json!("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o") =>
        (400, "PARAM_ERROR", "268435461", "无效的openid");
    an_appid_of_another_merchant_does_not_match: Request::jsapi,
        |body| body["appid"] = json!("wx00000000000001ab") =>
        (400, "APPID_MCHID_NOT_MATCH", "268445527", "appid和mch_id不匹配，请检查后再试");
    app_orders_have_no_payer: Request::app,
        |body| body["payer"] = json!({"openid": "o"}) =>
        (400, "PARAM_ERROR", "270924358", "参数中含有非法的额外参数");
    native_orders_have_no_h5_info: Request::native,
        |body| body["scene_info"] = json!({"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}) =>
        (400, "PARAM_ERROR", "270924358", "参数中含有非法的额外参数");
    h5_needs_scene_info: Request::h5,
        |body| drop(body.as_object_mut().unwrap().remove("scene_info")) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/scene_info”映射到字段“场景信息”必填性规则校验失败，此字段为必填项");
    h5_needs_the_payers_address: Request::h5,
        |body| drop(body["scene_info"].as_object_mut().unwrap().remove("payer_client_ip")) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/scene_info/payer_client_ip”…");
    h5_info_has_a_known_type: Request::h5,
        |body| body["scene_info"]["h5_info"]["type"] = json!("Desktop") =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/scene_info/h5_info/type”…");
    totals_start_at_one_fen: Request::native,
        |body| body["amount"]["total"] = json!(0) =>
        (400, "PARAM_ERROR", "268435464", "输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1");
    totals_are_integers: Request::native,
        |body| body["amount"]["total"] = json!("100") =>
        (400, "PARAM_ERROR", "268435461", "无法将 JSON 输入源“/body/amount/total”映射到目标字段“总金额”中…");
}

#[tokio::test(start_paused = true)]
async fn each_scene_answers_what_opens_it() {
    let world = World::new();
    let prepay = Request::app(&world).accepted(&world).await;
    assert!(prepay["prepay_id"].as_str().unwrap().starts_with("wx2026030110"), "{prepay}");
    let with =
        |number: &'static str| move |body: &mut serde_json::Value| body["out_trade_no"] = json!(number);
    let native = Request::native(&world).with(with("T20260301B")).accepted(&world).await;
    assert!(native["code_url"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?pr="), "{native}");
    let h5 = Request::h5(&world).with(with("T20260301C")).accepted(&world).await;
    let url = h5["h5_url"].as_str().unwrap();
    let shape = "http://127.0.0.1:8090/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx";
    assert!(url.starts_with(shape) && url.contains("&package="), "{url}");
}

#[tokio::test(start_paused = true)]
async fn the_h5_address_names_the_platform_when_asked_to() {
    let world = World::with(|settings| settings.switches.h5_url_of_platform = true);
    let h5 = Request::h5(&world).accepted(&world).await;
    let url = h5["h5_url"].as_str().unwrap();
    assert!(url.starts_with("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id="), "{url}");
}

#[tokio::test(start_paused = true)]
async fn every_scene_is_paid_and_tells_its_trade_type() {
    let world = World::new();
    for (request, word) in [
        (Request::jsapi(&world), "JSAPI"),
        (Request::app(&world), "APP"),
        (Request::native(&world), "NATIVE"),
        (Request::h5(&world), "MWEB"),
    ] {
        let out_trade_no = format!("T20260301{word}");
        request.with(|body| body["out_trade_no"] = json!(out_trade_no)).accepted(&world).await;
        world.sim.pay(&number(&out_trade_no), None).await.unwrap();
        let told = world.query(&out_trade_no).await.json();
        assert_eq!((&told["trade_state"], &told["trade_type"]), (&json!("SUCCESS"), &json!(word)));
    }
}

#[tokio::test(start_paused = true)]
async fn another_create_address_with_the_same_number_is_refused() {
    let world = World::new();
    Request::jsapi(&world).accepted(&world).await;
    let again = (403, "OUT_TRADE_NO_USED", "268498688", "商户订单号重复");
    refused(&world, Request::native(&world), again).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_code_url_kills_the_one_before_and_lives_two_hours() {
    let world = World::new();
    let native =
        async || Request::native(&world).accepted(&world).await["code_url"].as_str().unwrap().to_owned();
    let (first, second) = (native().await, native().await);
    assert_ne!(first, second);
    assert_eq!(world.sim.scan(&first, None).unwrap_err().code(), "prepay_id");
    assert!(world.sim.scan(&second, None).is_ok());
    world.sim.advance(Duration::from_secs(2 * 3600)).await;
    assert_eq!(world.sim.scan(&second, None).unwrap_err().code(), "prepay_id");
    assert!(world.sim.scan(&native().await, None).is_ok(), "the same request renews it");
}

#[tokio::test(start_paused = true)]
async fn a_scanned_code_opens_the_cashier_and_the_password_pays() {
    let world = World::new();
    let native = Request::native(&world).accepted(&world).await;
    let scanned = json!({"code_url": native["code_url"], "payer": "payer-2"});
    let sheet = world.control("/sim/v1/scan", &scanned).await.json();
    assert_eq!((&sheet["amount"], &sheet["merchant"]), (&json!("1.00"), &json!("通宝小店")));
    let typed = json!({"session": sheet["session"], "password": "123456"});
    assert_eq!(world.control("/cashier/pay", &typed).await.json()["result"], "ok");
    let told = world.query("T20260301A").await.json();
    assert_eq!(told["payer"]["openid"], world.openid("payer-2"));
    let again = world.control("/sim/v1/scan", &scanned).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "paid"));
}

#[tokio::test(start_paused = true)]
async fn an_h5_address_opens_a_page_for_five_minutes() {
    let world = World::new();
    let page = async || {
        let h5 = Request::h5(&world).accepted(&world).await;
        let url = h5["h5_url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix("http://127.0.0.1:8090").unwrap().to_owned();
        async move |world: &World| {
            let request = HttpRequest::get(&path).header("host", "127.0.0.1:8090");
            let told = world.raw(request.body(axum::body::Body::empty()).unwrap()).await;
            String::from_utf8_lossy(&told.body).into_owned()
        }
    };
    let open = page().await;
    assert!(open(&world).await.contains("龙井一盒"));
    world.sim.advance(Duration::from_secs(300)).await;
    assert!(open(&world).await.contains("该订单已失效"));
    assert!(page().await(&world).await.contains("龙井一盒"));
}
