//! JSON bodies, read with a bound and refused with a place.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// A body as it came, within its bound.
pub struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(Code::TooLarge, format!("a body has at most {BODY_BYTES_MAX} bytes"))
            } else {
                Problem::new(Code::Cut, "the body was cut, came too slowly, or was framed wrong")
            }
        })?;
        Ok(Self(body))
    }
}

/// The largest body our own APIs take: an order with twenty lines and texts has a few kilobytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body. Unknown members are refused, so that a misspelt one is not silently dropped.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Raw(body) = Raw::from_request(request, state).await?;
        Self::parse(&body).map(Json)
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body that is at hand.
    ///
    /// # Errors
    /// [`Code::NotJson`] with line and column.
    pub fn parse(body: &[u8]) -> Result<T, Problem> {
        // serde would take `["A1", "tea", 990]` for an object, member by member in an order nobody promised.
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::new(Code::NotJson, "must be an object, not an array"));
        }
        serde_json::from_slice(body).map_err(|error| Problem::new(Code::NotJson, error.to_string()))
    }
}
