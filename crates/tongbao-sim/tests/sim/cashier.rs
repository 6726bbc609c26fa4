//! The cashier's checks one by one (miniprogram.md §2.10, v3.md §2.7), and what the payer does there.

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_sim::EventKind;
use tongbao_wire::Fen;

use crate::world::{Told, World, number};

/// The invocation of one order; a test changes what it is about.
struct Invocation {
    fields: Vec<(&'static str, String)>,
}

impl Invocation {
    fn new(world: &World, prepay_id: &str) -> Self {
        let appid = world.env.merchants[0].apps[0].appid.to_string();
        Self::of(world, &appid, world.base.now().seconds(), prepay_id)
    }

    fn of(world: &World, appid: &str, timestamp: i64, prepay_id: &str) -> Self {
        let package = format!("prepay_id={prepay_id}");
        let sign = world.sign(&format!("{appid}\n{timestamp}\nNONCE\n{package}\n"));
        let fields = vec![
            ("appid", appid.to_owned()),
            ("timeStamp", timestamp.to_string()),
            ("nonceStr", "NONCE".into()),
            ("package", package),
            ("signType", "RSA".into()),
            ("paySign", sign),
        ];
        Self { fields }
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(field, _)| *field != name);
        self.fields.push((name, value.into()));
        self
    }

    async fn open(&self, world: &World) -> Told {
        let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let query: Vec<String> =
            self.fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        world.raw(Request::get(format!("/cashier?{}", query.join("&"))).body("".into()).unwrap()).await
    }

    async fn refused(&self, world: &World, text: &str) {
        let told = self.open(world).await;
        let html = String::from_utf8(told.body.to_vec()).unwrap();
        assert!(html.contains(text), "expected {text} in {html}");
        assert!(!html.contains("data-session"), "no sheet is shown");
    }

    /// Opens the sheet and gives its session.
    async fn session(&self, world: &World) -> String {
        let told = self.open(world).await;
        let html = String::from_utf8(told.body.to_vec()).unwrap();
        let start = html.find("data-session=\"").unwrap_or_else(|| panic!("a sheet in {html}"));
        html[start + 14..].split('"').next().unwrap().to_owned()
    }
}

async fn post(world: &World, path: &str, body: Value) -> Value {
    let request = Request::post(path).header("content-type", "application/json");
    let told = world.raw(request.body(body.to_string().into()).unwrap()).await;
    assert_eq!(told.status, 200);
    told.json()
}

async fn opened(world: &World) -> String {
    let prepay_id = world.created("T20260301A").await;
    Invocation::new(world, &prepay_id).session(world).await
}

#[tokio::test(start_paused = true)]
async fn a_missing_field_is_named_first() {
    let world = World::new();
    for (field, shown) in [
        ("appid", "appId"),
        ("timeStamp", "timeStamp"),
        ("nonceStr", "nonceStr"),
        ("package", "package"),
        ("signType", "signType"),
        ("paySign", "paySign"),
    ] {
        let invocation = Invocation::new(&world, "wx1").set(field, "");
        invocation.refused(&world, &format!("JSAPI缺少参数 {shown}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_signature_comes_before_an_unknown_prepay_id() {
    let world = World::new();
    let text = "支付验证签名失败";
    Invocation::new(&world, "wx1").set("paySign", "AAAA").refused(&world, text).await;
    Invocation::new(&world, "wx1").set("signType", "MD5").refused(&world, text).await;
    Invocation::new(&world, "wx1").set("nonceStr", "OTHER").refused(&world, text).await;
    let stale = world.base.now().seconds() - 7201;
    Invocation::of(&world, "wx00000000000000aa", stale, "wx1").refused(&world, text).await;
    Invocation::new(&world, "wx1").refused(&world, "该订单已失效").await;
}

#[tokio::test(start_paused = true)]
async fn a_prepay_id_without_its_prefix_opens_nothing() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let (appid, now) = ("wx00000000000000aa", world.base.now().seconds());
    let sign = world.sign(&format!("{appid}\n{now}\nNONCE\n{prepay_id}\n"));
    let bare = Invocation::new(&world, &prepay_id).set("package", &prepay_id).set("paySign", &sign);
    bare.refused(&world, "该订单已失效").await;
}

#[tokio::test(start_paused = true)]
async fn a_prepay_id_lives_two_hours() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    world.sim.advance(Duration::from_secs(7199)).await;
    Invocation::new(&world, &prepay_id).session(&world).await;
    world.sim.advance(Duration::from_secs(1)).await;
    Invocation::new(&world, &prepay_id).refused(&world, "该订单已失效").await;
}

#[tokio::test(start_paused = true)]
async fn the_older_prepay_id_stays_usable_unless_switched_off() {
    for usable in [true, false] {
        let world = World::with(|settings| settings.switches.older_prepay_usable = usable);
        let older = world.created("T20260301A").await;
        world.created("T20260301A").await;
        let invocation = Invocation::new(&world, &older);
        if usable {
            invocation.session(&world).await;
        } else {
            invocation.refused(&world, "该订单已失效").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_scene_is_refused() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    Invocation::new(&world, &prepay_id).set("scene", "native").refused(&world, "支付场景非法").await;
}

#[tokio::test(start_paused = true)]
async fn another_appid_than_the_orders_is_refused_even_when_signed() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let other = Invocation::of(&world, "wx00000000000000bb", world.base.now().seconds(), &prepay_id);
    other.refused(&world, "商户传入的appid参数不正确").await;
}

#[tokio::test(start_paused = true)]
async fn another_person_than_the_orders_is_refused() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    Invocation::new(&world, &prepay_id)
        .set("payer", "payer-2")
        .refused(&world, "下单账号与支付账号不一致")
        .await;
    Invocation::new(&world, &prepay_id).set("payer", "nobody").refused(&world, "没有这个付款人").await;
}

#[tokio::test(start_paused = true)]
async fn a_paid_or_closed_order_is_refused() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
    Invocation::new(&world, &prepay_id).refused(&world, "该订单已支付").await;
    let prepay_id = world.created("T20260301B").await;
    world.close("T20260301B").await;
    Invocation::new(&world, &prepay_id).refused(&world, "该订单已关闭").await;
}

#[tokio::test(start_paused = true)]
async fn the_sheet_shows_merchant_amount_description_and_balance() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let told = Invocation::new(&world, &prepay_id).open(&world).await;
    let html = String::from_utf8(told.body.to_vec()).unwrap();
    for text in ["通宝小店", "1.00", "龙井一盒", "10000.00"] {
        assert!(html.contains(text), "{text}");
    }
    let mut body = world.order("T20260301B");
    body["description"] = json!("<script>alert(1)</script>");
    let prepay_id = world.create(&body).await.json()["prepay_id"].as_str().unwrap().to_owned();
    let told = Invocation::new(&world, &prepay_id).open(&world).await;
    assert!(!String::from_utf8(told.body.to_vec()).unwrap().contains("<script>alert"));
}

#[tokio::test(start_paused = true)]
async fn the_right_password_pays_and_only_once() {
    let world = World::new();
    let session = opened(&world).await;
    let told = post(&world, "/cashier/pay", json!({"session": session, "password": "123456"})).await;
    assert_eq!((&told["result"], &told["errMsg"]), (&json!("ok"), &json!("requestPayment:ok")));
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "SUCCESS");
    let again = post(&world, "/cashier/pay", json!({"session": session, "password": "123456"})).await;
    assert_eq!(again["result"], "refused");
    assert_eq!(world.sim.books().merchants[&world.mchid()].payments, 1);
}

#[tokio::test(start_paused = true)]
async fn wrong_passwords_are_counted_and_lock_the_payer_for_a_while() {
    let world = World::new();
    let session = opened(&world).await;
    let wrong = json!({"session": session, "password": "000000"});
    for left in [4, 3, 2, 1] {
        let told = post(&world, "/cashier/pay", wrong.clone()).await;
        assert_eq!((&told["result"], &told["attempts_left"]), (&json!("wrong_password"), &json!(left)));
        assert!(told.get("errMsg").is_none(), "the sheet stays open");
    }
    let right = json!({"session": session, "password": "123456"});
    for body in [wrong, right.clone()] {
        let told = post(&world, "/cashier/pay", body).await;
        assert_eq!((&told["result"], &told["attempts_left"]), (&json!("refused"), &json!(0)));
        assert!(told["errMsg"].as_str().unwrap().starts_with("requestPayment:fail "));
    }
    world.sim.advance(Duration::from_secs(600)).await;
    assert_eq!(post(&world, "/cashier/pay", right).await["result"], "ok");
}

#[tokio::test(start_paused = true)]
async fn too_little_money_is_told_and_the_order_stays_payable() {
    let world = World::with(|settings| settings.payers[0].balance = Fen::new(99));
    let session = opened(&world).await;
    let told = post(&world, "/cashier/pay", json!({"session": session, "password": "123456"})).await;
    assert_eq!((&told["result"], &told["message"]), (&json!("insufficient"), &json!("零钱余额不足")));
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "NOTPAY");
    assert_eq!(world.sim.notifications().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn cancelling_leaves_the_order_payable_and_is_remembered() {
    let world = World::new();
    let session = opened(&world).await;
    let told = post(&world, "/cashier/cancel", json!({"session": session})).await;
    assert_eq!(told["errMsg"], "requestPayment:fail cancel");
    let order = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap();
    let kinds: Vec<_> = order.events.iter().map(|event| event.kind).collect();
    let expected =
        [EventKind::Created, EventKind::PrepayIssued, EventKind::CashierOpened, EventKind::CashierCancelled];
    assert_eq!(kinds, expected);
    assert!(world.sim.pay(&number("T20260301A"), None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_order_closed_while_the_sheet_is_open_is_not_paid() {
    let world = World::new();
    let session = opened(&world).await;
    world.close("T20260301A").await;
    let told = post(&world, "/cashier/pay", json!({"session": session, "password": "123456"})).await;
    assert_eq!(told["result"], "refused");
    assert!(told["errMsg"].as_str().unwrap().contains("该订单已关闭"));
    assert_eq!(world.sim.books().payers["payer-1"], Fen::new(1_000_000));
}

#[tokio::test(start_paused = true)]
async fn two_sheets_of_one_order_are_paid_once() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let first = Invocation::new(&world, &prepay_id).session(&world).await;
    let second = Invocation::new(&world, &prepay_id).session(&world).await;
    assert_eq!(
        post(&world, "/cashier/pay", json!({"session": first, "password": "123456"})).await["result"],
        "ok"
    );
    let told = post(&world, "/cashier/pay", json!({"session": second, "password": "123456"})).await;
    assert_eq!(told["errMsg"], "requestPayment:fail 该订单已支付");
}

#[tokio::test(start_paused = true)]
async fn the_page_speaks_english_when_asked_and_loads_its_own_files() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let told = Invocation::new(&world, &prepay_id).set("lang", "en").open(&world).await;
    assert!(String::from_utf8(told.body.to_vec()).unwrap().contains("lang=\"en\""));
    for file in ["cashier.css", "cashier.js"] {
        let path = format!("/cashier/assets/{file}");
        assert_eq!(world.raw(Request::get(path).body("".into()).unwrap()).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instalment_choice_may_follow_the_prepay_id() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    let chosen = format!("{prepay_id}&subsidy_period_type=PERIOD&selected_installment_number=3");
    Invocation::new(&world, &chosen).session(&world).await;
}
