//! Money that goes back: one intent with one number.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, RefundId, Timestamp};

use crate::Cause;

/// The platform takes at most 50 refunds of one payment (v3.md §5.2).
pub const REFUNDS_MAX: usize = 50;

/// The platform takes refunds for 365 days after the payment (v3.md §5.2).
pub const REFUND_WINDOW: Duration = Duration::from_secs(365 * 24 * 3600);

/// One intent to give money back. Its number is chosen once and reused by every retry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Our number of it.
    pub out_refund_no: OutRefundNo,
    /// The payment it returns.
    pub out_trade_no: OutTradeNo,
    /// How much of the order's total.
    pub amount: Fen,
    /// Shown to the payer; may be empty.
    pub reason: String,
    /// Who wanted it.
    pub cause: Cause,
    /// When it was recorded, which is before it was sent.
    #[serde(with = "crate::millis")]
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: RefundState,
}

/// Where a refund stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RefundState {
    /// Recorded here; whether the platform knows of it is not known.
    Recorded,
    /// The merchant's balance is short (`NOT_ENOUGH`); the same request is repeated later.
    Waiting {
        /// Since when.
        #[serde(with = "crate::millis")]
        since: Timestamp,
    },
    /// Accepted by the platform, on its way.
    Processing {
        /// The platform's number.
        refund_id: RefundId,
    },
    /// Arrived.
    Done {
        /// The platform's number.
        refund_id: RefundId,
        /// When it arrived.
        #[serde(with = "crate::millis")]
        success_time: Timestamp,
    },
    /// Stuck: the payer's account cannot take it, a person must act (`ABNORMAL`).
    Abnormal {
        /// The platform's number.
        refund_id: RefundId,
    },
    /// Did not happen: refused, or closed by the platform. A new attempt needs a new number.
    Failed {
        /// The platform's code.
        code: String,
    },
}

impl Refund {
    /// True unless the refund did not happen: its amount is spoken for.
    #[must_use]
    pub fn reserves(&self) -> bool {
        self.state.reserves()
    }

    /// True when the money arrived.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.state, RefundState::Done { .. })
    }

    /// True while the platform must be asked again: what a person did about an abnormal refund shows only
    /// there.
    #[must_use]
    pub fn is_live(&self) -> bool {
        match self.state {
            RefundState::Recorded
            | RefundState::Waiting { .. }
            | RefundState::Processing { .. }
            | RefundState::Abnormal { .. } => true,
            RefundState::Done { .. } | RefundState::Failed { .. } => false,
        }
    }
}

impl RefundState {
    /// True unless the refund did not happen: its amount is spoken for.
    #[must_use]
    pub fn reserves(&self) -> bool {
        match self {
            Self::Recorded
            | Self::Waiting { .. }
            | Self::Processing { .. }
            | Self::Done { .. }
            | Self::Abnormal { .. } => true,
            Self::Failed { .. } => false,
        }
    }

    /// How far along the state is. An observation may raise it, never lower it. Money that arrived outranks
    /// a refusal: an earlier request, whose answer was lost, may have been accepted.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Recorded => 0,
            Self::Waiting { .. } => 1,
            Self::Processing { .. } => 2,
            Self::Abnormal { .. } => 3,
            Self::Failed { .. } => 4,
            Self::Done { .. } => 5,
        }
    }

    /// The name in our API.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Waiting { .. } => "waiting",
            Self::Processing { .. } => "processing",
            Self::Done { .. } => "done",
            Self::Abnormal { .. } => "abnormal",
            Self::Failed { .. } => "failed",
        }
    }
}
