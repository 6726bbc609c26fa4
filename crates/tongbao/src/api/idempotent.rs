//! `Idempotency-Key`: the first answer, given again.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use tongbao_store::idempotency::{self, Answer, BeginError, Begun, Execution, Request};

use super::Merchant;
use crate::api_key::sha256;
use crate::app::App;
use crate::failure::Failure;
use crate::numbers;
use crate::problem::{Code, Problem};

/// Carries a request out once per key. Without a key it is simply carried out.
///
/// Successes are kept and given again. A refusal frees the key: whoever mends the request, or repeats it
/// later, is heard. That is safe because every use case behind it is itself safe to repeat.
pub(super) async fn once(
    app: &App,
    merchant: &Merchant,
    headers: &HeaderMap,
    what: &str,
    body: &[u8],
    act: impl Future<Output = Result<Response, Problem>>,
) -> Result<Response, Problem> {
    let Some(key) = key(headers)? else { return act.await };
    let mut asked = format!("{what}\n").into_bytes();
    asked.extend_from_slice(body);
    let request = Request {
        mchid: merchant.account().mchid.clone(),
        key_owner: merchant.key().name.clone(),
        key,
        hash: hex::encode(sha256(&asked)),
    };
    let now = app.clock.now();
    let holder = numbers::sortable_id(now, &app.chance);
    match idempotency::begin(&app.store, request, &holder, now).await.map_err(failed)? {
        Begun::Execute(execution) => answer(app, &execution, act.await).await,
        Begun::Answered(answer) => Ok(again(answer)),
        Begun::InProgress => {
            Err(Problem::new(Code::IdempotencyBusy, "the first request has not been answered yet"))
        }
        Begun::Different => {
            Err(Problem::new(Code::IdempotencyMismatch, "method, path or body differ from the first request"))
        }
    }
}

/// The number of what a keyed request makes when it names none: the same request under the same key makes
/// the same number. So a repetition is the same intent even if the server died between doing it and keeping
/// the answer.
pub(super) fn number(
    merchant: &Merchant,
    headers: &HeaderMap,
    what: &str,
    body: &[u8],
) -> Result<Option<String>, Failure> {
    let Some(key) = key(headers)? else { return Ok(None) };
    let (mchid, owner) = (&merchant.account().mchid, &merchant.key().name);
    let mut asked = format!("{mchid}\n{owner}\n{key}\n{what}\n").into_bytes();
    asked.extend_from_slice(body);
    Ok(Some(hex::encode(sha256(&asked))[..NUMBER_CHARS].to_owned()))
}

/// 96 bits of the digest: no two requests of a merchant meet by accident.
const NUMBER_CHARS: usize = 24;

fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if !(1..=KEY_CHARS_MAX).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::invalid(
            "Idempotency-Key",
            format!("must be 1 to {KEY_CHARS_MAX} printable characters"),
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Keys are uuids and the like.
const KEY_CHARS_MAX: usize = 128;

/// An answer of these APIs has a few kilobytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

async fn answer(
    app: &App,
    execution: &Execution,
    acted: Result<Response, Problem>,
) -> Result<Response, Problem> {
    let response = match acted {
        Ok(response) => response,
        Err(problem) => {
            let freed = app.store.write(vec![idempotency::abandon(execution)]).await;
            if let Err(error) = freed {
                tracing::warn!("an idempotency key stays taken until it expires: {error}");
            }
            return Err(problem);
        }
    };
    let (parts, body) = response.into_parts();
    let body = http_body_util::Limited::new(body, ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| Problem::new(Code::Internal, error.to_string()))?.to_bytes();
    let kept = Answer { status: i64::from(parts.status.as_u16()), body: body.clone() };
    if let Err(error) = app.store.write(vec![idempotency::finish(execution, &kept)]).await {
        // What was done is done; repeating it meets the same order or refund.
        tracing::warn!("an answer was not kept for its idempotency key: {error}");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(answer: Answer) -> Response {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), answer.body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

fn failed(error: BeginError) -> Failure {
    match error {
        BeginError::Write(error) => error.into(),
        BeginError::Read(error) => error.into(),
    }
}
