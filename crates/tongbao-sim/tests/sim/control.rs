//! The control API, and who may use it.

use http::Request;
use serde_json::{Value, json};

use crate::world::{Says, Told, World};

async fn call(world: &World, method: &str, path: &str, body: Option<Value>) -> Told {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8090");
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    world.raw(request.body(body.into()).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn a_script_pays_cancels_moves_the_clock_and_reads_everything() {
    let world = World::new();
    world.created("T20260301A").await;
    let listed = call(&world, "GET", "/sim/v1/orders", None).await.json();
    assert_eq!(listed["orders"][0]["trade_state"], "NOTPAY");
    let cancelled = call(&world, "POST", "/sim/v1/orders/T20260301A/cancel", None).await.json();
    assert_eq!(cancelled["events"][2]["kind"], "cashier_cancelled");
    let paid = call(&world, "POST", "/sim/v1/orders/T20260301A/pay", Some(json!({"payer": "payer-1"}))).await;
    assert_eq!(paid.json()["trade_state"], "SUCCESS");
    assert_eq!(paid.json()["total"], "1.00");
    let clock = call(&world, "POST", "/sim/v1/clock", Some(json!({"advance_seconds": 7200}))).await.json();
    assert_eq!((&clock["ahead_seconds"], &clock["now"]), (&json!(7200), &json!("2026-03-01T12:00:00+08:00")));
    assert_eq!(clock["transport_now"], "2026-03-01T10:00:00+08:00");
    let sent = call(&world, "GET", "/sim/v1/notifications?out_trade_no=T20260301A", None).await.json();
    assert_eq!(sent["notifications"][0]["delivered"], true);
    let id = sent["notifications"][0]["id"].as_str().unwrap();
    let resent = call(&world, "POST", &format!("/sim/v1/notifications/{id}/resend"), None).await.json();
    assert_eq!(resent["attempts"].as_array().unwrap().len(), 2);
    let one = call(&world, "GET", "/sim/v1/orders/T20260301A", None).await.json();
    assert_eq!(one["out_trade_no"], "T20260301A");
    assert_eq!(call(&world, "GET", "/sim/v1/health", None).await.json()["status"], "ok");
    assert_eq!(call(&world, "GET", "/sim/v1/books", None).await.json()["payers_fen"]["payer-1"], 999_900);
}

#[tokio::test(start_paused = true)]
async fn refusals_carry_a_stable_code_and_a_sentence() {
    let world = World::new();
    world.paid("T20260301A").await;
    for (method, path, body, status, code) in [
        ("POST", "/sim/v1/orders/T20260301A/pay", None, 409, "paid"),
        ("POST", "/sim/v1/orders/T20260301Z/pay", None, 404, "unknown_order"),
        ("POST", "/sim/v1/orders/x/pay", None, 404, "unknown_order"),
        ("GET", "/sim/v1/orders/T20260301Z", None, 404, "unknown_order"),
        ("POST", "/sim/v1/orders/T20260301A/pay", Some(json!([])), 400, "bad_request"),
        ("POST", "/sim/v1/clock", Some(json!({"advance_seconds": -1})), 400, "bad_request"),
        ("POST", "/sim/v1/clock", Some(json!({"advance_seconds": 999_999_999_999_u64})), 400, "bad_request"),
        ("POST", "/sim/v1/notifications/none/resend", None, 404, "unknown_notification"),
        ("POST", "/sim/v1/login-codes", Some(json!({"appid": "wx1"})), 404, "unknown_appid"),
        (
            "POST",
            "/sim/v1/payers",
            Some(json!({"id": "p", "balance_fen": 1, "password": "12"})),
            400,
            "bad_request",
        ),
        (
            "POST",
            "/sim/v1/merchants/1900000001/withdraw",
            Some(json!({"amount_fen": 1_000_000})),
            409,
            "not_enough",
        ),
        (
            "POST",
            "/sim/v1/orders/T20260301A/refunds/R1/outcome",
            Some(json!({"status": "CLOSED"})),
            404,
            "unknown_refund",
        ),
    ] {
        let told = call(&world, method, path, body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{path}");
        assert!(!told.json()["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn refund_outcomes_are_decided_by_hand() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 40).await;
    let path = "/sim/v1/orders/T20260301A/refunds/R1/outcome";
    let told = call(&world, "POST", path, Some(json!({"status": "ABNORMAL"}))).await;
    assert_eq!(told.json()["status"], "ABNORMAL");
    let told = call(&world, "POST", path, Some(json!({"status": "PROCESSING"}))).await;
    assert_eq!((told.status.as_u16(), told.code().as_str()), (409, "refund_decided"));
}

#[tokio::test(start_paused = true)]
async fn payers_are_added_and_can_order() {
    let world = World::new();
    let added = json!({"id": "payer-3", "name": "买家三", "balance_fen": 50, "password": "654321"});
    let told = call(&world, "POST", "/sim/v1/payers", Some(added)).await.json();
    assert_eq!((&told["balance"], &told["attempts_left"]), (&json!("0.50"), &json!(5)));
    let listed = call(&world, "GET", "/sim/v1/payers", None).await.json();
    assert_eq!(listed["payers"].as_array().unwrap().len(), 3);
    let mut body = world.order("T20260301A");
    body["payer"]["openid"] = told["openids"]["wx00000000000000aa"].clone();
    assert_eq!(world.create(&body).await.status, 200);
    let told = call(&world, "POST", "/sim/v1/orders/T20260301A/pay", None).await;
    assert_eq!(told.code(), "insufficient");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn foreign_host_names_are_refused() {
    let world = World::new();
    for (host, allowed) in [
        ("127.0.0.1:8090", true),
        ("localhost:8090", true),
        ("sim.localhost", true),
        ("[::1]:8090", true),
        ("evil.example.com", false),
        ("127.0.0.1.evil.example.com", false),
        ("", false),
    ] {
        for path in ["/sim/v1/health", "/cashier", "/sim/v1/env"] {
            let told = world.raw(Request::get(path).header("host", host).body("".into()).unwrap()).await;
            assert_eq!(told.status == 200, allowed, "{host} {path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_foreign_origins_cannot_drive_it_but_may_log_in_and_pay() {
    let world = World::new();
    let post = |path: &'static str, origin: &'static str, body: &'static str| {
        let request = Request::post(path).header("origin", origin).body(body.into()).unwrap();
        world.raw(request)
    };
    let clock = r#"{"advance_seconds":0}"#;
    let told = post("/sim/v1/clock", "https://evil.example.com", clock).await;
    assert_eq!((told.status.as_u16(), told.code().as_str()), (403, "foreign_origin"));
    let told = post("/sim/v1/clock", "http://localhost:5173", clock).await;
    assert_eq!(
        (told.status.as_u16(), told.header("access-control-allow-origin")),
        (200, "http://localhost:5173")
    );
    let login = r#"{"appid":"wx00000000000000aa"}"#;
    let told = post("/sim/v1/login-codes", "https://shop.example.com", login).await;
    assert_eq!((told.status.as_u16(), told.header("access-control-allow-origin")), (200, "*"));
    let preflight = Request::options("/sim/v1/login-codes").header("origin", "https://shop.example.com");
    let told = world.raw(preflight.body("".into()).unwrap()).await;
    assert_eq!((told.status.as_u16(), told.header("access-control-allow-headers")), (204, "Content-Type"));
    let read =
        Request::get("/sim/v1/env").header("origin", "https://evil.example.com").body("".into()).unwrap();
    assert_eq!(
        world.raw(read).await.header("access-control-allow-origin"),
        "",
        "the browser keeps it from the page"
    );
}

#[tokio::test(start_paused = true)]
async fn the_env_file_names_files_only_their_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::with(|settings| settings.key_mode = tongbao_sim::KeyMode::Both);
    let folder = std::env::temp_dir().join(format!("tongbao sim env {}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("wxpay.env");
    world.sim.write_env(&file).unwrap();
    world.sim.write_env(&file).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}="))).unwrap_or_default();
        line.trim_matches('\'').to_owned()
    };
    assert_eq!(value("WXPAY_BASE_URL"), "http://127.0.0.1:8090");
    assert_eq!(
        (value("MCHID").as_str(), value("OPENID").as_str()),
        ("1900000001", world.openid("payer-1").as_str())
    );
    assert_eq!((value("APIV3_KEY").len(), value("APIV2_KEY").len(), value("APP_SECRET").len()), (32, 32, 32));
    assert!(value("PLATFORM_PUBLIC_KEY_ID").starts_with("PUB_KEY_ID_"));
    assert_eq!(value("MCH_SERIAL"), world.env.merchants[0].serial_no);
    for (key, begins) in [
        ("MCH_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----"),
        ("MCH_CERT", "-----BEGIN CERTIFICATE-----"),
        ("PLATFORM_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----"),
        ("PLATFORM_CERT", "-----BEGIN CERTIFICATE-----"),
    ] {
        let path = value(key);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(begins), "{key}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{key}");
    }
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(start_paused = true)]
async fn paths_nobody_serves_answer_an_empty_404_whatever_name_the_caller_used() {
    let world = World::new();
    for path in ["/v3/pay/transactions/qr", "/v3/unknown", "/", "/sim/v1/unknown"] {
        for host in ["api.mch.weixin.qq.com", "simulator:8900", "127.0.0.1:8090"] {
            let request = Request::post(path).header("host", host).header("origin", "https://shop.example");
            let told = world.raw(request.body("{}".into()).unwrap()).await;
            assert_eq!((told.status.as_u16(), told.body.len()), (404, 0), "{host} {path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_none_and_two_names_are_nobodys() {
    let world = World::new();
    for hosts in
        [&["[::1"][..], &["127.0.0.1", "127.0.0.1"], &["127.0.0.1/x"], &[""], &["a b"], &["evil.example"]]
    {
        let mut request = Request::get("/sim/v1/health");
        for host in hosts {
            request = request.header("host", *host);
        }
        let told = world.raw(request.body("".into()).unwrap()).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (403, "foreign_host"), "{hosts:?}");
    }
    for host in ["127.0.0.1", "LOCALHOST:1", "[::1]:80", "a.localhost"] {
        let request = Request::get("/sim/v1/health").header("host", host);
        assert_eq!(world.raw(request.body("".into()).unwrap()).await.status, 200, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused_with_a_code_and_a_sentence() {
    let world = World::new();
    let long = Some(json!({ "payer": "x".repeat(70_000) }));
    for (method, path, body, status, code) in [
        ("GET", "/sim/v1/orders?limit=x", None, 400, "bad_request"),
        ("GET", "/sim/v1/orders/%FF", None, 400, "bad_request"),
        ("GET", "/sim/v1/orders/T20260301A?mchid=!!", None, 400, "bad_request"),
        ("POST", "/sim/v1/orders/%FF/pay", None, 400, "bad_request"),
        ("POST", "/sim/v1/orders/T20260301A/pay", Some(json!({"payr": "payer-1"})), 400, "bad_request"),
        ("POST", "/sim/v1/login-codes", Some(json!({"appid": "wx1", "payr": "x"})), 400, "bad_request"),
        (
            "POST",
            "/sim/v1/payers/payer-1/mood",
            Some(json!({"mood": "wrong_password", "tmes": 2, "acts": "by_hand"})),
            400,
            "bad_request",
        ),
        (
            "POST",
            "/sim/v1/payment-codes",
            Some(json!({"payer": "payer-1", "ask_pasword": true})),
            400,
            "bad_request",
        ),
        ("POST", "/sim/v1/keys", Some(json!({"public_key_permille": 1001})), 400, "bad_request"),
        ("POST", "/sim/v1/orders/T20260301A/pay", long, 413, "too_large"),
    ] {
        let told = call(&world, method, path, body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{path}");
        assert!(!told.json()["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_moves_by_what_was_asked_however_long_the_merchant_takes_to_answer() {
    let world = World::new();
    world.mailbox.always(Says::After(std::time::Duration::from_secs(4)));
    world.paid("T20260301A").await;
    let clock = call(&world, "POST", "/sim/v1/clock", Some(json!({"advance_seconds": 7200}))).await.json();
    assert_eq!(clock["ahead_seconds"], 7200);
    let clock = call(&world, "POST", "/sim/v1/clock", Some(json!({"advance_seconds": 60}))).await.json();
    assert_eq!(clock["ahead_seconds"], 7260);
}

#[tokio::test(start_paused = true)]
async fn the_env_file_names_the_platform_keys_of_its_mode_and_no_others() {
    use tongbao_sim::KeyMode;
    let certificate = ["PLATFORM_CERT", "PLATFORM_CERT_SERIAL"];
    let public = ["PLATFORM_PUBLIC_KEY", "PLATFORM_PUBLIC_KEY_ID"];
    for (mode, word) in
        [(KeyMode::Certificate, "certificate"), (KeyMode::PublicKey, "public-key"), (KeyMode::Both, "both")]
    {
        let world = World::with(|settings| settings.key_mode = mode);
        let folder = std::env::temp_dir().join(format!("tongbao-sim-{word}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("wxpay.env");
        world.sim.write_env(&file).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let has = |key: &&str| text.lines().any(|line| line.starts_with(&format!("{key}=")));
        assert_eq!(certificate.iter().all(has), mode != KeyMode::PublicKey, "{word}");
        assert_eq!(certificate.iter().any(has), mode != KeyMode::PublicKey, "{word}");
        assert_eq!(public.iter().all(has), mode != KeyMode::Certificate, "{word}");
        assert_eq!(public.iter().any(has), mode != KeyMode::Certificate, "{word}");
        if let Some(platform) = &world.env.platform_certificate {
            assert!(text.contains(&format!("PLATFORM_CERT_SERIAL={}\n", platform.serial_no)), "{word}");
        }
    }
}
