//! Message push and subscribe messages (miniprogram.md §5).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};

use crate::people::ask;
use crate::world::{Says, World};

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// Sets the address of the mini program's messages; the merchant answers the probe as `echo` says.
async fn set(world: &World, settings: &Value, echo: bool) -> u16 {
    let appid = &world.env.merchants[0].apps[0].appid;
    world.mailbox.always(if echo { Says::Echo } else { Says::Status(200) });
    let told = ask(world, "POST", &format!("apps/{appid}/push"), settings).await;
    world.mailbox.always(Says::Words(200, "success"));
    told.status.as_u16()
}

/// A managed shop whose order was paid 48 hours ago: the merchant is reminded.
async fn reminded(settings: Value) -> World {
    reminded_with("", settings).await
}

/// The same under a fault script.
async fn reminded_with(script: &str, settings: Value) -> World {
    let world = World::new();
    world.sim.set_fault_script(tongbao_sim::FaultScript::from_toml(script).unwrap());
    let appid = world.env.merchants[0].apps[0].appid.clone();
    assert_eq!(set(&world, &settings, true).await, 204);
    let managed = json!({"managed": true});
    assert_eq!(ask(&world, "POST", &format!("apps/{appid}/shipping"), &managed).await.status, 200);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(48 * 3600)).await;
    world
}

/// The newest letter: its query's values and its body.
fn letter(world: &World) -> (Vec<(String, String)>, String) {
    let letter = world.mailbox.letter(world.mailbox.count() - 1);
    let query = letter.uri().query().unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    let values = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (values, String::from_utf8(letter.body().to_vec()).unwrap())
}

fn value(values: &[(String, String)], name: &str) -> Option<String> {
    values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

#[tokio::test(start_paused = true)]
async fn a_merchant_who_does_not_ship_is_reminded_after_48_hours() {
    let world = reminded(json!({"url": "http://127.0.0.1:8080/push", "token": "pamtest"})).await;
    let (values, body) = letter(&world);
    let message: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&message["MsgType"], &message["Event"]),
        (&"event".into(), &"trade_manage_remind_shipping".into())
    );
    assert_eq!(message["merchant_trade_no"], "T20260301A");
    assert!(is_signed(&values));
    assert_eq!(value(&values, "msg_signature"), None);
    assert!(world.sim.notifications()[0].delivered);
}

/// Whether `signature` holds under the token `pamtest`.
fn is_signed(values: &[(String, String)]) -> bool {
    let (timestamp, nonce) = (value(values, "timestamp").unwrap(), value(values, "nonce").unwrap());
    let mut parts = ["pamtest", &timestamp, &nonce];
    parts.sort_unstable();
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    value(values, "signature") == Some(digest)
}

#[tokio::test(start_paused = true)]
async fn a_pushed_message_is_forged_by_script() {
    for (kind, signed, age) in [("corrupt_signature", false, 0), ("stale_timestamp", true, 301)] {
        let script =
            format!("[[fault]]\nnotification = \"trade_manage_*\"\nface = \"weixin\"\ndo = \"{kind}\"");
        let settings = json!({"url": "http://127.0.0.1:8080/push", "token": "pamtest"});
        let world = reminded_with(&script, settings).await;
        let (values, _) = letter(&world);
        assert_eq!(is_signed(&values), signed, "{kind}");
        let said: i64 = value(&values, "timestamp").unwrap().parse().unwrap();
        assert_eq!(world.base.now().seconds() - said, age, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_mode_and_format_has_its_shape() {
    for (mode, format, plain, sealed) in [
        ("plain", "xml", true, false),
        ("compatible", "json", true, true),
        ("compatible", "xml", true, true),
        ("secure", "json", false, true),
        ("secure", "xml", false, true),
    ] {
        let world = reminded(json!({
            "url": "http://127.0.0.1:8080/push?from=weixin", "token": "pamtest",
            "encoding_aes_key": KEY, "mode": mode, "format": format,
        }))
        .await;
        let (values, body) = letter(&world);
        assert_eq!(value(&values, "from").as_deref(), Some("weixin"));
        assert_eq!(body.starts_with("<xml>"), format == "xml", "{body}");
        assert_eq!(body.contains("trade_manage_remind_shipping"), plain, "{mode} {format}: {body}");
        assert_eq!(body.contains("Encrypt"), sealed, "{mode} {format}: {body}");
        assert_eq!(value(&values, "msg_signature").is_some(), sealed);
        assert_eq!(value(&values, "encrypt_type").as_deref(), sealed.then_some("aes"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_taken_is_sent_three_times_in_all() {
    let world = World::new();
    let appid = world.env.merchants[0].apps[0].appid.clone();
    set(&world, &json!({"url": "http://127.0.0.1:8080/push", "token": "pamtest"}), true).await;
    ask(&world, "POST", &format!("apps/{appid}/shipping"), &json!({"managed": true})).await;
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(60)).await;
    let before = world.mailbox.count();
    world.mailbox.always(Says::Words(200, "fail"));
    world.sim.advance(Duration::from_secs(49 * 3600)).await;
    let told = world.sim.notifications().into_iter().find(|it| it.event_type.starts_with("trade_manage"));
    assert_eq!(told.unwrap().attempts.len(), 3);
    assert!(world.mailbox.count() >= before + 3);
}

#[tokio::test(start_paused = true)]
async fn shipping_and_settlement_are_told() {
    let world = World::new();
    let app = world.env.merchants[0].apps[0].clone();
    set(&world, &json!({"url": "http://127.0.0.1:8080/push", "token": "pamtest"}), true).await;
    ask(&world, "POST", &format!("apps/{}/shipping", app.appid), &json!({"managed": true})).await;
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(10)).await;
    let upload = json!({
        "order_key": {"order_number_type": 1, "mchid": world.mchid(), "out_trade_no": "T20260301A"},
        "logistics_type": 3, "delivery_mode": 1, "shipping_list": [{"item_desc": "会员"}],
        "upload_time": "2026-03-01T10:00:10.120+08:00", "payer": {"openid": world.openid("payer-1")},
    });
    let token = app_token(&world).await;
    let uri = format!("/wxa/sec/order/upload_shipping_info?access_token={token}");
    let told = world.raw(Request::post(uri).body(upload.to_string().into()).unwrap()).await.json();
    assert_eq!(told["errcode"], 0);
    world.sim.advance(Duration::ZERO).await;
    let message: Value = serde_json::from_str(&letter(&world).1).unwrap();
    assert_eq!(message["Event"], "trade_manage_order_settlement");
    assert!(message["estimated_settlement_time"].is_number() && message["settlement_time"].is_null());
    world.sim.advance(Duration::from_secs(2 * 86_400)).await;
    let message: Value = serde_json::from_str(&letter(&world).1).unwrap();
    assert_eq!(message["confirm_receive_method"], 1);
    assert!(message["settlement_time"].is_number() && message["estimated_settlement_time"].is_null());
}

async fn app_token(world: &World) -> String {
    let app = &world.env.merchants[0].apps[0];
    let asked = json!({"grant_type": "client_credential", "appid": app.appid, "secret": app.secret});
    let token = Request::post("/cgi-bin/stable_token").body(asked.to_string().into()).unwrap();
    world.raw(token).await.json()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_address_that_does_not_answer_the_probe_or_is_badly_set_is_refused() {
    let world = World::new();
    let good = json!({"url": "http://127.0.0.1:8080/push", "token": "pamtest"});
    assert_eq!(set(&world, &good, false).await, 409);
    for (name, wrong) in [
        ("url", json!("ftp://127.0.0.1")),
        ("token", json!("a")),
        ("token", json!("with space")),
        ("mode", json!("secure")),
        ("mode", json!("open")),
        ("encoding_aes_key", json!("short")),
        ("key", json!("unknown member")),
    ] {
        let mut settings = good.clone();
        settings[name] = wrong;
        assert_eq!(set(&world, &settings, true).await, 400, "{settings}");
    }
    assert_eq!(set(&world, &good, true).await, 204);
}

#[tokio::test(start_paused = true)]
async fn a_subscribe_message_needs_a_template_good_values_and_a_permission_each() {
    let world = World::new();
    let appid = world.env.merchants[0].apps[0].appid.clone();
    let template = json!({"template_id": "tpl-paid", "title": "支付成功", "keys": ["thing1", "amount2"]});
    assert_eq!(ask(&world, "POST", &format!("apps/{appid}/templates"), &template).await.status, 204);
    let token = app_token(&world).await;
    let send = async |body: Value| {
        let uri = format!("/cgi-bin/message/subscribe/send?access_token={token}");
        world.raw(Request::post(uri).body(body.to_string().into()).unwrap()).await.json()["errcode"].clone()
    };
    let good = json!({
        "touser": world.openid("payer-1"), "template_id": "tpl-paid", "page": "pages/order?id=1",
        "data": {"thing1": {"value": "龙井一盒"}, "amount2": {"value": "¥1.00"}},
    });
    let with = |at: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(at).unwrap() = value;
        body
    };
    assert_eq!(send(good.clone()).await, 43_101, "nobody allowed it");
    let allow = json!({"payer": "payer-1", "template_id": "tpl-paid"});
    assert_eq!(ask(&world, "POST", &format!("apps/{appid}/subscriptions"), &allow).await.status, 204);
    assert_eq!(send(with("/touser", json!("oNobody"))).await, 40_003);
    assert_eq!(send(with("/template_id", json!("tpl-other"))).await, 40_037);
    assert_eq!(send(with("/page", json!("pages/a b"))).await, 41_030);
    assert_eq!(send(with("/data/thing1/value", json!("茶".repeat(21)))).await, 47_003);
    assert_eq!(send(with("/data/amount2/value", json!(""))).await, 47_003);
    assert_eq!(send(good.clone()).await, 0);
    assert_eq!(send(good.clone()).await, 43_101, "each permission is for one");
    let arrived = ask(&world, "GET", "messages?payer=payer-1", &Value::Null).await.json();
    assert_eq!(arrived["messages"].as_array().unwrap().len(), 1);
    assert_eq!(arrived["messages"][0]["values"]["thing1"], "龙井一盒");
}
