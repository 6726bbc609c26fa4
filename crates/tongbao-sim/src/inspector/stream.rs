//! New exchanges as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use http::{HeaderMap, StatusCode, header};
use tokio::sync::broadcast::error::RecvError;

use super::exchange::Exchange;
use super::recorder::{Listener, News};
use crate::Simulator;
use crate::guard::problem;

/// `GET /sim/v1/exchanges/stream`: an event `exchange` with the summary of each, its id as the event's id.
/// `Last-Event-ID` begins after that one, as far as it is kept; `event: lost` says that some were missed.
pub(super) async fn stream(Shared(simulator): Shared<Simulator>, headers: HeaderMap) -> Response {
    let recorder = &simulator.inner.recorder;
    let Some(listener) = recorder.listen() else {
        let detail = "as many streams are open as the simulator serves; close one";
        return problem(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail);
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    // An id of an earlier run says nothing about this one.
    let seen = last.filter(|last| *last <= recorder.last_id());
    let missed = seen.map_or_else(VecDeque::new, |last| recorder.after(last).into());
    let told_until = seen.unwrap_or_else(|| recorder.last_id());
    let feed = Feed { listener, missed, told_until, greeted: false };
    let events = futures_util::stream::unfold(feed, next);
    let keep = KeepAlive::new().interval(KEEP_ALIVE);
    // Proxies must hand events on at once.
    (
        [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")],
        sse(events, keep),
    )
        .into_response()
}

fn sse(
    events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static,
    keep: KeepAlive,
) -> impl IntoResponse {
    Sse::new(events).keep_alive(keep)
}

struct Feed {
    listener: Listener,
    /// Told before what is new.
    missed: VecDeque<Arc<Exchange>>,
    told_until: u64,
    greeted: bool,
}

async fn next(mut feed: Feed) -> Option<(Result<Event, Infallible>, Feed)> {
    if !feed.greeted {
        feed.greeted = true;
        // Something at once, so that whoever waits knows that it listens.
        let event = Event::default().event("listening").retry(RETRY).data(feed.told_until.to_string());
        return Some((Ok(event), feed));
    }
    if let Some(exchange) = feed.missed.pop_front() {
        feed.told_until = exchange.id;
        return Some((Ok(told(&exchange)), feed));
    }
    loop {
        match feed.listener.news.recv().await {
            Ok(News::Ended(exchange)) if exchange.id <= feed.told_until => {}
            Ok(News::Ended(exchange)) => {
                feed.told_until = exchange.id;
                return Some((Ok(told(&exchange)), feed));
            }
            Ok(News::HungUp) | Err(RecvError::Closed) => return None,
            Err(RecvError::Lagged(count)) => {
                let event = Event::default().event("lost").data(count.to_string());
                return Some((Ok(event), feed));
            }
        }
    }
}

fn told(exchange: &Exchange) -> Event {
    let data = serde_json::to_string(&exchange.summary()).expect("a summary is plain data");
    Event::default().event("exchange").id(exchange.id.to_string()).data(data)
}

/// Below the patience of common proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(1);
