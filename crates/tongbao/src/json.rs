//! JSON bodies, read with a bound and refused with a place.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// The largest body our own APIs take: an order with twenty lines and texts has a few kilobytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body. Unknown members are refused, so that a misspelt one is not silently dropped.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|_| {
            Problem::new(Code::TooLarge, format!("a body has at most {BODY_BYTES_MAX} bytes"))
        })?;
        Self::parse(&body).map(Json)
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body that is at hand.
    ///
    /// # Errors
    /// [`Code::NotJson`] with line and column.
    pub fn parse(body: &[u8]) -> Result<T, Problem> {
        serde_json::from_slice(body).map_err(|error| Problem::new(Code::NotJson, error.to_string()))
    }
}
