//! Pages of official accounts that ask who opened them (miniprogram.md §1.5).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};

use crate::world::{Told, World};

/// The page with these values beside the usual ones.
async fn page(world: &World, change: impl FnOnce(&mut Vec<(&'static str, String)>)) -> Told {
    let mut values = vec![
        ("appid", world.env.merchants[0].apps[1].appid.to_string()),
        ("redirect_uri", "http%3A%2F%2Fshop.example.com%2Fpay%3Fid%3D1".to_owned()),
        ("response_type", "code".to_owned()),
        ("scope", "snsapi_base".to_owned()),
        ("state", "s1".to_owned()),
    ];
    change(&mut values);
    let query: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let uri = format!("/connect/oauth2/authorize?{}", query.join("&"));
    world.raw(Request::get(uri).header("host", "open.weixin.qq.com").body("".into()).unwrap()).await
}

fn set(values: &mut [(&'static str, String)], name: &str, value: &str) {
    values.iter_mut().find(|(known, _)| *known == name).unwrap().1 = value.into();
}

/// The code of a page that sent its visitor back.
fn code(told: &Told) -> String {
    let to = told.header("location");
    let query = to.strip_prefix("http://shop.example.com/pay?id=1&code=").expect(to);
    query.strip_suffix("&state=s1").expect(to).to_owned()
}

async fn get(world: &World, path: &str, values: &[(&str, &str)]) -> Value {
    let query: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let uri = format!("{path}?{}", query.join("&"));
    world.raw(Request::get(uri).body("".into()).unwrap()).await.json()
}

async fn exchange(world: &World, code: &str) -> Value {
    let app = &world.env.merchants[0].apps[1];
    let values = [
        ("appid", app.appid.as_str()),
        ("secret", &app.secret),
        ("code", code),
        ("grant_type", "authorization_code"),
    ];
    get(world, "/sns/oauth2/access_token", &values).await
}

fn openid(world: &World, payer: &str) -> String {
    let openids = &world.env.merchants[0].apps[1].openids;
    openids.iter().find(|(id, _)| id == payer).unwrap().1.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_silent_page_leads_back_with_a_code_for_one_use_within_five_minutes() {
    let world = World::new();
    let told = page(&world, |values| values.push(("payer", "payer-2".into()))).await;
    assert_eq!(told.status, 302);
    let code = code(&told);
    let granted = exchange(&world, &code).await;
    assert_eq!(
        (&granted["openid"], &granted["scope"]),
        (&openid(&world, "payer-2").into(), &"snsapi_base".into())
    );
    assert_eq!(granted["expires_in"], 7200);
    assert_eq!(exchange(&world, &code).await["errcode"], 40163);
    assert_eq!(exchange(&world, "invented").await["errcode"], 40029);
    let late = self::code(&page(&world, |_| {}).await);
    world.sim.advance(Duration::from_secs(300)).await;
    assert_eq!(exchange(&world, &late).await["errcode"], 42003);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_wants_to_know_more_asks_first() {
    let world = World::new();
    let asking = page(&world, |values| set(values, "scope", "snsapi_userinfo")).await;
    assert_eq!(asking.status, 200);
    let html = String::from_utf8(asking.body.to_vec()).unwrap();
    assert!(html.contains("买家二") && html.contains("通宝小店") && !html.contains("<script"), "{html}");
    let answered = async |allow: &str| {
        page(&world, |values| {
            set(values, "scope", "snsapi_userinfo");
            values.push(("payer", "payer-2".into()));
            values.push(("allow", allow.to_owned()));
        })
        .await
    };
    assert_eq!(answered("no").await.header("location"), "http://shop.example.com/pay?id=1&state=s1");
    let granted = exchange(&world, &code(&answered("yes").await)).await;
    let (token, who) = (granted["access_token"].as_str().unwrap(), openid(&world, "payer-2"));
    let info = get(&world, "/sns/userinfo", &[("access_token", token), ("openid", &who)]).await;
    assert_eq!((&info["nickname"], &info["openid"]), (&"买家二".into(), &json!(who)));
    assert_eq!(get(&world, "/sns/auth", &[("access_token", token), ("openid", &who)]).await["errcode"], 0);
    let other = openid(&world, "payer-1");
    let told = get(&world, "/sns/auth", &[("access_token", token), ("openid", &other)]).await;
    assert_eq!(told["errcode"], 40003);
}

#[tokio::test(start_paused = true)]
async fn a_silent_grant_knows_nobodys_name() {
    let world = World::new();
    let granted = exchange(&world, &code(&page(&world, |_| {}).await)).await;
    let (token, who) = (granted["access_token"].as_str().unwrap(), openid(&world, "payer-1"));
    let told = get(&world, "/sns/userinfo", &[("access_token", token), ("openid", &who)]).await;
    assert_eq!(told["errcode"], 48001);
}

#[tokio::test(start_paused = true)]
async fn a_grant_is_refreshed_for_thirty_days() {
    let world = World::new();
    let appid = world.env.merchants[0].apps[1].appid.to_string();
    let granted = exchange(&world, &code(&page(&world, |_| {}).await)).await;
    let refresh = granted["refresh_token"].as_str().unwrap().to_owned();
    let ask = async |refresh: &str| {
        let values = [("appid", appid.as_str()), ("grant_type", "refresh_token"), ("refresh_token", refresh)];
        get(&world, "/sns/oauth2/refresh_token", &values).await
    };
    world.sim.advance(Duration::from_secs(7200)).await;
    let (token, who) = (granted["access_token"].as_str().unwrap(), openid(&world, "payer-1"));
    let told = get(&world, "/sns/auth", &[("access_token", token), ("openid", &who)]).await;
    assert_eq!(told["errcode"], 42001);
    let again = ask(&refresh).await;
    assert_eq!((&again["refresh_token"], &again["openid"]), (&json!(refresh), &json!(who)));
    assert_eq!(ask("invented").await["errcode"], 40030);
    world.sim.advance(Duration::from_secs(30 * 86_400)).await;
    assert_eq!(ask(&refresh).await["errcode"], 42002);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_page_is_shown_on_it() {
    let world = World::with(|settings| settings.switches.pages_in_wechat_only = false);
    let appid = &world.env.merchants[0].apps[1].appid;
    let set_domain = json!({"domain": "shop.example.com"});
    assert_eq!(world.control(&format!("/sim/v1/apps/{appid}/web-domain"), &set_domain).await.status, 200);
    for (name, value, sentence) in [
        ("redirect_uri", "http%3A%2F%2Fpay.shop.example.com", "错误码10003"),
        ("redirect_uri", "shop.example.com", "错误码10003"),
        ("redirect_uri", "javascript%3Aalert(1)", "错误码10003"),
        ("appid", "wx00000000000000ff", "错误码10013"),
        ("scope", "snsapi_all", "错误码10005"),
        ("response_type", "token", "response_type"),
        ("state", &"s".repeat(129), "state 参数过长"),
    ] {
        let told = page(&world, |values| set(values, name, value)).await;
        let html = String::from_utf8(told.body.to_vec()).unwrap();
        assert!(told.status == 200 && html.contains(sentence), "{name}={value}: {html}");
    }
    assert_eq!(page(&world, |_| {}).await.status, 302);
}

#[tokio::test(start_paused = true)]
async fn a_state_comes_back_as_it_was_or_is_letters_and_digits_by_switch() {
    let world = World::with(|settings| settings.switches.pages_in_wechat_only = false);
    for (sent, back) in [
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("a_b.c%7E", "a_b.c~"),
        ("YWJjZA%3D%3D", "YWJjZA=="),
        ("https%3A%2F%2Fshop.example.com%2F%3Fa%3D1%26b", "https://shop.example.com/?a=1&b"),
        ("%0D%0AX%3A+1%22%3C", "%0D%0AX:%201%22%3C"),
        ("%E4%B9%B0", "%E4%B9%B0"),
    ] {
        let told = page(&world, |values| set(values, "state", sent)).await;
        assert_eq!(told.status, 302, "{sent}");
        assert!(told.header("location").ends_with(&format!("&state={back}")), "{}", told.header("location"));
    }
    let world = World::with(|settings| {
        settings.switches.pages_in_wechat_only = false;
        settings.switches.web_state_alphanumeric = true;
    });
    let told = page(&world, |values| set(values, "state", "a-b")).await;
    assert!(String::from_utf8(told.body.to_vec()).unwrap().contains("state 参数错误"));
}

#[tokio::test(start_paused = true)]
async fn pages_open_in_wechat_only_when_so_switched() {
    let world = World::with(|settings| settings.switches.pages_in_wechat_only = true);
    let html = String::from_utf8(page(&world, |_| {}).await.body.to_vec()).unwrap();
    assert!(html.contains("请在微信客户端打开链接"));
}
