//! The merchant's server, asked through its adapter.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use tongbao_sdk::{HttpOptions, HttpOutbound, Outbound};

use super::Failure;
use super::adapter::{Ability, Adapter, State, filled, filled_json};
use super::evidence::{Exchange, Line, Log, shown};
use crate::config::Words;

/// A server to examine.
pub(super) struct Server {
    base: String,
    adapter: Adapter,
    outbound: HttpOutbound,
    log: Arc<Log>,
}

/// What stands in the places of an adapter's `{name}`.
pub(super) type Values = BTreeMap<&'static str, String>;

/// An answer of the server.
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Said {
    pub(super) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// Status and body in one line.
    pub(super) fn in_short(&self) -> String {
        format!("HTTP {} {}", self.status.as_u16(), shown(self.body.to_string().as_bytes()))
    }
}

/// An order that was created.
pub(super) struct Placed {
    pub(super) out_trade_no: String,
    /// The argument of `wx.requestPayment`.
    pub(super) pay: Value,
}

/// Where the server says an order stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) amount_fen: Option<i64>,
    pub(super) refunded_fen: Option<i64>,
    pub(super) delivered: Option<i64>,
}

impl Standing {
    /// True when all of `amount_fen` is said to have gone back.
    pub(super) fn is_refunded(&self, amount_fen: i64) -> bool {
        self.refunded_fen.map_or(self.state == State::Refunded, |fen| fen >= amount_fen)
    }
}

impl Server {
    pub(super) fn new(base: &str, adapter: Adapter, log: Arc<Log>) -> Result<Self, Failure> {
        let options = HttpOptions { total_timeout: ANSWER_WITHIN, ..HttpOptions::default() };
        let outbound =
            HttpOutbound::new(&options).map_err(|error| Failure::System("HTTP".into(), error.into()))?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), adapter, outbound, log })
    }

    /// Where it is.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// True when something answers there, whatever it says.
    pub(super) async fn answers(&self) -> bool {
        let path = self.adapter.declare.as_ref().map_or("/", |declare| &declare.path);
        let request = Request::get(format!("{}{path}", self.base)).body(Bytes::new());
        match request {
            Ok(request) => self.outbound.call(request).await.is_ok(),
            Err(_) => false,
        }
    }

    /// What the server can be asked for.
    pub(super) async fn abilities(&self) -> Result<Vec<Ability>, Failure> {
        let described = self.adapter.described();
        let Some(declare) = &self.adapter.declare else { return Ok(described) };
        let said =
            self.ask("declare", &Method::GET, &declare.path, &BTreeMap::new(), None, &Values::new()).await;
        let said = said.map_err(|reason| self.undeclared(&reason))?;
        let words = said.body.pointer(&declare.abilities).and_then(Value::as_array);
        let words = words.filter(|_| said.is_success()).ok_or_else(|| self.undeclared(&said.in_short()))?;
        let declared = |ability: &Ability| words.iter().any(|word| word == ability.as_str());
        Ok(described.into_iter().filter(declared).collect())
    }

    fn undeclared(&self, reason: &str) -> Failure {
        Failure::Undeclared(format!("{}: {reason}", self.base))
    }

    pub(super) async fn create(&self, case: &str, values: &Values) -> Result<Result<Placed, Said>, String> {
        let create = &self.adapter.create;
        let said =
            self.ask(case, &Method::POST, &create.path, &BTreeMap::new(), Some(&create.body), values).await?;
        let number = said.body.pointer(&create.out_trade_no).and_then(Value::as_str).map(str::to_owned);
        Ok(match number.filter(|_| said.is_success()) {
            Some(out_trade_no) => {
                let pay = said.body.pointer(&create.pay).cloned().unwrap_or_default();
                Ok(Placed { out_trade_no, pay })
            }
            None => Err(said),
        })
    }

    pub(super) async fn read(&self, case: &str, values: &Values) -> Result<Standing, String> {
        let read = &self.adapter.read;
        let said = self.ask(case, &Method::GET, &read.path, &BTreeMap::new(), None, values).await?;
        let word = said.body.pointer(&read.state).and_then(Value::as_str).filter(|_| said.is_success());
        let word = word.ok_or_else(|| said.in_short())?;
        let word = read.states.get(word).map_or(word, String::as_str);
        let state = State::of(word).ok_or_else(|| format!("state `{word}`: {}", State::WORDS.join(", ")))?;
        let number = |pointer: &Option<String>| {
            pointer.as_deref().and_then(|pointer| said.body.pointer(pointer)).and_then(Value::as_i64)
        };
        Ok(Standing {
            state,
            amount_fen: number(&read.amount_fen),
            refunded_fen: number(&read.refunded_fen),
            delivered: number(&read.delivered),
        })
    }

    /// Asks for something else. `None` when the adapter does not describe it.
    pub(super) async fn act(
        &self,
        case: &str,
        ability: Ability,
        values: &Values,
    ) -> Option<Result<Said, String>> {
        let (method, path, headers, body) = match ability {
            Ability::Bill => {
                let bill = self.adapter.bill.as_ref()?;
                (&bill.method, &bill.path, BTreeMap::new(), bill.body.as_ref())
            }
            Ability::Confirm | Ability::Refund | Ability::Close => {
                let route = match ability {
                    Ability::Confirm => self.adapter.confirm.as_ref()?,
                    Ability::Refund => self.adapter.refund.as_ref()?,
                    Ability::Close | Ability::Bill => self.adapter.close.as_ref()?,
                };
                (&route.method, &route.path, route.headers.clone(), route.body.as_ref())
            }
        };
        let method = method.clone().unwrap_or(Method::POST);
        Some(self.ask(case, &method, path, &headers, body, values).await)
    }

    /// The count and sum of payments in what a bill was answered with.
    pub(super) fn bill_of(&self, said: &Said) -> Option<(i64, i64)> {
        let bill = self.adapter.bill.as_ref()?;
        let number = |pointer: &str| said.body.pointer(pointer).and_then(Value::as_i64);
        Some((number(&bill.count)?, number(&bill.total_fen)?))
    }

    /// True when requests carry what a login gave.
    pub(super) fn wants_login(&self) -> bool {
        self.adapter.login.is_some()
    }

    /// Logs in with what `wx.login` gave, and returns the token.
    pub(super) async fn login(&self, case: &str, login_code: String) -> Result<String, String> {
        let Some(login) = &self.adapter.login else { return Ok(String::new()) };
        let values = Values::from([("login_code", login_code)]);
        let said =
            self.ask(case, &Method::POST, &login.path, &BTreeMap::new(), Some(&login.body), &values).await?;
        let token = said.body.pointer(&login.token).and_then(Value::as_str).filter(|_| said.is_success());
        token.map(str::to_owned).ok_or_else(|| said.in_short())
    }

    async fn ask(
        &self,
        case: &str,
        method: &Method,
        path: &str,
        headers: &BTreeMap<String, String>,
        body: Option<&Value>,
        values: &Values,
    ) -> Result<Said, String> {
        let escaped = values.iter().map(|(name, value)| (*name, escaped(value))).collect();
        let target = filled(path, &escaped);
        let body = body.map(|body| filled_json(body, values).to_string()).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(format!("{}{target}", self.base));
        let others = self.adapter.headers.iter().filter(|(name, _)| !headers.contains_key(*name));
        for (name, value) in others.chain(headers) {
            request = request.header(name, filled(value, values));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Bytes::from(body.clone())).map_err(|error| error.to_string())?;
        let answered = self.outbound.call(request).await;
        let answer = match &answered {
            Ok(answer) => format!("{} {}", answer.status().as_u16(), shown(answer.body())),
            Err(error) => chain(error),
        };
        self.log.add(Exchange {
            line: Line::Asked,
            what: Words::new("certify 问商户服务", "certify asks the merchant's server"),
            request: format!("{method} {target}\n{}", shown(body.as_bytes())).trim_end().to_owned(),
            status: answered.as_ref().ok().map(|answer| answer.status().as_u16()),
            answer,
            about: vec![case.to_owned()],
        });
        let answer = answered.map_err(|error| chain(&error))?;
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        Ok(Said { status: answer.status(), body })
    }
}

/// A segment of a path: order numbers may have `|` and `*`.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~*".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

/// Creating an order takes a call of the platform, which clients give up to half a minute.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
