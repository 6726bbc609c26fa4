//! Profit sharing: what merchants set on their platform page, and what is decided by hand.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::Mchid;
use tongbao_wire::profit_sharing::{ShareFailReason, TenThousandths};

use super::sent::{Asked, Segments, Sent};
use super::{LISTED, LISTED_MAX, Listed};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/shares", get(list))
        .route("/sim/v1/shares/failures", post(fail).options(preflight))
        .route("/sim/v1/merchants/{mchid}/sharing", post(set).options(preflight))
}

async fn list(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let shares: Vec<_> = simulator.with_state(|state, _, _| {
        let newest = state.sharing.newest().take(most);
        newest.map(|it| json!({ "mchid": it.signer, "payee": it.payee, "share": it.told })).collect()
    });
    Json(json!({ "shares": shares })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed {
    /// The receiver whose next share fails.
    account: String,
    fail_reason: ShareFailReason,
}

async fn fail(Shared(simulator): Shared<Simulator>, Sent(failed): Sent<Failed>) -> Response {
    if matches!(failed.fail_reason, ShareFailReason::Unknown(_)) || failed.account.len() > 64 {
        return bad_request("fail_reason is one of the documented ones, account has at most 64 bytes");
    }
    let answer = json!({ "account": failed.account, "fail_reason": failed.fail_reason });
    let kept = simulator.with_state(|state, _, _| {
        let room = state.sharing.failures.iter().count() < FAILURES_MAX;
        if room {
            state.sharing.failures.insert(failed.account, failed.fail_reason);
        }
        room
    });
    if kept { Json(answer).into_response() } else { bad_request("too many failures wait already") }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    #[serde(default)]
    notify_url: Option<String>,
    /// In ten-thousandths.
    #[serde(default)]
    max_ratio: Option<TenThousandths>,
    #[serde(default)]
    gives_back: Option<bool>,
}

/// Members that are left out stay as they are.
async fn set(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(set): Sent<Set>,
) -> Response {
    let known = Mchid::parse(&mchid).ok().filter(|mchid| simulator.inner.platform.merchant(mchid).is_some());
    let Some(mchid) = known else {
        return problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant");
    };
    let odd = |ratio: &TenThousandths| !(100..=10_000).contains(&ratio.get());
    if set.max_ratio.as_ref().is_some_and(odd) || set.notify_url.as_ref().is_some_and(|url| url.len() > 255) {
        return bad_request("max_ratio is from 100 (1 %) to 10000, notify_url has at most 255 bytes");
    }
    let settings = simulator.with_state(|state, _, _| {
        let mut settings = state.sharing.settings_of(&mchid);
        settings.notify_url = set.notify_url.or(settings.notify_url);
        settings.max_ratio = set.max_ratio.unwrap_or(settings.max_ratio);
        settings.gives_back = set.gives_back.unwrap_or(settings.gives_back);
        state.sharing.settings.insert(mchid, settings.clone());
        settings
    });
    Json(settings).into_response()
}

const FAILURES_MAX: usize = 10_000;
