//! What faults do to requests of clients.

use std::time::Duration;

use axum::body::to_bytes;
use http::header;
use serde_json::json;
use tongbao_sim::{Delayed, EventKind, KeyMode, Reset, Throttled};
use tongbao_wire::TradeState;
use tower::ServiceExt as _;

use super::{applied, script, with_fault};
use crate::v2::client::Form;
use crate::world::{JSAPI, World, number};

#[tokio::test(start_paused = true)]
async fn a_request_is_lost_before_or_after_it_is_executed_or_answered_with_an_error_all_the_same() {
    for (fault, executed, status, dropped) in [
        ("do = \"drop_request\"", false, 200, true),
        ("do = \"drop_answer\"", true, 200, true),
        ("do = \"reset\"", false, 200, true),
        ("do = \"reset\"\nexecute = true", true, 200, true),
        ("do = \"system_error\"", true, 500, false),
        ("do = \"too_many\"", false, 429, false),
        ("do = \"bad_gateway\"", false, 502, false),
        ("do = \"bad_gateway\"\nexecute = true", true, 502, false),
        ("do = \"answer\"\nstatus = 403\ncode = \"REQUEST_BLOCKED\"", false, 403, false),
        ("do = \"answer\"\nstatus = 500\ncode = \"BANK_ERROR\"\nexecute = true", true, 500, false),
    ] {
        let world = with_fault(&format!("call = \"jsapi_prepay\"\n{fault}"));
        let told = world.create(&world.order("T20260301A")).await;
        assert_eq!((told.status.as_u16(), told.dropped), (status, dropped), "{fault}");
        assert_eq!(world.sim.orders().len(), usize::from(executed), "{fault}");
        assert_eq!(applied(&world), [1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_answers_with_a_page_and_unsigned() {
    let world = with_fault("face = \"v3\"\ndo = \"bad_gateway\"");
    let told = world.query("T20260301A").await;
    assert_eq!(told.header("content-type"), "text/html");
    assert!(told.body.starts_with(b"<html>") && told.header("wechatpay-signature").is_empty());
}

#[tokio::test(start_paused = true)]
async fn any_code_can_be_answered_on_every_face_once_the_signature_holds() {
    let world = with_fault(
        "call = \"*\"\ndo = \"answer\"\nstatus = 400\ncode = \"BIZ_ERR_NEED_RETRY\"\nmessage = \"请重试\"",
    );
    let told = world.create(&world.order("T20260301A")).await;
    told.refused(400, "BIZ_ERR_NEED_RETRY");
    assert_eq!(told.message(), "请重试");
    let mut forged = world.draft("POST", JSAPI, "{}");
    forged.signed_body = Some("other".into());
    world.send(forged).await.refused(401, "SIGN_ERROR");
    Form::order(&world, "V20260301A").send(&world).await.failed("BIZ_ERR_NEED_RETRY", "请重试");
    script(
        &world,
        "[[fault]]\nface = \"weixin\"\ndo = \"answer\"\ncode = \"45009\"\nmessage = \"reach limit\"",
    );
    let request = http::Request::get("/sns/jscode2session").body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.raw(request).await.json(), json!({ "errcode": 45009, "errmsg": "reach limit" }));
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_forged_do_not_verify() {
    for (kind, verifies) in [
        ("corrupt_signature", false),
        ("wrong_serial", false),
        ("stale_timestamp", true),
        ("sign_test", false),
        ("tamper", false),
    ] {
        let world = with_fault(&format!("call = \"jsapi_prepay\"\ndo = \"{kind}\""));
        let told = world.create(&world.order("T20260301A")).await;
        assert_eq!(
            (told.status.as_u16(), world.verifies(&told.headers, &told.body)),
            (200, verifies),
            "{kind}"
        );
        let age = world.base.now().seconds() - told.header("wechatpay-timestamp").parse::<i64>().unwrap();
        assert_eq!(age, if kind == "stale_timestamp" { 301 } else { 0 }, "{kind}");
        let probe = told.header("wechatpay-signature").starts_with("WECHATPAY/SIGNTEST/");
        assert_eq!(probe, kind == "sign_test");
        let known = told.header("wechatpay-serial") == world.env.platform_public_key.as_ref().unwrap().id;
        assert_eq!(known, kind != "wrong_serial");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_slow_or_reset_answer_says_so_to_its_carrier_and_nothing_waits() {
    let began = tokio::time::Instant::now();
    let world = with_fault(&["call = \"query\"", "do = \"delay\"", "ms = 8000"].join("\n"));
    let answer = |world: &World| {
        let target = format!("/v3/pay/transactions/out-trade-no/T1234567?mchid={}", world.mchid());
        world.sim.router().oneshot(world.request(world.draft("GET", &target, "")))
    };
    let late = answer(&world).await.unwrap();
    assert_eq!(late.extensions().get(), Some(&Delayed(Duration::from_secs(8))));
    script(&world, "[[fault]]\ncall = \"query\"\ndo = \"slow_bytes\"\nbytes_per_second = 9");
    let slow = answer(&world).await.unwrap();
    assert_eq!(slow.extensions().get(), Some(&Throttled { bytes_per_second: 9 }));
    assert_eq!(slow.status(), 404);
    script(&world, "[[fault]]\ncall = \"query\"\ndo = \"drop_answer\"\nms = 3000");
    let lost = answer(&world).await.unwrap();
    assert_eq!(lost.extensions().get(), Some(&Delayed(Duration::from_secs(3))));
    script(&world, "[[fault]]\ncall = \"query\"\ndo = \"reset\"");
    assert!(answer(&world).await.unwrap().extensions().get::<Reset>().is_some());
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_body_breaks_off_under_the_length_of_the_whole() {
    for (bytes, comes) in [(0, 0), (10, 10), (100_000, usize::MAX)] {
        let world = with_fault(&format!("call = \"jsapi_prepay\"\ndo = \"truncate_body\"\nbytes = {bytes}"));
        let request = world.request(world.draft("POST", JSAPI, &world.order("T20260301A").to_string()));
        let answer = world.sim.router().oneshot(request).await.unwrap();
        let length: usize = answer.headers()[header::CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
        let mut frames = answer.into_body();
        let mut came = 0;
        let broke = loop {
            match http_body_util::BodyExt::frame(&mut frames).await {
                Some(Ok(frame)) => came += frame.data_ref().map_or(0, bytes::Bytes::len),
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(broke && length > 20);
        assert_eq!(came, comes.min(length - 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_body_that_is_to_break_off_never_leaves() {
    let world = with_fault("call = \"close\"\ndo = \"truncate_body\"\nbytes = 5");
    world.created("T20260301A").await;
    assert!(world.close("T20260301A").await.dropped);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_came_twice_is_answered_what_the_second_came_to() {
    let world = with_fault("call = \"refund\"\ndo = \"duplicate\"");
    world.paid("T20260301A").await;
    assert_eq!(world.refund("T20260301A", "R1", 30).await.status, 200);
    world.sim.advance(Duration::from_secs(3)).await;
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded.get(), 30, "once, under one number");
    script(&world, "[[fault]]\ncall = \"code_to_session\"\ndo = \"duplicate\"");
    let app = &world.env.merchants[0].apps[0];
    let code = world.sim.login_code(&app.appid, None).unwrap();
    let target = format!(
        "/sns/jscode2session?appid={}&secret={}&js_code={code}&grant_type=authorization_code",
        app.appid, app.secret
    );
    let told = world.raw(http::Request::get(target).body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(told.json()["errcode"], 40163, "a code is good for once");
}

#[tokio::test(start_paused = true)]
async fn a_request_is_held_until_the_next_about_its_order_has_passed() {
    let world = with_fault("call = \"jsapi_prepay\"\ntimes = 1\ndo = \"reorder\"");
    let order = world.order("T20260301A");
    let (created, closed) = tokio::join!(world.create(&order), world.close("T20260301A"));
    assert_eq!((closed.status.as_u16(), created.status.as_u16()), (204, 200));
    let state = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap().trade_state;
    assert_eq!(state, TradeState::NotPay, "closing came first and found nothing to close");
}

#[tokio::test(start_paused = true)]
async fn a_held_request_that_nobody_follows_goes_when_its_time_is_over() {
    let began = tokio::time::Instant::now();
    let world = with_fault("call = \"jsapi_prepay\"\ndo = \"reorder\"\nms = 700");
    world.created("T20260301A").await;
    assert_eq!(began.elapsed(), Duration::from_millis(700));
}

#[tokio::test(start_paused = true)]
async fn a_payment_and_a_close_race_and_either_wins() {
    let world = with_fault("call = \"close\"\ndo = \"pay_races_close\"");
    world.created("T20260301A").await;
    let told = world.close("T20260301A").await;
    assert_eq!(told.status, 400);
    assert_eq!(told.cause(), "268449538", "paid: {}", told.message());
    let state = |of: &str| world.sim.order(&world.mchid(), &number(of)).unwrap().trade_state;
    assert_eq!(state("T20260301A"), TradeState::Success);
    script(&world, "[[fault]]\ncall = \"close\"\ndo = \"close_races_pay\"");
    world.created("T20260301B").await;
    assert_eq!(world.close("T20260301B").await.status, 204);
    assert_eq!(state("T20260301B"), TradeState::Closed);
    let order = world.sim.order(&world.mchid(), &number("T20260301B")).unwrap();
    let last = order.events.last().unwrap();
    assert_eq!(
        (last.kind, last.detail.as_str()),
        (EventKind::PaymentRefused, "该订单已关闭，请重新下单支付")
    );
    assert_eq!(applied(&world), [1]);
}

#[tokio::test(start_paused = true)]
async fn keys_change_at_a_told_moment_and_the_message_goes_on() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Both);
    script(
        &world,
        "[[fault]]\ncall = \"query\"\nafter = 1\ndo = \"rotate_key\"\n[[fault]]\ncall = \"query\"\ndo = \"system_error\"",
    );
    world.created("T20260301A").await;
    let before = world.sim.keys().certificate_serials;
    world.query("T20260301A").await.refused(500, "SYSTEM_ERROR");
    assert_eq!(world.sim.keys().certificate_serials, before);
    world.query("T20260301A").await;
    world.query("T20260301A").await;
    assert_eq!(world.sim.keys().certificate_serials.len(), 2, "once");
    assert_eq!(applied(&world), [1, 3]);
    script(&world, "[[fault]]\ncall = \"query\"\ndo = \"switch_key_mode\"\nmode = \"public-key\"");
    let told = world.query("T20260301A").await;
    assert!(told.header("wechatpay-serial").starts_with("PUB_KEY_ID_"));
}

#[tokio::test(start_paused = true)]
async fn a_fault_finds_its_requests_by_name_path_face_order_merchant_and_time() {
    let start = "2026-03-01T10:00:00+08:00";
    for (fault, struck) in [
        ("call = \"query\"".to_owned(), true),
        ("call = \"close\"".into(), false),
        ("call = \"*\"".into(), true),
        ("call = \"GET /v3/pay/transactions/out-trade-no/{out_trade_no}\"".into(), true),
        ("call = \"POST /v3/pay/transactions/*\"".into(), false),
        ("call = \"/v3/pay/transactions/*\"".into(), true),
        ("call = \"/v3/pay/transactions\"".into(), false),
        ("face = \"v3\"".into(), true),
        ("face = \"v2\"".into(), false),
        ("face = \"v3\"\norder = \"T2026*\"".into(), true),
        ("face = \"v3\"\norder = \"T20260301A\"".into(), true),
        ("face = \"v3\"\norder = \"T20260301\"".into(), false),
        ("face = \"v3\"\nmerchant = \"1900000001\"".into(), true),
        ("face = \"v3\"\nmerchant = \"1900000002\"".into(), false),
        (format!("face = \"v3\"\nfrom = {start}"), true),
        (format!("face = \"v3\"\nuntil = \"{start}\""), false),
        ("face = \"v3\"\nfrom = 2026-03-01T10:00:01+08:00".into(), false),
        ("face = \"v3\"\nshare = 0".into(), false),
        ("face = \"v3\"\nafter = 1".into(), false),
    ] {
        let world = with_fault(&format!("{fault}\ndo = \"too_many\""));
        let told = world.query("T20260301A").await;
        assert_eq!(told.status == 429, struck, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_about_an_order_finds_it_by_every_number_that_leads_to_it() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 30).await;
    let order = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap();
    script(&world, "[[fault]]\ncall = \"*\"\norder = \"T20260301A\"\ndo = \"too_many\"");
    let id = order.transaction_id.unwrap();
    for target in [
        format!("/v3/pay/transactions/id/{id}?mchid={}", world.mchid()),
        "/v3/refund/domestic/refunds/R1".into(),
    ] {
        assert_eq!(world.get(&target).await.status, 429, "{target}");
    }
    let by_id = json!({
        "transaction_id": id, "out_refund_no": "R2", "amount": { "refund": 1, "total": 100, "currency": "CNY" },
    });
    assert_eq!(world.post(crate::world::REFUNDS, &by_id).await.status, 429);
    Form::order(&world, "T20260301A").send(&world).await.failed("FREQUENCY_LIMITED", "频率过高，请稍后重试");
}

#[tokio::test(start_paused = true)]
async fn the_first_fault_that_strikes_is_it_and_a_spent_one_lets_the_next_have_its_turn() {
    let world = with_fault(
        "call = \"query\"\ntimes = 2\ndo = \"too_many\"\n[[fault]]\ncall = \"query\"\ndo = \"bad_gateway\"",
    );
    for status in [429, 429, 502, 502] {
        assert_eq!(world.query("T20260301A").await.status, status);
    }
    assert_eq!(applied(&world), [2, 2]);
}

#[tokio::test(start_paused = true)]
async fn uploads_and_bills_have_faults_too() {
    let world = with_fault(
        "call = \"upload_image\"\ndo = \"bad_gateway\"\n[[fault]]\ncall = \"download_bill\"\ndo = \"drop_answer\"",
    );
    let upload = world.draft("POST", "/v3/merchant/media/upload", "x");
    assert_eq!(world.send(upload).await.status, 502);
    assert!(world.get("/v3/billdownload/file?token=x").await.dropped);
}

#[tokio::test(start_paused = true)]
async fn the_inspector_names_the_kind_of_fault() {
    let world = with_fault("call = \"query\"\ndo = \"truncate_body\"\nbytes = 3");
    let target = format!("/v3/pay/transactions/out-trade-no/T1234567?mchid={}", world.mchid());
    let answer = world.sim.router().oneshot(world.request(world.draft("GET", &target, ""))).await.unwrap();
    assert!(to_bytes(answer.into_body(), usize::MAX).await.is_err());
    let listed = world.sim.exchanges();
    assert_eq!(listed[0].fault.as_deref(), Some("truncate_body"));
}
