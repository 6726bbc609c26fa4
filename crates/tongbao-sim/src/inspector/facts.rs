//! What an exchange is about: found when somebody looks, and remembered.

use serde_json::Value;
use tongbao_wire::{Call, Face};

use super::exchange::{Direction, End, Exchange};
use super::flat_xml;
use crate::why::header;

/// What can be read from the bytes of an exchange.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) call: Option<Call>,
    pub(crate) mchid: Option<String>,
    pub(crate) out_trade_no: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) refusal: Option<Refusal>,
}

/// How it was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The platform's word, such as `SIGN_ERROR` or `40029`; empty where there is none.
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Exchange {
    /// What it is about.
    pub(crate) fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| Facts::of(self))
    }

    /// True when the client, or the platform, did not get what it asked for.
    pub(crate) fn is_refused(&self) -> bool {
        self.facts().refusal.is_some()
    }
}

impl Facts {
    fn of(exchange: &Exchange) -> Self {
        let request_id = |message: &super::exchange::Message| message.header("request-id").map(str::to_owned);
        match (&exchange.notice, exchange.direction) {
            (Some(notice), _) => Self {
                call: None,
                mchid: Some(notice.mchid.to_string()),
                out_trade_no: notice.out_trade_no.as_ref().map(ToString::to_string),
                request_id: request_id(&exchange.asked),
                refusal: undelivered(exchange),
            },
            (None, Direction::Out | Direction::In) => {
                let call = call_of(&exchange.method, exchange.path());
                Self {
                    call,
                    mchid: mchid(exchange, call),
                    out_trade_no: out_trade_no(exchange, call),
                    request_id: request_id(&exchange.answered),
                    refusal: refusal(exchange, call),
                }
            }
        }
    }
}

/// The call a path belongs to.
pub(crate) fn call_of(method: &str, path: &str) -> Option<Call> {
    let pieces: Vec<&str> = path.split('/').collect();
    let fits = |call: &&Call| {
        let mut known = call.path().split('/');
        let mut pieces = pieces.iter();
        let same = known
            .by_ref()
            .zip(pieces.by_ref())
            .all(|(known, piece)| known.starts_with('{') || known == *piece);
        same && call.path().split('/').count() == piece_count(path) && call.method() == method
    };
    // A path that is spelled out comes before one with something to fill in.
    let mut found: Vec<&Call> = Call::ALL.iter().filter(fits).collect();
    found.sort_by_key(|call| call.path().matches('{').count());
    found.first().map(|call| **call)
}

fn piece_count(path: &str) -> usize {
    path.split('/').count()
}

fn is_xml(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn mchid(exchange: &Exchange, call: Option<Call>) -> Option<String> {
    if let Some(authorization) = exchange.asked.header("authorization") {
        let (fields, _) = header::read(Some(authorization));
        return Some(fields.mchid).filter(|mchid| !mchid.is_empty()).map(bounded);
    }
    let is_v2 = call.is_some_and(|call| call.face() == Face::V2) || is_xml(&exchange.asked.body);
    if is_v2 {
        return flat_xml::value(&exchange.asked.body, "mch_id")
            .or_else(|| flat_xml::value(&exchange.asked.body, "mchid"))
            .map(|mchid| bounded(&mchid));
    }
    None
}

fn out_trade_no(exchange: &Exchange, call: Option<Call>) -> Option<String> {
    let path = call.map_or("", Call::path);
    let named = path.split('/').zip(exchange.path().split('/'));
    if let Some((_, number)) = named.into_iter().find(|(known, _)| *known == "{out_trade_no}") {
        return Some(bounded(number));
    }
    let body = &exchange.asked.body;
    if is_xml(body) {
        return flat_xml::value(body, "out_trade_no").map(|number| bounded(&number));
    }
    // Cheap first: most bodies have none.
    if !contains(body, b"out_trade_no") {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    value.get("out_trade_no").and_then(Value::as_str).map(bounded)
}

fn refusal(exchange: &Exchange, call: Option<Call>) -> Option<Refusal> {
    if let Some(told) = &exchange.cashier_refused {
        let message = told.strip_prefix("requestPayment:fail ").unwrap_or(told);
        return Some(Refusal { code: String::new(), message: message.to_owned() });
    }
    let answer = &exchange.answered.body;
    match exchange.status {
        None => Some(unanswered(exchange)),
        Some(status) if status >= 400 => {
            Some(told(answer).unwrap_or_else(|| Refusal { code: String::new(), message: canonical(status) }))
        }
        Some(_) if exchange.end == End::Broken => Some(unanswered(exchange)),
        Some(_) if is_xml(answer) => v2_refusal(answer),
        Some(_) if is_weixin(exchange, call) => weixin_refusal(answer),
        Some(_) => None,
    }
}

/// True at `api.weixin.qq.com`, its addresses without a row in the table of calls among them.
pub(super) fn is_weixin(exchange: &Exchange, call: Option<Call>) -> bool {
    let beside = ["/cgi-bin/", "/sns/"].iter().any(|start| exchange.path().starts_with(start));
    call.map_or(beside, |call| call.face() == Face::Weixin)
}

/// `code` and `message` of v3.
fn told(answer: &[u8]) -> Option<Refusal> {
    let value: Value = serde_json::from_slice(answer).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(bounded);
    Some(Refusal { code: text("code")?, message: text("message").unwrap_or_default() })
}

fn weixin_refusal(answer: &[u8]) -> Option<Refusal> {
    if !contains(answer, b"errcode") {
        return None;
    }
    let value: Value = serde_json::from_slice(answer).ok()?;
    let errcode = value.get("errcode").and_then(Value::as_i64).filter(|code| *code != 0)?;
    let message = value.get("errmsg").and_then(Value::as_str).map(bounded).unwrap_or_default();
    Some(Refusal { code: errcode.to_string(), message })
}

fn v2_refusal(answer: &[u8]) -> Option<Refusal> {
    let value = |name: &str| flat_xml::value(answer, name).unwrap_or_default();
    if value("return_code") == "FAIL" {
        return Some(Refusal { code: "FAIL".into(), message: bounded(&value("return_msg")) });
    }
    let failed = value("result_code") == "FAIL";
    failed.then(|| Refusal { code: bounded(&value("err_code")), message: bounded(&value("err_code_des")) })
}

fn undelivered(exchange: &Exchange) -> Option<Refusal> {
    // v2 wants the words as well (v2.md §4.1).
    let words = || flat_xml::value(&exchange.answered.body, "return_code").as_deref() == Some("SUCCESS");
    match exchange.status {
        Some(200) if is_xml(&exchange.asked.body) && !words() => {
            Some(Refusal { code: String::new(), message: WITHOUT_WORDS.into() })
        }
        Some(200 | 204) => None,
        Some(status) => Some(Refusal { code: String::new(), message: canonical(status) }),
        None => Some(unanswered(exchange)),
    }
}

fn unanswered(exchange: &Exchange) -> Refusal {
    let message = match &exchange.end {
        End::NoAnswer(reason) => reason.clone(),
        End::Left => "the client went away before the answer".into(),
        End::Whole | End::Broken => "the answer never left".into(),
    };
    Refusal { code: String::new(), message }
}

fn canonical(status: u16) -> String {
    let named = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", named.unwrap_or_default()).trim_end().to_owned()
}

fn contains(body: &[u8], piece: &[u8]) -> bool {
    body.windows(piece.len()).any(|window| window == piece)
}

/// Whatever came is cut before it is kept twice.
fn bounded(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

const TEXT_CHARS_MAX: usize = 256;
const WITHOUT_WORDS: &str = "the answer lacks return_code SUCCESS";

#[cfg(test)]
mod tests {
    use super::call_of;

    #[test]
    fn a_path_belongs_to_the_call_that_spells_it_out() {
        let name = |method, path| call_of(method, path).map(tongbao_wire::Call::name);
        assert_eq!(name("POST", "/v3/pay/transactions/jsapi"), Some("jsapi_prepay"));
        assert_eq!(name("GET", "/v3/pay/transactions/out-trade-no/T1"), Some("query"));
        assert_eq!(name("POST", "/v3/pay/transactions/out-trade-no/T1/close"), Some("close"));
        assert_eq!(name("GET", "/v3/pay/transactions/jsapi"), None);
        assert_eq!(name("GET", "/nowhere"), None);
    }
}
