//! Who may use the pages and the control API: they move virtual money, but on a developer's machine any
//! web page could reach them.

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use crate::Simulator;
use crate::prepay::{H5_HOST, H5_PATH};

/// Refuses names that are not the simulator's (DNS rebinding) and pages of foreign origins, and tells
/// browsers which pages may read the answer.
pub(crate) async fn guard(Shared(simulator): Shared<Simulator>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = named_host(headers, request.uri());
    let path = request.uri().path();
    let own = |host: &String| is_loopback(host) || Some(host) == simulator.own_host().as_ref();
    if let Some(host) = host.filter(|host| !own(host) && !is_h5(&simulator, host, path)) {
        let detail = format!("`{host}` is not this simulator; use its loopback address or its base URL");
        return problem(StatusCode::FORBIDDEN, "foreign_host", &detail);
    }
    let open = path == "/sim/v1/login-codes" || path.starts_with("/cashier/") || path == "/cashier";
    let origin = headers.get(header::ORIGIN).cloned();
    let allowed = match &origin {
        None => None,
        Some(_) if open || simulator.control_from_any_origin() => Some(HeaderValue::from_static("*")),
        Some(origin) if is_own_origin(&simulator, origin) => Some(origin.clone()),
        Some(_) if request.method() == Method::GET => None,
        Some(_) => {
            let detail = "pages of other origins cannot drive the simulator";
            return problem(StatusCode::FORBIDDEN, "foreign_origin", detail);
        }
    };
    let mut answer = next.run(request).await;
    if let Some(allowed) = allowed {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    answer
}

/// What a browser asks before it posts JSON across origins.
pub(crate) async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// An error of the control API: a stable code, and a sentence.
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    problem_with(status, code, detail, json!({}))
}

/// The same with more members.
pub(crate) fn problem_with(status: StatusCode, code: &str, detail: &str, mut more: Value) -> Response {
    more["code"] = code.into();
    more["detail"] = detail.into();
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, headers, more.to_string()).into_response()
}

/// A body that cannot be read.
pub(crate) fn bad_request(reason: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, "bad_request", reason)
}

/// The host a request names, in lower case; what is no name of one, or two of them, names nobody.
fn named_host(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let mut said = headers.get_all(header::HOST).iter();
    let named = match (said.next(), said.next()) {
        (Some(one), None) => one.to_str().ok().and_then(|named| named.parse::<Authority>().ok()),
        (Some(_), Some(_)) => None,
        (None, _) => Some(uri.authority()?.clone()),
    };
    Some(named.map_or_else(|| "?".into(), |authority| authority.host().to_ascii_lowercase()))
}

/// The name that an `h5_url` of the platform has, and what a browser gets under it: the page, and its calls.
fn is_h5(simulator: &Simulator, host: &str, path: &str) -> bool {
    let paths = ["/cashier/pay", "/cashier/cancel", "/cashier/told"];
    let served = path == H5_PATH || path.starts_with("/cashier/assets/") || paths.contains(&path);
    simulator.inner.platform.switches.h5_url_of_platform && host == H5_HOST && served
}

fn is_own_origin(simulator: &Simulator, origin: &HeaderValue) -> bool {
    let Some(host) = origin.to_str().ok().and_then(|text| text.parse::<Uri>().ok()).and_then(host_of) else {
        return false;
    };
    is_loopback(&host) || Some(host) == simulator.own_host()
}

/// The host of an address, in lower case.
#[allow(clippy::needless_pass_by_value, reason = "the form and_then wants")]
pub(crate) fn host_of(uri: Uri) -> Option<String> {
    uri.host().map(str::to_ascii_lowercase)
}

/// `localhost` and its names, and the loopback addresses.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
