//! The list of exchanges, live.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;

use super::detail::Detail;
use super::frame::{Frame, query, split};
use super::html;
use crate::Simulator;
use crate::control::Asked;
use crate::inspector::api::Wanted;
use crate::inspector::exchange::{Direction, End, Exchange};
use crate::inspector::view::masked;

#[derive(Template)]
#[template(path = "inspector/exchanges.html")]
struct Page<'a> {
    f: &'a Frame,
    list: List,
    show: &'a str,
    q: &'a str,
    merchant: &'a str,
    merchants: Vec<String>,
    filters: Vec<Filter<'a>>,
    detail: Option<Detail>,
}

#[derive(Template)]
#[template(path = "inspector/rows.html")]
struct Rows<'a> {
    f: &'a Frame,
    list: List,
}

/// One choice of what is shown.
struct Filter<'a> {
    name: &'a str,
    address: String,
    current: bool,
}

/// Rows, and what comes before them.
pub(super) struct List {
    pub(super) rows: Vec<Row>,
    /// The address of older ones; empty when there are none.
    pub(super) older: String,
    /// The newest id there is.
    pub(super) newest: u64,
    /// True for a page further down, which is not live.
    pub(super) is_past: bool,
}

/// An exchange in the list.
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) address: String,
    pub(super) time: String,
    pub(super) millis: String,
    pub(super) day: String,
    pub(super) out: bool,
    pub(super) method: String,
    /// The part of the address that is alike in many rows.
    pub(super) head: String,
    /// The part that tells them apart.
    pub(super) tail: String,
    /// With its question mark.
    pub(super) query: String,
    pub(super) status: String,
    /// `good`, `bad`, `odd` or `none`: how the status is coloured.
    pub(super) tone: &'static str,
    pub(super) took: String,
    pub(super) refused: bool,
    pub(super) code: String,
    pub(super) message: String,
    /// What a notification tells, or the order's number.
    pub(super) about: String,
    pub(super) fault: String,
}

/// What the page was asked for.
#[derive(Default, Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    merchant: String,
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    after: Option<u64>,
    /// The exchange that is open beside the list.
    #[serde(default)]
    sel: Option<u64>,
}

impl Query {
    fn wanted(&self) -> Wanted {
        let yes = |show| if self.show == show { "1".to_owned() } else { String::new() };
        Wanted {
            limit: Some(ROWS),
            before: self.before,
            after: self.after,
            q: self.q.clone(),
            merchant: self.merchant.clone(),
            refused: yes("refused"),
            faults: yes("faults"),
            direction: if matches!(self.show.as_str(), "in" | "out") {
                self.show.clone()
            } else {
                String::new()
            },
        }
    }

    fn list(&self, simulator: &Simulator) -> List {
        let newest = simulator.inner.recorder.last_id();
        let (found, more) = self.wanted().find(simulator);
        let oldest = found.last().map(|exchange| exchange.id.to_string()).unwrap_or_default();
        let older =
            query(&[("show", &self.show), ("merchant", &self.merchant), ("q", &self.q), ("before", &oldest)]);
        List {
            rows: found.iter().map(|exchange| Row::of(exchange)).collect(),
            older: if more { format!("/inspector?{older}") } else { String::new() },
            newest,
            is_past: self.before.is_some(),
        }
    }
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Asked(asked): Asked<Query>,
) -> Response {
    let merchants = simulator.inner.platform.merchants();
    let choices = [
        ("", "全部", "All"),
        ("refused", "被拒绝", "Refused"),
        ("in", "请求", "Requests"),
        ("out", "通知", "Notifications"),
        ("faults", "故障", "Faults"),
    ];
    let filters = choices.map(|(show, zh, en)| Filter {
        name: frame.say(zh, en),
        address: format!(
            "/inspector?{}",
            query(&[("show", show), ("merchant", &asked.merchant), ("q", &asked.q)])
        ),
        current: asked.show == show,
    });
    let open = asked.sel.and_then(|id| simulator.inner.recorder.get(id));
    let page = Page {
        list: asked.list(&simulator),
        show: &asked.show,
        q: &asked.q,
        merchant: &asked.merchant,
        merchants: merchants.iter().map(|merchant| merchant.settings.mchid.to_string()).collect(),
        filters: filters.into(),
        detail: open.map(|exchange| Detail::of(&exchange, &simulator, &frame)),
        f: &frame,
    };
    html(&page, &frame)
}

/// The rows alone, for the script.
pub(super) async fn rows(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Asked(asked): Asked<Query>,
) -> Response {
    html(&Rows { list: asked.list(&simulator), f: &frame }, &frame)
}

impl Row {
    fn of(exchange: &Exchange) -> Self {
        let facts = exchange.facts();
        let (day, time) = split(exchange.at);
        let target = masked(&exchange.target);
        let (head, tail, query) = parted(&target);
        let refused = facts.refusal.clone();
        let is_refused = refused.is_some();
        let (code, message) = refused.map_or_else(Default::default, |it| (it.code, it.message));
        let number = facts.out_trade_no.clone().unwrap_or_default();
        let about = exchange
            .notice
            .as_ref()
            .map_or(number.clone(), |notice| format!("{} {number}", notice.event_type));
        Self {
            id: exchange.id,
            address: format!("/inspector/exchanges/{}", exchange.id),
            time: time[..8].to_owned(),
            millis: time[8..].to_owned(),
            day,
            out: exchange.direction == Direction::Out,
            method: exchange.method.clone(),
            head: head.to_owned(),
            tail: tail.to_owned(),
            query: query.to_owned(),
            status: status(exchange),
            tone: tone(exchange),
            took: took(exchange.took.as_micros()),
            refused: is_refused,
            code,
            message,
            about: about.trim().to_owned(),
            fault: exchange.fault.clone().unwrap_or_default(),
        }
    }
}

/// An address as three parts: what many have alike, what tells them apart, and the query.
pub(super) fn parted(target: &str) -> (&str, &str, &str) {
    let path_ends = target.find('?').unwrap_or(target.len());
    let place = target[..path_ends].trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
    // The number in a path says little without the word before it.
    let tail = &target[place..path_ends];
    let place = match tail.bytes().any(|byte| byte.is_ascii_digit()) {
        true => target[..place.saturating_sub(1)].rfind('/').map_or(place, |slash| slash + 1),
        false => place,
    };
    let (path, query) = target.split_at(path_ends);
    // A slash alone says nothing.
    let (head, tail) = path.split_at(if place > 1 { place } else { 0 });
    (head, tail, query)
}

pub(super) fn status(exchange: &Exchange) -> String {
    match (exchange.status, &exchange.end) {
        (Some(status), _) => status.to_string(),
        (None, End::Left) => "left".into(),
        (None, _) => "—".into(),
    }
}

pub(super) fn tone(exchange: &Exchange) -> &'static str {
    match (exchange.status, exchange.is_refused()) {
        (None, _) => "none",
        (Some(_), true) => "bad",
        (Some(300..=399), false) => "odd",
        (Some(_), false) => "good",
    }
}

/// As people read it.
pub(super) fn took(micros: u128) -> String {
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..10_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        10_000..1_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

/// Rows of one page.
const ROWS: usize = 60;

#[cfg(test)]
mod tests {
    use super::{parted, took};

    #[test]
    fn an_address_is_parted_where_rows_begin_to_differ() {
        assert_eq!(parted("/v3/pay/transactions/jsapi"), ("/v3/pay/transactions/", "jsapi", ""));
        let query = "/v3/pay/transactions/out-trade-no/T1?mchid=1";
        assert_eq!(parted(query), ("/v3/pay/transactions/", "out-trade-no/T1", "?mchid=1"));
        assert_eq!(parted("/cashier?a=/b"), ("", "/cashier", "?a=/b"));
        assert_eq!(parted("/"), ("", "/", ""));
        assert_eq!(parted(""), ("", "", ""));
        assert_eq!(parted("/1"), ("", "/1", ""));
        assert_eq!(parted("http://127.0.0.1:9000/notify/v3"), ("http://127.0.0.1:9000/", "notify/v3", ""));
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(took(7), "7 µs");
        assert_eq!(took(1_250), "1.2 ms");
        assert_eq!(took(12_500), "12 ms");
        assert_eq!(took(5_000_000), "5.0 s");
    }
}
