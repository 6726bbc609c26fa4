//! `/sim/v1/exchanges`: the inspector for programs.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::exchange::{Direction, Exchange};
use super::stream::stream;
use super::view::{ExchangeDetail, ExchangeSummary};
use crate::Simulator;
use crate::control::{Asked, Segments};
use crate::guard::problem;

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/exchanges", get(list))
        .route("/sim/v1/exchanges/stream", get(stream))
        .route("/sim/v1/exchanges/{id}", get(one))
        .route("/sim/v1/exchanges/{id}/curl", get(curl))
}

/// Which exchanges are wanted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// At most so many.
    pub(crate) limit: Option<usize>,
    /// Older than this id.
    pub(crate) before: Option<u64>,
    /// Newer than this id.
    pub(crate) after: Option<u64>,
    /// With this text somewhere in address, headers or bodies; letter case does not count.
    #[serde(default)]
    pub(crate) q: String,
    #[serde(default)]
    pub(crate) merchant: String,
    /// `1`: only refused ones.
    #[serde(default)]
    pub(crate) refused: String,
    /// `1`: only those a fault was applied to.
    #[serde(default)]
    pub(crate) faults: String,
    /// `in` or `out`.
    #[serde(default)]
    pub(crate) direction: String,
}

impl Wanted {
    /// The exchanges that are wanted, newest first, and whether there are more.
    pub(crate) fn find(&self, simulator: &Simulator) -> (Vec<Arc<Exchange>>, bool) {
        let most = self.limit.unwrap_or(LISTED).clamp(1, LISTED_MAX);
        let words: Vec<String> = self.q.split_whitespace().take(WORDS_MAX).map(str::to_lowercase).collect();
        let all = simulator.inner.recorder.newest();
        let mut found = all.into_iter().filter(|exchange| self.fits(exchange, &words));
        let taken: Vec<_> = found.by_ref().take(most).collect();
        let more = found.next().is_some();
        (taken, more)
    }

    fn fits(&self, exchange: &Exchange, words: &[String]) -> bool {
        let direction = match exchange.direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        self.before.is_none_or(|before| exchange.id < before)
            && self.after.is_none_or(|after| exchange.id > after)
            && (self.direction.is_empty() || self.direction == direction)
            && (self.faults != "1" || exchange.fault.is_some())
            && (self.merchant.is_empty() || exchange.facts().mchid.as_deref() == Some(&self.merchant))
            && (self.refused != "1" || exchange.is_refused())
            && words.iter().all(|word| says(exchange, word))
    }
}

/// True when a word, in lower case, is somewhere in it.
fn says(exchange: &Exchange, word: &str) -> bool {
    let facts = exchange.facts();
    let named = [&facts.out_trade_no, &facts.mchid, &facts.request_id];
    let refused = facts.refusal.as_ref().map(|it| format!("{} {}", it.code, it.message));
    let notice = exchange.notice.as_ref().map(|notice| notice.id.clone());
    let call = facts.call.map(|call| call.name().to_owned());
    let status = exchange.status.map(|status| status.to_string());
    exchange.target.to_lowercase().contains(word)
        || exchange.method.to_lowercase() == word
        || status.as_deref() == Some(word)
        || named.iter().any(|name| name.as_deref().is_some_and(|name| name.to_lowercase().contains(word)))
        || [refused, notice, call].iter().flatten().any(|text| text.to_lowercase().contains(word))
        || within(&exchange.asked.body, word)
        || within(&exchange.answered.body, word)
        || exchange.asked.headers().chain(exchange.answered.headers()).any(|(_, value)| within(value, word))
}

/// Bytes that are compared without regard to the case of ASCII letters.
fn within(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

impl Simulator {
    /// The exchanges that are kept, newest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<ExchangeSummary> {
        self.inner.recorder.newest().iter().map(|exchange| exchange.summary()).collect()
    }

    /// One exchange with headers, bodies and, when it was refused, why.
    #[must_use]
    pub fn exchange(&self, id: u64) -> Option<ExchangeDetail> {
        self.inner.recorder.get(id).map(|exchange| exchange.detail(self))
    }

    /// Ends the streams of the inspector, so that a server that stops need not wait for pages that listen.
    pub fn hang_up(&self) {
        self.inner.recorder.hang_up();
    }
}

async fn list(Shared(simulator): Shared<Simulator>, Asked(wanted): Asked<Wanted>) -> Response {
    let (found, more) = wanted.find(&simulator);
    let exchanges: Vec<_> = found.iter().map(|exchange| exchange.summary()).collect();
    Json(json!({ "exchanges": exchanges, "more": more })).into_response()
}

async fn one(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    match found(&simulator, &id) {
        Some(exchange) => Json(exchange.detail(&simulator)).into_response(),
        None => unknown(),
    }
}

async fn curl(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    let Some(exchange) = found(&simulator, &id) else { return unknown() };
    let line = exchange.curl(&simulator.inner.platform.base_url);
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], line).into_response()
}

fn found(simulator: &Simulator, id: &str) -> Option<Arc<Exchange>> {
    id.parse().ok().and_then(|id| simulator.inner.recorder.get(id))
}

fn unknown() -> Response {
    let detail = "there is no exchange of this id, or it is no longer kept";
    problem(StatusCode::NOT_FOUND, "unknown_exchange", detail)
}

/// Rows of a list unless asked otherwise.
const LISTED: usize = 50;
/// Rows of a list at most: as many as are kept.
const LISTED_MAX: usize = super::recorder::EXCHANGES_MAX;
const WORDS_MAX: usize = 8;
