//! What users do about transfers, and what is decided about them by hand.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_wire::transfer::{TransferAuthorizationState, TransferFailReason};
use tongbao_wire::{Mchid, OutAuthorizationNo, OutBillNo, Timestamp};

use super::sent::{Asked, Segments, Sent, SentOrNot};
use super::{LISTED, LISTED_MAX, Listed};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};
use crate::platform::Platform;
use crate::state::State;
use crate::transfer::{Authorization, Bill, Package, TransferRefused};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/transfers", get(list))
        .route("/sim/v1/transfers/confirmations", get(page).post(confirm).options(preflight))
        .route("/sim/v1/merchants/{mchid}/transfers/{out_bill_no}", get(one))
        .route("/sim/v1/merchants/{mchid}/transfers/{out_bill_no}/fail", post(fail).options(preflight))
        .route(
            "/sim/v1/merchants/{mchid}/authorizations/{out_authorization_no}/close",
            post(close).options(preflight),
        )
        .route("/sim/v1/merchants/{mchid}/transfer-scenes", post(scenes).options(preflight))
}

pub(super) fn bill_view(bill: &Bill) -> Value {
    json!({
        "kind": "transfer",
        "payer": bill.payer,
        "transfer_scene_id": bill.scene,
        "user_recv_perception": bill.perception,
        "package_info": bill.package_info,
        "notify_url": bill.notify_url,
        "transfer": bill.told,
    })
}

fn authorization_view(one: &Authorization) -> Value {
    json!({
        "kind": "authorization",
        "mchid": one.mchid,
        "payer": one.payer,
        "package_info": one.package_info,
        "notify_url": one.notify_url,
        "authorization": one.told,
    })
}

async fn list(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let transfers: Vec<_> = simulator
        .with_state(|state, _, _| state.transfers_newest().take(most).map(|bill| bill_view(&bill)).collect());
    Json(json!({ "transfers": transfers })).into_response()
}

async fn one(
    Shared(simulator): Shared<Simulator>,
    Segments((mchid, number)): Segments<(String, String)>,
) -> Response {
    let Some(key) = Mchid::parse(&mchid).ok().zip(OutBillNo::parse(&number).ok()) else {
        return refused(TransferRefused::Unknown);
    };
    let found =
        simulator.with_state(|state, _, _| state.transfers.bills.get(&key).map(|bill| bill_view(&bill)));
    found.map_or_else(|| refused(TransferRefused::Unknown), |view| Json(view).into_response())
}

/// What `wx.requestMerchantTransfer` hands over as `package`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    package_info: String,
    /// Who looks at the page; whoever it is meant for, unless named.
    #[serde(default)]
    payer: Option<String>,
}

async fn page(Shared(simulator): Shared<Simulator>, Asked(opened): Asked<Opened>) -> Response {
    let found = simulator.with_state(|state, _, _| package_view(state, &opened.package_info));
    found.map_or_else(refused, |view| Json(view).into_response())
}

fn view_of(state: &State, package: &Package) -> Value {
    let view = match package {
        Package::Bill(key) => state.transfers.bills.get(key).map(|bill| bill_view(&bill)),
        Package::Authorization(key) => {
            state.transfers.authorizations.get(key).map(|one| authorization_view(&one))
        }
    };
    view.unwrap_or(Value::Null)
}

async fn confirm(Shared(simulator): Shared<Simulator>, Sent(opened): Sent<Opened>) -> Response {
    let done = simulator.with_state(|state, platform, now| {
        confirm_package(state, platform, &opened.package_info, opened.payer.as_deref(), now)
    });
    done.map_or_else(refused, |view| Json(view).into_response())
}

/// The user confirms what the page shows.
pub(super) fn confirm_package(
    state: &mut State,
    platform: &Platform,
    package_info: &str,
    payer: Option<&str>,
    now: Timestamp,
) -> Result<Value, TransferRefused> {
    state.confirm_package(platform, package_info, payer, now)?;
    package_view(state, package_info)
}

/// What the page shows.
pub(super) fn package_view(state: &State, package_info: &str) -> Result<Value, TransferRefused> {
    let package = state.transfer_package(package_info)?;
    Ok(view_of(state, &package))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed {
    fail_reason: TransferFailReason,
    /// Only when the money should arrive, after the user confirmed.
    #[serde(default)]
    on_arrival: bool,
}

async fn fail(
    Shared(simulator): Shared<Simulator>,
    Segments((mchid, number)): Segments<(String, String)>,
    Sent(failed): Sent<Failed>,
) -> Response {
    if matches!(failed.fail_reason, TransferFailReason::Unknown(_)) {
        return bad_request("fail_reason is none of the documented ones");
    }
    let Some(key) = Mchid::parse(&mchid).ok().zip(OutBillNo::parse(&number).ok()) else {
        return refused(TransferRefused::Unknown);
    };
    let done = simulator.with_state(|state, platform, now| {
        state.fail_transfer(platform, &key, failed.fail_reason.as_str(), failed.on_arrival, now)?;
        Ok(view_of(state, &Package::Bill(key)))
    });
    done.map_or_else(refused, |view| Json(view).into_response())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    /// `USER_CLOSE` unless said.
    #[serde(default)]
    close_reason: Option<String>,
}

async fn close(
    Shared(simulator): Shared<Simulator>,
    Segments((mchid, number)): Segments<(String, String)>,
    SentOrNot(closed): SentOrNot<Closed>,
) -> Response {
    let reason = closed.close_reason.as_deref().unwrap_or("USER_CLOSE");
    if !CLOSE_REASONS.contains(&reason) {
        return bad_request("close_reason is none of the documented ones");
    }
    let Some(key) = Mchid::parse(&mchid).ok().zip(OutAuthorizationNo::parse(&number).ok()) else {
        return refused(TransferRefused::Unknown);
    };
    let done = simulator.with_state(|state, platform, now| {
        let one = state.authorization_of(&key).map_err(|_| TransferRefused::Unknown)?;
        if one.told.state == TransferAuthorizationState::Closed {
            return Err(TransferRefused::State);
        }
        let closed = state.close_authorization(platform, &key, reason, now);
        closed.map(|one| authorization_view(&one)).map_err(|_| TransferRefused::Unknown)
    });
    done.map_or_else(refused, |view| Json(view).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenes {
    open: Vec<String>,
}

/// Which scenes are opened for a merchant.
async fn scenes(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(scenes): Sent<Scenes>,
) -> Response {
    let known = Mchid::parse(&mchid).ok().filter(|mchid| simulator.inner.platform.merchant(mchid).is_some());
    let Some(mchid) = known else {
        return problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant");
    };
    if scenes.open.len() > 32 || scenes.open.iter().any(|scene| scene.len() > 36) {
        return bad_request("open has at most 32 scenes");
    }
    let answer = json!({ "mchid": mchid, "open": scenes.open });
    simulator.with_state(|state, _, _| state.transfers.scenes.insert(mchid, scenes.open));
    Json(answer).into_response()
}

pub(super) fn refused(why: TransferRefused) -> Response {
    match why {
        TransferRefused::Unknown => problem(
            StatusCode::NOT_FOUND,
            "unknown_transfer",
            "package_info信息有误: there is no such transfer",
        ),
        TransferRefused::Payer => {
            problem(StatusCode::CONFLICT, "payer_mismatch", "the transfer is meant for somebody else")
        }
        TransferRefused::State => problem(
            StatusCode::CONFLICT,
            "transfer_state",
            "this does not follow from where the transfer or authorisation stands",
        ),
    }
}

const CLOSE_REASONS: [&str; 3] = ["USER_CLOSE", "TRANSFER_RISK", "USER_ACCOUNT_ABNORMAL"];
