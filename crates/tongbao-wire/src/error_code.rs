//! The platform's error codes, v3 (v3.md §1.11) and v2 (v2.md §1.5).

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
    SignError = "SIGN_ERROR" | "SIGNERROR",
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
    AuthCodeExpire = "AUTH_CODE_EXPIRE" | "AUTHCODEEXPIRE",
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
    RefundNotExists = "REFUND_NOT_EXISTS" | "REFUNDNOTEXIST",
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
    BizErrNeedRetry = "BIZ_ERR_NEED_RETRY" | "BIZERR_NEED_RETRY",
    /// No bill: nothing happened that day.
    NoStatementExist = "NO_STATEMENT_EXIST" | "NO_BILL_EXIST",
    /// The bill is being made.
    StatementCreating = "STATEMENT_CREATING" | "BILL_CREATING",
    /// No such application.
    ApplymentNotExist = "APPLYMENT_NOT_EXIST" | "APPLYMENT_NOTEXIST",
    /// An application is being worked on.
    Processing = "PROCESSING",
    /// The merchant's account is abnormal.
    UserError = "USER_ERROR",
    /// v2: the body is not well-formed XML.
    XmlFormatError = "XML_FORMAT_ERROR",
    /// v2: the call must be posted.
    RequirePostMethod = "REQUIRE_POST_METHOD",
    /// v2: the body is empty.
    PostDataEmpty = "POST_DATA_EMPTY",
    /// v2: the body is not UTF-8.
    NotUtf8 = "NOT_UTF8",
    /// v2: a parameter is missing.
    LackParams = "LACK_PARAMS",
    /// v2: no such appid.
    AppidNotExist = "APPID_NOT_EXIST",
    /// v2: no such merchant.
    MchidNotExist = "MCHID_NOT_EXIST",
    /// v2: a business error that only the description names.
    Error = "ERROR",
    /// v2: too many bad requests; blocked for a while.
    InvalidReqTooMuch = "INVALID_REQ_TOO_MUCH",
    /// v2: the order is still being processed.
    OrderNotReady = "ORDER_NOT_READY",
    /// v2: the client certificate is wrong.
    CertError = "CERT_ERROR",
    /// v2: the order's state does not allow it.
    TradeStateError = "TRADE_STATE_ERROR",
    /// v2: the payment code is malformed or was used.
    AuthCodeError = "AUTH_CODE_ERROR",
    /// v2: this kind of card cannot pay (the platform's spelling).
    NotSupportCard = "NOTSUPORTCARD",
    /// v2: another person tries to pay the same order.
    BuyerMismatch = "BUYER_MISMATCH",
    /// v2: too old to be reversed; refund instead.
    ReverseExpire = "REVERSE_EXPIRE",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

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
}
