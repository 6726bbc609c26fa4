//! What the platform says when it refuses: status, code, message, place, and the cause in `Request-ID`.

use serde_json::Value;
use tongbao_wire::{ErrorBody, ErrorDetail};

use crate::faults::Words;

/// A refusal as it goes on the wire (v3.md §1.11).
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: Box<ErrorBody>,
    /// The digits after the last `-` of `Request-ID`.
    pub(crate) cause: u32,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>, cause: u32) -> Self {
        let body = Box::new(ErrorBody { code: code.into(), message: message.into(), detail: None });
        Self { status, body, cause }
    }

    /// 401, which is always `SIGN_ERROR`.
    pub(crate) fn sign(message: &str) -> Self {
        Self::new(401, "SIGN_ERROR", message, cause::SIGNATURE)
    }

    /// 400 `INVALID_REQUEST`.
    pub(crate) fn invalid(message: &str, cause: u32) -> Self {
        Self::new(400, "INVALID_REQUEST", message, cause)
    }

    /// 400 `PARAM_ERROR` without a place.
    pub(crate) fn param(message: impl Into<String>) -> Self {
        Self::new(400, "PARAM_ERROR", message, cause::PARAMETER)
    }

    /// Adds where the fault is.
    pub(crate) fn at(mut self, location: &str, field: &str, value: Option<&Value>, issue: &str) -> Self {
        self.body.detail = Some(ErrorDetail {
            field: Some(field.into()),
            value: value.map(bounded),
            issue: Some(issue.into()),
            location: Some(location.into()),
        });
        self
    }

    /// Another cause in `Request-ID`.
    pub(crate) fn because(mut self, cause: u32) -> Self {
        self.cause = cause;
        self
    }

    /// 404 for orders.
    pub(crate) fn order_not_exist() -> Self {
        Self::new(404, "ORDER_NOT_EXIST", "订单不存在", cause::ORDER_NOT_FOUND)
    }

    /// 429.
    pub(crate) fn too_many() -> Self {
        Self::new(429, "FREQUENCY_LIMITED", "频率超限，请降低请求频率", cause::TOO_FREQUENT)
    }

    /// What a fault script wants said.
    pub(crate) fn scripted(words: &Words) -> Self {
        Self::new(words.status, &words.code, &*words.message, cause::SYSTEM)
    }

    /// 500: the result is unknown to the caller.
    pub(crate) fn system_error() -> Self {
        Self::new(500, "SYSTEM_ERROR", "系统异常，请用相同参数重新调用", cause::SYSTEM)
    }
}

/// A value echoed back is cut, so that a refusal never outgrows its request.
fn bounded(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.chars().take(ECHO_CHARS_MAX).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::Array(_) => Value::String("[…]".into()),
        Value::Object(_) => Value::String("{…}".into()),
    }
}

const ECHO_CHARS_MAX: usize = 128;

/// The commonest internal codes (v3.md §1.11).
pub(crate) mod cause {
    pub(crate) const SIGNATURE: u32 = 268_443_699;
    pub(crate) const PARAMETER: u32 = 268_435_461;
    pub(crate) const OUT_OF_RANGE: u32 = 268_435_464;
    pub(crate) const EXTRA_MEMBER: u32 = 270_924_358;
    pub(crate) const ORDER_NOT_FOUND: u32 = 268_512_771;
    pub(crate) const TOO_FREQUENT: u32 = 268_447_840;
    pub(crate) const PAID: u32 = 268_449_538;
    pub(crate) const CLOSED: u32 = 268_447_914;
    pub(crate) const REENTRY: u32 = 268_498_688;
    pub(crate) const APPID: u32 = 268_445_527;
    /// JSAPI without an openid, and nothing else.
    pub(crate) const OPENID: u32 = 268_501_013;
    pub(crate) const MERCHANT_UNUSABLE: u32 = 268_443_715;
    pub(crate) const COLLECTION_RESTRICTED: u32 = 268_448_010;
    pub(crate) const SUB_MISSING: u32 = 268_443_704;
    pub(crate) const SUB_IS_OWN: u32 = 268_443_705;
    pub(crate) const RELATION_MISSING: u32 = 268_443_701;
    pub(crate) const ONLY_REVERSE: u32 = 268_449_641;
    pub(crate) const OTHER_SUBS_ORDER: u32 = 268_447_845;
    pub(crate) const FOREIGN_ORDER: u32 = 268_447_843;
    /// Not in the published list; the platform has one for everything.
    pub(crate) const SYSTEM: u32 = 268_435_457;
    /// Not in the published list: a product that is not open.
    pub(crate) const PERMISSION: u32 = 268_435_459;
    /// Not in the published list: bills.
    pub(crate) const BILL: u32 = 268_488_968;
    /// Not in the published list: refunds.
    pub(crate) const REFUND: u32 = 268_578_704;
}
