//! The client API, for the mini program.

pub mod goods;
pub mod login;
pub mod orders;

use axum::extract::DefaultBodyLimit;
use axum::{Router, routing};

use crate::app::App;
use crate::json::BODY_BYTES_MAX;

/// The routes of `/client/v1`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/client/v1/login", routing::post(login::login))
        .route("/client/v1/goods", routing::get(goods::list))
        .route("/client/v1/orders", routing::post(orders::create).get(orders::list))
        .route("/client/v1/orders/{order_no}", routing::get(orders::get))
        .route("/client/v1/orders/{order_no}/pay", routing::post(orders::pay))
        .route("/client/v1/orders/{order_no}/confirm", routing::post(orders::confirm))
        .route("/client/v1/orders/{order_no}/cancel", routing::post(orders::cancel))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
