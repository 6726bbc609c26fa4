//! How a merchant stands with the platform, over the control API: what 商户平台 and risk control decide.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use tongbao_wire::Mchid;

use super::sent::{Segments, Sent};
use crate::guard::{bad_request, preflight, problem};
use crate::{Simulator, Standing};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/merchants/{mchid}/standing", get(standing).post(set_standing).options(preflight))
}

async fn standing(Shared(simulator): Shared<Simulator>, Segments(mchid): Segments<String>) -> Response {
    let standing = Mchid::parse(&mchid).ok().and_then(|mchid| simulator.standing(&mchid));
    standing.map_or_else(unknown, |standing| Json(standing).into_response())
}

/// Sets it as a whole: what is left out is in good standing.
async fn set_standing(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(standing): Sent<Standing>,
) -> Response {
    if let Err(reason) = standing.check() {
        return bad_request(&reason);
    }
    match Mchid::parse(&mchid) {
        Ok(mchid) if simulator.set_standing(&mchid, standing.clone()) => Json(standing).into_response(),
        _ => unknown(),
    }
}

fn unknown() -> Response {
    problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant")
}
