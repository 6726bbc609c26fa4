//! A request as it came: what all faces of the platform share.

use axum::extract::Request;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use std::time::Duration;

use tongbao_wire::Call;

use crate::platform::Platform;
use crate::tls::PLATFORM_HOSTS;

/// One request, read whole.
pub(crate) struct Received {
    pub(crate) endpoint: Call,
    pub(crate) method: Method,
    /// Path and query exactly as they came: the signature covers these bytes.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// Where the caller finds what it is given the address of: under the platform's name when it called that, by
    /// TLS or a proxy.
    pub(crate) fn origin(&self, platform: &Platform) -> String {
        let named = self.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        match named.filter(|host| PLATFORM_HOSTS.contains(host)) {
            Some(host) => format!("https://{host}"),
            None => platform.base_url.clone(),
        }
    }
}

/// Reads a request, within bounds of size and time.
pub(crate) async fn read(endpoint: Call, request: Request) -> Result<Received, StatusCode> {
    let (parts, body) = request.into_parts();
    let most = if is_upload(endpoint) { UPLOAD_BYTES_MAX } else { BODY_BYTES_MAX };
    let reading = axum::body::to_bytes(body, most);
    let body = tokio::time::timeout(BODY_WITHIN, reading)
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)?
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ok(Received { endpoint, method: parts.method, target, headers: parts.headers, body })
}

/// True for calls whose body is a form with a file, of which only `meta` is signed (v3.md §1.5).
pub(crate) const fn is_upload(call: Call) -> bool {
    matches!(call, Call::UploadImage | Call::UploadVideo | Call::UploadComplaintImage)
}

/// The largest request documented is a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// The largest file documented has 7.5 MB (v3-extended.md §9.2).
const UPLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A body comes within this time or not at all.
const BODY_WITHIN: Duration = Duration::from_secs(15);
