//! The platform's error codes, and the internal causes behind them (v3.md §1.11).

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $(| $legacy:literal)*,)*) => {
        /// A code of the platform's refusals. Legacy spellings read as the code of today.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
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

/// `code` has at most 32 characters (v3.md §1.11).
const CODE_CHARS_MAX: usize = 32;

codes! {
    /// A parameter is missing or wrong.
    ParamError = "PARAM_ERROR",
    /// Against the protocol or a business rule; the message says which.
    InvalidRequest = "INVALID_REQUEST",
    /// Signature, serial number or clock.
    SignError = "SIGN_ERROR",
    /// The product is not opened, or the resource is another merchant's.
    NoAuth = "NO_AUTH" | "NOAUTH",
    /// Stopped by risk control.
    RequestBlocked = "REQUEST_BLOCKED",
    /// Nothing under this number.
    NotFound = "NOT_FOUND",
    /// Nothing under this number.
    ResourceNotExists = "RESOURCE_NOT_EXISTS",
    /// No such order.
    OrderNotExist = "ORDER_NOT_EXIST" | "ORDERNOTEXIST",
    /// Too many calls.
    FrequencyLimited = "FREQUENCY_LIMITED" | "RATELIMIT_EXCEEDED" | "RATE_LIMITED" | "FREQUENCY_LIMIT_EXCEED"
        | "FREQUENCY_LIMIT" | "FREQENCY_LIMIT",
    /// Result unknown.
    SystemError = "SYSTEM_ERROR" | "SYSTEMERROR",
    /// Later, or on the other host.
    ServiceUnavailable = "SERVICE_UNAVAILABLE",
    /// The appid is not bound to the merchant.
    AppidMchidNotMatch = "APPID_MCHID_NOT_MATCH",
    /// No such merchant.
    MchNotExists = "MCH_NOT_EXISTS",
    /// The order is closed.
    OrderClosed = "ORDER_CLOSED" | "ORDERCLOSED",
    /// The order is paid.
    OrderPaid = "ORDER_PAID" | "ORDERPAID",
    /// The order was reversed.
    OrderReversed = "ORDER_REVERSED" | "ORDERREVERSED",
    /// The payment code is wrong.
    AuthCodeInvalid = "AUTH_CODE_INVALID",
    /// The payment code is too old.
    AuthCodeExpire = "AUTH_CODE_EXPIRE",
    /// It exists already.
    AlreadyExists = "ALREADY_EXISTS" | "RESOURCE_ALREADY_EXISTS",
    /// The payer is typing the password.
    UserPaying = "USERPAYING",
    /// The number was used with other data.
    OutTradeNoUsed = "OUT_TRADE_NO_USED",
    /// Against a business rule.
    RuleLimit = "RULE_LIMIT" | "RULELIMIT",
    /// Against a business rule.
    TradeError = "TRADE_ERROR",
    /// An account is abnormal.
    AccountError = "ACCOUNT_ERROR" | "ACCOUNTERROR",
    /// The balance does not suffice.
    NotEnough = "NOT_ENOUGH" | "NOTENOUGH",
    /// The payer's account is abnormal or cancelled.
    UserAccountAbnormal = "USER_ACCOUNT_ABNORMAL",
    /// No such refund.
    RefundNotExists = "REFUND_NOT_EXISTS",
    /// The refund's amounts differ from the first request's.
    RefundFeeMismatch = "REFUND_FEE_MISMATCH",
    /// Past the 365 days in which a payment can be refunded.
    TradeOverdue = "TRADE_OVERDUE",
    /// No such user.
    UserNotExist = "USER_NOT_EXIST" | "USER_NOT_EXISTS",
    /// The bank failed.
    BankError = "BANK_ERROR" | "BANKERROR",
    /// The transaction id is wrong.
    InvalidTransactionid = "INVALID_TRANSACTIONID",
    /// The openid is not the appid's.
    OpenidMismatch = "OPENID_MISMATCH",
    /// To be sent again.
    BizErrNeedRetry = "BIZ_ERR_NEED_RETRY",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $($number:literal)|+;)*) => {
        /// What lies behind a refusal, by the internal code at the end of `Request-ID` (v3.md §1.11).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// The cause an internal code stands for, when it is one of the published.
            #[must_use]
            pub fn of(code: u64) -> Option<Self> {
                match code {
                    $($($number)|+ => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

causes! {
    /// No such order.
    OrderNotFound = "order_not_found", 268_512_771;
    /// Called too often.
    TooFrequent = "too_frequent", 268_447_840;
    /// A parameter is against the rules.
    IllegalParameter = "illegal_parameter", 268_435_461;
    /// The order is paid already.
    AlreadyPaid = "already_paid", 268_449_538 | 268_498_689;
    /// A member the call does not have.
    IllegalExtraMember = "illegal_extra_member", 270_924_358;
    /// The merchant is closed or cancelled.
    MerchantUnusable = "merchant_unusable", 268_443_715;
    /// The order is another merchant's.
    MerchantOrderMismatch = "merchant_order_mismatch", 268_447_843;
    /// `sub_mchid` is the caller's own.
    SubMchidIsOwnMchid = "sub_mchid_is_own_mchid", 268_443_705;
    /// The order expired or was closed.
    OrderExpiredOrClosed = "order_expired_or_closed", 268_447_914;
    /// The sub-merchant is missing.
    SubMchidRequired = "sub_mchid_required", 268_443_704;
    /// The merchant may not collect money at present.
    CollectionRestricted = "collection_restricted", 268_448_010;
    /// A payment-code order can be reversed, not closed.
    OnlyReverseAllowed = "only_reverse_allowed", 268_449_641;
    /// The order is another sub-merchant's.
    SubMerchantOrderMismatch = "sub_merchant_order_mismatch", 268_447_845;
    /// The signature is wrong.
    Signature = "signature", 268_443_699;
    /// JSAPI needs an openid.
    JsapiNeedsOpenid = "jsapi_needs_openid", 268_501_013;
    /// The service provider does not serve this merchant.
    AcceptanceRelationMissing = "acceptance_relation_missing", 268_443_701;
    /// Repeated with other parameters.
    ReentryParametersDiffer = "reentry_parameters_differ", 268_498_688;
    /// The appid is not bound to the merchant.
    AppidMchidMismatch = "appid_mchid_mismatch", 268_445_527;
    /// A value is out of range.
    OutOfRange = "out_of_range", 268_435_464;
}

#[cfg(test)]
mod tests {
    use super::{Cause, ErrorCode};

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
        ] {
            assert_eq!(ErrorCode::from(legacy), code);
        }
        assert_eq!(ErrorCode::from("TOMORROW").as_str(), "TOMORROW");
    }

    #[test]
    fn published_internal_codes_have_names_and_others_none() {
        assert_eq!(Cause::of(268_498_689).map(Cause::name), Some("already_paid"));
        assert_eq!(Cause::of(268_512_771), Some(Cause::OrderNotFound));
        assert_eq!(Cause::of(0), None);
    }
}
