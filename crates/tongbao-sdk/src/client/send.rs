//! One call on its way: signed, sent to the primary host, repeated where that is safe, verified.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use tongbao_wire::{Call, ErrorBody, ErrorCode, Repetition};

use super::Client;
use super::outgoing::{AnswerSignature, Outgoing};
use crate::authorization;
use crate::call_error::{CallError, CallErrorKind};
use crate::json;
use crate::outbound::{Body, CallFailure};
use crate::retry_policy::{Attempt, Next, Obstacle};
use crate::signature::{SignatureFault, SignatureHeaders};
use crate::unsendable::{Unsendable, UnsendableReason};

/// An answer of status 2xx, verified where the call asks for a signature.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A call under way.
struct Course {
    headers: HeaderMap,
    attempt: Attempt,
    /// An attempt that failed may have succeeded all the same.
    in_doubt: bool,
}

impl Client {
    /// Sends, repeats as the policy says, verifies, and reads the answer's JSON.
    pub(crate) async fn answer<T: DeserializeOwned>(&self, outgoing: Outgoing) -> Result<T, CallError> {
        decode(outgoing.call, &self.send(&outgoing).await?)
    }

    /// The same, for an answer that must be about the number asked for: a signed answer about another one,
    /// played back within the five minutes a signature is good for, is not ours.
    pub(crate) async fn answer_about<T: DeserializeOwned>(
        &self,
        outgoing: Outgoing,
        member: &'static str,
        number: &str,
        of: fn(&T) -> &str,
    ) -> Result<T, CallError> {
        let call = outgoing.call;
        let answer = self.send(&outgoing).await?;
        let read: T = decode(call, &answer)?;
        if of(&read) == number {
            return Ok(read);
        }
        let misfit = json::Misfit { member: member.into(), reason: "is not the number asked for".into() };
        Err(CallError::new(call, CallErrorKind::Undecodable(misfit)).answered(&answer.request_id))
    }

    /// As [`Client::answer`], for calls that answer with nothing.
    pub(crate) async fn done(&self, outgoing: Outgoing) -> Result<(), CallError> {
        let answer = self.send(&outgoing).await?;
        finished(outgoing.call, &answer)
    }

    /// Sends, repeats as the policy says, and verifies.
    pub(crate) async fn send(&self, outgoing: &Outgoing) -> Result<Answer, CallError> {
        let mut course = self.start(outgoing)?;
        loop {
            match self.attempt(outgoing, &course).await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.carry_on(outgoing, &mut course, error).await?,
            }
        }
    }

    /// Sends, and gives the answer's body piece by piece. What the platform signs is not read this way.
    pub(crate) async fn open(&self, outgoing: &Outgoing) -> Result<Body, CallError> {
        let mut course = self.start(outgoing)?;
        loop {
            match self.attempt_open(outgoing, &course).await {
                Ok(body) => return Ok(body),
                Err(error) => self.carry_on(outgoing, &mut course, error).await?,
            }
        }
    }

    fn start(&self, outgoing: &Outgoing) -> Result<Course, CallError> {
        outgoing.check().map_err(CallError::unsendable(outgoing.call))?;
        Ok(Course { headers: self.sign(outgoing)?, attempt: Attempt::default(), in_doubt: false })
    }

    /// Prepares the attempt after `error`, or gives up with it.
    async fn carry_on(
        &self,
        outgoing: &Outgoing,
        course: &mut Course,
        mut error: CallError,
    ) -> Result<(), CallError> {
        error.repetition = outgoing.repetition;
        let Some(next) = self.next(course.attempt, &error) else {
            error.earlier_in_doubt = course.in_doubt;
            return Err(error);
        };
        tracing::debug!(call = outgoing.call.name(), reason = error.code(), "repeating a call");
        course.in_doubt |= error.in_doubt();
        course.attempt = next.attempt;
        if let Some(pause) = next.pause {
            tokio::time::sleep(pause).await;
            // Time has passed, and the platform looks at the time.
            course.headers = self.sign(outgoing).map_err(|mut error| {
                error.repetition = outgoing.repetition;
                error.earlier_in_doubt = course.in_doubt;
                error
            })?;
        }
        Ok(())
    }

    /// The next attempt after `error`, if the policy has one and repeating is harmless.
    fn next(&self, attempt: Attempt, error: &CallError) -> Option<Next> {
        if error.repetition != Repetition::Harmless {
            return None;
        }
        let obstacle = match &error.kind {
            CallErrorKind::UnverifiableAnswer(SignatureFault::SignatureProbe) => Obstacle::Probe,
            CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::Refused { status: 502 | 503, .. } => Obstacle::NoAnswer,
            CallErrorKind::Refused { status: 429, .. } => Obstacle::RateLimit,
            CallErrorKind::Refused {
                code: ErrorCode::SystemError | ErrorCode::BizErrNeedRetry | ErrorCode::BankError,
                ..
            } => Obstacle::SystemError,
            CallErrorKind::Refused { .. }
            | CallErrorKind::Unsendable(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::CannotDecrypt => return None,
        };
        let chance = || u16::from_le_bytes(self.0.chance.bytes::<2>());
        self.1.next(attempt, obstacle, self.0.hosts.backup.is_some(), chance)
    }

    /// The headers of every attempt. The signature does not cover the host (v3.md §1.1).
    fn sign(&self, outgoing: &Outgoing) -> Result<HeaderMap, CallError> {
        let unsendable = |member, reason| {
            CallError::new(outgoing.call, CallErrorKind::Unsendable(Unsendable::new(member, reason)))
        };
        let seconds = self.0.clock.now().seconds();
        let Outgoing { method, path_and_query, body, .. } = outgoing;
        let signed = outgoing.signed_body.as_ref().unwrap_or(body);
        let authorization =
            authorization::header(&self.0.merchant, method, path_and_query, seconds, &self.nonce(), signed)
                .map_err(|_| unsendable("Authorization", UnsendableReason::Signature))?;
        let mut headers = HeaderMap::with_capacity(5);
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static(JSON));
        if !body.is_empty() {
            let content_type = match &outgoing.content_type {
                None => HeaderValue::from_static(JSON),
                Some(other) => HeaderValue::try_from(other)
                    .map_err(|_| unsendable("Content-Type", UnsendableReason::ControlCharacter))?,
            };
            headers.insert(CONTENT_TYPE, content_type);
        }
        if let Some(serial) = outgoing.serial.clone().or_else(|| self.0.keys.announced()) {
            let value = HeaderValue::try_from(serial)
                .map_err(|_| unsendable("Wechatpay-Serial", UnsendableReason::ControlCharacter))?;
            headers.insert("Wechatpay-Serial", value);
        }
        Ok(headers)
    }

    async fn attempt(&self, outgoing: &Outgoing, course: &Course) -> Result<Answer, CallError> {
        let request = self.request(outgoing, &course.headers, course.attempt)?;
        let response = self.0.outbound.call(request).await;
        self.judge(outgoing.call, outgoing.answer, response).await
    }

    async fn attempt_open(&self, outgoing: &Outgoing, course: &Course) -> Result<Body, CallError> {
        let call = outgoing.call;
        let request = self.request(outgoing, &course.headers, course.attempt)?;
        let opened = self.0.outbound.open(request).await;
        let (head, body) = opened.map_err(|failure| CallError::from_failure(call, failure))?.into_parts();
        if head.status == StatusCode::OK {
            return Ok(body);
        }
        // What does not come in time adds nothing to the status.
        let refusal = tokio::time::timeout(REFUSAL_TIME_MAX, whole(body)).await.unwrap_or(Ok(Bytes::new()));
        let refusal = refusal.map_err(|failure| CallError::from_failure(call, failure))?;
        Err(refused(call, head.status, &request_id(&head.headers), &refusal))
    }

    fn request(
        &self,
        outgoing: &Outgoing,
        headers: &HeaderMap,
        attempt: Attempt,
    ) -> Result<Request<Bytes>, CallError> {
        let hosts = &self.0.hosts;
        let host = match (&hosts.backup, attempt.on_backup) {
            (Some(backup), true) => backup,
            (None, true) | (_, false) => &hosts.primary,
        };
        let address = format!("{}{}", host.trim_end_matches('/'), outgoing.path_and_query);
        let built =
            Request::builder().method(outgoing.method.clone()).uri(address).body(outgoing.body.clone());
        let mut request = match built {
            Ok(request) if request.uri().host().is_some() => request,
            Ok(_) | Err(_) => {
                let kind = CallErrorKind::Unsendable(Unsendable::new("host", UnsendableReason::Host));
                return Err(CallError::new(outgoing.call, kind));
            }
        };
        *request.headers_mut() = headers.clone();
        let agent = if attempt.on_backup { AGENT_RETRIED } else { AGENT };
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(agent));
        Ok(request)
    }

    /// Status first; a refusal is read unsigned, anything else must be signed (v3.md §1.7).
    async fn judge(
        &self,
        call: Call,
        signature: AnswerSignature,
        response: Result<Response<Bytes>, CallFailure>,
    ) -> Result<Answer, CallError> {
        let (head, body) = match response {
            Ok(response) => response.into_parts(),
            Err(failure) => return Err(CallError::from_failure(call, failure)),
        };
        let request_id = request_id(&head.headers);
        if !head.status.is_success() {
            return Err(refused(call, head.status, &request_id, &body));
        }
        let answer = Answer { status: head.status, request_id, headers: head.headers, body };
        match self.verify(call, signature, &answer).await {
            Ok(()) => Ok(answer),
            Err(fault) => {
                let error = CallError::new(call, CallErrorKind::UnverifiableAnswer(fault));
                Err(error.answered(&answer.request_id))
            }
        }
    }

    async fn verify(
        &self,
        call: Call,
        signature: AnswerSignature,
        answer: &Answer,
    ) -> Result<(), SignatureFault> {
        if signature == AnswerSignature::None {
            return Ok(());
        }
        let signed = SignatureHeaders::read(&answer.headers, self.0.clock.now())?;
        if call == Call::Certificates {
            // Verified with the keys it brings, once they are decrypted.
            return Ok(());
        }
        if self.0.keys.downloads_certificates() && !self.0.keys.knows(signed.serial) {
            self.learn(signed.serial).await;
        }
        signed.verify(&self.0.keys, &answer.body)
    }
}

/// Reads a verified answer.
pub(crate) fn decode<T: DeserializeOwned>(call: Call, answer: &Answer) -> Result<T, CallError> {
    finished(call, answer)?;
    json::decode(&answer.body).map_err(|misfit| {
        CallError::new(call, CallErrorKind::Undecodable(misfit)).answered(&answer.request_id)
    })
}

/// Accepted is not finished: the body is a code then, not the thing asked for (v3.md §1.11).
fn finished(call: Call, answer: &Answer) -> Result<(), CallError> {
    if answer.status == StatusCode::ACCEPTED {
        return Err(refused(call, answer.status, &answer.request_id, &answer.body));
    }
    Ok(())
}

/// The whole of a refusal's body, or as much as any refusal has.
async fn whole(mut body: Body) -> Result<Bytes, CallFailure> {
    let mut read = BytesMut::new();
    while let Some(chunk) = body.next().await? {
        let room = REFUSAL_BYTES_MAX - read.len();
        read.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if read.len() == REFUSAL_BYTES_MAX {
            break;
        }
    }
    Ok(read.freeze())
}

/// A refusal, from a body that may be anything.
pub(crate) fn refused(call: Call, status: StatusCode, request_id: &Option<String>, body: &[u8]) -> CallError {
    let read: Option<ErrorBody> = serde_json::from_slice(body).ok();
    let kind = match read {
        Some(ErrorBody { code, message, detail }) => CallErrorKind::Refused {
            status: status.as_u16(),
            code: ErrorCode::from(printable(&code).as_str()),
            message: printable(&message),
            detail: detail.map(Box::new),
        },
        // A gateway's page, or nothing: the status is all there is.
        None => CallErrorKind::Refused {
            status: status.as_u16(),
            code: ErrorCode::Unknown("".into()),
            message: status.canonical_reason().unwrap_or("not the platform's JSON").into(),
            detail: None,
        },
    };
    CallError::new(call, kind).answered(request_id)
}

/// The beginning of a text that anybody may have written, fit for one line of a log.
fn printable(text: &str) -> String {
    let shown = text.chars().take(MESSAGE_CHARS_MAX);
    shown.map(|character| if character.is_control() { ' ' } else { character }).collect()
}

impl CallError {
    /// Keeps what `Request-ID` said.
    pub(crate) fn answered(mut self, request_id: &Option<String>) -> Self {
        self.cause_code = request_id.as_deref().and_then(cause_code);
        self.request_id.clone_from(request_id);
        self
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("Request-ID")?.to_str().ok()?;
    Some(value.chars().take(REQUEST_ID_CHARS_MAX).collect())
}

/// The digits after the last `-` of a `Request-ID` (v3.md §1.4).
fn cause_code(request_id: &str) -> Option<u64> {
    let (_, digits) = request_id.rsplit_once('-')?;
    digits.parse().ok()
}

const JSON: &str = "application/json";
/// The platform wants any name (v3.md §1.3).
pub(crate) const AGENT: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"));
/// The same on the backup host, marked as the official SDK marks it (v3.md §1.1).
pub(crate) const AGENT_RETRIED: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"), " (Retried-V1)");
/// `message` has at most 256 characters (v3.md §1.11).
const MESSAGE_CHARS_MAX: usize = 256;
/// A refusal has a code, a sentence and where the fault is.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;
/// A refusal comes in one piece; one that comes byte by byte is not waited for.
const REFUSAL_TIME_MAX: Duration = Duration::from_secs(10);
/// Those seen have fewer than 80.
const REQUEST_ID_CHARS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::cause_code;

    #[test]
    fn the_internal_code_is_the_digits_after_the_last_dash() {
        assert_eq!(cause_code("08E6F6C2A706-CF05-268578704"), Some(268_578_704));
        for other in ["", "08E6F6", "08E6-", "08E6-x", "a-99999999999999999999999"] {
            assert_eq!(cause_code(other), None, "{other}");
        }
    }
}
