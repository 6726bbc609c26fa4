//! `/inspector`: the pages developers look at while they work.
//!
//! Rendered here, from `templates/inspector/`, with one stylesheet and one small script beside them; the
//! policy of the pages allows nothing else. What a person does is a form, so everything works without the
//! script, which adds what is live: new rows as they come, search while typing, keys.

mod bills;
mod books;
mod clock;
mod compare;
mod detail;
mod exchanges;
mod faults;
mod frame;
mod notifications;
mod order;
mod phone;
mod pretty;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};

use crate::Simulator;
use crate::guard::preflight;
use frame::Frame;

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/inspector", get(exchanges::page))
        .route("/inspector/rows", get(exchanges::rows))
        .route("/inspector/exchanges/{id}", get(detail::page))
        .route("/inspector/notifications", get(notifications::page))
        .route("/inspector/notifications/{id}/resend", post(notifications::resend).options(preflight))
        .route("/inspector/books", get(books::page))
        .route("/inspector/bills", get(bills::page))
        .route("/inspector/orders/{mchid}/{out_trade_no}", get(order::page))
        .route(
            "/inspector/faults",
            get(faults::page)
                .post(faults::change)
                .options(preflight)
                .layer(DefaultBodyLimit::max(faults::FORM_BYTES_MAX)),
        )
        .route("/inspector/clock", get(clock::page).post(clock::turn).options(preflight))
        .route("/inspector/assets/inspector.css", get(|| async { asset("text/css; charset=utf-8", CSS) }))
        .route(
            "/inspector/assets/inspector.js",
            get(|| async { asset("text/javascript; charset=utf-8", JS) }),
        )
        .route("/inspector/assets/coin.svg", get(|| async { asset("image/svg+xml", COIN) }))
        .merge(phone::routes())
}

/// A page, or a part of one.
fn html(template: &impl Template, frame: &Frame) -> Response {
    let html = template.render().expect("the template writes into memory");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut answer = (headers, html).into_response();
    if let Some(cookie) = frame.cookie() {
        answer.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    answer
}

/// Where a form leads once it is done.
fn back_to(path: &str) -> Response {
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/inspector"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

#[derive(Template)]
#[template(path = "inspector/missing.html")]
struct Missing<'a> {
    f: &'a Frame,
}

/// What was looked for is not there, or no longer.
fn missing(frame: &Frame) -> Response {
    let mut answer = html(&Missing { f: frame }, frame);
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from(text)).into_response()
}

const CSS: &str = include_str!("../../assets/inspector.css");
const JS: &str = include_str!("../../assets/inspector.js");
const COIN: &str = include_str!("../../assets/coin.svg");
/// Own files only, and no frame of others around them.
const PAGE_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
