//! The merchant API, for the business's back end.

mod idempotent;
pub mod orders;
pub mod refunds;

use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::{Router, routing};
use http::header::AUTHORIZATION;
use http::request::Parts;
use tongbao_domain::Cause;

use crate::account::Account;
use crate::api_key::ApiKey;
use crate::app::App;
use crate::json::BODY_BYTES_MAX;
use crate::problem::{Code, Problem};

/// The routes of `/v1`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/v1/orders", routing::post(orders::create).get(orders::list))
        .route("/v1/orders/{order_no}", routing::get(orders::get))
        .route("/v1/orders/{order_no}/pay", routing::post(orders::pay))
        .route("/v1/orders/{order_no}/close", routing::post(orders::close))
        .route("/v1/orders/{order_no}/refunds", routing::post(refunds::create))
        .route("/v1/orders/{order_no}/refunds/{out_refund_no}", routing::get(refunds::get))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Who calls: a key, and through it an account.
pub struct Merchant {
    app: App,
    key: usize,
}

impl Merchant {
    /// The account the key acts for.
    ///
    /// # Panics
    /// Never: a key without an account does not pass the configuration's check.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.app.account(&self.key().account).expect("every key's account is checked at start")
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &ApiKey {
        &self.app.api_keys[self.key]
    }

    /// What the history says of whoever caused this.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Cause::Api { key: self.key().name.clone() }
    }
}

impl FromRequestParts<App> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let secret =
            bearer(parts).ok_or_else(|| Problem::new(Code::Unauthorized, "no Authorization: Bearer"))?;
        let key = ApiKey::find(&app.api_keys, secret)
            .ok_or_else(|| Problem::new(Code::Unauthorized, "no such API key"))?;
        let key = app.api_keys.iter().position(|other| std::ptr::eq(other, key)).expect("found in this list");
        Ok(Self { app: app.clone(), key })
    }
}

/// The credential of a request, bounded.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = header.split_once(' ')?;
    let acceptable = scheme.eq_ignore_ascii_case("bearer") && (1..=256).contains(&secret.len());
    acceptable.then_some(secret)
}
