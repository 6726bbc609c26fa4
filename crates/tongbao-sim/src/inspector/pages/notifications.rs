//! Notifications: where each stands on the ladder, every send, and sending it now.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use http::{HeaderMap, Uri, header};
use serde::Deserialize;
use tongbao_wire::{OutTradeNo, Timestamp};

use super::books::address_of;
use super::frame::{Frame, ahead, moment, query};
use super::{back_to, html, missing};
use crate::Simulator;
use crate::control::{Asked, Segments};
use crate::notice::Notice;
use crate::platform::Platform;
use crate::{Attempt, Outcome};

#[derive(Template)]
#[template(path = "inspector/notifications.html")]
struct Page<'a> {
    f: &'a Frame,
    notices: Vec<NoticeRow>,
    older: String,
    q: &'a str,
    show: &'a str,
    filters: [(&'a str, String, bool); 3],
}

/// A notification as listed.
pub(super) struct NoticeRow {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) out_trade_no: String,
    pub(super) order: String,
    pub(super) url: String,
    pub(super) when: String,
    pub(super) delivered: bool,
    /// When it is sent again; empty when it is not.
    pub(super) next: String,
    /// How long that is from now.
    pub(super) next_in: String,
    /// One for each rung: `good`, `bad`, `none` for those sent, `next` and `open` for those to come.
    pub(super) rungs: Vec<&'static str>,
    pub(super) sends: Vec<SendRow>,
}

pub(super) struct SendRow {
    pub(super) when: String,
    pub(super) tone: &'static str,
    /// The status, or what happened instead.
    pub(super) outcome: String,
    pub(super) serial: String,
    pub(super) fault: String,
    pub(super) answer: String,
}

#[derive(Deserialize)]
pub(super) struct Query {
    /// The beginning of an order's number, or a notification's id.
    #[serde(default)]
    q: String,
    /// `open`: not yet accepted. `done`: accepted.
    #[serde(default)]
    show: String,
    before: Option<u64>,
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Asked(asked): Asked<Query>,
) -> Response {
    let now = simulator.now();
    let (notices, last) = simulator.with_state(|state, platform, _| {
        let mut rows: Vec<NoticeRow> = Vec::new();
        let mut last = 0;
        for (number, notice) in state.notices.range(..asked.before.unwrap_or(u64::MAX)).rev() {
            let shown = match asked.show.as_str() {
                "open" => !notice.delivered,
                "done" => notice.delivered,
                _ => true,
            };
            let about = notice.out_trade_no.as_ref().map_or("", OutTradeNo::as_str);
            let named = about.starts_with(&asked.q) || notice.id == asked.q;
            if !(shown && named) {
                continue;
            }
            if rows.len() == ROWS {
                return (rows, last.to_string());
            }
            last = number;
            rows.push(NoticeRow::of(&notice, platform, now));
        }
        (rows, String::new())
    });
    let filter = |show: &str, zh, en| {
        let address = format!("/inspector/notifications?{}", query(&[("show", show), ("q", &asked.q)]));
        (frame.say(zh, en), address, asked.show == show)
    };
    let older = query(&[("show", &asked.show), ("q", &asked.q), ("before", &last)]);
    let page = Page {
        notices,
        older: if last.is_empty() { String::new() } else { format!("/inspector/notifications?{older}") },
        q: &asked.q,
        show: &asked.show,
        filters: [
            filter("", "全部", "All"),
            filter("open", "未送达", "Not accepted"),
            filter("done", "已送达", "Accepted"),
        ],
        f: &frame,
    };
    html(&page, &frame)
}

/// Sends one now and leads back to where the button was.
pub(super) async fn resend(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Response {
    if simulator.resend(&id).await.is_none() {
        return missing(&frame);
    }
    // Of the address only the path counts, and only within these pages.
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let from = from.and_then(|address| address.parse::<Uri>().ok());
    let path = from.as_ref().and_then(Uri::path_and_query).map(http::uri::PathAndQuery::as_str);
    let own = path.filter(|path| {
        *path == "/inspector" || path.starts_with("/inspector/") || path.starts_with("/inspector?")
    });
    back_to(own.unwrap_or("/inspector/notifications"))
}

impl NoticeRow {
    pub(super) fn of(notice: &Notice, platform: &Platform, now: Timestamp) -> Self {
        let most = usize::from(platform.switches.notification_sends_max);
        let mut rungs: Vec<&'static str> = notice.attempts.iter().take(RUNGS_MAX).map(tone).collect();
        if let Some(_next) = notice.next_at {
            rungs.push("next");
        }
        if !notice.delivered {
            let sent = usize::try_from(notice.sends).unwrap_or(most);
            let open = most.saturating_sub(sent).saturating_sub(usize::from(notice.next_at.is_some()));
            rungs.extend(std::iter::repeat_n("open", open));
        }
        Self {
            id: notice.id.clone(),
            event_type: notice.event_type.clone(),
            order: notice
                .out_trade_no
                .as_ref()
                .map(|number| address_of(&notice.mchid, number))
                .unwrap_or_default(),
            out_trade_no: notice.out_trade_no.as_ref().map(ToString::to_string).unwrap_or_default(),
            url: notice.url.clone(),
            when: moment(notice.created_at),
            delivered: notice.delivered,
            next: notice.next_at.map(moment).unwrap_or_default(),
            next_in: notice.next_at.map(|at| ahead(at.since(now).as_secs())).unwrap_or_default(),
            rungs,
            sends: notice.attempts.iter().rev().map(SendRow::of).collect(),
        }
    }
}

impl SendRow {
    fn of(attempt: &Attempt) -> Self {
        let outcome = match (&attempt.outcome, attempt.status) {
            (_, Some(status)) => status.to_string(),
            (Outcome::Sending, None) => "…".into(),
            (Outcome::NoAnswer(reason), None) => reason.clone(),
            (Outcome::Accepted | Outcome::Refused, None) => String::new(),
        };
        Self {
            when: moment(attempt.at),
            tone: tone(attempt),
            outcome,
            serial: attempt.serial.clone(),
            fault: attempt.fault.clone().unwrap_or_default(),
            answer: attempt.answer.clone(),
        }
    }
}

fn tone(attempt: &Attempt) -> &'static str {
    match attempt.outcome {
        Outcome::Sending => "wait",
        Outcome::Accepted => "good",
        Outcome::Refused => "bad",
        Outcome::NoAnswer(_) => "none",
    }
}

const ROWS: usize = 40;
/// Resending by hand goes beyond the ladder.
const RUNGS_MAX: usize = 30;
