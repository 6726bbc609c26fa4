//! One exchange.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;

use super::compare::{Line, compare};
use super::exchanges::{parted, status, tone, took};
use super::frame::{Frame, split};
use super::pretty::{Piece, pretty};
use super::{html, missing};
use crate::Simulator;
use crate::control::{Asked, Segments};
use crate::inspector::exchange::{Direction, Exchange};
use crate::inspector::view::{BodyView, MessageView, masked};
use crate::why::{Said, Why};

#[derive(Template)]
#[template(path = "inspector/exchange.html")]
struct Page<'a> {
    f: &'a Frame,
    d: Detail,
}

#[derive(Template)]
#[template(path = "inspector/detail.html")]
struct Part<'a> {
    f: &'a Frame,
    d: Detail,
}

/// What the detail's template knows as `d`.
pub(super) struct Detail {
    pub(super) id: u64,
    pub(super) day: String,
    pub(super) time: String,
    pub(super) took: String,
    pub(super) out: bool,
    pub(super) method: String,
    pub(super) head: String,
    pub(super) tail: String,
    pub(super) query: String,
    pub(super) status: String,
    pub(super) tone: &'static str,
    pub(super) mchid: String,
    pub(super) out_trade_no: String,
    pub(super) request_id: String,
    pub(super) fault: String,
    pub(super) notification: String,
    pub(super) event_type: String,
    pub(super) broke_off: String,
    pub(super) why: Option<Why>,
    pub(super) lines: Vec<Line>,
    /// The request, then the answer.
    pub(super) messages: [Shown; 2],
    pub(super) unsealed: Vec<(String, Vec<Piece>)>,
    pub(super) curl: String,
    pub(super) previous: u64,
    pub(super) next: u64,
}

/// A message as shown.
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) length: usize,
    pub(super) cut: bool,
    pub(super) kept: usize,
    pub(super) pieces: Vec<Piece>,
    /// The body as it came, where that looks different.
    pub(super) raw: String,
    /// Bytes that are no text, in Base64.
    pub(super) base64: String,
}

#[derive(Deserialize)]
pub(super) struct Query {
    /// `1`: without the frame, for the script.
    #[serde(default)]
    part: String,
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments(id): Segments<String>,
    Asked(asked): Asked<Query>,
) -> Response {
    let found = id.parse().ok().and_then(|id| simulator.inner.recorder.get(id));
    let Some(exchange) = found else { return missing(&frame) };
    let d = Detail::of(&exchange, &simulator, &frame);
    if asked.part == "1" {
        html(&Part { f: &frame, d }, &frame)
    } else {
        html(&Page { f: &frame, d }, &frame)
    }
}

impl Detail {
    pub(super) fn of(exchange: &Exchange, simulator: &Simulator, frame: &Frame) -> Self {
        let detail = exchange.detail(simulator);
        let (day, time) = split(exchange.at);
        let target = masked(&exchange.target);
        let (head, tail, query) = parted(&target);
        let facts = exchange.facts();
        let recorder = &simulator.inner.recorder;
        let lines = detail.why.as_ref().and_then(|why| why.signature.as_ref());
        let kept = |id: u64| if recorder.get(id).is_some() { id } else { 0 };
        Self {
            id: exchange.id,
            day,
            time,
            took: took(exchange.took.as_micros()),
            out: exchange.direction == Direction::Out,
            method: exchange.method.clone(),
            head: head.to_owned(),
            tail: tail.to_owned(),
            query: query.to_owned(),
            status: status(exchange),
            tone: tone(exchange),
            mchid: facts.mchid.clone().unwrap_or_default(),
            out_trade_no: facts.out_trade_no.clone().unwrap_or_default(),
            request_id: facts.request_id.clone().unwrap_or_default(),
            fault: exchange.fault.clone().unwrap_or_default(),
            notification: exchange.notice.as_ref().map(|notice| notice.id.clone()).unwrap_or_default(),
            event_type: exchange.notice.as_ref().map(|notice| notice.event_type.clone()).unwrap_or_default(),
            broke_off: detail.broke_off.unwrap_or_default(),
            lines: lines.map(|signature| compare(signature, frame)).unwrap_or_default(),
            why: detail.why,
            messages: [
                Shown::of(frame.say("请求", "Request"), detail.request),
                Shown::of(frame.say("应答", "Answer"), detail.answer),
            ],
            unsealed: detail.unsealed.into_iter().map(|one| (one.place, pretty(&one.text))).collect(),
            curl: exchange.curl(&simulator.inner.platform.base_url),
            previous: kept(exchange.id - 1),
            next: kept(exchange.id + 1),
        }
    }

    /// What was said, in the page's language.
    pub(super) fn said<'a>(&self, frame: &Frame, said: &'a Said) -> &'a str {
        frame.said(said)
    }
}

impl Shown {
    fn of(title: &str, message: MessageView) -> Self {
        let BodyView { length, cut, text, base64 } = message.body;
        let text = text.unwrap_or_default();
        let pieces = pretty(&text);
        let same = pieces.iter().map(|piece| piece.text.as_str()).collect::<String>() == text;
        Self {
            title: title.to_owned(),
            headers: message.headers,
            length,
            cut,
            kept: crate::inspector::exchange::BODY_BYTES_KEPT / 1024,
            pieces,
            raw: if same { String::new() } else { text },
            base64: base64.unwrap_or_default(),
        }
    }
}
