//! What can go wrong at `api.weixin.qq.com`, and what to do about it (miniprogram.md §1.1, §1.4).

use crate::json::Misfit;
use crate::outbound::BoxError;

/// Why a login or a token was not given.
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

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Ask again after about a second; for a login, the code may be spent by then.
    RetrySoon,
    /// Ask the mini program for a new `wx.login`, once. If that fails the same way, front end and back end
    /// use different appids.
    NewLogin,
    /// Show the person a refusal, and do not retry.
    RefusePerson,
    /// Too many calls: slow down and look for a loop.
    BackOff,
    /// Drop the token, fetch one, use it once. If it repeats, another process fetches tokens for this appid.
    RefreshToken,
    /// Appid, secret or address list is set wrong.
    MendConfiguration,
    /// Somebody has to act in WeChat's console.
    AskAdministrator,
    /// A fault of ours.
    ReportFault,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $errcode:literal, $code:literal, $reaction:ident;)*) => {
        /// Why WeChat refused, by `errcode`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum WeixinRefusal {
            $($(#[$doc])* $variant,)*
            /// A number this version does not know.
            Unknown(i64),
        }

        impl From<i64> for WeixinRefusal {
            fn from(errcode: i64) -> Self {
                match errcode {
                    $($errcode => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }
        }

        impl WeixinRefusal {
            /// WeChat's number.
            #[must_use]
            pub fn errcode(self) -> i64 {
                match self {
                    $(Self::$variant => $errcode,)*
                    Self::Unknown(errcode) => errcode,
                }
            }

            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unknown(_) => "weixin_refused",
                }
            }

            /// What to do.
            #[must_use]
            pub fn reaction(self) -> Reaction {
                match self {
                    $(Self::$variant => Reaction::$reaction,)*
                    Self::Unknown(_) => Reaction::ReportFault,
                }
            }
        }
    };
}

refusals! {
    /// WeChat is busy.
    SystemBusy = -1, "weixin_system_busy", RetrySoon;
    /// The login code is wrong, expired, or another appid's.
    InvalidCode = 40029, "weixin_invalid_code", NewLogin;
    /// The login code was used before.
    CodeUsed = 40163, "weixin_code_used", NewLogin;
    /// WeChat considers the person a high risk.
    HighRiskPerson = 40226, "weixin_high_risk_person", RefusePerson;
    /// More than 100 calls a minute for one person.
    FrequencyLimited = 45011, "weixin_frequency_limited", BackOff;
    /// The day's calls are used up.
    QuotaExhausted = 45009, "weixin_quota_exhausted", BackOff;
    /// The secret is wrong, or a token was superseded.
    InvalidCredential = 40001, "weixin_invalid_credential", RefreshToken;
    /// The token is malformed.
    InvalidToken = 40014, "weixin_invalid_token", RefreshToken;
    /// The token expired.
    TokenExpired = 42001, "weixin_token_expired", RefreshToken;
    /// The grant type is wrong.
    BadGrantType = 40002, "weixin_bad_grant_type", ReportFault;
    /// No such appid.
    InvalidAppid = 40013, "weixin_invalid_appid", MendConfiguration;
    /// The secret is wrong, perhaps since it was reset.
    InvalidSecret = 40125, "weixin_invalid_secret", MendConfiguration;
    /// No appid was sent.
    AppidMissing = 41002, "weixin_appid_missing", ReportFault;
    /// No secret was sent.
    SecretMissing = 41004, "weixin_secret_missing", ReportFault;
    /// No code was sent.
    CodeMissing = 41008, "weixin_code_missing", ReportFault;
    /// The secret is frozen.
    SecretFrozen = 40243, "weixin_secret_frozen", AskAdministrator;
    /// Our address is not in the list of the console; the message names it.
    IpNotAllowed = 40164, "weixin_ip_not_allowed", MendConfiguration;
    /// The administrator must confirm our address.
    IpUnconfirmed = 89503, "weixin_ip_unconfirmed", AskAdministrator;
    /// The administrator refused our address, for a day.
    IpRefusedForADay = 89506, "weixin_ip_refused_for_a_day", AskAdministrator;
    /// The administrator refused our address, for an hour.
    IpRefusedForAnHour = 89507, "weixin_ip_refused_for_an_hour", AskAdministrator;
    /// The call is forbidden for this account.
    ApiForbidden = 50004, "weixin_api_forbidden", AskAdministrator;
    /// The account is frozen.
    AccountFrozen = 50007, "weixin_account_frozen", AskAdministrator;
}

impl WeixinError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal, .. } => refusal.code(),
            Self::NotSent(_) => "weixin_not_sent",
            Self::Unknown(_) => "weixin_outcome_unknown",
            Self::Status(_) => "weixin_http_status",
            Self::Undecodable(_) => "weixin_undecodable_answer",
            Self::MalformedCode => "weixin_malformed_code",
            Self::Address => "weixin_address",
        }
    }

    /// What to do.
    #[must_use]
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Refused { refusal, .. } => refusal.reaction(),
            Self::NotSent(_) | Self::Unknown(_) | Self::Status(_) => Reaction::RetrySoon,
            Self::Undecodable(_) => Reaction::ReportFault,
            Self::MalformedCode => Reaction::NewLogin,
            Self::Address => Reaction::MendConfiguration,
        }
    }
}
