//! What consumers do about their complaints.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tongbao_wire::complaint::{Complaint, ComplaintHistoryEntry, ComplaintProblem};
use tongbao_wire::{ComplaintId, Fen, Mchid, OutTradeNo};

use super::sent::{Asked, Segments, Sent};
use super::{LISTED, LISTED_MAX, Listed, refused};
use crate::Simulator;
use crate::complaint::{ComplaintRecord, ComplaintRefused, ConsumerAct, NewComplaint};
use crate::guard::{bad_request, preflight, problem};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/complaints", get(list).post(file).options(preflight))
        .route("/sim/v1/complaints/{complaint_id}", get(one))
        .route("/sim/v1/complaints/{complaint_id}/actions", post(act).options(preflight))
}

/// A complaint as shown.
#[derive(Serialize)]
struct View<'a> {
    payer: &'a str,
    #[serde(flatten)]
    told: &'a Complaint,
    history: &'a [ComplaintHistoryEntry],
}

pub(super) fn view(record: &ComplaintRecord) -> serde_json::Value {
    let view = View { payer: &record.payer, told: &record.told, history: &record.history };
    serde_json::to_value(view).expect("a complaint is plain data")
}

async fn list(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let complaints: Vec<_> = simulator
        .with_state(|state, _, _| state.complaints.newest().take(most).map(|record| view(&record)).collect());
    Json(json!({ "complaints": complaints })).into_response()
}

async fn one(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    shown(&simulator, &id)
}

fn shown(simulator: &Simulator, id: &str) -> Response {
    let id = ComplaintId::parse(id).ok();
    let found = simulator
        .with_state(|state, _, _| id.and_then(|id| state.complaints.get(&id)).map(|record| view(&record)));
    found.map_or_else(|| refusal(ComplaintRefused::Unknown), |view| Json(view).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filed {
    out_trade_no: OutTradeNo,
    #[serde(default)]
    mchid: Option<Mchid>,
    detail: String,
    #[serde(default)]
    problem_description: String,
    #[serde(default)]
    problem_type: Option<ComplaintProblem>,
    #[serde(default)]
    apply_refund_amount_fen: Option<Fen>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    user_tag_list: Vec<String>,
    #[serde(default)]
    need_immediate_service: bool,
    /// Base64 of JPEG files.
    #[serde(default)]
    pictures: Vec<String>,
}

async fn file(Shared(simulator): Shared<Simulator>, Sent(filed): Sent<Filed>) -> Response {
    if filed.detail.is_empty()
        || filed.detail.chars().count() > 300
        || filed.problem_description.chars().count() > 256
    {
        return bad_request("detail has 1 to 300 characters, problem_description at most 256");
    }
    if filed.phone.as_ref().is_some_and(|phone| phone.is_empty() || phone.len() > 64) {
        return bad_request("phone has 1 to 64 bytes");
    }
    let pictures: Option<Vec<Vec<u8>>> =
        filed.pictures.iter().map(|picture| STANDARD.decode(picture).ok()).collect();
    let Some(pictures) = pictures.filter(|pictures| pictures.len() <= PICTURES_MAX) else {
        return bad_request("pictures are at most nine files in Base64");
    };
    let order =
        simulator.with_state(|state, _, _| state.order_key(filed.mchid.as_ref(), &filed.out_trade_no));
    let order = match order {
        Ok(order) => order,
        Err(why) => return refused(&why),
    };
    let asked = NewComplaint {
        order,
        detail: filed.detail,
        problem_description: filed.problem_description,
        problem_type: filed.problem_type,
        apply_refund_amount: filed.apply_refund_amount_fen,
        phone: filed.phone,
        tags: filed.user_tag_list,
        need_immediate_service: filed.need_immediate_service,
        pictures,
    };
    match simulator.with_state(|state, platform, now| state.complain(platform, asked, now)) {
        Ok(id) => shown(&simulator, id.as_str()),
        Err(why) => refusal(why),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acted {
    action: ConsumerAct,
    #[serde(default)]
    content: String,
}

async fn act(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(acted): Sent<Acted>,
) -> Response {
    if acted.content.chars().count() > 500 {
        return bad_request("content has at most 500 characters");
    }
    let Ok(number) = ComplaintId::parse(&id) else { return refusal(ComplaintRefused::Unknown) };
    let done = simulator.with_state(|state, platform, now| {
        state.consumer_acts(platform, &number, acted.action, &acted.content, now)
    });
    done.map_or_else(refusal, |()| shown(&simulator, &id))
}

fn refusal(why: ComplaintRefused) -> Response {
    match why {
        ComplaintRefused::Unknown => {
            problem(StatusCode::NOT_FOUND, "unknown_complaint", "there is no complaint of this number")
        }
        ComplaintRefused::NotPaid => problem(
            StatusCode::CONFLICT,
            "not_paid",
            "a complaint is about a paid order, and this one is not paid",
        ),
        ComplaintRefused::Open => problem(
            StatusCode::CONFLICT,
            "complaint_exists",
            "the order has a complaint; `continue` carries on with it once it is settled",
        ),
        ComplaintRefused::State => problem(
            StatusCode::CONFLICT,
            "complaint_state",
            "this does not follow from where the complaint stands",
        ),
    }
}

const PICTURES_MAX: usize = 9;
