//! Keys over the control API: the migration between the two kinds, rotation, and `APIv3` keys.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::Mchid;

use super::sent::{Segments, Sent, SentOrNot};
use crate::guard::{bad_request, preflight, problem};
use crate::{SimError, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/keys", get(keys).post(change).options(preflight))
        .route("/sim/v1/merchants/{mchid}/apiv3-key", post(apiv3_key).options(preflight))
}

async fn keys(Shared(simulator): Shared<Simulator>) -> Response {
    Json(simulator.keys()).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// `certificate`, `public-key` or `both`.
    #[serde(default)]
    mode: Option<String>,
    /// Another certificate beside the one there is.
    #[serde(default)]
    rotate: bool,
    /// Only the newest certificate stays.
    #[serde(default)]
    retire: bool,
    /// The share of notifications by the public-key pair; `null` lets them follow calls.
    #[serde(default, with = "share")]
    public_key_permille: Option<Option<u16>>,
}

/// Tells `null` from a member that is not there.
mod share {
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<u16>>, D::Error> {
        Option::<u16>::deserialize(from).map(Some)
    }
}

async fn change(Shared(simulator): Shared<Simulator>, Sent(change): Sent<Change>) -> Response {
    match turn(&simulator, &change) {
        Ok(()) => Json(simulator.keys()).into_response(),
        Err(why) => bad_request(&why.to_string()),
    }
}

fn turn(simulator: &Simulator, change: &Change) -> Result<(), SimError> {
    if let Some(mode) = &change.mode {
        simulator.set_key_mode(mode.parse()?)?;
    }
    if let Some(permille) = change.public_key_permille {
        if permille.is_some_and(|permille| permille > 1000) {
            return Err(SimError::Settings { field: "public_key_permille", reason: "is 0 to 1000".into() });
        }
        simulator.set_public_key_share(permille);
    }
    if change.rotate {
        simulator.rotate_platform_certificate()?;
    }
    if change.retire {
        simulator.retire_platform_certificates();
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Apiv3Key {
    #[serde(default)]
    apiv3_key: Option<String>,
}

async fn apiv3_key(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    SentOrNot(asked): SentOrNot<Apiv3Key>,
) -> Response {
    let Ok(mchid) = Mchid::parse(&mchid) else {
        return bad_request("mchid has 1 to 32 letters or digits");
    };
    match simulator.set_apiv3_key(&mchid, asked.apiv3_key.as_deref()) {
        Ok(Some(key)) => Json(json!({ "apiv3_key": key })).into_response(),
        Ok(None) => problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant"),
        Err(why) => bad_request(&why.to_string()),
    }
}
