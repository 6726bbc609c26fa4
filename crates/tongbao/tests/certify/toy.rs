//! A small merchant's server that does everything right, except for one fault on purpose.
//!
//! It follows the ten-line contract. `toy/shop.rs` is what it does, `toy/letter.rs` how it opens mail; this
//! file is its HTTP.

mod letter;
mod shop;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tongbao_sim::Env;

use shop::Shop;

/// What is wrong with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    DoesNotVerify,
    IgnoresTheTime,
    IgnoresTheAmount,
    IgnoresTheCurrency,
    IgnoresWhoseItIs,
    IgnoresTheState,
    ProcessesTwice,
    AcknowledgesEverything,
    AcknowledgesProbes,
    RefusesEverything,
    RemembersForgeries,
    RefusesNewMembers,
    PanicsOnOddBodies,
    AsksBeforeAnswering,
    NeverQueries,
    BelievesTheFrontEnd,
    BelievesUnsignedAnswers,
    NewNumberPerTap,
    ForgetsAfterTheSecondTap,
    NeverPlaces,
    FloatingPoint,
    SignsTheBareId,
    ClosesHereOnly,
    SwallowsLateMoney,
    NewNumberPerRefund,
    NoRefundLimits,
    AbnormalIsDone,
    LatePaymentResets,
    NoRefunds,
    CountsRefundsInBills,
}

/// The server on its routes.
pub(crate) fn router(env: &Env, own_url: &str, fault: Fault) -> Router {
    let shop = Arc::new(Shop::new(env, own_url, fault));
    Router::new()
        .route("/certify", get(declare))
        .route("/certify/orders", post(create))
        .route("/certify/orders/{number}", get(read))
        .route("/certify/orders/{number}/confirm", post(confirm))
        .route("/certify/orders/{number}/refunds", post(refund))
        .route("/certify/orders/{number}/close", post(close))
        .route("/certify/bills/{day}", get(bill))
        .route("/wxpay/notify", post(notify))
        .with_state(shop)
}

type Toy = State<Arc<Shop>>;

async fn declare(State(shop): Toy) -> Json<Value> {
    let all = ["confirm", "refund", "close", "bill"];
    let offered: Vec<_> =
        all.into_iter().filter(|word| !(shop.has(Fault::NoRefunds) && *word == "refund")).collect();
    Json(json!({ "abilities": offered }))
}

async fn create(State(shop): Toy, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    match shop.create(&body).await {
        Ok(placed) => (StatusCode::OK, Json(placed)),
        Err(reason) => (StatusCode::BAD_GATEWAY, Json(json!({ "error": reason }))),
    }
}

async fn read(State(shop): Toy, Path(number): Path<String>) -> (StatusCode, Json<Value>) {
    if !shop.has(Fault::NeverQueries) {
        shop.ask(&number).await;
    }
    match shop.shown(&number) {
        Some(order) => (StatusCode::OK, Json(order)),
        None => (StatusCode::NOT_FOUND, Json(Value::Null)),
    }
}

async fn confirm(State(shop): Toy, Path(number): Path<String>) -> StatusCode {
    if shop.has(Fault::BelievesTheFrontEnd) {
        shop.settle(&number);
    } else if !shop.has(Fault::NeverQueries) {
        shop.ask(&number).await;
    }
    StatusCode::OK
}

async fn refund(State(shop): Toy, Path(number): Path<String>, Json(body): Json<Value>) -> StatusCode {
    match shop.refund(&number, &body).await {
        Ok(()) => StatusCode::OK,
        Err(status) => status,
    }
}

async fn close(State(shop): Toy, Path(number): Path<String>) -> StatusCode {
    shop.close(&number).await;
    StatusCode::OK
}

async fn bill(State(shop): Toy, Path(day): Path<String>) -> (StatusCode, Json<Value>) {
    match shop.bill(&day).await {
        Ok(read) => (StatusCode::OK, Json(read)),
        Err(reason) => (StatusCode::BAD_GATEWAY, Json(json!({ "error": reason }))),
    }
}

async fn notify(State(shop): Toy, headers: HeaderMap, body: Bytes) -> StatusCode {
    shop.notified(&headers, &body).await
}
