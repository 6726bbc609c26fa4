//! The platform's error codes, v3 (v3.md §1.11) and v2 (v2.md §1.5): what each means, what to do about it,
//! and whether to try again.
//!
//! One table in two files, `v3` and `v2`. A row is a variant, its spellings (today's first), the class of
//! trying again, then cause and fix, each in Chinese and English. What a code means as the answer to one call
//! in particular is in [`Call::explain`](crate::Call::explain).

#[macro_use]
mod v2;
#[macro_use]
mod v3;

use std::fmt;

use crate::{Explanation, Retry, Text};

macro_rules! codes {
    ($($variant:ident = $text:literal $(| $legacy:literal)*, $retry:ident,
        $cause_zh:literal $cause_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        /// A code of the platform's refusals. Legacy spellings read as the code of today.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $(#[doc = $cause_en] $variant,)*
            /// A code this version does not know; empty when the answer had none.
            Unknown(Box<str>),
        }

        impl ErrorCode {
            /// Every code known.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The code as the protocol spells it today.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }

            /// What the code means when the call is not known; else see [`Call::explain`](crate::Call::explain).
            #[must_use]
            pub fn explanation(&self) -> Explanation {
                match self {
                    $(Self::$variant => Explanation {
                        cause: Text { zh: $cause_zh, en: $cause_en },
                        fix: Text { zh: $fix_zh, en: $fix_en },
                        retry: Retry::$retry,
                    },)*
                    Self::Unknown(_) => UNKNOWN,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(text: &str) -> Self {
                match text {
                    $($text $(| $legacy)* => Self::$variant,)*
                    other => Self::Unknown(other.chars().take(CODE_CHARS_MAX).collect()),
                }
            }
        }
    };
}

v3_rows! { v2_rows! { codes! {} } }

impl ErrorCode {
    /// True when the request itself is wrong, so that nothing was done, even where the code comes with an odd
    /// HTTP 500 (v3.md §1.11).
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        matches!(
            self,
            Self::ParamError
                | Self::SignError
                | Self::NoAuth
                | Self::AppidMchidNotMatch
                | Self::MchNotExists
                | Self::InvalidTransactionid
                | Self::OpenidMismatch
                | Self::XmlFormatError
                | Self::RequirePostMethod
                | Self::PostDataEmpty
                | Self::NotUtf8
                | Self::LackParams
                | Self::AppidNotExist
                | Self::MchidNotExist
                | Self::TradeStateError
        )
    }

    /// True when the code leaves open whether the platform acted. Where money moves a query decides, also on a
    /// rate limit ("may already be accepted", v3.md §5.4) and on a code that is new.
    #[must_use]
    pub fn leaves_doubt(&self) -> bool {
        matches!(
            self,
            Self::SystemError
                | Self::BankError
                | Self::BizErrNeedRetry
                | Self::UserPaying
                | Self::FrequencyLimited
                | Self::ServiceUnavailable
                | Self::Unknown(_)
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be said of a code that is new.
const UNKNOWN: Explanation = Explanation {
    cause: Text {
        zh: "这个错误码不在本版本的表里，具体原因看应答的 message。",
        en: "The code is not in the table of this version; the message of the answer says why.",
    },
    fix: Text {
        zh: "先用原单号查询这笔业务的结果，再按 message 处理；要问微信支付客服，请带上 Request-ID。",
        en: "Query under the same number what became of it, then follow the message. Tell WeChat Pay's support the Request-ID.",
    },
    retry: Retry::AfterQuery,
};

/// `code` has at most 32 characters (v3.md §1.11).
const CODE_CHARS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use crate::Retry;

    #[test]
    fn every_code_reads_back_and_legacy_spellings_read_as_todays() {
        for code in ErrorCode::ALL {
            assert_eq!(&ErrorCode::from(code.as_str()), code);
        }
        for (legacy, code) in [
            ("NOAUTH", ErrorCode::NoAuth),
            ("FREQENCY_LIMIT", ErrorCode::FrequencyLimited),
            ("RATELIMIT_EXCEEDED", ErrorCode::FrequencyLimited),
            ("NOTENOUGH", ErrorCode::NotEnough),
            ("ORDERPAID", ErrorCode::OrderPaid),
            ("SIGN ERROR", ErrorCode::SignError),
            ("NO Bill Exist", ErrorCode::NoStatementExist),
        ] {
            assert_eq!(ErrorCode::from(legacy), code);
        }
        assert_eq!(ErrorCode::from("TOMORROW").as_str(), "TOMORROW");
    }

    #[test]
    fn what_may_be_sent_again_at_once_is_what_leaves_doubt() {
        for code in ErrorCode::ALL {
            let retry = code.explanation().retry;
            assert!(retry != Retry::SameRequest || code.leaves_doubt(), "{code}");
            assert!(!code.is_mistake() || (retry == Retry::Never && !code.leaves_doubt()), "{code}");
        }
    }
}
