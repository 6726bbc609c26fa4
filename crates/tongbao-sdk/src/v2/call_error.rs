//! Why a call of `APIv2` gave no usable answer, and what to do next (v2.md §1.4, §1.5, §3).

mod explained;

use std::fmt;

use tongbao_wire::{Call, Cause, ErrorCode, Repetition, Retry};

use crate::json::Misfit;
use crate::outbound::{BoxError, CallFailure};
use crate::unsendable::Unsendable;
use crate::v2::sign::SignFault;
use crate::v2::xml_error::XmlError;

/// A call that gave no usable answer.
#[derive(Debug)]
pub struct CallError {
    /// Which call.
    pub call: Call,
    /// What happened.
    pub kind: CallErrorKind,
    /// An earlier attempt of the same call was left in doubt, whatever the last one said.
    pub(super) earlier_in_doubt: bool,
    /// A query afterwards showed that nothing happened.
    pub(super) settled: bool,
    /// What sending it twice does: the call's, unless the caller of an untyped one said otherwise.
    pub(super) repetition: Repetition,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub enum CallErrorKind {
    /// Refused here, before anything was sent.
    #[error(transparent)]
    Unsendable(Unsendable),
    /// The call needs the merchant's client certificate (双向证书), and this client has none.
    #[error(
        "needs the merchant's client certificate; give the client an outbound that presents it (with_client_certificate)"
    )]
    NoClientCertificate,
    /// The request did not reach the platform.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// The platform may have acted; there is no whole answer.
    #[error("the request was sent, but no whole answer came back")]
    Unknown(#[source] BoxError),
    /// The platform's front door took no client certificate, or another merchant's (v2.md §1.6).
    #[error(
        "the client certificate was refused with HTTP {status}; it must be the API certificate of this mch_id, unexpired"
    )]
    CertificateRefused {
        /// HTTP status.
        status: u16,
    },
    /// A page or a redirect in place of an answer, such as a gateway's.
    #[error("HTTP {status} in place of an answer")]
    Page {
        /// HTTP status; answers have 200, refusals too.
        status: u16,
    },
    /// HTTP 200, but not a message.
    #[error("the answer is not a message")]
    NotAMessage(#[source] XmlError),
    /// `return_code` is `FAIL`: not accepted, and not signed.
    #[error("not accepted: {message}")]
    Rejected {
        /// The code, where the text is one; else `Unknown("")`.
        code: ErrorCode,
        /// `return_msg`.
        message: String,
    },
    /// `result_code` is `FAIL`, signed.
    #[error("refused with {code}: {message}")]
    Refused {
        /// `err_code`, the code to branch on.
        code: ErrorCode,
        /// `err_code_des`, a sentence for logs and people.
        message: String,
        /// A reversal that has to be asked for again (`recall=Y`).
        recall: bool,
    },
    /// An answer came that cannot be shown to be the platform's.
    #[error("the answer cannot be verified")]
    UnverifiableAnswer(#[source] SignFault),
    /// An answer that this version does not understand.
    #[error("the answer cannot be read")]
    Undecodable(#[source] Misfit),
    /// A bill could not be unpacked, or not be written down.
    #[error("the bill could not be written down")]
    Unwritten(#[source] std::io::Error),
}

impl CallError {
    pub(super) fn new(call: Call, kind: CallErrorKind) -> Self {
        let repetition = call.repetition();
        Self { call, kind, earlier_in_doubt: false, settled: false, repetition }
    }

    /// For `map_err` after a request's check.
    pub(super) fn unsendable(call: Call) -> impl FnOnce(Unsendable) -> Self {
        move |error| Self::new(call, CallErrorKind::Unsendable(error))
    }

    pub(super) fn undecodable(call: Call) -> impl FnOnce(Misfit) -> Self {
        move |misfit| Self::new(call, CallErrorKind::Undecodable(misfit))
    }

    pub(super) fn from_failure(call: Call, failure: CallFailure) -> Self {
        let kind = match failure {
            CallFailure::NotSent(source) => CallErrorKind::NotSent(source),
            CallFailure::Unknown(source) => CallErrorKind::Unknown(source),
        };
        Self::new(call, kind)
    }

    /// A query showed that the call had no effect.
    pub(super) fn settle(mut self) -> Self {
        self.settled = true;
        self
    }

    /// Stable code of the kind; the platform's own code is [`CallError::refusal`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            CallErrorKind::Unsendable(_) => "unsendable",
            CallErrorKind::NoClientCertificate => "no_client_certificate",
            CallErrorKind::NotSent(_) => "not_sent",
            CallErrorKind::Unknown(_) => "outcome_unknown",
            CallErrorKind::CertificateRefused { .. } => "client_certificate_refused",
            CallErrorKind::Page { .. } => "page",
            CallErrorKind::NotAMessage(_) => "not_a_message",
            CallErrorKind::Rejected { .. } => "rejected",
            CallErrorKind::Refused { .. } => "refused",
            CallErrorKind::UnverifiableAnswer(_) => "unverifiable_answer",
            CallErrorKind::Undecodable(_) => "undecodable_answer",
            CallErrorKind::Unwritten(_) => "bill_unwritten",
        }
    }

    /// The platform's code, when it refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&ErrorCode> {
        self.said().map(|(code, _)| code)
    }

    /// The number of a cause, where the platform's text carries one, such as `268449641`.
    #[must_use]
    pub fn cause_code(&self) -> Option<u64> {
        let (_, message) = self.said()?;
        let mut numbers = message.split(|c: char| !c.is_ascii_digit());
        numbers.find(|digits| digits.len() == CAUSE_DIGITS)?.parse().ok()
    }

    /// The cause behind a refusal, when its number is one of the published.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        Cause::of(self.cause_code()?)
    }

    fn said(&self) -> Option<(&ErrorCode, &str)> {
        match &self.kind {
            CallErrorKind::Rejected { code, message } | CallErrorKind::Refused { code, message, .. } => {
                Some((code, message))
            }
            CallErrorKind::Unsendable(_)
            | CallErrorKind::NoClientCertificate
            | CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::CertificateRefused { .. }
            | CallErrorKind::Page { .. }
            | CallErrorKind::NotAMessage(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::Unwritten(_) => None,
        }
    }

    /// True when the call may have taken effect although it failed here: neither success nor failure may
    /// be concluded.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        !self.settled && (self.earlier_in_doubt || self.in_doubt())
    }

    /// The same for the last attempt alone.
    pub(super) fn in_doubt(&self) -> bool {
        match &self.kind {
            CallErrorKind::Unsendable(_)
            | CallErrorKind::NoClientCertificate
            | CallErrorKind::NotSent(_)
            | CallErrorKind::Unwritten(_) => false,
            CallErrorKind::Unknown(_)
            | CallErrorKind::NotAMessage(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_) => true,
            // Nothing of these is signed, so where money moves the platform is asked again (v2.md §1.4).
            CallErrorKind::Page { status } => self.asks_first() || !matches!(status, 400..=499),
            CallErrorKind::CertificateRefused { .. } => self.asks_first(),
            CallErrorKind::Rejected { .. } => self.moves_money(),
            CallErrorKind::Refused { code, recall, .. } => *recall || self.leaves_doubt(code),
        }
    }

    /// Codes that mean "unknown" (v2.md §1.5, §3.7). One that is new proves nothing where money moves.
    fn leaves_doubt(&self, code: &ErrorCode) -> bool {
        match code {
            ErrorCode::SystemError | ErrorCode::BankError | ErrorCode::BizErrNeedRetry => true,
            ErrorCode::UserPaying | ErrorCode::Unknown(_) => self.moves_money(),
            _ => false,
        }
    }

    /// Whether, and how, to try again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        if self.settled {
            return Retry::Never;
        }
        let retry = match &self.kind {
            CallErrorKind::Unsendable(_) | CallErrorKind::NoClientCertificate => Retry::Never,
            CallErrorKind::NotSent(_) | CallErrorKind::Unwritten(_) => Retry::SameRequest,
            CallErrorKind::Unknown(_)
            | CallErrorKind::NotAMessage(_)
            | CallErrorKind::UnverifiableAnswer(_) => self.again(Retry::SameRequest),
            CallErrorKind::Undecodable(_) => self.again(Retry::Later),
            CallErrorKind::Page { status } => self.again(match status {
                // Sandbox calls that come too often are redirected (v2.md §1.2).
                300..=399 | 429 | 502 | 503 => Retry::Later,
                400..=499 => Retry::Never,
                _ => Retry::SameRequest,
            }),
            CallErrorKind::CertificateRefused { .. } => self.again(Retry::Never),
            CallErrorKind::Rejected { .. } if self.call == Call::ReverseOrder => Retry::SameRequest,
            CallErrorKind::Rejected { code, .. } => self.again(self.retry_refused(code)),
            CallErrorKind::Refused { recall: true, .. } => Retry::SameRequest,
            CallErrorKind::Refused { code, .. } => self.retry_refused(code),
        };
        if self.earlier_in_doubt && retry == Retry::Never {
            // The last attempt failed for good, but an earlier one may have succeeded.
            return Retry::AfterQuery;
        }
        if self.earlier_in_doubt { self.again(retry) } else { retry }
    }

    fn retry_refused(&self, code: &ErrorCode) -> Retry {
        match code {
            ErrorCode::SystemError | ErrorCode::BizErrNeedRetry | ErrorCode::BankError => {
                self.again(Retry::SameRequest)
            }
            // Documented as not accepted (v2.md §3.3).
            ErrorCode::FrequencyLimited
            | ErrorCode::InvalidReqTooMuch
            | ErrorCode::OrderNotReady
            | ErrorCode::ServiceUnavailable
            | ErrorCode::StatementCreating => Retry::Later,
            // A merchant can top up; a payer takes another card, which is another order.
            ErrorCode::NotEnough if returns_money(self.call) => Retry::Later,
            ErrorCode::UserPaying => self.again(Retry::Later),
            ErrorCode::OrderPaid => Retry::AfterQuery,
            ErrorCode::Unknown(_) if self.moves_money() => self.again(Retry::SameRequest),
            // A payment may be racing; only an order that can never be closed is left alone (v2.md §3.2).
            _ if self.call == Call::CloseOrder && !is_mistake(code) => Retry::AfterQuery,
            _ if self.cause() == Some(Cause::AlreadyPaid) => Retry::AfterQuery,
            _ => Retry::Never,
        }
    }

    /// `retry` for what may be repeated blindly, a query first for what may not.
    fn again(&self, retry: Retry) -> Retry {
        if self.repetition == Repetition::Harmless { retry } else { Retry::AfterQuery }
    }

    fn asks_first(&self) -> bool {
        self.repetition == Repetition::AfterQuery
    }

    /// Reversals return money too, but may be repeated blindly.
    fn moves_money(&self) -> bool {
        self.asks_first() || self.call == Call::ReverseOrder
    }
}

fn returns_money(call: Call) -> bool {
    matches!(call, Call::RefundV2 | Call::RefundGoodsV2 | Call::ReverseOrder)
}

/// Codes that say the request itself is wrong (v2.md §1.5).
fn is_mistake(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::SignError
            | ErrorCode::XmlFormatError
            | ErrorCode::RequirePostMethod
            | ErrorCode::PostDataEmpty
            | ErrorCode::NotUtf8
            | ErrorCode::LackParams
            | ErrorCode::ParamError
            | ErrorCode::AppidNotExist
            | ErrorCode::MchidNotExist
            | ErrorCode::AppidMchidNotMatch
            | ErrorCode::NoAuth
            | ErrorCode::TradeStateError
    )
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call.name(), self.kind)?;
        if let Some(cause) = self.cause() {
            write!(f, " [{}]", cause.name())?;
        }
        Ok(())
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}

/// All published numbers of causes have nine digits (v3.md §1.11).
const CAUSE_DIGITS: usize = 9;
