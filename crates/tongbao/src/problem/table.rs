//! Every refusal of our APIs: its code, status, sentence and fix, in Chinese and English.

use http::StatusCode;
use tongbao_domain::Refusal;

use crate::failure::Failure;

/// What is said of a code.
pub struct Entry {
    /// The HTTP status.
    pub status: StatusCode,
    /// Chinese and English.
    pub title: (&'static str, &'static str),
    /// How to mend it, Chinese and English.
    pub fix: (&'static str, &'static str),
}

macro_rules! codes {
    ($($variant:ident $text:literal $status:ident $title_zh:literal $title_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        /// Stable codes of our APIs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title_en] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code as answers carry it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Its status, sentence and fix.
            #[must_use]
            pub fn entry(self) -> Entry {
                match self {
                    $(Self::$variant => Entry {
                        status: StatusCode::$status,
                        title: ($title_zh, $title_en),
                        fix: ($fix_zh, $fix_en),
                    },)*
                }
            }
        }
    };
}

codes! {
    Invalid "invalid_request" BAD_REQUEST
        "请求参数不正确" "The request is not acceptable"
        "按 detail 指出的位置修改请求" "Mend the member that detail names";
    NotJson "not_json" BAD_REQUEST
        "请求体不是可接受的 JSON" "The body is not acceptable JSON"
        "以 Content-Type: application/json 发送，字段见 /openapi.json" "Send Content-Type: application/json with the members of /openapi.json";
    Cut "body_unreadable" BAD_REQUEST
        "请求体没有完整收到" "The body did not come whole"
        "检查网络和 Content-Length，用同样的请求重试" "Check the network and Content-Length, and repeat the same request";
    TooLarge "too_large" PAYLOAD_TOO_LARGE
        "请求体太大" "The body is too large"
        "缩小请求体" "Send less";
    Unauthorized "unauthorized" UNAUTHORIZED
        "缺少或不认识的凭证" "The credential is missing or unknown"
        "带上 Authorization: Bearer，并检查它是否过期" "Send Authorization: Bearer with a key or token that is still valid";
    NotFound "not_found" NOT_FOUND
        "没有这个地址" "There is nothing at this address"
        "对照 /openapi.json 检查路径" "Compare the path with /openapi.json";
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED
        "这个地址不接受此方法" "The address does not take this method"
        "对照 /openapi.json 检查方法" "Compare the method with /openapi.json";
    NoSuchOrder "no_such_order" NOT_FOUND
        "没有这个订单" "There is no such order"
        "检查 order_no，以及密钥所属的账户" "Check order_no, and the account the key belongs to";
    NoSuchRefund "no_such_refund" NOT_FOUND
        "没有这笔退款" "There is no such refund"
        "检查 out_refund_no" "Check out_refund_no";
    OrderNoTaken "order_no_taken" CONFLICT
        "订单号已用于另一个订单" "order_no stands for another order"
        "重试时保持参数完全一致，否则换一个 order_no" "Repeat with the very same members, or use another order_no";
    NotYourOrder "not_your_order" FORBIDDEN
        "这不是你的订单" "The order belongs to another payer"
        "请用下单的微信号支付" "Pay as the person who ordered";
    AlreadyPaid "already_paid" CONFLICT
        "订单已支付" "The order is paid"
        "查询订单；需要退回时请退款" "Read the order; to give the money back, refund it";
    NotOpen "order_not_open" CONFLICT
        "订单已关闭或正在关闭" "The order is closed or being closed"
        "请重新下单" "Create a new order";
    Expired "order_expired" CONFLICT
        "订单已超时" "The order has expired"
        "请重新下单" "Create a new order";
    PaymentLimit "payment_limit" CONFLICT
        "订单的支付尝试次数过多" "The order has had too many attempts"
        "请重新下单" "Create a new order";
    PaymentDisabled "payment_disabled" FORBIDDEN
        "支付暂未开放" "Payment is switched off"
        "在配置 client.payment_enabled 中打开" "Switch client.payment_enabled on";
    NotPaid "not_paid" CONFLICT
        "订单尚未支付，无款可退" "The order is not paid, so there is nothing to return"
        "支付成功后再退款；不想收款请关闭订单" "Refund after payment; to give up the order, close it";
    ExceedsPaid "refund_exceeds_paid" CONFLICT
        "退款超过可退金额" "More was asked for than is left"
        "先查询订单的 refundable_fen" "Read refundable_fen of the order first";
    RefundNoTaken "out_refund_no_taken" CONFLICT
        "退款单号已用于另一笔退款" "out_refund_no stands for another refund"
        "重试时保持金额一致，否则换一个 out_refund_no" "Repeat with the same amount, or use another out_refund_no";
    RefundLimit "refund_limit" CONFLICT
        "超出微信支付的退款限制" "WeChat Pay takes no more refunds of this payment"
        "最多 50 次、支付后 365 天内" "At most 50 parts, within 365 days of payment";
    IdempotencyMismatch "idempotency_mismatch" UNPROCESSABLE_ENTITY
        "同一个 Idempotency-Key 的请求内容不同" "The Idempotency-Key stands for another request"
        "一次意图一个键；内容变了请换新的键" "One key per intent; use a new key for other content";
    IdempotencyBusy "idempotency_in_progress" CONFLICT
        "同一个 Idempotency-Key 的请求正在处理" "A request with this Idempotency-Key is being carried out"
        "稍等再用同样的请求重试" "Repeat the same request in a moment";
    LoginFailed "login_failed" UNAUTHORIZED
        "微信登录失败" "WeChat login failed"
        "重新调用 wx.login 取得新的 code；若反复失败，请检查 appid 与密钥" "Call wx.login for a new code; if it keeps failing, check appid and secret";
    PersonRefused "login_person_refused" FORBIDDEN
        "微信拒绝了这位用户登录" "WeChat refuses to log this person in"
        "请用户联系微信客服；不要重试" "The person must talk to WeChat; do not retry";
    LoginLater "login_later" SERVICE_UNAVAILABLE
        "微信登录暂时不可用" "WeChat login cannot be reached now"
        "稍后重新调用 wx.login 再试" "Call wx.login again in a moment";
    LoginMisconfigured "login_misconfigured" BAD_GATEWAY
        "微信登录的配置不对" "WeChat login is configured wrong"
        "按 detail 检查 appid、AppSecret 与 IP 白名单" "Check appid, AppSecret and the address list, as detail says";
    PlatformRefused "platform_refused" BAD_GATEWAY
        "微信支付拒绝了请求" "WeChat Pay refused"
        "按 detail 中微信支付的说明处理" "Follow what WeChat Pay says in detail";
    PlatformUnknown "platform_unknown" SERVICE_UNAVAILABLE
        "微信支付没有给出可信的答复，结果未知" "WeChat Pay gave no answer that can be trusted; the outcome is unknown"
        "用同样的请求重试；我们会继续查询" "Repeat the same request; we go on asking";
    PlatformLater "platform_busy" SERVICE_UNAVAILABLE
        "微信支付暂时不可用" "WeChat Pay cannot be reached now"
        "稍后用同样的请求重试" "Repeat the same request later";
    Busy "busy" SERVICE_UNAVAILABLE
        "订单正被另一个请求处理" "Another request is working on the order"
        "稍后用同样的请求重试" "Repeat the same request in a moment";
    Store "store_unavailable" SERVICE_UNAVAILABLE
        "数据库暂时不可用，未作任何更改" "The database is not available; nothing was changed"
        "稍后用同样的请求重试；检查磁盘与日志" "Repeat the same request later; look at the disk and the log";
    StoreUnknown "store_unknown" SERVICE_UNAVAILABLE
        "不确定是否已写入数据库" "Whether it was written is not known"
        "用同样的请求重试，重复是安全的" "Repeat the same request: repeating is safe";
    TooSlow "timeout" SERVICE_UNAVAILABLE
        "处理超时" "It took too long"
        "用同样的请求重试，重复是安全的" "Repeat the same request: repeating is safe";
    Internal "internal" INTERNAL_SERVER_ERROR
        "内部错误" "Internal error"
        "请将 request_id 告诉我们" "Tell support the request_id";
}

impl Code {
    /// The code of a failure.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Invalid { .. } => Self::Invalid,
            Failure::NoSuchOrder => Self::NoSuchOrder,
            Failure::NoSuchRefund => Self::NoSuchRefund,
            Failure::OrderNoTaken => Self::OrderNoTaken,
            Failure::RefundNoTaken => Self::RefundNoTaken,
            Failure::NothingPaid => Self::NotPaid,
            Failure::Refused(refusal) => Self::of_refusal(refusal),
            Failure::PaymentDisabled => Self::PaymentDisabled,
            Failure::Platform(error) if error.outcome_unknown() => Self::PlatformUnknown,
            Failure::Platform(error) if error.retry() != tongbao_sdk::Retry::Never => Self::PlatformLater,
            Failure::Platform(_) => Self::PlatformRefused,
            Failure::Busy => Self::Busy,
            Failure::Store(_) | Failure::WriteRefused(_) => Self::Store,
            Failure::StoreUnknown(_) => Self::StoreUnknown,
            Failure::Signing => Self::Internal,
        }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotYourOrder => Self::NotYourOrder,
            Refusal::AlreadyPaid => Self::AlreadyPaid,
            Refusal::NotOpen => Self::NotOpen,
            Refusal::Expired => Self::Expired,
            Refusal::TooManyPayments { .. } => Self::PaymentLimit,
            Refusal::AnotherIsLive { .. } | Refusal::NumberTaken { .. } => Self::Busy,
            Refusal::NoSuchPayment { .. } => Self::NoSuchOrder,
            Refusal::NoSuchRefund { .. } => Self::NoSuchRefund,
            Refusal::NotPaid { .. } => Self::NotPaid,
            Refusal::NotPositive => Self::Invalid,
            Refusal::ExceedsPaid { .. } => Self::ExceedsPaid,
            Refusal::RefundNumberTaken { .. } => Self::RefundNoTaken,
            Refusal::TooManyRefunds { .. } | Refusal::RefundTooLate => Self::RefundLimit,
            Refusal::Mismatch(_) | Refusal::UnknownWord { .. } => Self::PlatformUnknown,
        }
    }
}
