//! The control API under `/sim/v1`: what a person or a script does to the simulated world.

mod apps;
mod bills;
mod clock;
mod complaints;
mod faults;
mod keys;
mod merchants;
mod onboarding;
mod payers;
mod phone;
mod refunds;
mod seeds;
mod sent;
mod sharing;
mod standing;
mod transfers;
mod worlds;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tongbao_wire::{Appid, Fen, Mchid, OutRefundNo, OutTradeNo, Refund, RefundStatus};

use crate::LoginRefused;
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};
use crate::ledger::{AMOUNT_MAX, Purse};
use crate::pay::PayRefused;
use crate::people::Did;
use crate::refund::OutcomeRefused;
use crate::view::OrderView;
pub(crate) use clock::ADVANCE_SECONDS_MAX;
pub(crate) use sent::{Asked, Segments};
use sent::{Sent, SentOrNot};

pub(crate) fn routes() -> Router<Simulator> {
    let on_post = |path: &'static str| format!("/sim/v1/{path}");
    Router::new()
        .route("/sim/v1/health", get(health))
        .route("/sim/v1/env", get(env))
        .route("/sim/v1/books", get(books))
        .route("/sim/v1/bills/{date}", get(bills::bill))
        .route("/sim/v1/orders", get(orders))
        .route("/sim/v1/orders/{out_trade_no}", get(order))
        .route(&on_post("orders/{out_trade_no}/pay"), post(pay).options(preflight))
        .route(&on_post("orders/{out_trade_no}/cancel"), post(cancel).options(preflight))
        .route(
            &on_post("orders/{out_trade_no}/refunds/{out_refund_no}/outcome"),
            post(outcome).options(preflight),
        )
        .route("/sim/v1/notifications", get(notifications))
        .route(&on_post("notifications/{id}/resend"), post(resend).options(preflight))
        .route(&on_post("merchants/{mchid}/withdraw"), post(withdraw).options(preflight))
        .route(&on_post("merchants/{mchid}/top-up"), post(top_up).options(preflight))
        .route("/sim/v1/login-codes", post(login_code).options(preflight))
        .merge(complaints::routes())
        .merge(transfers::routes())
        .merge(sharing::routes())
        .merge(onboarding::routes())
        .merge(worlds::routes())
        .merge(phone::routes())
        .merge(apps::routes())
        .merge(payers::routes())
        .merge(clock::routes())
        .merge(keys::routes())
        .merge(merchants::routes())
        .merge(seeds::routes())
        .merge(refunds::routes())
        .merge(standing::routes())
        .merge(faults::routes())
}

async fn health(Shared(simulator): Shared<Simulator>) -> Response {
    let orders = simulator.orders_held();
    let failing = simulator.data_failing();
    let status = if failing.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let told = json!({
        "status": failing.map_or("ok", |_| "failing"), "data": failing.unwrap_or("ok"),
        "version": env!("CARGO_PKG_VERSION"), "orders": orders,
    });
    (status, Json(told)).into_response()
}

async fn env(Shared(simulator): Shared<Simulator>) -> Response {
    Json(simulator.env()).into_response()
}

async fn books(Shared(simulator): Shared<Simulator>) -> Response {
    Json(simulator.books()).into_response()
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    out_trade_no: Option<String>,
}

async fn orders(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    Json(json!({ "orders": simulator.orders_newest(most) })).into_response()
}

/// Which merchant is meant; may be left out while only one has an order of this number.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    mchid: Option<Mchid>,
    #[serde(default)]
    payer: Option<String>,
}

async fn order(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    Asked(named): Asked<Named>,
) -> Response {
    let Ok(number) = OutTradeNo::parse(&number) else {
        return refused(&PayRefused::UnknownOrder);
    };
    let found = simulator.with_state(|state, _, _| {
        let key = state.order_key(named.mchid.as_ref(), &number)?;
        Ok(state.order_view(&state.orders.get(&key).expect("just found")))
    });
    found.map_or_else(|why| refused(&why), |order| Json(order).into_response())
}

async fn pay(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    SentOrNot(named): SentOrNot<Named>,
) -> Response {
    let Ok(number) = OutTradeNo::parse(&number) else { return refused(&PayRefused::UnknownOrder) };
    let paid = simulator.pay_of(named.mchid.as_ref(), &number, named.payer.as_deref());
    paid.map_or_else(|why| refused(&why), |(order, did)| Json(ActedUpon { order, did }).into_response())
}

/// The order after its payer did something about it.
#[derive(Serialize)]
struct ActedUpon {
    #[serde(flatten)]
    order: OrderView,
    #[serde(flatten)]
    did: Did,
}

async fn cancel(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    SentOrNot(named): SentOrNot<Named>,
) -> Response {
    let Ok(number) = OutTradeNo::parse(&number) else { return refused(&PayRefused::UnknownOrder) };
    let cancelled = simulator.cancel(named.mchid.as_ref(), &number);
    cancelled.map_or_else(|why| refused(&why), |order| Json(order).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    status: RefundStatus,
    #[serde(default)]
    mchid: Option<Mchid>,
}

async fn outcome(
    Shared(simulator): Shared<Simulator>,
    Segments((number, refund)): Segments<(String, String)>,
    Sent(decided): Sent<Decided>,
) -> Response {
    let (Ok(number), Ok(refund)) = (OutTradeNo::parse(&number), OutRefundNo::parse(&refund)) else {
        return refused(&PayRefused::UnknownOrder);
    };
    let owner = simulator.with_state(|state, _, _| {
        let key = state.order_key(decided.mchid.as_ref(), &number)?;
        let known = state.orders.get(&key).is_some_and(|order| order.refunds.contains(&refund));
        Ok(Some(key.0).filter(|_| known))
    });
    let forced = match owner {
        Err(why) => return refused(&why),
        Ok(None) => Err(OutcomeRefused::Unknown),
        Ok(Some(mchid)) => simulator.force_outcome(&mchid, &refund, decided.status),
    };
    outcome_told(forced)
}

/// What came of deciding a refund.
fn outcome_told(forced: Result<Refund, OutcomeRefused>) -> Response {
    match forced {
        Ok(refund) => Json(refund).into_response(),
        Err(OutcomeRefused::Unknown) => {
            problem(StatusCode::NOT_FOUND, "unknown_refund", "the order has no refund of this number")
        }
        Err(OutcomeRefused::Short) => {
            problem(StatusCode::CONFLICT, "not_enough", "the merchant has no money for this refund")
        }
        Err(OutcomeRefused::Decided) => problem(
            StatusCode::CONFLICT,
            "refund_decided",
            "a refund goes from PROCESSING to SUCCESS, CLOSED or ABNORMAL, and from ABNORMAL to SUCCESS",
        ),
    }
}

async fn notifications(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let listed: Vec<_> = simulator.with_state(|state, _, _| {
        let wanted = |number: &str| asked.out_trade_no.as_deref().is_none_or(|asked| asked == number);
        let newest = state.notices.iter().rev().map(|(_, notice)| notice);
        let number = |it: &crate::notice::Notice| it.out_trade_no.as_ref().map(ToString::to_string);
        newest.filter(|it| wanted(&number(it).unwrap_or_default())).take(most).map(|it| it.view()).collect()
    });
    Json(json!({ "notifications": listed })).into_response()
}

async fn resend(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    match simulator.resend(&id).await {
        Some(notification) => Json(notification).into_response(),
        None => problem(StatusCode::NOT_FOUND, "unknown_notification", "there is no notification of this id"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawn {
    amount_fen: Fen,
}

async fn withdraw(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(withdrawn): Sent<Withdrawn>,
) -> Response {
    let done = Mchid::parse(&mchid).is_ok_and(|mchid| simulator.withdraw(&mchid, withdrawn.amount_fen));
    if done {
        return Json(simulator.books()).into_response();
    }
    problem(StatusCode::CONFLICT, "not_enough", "no such merchant, or its balance does not suffice")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToppedUp {
    amount_fen: Fen,
    /// `BASIC`, `OPERATION` or `FEES`.
    account: String,
}

/// Puts money into one of a merchant's purses (充值): transfers are paid from `OPERATION`.
async fn top_up(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(topped): Sent<ToppedUp>,
) -> Response {
    let purse = match topped.account.as_str() {
        "BASIC" => Purse::Basic,
        "OPERATION" => Purse::Operation,
        "FEES" => Purse::Fees,
        _ => return bad_request("account is BASIC, OPERATION or FEES"),
    };
    if !(1..=AMOUNT_MAX).contains(&topped.amount_fen.get()) {
        return bad_request("amount_fen is from 1 to 1000000000000");
    }
    let done = Mchid::parse(&mchid).is_ok_and(|mchid| simulator.top_up(&mchid, purse, topped.amount_fen));
    if done {
        return Json(simulator.books()).into_response();
    }
    problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginAsked {
    appid: Appid,
    #[serde(default)]
    payer: Option<String>,
}

async fn login_code(Shared(simulator): Shared<Simulator>, Sent(asked): Sent<LoginAsked>) -> Response {
    match simulator.login_code(&asked.appid, asked.payer.as_deref()) {
        Ok(code) => Json(json!({ "code": code })).into_response(),
        Err(why @ LoginRefused::UnknownAppid) => {
            problem(StatusCode::NOT_FOUND, "unknown_appid", &why.to_string())
        }
        Err(why @ LoginRefused::UnknownPayer) => {
            problem(StatusCode::NOT_FOUND, "unknown_payer", &why.to_string())
        }
    }
}

fn refused(why: &PayRefused) -> Response {
    let status = match why {
        PayRefused::UnknownOrder | PayRefused::UnknownPayer => StatusCode::NOT_FOUND,
        PayRefused::Missing { .. }
        | PayRefused::Signature
        | PayRefused::Prepay
        | PayRefused::Scene
        | PayRefused::Appid
        | PayRefused::Payer
        | PayRefused::Paid
        | PayRefused::Closed
        | PayRefused::Expired
        | PayRefused::Insufficient
        | PayRefused::Locked
        | PayRefused::Restricted
        | PayRefused::Ambiguous
        | PayRefused::SessionGone => StatusCode::CONFLICT,
    };
    problem(status, why.code(), &why.to_string())
}

/// Rows of a list unless asked otherwise.
const LISTED: usize = 200;
/// Rows of a list at most.
const LISTED_MAX: usize = 10_000;
