//! Consumer complaints (v3-extended.md §10.2).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};

use crate::people::ask;
use crate::sealing::opened_by_merchant;
use crate::uploads::upload;
use crate::world::{Told, World};

const COMPLAINTS: &str = "/v3/merchant-service/complaints-v2";
const URLS: &str = "/v3/merchant-service/complaint-notifications";
const HOOK: &str = "http://127.0.0.1:8080/complaints";

/// Pays an order and files a complaint about it.
async fn complained(world: &World, out_trade_no: &str, more: &Value) -> String {
    world.paid(out_trade_no).await;
    let mut body = json!({
        "out_trade_no": out_trade_no, "detail": "茶叶受潮", "problem_description": "商品质量",
        "problem_type": "REFUND", "apply_refund_amount_fen": 100, "phone": "13800000000",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let told = ask(world, "POST", "complaints", &body).await;
    assert_eq!(told.status, 200, "{told:?}");
    told.json()["complaint_id"].as_str().unwrap().to_owned()
}

async fn acts(world: &World, id: &str, action: &str) -> Told {
    ask(world, "POST", &format!("complaints/{id}/actions"), &json!({"action": action, "content": "请尽快"}))
        .await
}

async fn detail(world: &World, id: &str) -> Value {
    let told = world.get(&format!("{COMPLAINTS}/{id}")).await;
    assert_eq!(told.status, 200, "{told:?}");
    told.json()
}

fn reply(world: &World) -> Value {
    json!({"complainted_mchid": world.mchid(), "response_content": "已联系您"})
}

/// The `action_type` of every complaint notification so far, in order.
fn actions(world: &World) -> Vec<String> {
    let letters = world.mailbox.letters.lock().unwrap().clone();
    let ours = letters.iter().filter(|letter| letter.uri().path() == "/complaints");
    let resource = |letter: &Request<bytes::Bytes>| {
        assert!(world.verifies(letter.headers(), letter.body()));
        let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
        assert_eq!(envelope["resource"]["original_type"], "complaint");
        let plain: Value = serde_json::from_slice(&world.open(&envelope["resource"])).unwrap();
        let created = envelope["event_type"] == "COMPLAINT.CREATE";
        assert_eq!(created, plain["action_type"] == "CREATE_COMPLAINT", "{envelope}");
        plain["action_type"].as_str().unwrap().to_owned()
    };
    ours.map(resource).collect()
}

#[tokio::test(start_paused = true)]
async fn a_complaint_is_listed_read_and_its_phone_number_sealed_for_the_caller() {
    let world = World::new();
    let id = complained(&world, "T20260301A", &json!({})).await;
    let listed =
        world.get(&format!("{COMPLAINTS}?begin_date=2026-03-01&end_date=2026-03-01&limit=5&offset=0")).await;
    assert!(world.verifies(&listed.headers, &listed.body));
    let page = listed.json();
    assert_eq!((&page["total_count"], &page["limit"], &page["offset"]), (&json!(1), &json!(5), &json!(0)));
    assert_eq!(page["data"][0]["complaint_id"], id);
    assert!(page["data"][0]["payer_openid"].is_null(), "only the detail tells who");
    let one = detail(&world, &id).await;
    assert_eq!(one["payer_openid"], world.openid("payer-1"));
    assert_eq!(one["complaint_state"], "PENDING");
    assert_eq!(one["complaint_order_info"][0]["out_trade_no"], "T20260301A");
    assert_eq!(one["complaint_order_info"][0]["amount"], 100);
    let sealed = one["payer_phone"].as_str().unwrap();
    assert_eq!(opened_by_merchant(&world, sealed), "13800000000");
}

#[tokio::test(start_paused = true)]
async fn lists_keep_their_window_and_limits() {
    let world = World::new();
    complained(&world, "T20260301A", &json!({})).await;
    for (query, count) in [
        ("begin_date=2026-03-01&end_date=2026-03-01", 1),
        ("begin_date=2026-02-01&end_date=2026-02-28", 0),
        ("begin_date=2026-03-02&end_date=2026-03-02", 0),
        ("begin_date=2026-03-01&end_date=2026-03-31&limit=50", 1),
        ("begin_date=2026-03-01&end_date=2026-03-01&offset=1", 0),
        ("begin_date=2026-03-01&end_date=2026-03-01&complainted_mchid=1900000001", 1),
        ("begin_date=2026-03-01&end_date=2026-03-01&complainted_mchid=1900000002", 0),
    ] {
        let told = world.get(&format!("{COMPLAINTS}?{query}")).await;
        assert_eq!(told.json()["data"].as_array().map(Vec::len), Some(count), "{query}: {told:?}");
    }
    for query in [
        "",
        "begin_date=2026-03-01",
        "begin_date=2026-03-01&end_date=2026-02-28",
        "begin_date=2026-03-01&end_date=2026-04-01",
        "begin_date=20260301&end_date=20260301",
        "begin_date=2026-03-32&end_date=2026-03-32",
        "begin_date=2026-03-01&end_date=2026-03-01&limit=0",
        "begin_date=2026-03-01&end_date=2026-03-01&limit=51",
        "begin_date=2026-03-01&end_date=2026-03-01&limit=ten",
        "begin_date=2026-03-01&end_date=2026-03-01&offset=-1",
    ] {
        world.get(&format!("{COMPLAINTS}?{query}")).await.refused(400, "PARAM_ERROR");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_reply_moves_it_on_completing_settles_it_and_the_consumer_may_carry_on() {
    let world = World::new();
    let told = world.post(URLS, &json!({"url": HOOK})).await;
    assert_eq!(told.json(), json!({"mchid": world.mchid(), "url": HOOK}));
    let id = complained(&world, "T20260301A", &json!({})).await;
    let respond = format!("{COMPLAINTS}/{id}/response");
    assert_eq!(world.post(&respond, &reply(&world)).await.status, 204);
    assert_eq!(detail(&world, &id).await["complaint_state"], "PROCESSING");
    assert_eq!(acts(&world, &id, "respond").await.json()["incoming_user_response"], true);
    let complete = format!("{COMPLAINTS}/{id}/complete");
    let body = json!({"complainted_mchid": world.mchid()});
    assert_eq!(world.post(&complete, &body).await.status, 204);
    assert_eq!(world.post(&complete, &body).await.status, 204, "again changes nothing");
    assert_eq!(detail(&world, &id).await["complaint_state"], "PROCESSED");
    world.post(&respond, &reply(&world)).await.refused(400, "INVALID_REQUEST");
    assert_eq!(acts(&world, &id, "respond").await.status, 409, "it is settled");
    let carried_on = acts(&world, &id, "continue").await.json();
    assert_eq!(
        (&carried_on["complaint_state"], &carried_on["user_complaint_times"]),
        (&json!("PENDING"), &json!(2))
    );
    assert_eq!(world.post(&respond, &reply(&world)).await.status, 204);
    for action in
        ["apply_platform_service", "platform_respond", "finish_platform_service", "confirm", "satisfaction"]
    {
        assert_eq!(acts(&world, &id, action).await.status, 200, "{action}");
    }
    assert_eq!(acts(&world, &id, "cancel_platform_service").await.status, 409);
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(
        actions(&world),
        [
            "CREATE_COMPLAINT",
            "MERCHANT_RESPONSE",
            "USER_RESPONSE",
            "MERCHANT_CONFIRM_COMPLETE",
            "CONTINUE_COMPLAINT",
            "MERCHANT_RESPONSE",
            "USER_APPLY_PLATFORM_SERVICE",
            "RESPONSE_BY_PLATFORM",
            "PLATFORM_SERVICE_FINISHED",
        ]
    );
    let history =
        world.get(&format!("{COMPLAINTS}/{id}/negotiation-historys?limit=300&offset=0")).await.json();
    let types: Vec<_> =
        history["data"].as_array().unwrap().iter().rev().map(|it| it["operate_type"].clone()).collect();
    assert_eq!(
        types,
        [
            "USER_CREATE_COMPLAINT",
            "MERCHANT_RESPONSE",
            "USER_RESPONSE",
            "MERCHANT_CONFIRM_COMPLETE",
            "USER_CONTINUE_COMPLAINT",
            "MERCHANT_RESPONSE",
            "USER_APPLY_PLATFORM_SERVICE",
            "PLATFORM_RESPONSE",
            "PLATFORM_SERVICE_FINISHED",
            "USER_COMFIRM_COMPLAINT",
            "USER_SUBMIT_SATISFACTION",
        ]
    );
    assert_eq!(history["total_count"], 11);
    let paged = world.get(&format!("{COMPLAINTS}/{id}/negotiation-historys?limit=2&offset=10")).await.json();
    assert_eq!(paged["data"].as_array().unwrap().len(), 1);
    world.get(&format!("{COMPLAINTS}/{id}/negotiation-historys?limit=301")).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn replies_are_held_to_their_rules() {
    let world = World::new();
    let id = complained(&world, "T20260301A", &json!({})).await;
    let target = format!("{COMPLAINTS}/{id}/response");
    let with = |change: fn(&mut Value)| {
        let mut body = reply(&world);
        change(&mut body);
        body
    };
    for (rule, change) in [
        (
            "content is mandatory",
            (|b| drop(b.as_object_mut().unwrap().remove("response_content"))) as fn(&mut Value),
        ),
        ("content has at most 500 characters", |b| b["response_content"] = json!("字".repeat(501))),
        ("the merchant is mandatory", |b| drop(b.as_object_mut().unwrap().remove("complainted_mchid"))),
        ("the merchant is the one complained about", |b| b["complainted_mchid"] = json!("1900000002")),
        ("at most four pictures", |b| b["response_images"] = json!(["a", "b", "c", "d", "e"])),
        ("pictures were uploaded", |b| b["response_images"] = json!(["nobody-uploaded-this"])),
        ("a link needs its text", |b| b["jump_url"] = json!("https://shop.example.com")),
        ("a link is https", |b| {
            b["jump_url"] = json!("http://shop.example.com");
            b["jump_url_text"] = json!("详情");
        }),
        ("the link's text has at most 10 characters", |b| {
            b["jump_url"] = json!("https://shop.example.com");
            b["jump_url_text"] = json!("一二三四五六七八九十一");
        }),
        ("a mini program has a path", |b| b["mini_program_jump_info"] = json!({"appid": "wx1", "text": "x"})),
        ("unknown members are refused", |b| b["response_video"] = json!("x")),
    ] {
        let told = world.post(&target, &with(change)).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "PARAM_ERROR"), "{rule}: {told:?}");
    }
    world
        .post(&format!("{COMPLAINTS}/{}/response", "9".repeat(27)), &reply(&world))
        .await
        .refused(400, "INVALID_REQUEST");
    assert_eq!(detail(&world, &id).await["complaint_state"], "PENDING", "nothing was said");

    let uploaded = upload(&world, "/v3/merchant-service/images/upload", "x.png", b"picture").await.json();
    let mut body = reply(&world);
    body["response_images"] = json!([uploaded["media_id"]]);
    body["jump_url"] = json!("https://shop.example.com");
    body["jump_url_text"] = json!("详情");
    assert_eq!(world.post(&target, &body).await.status, 204);
    let history = world.get(&format!("{COMPLAINTS}/{id}/negotiation-historys")).await.json();
    let url = history["data"][0]["image_list"][0].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://127.0.0.1:8090").unwrap();
    let picture = world.get(path).await;
    assert_eq!((picture.status.as_u16(), &picture.body[..]), (200, &b"picture"[..]));
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("wechatpay-signature"), "", "files are not signed");
}

#[tokio::test(start_paused = true)]
async fn the_consumers_pictures_are_downloaded_from_their_addresses() {
    let world = World::new();
    let id = complained(&world, "T20260301A", &json!({"pictures": ["/9j/4AAQ"]})).await;
    let media = detail(&world, &id).await["complaint_media_list"].clone();
    assert_eq!(media[0]["media_type"], "USER_COMPLAINT_IMAGE");
    let url = media[0]["media_url"][0].as_str().unwrap().to_owned();
    let told = world.get(url.strip_prefix("http://127.0.0.1:8090").unwrap()).await;
    assert_eq!((told.status.as_u16(), told.body.len()), (200, 6));
    let mut draft = world.draft("GET", &format!("{COMPLAINTS}/{id}"), "");
    draft.headers.push(("host", "api.mch.weixin.qq.com".into()));
    let named = world.send(draft).await.json()["complaint_media_list"][0]["media_url"][0].clone();
    assert!(named.as_str().unwrap().starts_with("https://api.mch.weixin.qq.com/v3/"), "{named}");
    world.get("/v3/merchant-service/images/unknown").await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn refusing_the_refund_settles_it_and_an_approved_refund_that_arrives_does() {
    let world = World::new();
    world.post(URLS, &json!({"url": HOOK})).await;
    let refused = complained(&world, "T20260301A", &json!({})).await;
    let progress = |id: &str| format!("{COMPLAINTS}/{id}/update-refund-progress");
    for (rule, body) in [
        ("an action is needed", json!({})),
        ("the action is known", json!({"action": "MAYBE"})),
        ("approving says when", json!({"action": "APPROVE"})),
        ("refusing says why", json!({"action": "REJECT"})),
    ] {
        let told = world.post(&progress(&refused), &body).await;
        assert_eq!(told.code(), "PARAM_ERROR", "{rule}");
    }
    let no = json!({"action": "REJECT", "reject_reason": "已拆封"});
    assert_eq!(world.post(&progress(&refused), &no).await.status, 204);
    assert_eq!(detail(&world, &refused).await["complaint_state"], "PROCESSED");
    world.post(&progress(&refused), &no).await.refused(400, "INVALID_REQUEST");

    let approved = complained(&world, "T20260301B", &json!({})).await;
    let yes = json!({"action": "APPROVE", "launch_refund_day": 1, "remark": "同意"});
    assert_eq!(world.post(&progress(&approved), &yes).await.status, 204);
    assert_eq!(detail(&world, &approved).await["complaint_state"], "PENDING", "no money moved yet");
    world.refund("T20260301B", "R1", 100).await;
    world.sim.advance(Duration::from_secs(60)).await;
    let told = detail(&world, &approved).await;
    assert_eq!(
        (&told["complaint_state"], &told["complaint_full_refunded"]),
        (&json!("PROCESSED"), &json!(true))
    );

    let other = complained(&world, "T20260301C", &json!({"problem_type": "OTHERS"})).await;
    world.post(&progress(&other), &yes).await.refused(400, "INVALID_REQUEST");
    world.refund("T20260301C", "R2", 40).await;
    world.sim.advance(Duration::from_secs(60)).await;
    let told = detail(&world, &other).await;
    assert_eq!(
        (&told["complaint_state"], &told["complaint_full_refunded"]),
        (&json!("PENDING"), &json!(false))
    );
    assert_eq!(
        actions(&world),
        [
            "CREATE_COMPLAINT",
            "MERCHANT_REJECT_REFUND",
            "CREATE_COMPLAINT",
            "MERCHANT_APPROVE_REFUND",
            "REFUND_SUCCESS",
            "CREATE_COMPLAINT",
            "SELLER_REFUND",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_instant_reply_is_allowed_where_asked_for_and_said_once() {
    let world = World::new();
    let body = json!({
        "complainted_mchid": world.mchid(), "idempotent_id": "I1",
        "message": {"blocks": [{"type": "TEXT", "text": {"text": "您好"}}], "sender_identity": "MACHINE"},
    });
    let instantly = |id: &str| format!("{COMPLAINTS}/{id}/response-immediate-service");
    let plain = complained(&world, "T20260301A", &json!({})).await;
    world.post(&instantly(&plain), &body).await.refused(400, "INVALID_REQUEST");
    let urgent = complained(&world, "T20260301B", &json!({"need_immediate_service": true})).await;
    let first = world.post(&instantly(&urgent), &body).await.json();
    let again = world.post(&instantly(&urgent), &body).await.json();
    assert!(first["log_id"].is_string() && first == again);
    let history = world.get(&format!("{COMPLAINTS}/{urgent}/negotiation-historys")).await.json();
    assert_eq!(history["total_count"], 2);
    assert_eq!(history["data"][0]["normal_message"], body["message"]);
    for (rule, message) in [
        ("blocks are documented ones", json!({"blocks": [{"type": "VIDEO"}]})),
        ("a block has its object", json!({"blocks": [{"type": "TEXT"}]})),
        ("there are blocks", json!({"blocks": []})),
        (
            "the sender is known",
            json!({"blocks": [{"type": "TEXT", "text": {"text": "x"}}], "sender_identity": "X"}),
        ),
        (
            "custom data is bounded",
            json!({"blocks": [{"type": "TEXT", "text": {"text": "x"}}], "custom_data": "x".repeat(4097)}),
        ),
    ] {
        let mut body = body.clone();
        body["message"] = message;
        let told = world.post(&instantly(&urgent), &body).await;
        assert_eq!(told.code(), "PARAM_ERROR", "{rule}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_one_address_for_notifications() {
    let strict = World::with(|settings| settings.switches.notify_url_http = false);
    strict.post(URLS, &json!({"url": "http://shop.example.com/a"})).await.refused(400, "PARAM_ERROR");
    let world = World::new();
    world.get(URLS).await.refused(400, "INVALID_REQUEST");
    let put = |url: &str| {
        let draft = world.draft("PUT", URLS, &json!({"url": url}).to_string());
        world.send(draft)
    };
    put("https://shop.example.com/a").await.refused(400, "INVALID_REQUEST");
    for (rule, url) in [
        ("no query", json!("https://shop.example.com/a?b=c")),
        ("at most 255 characters", json!(format!("https://shop.example.com/{}", "a".repeat(240)))),
        ("a text", json!(1)),
    ] {
        let told = world.post(URLS, &json!({"url": url})).await;
        assert_eq!(told.code(), "PARAM_ERROR", "{rule}");
    }
    assert_eq!(world.post(URLS, &json!({"url": "https://shop.example.com/a"})).await.status, 200);
    world.post(URLS, &json!({"url": "https://shop.example.com/b"})).await.refused(400, "INVALID_REQUEST");
    assert_eq!(put("https://shop.example.com/c").await.status, 200);
    assert_eq!(world.get(URLS).await.json()["url"], "https://shop.example.com/c");
    for _ in 0..2 {
        assert_eq!(world.send(world.draft("DELETE", URLS, "")).await.status, 204);
    }
    complained(&world, "T20260301A", &json!({})).await;
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(actions(&world), [""; 0], "without an address nobody is told");
}

#[tokio::test(start_paused = true)]
async fn a_complaint_is_about_a_paid_order_and_an_order_has_one() {
    let world = World::new();
    let file = |number: &str| {
        let body = json!({"out_trade_no": number, "detail": "未到货"});
        let world = &world;
        async move { ask(world, "POST", "complaints", &body).await.status.as_u16() }
    };
    assert_eq!(file("T20260301Z").await, 404);
    world.created("T20260301A").await;
    assert_eq!(file("T20260301A").await, 409);
    complained(&world, "T20260301B", &json!({})).await;
    assert_eq!(file("T20260301B").await, 409);
    assert_eq!(ask(&world, "GET", "complaints/1", &Value::Null).await.status, 404);
    let list = ask(&world, "GET", "complaints?limit=1", &Value::Null).await.json();
    assert_eq!(list["complaints"][0]["payer"], "payer-1");
}
