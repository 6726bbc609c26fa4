//! For whoever watches the server: alive, ready, and in numbers.

use axum::extract::State;
use axum::{Json, Router, routing};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use tongbao_store::jobs;

use crate::app::App;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/healthz", routing::get(|| async { "ok" }))
        .route("/readyz", routing::get(ready))
        .route("/metrics", routing::get(metrics))
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    store: &'static str,
    accounts: usize,
}

/// Ready means: the store takes writes and can be read.
async fn ready(State(app): State<App>) -> (StatusCode, Json<Ready>) {
    let readable = app.store.read(jobs::next_due).is_ok();
    let (store, ready) = match (app.store.healthy(), readable) {
        (true, true) => ("ok", true),
        (true, false) => ("cannot be read", false),
        (false, _) => ("has stopped writing", false),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, store, accounts: app.accounts.len() }))
}

async fn metrics(State(app): State<App>) -> ([(http::HeaderName, &'static str); 1], String) {
    let now = app.clock.now();
    if let Ok(overdue) = app.store.read(|reader| jobs::overdue(reader, now)) {
        let oldest = overdue.oldest.map(|due| now.since(due)).unwrap_or_default();
        app.metrics.backlog(overdue.count, oldest);
    }
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.render())
}
