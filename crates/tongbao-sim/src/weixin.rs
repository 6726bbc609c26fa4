//! `api.weixin.qq.com`: login, tokens, pages of official accounts, shipping, messages (miniprogram.md §1, §4, §5).
//! 200 for everything; faults are `errcode`s.

mod asked;
mod message;
mod oauth;
mod session;
mod shipping;
mod token;

use std::borrow::Cow;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{Method, header};
use serde_json::{Value, json};
use tongbao_wire::Call;

use crate::Simulator;
use crate::faults::{CallFault, Words};
use crate::platform::Platform;
use crate::received::read;
use crate::settings::LOWER_HEX;

use asked::Asked;
pub(crate) use message::{Messages, Template};
pub(crate) use oauth::WebGrants;
pub(crate) use session::LoginCodes;
pub use session::LoginRefused;
pub(crate) use token::AccessTokens;

/// An `errcode` and its `errmsg`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Errcode(i64, Cow<'static, str>);

impl Errcode {
    const fn new(code: i64, message: &'static str) -> Self {
        Self(code, Cow::Borrowed(message))
    }
}

/// What answers a call: no waiting.
type Handler = fn(&Simulator, &Asked) -> Result<Value, Errcode>;

/// A call and what answers it.
type Handled = (Call, Handler);

const HANDLED: &[&[Handled]] = &[session::CALLS, token::CALLS, oauth::CALLS, shipping::CALLS, message::CALLS];

/// Addresses that are no row of the table of calls.
const BESIDE: &[&[(&str, &str, Handler)]] = &[token::BESIDE, oauth::BESIDE];

pub(crate) fn routes() -> Router<Simulator> {
    let of_table = HANDLED.iter().copied().flatten();
    let of_table = of_table.map(|(call, handler)| (*call, call.method(), call.path(), *handler));
    let beside = BESIDE.iter().copied().flatten();
    let beside = beside.map(|(method, path, handler)| (Call::Untyped, *method, *path, *handler));
    let mut router = oauth::pages();
    for (call, method, path, handler) in of_table.chain(beside) {
        let method: Method = method.parse().expect("a method");
        let answered =
            move |simulator, request| serve(simulator, call, Some(method.clone()), handler, request);
        router = router.route(path, any(answered));
    }
    for path in UNKNOWN {
        let answered =
            |simulator, request| serve(simulator, Call::Untyped, None, |_, _| Err(INVALID_URL), request);
        router = router.route(path, any(answered));
    }
    router
}

/// Where nothing but `api.weixin.qq.com` has calls; what it does not know there it says, with 200.
const UNKNOWN: &[&str] = &["/cgi-bin/{*rest}", "/sns/{*rest}", "/wxa/{*rest}", "/wxaapi/{*rest}"];

async fn serve(
    Shared(simulator): Shared<Simulator>,
    endpoint: Call,
    method: Option<Method>,
    handler: Handler,
    request: Request,
) -> Response {
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
            let answer = met
                .execute(async || match &method {
                    Some(method) if call.method != *method => {
                        Err(if method == Method::GET { REQUIRES_GET } else { REQUIRES_POST })
                    }
                    _ => handler(&simulator, &Asked::new(&uri, call.body.clone())),
                })
                .await;
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

/// `errmsg` ends in a trace; the content type is not JSON's (miniprogram.md §1.1).
fn told(platform: &Platform, answer: Result<Value, Errcode>) -> Response {
    let body = answer.unwrap_or_else(|Errcode(code, message)| {
        let trace = platform.chance.text(24, LOWER_HEX);
        let rid = format!("{}-{}-{}", &trace[..8], &trace[8..16], &trace[16..]);
        json!({ "errcode": code, "errmsg": format!("{message}, rid: {rid}") })
    });
    ([(header::CONTENT_TYPE, "text/plain")], body.to_string()).into_response()
}

/// What calls without an answer of their own say.
fn ok() -> Value {
    json!({ "errcode": 0, "errmsg": "ok" })
}

const BUSY: Errcode = Errcode::new(-1, "system error");
const FREQUENCY: Errcode = Errcode::new(45_011, "api minute-quota reach limit");
const GRANT_TYPE: Errcode = Errcode::new(40_002, "invalid grant_type");
const INVALID_OPENID: Errcode = Errcode::new(40_003, "invalid openid");
const FORMAT: Errcode = Errcode::new(47_001, "data format error");
/// Recalled, not in the dossier: what it says of a path it has no call at.
const INVALID_URL: Errcode = Errcode::new(40_066, "invalid url");
/// Recalled, not in the dossier: the platform's two words for a wrong method.
const REQUIRES_GET: Errcode = Errcode::new(43_001, "require GET method");
const REQUIRES_POST: Errcode = Errcode::new(43_002, "require POST method");
