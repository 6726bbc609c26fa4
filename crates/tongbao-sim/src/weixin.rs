//! `api.weixin.qq.com`: login and tokens (miniprogram.md §1.1, §1.4). 200 for everything; faults are
//! `errcode`s.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Query, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_wire::{Appid, Call};

use crate::Simulator;
use crate::faults::{CallFault, Words};
use crate::login::{CodeRefused, StableToken, TokenRefused};
use crate::payer;
use crate::platform::Platform;
use crate::received::read;
use crate::settings::LOWER_HEX;

/// An `errcode` and its `errmsg`.
struct Errcode(i32, &'static str);

pub(crate) fn routes() -> Router<Simulator> {
    let on = |endpoint| move |simulator, request| serve(simulator, endpoint, request);
    Router::new()
        .route("/sns/jscode2session", get(on(Call::CodeToSession)))
        .route("/cgi-bin/stable_token", post(on(Call::StableToken)))
}

async fn serve(Shared(simulator): Shared<Simulator>, endpoint: Call, request: Request) -> Response {
    let uri = request.uri().clone();
    let call = match read(endpoint, request).await {
        Ok(call) => call,
        Err(status) => return status.into_response(),
    };
    let met = simulator.meet(&call).await;
    if let Some(answer) = met.instead() {
        return met.carry(answer).await;
    }
    let platform = &simulator.inner.platform;
    let answer = match &met.fault {
        CallFault::TooMany => told(platform, Err(FREQUENCY)),
        CallFault::Answer { executed: false, words } => told(platform, Ok(scripted(words))),
        fault => {
            let answer = met.execute(|| {
                if endpoint == Call::StableToken {
                    stable_token(&simulator, &call.body)
                } else {
                    let query = Query::<BTreeMap<String, String>>::try_from_uri(&uri);
                    code2session(&simulator, &query.map(|Query(query)| query).unwrap_or_default())
                }
            });
            match fault {
                CallFault::SystemErrorAfter => told(platform, Err(BUSY)),
                CallFault::Answer { words, .. } => told(platform, Ok(scripted(words))),
                _ => told(platform, answer),
            }
        }
    };
    met.carry(answer).await
}

/// What a fault script wants said; a code that is no number is told as -1.
fn scripted(words: &Words) -> Value {
    json!({ "errcode": words.code.parse().unwrap_or(-1), "errmsg": words.message })
}

/// Fields, appid, secret, then the code, which is burnt only when the others pass.
fn code2session(simulator: &Simulator, query: &BTreeMap<String, String>) -> Result<Value, Errcode> {
    let said = |name: &str| query.get(name).map_or("", String::as_str);
    let missing = [
        ("appid", Errcode(41002, "appid missing")),
        ("secret", Errcode(41004, "appsecret missing")),
        ("js_code", Errcode(41008, "missing code")),
    ];
    for (name, errcode) in missing {
        if said(name).is_empty() {
            return Err(errcode);
        }
    }
    if said("grant_type") != "authorization_code" {
        return Err(GRANT_TYPE);
    }
    let platform = &simulator.inner.platform;
    let appid = check_app(platform, said("appid"), said("secret"))?;
    let person = simulator
        .with_state(|state, _, now| state.codes.redeem(said("js_code"), &appid, now))
        .map_err(|refused| match refused {
            CodeRefused::Invalid => Errcode(40029, "invalid code"),
            CodeRefused::Used => Errcode(40163, "code been used"),
        })?;
    Ok(json!({
        "session_key": STANDARD.encode(platform.chance.bytes::<16>()),
        "openid": payer::openid(&appid, &person),
    }))
}

#[derive(Deserialize)]
struct TokenAsked {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

fn stable_token(simulator: &Simulator, body: &[u8]) -> Result<Value, Errcode> {
    let asked: TokenAsked = serde_json::from_slice(body).map_err(|_| Errcode(47001, "data format error"))?;
    if asked.grant_type != "client_credential" {
        return Err(GRANT_TYPE);
    }
    if asked.appid.is_empty() {
        return Err(Errcode(41002, "appid missing"));
    }
    if asked.secret.is_empty() {
        return Err(Errcode(41004, "appsecret missing"));
    }
    let appid = check_app(&simulator.inner.platform, &asked.appid, &asked.secret)?;
    let (token, left) = simulator
        .with_state(|state, platform, now| {
            if !state.tokens.contains_key(&appid) {
                state.tokens.insert(appid.clone(), StableToken::default());
            }
            let token = state.tokens.get_mut(&appid).expect("just put there");
            token.take(asked.force_refresh, now, &platform.chance)
        })
        .map_err(|refused| match refused {
            TokenRefused::TooSoon => FREQUENCY,
            TokenRefused::TooOften => Errcode(45009, "reach max api daily quota limit"),
        })?;
    Ok(json!({ "access_token": token, "expires_in": left.as_secs() }))
}

fn check_app(platform: &Platform, appid: &str, secret: &str) -> Result<Appid, Errcode> {
    let appid = Appid::parse(appid).map_err(|_| Errcode(40013, "invalid appid"))?;
    let app = platform.app(&appid).ok_or(Errcode(40013, "invalid appid"))?;
    if app.secret == secret { Ok(appid) } else { Err(Errcode(40125, "invalid appsecret")) }
}

/// `errmsg` ends in a trace; the content type is not JSON's (miniprogram.md §1.1).
fn told(platform: &Platform, answer: Result<Value, Errcode>) -> Response {
    let body = answer.unwrap_or_else(|Errcode(code, message)| {
        let trace = platform.chance.text(24, LOWER_HEX);
        let rid = format!("{}-{}-{}", &trace[..8], &trace[8..16], &trace[16..]);
        json!({ "errcode": code, "errmsg": format!("{message}, rid: {rid}") })
    });
    ([(header::CONTENT_TYPE, "text/plain")], body.to_string()).into_response()
}

const BUSY: Errcode = Errcode(-1, "system error");
const FREQUENCY: Errcode = Errcode(45011, "api minute-quota reach limit");
const GRANT_TYPE: Errcode = Errcode(40002, "invalid grant_type");
