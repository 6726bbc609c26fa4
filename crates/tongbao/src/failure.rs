//! Why a use case did not do what was asked.

use tongbao_domain::Refusal;
use tongbao_sdk::{CallError, CallErrorKind, Retry, Text};
use tongbao_store::orders::CommitError;
use tongbao_store::{StoreError, WriteError};
use tongbao_wire::IdError;

/// Why a use case did not do what was asked. Entries turn it into an answer; rules never see it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A member of the request is not acceptable.
    #[error("{pointer}: {reason}")]
    Invalid {
        /// JSON pointer, or the name of a header or parameter.
        pointer: String,
        /// What it must be.
        reason: String,
    },
    /// There is no such order.
    #[error("there is no such order")]
    NoSuchOrder,
    /// There is no such refund.
    #[error("there is no such refund")]
    NoSuchRefund,
    /// The order number stands for other terms.
    #[error("order_no stands for an order with other terms")]
    OrderNoTaken,
    /// Nobody has paid anything for the order.
    #[error("nobody has tried to pay the order")]
    NothingPaid,
    /// The refund number stands for a refund of another order.
    #[error("out_refund_no stands for a refund of another order")]
    RefundNoTaken,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Payment is switched off.
    #[error("payment is switched off")]
    PaymentDisabled,
    /// The platform refused, or could not be asked.
    #[error("WeChat Pay did not do it")]
    Platform(#[source] Box<CallError>),
    /// The payment is being prepared by another request whose outcome is not known yet.
    #[error("the payment is being closed; ask again in a moment")]
    Busy,
    /// The store did not answer as it must. Nothing was changed.
    #[error("the store refused")]
    Store(#[source] StoreError),
    /// Whether the store has it is not known.
    #[error("the store did not say whether it was written")]
    StoreUnknown(#[source] WriteError),
    /// The store refused the write. Nothing was changed.
    #[error("the store refused the write")]
    WriteRefused(#[source] WriteError),
    /// Signing failed: the key cannot sign.
    #[error("the invoke parameters could not be signed")]
    Signing,
}

impl Failure {
    /// A member that is not acceptable.
    pub fn invalid(pointer: &str, reason: impl Into<String>) -> Self {
        Self::Invalid { pointer: pointer.into(), reason: reason.into() }
    }

    /// An identifier that is not acceptable.
    #[must_use]
    pub fn invalid_id(pointer: &str, error: &IdError) -> Self {
        Self::invalid(pointer, format!("must be {}", error.rule))
    }

    /// What the protocol's table says to a refusal of the platform, or of our own checks before it. Where the
    /// outcome is open there is nothing for the caller to mend: we go on asking.
    #[must_use]
    pub fn platform_fix(&self) -> Option<Text> {
        match self {
            Self::Platform(error) if error.outcome_unknown() => None,
            Self::Platform(error) => match &error.kind {
                CallErrorKind::Refused { .. } | CallErrorKind::Unsendable(_) => Some(error.explanation().fix),
                CallErrorKind::NotSent(_)
                | CallErrorKind::Unknown(_)
                | CallErrorKind::UnverifiableAnswer(_)
                | CallErrorKind::Undecodable(_)
                | CallErrorKind::CannotDecrypt => None,
            },
            Self::Invalid { .. }
            | Self::NoSuchOrder
            | Self::NoSuchRefund
            | Self::OrderNoTaken
            | Self::RefundNoTaken
            | Self::NothingPaid
            | Self::Refused(_)
            | Self::PaymentDisabled
            | Self::Busy
            | Self::Store(_)
            | Self::StoreUnknown(_)
            | Self::WriteRefused(_)
            | Self::Signing => None,
        }
    }

    /// True when the same request may succeed if repeated.
    #[must_use]
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Busy | Self::Store(_) | Self::StoreUnknown(_) | Self::WriteRefused(_) => true,
            Self::Platform(error) => error.retry() != Retry::Never,
            Self::Invalid { .. }
            | Self::NoSuchOrder
            | Self::NoSuchRefund
            | Self::OrderNoTaken
            | Self::RefundNoTaken
            | Self::NothingPaid
            | Self::Refused(_)
            | Self::PaymentDisabled
            | Self::Signing => false,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Unknown(_) => Self::StoreUnknown(error),
            WriteError::Conflict { .. } | WriteError::Refused(_) => Self::WriteRefused(error),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Moved | CommitError::OutTradeNoTaken => Self::Busy,
            CommitError::OrderNoTaken => Self::OrderNoTaken,
            CommitError::OutRefundNoTaken => Self::RefundNoTaken,
            CommitError::Write(error) => error.into(),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Platform(Box::new(error))
    }
}
