//! A request as it came, and an answer that never leaves: what all faces of the platform share.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::time::Duration;

use tongbao_wire::Call;

use crate::{Dropped, TlsClient};

/// One request, read whole.
pub(crate) struct Received {
    pub(crate) endpoint: Call,
    pub(crate) method: Method,
    /// Path and query exactly as they came: the signature covers these bytes.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where it came to, such as `https://api.mch.weixin.qq.com`, when it came over TLS: under any name the
    /// certificate has, of which the base URL is none.
    pub(crate) origin: Option<String>,
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
    let origin = origin(&parts);
    Ok(Received { endpoint, method: parts.method, target, headers: parts.headers, body, origin })
}

fn origin(parts: &Parts) -> Option<String> {
    parts.extensions.get::<TlsClient>()?;
    let host = parts.headers.get(header::HOST)?.to_str().ok()?;
    host.parse::<Authority>().is_ok().then(|| format!("https://{host}"))
}

/// True for calls whose body is a form with a file, of which only `meta` is signed (v3.md §1.5).
pub(crate) const fn is_upload(call: Call) -> bool {
    matches!(call, Call::UploadImage | Call::UploadVideo | Call::UploadComplaintImage)
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
/// The largest file documented has 7.5 MB (v3-extended.md §9.2).
const UPLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A body comes within this time or not at all.
const BODY_WITHIN: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use http::{Request, header};

    use super::origin;
    use crate::TlsClient;

    fn check(tls: bool, host: Option<&str>, expected: Option<&str>) {
        let mut request = Request::get("/v3/bill/tradebill");
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        if tls {
            request = request.extension(TlsClient { certificate: None });
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(origin(&parts).as_deref(), expected);
    }

    #[test]
    fn who_comes_over_tls_is_told_addresses_under_the_name_it_used() {
        check(true, Some("api.mch.weixin.qq.com"), Some("https://api.mch.weixin.qq.com"));
        check(true, Some("127.0.0.1:8443"), Some("https://127.0.0.1:8443"));
        check(true, Some("not a name"), None);
        check(true, None, None);
        check(false, Some("api.mch.weixin.qq.com"), None);
    }
}
