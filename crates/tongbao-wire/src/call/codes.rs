//! Which codes the documents list for which call.

use crate::ErrorCode;
use crate::ErrorCode::{
    AccountError, AlreadyExists, AppidMchidNotMatch, AppidNotExist, ApplymentNotExist, AuthCodeExpire,
    AuthCodeInvalid, BankError, BizErrNeedRetry, CertError, Error, FrequencyLimited, InvalidReqTooMuch,
    InvalidRequest, InvalidTransactionid, LackParams, MchNotExists, MchidNotExist, NoAuth, NoStatementExist,
    NotEnough, NotFound, NotUtf8, OpenidMismatch, OrderClosed, OrderNotExist, OrderNotReady, OrderPaid,
    OrderReversed, OutTradeNoUsed, ParamError, PostDataEmpty, Processing, RefundFeeMismatch, RefundNotExists,
    RequirePostMethod, ResourceNotExists, ReverseExpire, RuleLimit, SignError, StatementCreating,
    SystemError, TradeError, TradeOverdue, UserAccountAbnormal, UserError, UserPaying, XmlFormatError,
};

/// What every v3 call may answer (v3.md §1.11).
pub(super) const COMMON: &[ErrorCode] = &[ParamError, InvalidRequest, SignError, SystemError];
/// Creating an order; the newest pages list the first ten, older ones all (v3.md §2.2, §2.4).
pub(super) const CREATE: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    AppidMchidNotMatch,
    MchNotExists,
    OrderClosed,
    SignError,
    NoAuth,
    OutTradeNoUsed,
    FrequencyLimited,
    SystemError,
    RuleLimit,
    AccountError,
    TradeError,
    NotEnough,
    UserPaying,
    OrderNotExist,
    BankError,
    InvalidTransactionid,
    OpenidMismatch,
    OrderPaid,
];
/// Charging a payment code (v3.md §1.11, §2.8).
pub(super) const CODE_PAY: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    AppidMchidNotMatch,
    MchNotExists,
    OrderClosed,
    OrderReversed,
    AuthCodeInvalid,
    AuthCodeExpire,
    SignError,
    NoAuth,
    OutTradeNoUsed,
    RuleLimit,
    TradeError,
    AccountError,
    NotEnough,
    UserPaying,
    BankError,
    FrequencyLimited,
    SystemError,
];
/// Looking a payment up (v3.md §2.5).
pub(super) const QUERY: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    MchNotExists,
    SignError,
    RuleLimit,
    TradeError,
    OrderNotExist,
    FrequencyLimited,
    SystemError,
];
/// Closing an order (v3.md §2.6).
pub(super) const CLOSE: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    MchNotExists,
    OrderPaid,
    SignError,
    RuleLimit,
    TradeError,
    FrequencyLimited,
    SystemError,
];
/// Reversing a payment-code order (v3.md §2.8).
pub(super) const REVERSE: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    MchNotExists,
    SignError,
    TradeError,
    OrderNotExist,
    UserPaying,
    FrequencyLimited,
    SystemError,
];
/// Combined orders: create, query and close alike (v3.md §4).
pub(super) const COMBINE: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    AppidMchidNotMatch,
    MchNotExists,
    OrderClosed,
    SignError,
    NoAuth,
    OutTradeNoUsed,
    RuleLimit,
    FrequencyLimited,
    SystemError,
    OpenidMismatch,
    UserPaying,
    AccountError,
    TradeError,
    NotEnough,
    OrderNotExist,
    BankError,
    InvalidTransactionid,
];
/// Asking for a refund (v3.md §5.4).
pub(super) const REFUND: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    SignError,
    NotEnough,
    UserAccountAbnormal,
    NoAuth,
    MchNotExists,
    ResourceNotExists,
    TradeOverdue,
    RefundFeeMismatch,
    FrequencyLimited,
    SystemError,
];
/// Asking where a bill is (v3.md §7.1).
pub(super) const BILL: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    NoStatementExist,
    StatementCreating,
    SignError,
    NoAuth,
    FrequencyLimited,
    SystemError,
];
/// Looking something up by its number (v3-extended.md §8.3).
pub(super) const LOOKUP: &[ErrorCode] =
    &[ParamError, InvalidRequest, SignError, ResourceNotExists, FrequencyLimited, SystemError];
/// Changing something the merchant needs permission for (v3-extended.md §8.3, §9.2).
pub(super) const SETTING: &[ErrorCode] =
    &[ParamError, InvalidRequest, SignError, NoAuth, FrequencyLimited, SystemError];
/// Starting a transfer (v3-extended.md §10.1).
pub(super) const TRANSFER: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    SignError,
    NoAuth,
    NotEnough,
    FrequencyLimited,
    AlreadyExists,
    UserError,
    SystemError,
];
/// Looking up transfers, their authorisations and receipts (v3-extended.md §10.1).
pub(super) const TRANSFER_LOOKUP: &[ErrorCode] =
    &[ParamError, InvalidRequest, SignError, NoAuth, NotFound, FrequencyLimited, SystemError];
/// Looking up an application (v3-extended.md §9.3).
pub(super) const APPLYMENT_LOOKUP: &[ErrorCode] = &[
    ParamError,
    InvalidRequest,
    SignError,
    ApplymentNotExist,
    NoAuth,
    Processing,
    FrequencyLimited,
    SystemError,
];
/// Account-opening intents (v3-extended.md §9.6).
pub(super) const INTENT: &[ErrorCode] = &[ParamError, InvalidRequest, SignError, NoAuth, SystemError];
/// v2: asking for a refund (v2.md §3.3; `INVALID_REQUEST` with a hint at the certificate, §1.6).
pub(super) const REFUND_V2: &[ErrorCode] = &[
    SystemError,
    BizErrNeedRetry,
    TradeOverdue,
    Error,
    UserAccountAbnormal,
    InvalidReqTooMuch,
    NotEnough,
    InvalidTransactionid,
    ParamError,
    AppidNotExist,
    MchidNotExist,
    OrderNotExist,
    OrderNotReady,
    RefundFeeMismatch,
    FrequencyLimited,
    CertError,
    RequirePostMethod,
    SignError,
    XmlFormatError,
    InvalidRequest,
];
/// v2: looking refunds up (v2.md §3.4).
pub(super) const REFUND_QUERY_V2: &[ErrorCode] = &[
    SystemError,
    RefundNotExists,
    InvalidTransactionid,
    ParamError,
    AppidNotExist,
    MchidNotExist,
    RequirePostMethod,
    SignError,
    XmlFormatError,
];
/// v2: looking a payment up (v2.md §3.1, §1.5).
pub(super) const ORDER_QUERY_V2: &[ErrorCode] = &[
    OrderNotExist,
    SystemError,
    ParamError,
    SignError,
    XmlFormatError,
    RequirePostMethod,
    PostDataEmpty,
    NotUtf8,
    LackParams,
    InvalidRequest,
    AppidNotExist,
    MchidNotExist,
    AppidMchidNotMatch,
    NoAuth,
    FrequencyLimited,
];
/// v2: reversing a payment-code order (v2.md §3.8, §1.5).
pub(super) const REVERSE_V2: &[ErrorCode] = &[
    SystemError,
    UserPaying,
    BankError,
    ReverseExpire,
    InvalidTransactionid,
    ParamError,
    InvalidRequest,
    TradeError,
    NotEnough,
    CertError,
    SignError,
    XmlFormatError,
    RequirePostMethod,
    PostDataEmpty,
    NotUtf8,
    LackParams,
    AppidNotExist,
    MchidNotExist,
    AppidMchidNotMatch,
    NoAuth,
    FrequencyLimited,
];
