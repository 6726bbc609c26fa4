//! One call on its way: signed once, sent to the primary host, repeated where that is safe, verified.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode};
use tongbao_wire::ErrorBody;

use super::Client;
use crate::authorization;
use crate::call_error::{Call, CallError, CallErrorKind};
use crate::error_code::ErrorCode;
use crate::outbound::CallFailure;
use crate::signature::{SignatureFault, SignatureHeaders};
use crate::unsendable::{Unsendable, UnsendableReason};

/// A request before it is signed.
pub(super) struct Outgoing {
    pub(super) call: Call,
    method: Method,
    path_and_query: String,
    body: Bytes,
    /// The key that sealed members of the body, when it is not for us to choose.
    pub(super) serial: Option<String>,
}

impl Outgoing {
    pub(super) fn get(call: Call, path_and_query: String) -> Self {
        Self { call, method: Method::GET, path_and_query, body: Bytes::new(), serial: None }
    }

    pub(super) fn post(call: Call, path: String, body: Bytes) -> Self {
        Self { call, method: Method::POST, path_and_query: path, body, serial: None }
    }
}

/// An answer of status 2xx. Verified, but for certificates, which verify themselves.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) request_id: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Which attempt this is. One repetition for a host that does not answer, one for a signature probe.
#[derive(Clone, Copy, Default)]
struct Attempt {
    on_backup: bool,
    probed: bool,
}

impl Client {
    /// Sends, repeats where that is safe, and verifies.
    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<Answer, CallError> {
        let headers = self.sign(outgoing)?;
        let mut attempt = Attempt::default();
        let mut in_doubt = false;
        loop {
            let mut error = match self.attempt(outgoing, &headers, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match self.next(attempt, &error) {
                Some(next) => {
                    tracing::debug!(call = outgoing.call.name(), reason = error.code(), "repeating a call");
                    in_doubt |= error.in_doubt();
                    attempt = next;
                }
                None => {
                    error.earlier_in_doubt = in_doubt;
                    return Err(error);
                }
            }
        }
    }

    /// The next attempt after `error`, if the call may be repeated and was not yet.
    fn next(&self, attempt: Attempt, error: &CallError) -> Option<Attempt> {
        if !error.call.repeatable() {
            return None;
        }
        match &error.kind {
            CallErrorKind::UnverifiableAnswer(SignatureFault::SignatureProbe) if !attempt.probed => {
                Some(Attempt { probed: true, ..attempt })
            }
            CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::Refused { status: 502 | 503, .. }
                if !attempt.on_backup && self.0.hosts.backup.is_some() =>
            {
                Some(Attempt { on_backup: true, ..attempt })
            }
            CallErrorKind::Unsendable(_)
            | CallErrorKind::Refused { .. }
            | CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::CannotDecrypt => None,
        }
    }

    /// The headers of every attempt. Signed once: the signature does not cover the host (v3.md §1.1).
    fn sign(&self, outgoing: &Outgoing) -> Result<HeaderMap, CallError> {
        let unsendable = |member, reason| {
            CallError::new(outgoing.call, CallErrorKind::Unsendable(Unsendable::new(member, reason)))
        };
        let seconds = self.0.clock.now().seconds();
        let Outgoing { method, path_and_query, body, .. } = outgoing;
        let authorization =
            authorization::header(&self.0.merchant, method, path_and_query, seconds, &self.nonce(), body)
                .map_err(|_| unsendable("Authorization", UnsendableReason::Signature))?;
        let mut headers = HeaderMap::with_capacity(5);
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static(JSON));
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        if let Some(serial) = outgoing.serial.clone().or_else(|| self.0.keys.announced()) {
            let value = HeaderValue::try_from(serial)
                .map_err(|_| unsendable("Wechatpay-Serial", UnsendableReason::ControlCharacter))?;
            headers.insert("Wechatpay-Serial", value);
        }
        Ok(headers)
    }

    async fn attempt(
        &self,
        outgoing: &Outgoing,
        headers: &HeaderMap,
        attempt: Attempt,
    ) -> Result<Answer, CallError> {
        let call = outgoing.call;
        let request = self.request(outgoing, headers, attempt)?;
        let response = self.0.outbound.call(request).await;
        self.judge(call, response).await
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
        match self.verify(call, &answer).await {
            Ok(()) => Ok(answer),
            Err(fault) => {
                let error = CallError::new(call, CallErrorKind::UnverifiableAnswer(fault));
                Err(error.answered(&answer.request_id))
            }
        }
    }

    async fn verify(&self, call: Call, answer: &Answer) -> Result<(), SignatureFault> {
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

/// A refusal, from a body that may be anything.
pub(super) fn refused(call: Call, status: StatusCode, request_id: &Option<String>, body: &[u8]) -> CallError {
    let read: Option<ErrorBody> = serde_json::from_slice(body).ok();
    let kind = match read {
        Some(ErrorBody { code, message, detail }) => CallErrorKind::Refused {
            status: status.as_u16(),
            code: ErrorCode::from(code.as_str()),
            message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
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

impl CallError {
    /// Keeps what `Request-ID` said.
    pub(super) fn answered(mut self, request_id: &Option<String>) -> Self {
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
const AGENT: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"));
/// The same on the backup host, marked as the official SDK marks it (v3.md §1.1).
const AGENT_RETRIED: &str = concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION"), " (Retried-V1)");
/// `message` has at most 256 characters (v3.md §1.11).
const MESSAGE_CHARS_MAX: usize = 256;
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
