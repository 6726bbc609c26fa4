//! `api.weixin.qq.com`: login codes and tokens (miniprogram.md §1.1, §1.4).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_wire::Appid;

use crate::world::World;

async fn login(world: &World, change: impl FnOnce(&mut Vec<(&'static str, String)>)) -> Value {
    let app = &world.env.merchants[0].apps[0];
    let code = world.sim.login_code(&app.appid, Some("payer-2")).unwrap();
    let mut fields = vec![
        ("appid", app.appid.to_string()),
        ("secret", app.secret.clone()),
        ("js_code", code),
        ("grant_type", "authorization_code".into()),
    ];
    change(&mut fields);
    let query: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let uri = format!("/sns/jscode2session?{}", query.join("&"));
    let told = world.raw(Request::get(uri).body("".into()).unwrap()).await;
    assert_eq!(told.status, 200, "faults are told in the body");
    told.json()
}

fn set(fields: &mut [(&'static str, String)], name: &str, value: &str) {
    let field = fields.iter_mut().find(|(field, _)| *field == name).unwrap();
    field.1 = value.into();
}

#[tokio::test(start_paused = true)]
async fn a_code_tells_the_openid_of_its_person() {
    let world = World::new();
    let told = login(&world, |_| {}).await;
    assert_eq!(told["openid"], world.openid("payer-2"));
    let openid = told["openid"].as_str().unwrap();
    assert!(openid.len() == 28 && openid.starts_with('o'), "{openid}");
    assert!(told["session_key"].as_str().unwrap().len() == 24);
}

#[tokio::test(start_paused = true)]
async fn fields_appid_and_secret_are_checked_before_the_code() {
    let world = World::new();
    for (field, errcode) in [("appid", 41002), ("secret", 41004), ("js_code", 41008), ("grant_type", 40002)] {
        let told = login(&world, |fields| fields.retain(|(name, _)| *name != field)).await;
        assert_eq!(told["errcode"], errcode, "{field}");
        assert!(told["errmsg"].as_str().unwrap().contains("rid: "));
    }
    let told = login(&world, |fields| set(fields, "appid", "wx0000")).await;
    assert_eq!(told["errcode"], 40013);
    let told = login(&world, |fields| set(fields, "secret", "wrong")).await;
    assert_eq!(told["errcode"], 40125);
    let told = login(&world, |fields| set(fields, "js_code", "invented")).await;
    assert_eq!(told["errcode"], 40029);
}

#[tokio::test(start_paused = true)]
async fn a_code_is_burnt_by_its_use_and_not_by_a_wrong_secret() {
    let world = World::new();
    let app = world.env.merchants[0].apps[0].clone();
    let code = world.sim.login_code(&app.appid, None).unwrap();
    let with = |secret: String| {
        let code = code.clone();
        login(&world, move |fields| {
            set(fields, "js_code", &code);
            set(fields, "secret", &secret);
        })
    };
    assert_eq!(with("wrong".into()).await["errcode"], 40125);
    assert_eq!(with(app.secret.clone()).await["openid"], world.openid("payer-1"));
    assert_eq!(with(app.secret.clone()).await["errcode"], 40163);
}

#[tokio::test(start_paused = true)]
async fn a_code_lives_five_minutes_and_belongs_to_its_appid() {
    let world = World::with(|settings| {
        let mut other = settings.merchants[0].apps[0].clone();
        other.appid = Appid::parse("wx00000000000000bb").unwrap();
        settings.merchants[0].apps.push(other);
    });
    let app = world.env.merchants[0].apps[0].appid.clone();
    let code = world.sim.login_code(&app, None).unwrap();
    let told = login(&world, |fields| {
        set(fields, "js_code", &code);
        set(fields, "appid", "wx00000000000000bb");
    })
    .await;
    assert_eq!(told["errcode"], 40029);
    world.sim.advance(Duration::from_secs(300)).await;
    assert_eq!(login(&world, |fields| set(fields, "js_code", &code)).await["errcode"], 40029);
}

/// A GET of `path` with these values.
async fn get(world: &World, path: &str, values: &[(&str, &str)]) -> Value {
    let query: Vec<_> = values.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    let uri = format!("{path}?{}", query.join("&"));
    world.raw(Request::get(uri).body("".into()).unwrap()).await.json()
}

fn percent(text: &str) -> String {
    text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// The token of the older call, and what came with it.
async fn plain_token(world: &World) -> Value {
    let app = &world.env.merchants[0].apps[0];
    let values =
        [("grant_type", "client_credential"), ("appid", app.appid.as_str()), ("secret", &app.secret)];
    get(world, "/cgi-bin/token", &values).await
}

/// Asks for the ticket under a token.
async fn ticket(world: &World, token: &Value) -> Value {
    let token = token["access_token"].as_str().unwrap();
    get(world, "/cgi-bin/ticket/getticket", &[("access_token", token), ("type", "jsapi")]).await
}

#[tokio::test(start_paused = true)]
async fn each_older_token_is_new_and_the_one_before_lives_five_minutes_more() {
    let world = World::new();
    let first = plain_token(&world).await;
    assert_eq!(first["expires_in"], 7200);
    let second = plain_token(&world).await;
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(ticket(&world, &first).await["errcode"], 0);
    world.sim.advance(Duration::from_secs(300)).await;
    assert_eq!(ticket(&world, &first).await["errcode"], 40001);
    assert_eq!(ticket(&world, &second).await["errcode"], 0);
    world.sim.advance(Duration::from_secs(6900)).await;
    assert_eq!(ticket(&world, &second).await["errcode"], 42001);
}

#[tokio::test(start_paused = true)]
async fn the_two_kinds_of_tokens_do_not_end_each_other() {
    let world = World::new();
    let (stable, plain) = (token(&world, false).await, plain_token(&world).await);
    world.sim.advance(Duration::from_secs(600)).await;
    plain_token(&world).await;
    world.sim.advance(Duration::from_secs(301)).await;
    assert_eq!(ticket(&world, &stable).await["errcode"], 0);
    assert_eq!(ticket(&world, &plain).await["errcode"], 40001);
    let forced = token(&world, true).await;
    assert_eq!(ticket(&world, &stable).await["errcode"], 40001, "forcing ends the one before at once");
    assert_eq!(ticket(&world, &forced).await["errcode"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_day_has_2000_older_tokens_and_clearing_the_quota_begins_anew() {
    let world = World::new();
    let mut last = plain_token(&world).await;
    for _ in 1..2000 {
        last = plain_token(&world).await;
    }
    assert_eq!(plain_token(&world).await["errcode"], 45009);
    let uri = format!("/cgi-bin/clear_quota?access_token={}", last["access_token"].as_str().unwrap());
    let body = json!({"appid": world.env.merchants[0].apps[0].appid}).to_string();
    let cleared = world.raw(Request::post(uri).body(body.into()).unwrap()).await.json();
    assert_eq!(cleared["errcode"], 0);
    assert!(plain_token(&world).await["access_token"].is_string());
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_none_are_told_apart() {
    let world = World::new();
    let asked = async |token: &str| ticket(&world, &json!({"access_token": token})).await["errcode"].clone();
    assert_eq!(asked("").await, 41001);
    assert_eq!(asked("short").await, 40014);
    assert_eq!(asked(&"a".repeat(136)).await, 40001);
}

#[tokio::test(start_paused = true)]
async fn the_ticket_stays_the_same_for_two_hours_and_has_a_kind() {
    let world = World::new();
    let first = ticket(&world, &token(&world, false).await).await;
    assert_eq!((first["ticket"].as_str().unwrap().len(), &first["expires_in"]), (86, &json!(7200)));
    world.sim.advance(Duration::from_secs(7199)).await;
    assert_eq!(ticket(&world, &token(&world, false).await).await["ticket"], first["ticket"]);
    world.sim.advance(Duration::from_secs(1)).await;
    let fresh = token(&world, false).await;
    assert_ne!(ticket(&world, &fresh).await["ticket"], first["ticket"]);
    let token = fresh["access_token"].as_str().unwrap();
    let told = get(&world, "/cgi-bin/ticket/getticket", &[("access_token", token), ("type", "card")]).await;
    assert_eq!(told["errcode"], 40097);
}

/// Values of a session call, the signature by this key.
fn proof<'a>(token: &'a Value, openid: &'a str, signature: &'a str) -> [(&'a str, &'a str); 4] {
    let token = token["access_token"].as_str().unwrap();
    [("access_token", token), ("openid", openid), ("signature", signature), ("sig_method", "hmac_sha256")]
}

fn empty_signed(key: &Value) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.as_str().unwrap().as_bytes());
    ring::hmac::sign(&key, b"").as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_session_key_is_proven_replaced_and_ended() {
    let world = World::new();
    let first = login(&world, |_| {}).await;
    let token = token(&world, false).await;
    let openid = world.openid("payer-2");
    let check = async |key: &Value| {
        let signature = empty_signed(key);
        get(&world, "/wxa/checksession", &proof(&token, &openid, &signature)).await["errcode"].clone()
    };
    assert_eq!(check(&first["session_key"]).await, 0);
    let second = login(&world, |_| {}).await;
    assert_eq!(check(&first["session_key"]).await, 87009, "a new login replaced it");
    assert_eq!(check(&second["session_key"]).await, 0);
    let signature = empty_signed(&second["session_key"]);
    let reset = get(&world, "/wxa/resetusersessionkey", &proof(&token, &openid, &signature)).await;
    assert_eq!(check(&second["session_key"]).await, 87009);
    assert_eq!(check(&reset["session_key"]).await, 0);
    let appid = &world.env.merchants[0].apps[0].appid;
    let ended =
        world.control(&format!("/sim/v1/apps/{appid}/end-session"), &json!({"payer": "payer-2"})).await;
    assert_eq!(ended.status, 204);
    assert_eq!(check(&reset["session_key"]).await, 87009);
    let stranger = get(&world, "/wxa/checksession", &proof(&token, "oNobody", &signature)).await;
    assert_eq!(stranger["errcode"], 40003);
}

#[tokio::test(start_paused = true)]
async fn a_person_logs_in_a_hundred_times_a_minute() {
    let world = World::new();
    for _ in 0..100 {
        assert!(login(&world, |_| {}).await["openid"].is_string());
    }
    assert_eq!(login(&world, |_| {}).await["errcode"], 45011);
    world.sim.advance(Duration::from_secs(60)).await;
    assert!(login(&world, |_| {}).await["openid"].is_string());
}

#[tokio::test(start_paused = true)]
async fn with_an_open_platform_account_people_have_one_unionid_everywhere() {
    let world = World::with(|settings| settings.switches.unionids = true);
    let unionid = login(&world, |_| {}).await["unionid"].clone();
    assert_eq!(unionid.as_str().unwrap().len(), 28);
    assert_ne!(unionid, world.openid("payer-2"));
    world.created("T20260301A").await;
    world.sim.pay(&crate::world::number("T20260301A"), None).await.unwrap();
    let (token, openid) = (token(&world, false).await, world.openid("payer-1"));
    let values = [
        ("access_token", token["access_token"].as_str().unwrap()),
        ("openid", &openid),
        ("mch_id", world.mchid().as_str()),
        ("out_trade_no", "T20260301A"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let ask = async || {
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        get(&world, "/wxa/getpaidunionid", &values).await
    };
    assert!(ask().await["unionid"].is_string());
    world.sim.advance(Duration::from_secs(301)).await;
    assert_eq!(ask().await["errcode"], 89300, "within five minutes of the payment");
}

#[tokio::test(start_paused = true)]
async fn a_path_it_does_not_know_is_told_in_words() {
    let world = World::new();
    for path in ["/cgi-bin/nothing", "/sns/jscode2sessio", "/wxa/sec/order/x", "/wxaapi/y"] {
        let told = world.raw(Request::post(path).body("{}".into()).unwrap()).await;
        assert_eq!((told.status.as_u16(), &told.json()["errcode"]), (200, &json!(40066)), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_method_is_told_in_words() {
    let world = World::new();
    let told = world.raw(Request::post("/cgi-bin/token").body("".into()).unwrap()).await;
    assert_eq!((told.status.as_u16(), &told.json()["errcode"]), (200, &json!(43001)));
    let told = world.raw(Request::get("/cgi-bin/stable_token").body("".into()).unwrap()).await;
    assert_eq!(told.json()["errcode"], 43002);
    assert!(world.sim.exchange(world.sim.exchanges()[0].id).unwrap().why.is_some());
}

async fn token(world: &World, force_refresh: bool) -> Value {
    let app = &world.env.merchants[0].apps[0];
    let body = json!({
        "grant_type": "client_credential", "appid": app.appid, "secret": app.secret,
        "force_refresh": force_refresh,
    });
    let request = Request::post("/cgi-bin/stable_token").body(body.to_string().into()).unwrap();
    world.raw(request).await.json()
}

#[tokio::test(start_paused = true)]
async fn the_stable_token_stays_until_five_minutes_before_its_end() {
    let world = World::new();
    let first = token(&world, false).await;
    assert_eq!(first["expires_in"], 7200);
    world.sim.advance(Duration::from_secs(6899)).await;
    let same = token(&world, false).await;
    assert_eq!((&same["access_token"], &same["expires_in"]), (&first["access_token"], &json!(301)));
    world.sim.advance(Duration::from_secs(1)).await;
    assert_ne!(token(&world, false).await["access_token"], first["access_token"]);
}

#[tokio::test(start_paused = true)]
async fn forcing_gives_a_new_token_within_limits() {
    let world = World::new();
    let first = token(&world, false).await;
    let forced = token(&world, true).await;
    assert_ne!(first["access_token"], forced["access_token"]);
    assert_eq!(token(&world, true).await["errcode"], 45011);
    for _ in 1..20 {
        world.sim.advance(Duration::from_secs(30)).await;
        assert!(token(&world, true).await["access_token"].is_string());
    }
    world.sim.advance(Duration::from_secs(30)).await;
    assert_eq!(token(&world, true).await["errcode"], 45009);
}
