//! Merchants over the control API: who is there, who comes, what each needs to call.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;
use tongbao_wire::Mchid;

use super::sent::{Segments, Sent};
use crate::guard::{bad_request, preflight, problem};
use crate::merchants::{MerchantRefused, NewApp, NewMerchant};
use crate::{SimError, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/merchants", get(list).post(add).options(preflight))
        .route("/sim/v1/merchants/{mchid}", delete(remove).options(preflight))
        .route("/sim/v1/merchants/{mchid}/env", get(env))
        .route("/sim/v1/merchants/{mchid}/apps", post(bind).options(preflight))
}

async fn list(Shared(simulator): Shared<Simulator>) -> Response {
    Json(json!({ "merchants": simulator.merchants() })).into_response()
}

async fn add(Shared(simulator): Shared<Simulator>, Sent(new): Sent<NewMerchant>) -> Response {
    match simulator.add_merchant(&new) {
        Ok(mchid) => simulator.merchant(&mchid).map_or_else(
            || refused(&MerchantRefused::Unknown),
            |merchant| (StatusCode::CREATED, Json(merchant)).into_response(),
        ),
        Err(why) => refused(&why),
    }
}

async fn remove(Shared(simulator): Shared<Simulator>, Segments(said): Segments<String>) -> Response {
    let mchid = Mchid::parse(&said).map_err(|_| MerchantRefused::Unknown);
    match mchid.and_then(|mchid| simulator.remove_merchant(&mchid)) {
        Ok(()) => Json(json!({ "removed": said })).into_response(),
        Err(why) => refused(&why),
    }
}

/// What a client of this merchant needs, keys included.
async fn env(Shared(simulator): Shared<Simulator>, Segments(mchid): Segments<String>) -> Response {
    let file = Mchid::parse(&mchid).ok().and_then(|mchid| simulator.env_file(&mchid));
    file.map_or_else(|| refused(&MerchantRefused::Unknown), |file| Json(file).into_response())
}

async fn bind(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(new): Sent<NewApp>,
) -> Response {
    match Mchid::parse(&mchid).ok().and_then(|mchid| simulator.bind_app(&mchid, &new)) {
        Some(appid) => Json(json!({ "appid": appid })).into_response(),
        None => refused(&MerchantRefused::Unknown),
    }
}

pub(super) fn refused(why: &MerchantRefused) -> Response {
    let status = match why {
        MerchantRefused::Settings(SimError::Settings { .. } | SimError::Key { .. }) => {
            return bad_request(&why.to_string());
        }
        MerchantRefused::Settings(SimError::Authority { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
        MerchantRefused::UnknownProvider { .. } | MerchantRefused::Unknown => StatusCode::NOT_FOUND,
        MerchantRefused::Taken { .. }
        | MerchantRefused::NoProvider { .. }
        | MerchantRefused::TooMany
        | MerchantRefused::InUse { .. } => StatusCode::CONFLICT,
    };
    problem(status, why.code(), &why.to_string())
}
