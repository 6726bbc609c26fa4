//! Why a call to the platform gave no usable answer, and what to do next (v3.md §1.11, §1.12, §5.4).

pub(crate) mod explained;
#[cfg(test)]
mod tests;

use std::fmt;

use tongbao_wire::{Call, Cause, ErrorCode, ErrorDetail, Repetition, Retry};

use crate::json::Misfit;
use crate::outbound::{BoxError, CallFailure};
use crate::signature::SignatureFault;
use crate::unsendable::Unsendable;

/// A call that gave no usable answer.
#[derive(Debug)]
pub struct CallError {
    /// Which call.
    pub call: Call,
    /// What happened.
    pub kind: CallErrorKind,
    /// The platform's `Request-ID`, to be told to its support. Some refusals have none.
    pub request_id: Option<String>,
    /// The internal code after the last `-` of `Request-ID`; [`CallError::cause`] names the known ones.
    pub cause_code: Option<u64>,
    /// An earlier attempt of the same call was left in doubt, whatever the last one said.
    pub(crate) earlier_in_doubt: bool,
    /// What sending it twice does: the call's, unless the caller of an untyped one said otherwise.
    pub(crate) repetition: Repetition,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub enum CallErrorKind {
    /// Refused here, before anything was sent.
    #[error(transparent)]
    Unsendable(Unsendable),
    /// The platform answered with a refusal (its body is not signed).
    #[error("refused with HTTP {status} {code}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The code to branch on; `Unknown("")` when the body was not the platform's JSON.
        code: ErrorCode,
        /// A sentence of the platform's, for logs and people.
        message: String,
        /// Where the fault is, if the platform says.
        detail: Option<Box<ErrorDetail>>,
    },
    /// The request did not reach the platform.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// The platform may have acted; there is no whole answer.
    #[error("the request was sent, but no whole answer came back")]
    Unknown(#[source] BoxError),
    /// An answer came that cannot be shown to be the platform's.
    #[error("the answer cannot be verified")]
    UnverifiableAnswer(#[source] SignatureFault),
    /// A verified answer that this version does not understand.
    #[error("the answer cannot be read")]
    Undecodable(#[source] Misfit),
    /// Platform certificates that the `APIv3` key does not open.
    #[error(
        "the platform certificates cannot be decrypted; the APIv3 key differs from the one set on the merchant platform"
    )]
    CannotDecrypt,
}

impl CallError {
    pub(crate) fn new(call: Call, kind: CallErrorKind) -> Self {
        let repetition = call.repetition();
        Self { call, kind, request_id: None, cause_code: None, earlier_in_doubt: false, repetition }
    }

    /// For `map_err` after a request's check.
    pub(crate) fn unsendable(call: Call) -> impl FnOnce(Unsendable) -> Self {
        move |error| Self::new(call, CallErrorKind::Unsendable(error))
    }

    pub(crate) fn from_failure(call: Call, failure: CallFailure) -> Self {
        let kind = match failure {
            CallFailure::NotSent(source) => CallErrorKind::NotSent(source),
            CallFailure::Unknown(source) => CallErrorKind::Unknown(source),
        };
        Self::new(call, kind)
    }

    /// The cause behind a refusal, when its internal code is one of the published.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        Cause::of(self.cause_code?)
    }

    /// Stable code of the kind; the platform's own code is in [`CallErrorKind::Refused`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            CallErrorKind::Unsendable(_) => "unsendable",
            CallErrorKind::Refused { .. } => "refused",
            CallErrorKind::NotSent(_) => "not_sent",
            CallErrorKind::Unknown(_) => "outcome_unknown",
            CallErrorKind::UnverifiableAnswer(_) => "unverifiable_answer",
            CallErrorKind::Undecodable(_) => "undecodable_answer",
            CallErrorKind::CannotDecrypt => "cannot_decrypt_certificates",
        }
    }

    /// The platform's code, when it refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&ErrorCode> {
        match &self.kind {
            CallErrorKind::Refused { code, .. } => Some(code),
            CallErrorKind::Unsendable(_)
            | CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::CannotDecrypt => None,
        }
    }

    /// True when the call may have taken effect although it failed here: neither success nor failure may
    /// be concluded.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        self.earlier_in_doubt || self.in_doubt()
    }

    /// The same for the last attempt alone.
    pub(crate) fn in_doubt(&self) -> bool {
        let moves_money = self.repetition == Repetition::AfterQuery;
        match &self.kind {
            CallErrorKind::Unsendable(_) | CallErrorKind::NotSent(_) => false,
            CallErrorKind::Unknown(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::CannotDecrypt => true,
            CallErrorKind::Refused { status, code, .. } => match *status {
                // Accepted, not finished.
                200..=299 => true,
                // Where money moves, documented for refunds as "may already be accepted" (v3.md §5.4).
                429 => moves_money,
                400..=499 => {
                    // Codes that mean "unknown" keep meaning it under another status.
                    let unknown = matches!(
                        code,
                        ErrorCode::SystemError
                            | ErrorCode::BizErrNeedRetry
                            | ErrorCode::BankError
                            | ErrorCode::UserPaying
                    );
                    unknown || (moves_money && code.leaves_doubt())
                }
                500.. => !code.is_mistake(),
                // The platform does not answer so; somebody in between does.
                _ => true,
            },
        }
    }

    /// Whether, and how, to try again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        let retry = match &self.kind {
            CallErrorKind::Unsendable(_) | CallErrorKind::CannotDecrypt => Retry::Never,
            CallErrorKind::NotSent(_) => Retry::SameRequest,
            CallErrorKind::Unknown(_) | CallErrorKind::UnverifiableAnswer(_) => {
                self.again(Retry::SameRequest)
            }
            CallErrorKind::Undecodable(_) => self.again(Retry::Later),
            CallErrorKind::Refused { status, code, .. } => self.retry_refused(*status, code),
        };
        if self.earlier_in_doubt && retry == Retry::Never {
            // The last attempt failed for good, but an earlier one may have succeeded.
            return Retry::AfterQuery;
        }
        if self.earlier_in_doubt { self.again(retry) } else { retry }
    }

    /// The table's class, unless the status says that less is settled than the code.
    fn retry_refused(&self, status: u16, code: &ErrorCode) -> Retry {
        if code.is_mistake() && !self.in_doubt() {
            return Retry::Never;
        }
        let told = self.retry_told(code);
        match status {
            200..=299 => more_careful(told, self.again(Retry::SameRequest)),
            429 | 502 | 503 => more_careful(told, self.again(Retry::Later)),
            500.. => more_careful(told, self.again(Retry::SameRequest)),
            _ => told,
        }
    }

    fn retry_told(&self, code: &ErrorCode) -> Retry {
        let retry = match code {
            // A code that is new proves nothing where money moves or may be racing; elsewhere the status decides.
            ErrorCode::Unknown(_) if self.repetition != Repetition::AfterQuery && !closes(self.call) => {
                Retry::Never
            }
            code => self.told(code).retry,
        };
        match self.cause() {
            Some(cause) if retry == Retry::Never => cause.explanation().retry.after(self.repetition),
            Some(_) | None => retry,
        }
    }

    /// `retry` for what may be repeated blindly, a query first for what may not.
    fn again(&self, retry: Retry) -> Retry {
        retry.after(self.repetition)
    }
}

fn closes(call: Call) -> bool {
    matches!(call, Call::Close | Call::PartnerClose | Call::CombineClose)
}

/// Of two classes the one that risks less. `Never` risks to forget what may have happened.
fn more_careful(one: Retry, other: Retry) -> Retry {
    match (one, other) {
        (Retry::Never | Retry::SameRequest, other) => other,
        (one, Retry::Never | Retry::SameRequest) => one,
        (Retry::AfterQuery, _) | (_, Retry::AfterQuery) => Retry::AfterQuery,
        (Retry::Later, Retry::Later) => Retry::Later,
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call.name(), self.kind)?;
        if let Some(cause) = self.cause() {
            write!(f, " [{}]", cause.name())?;
        }
        if let Some(request_id) = &self.request_id {
            write!(f, " (Request-ID {request_id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}
