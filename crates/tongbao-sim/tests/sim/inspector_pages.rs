//! The inspector's pages: what they show, in both languages, and that nothing from outside becomes markup.

use std::time::Duration;

use http::Request;
use serde_json::json;

use crate::pages::{page, posted};
use crate::world::{Says, World};

#[tokio::test(start_paused = true)]
async fn every_page_shows_what_it_is_for_in_both_languages() {
    let world = World::new();
    world.mailbox.always(Says::Status(500));
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R20260301A", 40).await;
    world.sim.advance(Duration::from_secs(3)).await;
    world.create(&json!({})).await;
    let newest = world.sim.exchanges()[0].id;
    for (path, zh, en) in [
        ("/inspector?", "T20260301A", "Refused"),
        ("/inspector?show=refused&", "PARAM_ERROR", "PARAM_ERROR"),
        ("/inspector/rows?", "T20260301A", "TRANSACTION.SUCCESS"),
        (&format!("/inspector?sel={newest}&"), "为什么", "Why"),
        (&format!("/inspector/exchanges/{newest}?"), "为什么", "Why"),
        (&format!("/inspector/exchanges/{newest}?part=1&"), "复制为 curl", "Copy as curl"),
        ("/inspector/notifications?", "立即重发", "Resend now"),
        ("/inspector/books?", "账平", "balanced"),
        ("/inspector/orders/1900000001/T20260301A?", "支付成功", "Paid"),
        ("/inspector/clock?", "通知", "A notification is sent"),
        ("/inspector/faults?", "没有故障", "everything passes"),
    ] {
        let chinese = page(&world, &format!("{path}lang=zh")).await;
        let english = page(&world, &format!("{path}lang=en")).await;
        assert!(chinese.contains(zh), "{path}: {zh} in {chinese}");
        assert!(english.contains(en), "{path}: {en} in {english}");
    }
    for path in ["/inspector/exchanges/9999", "/inspector/exchanges/x", "/inspector/orders/1900000001/T9"] {
        let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
        assert_eq!(told.status, 404, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn faults_are_added_edited_and_cleared_and_a_mistake_is_shown_beside_what_was_written() {
    let world = World::new();
    assert_eq!(posted(&world, "/inspector/faults", "preset=bad_gateway").await.status, 303);
    assert_eq!(world.query("T20260301A").await.status, 502);
    let shown = page(&world, "/inspector/faults?lang=en").await;
    assert!(shown.contains("⚡ bad_gateway") && shown.contains("spent") && shown.contains("times = 1"));
    let script = "seed+%3D+7%0D%0A%5B%5Bfault%5D%5D%0D%0Acall+%3D+%22query%22%0D%0Ado+%3D+%22too_many%22";
    assert_eq!(posted(&world, "/inspector/faults", &format!("script={script}")).await.status, 303);
    assert_eq!(world.query("T20260301A").await.status, 429);
    let wrong = "script=%5B%5Bfault%5D%5D%0D%0Ado+%3D+%22%3Cb%3E%22";
    let wrong = posted(&world, "/inspector/faults?lang=en", wrong).await;
    let text = String::from_utf8(wrong.body.to_vec()).unwrap();
    assert_eq!(wrong.status, 400);
    assert!(text.contains("line 2: fault 1: do") && text.contains("faults.unknown_kind"));
    assert!(!text.contains("= \"<b>"), "what was written is text");
    assert_eq!(world.query("T20260301A").await.status, 429, "nothing changed");
    for form in ["preset=nothing", "x=1", ""] {
        assert_eq!(posted(&world, "/inspector/faults", form).await.status, 400, "{form}");
    }
    assert_eq!(posted(&world, "/inspector/faults", "clear=1&script=x").await.status, 303);
    assert_eq!(world.query("T20260301A").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_language_that_was_asked_for_is_remembered() {
    let world = World::new();
    let get = async |name: &'static str, value: &str, path: &str| {
        let told = world.raw(Request::get(path).header(name, value).body("".into()).unwrap()).await;
        let html = String::from_utf8(told.body.to_vec()).unwrap();
        (html.contains("<html lang=\"en\">"), told.header("set-cookie").to_owned())
    };
    assert_eq!(get("accept-language", "en-GB,en", "/inspector").await, (true, String::new()));
    assert_eq!(get("accept-language", "zh-CN", "/inspector").await, (false, String::new()));
    assert_eq!(get("cookie", "a=b; lang=en", "/inspector").await, (true, String::new()));
    let (english, cookie) = get("cookie", "lang=zh", "/inspector?lang=en").await;
    assert!(english && cookie.starts_with("lang=en; Path=/"), "{cookie}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_from_outside_never_becomes_markup() {
    let world = World::new();
    let evil = "<script>alert(1)</script>\"'&";
    let mut order = world.order("T20260301A");
    order["description"] = evil.into();
    order["attach"] = evil.into();
    world.create(&order).await;
    let target = "/v3/%3Cscript%3Ealert(1)%3C/script%3E?x=%22%3E%3Cimg";
    let mut draft = world.draft("GET", target, "");
    draft.headers.push(("x-evil", evil.into()));
    draft.authorization = Some(evil.into());
    world.send(draft).await;
    let mut draft = world.draft("POST", "/v3/pay/transactions/jsapi", evil);
    draft.signed_body = Some(format!("{evil}{evil}"));
    world.send(draft).await;
    let mut paths = vec![
        "/inspector".to_owned(),
        "/inspector?q=%3Cscript%3Ealert(1)&show=%22%3E%3Cscript%3E".into(),
        "/inspector/books".into(),
        "/inspector/books?q=%22%3E%3Cscript%3E&merchant=%3Cscript%3E".into(),
        "/inspector/notifications?q=%3Cscript%3E".into(),
        "/inspector/orders/1900000001/T20260301A".into(),
    ];
    paths.extend(world.sim.exchanges().iter().map(|one| format!("/inspector/exchanges/{}", one.id)));
    for path in paths {
        let html =
            page(&world, &path).await.replace("<script src=\"/inspector/assets/inspector.js\" defer>", "");
        assert!(!html.contains("<script") && !html.contains("<img src=x"), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn forms_move_the_clock_and_send_again_and_lead_back() {
    let world = World::new();
    world.mailbox.always(Says::Status(500));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let before = world.sim.now();
    let told = posted(&world, "/inspector/clock", "advance_seconds=7200").await;
    assert_eq!((told.status.as_u16(), told.header("location")), (303, "/inspector/clock"));
    assert!(world.sim.now().since(before) >= Duration::from_secs(7200));
    for wrong in ["", "advance_seconds=", "advance_seconds=-1", "advance_seconds=99999999999"] {
        assert_eq!(posted(&world, "/inspector/clock", wrong).await.status, 400, "{wrong}");
    }
    let notice = world.sim.notifications().remove(0);
    let path = format!("/inspector/notifications/{}/resend", notice.id);
    for (from, leads) in [
        ("http://127.0.0.1:8090/inspector/exchanges/1", "/inspector/exchanges/1"),
        ("http://127.0.0.1:8090/inspector?q=x", "/inspector?q=x"),
        ("https://example.com/inspectorx", "/inspector/notifications"),
        ("//evil.example", "/inspector/notifications"),
    ] {
        let request = Request::post(&path).header("referer", from).body("".into()).unwrap();
        let told = world.raw(request).await;
        assert_eq!((told.status.as_u16(), told.header("location")), (303, leads), "{from}");
    }
    assert_eq!(world.sim.notifications()[0].attempts.len(), notice.attempts.len() + 4);
    assert_eq!(posted(&world, "/inspector/notifications/none/resend", "").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn pages_of_other_origins_and_hosts_can_do_nothing_here() {
    let world = World::new();
    for (path, name, value) in
        [("/inspector/clock", "origin", "https://evil.example"), ("/inspector/clock", "host", "evil.example")]
    {
        let request = Request::post(path).header(name, value).body("advance_seconds=60".into()).unwrap();
        assert_eq!(world.raw(request).await.status, 403, "{name}");
    }
    let request = Request::get("/inspector").header("host", "evil.example").body("".into()).unwrap();
    assert_eq!(world.raw(request).await.status, 403);
    assert_eq!(world.sim.ahead(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_clock_page_shows_and_sets_the_pace() {
    let world = World::new();
    assert_eq!(posted(&world, "/inspector/clock", "pace=x60").await.status, 303);
    let page = page(&world, "/inspector/clock?lang=en").await;
    assert!(page.contains(r#"value="x60" aria-pressed="true""#) && page.contains("<em>×60</em>"), "{page}");
    assert_eq!(posted(&world, "/inspector/clock", "pace=backwards").await.status, 400);
}
