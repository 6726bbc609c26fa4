//! The demo's shop: a page in a phone frame that is paid through the mini-program client, unchanged.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Redirect, Response};
use axum::{Json, Router, routing};
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use serde::Serialize;

use crate::app::App;
use crate::console::asset;

/// What the page is told.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ShopConfig {
    /// Where the simulator answers, as an origin.
    pub(super) simulator: String,
    /// The mini program.
    pub(super) appid: String,
    /// Who pays unless another is chosen.
    pub(super) payer: String,
    /// Everybody who can pay.
    pub(super) payers: Vec<String>,
    /// `zh` or `en`.
    pub(super) lang: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PAGE: &str = "text/html; charset=utf-8";

/// The pages of the shop, which may frame and call the simulator.
pub(super) fn router(config: ShopConfig) -> Router<App> {
    let policy =
        HeaderValue::from_str(&policy(&config.simulator)).expect("an origin has no control characters");
    let pages = Router::new()
        .route("/shop/", asset(PAGE, include_str!("../../assets/shop/index.html")))
        .route("/shop/shop.css", asset(STYLE, include_str!("../../assets/shop/shop.css")))
        .route("/shop/shop.js", asset(SCRIPT, include_str!("../../assets/shop/shop.js")))
        .route("/shop/actions.js", asset(SCRIPT, include_str!("../../assets/shop/actions.js")))
        .route("/shop/screen.js", asset(SCRIPT, include_str!("../../assets/shop/screen.js")))
        .route("/shop/view.js", asset(SCRIPT, include_str!("../../assets/shop/view.js")))
        .route("/shop/pictures.js", asset(SCRIPT, include_str!("../../assets/shop/pictures.js")))
        .route("/shop/words.js", asset(SCRIPT, include_str!("../../assets/shop/words.js")))
        .route("/shop/wx-shim.js", asset(SCRIPT, include_str!("../../assets/shop/wx-shim.js")))
        .route("/shop/coin.svg", asset("image/svg+xml", include_str!("../../assets/coin.svg")))
        .route("/shop/config.json", routing::get(move || async move { Json(config) }))
        .merge(miniprogram())
        .layer(from_fn(move |request: Request, next: Next| {
            let policy = policy.clone();
            async move {
                let mut response: Response = next.run(request).await;
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
                response
            }
        }));
    Router::new()
        .route("/", routing::get(|| async { Redirect::to("/shop/") }))
        .route("/shop", routing::get(|| async { Redirect::to("/shop/") }))
        .merge(pages)
}

/// The client that mini programs use, as it is.
fn miniprogram() -> Router<App> {
    let files = [
        ("index.js", include_str!("../../../../miniprogram/src/index.js")),
        ("http.js", include_str!("../../../../miniprogram/src/http.js")),
        ("session.js", include_str!("../../../../miniprogram/src/session.js")),
        ("cart.js", include_str!("../../../../miniprogram/src/cart.js")),
        ("pending.js", include_str!("../../../../miniprogram/src/pending.js")),
        ("payment.js", include_str!("../../../../miniprogram/src/payment.js")),
        ("outcome.js", include_str!("../../../../miniprogram/src/outcome.js")),
        ("texts.js", include_str!("../../../../miniprogram/src/texts.js")),
    ];
    files.into_iter().fold(Router::new(), |router, (name, text)| {
        router.route(&format!("/shop/tongbao/{name}"), asset(SCRIPT, text))
    })
}

fn policy(simulator: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {simulator}; frame-src {simulator}; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    )
}
