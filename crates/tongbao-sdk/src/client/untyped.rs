//! A signed call to any address, for what this crate does not type.

use std::fmt;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tongbao_wire::{Call, Repetition};

use super::Client;
use super::outgoing::Outgoing;
use crate::call_error::{CallError, CallErrorKind};
use crate::json;

/// A call to an address of your own. Signed, sent and verified like any other.
///
/// Repeated only when you say that repeating is harmless.
#[derive(Clone, Debug)]
pub struct SignedCall(Outgoing);

impl SignedCall {
    /// A call without a body. `path_and_query` begins with `/` and is percent-encoded already.
    #[must_use]
    pub fn new(method: Method, path_and_query: &str) -> Self {
        let repetition = if method == Method::GET { Repetition::Harmless } else { Repetition::Twice };
        Self(Outgoing::at(Call::Untyped, method, path_and_query.to_owned()).repeated(repetition))
    }

    /// `GET`, which may be repeated.
    #[must_use]
    pub fn get(path_and_query: &str) -> Self {
        Self::new(Method::GET, path_and_query)
    }

    /// `POST` of `body` as JSON. Leave unused members out: the platform takes neither `null` nor empty texts.
    #[must_use]
    pub fn post(path_and_query: &str, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path_and_query).with_json(body)
    }

    /// Carries `body` as JSON.
    #[must_use]
    pub fn with_json(self, body: &impl Serialize) -> Self {
        Self(self.0.json(body))
    }

    /// Names the key that sealed members of the body were sealed with ([`Sealed::serial`](crate::Sealed::serial)).
    #[must_use]
    pub fn sealed_with(self, serial: &str) -> Self {
        Self(self.0.sealed_with(Some(serial)))
    }

    /// Says what sending it twice does; the client's policy then decides whether to repeat.
    #[must_use]
    pub fn repeated(self, repetition: Repetition) -> Self {
        Self(self.0.repeated(repetition))
    }

    /// The platform does not sign this answer: it is a file.
    #[must_use]
    pub fn unsigned_answer(self) -> Self {
        Self(self.0.unsigned_answer())
    }
}

/// An answer of status 2xx, verified unless the call said that it is not signed.
#[derive(Clone)]
pub struct SignedAnswer {
    /// `200`, `202` (accepted, not finished: call again) or `204`.
    pub status: StatusCode,
    /// The platform's number of the call.
    pub request_id: Option<String>,
    /// The body as it came.
    pub body: Bytes,
}

impl SignedAnswer {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// [`CallError`] naming the member that does not fit.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        json::decode(&self.body).map_err(|misfit| {
            CallError::new(Call::Untyped, CallErrorKind::Undecodable(misfit)).answered(&self.request_id)
        })
    }
}

/// The body may hold what must not be logged.
impl fmt::Debug for SignedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedAnswer")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl Client {
    /// Makes a call that this crate does not type.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call(&self, call: &SignedCall) -> Result<SignedAnswer, CallError> {
        let answer = self.send(&call.0).await?;
        Ok(SignedAnswer { status: answer.status, request_id: answer.request_id, body: answer.body })
    }
}
