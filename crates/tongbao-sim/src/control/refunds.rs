//! Refunds over the control API: which there are, and how they end.

use std::cmp::Reverse;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tongbao_wire::{Mchid, OutRefundNo, Refund, RefundStatus};

use super::sent::{Asked, Segments, Sent};
use super::{LISTED, LISTED_MAX, Listed, outcome_told};
use crate::Simulator;
use crate::guard::{preflight, problem};
use crate::refund::OutcomeRefused;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/refunds", get(list))
        .route("/sim/v1/refunds/{out_refund_no}/outcome", post(outcome).options(preflight))
}

/// A refund with whose it is.
#[derive(Serialize)]
struct Row {
    mchid: Mchid,
    #[serde(flatten)]
    refund: Refund,
}

/// Those of the latest orders, newest first.
async fn list(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let mut rows: Vec<Row> = simulator.with_state(|state, _, _| {
        let newest = state.order_numbers.iter().rev().take(LISTED_MAX);
        let orders = newest.filter_map(|(_, key)| state.orders.get(&*key));
        let wanted = |number: &str| asked.out_trade_no.as_deref().is_none_or(|asked| asked == number);
        let orders = orders.filter(|order| wanted(order.asked.out_trade_no.as_str()));
        let kept = &state.refunds;
        let refunds = orders.flat_map(|order| {
            let mchid = order.asked.mchid.clone();
            let numbers = order.refunds.clone().into_iter();
            numbers.filter_map(move |number| kept.get(&(mchid.clone(), number)))
        });
        refunds.map(|record| Row { mchid: record.mchid.clone(), refund: record.told.clone() }).collect()
    });
    rows.sort_by_key(|row| Reverse(row.refund.create_time));
    rows.truncate(most);
    Json(json!({ "refunds": rows })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    status: RefundStatus,
    #[serde(default)]
    mchid: Option<Mchid>,
}

/// Decides a refund by its number alone, whose merchant may be left out while only one has it.
async fn outcome(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    Sent(decided): Sent<Decided>,
) -> Response {
    let Ok(number) = OutRefundNo::parse(&number) else {
        return outcome_told(Err(OutcomeRefused::Unknown));
    };
    let owners: Vec<Mchid> = simulator.with_state(|state, _, _| {
        let asked = |mchid: &Mchid| decided.mchid.as_ref().is_none_or(|asked| asked == mchid);
        let mchids = state.ledger.mchids().filter(asked);
        mchids.filter(|mchid| state.refunds.contains_key(&(mchid.clone(), number.clone()))).collect()
    });
    match &owners[..] {
        [] => outcome_told(Err(OutcomeRefused::Unknown)),
        [mchid] => outcome_told(simulator.force_outcome(mchid, &number, decided.status)),
        [..] => {
            problem(StatusCode::CONFLICT, "ambiguous", "several merchants have this number; name the mchid")
        }
    }
}
