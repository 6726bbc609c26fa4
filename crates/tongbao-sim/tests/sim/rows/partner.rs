//! v3.md §3: orders of providers for their sub-merchants.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Request, at, refusals, refused};
use crate::world::{REFUNDS, World, number};

refusals! {
    the_provider_signs_as_sp_mchid: Request::partner,
        |body| body["sp_mchid"] = json!("1900000001") =>
        (400, "PARAM_ERROR", "268435461", "http header中的mchid与post payload中的mchid不匹配");
    the_sub_merchant_is_not_the_provider: Request::partner,
        |body| body["sub_mchid"] = json!("1900000100") =>
        (400, "PARAM_ERROR", "268443705", "子商户号不能与服务商商户号相同");
    the_provider_acts_for_the_sub_merchant: Request::partner,
        |body| body["sub_mchid"] = json!("1900000001") =>
        (403, "NO_AUTH", "268443701", "受理关系不存在");
    sp_appid_is_the_providers: Request::partner,
        |body| body["sp_appid"] = json!("wx00000000000000aa") =>
        (400, "APPID_MCHID_NOT_MATCH", "268445527", "appid和mch_id不匹配，请检查后再试");
    sub_appid_is_the_sub_merchants: Request::partner,
        |body| body["sub_appid"] = json!("wx00000000000000aa") =>
        (400, "APPID_MCHID_NOT_MATCH", "268445527", "sub_mch_id与sub_appid不匹配");
    sub_appid_is_left_out_when_it_is_sp_appid: Request::partner,
        |body| body["sub_appid"] = json!("wx00000000000001aa") =>
        (400, "INVALID_REQUEST", "268435461", "sub_appid与sp_appid相同时请勿传入sub_appid");
    one_of_the_openids_is_there: Request::partner,
        |body| body["payer"] = json!({}) =>
        (400, "PARAM_ERROR", "268501013", "JSAPI支付必须传openid");
    sub_openid_needs_sub_appid: Request::partner,
        |body| body["payer"] = json!({"sub_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}) =>
        (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_appid”…");
    sub_openid_is_under_sub_appid: Request::partner,
        |body| {
            body["sub_appid"] = json!("wx00000000000001ab");
            body["payer"] = json!({"sub_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"});
        } =>
        (400, "INVALID_REQUEST", "268435461", "sub_appid和sub_openid不匹配");
    members_of_direct_orders_are_unknown: Request::partner,
        |body| body["mchid"] = json!("1900000100") =>
        (400, "PARAM_ERROR", "270924358", "参数中含有非法的额外参数");
}

const BY_NUMBER: &str = "/v3/pay/partner/transactions/out-trade-no/T20260301B";

fn parties(world: &World) -> String {
    format!("?sp_mchid={}&sub_mchid={}", world.env.merchants[1].mchid, world.env.merchants[2].mchid)
}

async fn paid(world: &World) -> Value {
    Request::partner(world).accepted(world).await;
    world.sim.pay(&number("T20260301B"), None).await.unwrap();
    world.get_as(1, &format!("{BY_NUMBER}{}", parties(world))).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_provider_who_calls_as_a_merchant_is_asked_for_the_sub_merchant() {
    let world = World::new();
    let mut request = Request::native(&world).with(|body| {
        body["mchid"] = json!("1900000100");
        body["appid"] = json!("wx00000000000001aa");
    });
    request.signer = 1;
    refused(&world, request, (400, "PARAM_ERROR", "268443704", "受理机构必须传入sub_mch_id")).await;
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_is_told_with_both_parties_and_the_money_is_the_sub_merchants() {
    let world = World::new();
    let told = paid(&world).await;
    assert_eq!((&told["sp_mchid"], &told["sub_mchid"]), (&json!("1900000100"), &json!("1900000109")));
    assert_eq!(told["payer"], json!({"sp_openid": at(&world, 1, "payer-1")}));
    assert!(told.get("appid").is_none() && told.get("mchid").is_none(), "{told}");
    let books = world.sim.books();
    assert_eq!(books.merchants[&world.env.merchants[2].mchid].payments, 1);
    assert_eq!(books.merchants[&world.env.merchants[1].mchid].payments, 0);
}

#[tokio::test(start_paused = true)]
async fn every_scene_is_open_to_providers() {
    let world = World::new();
    for (scene, answer) in [("app", "prepay_id"), ("native", "code_url"), ("h5", "h5_url")] {
        let request = Request::partner(&world).to(&format!("/v3/pay/partner/transactions/{scene}"));
        let told = request.with(|body| {
            body["out_trade_no"] = json!(format!("T20260301{scene}"));
            body.as_object_mut().unwrap().remove("payer");
            if scene == "h5" {
                body["scene_info"] = json!({"payer_client_ip": "203.0.113.7", "h5_info": {"type": "iOS"}});
            }
        });
        assert!(told.accepted(&world).await[answer].is_string(), "{scene}");
        world.sim.pay(&number(&format!("T20260301{scene}")), None).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_code_is_charged_and_reversed_by_a_provider() {
    let world = World::new();
    let direct = Request::code_pay(&world).body;
    let request = Request::partner(&world).to("/v3/pay/partner/transactions/codepay").with(|body| {
        for member in ["payer", "scene_info"] {
            body[member] = direct[member].clone();
        }
        body.as_object_mut().unwrap().remove("notify_url");
    });
    assert_eq!(request.accepted(&world).await["trade_state"], "SUCCESS");
    let parties =
        json!({"sp_appid": "wx00000000000001aa", "sp_mchid": "1900000100", "sub_mchid": "1900000109"});
    let reverse = Request::partner(&world).to(&format!("{BY_NUMBER}/reverse")).with(|body| *body = parties);
    assert_eq!(reverse.accepted(&world).await["sub_mchid"], "1900000109");
}

#[tokio::test(start_paused = true)]
async fn the_query_names_both_parties() {
    let world = World::new();
    Request::partner(&world).accepted(&world).await;
    world.get_as(1, BY_NUMBER).await.refused(400, "PARAM_ERROR");
    world.get_as(1, &format!("{BY_NUMBER}?sp_mchid=1900000100")).await.refused(400, "PARAM_ERROR");
    let other = world.get_as(1, &format!("{BY_NUMBER}?sp_mchid=1900000100&sub_mchid=1900000001")).await;
    other.refused(400, "INVALID_REQUEST");
    assert_eq!((other.cause(), other.message().as_str()), ("268447845", "子商户号和订单信息不匹配"));
}

#[tokio::test(start_paused = true)]
async fn orders_of_providers_are_not_seen_by_direct_queries_nor_by_the_sub_merchant() {
    let world = World::new();
    paid(&world).await;
    let direct = "/v3/pay/transactions/out-trade-no/T20260301B";
    world.get_as(1, &format!("{direct}?mchid=1900000100")).await.refused(404, "ORDER_NOT_EXIST");
    world.get_as(2, &format!("{direct}?mchid=1900000109")).await.refused(404, "ORDER_NOT_EXIST");
}

#[tokio::test(start_paused = true)]
async fn a_number_is_unique_over_all_sub_merchants_of_the_provider() {
    let world = World::with(|settings| {
        let mut twin = settings.merchants[2].clone();
        twin.mchid = tongbao_wire::Mchid::parse("1900000110").unwrap();
        settings.merchants.push(twin);
    });
    Request::partner(&world).accepted(&world).await;
    let other = Request::partner(&world).with(|body| body["sub_mchid"] = json!("1900000110"));
    refused(&world, other, (400, "INVALID_REQUEST", "268498688", "请求重入时，参数与首次请求时不一致")).await;
}

#[tokio::test(start_paused = true)]
async fn closing_names_both_parties() {
    let world = World::new();
    Request::partner(&world).accepted(&world).await;
    let close = |parties: Value| {
        Request::partner(&world).to(&format!("{BY_NUMBER}/close")).with(|body| *body = parties)
    };
    let wanted = (400, "PARAM_ERROR", "268435461", "输入源“/body/sub_mchid”…");
    refused(&world, close(json!({"sp_mchid": "1900000100"})), wanted).await;
    let both = close(json!({"sp_mchid": "1900000100", "sub_mchid": "1900000109"}));
    assert_eq!(both.send(&world).await.status, 204);
    let told = world.get_as(1, &format!("{BY_NUMBER}{}", parties(&world))).await.json();
    assert_eq!(told["trade_state"], "CLOSED");
}

#[tokio::test(start_paused = true)]
async fn refunds_name_the_sub_merchant() {
    let world = World::new();
    paid(&world).await;
    let refund = |sub: Option<&str>| {
        let mut body = json!({
            "out_trade_no": "T20260301B", "out_refund_no": "R1",
            "notify_url": "http://127.0.0.1:8080/refunded",
            "amount": {"refund": 40, "total": 100, "currency": "CNY"},
        });
        if let Some(sub) = sub {
            body["sub_mchid"] = json!(sub);
        }
        Request::partner(&world).to(REFUNDS).with(|it| *it = body)
    };
    refused(&world, refund(None), (400, "PARAM_ERROR", "268443704", "受理机构必须传入sub_mch_id")).await;
    let wanted = (400, "INVALID_REQUEST", "268447845", "子商户号和订单信息不匹配");
    refused(&world, refund(Some("1900000001")), wanted).await;
    refund(Some("1900000109")).accepted(&world).await;
    world.get_as(1, &format!("{REFUNDS}/R1")).await.refused(404, "RESOURCE_NOT_EXISTS");
    let told = world.get_as(1, &format!("{REFUNDS}/R1?sub_mchid=1900000109")).await;
    assert_eq!(told.json()["status"], "PROCESSING");
    world.sim.advance(Duration::from_secs(3)).await;
    let notice = world.resource_for(1, world.mailbox.count() - 1);
    assert_eq!((&notice["sp_mchid"], &notice["sub_mchid"]), (&json!("1900000100"), &json!("1900000109")));
    assert_eq!(notice["refund_status"], "SUCCESS");
    assert!(notice.get("mchid").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_notification_is_sealed_for_the_provider_and_has_both_parties() {
    let world = World::new();
    Request::partner(&world)
        .with(|body| {
            body["sub_appid"] = json!("wx00000000000001ab");
            body["payer"] = json!({"sub_openid": at(&world, 2, "payer-1")});
        })
        .accepted(&world)
        .await;
    world.sim.pay(&number("T20260301B"), None).await.unwrap();
    world.sim.advance(Duration::ZERO).await;
    let notice = world.resource_for(1, 0);
    assert_eq!(notice["sub_appid"], "wx00000000000001ab");
    assert_eq!(
        notice["payer"],
        json!({"sp_openid": at(&world, 1, "payer-1"), "sub_openid": at(&world, 2, "payer-1")})
    );
}
