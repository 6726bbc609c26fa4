//! Exchanges for programs: what is kept, found, explained and told live.

use std::time::Duration;

use futures_util::StreamExt as _;
use http::Request;
use serde_json::Value;
use tongbao_sim::{CallFault, ExchangeDetail, Faults};
use tongbao_wire::Call;

use crate::world::{Says, World};

async fn told(world: &World, path: &str) -> Value {
    let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
    assert_eq!(told.status, 200, "{path}: {told:?}");
    told.json()
}

fn newest(world: &World) -> ExchangeDetail {
    let id = world.sim.exchanges()[0].id;
    world.sim.exchange(id).expect("just listed")
}

fn reasons(world: &World) -> Vec<String> {
    let why = newest(world).why;
    why.map(|why| why.reasons.into_iter().map(|reason| reason.id).collect()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn calls_and_notifications_are_kept_as_bytes_with_what_they_are_about() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let kept = world.sim.exchanges();
    assert_eq!(kept.len(), 2);
    let (notified, created) = (&kept[0], &kept[1]);
    assert_eq!((created.direction, created.call, created.status), ("in", Some("jsapi_prepay"), Some(200)));
    assert_eq!((notified.direction, notified.status), ("out", Some(204)));
    for one in [notified, created] {
        assert_eq!(one.out_trade_no.as_deref(), Some("T20260301A"));
        assert_eq!(one.mchid, Some(world.mchid().to_string()));
        assert!(one.request_id.as_ref().is_some_and(|id| id.ends_with("-0")));
        assert!(!one.refused);
    }
    let created = world.sim.exchange(created.id).unwrap();
    assert_eq!(created.request.body.text, Some(world.order("T20260301A").to_string()));
    assert!(created.answer.body.text.unwrap().contains("prepay_id"));
    assert!(created.answer.headers.iter().any(|(name, _)| name == "wechatpay-signature"));
    assert!(created.why.is_none());
    let notified = world.sim.exchange(notified.id).unwrap();
    assert_eq!(notified.unsealed[0].place, "resource");
    assert!(notified.unsealed[0].text.contains("\"trade_state\":\"SUCCESS\""));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_explained_over_the_api() {
    let world = World::new();
    let mut draft = world.draft("POST", "/v3/pay/transactions/jsapi", &world.order("T1").to_string());
    draft.signed_body = Some(String::new());
    world.send(draft).await.refused(401, "SIGN_ERROR");
    let listed = told(&world, "/sim/v1/exchanges?refused=1").await;
    let id = listed["exchanges"][0]["id"].as_u64().unwrap();
    assert_eq!(listed["exchanges"][0]["code"], "SIGN_ERROR");
    let why = &told(&world, &format!("/sim/v1/exchanges/{id}")).await["why"];
    assert_eq!((&why["reasons"][0]["id"], &why["proven"]), (&"body_empty".into(), &true.into()));
    let signature = &why["signature"];
    assert!(signature["expected"].as_str().unwrap().contains("龙井一盒"));
    assert!(signature["signed"].as_str().unwrap().ends_with("B242\n\n"));

    let mut order = world.order("T20260301B");
    order["amount"]["total"] = 0.into();
    world.create(&order).await.refused(400, "PARAM_ERROR");
    let why = newest(&world).why.unwrap();
    assert!(!why.proven);
    assert_eq!(why.place.unwrap().field.as_deref(), Some("/amount/total"));

    world.query("T20269999").await.refused(404, "ORDER_NOT_EXIST");
    assert_eq!(reasons(&world), ["order_not_found"]);
    let nowhere = world.get("/v3/pay/transactions/out_trade_no/T1").await;
    assert_eq!((nowhere.status.as_u16(), nowhere.body.len()), (404, 0));
    assert_eq!(reasons(&world), ["no_such_path"]);
    let fix = newest(&world).why.unwrap().reasons[0].fix.clone();
    assert!(fix.en.contains("GET /v3/pay/transactions/out-trade-no/{out_trade_no}."), "{}", fix.en);
    world.get("/v3/pay/transactions/jsapi").await;
    assert_eq!(reasons(&world), ["wrong_method"]);
    let target =
        "/sns/jscode2session?appid=wx00000000000000aa&secret=0&js_code=x&grant_type=authorization_code";
    world.raw(Request::get(target).body("".into()).unwrap()).await;
    assert!(newest(&world).summary.target.contains("secret=***"));
    assert!(reasons(&world)[0].starts_with("errcode_"));
}

#[tokio::test(start_paused = true)]
async fn the_cashier_and_undelivered_notifications_are_explained() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let appid = world.env.merchants[0].apps[0].appid.to_string();
    let now = world.base.now().seconds();
    let sign = world.sign(&format!("{appid}\n{now}\nN\n{prepay_id}\n"));
    let encoded: String = sign.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let target = format!(
        "/cashier?appid={appid}&timeStamp={now}&nonceStr=N&package=prepay_id%3D{prepay_id}&signType=RSA&paySign={encoded}"
    );
    world.raw(Request::get(target).body("".into()).unwrap()).await;
    assert_eq!(reasons(&world), ["package_prefix_not_signed"]);

    for (says, reason) in [
        (Says::Status(302), "notify_redirect"),
        (Says::Status(500), "notify_refused"),
        (Says::Unreachable, "notify_no_answer"),
        (Says::After(Duration::from_secs(9)), "notify_timeout"),
    ] {
        let world = World::new();
        world.mailbox.always(says);
        world.paid("T20260301A").await;
        world.sim.advance(Duration::ZERO).await;
        assert_eq!(reasons(&world), [reason]);
    }
}

#[tokio::test(start_paused = true)]
async fn faults_are_named_and_answers_that_never_left_have_no_status() {
    let world = World::new();
    let call = |seen: &tongbao_sim::CallSeen<'_>| match seen.endpoint {
        Call::JsapiPrepay => CallFault::DropAfter,
        _ => CallFault::TooMany,
    };
    world.sim.set_faults(Faults { call: Box::new(call), ..Faults::default() });
    world.create(&world.order("T20260301A")).await;
    let dropped = newest(&world);
    assert_eq!((dropped.summary.status, dropped.summary.fault.as_deref()), (None, Some("DropAfter")));
    assert_eq!(reasons(&world), ["fault"]);
    world.query("T20260301A").await.refused(429, "FREQUENCY_LIMITED");
    assert_eq!(newest(&world).summary.fault.as_deref(), Some("TooMany"));
    let listed = told(&world, "/sim/v1/exchanges?faults=1&limit=1").await;
    assert_eq!((listed["exchanges"].as_array().unwrap().len(), &listed["more"]), (1, &true.into()));
}

#[tokio::test(start_paused = true)]
async fn exchanges_are_found_by_what_is_in_them_and_paged() {
    let world = World::new();
    for number in ["T20260301A", "T20260301B", "T20260301C"] {
        world.created(number).await;
    }
    world.query("T20260301B").await;
    let count = async |query: &str| {
        let listed = told(&world, &format!("/sim/v1/exchanges?{query}")).await;
        listed["exchanges"].as_array().unwrap().len()
    };
    assert_eq!(count("q=T20260301B").await, 2);
    assert_eq!(count("q=t20260301b+query").await, 1, "every word, in any case");
    assert_eq!(count("q=%E9%BE%99%E4%BA%95").await, 3, "in bodies");
    assert_eq!(count("q=nowhere").await, 0);
    assert_eq!(count("merchant=1900000001").await, 4);
    assert_eq!(count("merchant=1900000002").await, 0);
    assert_eq!(count("before=2").await, 1);
    assert_eq!(count("direction=out").await, 0);
    let curl = world.raw(Request::get("/sim/v1/exchanges/1/curl").body("".into()).unwrap()).await;
    let curl = String::from_utf8(curl.body.to_vec()).unwrap();
    assert!(curl.starts_with("curl -i -X POST 'http://127.0.0.1:8090/v3/pay/transactions/jsapi' \\\n"));
    assert!(
        curl.contains("-H 'authorization: WECHATPAY2-SHA256-RSA2048 ") && curl.contains("--data-binary '{")
    );
    for path in ["/sim/v1/exchanges/99", "/sim/v1/exchanges/x", "/sim/v1/exchanges/99/curl"] {
        let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (404, "unknown_exchange"), "{path}");
    }
    assert_eq!(world.sim.exchanges().len(), 4, "the simulator's own calls are not kept");
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_text_and_long_bodies_are_kept_within_bounds() {
    let world = World::new();
    let send = async |body: Vec<u8>| {
        let request = Request::post("/v3/pay/transactions/jsapi").body(body.into()).unwrap();
        world.raw(request).await.refused(401, "SIGN_ERROR");
        newest(&world)
    };
    let odd = send(vec![0xff, 0xfe, 0]).await;
    assert_eq!((odd.request.body.text, odd.request.body.base64.as_deref()), (None, Some("//4A")));
    assert_eq!(reasons(&world), ["header_absent"]);
    let long = send("店".repeat(40_000).into_bytes()).await.request.body;
    assert_eq!((long.length, long.cut), (120_000, true));
    assert!(long.text.is_some_and(|text| text.len() <= 64 * 1024 && text.ends_with('店')));
}

#[tokio::test(start_paused = true)]
async fn new_exchanges_are_told_live_and_a_stream_resumes_where_it_broke_off() {
    let world = World::new();
    let listen = async |last: Option<&str>| {
        let mut request = Request::get("/sim/v1/exchanges/stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer =
            tower::ServiceExt::oneshot(world.sim.router(), request.body(axum::body::Body::empty()).unwrap());
        let answer = answer.await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        answer.into_body().into_data_stream()
    };
    let mut live = listen(None).await;
    let next = async |stream: &mut axum::body::BodyDataStream| {
        let piece = stream.next().await.expect("more is told").expect("nothing breaks");
        String::from_utf8(piece.to_vec()).unwrap()
    };
    assert!(next(&mut live).await.contains("event: listening"));
    world.created("T20260301A").await;
    let told = next(&mut live).await;
    assert!(
        told.contains("event: exchange") && told.contains("id: 1") && told.contains("T20260301A"),
        "{told}"
    );
    world.created("T20260301B").await;
    let mut resumed = listen(Some("1")).await;
    assert!(next(&mut resumed).await.contains("event: listening"));
    assert!(next(&mut resumed).await.contains("T20260301B"));
    world.sim.hang_up();
    assert!(next(&mut live).await.contains("T20260301B"));
    assert!(live.next().await.is_none() && resumed.next().await.is_none());
}
