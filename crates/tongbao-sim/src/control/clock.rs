//! The clock over the control API: what time it is, moving it ahead, and how fast it passes.

use std::time::Duration;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use tongbao_wire::Timestamp;

use super::sent::Sent;
use crate::guard::{bad_request, preflight, problem};
use crate::{Pace, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new().route("/sim/v1/clock", get(clock).post(turn).options(preflight))
}

async fn clock(Shared(simulator): Shared<Simulator>) -> Response {
    Json(simulator.clock()).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turned {
    /// `real`, `frozen`, or a rate such as `x60`.
    #[serde(default)]
    pace: Option<String>,
    #[serde(default)]
    advance_seconds: Option<u64>,
    #[serde(default)]
    advance_to: Option<Timestamp>,
}

/// First the pace, then ahead.
async fn turn(Shared(simulator): Shared<Simulator>, Sent(turned): Sent<Turned>) -> Response {
    let pace = match turned.pace.as_deref().map(str::parse::<Pace>).transpose() {
        Ok(pace) => pace,
        Err(why) => return bad_request(&why.to_string()),
    };
    let by = match (turned.advance_seconds, turned.advance_to) {
        (None, None) if pace.is_none() => {
            return bad_request("pace, advance_seconds or advance_to is expected");
        }
        (Some(_), Some(_)) => return bad_request("advance_seconds or advance_to, not both"),
        (None, None) => Duration::ZERO,
        (Some(seconds), None) => Duration::from_secs(seconds),
        (None, Some(at)) if at < simulator.now() => {
            let message = format!("time never goes back: it is {} here", simulator.now());
            return problem(StatusCode::CONFLICT, "clock_goes_forward", &message);
        }
        (None, Some(at)) => at.since(simulator.now()),
    };
    if by.as_secs() > ADVANCE_SECONDS_MAX {
        return bad_request("the clock is moved by at most ten years");
    }
    if let Some(pace) = pace {
        simulator.set_pace(pace);
    }
    if turned.advance_seconds.is_some() || turned.advance_to.is_some() {
        simulator.advance(by).await;
    }
    clock(Shared(simulator)).await
}

pub(crate) const ADVANCE_SECONDS_MAX: u64 = 10 * 366 * 86_400;
