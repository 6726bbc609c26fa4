//! All faces of the server on one router.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

use crate::app::App;
use crate::problem::{Code, Problem};
use crate::{api, client_api, health, notify, openapi, problem};

/// The longest a request may take: two calls to the platform on two hosts each would be forty seconds, and
/// nobody at a cashier waits longer than this. Repeating is safe.
const REQUEST_WITHIN: Duration = Duration::from_secs(30);

/// The router of a server. The demo adds its pages to it.
pub fn router(app: App) -> Router {
    with_pages(app, Router::new())
}

/// The router of a server that also shows `pages`.
pub fn with_pages(app: App, pages: Router<App>) -> Router {
    let answering_in_json = Router::new()
        .merge(api::router())
        .merge(client_api::router())
        .merge(openapi::router())
        .merge(health::router())
        .fallback(|| async { Problem::new(Code::NotFound, "no such address") })
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(app.clone(), problem::render));
    Router::new()
        .merge(notify::router())
        .merge(pages)
        .merge(answering_in_json)
        .layer(from_fn(with_safe_headers))
        .with_state(app)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Code::TooSlow, "gave up after 30 seconds").into_response(),
    }
}

/// A browser must not guess types, tell where it came from, or be put into another's frame.
async fn with_safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response
}

/// For everything that does not say otherwise: our own files and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
