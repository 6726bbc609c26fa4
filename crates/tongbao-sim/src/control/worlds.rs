//! Snapshots, reset: the simulated world as a whole.

use std::sync::PoisonError;

use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::sent::{Body, Segments, Sent};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};
use crate::snapshot::{NotKept, Snapshot, SnapshotError};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/reset", post(reset).options(preflight))
        .route("/sim/v1/snapshots", get(list).post(take).options(preflight))
        .route("/sim/v1/snapshots/{name}", get(download).delete(forget).options(preflight))
        .route("/sim/v1/snapshots/{name}/restore", post(restore).options(preflight))
        .route(
            "/sim/v1/restore",
            post(upload).options(preflight).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
}

async fn reset(Shared(simulator): Shared<Simulator>) -> Response {
    simulator.reset();
    Json(json!({ "status": "reset" })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

async fn take(Shared(simulator): Shared<Simulator>, Sent(named): Sent<Named>) -> Response {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !(1..=64).contains(&named.name.len()) || !named.name.chars().all(plain) {
        return bad_request("a name has 1 to 64 letters, digits, - _ or .");
    }
    let snapshot = simulator.snapshot();
    let bytes = snapshot.as_bytes().len();
    let mut kept = simulator.inner.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
    match kept.keep(named.name.clone(), snapshot) {
        Ok(()) => (StatusCode::CREATED, Json(json!({ "name": named.name, "bytes": bytes }))).into_response(),
        Err(NotKept::TooMany) => {
            problem(StatusCode::CONFLICT, "too_many_snapshots", "delete some snapshots first")
        }
        Err(NotKept::TooLarge) => {
            problem(StatusCode::CONFLICT, "snapshots_too_large", "delete some snapshots first, or use a file")
        }
    }
}

async fn list(Shared(simulator): Shared<Simulator>) -> Response {
    let kept = simulator.inner.snapshots.lock().unwrap_or_else(PoisonError::into_inner).list();
    let rows: Vec<_> = kept.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect();
    Json(json!({ "snapshots": rows })).into_response()
}

/// The snapshot as a file; `current` is the state as it is.
async fn download(Shared(simulator): Shared<Simulator>, Segments(name): Segments<String>) -> Response {
    let bytes = if name == CURRENT {
        simulator.snapshot().as_bytes().to_vec()
    } else {
        match found(&simulator, &name) {
            Ok(snapshot) => snapshot.as_bytes().to_vec(),
            Err(response) => return *response,
        }
    };
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

async fn forget(Shared(simulator): Shared<Simulator>, Segments(name): Segments<String>) -> Response {
    let mut kept = simulator.inner.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.remove(&name) { StatusCode::NO_CONTENT.into_response() } else { unknown() }
}

async fn restore(Shared(simulator): Shared<Simulator>, Segments(name): Segments<String>) -> Response {
    match found(&simulator, &name) {
        Ok(snapshot) => told(simulator.restore(snapshot.as_bytes())),
        Err(response) => *response,
    }
}

async fn upload(Shared(simulator): Shared<Simulator>, Body(body): Body) -> Response {
    told(simulator.restore(&body))
}

fn told(restored: Result<(), SnapshotError>) -> Response {
    match restored {
        Ok(()) => Json(json!({ "status": "restored" })).into_response(),
        Err(error) => problem(StatusCode::BAD_REQUEST, "bad_snapshot", &error.to_string()),
    }
}

fn found(simulator: &Simulator, name: &str) -> Result<std::sync::Arc<Snapshot>, Box<Response>> {
    let kept = simulator.inner.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get(name).ok_or_else(|| Box::new(unknown()))
}

fn unknown() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "unknown_snapshot",
        "there is no snapshot of this name; see GET /sim/v1/snapshots",
    )
}

/// A name no snapshot has to have.
const CURRENT: &str = "current";
/// A snapshot that is sent back.
const UPLOAD_BYTES_MAX: usize = 256 * 1024 * 1024;
