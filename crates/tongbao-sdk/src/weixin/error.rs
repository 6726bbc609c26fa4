//! What can go wrong at `api.weixin.qq.com`, and what to do about it (miniprogram.md §1.1, §1.4).

use tongbao_wire::weixin::{Reaction, WeixinRefusal};

use crate::json::Misfit;
use crate::outbound::BoxError;
use crate::unsendable::Unsendable;

/// Why a call gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum WeixinError {
    /// WeChat refused.
    #[error("WeChat refused with errcode {}: {errmsg}", .refusal.errcode())]
    Refused {
        /// Why.
        refusal: WeixinRefusal,
        /// WeChat's sentence; ends in a trace id (`rid`) for its support.
        errmsg: String,
    },
    /// Refused here, before anything was sent.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The request did not reach WeChat.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// WeChat may have acted: a login code may be spent.
    #[error("the request was sent, but no whole answer came back")]
    Unknown(#[source] BoxError),
    /// An HTTP status other than success, which WeChat itself does not use.
    #[error("HTTP status {0}; WeChat itself answers 200, so something in between answered")]
    Status(u16),
    /// An answer that is not what the call promises.
    #[error("the answer cannot be read")]
    Undecodable(#[source] Misfit),
    /// A login code that `wx.login` cannot have given.
    #[error("the login code is empty, too long, or has characters that no code has")]
    MalformedCode,
    /// The base address is not one.
    #[error("the base address is not an absolute http or https address")]
    Address,
}

impl WeixinError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Unsendable(_) => "weixin_unsendable",
            Self::NotSent(_) => "weixin_not_sent",
            Self::Unknown(_) => "weixin_outcome_unknown",
            Self::Status(_) => "weixin_http_status",
            Self::Undecodable(_) => "weixin_undecodable_answer",
            Self::MalformedCode => "weixin_malformed_code",
            Self::Address => "weixin_address",
        }
    }

    /// What to do. Where [`WeixinError::outcome_unknown`], a call that happens twice when sent twice is looked
    /// up first.
    #[must_use]
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Refused { refusal, .. } => refusal.reaction(),
            Self::Unsendable(_) => Reaction::MendData,
            Self::NotSent(_) | Self::Unknown(_) | Self::Status(_) => Reaction::RetrySoon,
            Self::Undecodable(_) => Reaction::ReportFault,
            Self::MalformedCode => Reaction::NewLogin,
            Self::Address => Reaction::MendConfiguration,
        }
    }

    /// Why WeChat refused, if it did.
    #[must_use]
    pub fn refusal(&self) -> Option<WeixinRefusal> {
        match self {
            Self::Refused { refusal, .. } => Some(*refusal),
            Self::Unsendable(_)
            | Self::NotSent(_)
            | Self::Unknown(_)
            | Self::Status(_)
            | Self::Undecodable(_)
            | Self::MalformedCode
            | Self::Address => None,
        }
    }

    /// What those are told who waited for what somebody else could not fetch. They sent nothing.
    pub(super) fn of_another(&self) -> Self {
        match self {
            Self::Refused { refusal, errmsg } => Self::Refused { refusal: *refusal, errmsg: errmsg.clone() },
            Self::Unsendable(fault) => Self::Unsendable(fault.clone()),
            Self::NotSent(source) | Self::Unknown(source) => Self::NotSent(source.to_string().into()),
            Self::Status(status) => Self::Status(*status),
            Self::Undecodable(misfit) => Self::Undecodable(misfit.clone()),
            Self::MalformedCode => Self::MalformedCode,
            Self::Address => Self::Address,
        }
    }

    /// True when the call may have taken effect although it failed here.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            // "System error" says nothing about how far the call came.
            Self::Refused { refusal, .. } => refusal.reaction() == Reaction::RetrySoon,
            Self::Unknown(_) | Self::Status(_) | Self::Undecodable(_) => true,
            Self::Unsendable(_) | Self::NotSent(_) | Self::MalformedCode | Self::Address => false,
        }
    }
}
