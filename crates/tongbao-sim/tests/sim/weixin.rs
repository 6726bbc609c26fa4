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
