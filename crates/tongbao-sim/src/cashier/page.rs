//! The cashier's page and calls over HTTP.
//!
//! What `templates/cashier.html` gets: `zh` (Chinese, else English), `embed` (inside an iframe: tell the
//! parent), and `outcome`, which is a `Sheet` (`session`, `merchant`, `amount`, `description`, `payer`,
//! `balance`; money in yuan) or a `Refusal` (`text` for people, `err_msg` for the caller).
//! `assets/cashier.css` and `assets/cashier.js` are served beside it; the page's policy allows nothing else
//! but `data:` pictures, so neither styles nor scripts stand inline.

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Body;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{Uri, header};
use serde::Deserialize;

use super::open::{Sheet, open, open_in_browser, sheet_of};
use super::password::{CANCELLED, cancel, err_msg, pay, told};
use crate::Simulator;
use crate::control::Segments;
use crate::guard;
use crate::inspector::CashierRefused;
use crate::pay::PayRefused;
use crate::prepay::H5_PATH;

#[derive(Template)]
#[template(path = "cashier.html")]
struct Page<'a> {
    zh: bool,
    embed: bool,
    /// Where the browser goes afterwards; empty to stay.
    back: &'a str,
    outcome: Outcome,
}

enum Outcome {
    Sheet(Sheet),
    Refusal(Refusal),
}

struct Refusal {
    text: String,
    err_msg: String,
}

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/cashier", get(show))
        .route(H5_PATH, get(show_h5))
        .route("/cashier/sessions/{session}", get(show_open))
        .route("/cashier/pay", post(pay_now).options(guard::preflight))
        .route("/cashier/cancel", post(cancel_now).options(guard::preflight))
        .route("/cashier/told", post(told_now).options(guard::preflight))
        .route("/cashier/assets/cashier.css", get(|| async { asset("text/css; charset=utf-8", CSS) }))
        .route("/cashier/assets/cashier.js", get(|| async { asset("text/javascript; charset=utf-8", JS) }))
}

async fn show(Shared(simulator): Shared<Simulator>, uri: Uri) -> Response {
    let query = query_of(&uri);
    let opened = simulator.with_state(|state, platform, now| open(state, platform, &query, now));
    page(&query, opened, "")
}

/// Where an `h5_url` leads (v3.md §2.1, §2.7).
async fn show_h5(Shared(simulator): Shared<Simulator>, uri: Uri) -> Response {
    let query = query_of(&uri);
    let opened = simulator.with_state(|state, platform, now| open_in_browser(state, platform, &query, now));
    page(&query, opened, redirect_url(&query))
}

/// A cashier that is open already, as the phone shows it.
async fn show_open(
    Shared(simulator): Shared<Simulator>,
    Segments(session): Segments<String>,
    uri: Uri,
) -> Response {
    let query = query_of(&uri);
    let opened = simulator.with_state(|state, platform, _| sheet_of(state, platform, &session));
    page(&query, opened, "")
}

/// Where an `h5_url` says to go afterwards (v3.md §2.7); only the web.
fn redirect_url(query: &BTreeMap<String, String>) -> &str {
    let asked = query.get("redirect_url").map_or("", String::as_str);
    let web = asked.starts_with("https://") || asked.starts_with("http://");
    if web { asked } else { "" }
}

fn query_of(uri: &Uri) -> BTreeMap<String, String> {
    Query::<BTreeMap<String, String>>::try_from_uri(uri).map(|Query(query)| query).unwrap_or_default()
}

fn page(query: &BTreeMap<String, String>, opened: Result<Sheet, PayRefused>, back: &str) -> Response {
    let said = |name: &str| query.get(name).map_or("", String::as_str);
    let outcome = match opened {
        Ok(sheet) => Outcome::Sheet(sheet),
        Err(refusal) => Outcome::Refusal(Refusal { text: refusal.to_string(), err_msg: err_msg(&refusal) }),
    };
    let refused = match &outcome {
        Outcome::Sheet(_) => None,
        Outcome::Refusal(refusal) => Some(CashierRefused(refusal.err_msg.clone())),
    };
    let page = Page { zh: said("lang") != "en", embed: said("embed") == "1", back, outcome };
    let html = page.render().expect("the template writes into memory");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    let mut answer = (headers, html).into_response();
    if let Some(refused) = refused {
        answer.extensions_mut().insert(refused);
    }
    answer
}

#[derive(Deserialize)]
struct Typed {
    session: String,
    #[serde(default)]
    password: String,
}

async fn pay_now(Shared(simulator): Shared<Simulator>, body: Bytes) -> Response {
    let typed: Typed = match serde_json::from_slice(&body) {
        Ok(typed) => typed,
        Err(error) => return guard::bad_request(&error.to_string()),
    };
    let told = simulator
        .with_state(|state, platform, now| pay(state, platform, &typed.session, &typed.password, now));
    Json(told).into_response()
}

async fn cancel_now(Shared(simulator): Shared<Simulator>, body: Bytes) -> Response {
    let typed: Typed = match serde_json::from_slice(&body) {
        Ok(typed) => typed,
        Err(error) => return guard::bad_request(&error.to_string()),
    };
    simulator.with_state(|state, platform, now| cancel(state, platform, &typed.session, now));
    Json(serde_json::json!({ "errMsg": CANCELLED })).into_response()
}

/// The page of a payer who acts by themselves asks what came of it.
async fn told_now(Shared(simulator): Shared<Simulator>, body: Bytes) -> Response {
    let typed: Typed = match serde_json::from_slice(&body) {
        Ok(typed) => typed,
        Err(error) => return guard::bad_request(&error.to_string()),
    };
    let told = simulator.with_state(|state, platform, _| told(state, platform, &typed.session));
    Json(told).into_response()
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from(text)).into_response()
}

const CSS: &str = include_str!("../../assets/cashier.css");
const JS: &str = include_str!("../../assets/cashier.js");
/// Own files only; any page may embed the cashier, as it stands in for a sheet above the shop.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";
