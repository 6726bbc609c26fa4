//! stub
use crate::Simulator;
use axum::Router;
pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
}
