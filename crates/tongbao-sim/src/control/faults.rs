//! Fault scripts over the control API (docs/faults.md).

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::sent::Body;
use crate::faults::kinds::KINDS;
use crate::guard::{preflight, problem_with};
use crate::{FaultScript, ScriptError, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/faults", get(show).put(set).post(add).delete(clear).options(preflight))
        .route("/sim/v1/faults/kinds", get(kinds))
}

async fn kinds() -> Response {
    Json(json!({ "kinds": KINDS })).into_response()
}

async fn show(Shared(simulator): Shared<Simulator>) -> Response {
    Json(simulator.fault_script()).into_response()
}

/// Puts a script in force: JSON when it says so or looks so, else TOML.
async fn set(Shared(simulator): Shared<Simulator>, headers: HeaderMap, Body(body): Body) -> Response {
    let script = if is_json(&headers, &body) {
        FaultScript::from_json(&body)
    } else {
        FaultScript::from_toml(&String::from_utf8_lossy(&body))
    };
    match script {
        Ok(script) => {
            simulator.set_fault_script(script);
            show(Shared(simulator)).await
        }
        Err(error) => refused(&error),
    }
}

async fn add(Shared(simulator): Shared<Simulator>, Body(body): Body) -> Response {
    match simulator.add_faults(&body) {
        Ok(()) => show(Shared(simulator)).await,
        Err(error) => refused(&error),
    }
}

async fn clear(Shared(simulator): Shared<Simulator>) -> Response {
    simulator.set_fault_script(FaultScript::default());
    StatusCode::NO_CONTENT.into_response()
}

fn is_json(headers: &HeaderMap, body: &[u8]) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    said.is_some_and(|said| said.contains("json")) || body.trim_ascii_start().starts_with(b"{")
}

/// The error with its parts, and as a sentence.
fn refused(error: &ScriptError) -> Response {
    problem_with(StatusCode::BAD_REQUEST, error.code, &error.to_string(), json!({ "error": error }))
}
