//! The clock: what time it is here, and moving it ahead.

use std::time::Duration;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;
use tongbao_wire::{Mchid, OutTradeNo};

use super::books::address_of;
use super::frame::{Frame, ahead, moment};
use super::{back_to, html};
use crate::Simulator;
use crate::control::ADVANCE_SECONDS_MAX;
use crate::guard::bad_request;
use crate::state::{Coming, Due};

#[derive(Template)]
#[template(path = "inspector/clock.html")]
struct Page<'a> {
    f: &'a Frame,
    transport: String,
    moves_transport: bool,
    steps: [(u64, &'a str); 7],
    paces: [(&'static str, &'a str); 5],
    current: String,
    coming: Vec<ComingRow>,
    more: bool,
}

/// Something that falls due.
struct ComingRow {
    when: String,
    within: String,
    what: String,
    address: String,
    name: String,
    /// How far to move so that it has happened.
    seconds: u64,
}

pub(super) async fn page(Shared(simulator): Shared<Simulator>, frame: Frame) -> Response {
    let now = simulator.now();
    let mut coming = simulator.with_state(|state, _, _| state.coming(COMING + 1));
    let more = coming.len() > COMING;
    coming.truncate(COMING);
    let rows = coming.into_iter().map(|(at, coming)| {
        let (what, address, name) = match coming {
            Coming::Due(due) => told(&due, &frame),
            Coming::Send { mchid, out_trade_no, event_type } => {
                let number = out_trade_no.as_ref().map(ToString::to_string).unwrap_or_default();
                let address = out_trade_no.map(|number| address_of(&mchid, &number)).unwrap_or_default();
                let name = format!("{event_type} {number}").trim().to_owned();
                (frame.say("发送通知", "A notification is sent").to_owned(), address, name)
            }
        };
        // A moment later it has happened.
        let seconds = at.since(now).as_millis().div_ceil(1000);
        ComingRow {
            when: moment(at),
            within: ahead(at.since(now).as_secs()),
            what,
            address,
            name,
            seconds: u64::try_from(seconds).unwrap_or(u64::MAX).clamp(1, ADVANCE_SECONDS_MAX),
        }
    });
    let rows: Vec<_> = rows.collect();
    let page = Page {
        transport: moment(simulator.inner.platform.clock.transport()),
        moves_transport: simulator.inner.platform.switches.clock_moves_transport,
        steps: [
            (60, frame.say("1 分钟", "1 min")),
            (600, frame.say("10 分钟", "10 min")),
            (1800, frame.say("30 分钟", "30 min")),
            (7200, frame.say("2 小时", "2 h")),
            (86_400, frame.say("1 天", "1 day")),
            (604_800, frame.say("7 天", "7 days")),
            (2_592_000, frame.say("30 天", "30 days")),
        ],
        paces: [
            ("real", frame.say("真实", "real")),
            ("x10", "×10"),
            ("x60", "×60"),
            ("x3600", "×3600"),
            ("frozen", frame.say("冻结", "frozen")),
        ],
        current: simulator.clock().pace.to_string(),
        more,
        coming: rows,
        f: &frame,
    };
    html(&page, &frame)
}

/// What happens, the page of its order, and its number. Read from how it is written down: its kind, and the
/// numbers it is found by.
fn told(due: &Due, frame: &Frame) -> (String, String, String) {
    let written = serde_json::to_value(due).unwrap_or_default();
    let (kind, key) = match &written {
        Value::Object(members) => {
            members.iter().next().map_or(("", &Value::Null), |(kind, key)| (kind.as_str(), key))
        }
        Value::String(kind) => (kind.as_str(), &Value::Null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => ("", &Value::Null),
    };
    let numbers: Vec<&str> = match key {
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    let words = KINDS.iter().find(|(known, ..)| *known == kind);
    let what = words.map_or(kind, |(_, zh, en)| frame.say(zh, en)).to_owned();
    let order = match numbers.as_slice() {
        [mchid, number] if OF_ORDERS.contains(&kind) => {
            Mchid::parse(mchid).ok().zip(OutTradeNo::parse(number).ok())
        }
        _ => None,
    };
    let address = order.map(|(mchid, number)| address_of(&mchid, &number)).unwrap_or_default();
    (what, address, numbers.last().copied().unwrap_or_default().to_owned())
}

/// Moves the clock, or changes its pace; what falls due on the way has happened when the page comes back.
pub(super) async fn turn(Shared(simulator): Shared<Simulator>, body: Bytes) -> Response {
    let said = std::str::from_utf8(&body).unwrap_or_default();
    if let Some(pace) = said.strip_prefix("pace=") {
        return match pace.parse() {
            Ok(pace) => {
                simulator.set_pace(pace);
                back_to("/inspector/clock")
            }
            Err(why) => bad_request(&why.to_string()),
        };
    }
    let seconds = said.split('&').find_map(|pair| pair.strip_prefix("advance_seconds="));
    match seconds.and_then(|seconds| seconds.parse().ok()) {
        Some(seconds) if seconds <= ADVANCE_SECONDS_MAX => {
            simulator.advance(Duration::from_secs(seconds)).await;
            back_to("/inspector/clock")
        }
        Some(_) => bad_request("advance_seconds is at most ten years"),
        None => bad_request("advance_seconds, a number, is expected"),
    }
}

/// In words; a kind without a row goes by its name.
const KINDS: &[(&str, &str, &str)] = &[
    ("Transfer", "商家转账进展", "A transfer moves on"),
    ("Shipping", "发货与收货", "Shipping moves on"),
    ("Sharing", "分账进展", "Profit sharing moves on"),
    ("Onboarding", "进件进展", "An application moves on"),
    ("CloseOrder", "订单到期关闭", "An order expires"),
    ("CloseCombined", "合单到期关闭", "A combined order expires"),
    ("PasswordMissed", "付款人没有输入密码", "A payer lets the password prompt pass"),
    ("SettleRefund", "退款到账", "A refund arrives"),
    ("Payer", "付款人有所行动", "A payer acts"),
    ("RetryRefund", "退款再试一次", "A refund is tried again"),
];
/// Kinds that are found by an order's merchant and number.
const OF_ORDERS: &[&str] = &["CloseOrder", "PasswordMissed"];
/// What falls due next, shown at most.
const COMING: usize = 30;
