//! What a caller sent, or a refusal in the manner of this API: a code and a sentence.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::guard::{bad_request, problem};

/// The variable segments of the path.
pub(crate) struct Segments<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(segments)| Self(segments)).map_err(|why| bad_request(&why.body_text()))
    }
}

/// The query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(asked)| Self(asked)).map_err(|why| bad_request(&why.body_text()))
    }
}

/// The body, within the API's bound.
pub(super) struct Body(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        Bytes::from_request(request, state).await.map(Self).map_err(|why| match why.status() {
            StatusCode::PAYLOAD_TOO_LARGE => problem(why.status(), "too_large", &why.body_text()),
            _ => bad_request(&why.body_text()),
        })
    }
}

/// The body, read: an object in JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Body(body) = Body::from_request(request, state).await?;
        read(&body).map(Self).map_err(|why| bad_request(&why))
    }
}

/// The same, which may be left out.
pub(super) struct SentOrNot<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for SentOrNot<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Body(body) = Body::from_request(request, state).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        read(&body).map(Self).map_err(|why| bad_request(&why))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    // A list would be read as members in order, which nobody means.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err("a JSON object is expected".into());
    }
    serde_json::from_slice(body).map_err(|error| error.to_string())
}
