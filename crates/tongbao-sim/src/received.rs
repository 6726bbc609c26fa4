//! A request as it came, and an answer that never leaves: what all faces of the platform share.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::time::Duration;

use tongbao_wire::Call;

use crate::Dropped;

/// One request, read whole.
pub(crate) struct Received {
    pub(crate) endpoint: Call,
    pub(crate) method: Method,
    /// Path and query exactly as they came: the signature covers these bytes.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Reads a request, within bounds of size and time.
pub(crate) async fn read(endpoint: Call, request: Request) -> Result<Received, StatusCode> {
    let (parts, body) = request.into_parts();
    let reading = axum::body::to_bytes(body, BODY_BYTES_MAX);
    let body = tokio::time::timeout(BODY_WITHIN, reading)
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)?
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ok(Received { endpoint, method: parts.method, target, headers: parts.headers, body })
}

/// An answer that never leaves.
pub(crate) fn dropped() -> Response {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "dropped on purpose"))
    });
    let mut answer = Response::new(Body::from_stream(broken));
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1"));
    answer.extensions_mut().insert(Dropped);
    answer
}

/// The largest request documented is a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// A body comes within this time or not at all.
const BODY_WITHIN: Duration = Duration::from_secs(15);
