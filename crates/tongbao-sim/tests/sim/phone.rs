//! The phone's pages: what each screen shows, what its forms do, and that nothing from outside becomes markup.

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_sim::{Acts, Mood};
use tongbao_wire::Fen;

use crate::pages::{page, posted};
use crate::people::ask;
use crate::rows::Request as Asked;
use crate::world::{World, number};

const NO: &str = "T20260301A";

/// Posts a form and gives the address it leads to.
async fn led(world: &World, path: &str, form: &str) -> String {
    let told = posted(world, path, form).await;
    assert_eq!(told.status, 303, "{path} {form}: {told:?}");
    told.header("location").to_owned()
}

/// Creates an order that anybody may pay.
async fn anybodys(world: &World, scene: &str, out_trade_no: &str) -> Value {
    let mut body = world.order(out_trade_no);
    body.as_object_mut().unwrap().remove("payer");
    if scene == "h5" {
        body["scene_info"] = json!({"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}});
    }
    let told = world.post(&format!("/v3/pay/transactions/{scene}"), &body).await;
    assert_eq!(told.status, 200, "{told:?}");
    told.json()
}

async fn state(world: &World, out_trade_no: &str) -> String {
    world.query(out_trade_no).await.json()["trade_state"].as_str().unwrap().to_owned()
}

/// The session of a cashier the phone was led to.
fn session_of(location: &str) -> String {
    let (_, session) = location.split_once("session=").unwrap_or_else(|| panic!("a cashier at {location}"));
    session.split('&').next().unwrap().to_owned()
}

async fn pays(world: &World, location: &str) -> Value {
    let session = session_of(location);
    let sheet = page(world, &format!("/cashier/sessions/{session}?embed=1")).await;
    assert!(sheet.contains(&session) && sheet.contains("通宝小店"), "{sheet}");
    world.control("/cashier/pay", &json!({"session": session, "password": "123456"})).await.json()
}

#[tokio::test(start_paused = true)]
async fn every_screen_shows_what_it_is_for_in_both_languages() {
    let world = World::new();
    world.paid(NO).await;
    world.created("T20260301B").await;
    anybodys(&world, "native", "T20260301C").await;
    for (screen, zh, en) in [
        ("", "待付", "To pay"),
        ("/scan", "眼前的二维码", "Codes in sight"),
        ("/code", "向商家付款", "Show to the merchant"),
        ("/bills", NO, "Payment"),
        ("/wallet", "9999.00", "Bank cards"),
        ("/browser?mchid=1900000001&out_trade_no=T20260301B", "立即支付", "Pay now"),
    ] {
        let joint = if screen.contains('?') { '&' } else { '?' };
        let chinese = page(&world, &format!("/phone/payer-1{screen}{joint}lang=zh")).await;
        let english = page(&world, &format!("/phone/payer-1{screen}{joint}lang=en")).await;
        assert!(chinese.contains(zh), "{screen}: {zh} in {chinese}");
        assert!(english.contains(en), "{screen}: {en} in {english}");
        for words in ["买家一", "买家二", "/inspector/books", "123456"] {
            assert!(chinese.contains(words), "{screen}: {words}");
        }
    }
    let inspector = page(&world, "/inspector").await;
    assert!(inspector.contains("href=\"/phone\""));
    let first = world.raw(Request::get("/phone").body("".into()).unwrap()).await;
    assert_eq!((first.status.as_u16(), first.header("location")), (303, "/phone/payer-1"));
    for file in ["phone.css", "phone.js"] {
        let path = format!("/phone/assets/{file}");
        assert_eq!(world.raw(Request::get(path).body("".into()).unwrap()).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_a_404_or_leads_home() {
    let world = World::new();
    for path in ["/phone/nobody", "/phone/nobody/code", "/phone/payer-1/unknown"] {
        let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
        assert_eq!(told.status, 404, "{path}");
    }
    for path in ["pay?session=gone", "transfer?package_info=none", "browser?mchid=1&out_trade_no=2"] {
        assert!(page(&world, &format!("/phone/payer-1/{path}")).await.contains("没有等着付的订单"), "{path}");
    }
    for (path, form) in [
        ("open", "mchid=1"),
        ("scan", ""),
        ("mood", "mood=merry&acts=by_hand"),
        ("mood", "mood=willing&acts=never"),
        ("purse", "act=burn"),
        ("purse", "act=top_up&amount_fen=-1"),
        ("purse", "act=top_up&amount_fen=1000000000001"),
        ("mood", "mood=pays_after&acts=ordered&seconds=999999999999"),
        ("mood", "mood=pays_after&acts=ordered&seconds=soon"),
        ("mood", "mood=wrong_password&acts=ordered&times=256"),
        ("purse", "act=card&card=XYZ_DEBIT&amount_fen=1"),
        ("purse", "act=remove&card=CMB_DEBIT"),
        ("transfer", "decision=confirm"),
        ("scan", "code_url=\u{0}\u{1}"),
    ] {
        let told = posted(&world, &format!("/phone/payer-1/{path}"), form).await;
        assert_eq!(told.status, 400, "{path} {form}");
    }
    let nobodys = posted(&world, "/phone/nobody/purse", "act=empty").await;
    assert_eq!(nobodys.status, 400);
}

#[tokio::test(start_paused = true)]
async fn foreign_names_and_origins_are_kept_from_the_phone() {
    let world = World::new();
    let request = Request::get("/phone/payer-1").header("host", "evil.example.com");
    assert_eq!(world.raw(request.body("".into()).unwrap()).await.status, 403);
    let request = Request::post("/phone/payer-1/purse").header("origin", "https://evil.example.com");
    assert_eq!(world.raw(request.body("act=empty".into()).unwrap()).await.status, 403);
    assert_eq!(world.sim.books().payers["payer-1"], Fen::new(1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_native_code_is_scanned_by_click_or_paste_and_refused_in_the_platforms_words() {
    let world = World::new();
    let code_url = anybodys(&world, "native", NO).await["code_url"].as_str().unwrap().to_owned();
    let html = page(&world, "/phone/payer-2/scan").await;
    assert!(html.contains(&code_url) && html.contains("qr-card"));
    let form = format!("code_url={}", code_url.replace(':', "%3A").replace('=', "%3D"));
    let location = led(&world, "/phone/payer-2/scan", &form).await;
    assert!(location.starts_with("/phone/payer-2/pay?session="), "{location}");
    assert_eq!(pays(&world, &location).await["result"], "ok");
    let order = world.sim.order(&world.mchid(), &number(NO)).unwrap();
    assert_eq!(order.payer.as_deref(), Some("payer-2"));
    let location = led(&world, "/phone/payer-2/scan", &form).await;
    assert!(location.starts_with("/phone/payer-2/scan?said="), "{location}");
    assert!(page(&world, &location).await.contains("该订单已支付"));
    let nonsense = led(&world, "/phone/payer-2/scan", "code_url=hello").await;
    assert!(page(&world, &nonsense).await.contains("该订单已失效"));
}

#[tokio::test(start_paused = true)]
async fn an_order_for_one_payer_is_on_their_phone_only_and_is_paid_from_it() {
    let world = World::new();
    world.created(NO).await;
    assert!(page(&world, "/phone/payer-1").await.contains("龙井一盒"));
    assert!(!page(&world, "/phone/payer-2").await.contains("龙井一盒"));
    let form = format!("mchid=1900000001&out_trade_no={NO}");
    let refused = led(&world, "/phone/payer-2/open", &form).await;
    assert!(page(&world, &refused).await.contains("下单账号与支付账号不一致"));
    let location = led(&world, "/phone/payer-1/open", &form).await;
    assert!(page(&world, &location).await.contains("iframe"));
    assert_eq!(pays(&world, &location).await["errMsg"], "requestPayment:ok");
    assert!(page(&world, "/phone/payer-1/bills").await.contains("−1.00"));
}

#[tokio::test(start_paused = true)]
async fn a_payer_decides_by_mood_when_asked_to() {
    let form = format!("mchid=1900000001&out_trade_no={NO}");
    for (mood, said, after) in [
        (Mood::Willing, "ok", "SUCCESS"),
        (Mood::Cancels, "cancel", "NOTPAY"),
        (Mood::ClosesApp, "left", "NOTPAY"),
        (Mood::NeverPays, "looks", "NOTPAY"),
        (Mood::PaysAfter { seconds: 60 }, "later", "NOTPAY"),
    ] {
        let world = World::new();
        world.sim.set_mood("payer-1", mood, Acts::ByHand);
        world.created(NO).await;
        let location = led(&world, "/phone/payer-1/decide", &form).await;
        assert_eq!(location, format!("/phone/payer-1?said={said}"), "{mood:?}");
        assert!(page(&world, &location).await.contains("class=\"toast"));
        assert_eq!(state(&world, NO).await, after, "{mood:?}");
    }
    let world = World::new();
    world.sim.set_mood("payer-1", Mood::Insufficient, Acts::ByHand);
    world.created(NO).await;
    let location = led(&world, "/phone/payer-1/decide", &form).await;
    assert!(page(&world, &location).await.contains("零钱余额不足"));
}

#[tokio::test(start_paused = true)]
async fn the_payment_code_stays_for_its_minute_and_gives_way_once_used() {
    let world = World::new();
    let shown = async || {
        let html = page(&world, "/phone/payer-1/code").await;
        let start = html.find("id=\"digits\">").unwrap() + 12;
        html[start..].split('<').next().unwrap().replace(' ', "")
    };
    let first = shown().await;
    assert_eq!(first.len(), 18);
    assert_eq!(shown().await, first, "looking again shows the same");
    world.sim.advance(Duration::from_secs(60)).await;
    let second = shown().await;
    assert_ne!(second, first);
    world.paid("T20260301B").await;
    assert!(!page(&world, "/phone/payer-1/code").await.contains("just-paid"), "paid, but not by code");
    Asked::code_pay(&world).with(|body| body["payer"]["auth_code"] = json!(second)).accepted(&world).await;
    assert_ne!(shown().await, second);
    assert!(page(&world, "/phone/payer-1/code").await.contains("just-paid"));
}

#[tokio::test(start_paused = true)]
async fn a_prompt_comes_up_by_itself_unless_the_payer_acts_alone() {
    let world = World::new();
    let dear = |body: &mut Value| body["amount"]["total"] = json!(200_000);
    Asked::code_pay(&world).with(dear).accepted(&world).await;
    let html = page(&world, "/phone/payer-1/code").await;
    assert!(html.contains(&format!("data-auto=\"{NO}\"")), "{html}");
    assert!(page(&world, "/phone/payer-1").await.contains("ticket urgent"));
    let form = format!("mchid=1900000001&out_trade_no={NO}");
    let location = led(&world, "/phone/payer-1/open", &form).await;
    assert_eq!(pays(&world, &location).await["result"], "ok");
    assert_eq!(state(&world, NO).await, "SUCCESS");
    world.sim.set_mood("payer-1", Mood::NeverPays, Acts::Invoked);
    Asked::code_pay(&world).with(|body| body["out_trade_no"] = json!("T20260301B")).accepted(&world).await;
    let html = page(&world, "/phone/payer-1/code").await;
    assert!(html.contains("class=\"asked\"") && !html.contains("data-auto"), "{html}");
}

#[tokio::test(start_paused = true)]
async fn an_h5_order_is_paid_in_the_phones_browser_and_a_real_one_goes_where_it_is_told() {
    let world = World::new();
    let url = anybodys(&world, "h5", NO).await["h5_url"].as_str().unwrap().to_owned();
    let html = page(&world, &format!("/phone/payer-2/browser?mchid=1900000001&out_trade_no={NO}")).await;
    let start = html.find("<iframe src=\"").unwrap() + 13;
    let src = html[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    assert!(src.starts_with("/cgi-bin/mmpayweb-bin/checkmweb?prepay_id="), "{src}");
    assert!(page(&world, &src).await.contains("买家二"));
    let path = url.strip_prefix("http://127.0.0.1:8090").unwrap();
    for (redirect, back) in [
        ("https%3A%2F%2Fshop.example.com%2Fdone%3Fa%3D1", "data-back=\"https://shop.example.com/done?a=1\""),
        ("javascript%3Aalert(1)", "data-embed=\"false\">"),
        (
            "https%3A%2F%2Fa%22%3E%3Cscript%3E",
            "data-embed=\"false\" data-back=\"https://a&#34;&#62;&#60;script&#62;\"",
        ),
    ] {
        let html = page(&world, &format!("{path}&redirect_url={redirect}")).await;
        assert!(html.contains(back), "{redirect}: {html}");
    }
    world.sim.advance(Duration::from_secs(300)).await;
    assert!(page(&world, path).await.contains("该订单已失效"));
}

#[tokio::test(start_paused = true)]
async fn under_the_platforms_h5_name_a_browser_gets_the_page_and_its_calls_and_nothing_else() {
    for on in [false, true] {
        let world = World::with(|settings| settings.switches.h5_url_of_platform = on);
        let url = anybodys(&world, "h5", NO).await["h5_url"].as_str().unwrap().to_owned();
        let path = url[url.find("/cgi-bin").unwrap()..].to_owned();
        let get = async |path: &str| {
            let request = Request::get(path).header("host", "wx.tenpay.com");
            world.raw(request.body("".into()).unwrap()).await.status.as_u16()
        };
        let wanted = if on { 200 } else { 403 };
        for path in [path.as_str(), "/cashier/assets/cashier.js", "/cashier/assets/cashier.css"] {
            assert_eq!(get(path).await, wanted, "{on} {path}");
        }
        for path in ["/phone/payer-1", "/inspector", "/sim/v1/env", "/cashier", "/cashier/sessions/x"] {
            assert_eq!(get(path).await, 403, "{on} {path}");
        }
        let pay = Request::post("/cashier/pay").header("host", "wx.tenpay.com");
        let told = world.raw(pay.body(r#"{"session":"x"}"#.into()).unwrap()).await;
        assert_eq!(told.status, wanted, "{on}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_is_shown_confirmed_or_left() {
    let world = World::new();
    let top_up = json!({"amount_fen": 1_000_000, "account": "OPERATION"});
    ask(&world, "POST", "merchants/1900000001/top-up", &top_up).await;
    let started = async |no: &str| {
        let body = crate::transfers::bill(&world, no);
        let told = world.post("/v3/fund-app/mch-transfer/transfer-bills", &body).await.json();
        told["package_info"].as_str().unwrap().replace('=', "%3D")
    };
    let (taken, left) = (started("P1").await, started("P2").await);
    assert!(page(&world, "/phone/payer-1").await.contains("向你转账"));
    assert!(!page(&world, "/phone/payer-2").await.contains("向你转账"));
    let html = page(&world, &format!("/phone/payer-1/transfer?package_info={taken}")).await;
    assert!(html.contains("确认收款") && html.contains("2.00") && html.contains("新会员奖励"), "{html}");
    let decide = async |package: &str, decision: &str| {
        let form = format!("package_info={package}&decision={decision}");
        led(&world, "/phone/payer-1/transfer", &form).await
    };
    assert_eq!(decide(&taken, "confirm").await, "/phone/payer-1?said=received");
    assert_eq!(decide(&left, "decline").await, "/phone/payer-1?said=declined");
    assert!(decide(&taken, "confirm").await.contains("said=%"));
    world.sim.advance(Duration::from_secs(60)).await;
    assert!(page(&world, "/phone/payer-1/bills").await.contains("+2.00"));
    assert!(!page(&world, "/phone/payer-1").await.contains("向你转账"), "the one that was left is not shown");
}

#[tokio::test(start_paused = true)]
async fn mood_money_and_cards_are_set_beside_the_phone() {
    let world = World::new();
    let set = async |path: &str, form: &str| led(&world, &format!("/phone/payer-1/{path}"), form).await;
    let me = async || ask(&world, "GET", "payers/payer-1", &Value::Null).await.json();
    let back = set("mood", "mood=pays_after&seconds=60&times=&acts=invoked&back=code").await;
    assert_eq!(back, "/phone/payer-1/code");
    let told = me().await;
    assert_eq!(
        (&told["mood"], &told["seconds"], &told["acts"]),
        (&json!("pays_after"), &json!(60), &json!("invoked"))
    );
    set("mood", "mood=wrong_password&times=3&acts=by_hand&back=https://evil.example.com").await;
    assert_eq!(me().await["times"], 3);
    set("mood", "mood=wrong_password&times=&acts=by_hand").await;
    assert!(me().await.get("times").is_none());
    assert_eq!(set("purse", "act=top_up&amount_fen=10000").await, "/phone/payer-1/wallet");
    assert_eq!(me().await["balance_fen"], 1_010_000);
    set("purse", "act=empty").await;
    set("purse", "act=card&card=ICBC_CREDIT&amount_fen=500").await;
    assert_eq!(
        (&me().await["balance_fen"], &me().await["cards_fen"]),
        (&json!(0), &json!({"ICBC_CREDIT": 500}))
    );
    assert!(page(&world, "/phone/payer-1/wallet").await.contains("工商银行信用卡0000"));
    assert!(page(&world, "/phone/payer-1/wallet?lang=en").await.contains("ICBC credit 0000"));
    set("purse", "act=remove&card=ICBC_CREDIT").await;
    set("purse", "act=bar").await;
    assert_eq!(me().await["abnormal"], true);
    assert!(page(&world, "/phone/payer-1").await.contains("账户异常"));
    set("purse", "act=unbar").await;
    assert_eq!(me().await["abnormal"], false);
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn what_merchants_and_addresses_say_is_never_markup() {
    let world = World::new();
    let mut body = world.order(NO);
    body["description"] = json!("<script>alert(1)</script>");
    assert_eq!(world.create(&body).await.status, 200);
    for path in [
        "/phone/payer-1".to_owned(),
        format!("/phone/payer-1/browser?mchid=1900000001&out_trade_no={NO}"),
        "/phone/payer-1?said=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
    ] {
        let html = page(&world, &path).await;
        assert!(!html.contains("<script>alert"), "{path}");
        assert!(html.contains("alert(1)"), "{path}: told as text");
    }
}
