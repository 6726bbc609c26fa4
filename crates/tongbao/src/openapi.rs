//! The description of our APIs, generated from the code that serves them.

use axum::{Json, Router, routing};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::app::App;
use crate::{api, client_api};

/// `/openapi.json`.
pub fn router() -> Router<App> {
    Router::new().route("/openapi.json", routing::get(|| async { Json(document()) }))
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tongbao 通宝",
        description = "Payments through WeChat Pay: the merchant API for back ends (/v1) and the client API for mini programs (/client/v1). Refusals are application/problem+json with a stable `code` and a `fix`."
    ),
    paths(
        api::orders::create, api::orders::get, api::orders::list, api::orders::pay, api::orders::close,
        api::refunds::create, api::refunds::get,
        client_api::login::login, client_api::goods::list,
        client_api::orders::create, client_api::orders::list, client_api::orders::get,
        client_api::orders::pay, client_api::orders::confirm, client_api::orders::cancel,
    ),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for name in ["bearer", "token"] {
            components.add_security_scheme(name, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}
