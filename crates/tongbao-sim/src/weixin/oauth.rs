//! Pages of official accounts (网页授权): who opened them (miniprogram.md §1.5).

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Appid, Call, Timestamp};

use super::asked::Asked;
use super::{Errcode, GRANT_TYPE, Handled, Handler, INVALID_OPENID, ok};
use crate::settings::LETTERS;
use crate::shelf::{Recent, Shelf, shelves};
use crate::why::percent;
use crate::{Simulator, payer};

pub(super) const CALLS: &[Handled] = &[(Call::OauthToken, exchange)];

pub(super) const BESIDE: &[(&str, &str, Handler)] = &[
    ("GET", "/sns/oauth2/refresh_token", refresh),
    ("GET", "/sns/userinfo", userinfo),
    ("GET", "/sns/auth", check),
];

/// The page that asks, at `open.weixin.qq.com`.
pub(super) fn pages() -> Router<Simulator> {
    Router::new().route(AUTHORIZE, get(authorize)).route(STYLE, get(style))
}

/// Codes of pages and what they were exchanged for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WebGrants {
    codes: Recent<WebCode>,
    grants: Recent<WebGrant>,
    /// The grant behind a refresh token.
    refreshes: Recent<String>,
    /// 网页授权域名: without one, every domain is taken.
    pub(crate) domains: Shelf<Appid, String>,
}

shelves! {
    WebGrants {
        "web_codes" => codes.rows,
        "web_code_order" => codes.order,
        "web_grants" => grants.rows,
        "web_grant_order" => grants.order,
        "web_refreshes" => refreshes.rows,
        "web_refresh_order" => refreshes.order,
        "web_domains" => domains,
    }
}

/// How much a page may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Scope {
    Base,
    Userinfo,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "snsapi_base",
            Self::Userinfo => "snsapi_userinfo",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct WebCode {
    appid: Appid,
    payer: String,
    scope: Scope,
    expires_at: Timestamp,
    used: bool,
}

/// What a page's access token stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct WebGrant {
    appid: Appid,
    payer: String,
    scope: Scope,
    expires_at: Timestamp,
    refresh_token: String,
    refresh_until: Timestamp,
}

impl WebGrants {
    fn redeem(&mut self, code: &str, appid: &Appid, now: Timestamp) -> Result<(String, Scope), Errcode> {
        let invalid = || Errcode::new(40_029, "invalid code");
        let found = self.codes.get_mut(code).filter(|found| found.appid == *appid).ok_or_else(invalid)?;
        if now >= found.expires_at {
            return Err(Errcode::new(42_003, "oauth_code expired"));
        }
        if std::mem::replace(&mut found.used, true) {
            return Err(Errcode::new(40_163, "code been used"));
        }
        Ok((found.payer.clone(), found.scope))
    }

    /// Gives a token, under a refresh token that there is or a new one.
    fn grant(&mut self, mut grant: WebGrant, now: Timestamp, chance: &Chance) -> (String, WebGrant) {
        let token = chance.text(TOKEN_CHARACTERS, LETTERS);
        grant.expires_at = now.plus(TOKEN_LIVES);
        self.refreshes.insert(grant.refresh_token.clone(), token.clone(), GRANTS_MAX);
        self.grants.insert(token.clone(), grant.clone(), GRANTS_MAX);
        (token, grant)
    }
}

fn exchange(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app_by_secret(simulator)?;
    let code = asked.must("code", Errcode::new(41_008, "missing code"))?;
    if asked.said("grant_type") != "authorization_code" {
        return Err(GRANT_TYPE);
    }
    simulator.with_state(|state, platform, now| {
        let (person, scope) = state.web.redeem(code, &appid, now)?;
        let grant = WebGrant {
            appid: appid.clone(),
            payer: person.clone(),
            scope,
            expires_at: now,
            refresh_token: platform.chance.text(TOKEN_CHARACTERS, LETTERS),
            refresh_until: now.plus(REFRESH_LIVES),
        };
        let (token, grant) = state.web.grant(grant, now, &platform.chance);
        let mut told = granted(&token, &grant);
        if platform.switches.unionids {
            told["unionid"] = payer::unionid(&person).into();
        }
        Ok(told)
    })
}

fn refresh(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.must("appid", Errcode::new(41_002, "appid missing"))?;
    let said = asked.must("refresh_token", Errcode::new(41_003, "missing refresh_token"))?;
    if asked.said("grant_type") != "refresh_token" {
        return Err(GRANT_TYPE);
    }
    simulator.with_state(|state, platform, now| {
        let token = state.web.refreshes.get(said);
        let grant = token.and_then(|token| state.web.grants.get(&token));
        let grant = grant.filter(|grant| grant.appid.as_str() == appid);
        let grant = grant.ok_or(Errcode::new(40_030, "invalid refresh_token"))?;
        if now >= grant.refresh_until {
            return Err(Errcode::new(42_002, "refresh_token expired"));
        }
        let (token, grant) = state.web.grant((*grant).clone(), now, &platform.chance);
        Ok(granted(&token, &grant))
    })
}

fn granted(token: &str, grant: &WebGrant) -> Value {
    json!({
        "access_token": token,
        "expires_in": TOKEN_LIVES.as_secs(),
        "refresh_token": grant.refresh_token,
        "openid": payer::openid(&grant.appid, &grant.payer),
        "scope": grant.scope.as_str(),
    })
}

/// The grant of the token and openid of the query.
fn held(simulator: &Simulator, asked: &Asked) -> Result<WebGrant, Errcode> {
    let token = asked.must("access_token", Errcode::new(41_001, "access_token missing"))?;
    let openid = asked.openid()?;
    let grant = simulator.with_state(|state, _, now| {
        let grant = state.web.grants.get(token);
        let grant =
            grant.ok_or(Errcode::new(40_001, "invalid credential, access_token is invalid or not latest"))?;
        if now >= grant.expires_at {
            return Err(Errcode::new(42_001, "access_token expired"));
        }
        Ok((*grant).clone())
    })?;
    if payer::openid(&grant.appid, &grant.payer) == openid { Ok(grant) } else { Err(INVALID_OPENID) }
}

fn check(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    held(simulator, asked)?;
    Ok(ok())
}

fn userinfo(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let grant = held(simulator, asked)?;
    if grant.scope != Scope::Userinfo {
        return Err(Errcode::new(48_001, "api unauthorized"));
    }
    let person = simulator.with_state(|state, _, _| state.payers.get(&grant.payer)).ok_or(INVALID_OPENID)?;
    let mut told = json!({
        "openid": asked.said("openid"),
        "nickname": person.name,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    });
    if simulator.inner.platform.switches.unionids {
        told["unionid"] = payer::unionid(&grant.payer).into();
    }
    Ok(told)
}

/// What the page's address says, and our own: who looks at it, and what they answered.
#[derive(Default, Deserialize)]
struct PageAsked {
    #[serde(default)]
    appid: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    /// The person whose phone this is.
    #[serde(default)]
    payer: Option<String>,
    /// `yes` or `no`, once the page has asked.
    #[serde(default)]
    allow: Option<String>,
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AskPage {
    merchant: String,
    asked: PageAsked,
    /// Ids and names.
    people: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "authorize_fault.html")]
struct FaultPage {
    sentence: &'static str,
}

async fn authorize(
    Shared(simulator): Shared<Simulator>,
    headers: HeaderMap,
    asked: Result<Query<PageAsked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    match admitted(&simulator, &headers, asked) {
        Ok(response) => response,
        Err(sentence) => shown(&FaultPage { sentence }),
    }
}

/// The checks of the page, in order, and what it does then.
fn admitted(simulator: &Simulator, headers: &HeaderMap, asked: PageAsked) -> Result<Response, &'static str> {
    let platform = &simulator.inner.platform;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    if platform.switches.pages_in_wechat_only && !agent.contains("MicroMessenger") {
        return Err("请在微信客户端打开链接");
    }
    let appid = Appid::parse(&asked.appid).ok().filter(|appid| platform.app(appid).is_some());
    let appid = appid.ok_or("AppID 参数错误，错误码10013")?;
    let scope = match asked.scope.as_str() {
        "snsapi_base" => Scope::Base,
        "snsapi_userinfo" => Scope::Userinfo,
        _ => return Err("Scope 参数错误或没有 Scope 权限，错误码10005"),
    };
    if asked.response_type != "code" {
        return Err("response_type 参数错误");
    }
    let target: http::Uri = asked.redirect_uri.parse().map_err(|_| WRONG_DOMAIN)?;
    let plain = matches!(target.scheme_str(), Some("http" | "https"));
    let host = target.host().filter(|_| plain).ok_or(WRONG_DOMAIN)?;
    let domain = simulator.with_state(|state, _, _| state.web.domains.get(&appid));
    if domain.is_some_and(|domain| !domain.eq_ignore_ascii_case(host)) {
        return Err(WRONG_DOMAIN);
    }
    let plain_state = asked.state.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if asked.state.len() > STATE_BYTES {
        return Err("state 参数过长");
    }
    if platform.switches.web_state_alphanumeric && !plain_state {
        return Err("state 参数错误");
    }
    let people: Vec<(String, String)> = simulator.with_state(|state, _, _| {
        state.payers.iter().map(|(id, person)| (id, person.name.clone())).collect()
    });
    let named = asked.payer.clone().filter(|id| people.iter().any(|(known, _)| known == id));
    let person = match (scope, asked.allow.as_deref()) {
        // Silent: nobody is asked.
        (Scope::Base, _) => named.unwrap_or_else(|| platform.first_payer.clone()),
        (Scope::Userinfo, Some("yes")) => named.unwrap_or_else(|| platform.first_payer.clone()),
        (Scope::Userinfo, Some(_)) => return Ok(back(&asked, None)),
        (Scope::Userinfo, None) => {
            let owner = platform
                .merchants()
                .into_iter()
                .find(|merchant| merchant.settings.apps.iter().any(|app| app.appid == appid));
            let merchant = owner.map_or_else(String::new, |owner| owner.settings.name.clone());
            return Ok(shown(&AskPage { merchant, asked, people }));
        }
    };
    let code = simulator.with_state(|state, platform, now| {
        let code = format!("0{}", platform.chance.text(31, LETTERS));
        let row = WebCode { appid, payer: person, scope, expires_at: now.plus(CODE_LIVES), used: false };
        state.web.codes.insert(code.clone(), row, CODES_MAX);
        code
    });
    Ok(back(&asked, Some(&code)))
}

/// To where the account wants it, with the code or without.
fn back(asked: &PageAsked, code: Option<&str>) -> Response {
    let (address, fragment) = match asked.redirect_uri.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (asked.redirect_uri.as_str(), String::new()),
    };
    let joint = if address.contains('?') { '&' } else { '?' };
    let code = code.map_or_else(String::new, |code| format!("code={code}&"));
    let to = format!("{address}{joint}{code}state={}{fragment}", undecorated(&asked.state));
    match to.parse::<http::HeaderValue>() {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(_) => shown(&FaultPage { sentence: WRONG_DOMAIN }),
    }
}

/// A state comes back as it was, an `&` and an `=` too; encoded is only what no address can hold.
fn undecorated(state: &str) -> String {
    let holds = |char: char| char.is_ascii_graphic() && !matches!(char, '"' | '<' | '>');
    let encoded = |char: char| {
        if holds(char) { char.to_string() } else { percent::encode(char.encode_utf8(&mut [0; 4])) }
    };
    state.chars().map(encoded).collect()
}

/// Under the page's own host: what the inspector serves answers under loopback names only.
async fn style() -> Response {
    let css = include_str!("../../assets/authorize.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}

fn shown(page: &impl Template) -> Response {
    let html = page.render().expect("a page of ours renders");
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action *; base-uri 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, html).into_response()
}

const AUTHORIZE: &str = "/connect/oauth2/authorize";
const STYLE: &str = "/connect/oauth2/authorize.css";
const WRONG_DOMAIN: &str = "redirect_uri域名与后台配置不一致，错误码10003";
const STATE_BYTES: usize = 128;
const TOKEN_CHARACTERS: usize = 110;
const CODE_LIVES: Duration = Duration::from_secs(300);
const CODES_MAX: u64 = 10_000;
const TOKEN_LIVES: Duration = Duration::from_secs(7200);
/// Thirty days \[R\].
const REFRESH_LIVES: Duration = Duration::from_secs(30 * 86_400);
const GRANTS_MAX: u64 = 10_000;
