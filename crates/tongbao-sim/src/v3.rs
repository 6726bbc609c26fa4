//! The `APIv3` endpoints over HTTP: the order of checks of v3.md §1.6, and answers signed where the
//! platform signs.

mod answer;
mod authorization;
mod bodies;
mod gate;
mod orders;
mod refunds;
mod schema;
mod target;

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::faults::{CallFault, CallSeen, Endpoint};
use crate::refusal::Refusal;
use crate::{Dropped, Simulator};

use answer::Answer;

/// One call, read whole.
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// Path and query exactly as they came: the signature covers these bytes.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// True when `header` is a well-formed `Authorization`.
pub(crate) fn is_authorization(header: &str) -> bool {
    authorization::Authorization::parse(Some(header)).is_ok()
}

/// Unknown paths answer an empty 404 and wrong methods an empty 405: the router's own answers.
pub(crate) fn routes() -> Router<Simulator> {
    let on = |endpoint| move |simulator, request| serve(simulator, endpoint, request);
    Router::new()
        .route("/v3/pay/transactions/jsapi", post(on(Endpoint::JsapiPrepay)))
        .route("/v3/pay/transactions/out-trade-no/{out_trade_no}", get(on(Endpoint::QueryByOutTradeNo)))
        .route("/v3/pay/transactions/id/{transaction_id}", get(on(Endpoint::QueryById)))
        .route("/v3/pay/transactions/out-trade-no/{out_trade_no}/close", post(on(Endpoint::Close)))
        .route("/v3/refund/domestic/refunds", post(on(Endpoint::Refund)))
        .route("/v3/refund/domestic/refunds/{out_refund_no}", get(on(Endpoint::RefundQuery)))
        .route("/v3/certificates", get(on(Endpoint::Certificates)))
}

async fn serve(Shared(simulator): Shared<Simulator>, endpoint: Endpoint, request: Request) -> Response {
    let call = match read(endpoint, request).await {
        Ok(call) => call,
        Err(status) => return status.into_response(),
    };
    let seen = CallSeen { endpoint, target: &call.target, body: &call.body };
    let fault = simulator.call_fault(&seen);
    if fault == CallFault::DropBefore {
        return dropped();
    }
    let judged = judge(&simulator, &call, fault);
    let platform = &simulator.inner.platform;
    match (judged, fault) {
        (_, CallFault::DropAfter) => dropped(),
        (Ok(_), CallFault::SystemErrorAfter) => answer::refused(platform, endpoint, &Refusal::system_error()),
        (Ok(answer), CallFault::Forge(forgery)) => answer::signed(platform, &call, &answer, Some(forgery)),
        (Ok(answer), CallFault::Pass | CallFault::TooMany | CallFault::DropBefore) => {
            answer::signed(platform, &call, &answer, None)
        }
        (Err(refusal), _) => answer::refused(platform, endpoint, &refusal),
    }
}

/// Reads a call, within bounds of size and time.
pub(crate) async fn read(endpoint: Endpoint, request: Request) -> Result<Call, StatusCode> {
    let (parts, body) = request.into_parts();
    let reading = axum::body::to_bytes(body, BODY_BYTES_MAX);
    let body = tokio::time::timeout(BODY_WITHIN, reading)
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)?
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ok(Call { endpoint, method: parts.method, target, headers: parts.headers, body })
}

/// Everything between a request and its answer: no waiting, no faults but 429.
fn judge(simulator: &Simulator, call: &Call, fault: CallFault) -> Result<Answer, Refusal> {
    let mchid = gate::admit(&simulator.inner.platform, call)?;
    let serial = answer::key_of_answer(&simulator.inner.platform, call).serial.clone();
    simulator.with_state(|state, _, _| state.answered_with.insert(mchid.clone(), serial));
    if fault == CallFault::TooMany {
        return Err(Refusal::too_many());
    }
    match call.endpoint {
        Endpoint::JsapiPrepay => orders::prepay(simulator, call, &mchid),
        Endpoint::QueryByOutTradeNo => orders::query(simulator, call, &mchid),
        Endpoint::QueryById => orders::query_by_id(simulator, call, &mchid),
        Endpoint::Close => orders::close(simulator, call, &mchid),
        Endpoint::Refund => refunds::apply(simulator, call, mchid),
        Endpoint::RefundQuery => refunds::query(simulator, call, mchid),
        Endpoint::Certificates => answer::certificates(&simulator.inner.platform, call, &mchid),
        Endpoint::Code2Session | Endpoint::StableToken => {
            unreachable!("routed to api.weixin.qq.com's half")
        }
    }
}

/// An answer that never leaves.
pub(crate) fn dropped() -> Response {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "dropped on purpose"))
    });
    let mut answer = Response::new(axum::body::Body::from_stream(broken));
    answer.headers_mut().insert(http::header::CONTENT_LENGTH, http::HeaderValue::from_static("1"));
    answer.extensions_mut().insert(Dropped);
    answer
}

/// The largest request documented is a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// A body comes within this time or not at all.
const BODY_WITHIN: Duration = Duration::from_secs(15);
