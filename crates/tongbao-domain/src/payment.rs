//! One attempt to have an order paid.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Fen, Openid, OutTradeNo, PrepayId, Timestamp, TransactionId};

/// Where the payer stands when paying (支付场景).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// Inside a mini program (小程序).
    MiniProgram,
    /// On a page inside WeChat (公众号 / JSAPI).
    Jsapi,
}

impl Scene {
    /// The name in our API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MiniProgram => "mini_program",
            Self::Jsapi => "jsapi",
        }
    }
}

/// One attempt: one `out_trade_no`, one scene, at most one `transaction_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The number at the platform.
    pub out_trade_no: OutTradeNo,
    /// Where the payer stands.
    pub scene: Scene,
    /// Who may pay.
    pub openid: Openid,
    /// Where the platform tells of it. Kept, because a repeated prepay must be the same to the byte.
    pub notify_url: String,
    /// When the attempt was recorded, which is before it was sent.
    #[serde(with = "crate::millis")]
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: PaymentState,
}

/// Where a payment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PaymentState {
    /// Recorded here; whether the platform knows of it is not known.
    Preparing,
    /// Accepted by the platform, waiting for the payer (protocol: `NOTPAY`).
    Payable {
        /// What the cashier is opened with.
        prepay_id: PrepayId,
        /// Until when the cashier takes it.
        #[serde(with = "crate::millis")]
        prepay_until: Timestamp,
    },
    /// The payer is typing the password (protocol: `USERPAYING`).
    Paying,
    /// Money received (protocol: `SUCCESS`, or `REFUND` once some of it went back).
    Paid(Receipt),
    /// Can no longer be paid (protocol: `CLOSED`, `PAYERROR`).
    Closed {
        /// When we learned it.
        #[serde(with = "crate::millis")]
        at: Timestamp,
    },
    /// Reversed (protocol: `REVOKED`, payment code only).
    Revoked {
        /// When we learned it.
        #[serde(with = "crate::millis")]
        at: Timestamp,
    },
}

/// What the platform said of money received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The platform's number.
    pub transaction_id: TransactionId,
    /// When it was paid.
    #[serde(with = "crate::millis")]
    pub success_time: Timestamp,
    /// What the payer paid: the total less coupons.
    pub payer_total: Fen,
}

impl Payment {
    /// True while the platform may still take money under this number.
    #[must_use]
    pub fn is_live(&self) -> bool {
        match self.state {
            PaymentState::Preparing | PaymentState::Payable { .. } | PaymentState::Paying => true,
            PaymentState::Paid(_) | PaymentState::Closed { .. } | PaymentState::Revoked { .. } => false,
        }
    }

    /// What was received, once paid.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.state {
            PaymentState::Paid(receipt) => Some(receipt),
            PaymentState::Preparing
            | PaymentState::Payable { .. }
            | PaymentState::Paying
            | PaymentState::Closed { .. }
            | PaymentState::Revoked { .. } => None,
        }
    }
}

impl PaymentState {
    /// How far along the state is. An observation may raise it, never lower it.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Preparing => 0,
            Self::Payable { .. } => 1,
            Self::Paying => 2,
            Self::Closed { .. } | Self::Revoked { .. } => 3,
            Self::Paid(_) => 4,
        }
    }

    /// The name in our API.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Payable { .. } => "payable",
            Self::Paying => "paying",
            Self::Paid(_) => "paid",
            Self::Closed { .. } => "closed",
            Self::Revoked { .. } => "revoked",
        }
    }
}
