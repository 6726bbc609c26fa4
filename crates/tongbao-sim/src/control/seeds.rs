//! A seed for a simulator that runs.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use super::sent::Sent;
use crate::guard::{preflight, problem};
use crate::{Seed, SeedError, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new().route("/sim/v1/seed", post(plant).options(preflight))
}

/// Takes merchants and payers, in JSON as in the file.
async fn plant(Shared(simulator): Shared<Simulator>, Sent(seed): Sent<Seed>) -> Response {
    let (merchants, payers) = (seed.merchants.len(), seed.payers.len());
    match simulator.plant(seed) {
        Ok(()) => Json(json!({ "merchants": merchants, "payers": payers })).into_response(),
        Err(why @ SeedError::Refused { .. }) => problem(StatusCode::CONFLICT, why.code(), &why.to_string()),
        Err(why) => problem(StatusCode::BAD_REQUEST, why.code(), &why.to_string()),
    }
}
