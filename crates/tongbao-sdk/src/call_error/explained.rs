//! A failed call in words for people: why, what to do, and whether to try again.

use tongbao_wire::{Cause, ErrorCode, Explanation, Repetition, Retry, Text, explain_message};

use super::{CallError, CallErrorKind};
use crate::unsendable::UnsendableReason;

impl CallError {
    /// Why it failed, what to do, and whether to try again ([`CallError::retry`]).
    ///
    /// The most that is known is told: the cause in `Request-ID`, else a known message, else the code as the
    /// answer to this call, else the kind of failure.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let harmless = self.repetition == Repetition::Harmless;
        let told = match &self.kind {
            CallErrorKind::Refused { code, message, .. } => self.refusal_explained(code, message),
            CallErrorKind::Unsendable(unsendable) => unsendable_explained(&unsendable.reason),
            // An earlier attempt may have arrived.
            CallErrorKind::NotSent(_) if self.earlier_in_doubt && !harmless => UNKNOWN_ASK_FIRST,
            CallErrorKind::NotSent(_) => NOT_SENT,
            CallErrorKind::Unknown(_) if harmless => UNKNOWN,
            CallErrorKind::Unknown(_) => UNKNOWN_ASK_FIRST,
            CallErrorKind::UnverifiableAnswer(fault) if harmless => fault.explanation(),
            CallErrorKind::UnverifiableAnswer(fault) => {
                Explanation { cause: fault.explanation().cause, ..UNVERIFIABLE_ASK_FIRST }
            }
            CallErrorKind::Undecodable(_) => UNDECODABLE,
            CallErrorKind::CannotDecrypt => CANNOT_DECRYPT,
        };
        Explanation { retry: self.retry(), ..told }
    }

    fn refusal_explained(&self, code: &ErrorCode, message: &str) -> Explanation {
        match (self.cause(), code) {
            (None, ErrorCode::Unknown(text)) if text.is_empty() => NOT_THE_PLATFORMS,
            // How often a call may be made, and whether a query comes first, differs from call to call.
            (Some(Cause::TooFrequent), _) => self.told(&ErrorCode::FrequencyLimited),
            (Some(cause), ErrorCode::Unknown(_)) => cause.explanation(),
            // That the outcome is open matters more than why.
            (Some(cause), code) if !cause.is_broad() && !code.leaves_doubt() => cause.explanation(),
            (_, code) => explain_message(code, message).unwrap_or_else(|| self.told(code)),
        }
    }

    /// What the code means as the answer to this call.
    pub(super) fn told(&self, code: &ErrorCode) -> Explanation {
        self.call.explain_repeated(code, self.repetition)
    }
}

/// Nothing was sent; the error names the member, these words the way out.
pub(crate) fn unsendable_explained(reason: &UnsendableReason) -> Explanation {
    let (cause, fix) = match reason {
        UnsendableReason::Empty => (
            Text {
                zh: "有字段是空的，微信支付对空字段会报系统错误。",
                en: "A member is empty, which the platform answers with a system error.",
            },
            Text {
                zh: "没有值就不要传这个字段；错误里写明了字段名。",
                en: "Leave out the member that the error names.",
            },
        ),
        UnsendableReason::TooLong { .. } => (
            Text {
                zh: "有字段超过了规定的长度。", en: "A member is longer than the platform takes."
            },
            Text {
                zh: "缩短错误里写明的字段，按字符数算。",
                en: "Shorten the member that the error names; characters are counted.",
            },
        ),
        UnsendableReason::FourByteCharacter(_) => (
            Text {
                zh: "有字段含 emoji 或生僻字，微信支付不收四字节的字符。",
                en: "A member has an emoji or a rare ideograph; the platform takes no characters of four bytes.",
            },
            Text {
                zh: "去掉或替换这些字符再发；商品名来自用户输入时，保存前就过滤。",
                en: "Remove or replace them; filter names that people type before they are stored.",
            },
        ),
        UnsendableReason::ControlCharacter => (
            Text {
                zh: "有字段含换行、制表符一类的控制字符。",
                en: "A member has a control character, such as a line break or a tab.",
            },
            Text {
                zh: "去掉错误里写明的字段里的控制字符再发，常见的是从表格或网页粘贴来的换行。",
                en: "Remove them from the member that the error names; most come with text pasted from tables and pages.",
            },
        ),
        UnsendableReason::NotPositive => (
            Text { zh: "金额小于 1 分。", en: "An amount is below 1 fen." },
            Text {
                zh: "金额用整数分，不小于 1；没有钱要收或要退，就不用调用。",
                en: "Amounts are whole fen from 1; where nothing is to be paid or returned, no call is needed.",
            },
        ),
        UnsendableReason::ExceedsTotal => (
            Text { zh: "退款超过了订单金额。", en: "The refund is above the order's total." },
            Text {
                zh: "amount.total 填原订单的总金额；退之前先查这个订单还能退多少。",
                en: "Send the order's own total as amount.total, and query what is left before refunding.",
            },
        ),
        UnsendableReason::Address => (
            Text { zh: "回调地址不合要求。", en: "The callback address is not acceptable." },
            Text {
                zh: "写完整的 https 地址，带路径，不带参数，例如 https://pay.example.com/notify。",
                en: "Give a whole https address with a path and no query, such as https://pay.example.com/notify.",
            },
        ),
        UnsendableReason::Signature => (
            Text { zh: "商户私钥签不了名。", en: "The merchant's private key cannot sign." },
            Text {
                zh: "检查私钥文件是不是 apiclient_key.pem；可到商户平台 > 账户中心 > API安全 重新申请证书。",
                en: "See that the file is apiclient_key.pem; a new certificate is made on 商户平台 > 账户中心 > API安全.",
            },
        ),
        UnsendableReason::Combination(_) => (
            Text {
                zh: "有两个字段不能这样一起传：互相排斥，或者缺了一个。",
                en: "Two members do not go together: they exclude each other, or one of them is missing.",
            },
            Text {
                zh: "按错误里写的规则只留一个，或者补上另一个。",
                en: "Keep one of them or add the other, as the error says.",
            },
        ),
        UnsendableReason::OutOfRange(_) => (
            Text {
                zh: "有字段的数量或取值超出了允许的范围。",
                en: "A member has a number or a value outside what is allowed.",
            },
            Text {
                zh: "把错误里写明的字段改到它写的范围里；条数太多就分几次发，每次用各自的单号。",
                en: "Bring the member that the error names into the range it gives; split what is too many, each under a number of its own.",
            },
        ),
        UnsendableReason::Host => (
            Text {
                zh: "微信支付的主机地址写得不对。",
                en: "The address of the platform's host is not acceptable.",
            },
            Text {
                zh: "配置里只写协议和域名，例如 https://api.mch.weixin.qq.com，后面不带路径。",
                en: "Configure scheme and host only, such as https://api.mch.weixin.qq.com, without a path.",
            },
        ),
        UnsendableReason::Path => (
            Text {
                zh: "请求的路径不合要求，所以没法签名。",
                en: "The path of the request is not acceptable, so it cannot be signed.",
            },
            Text {
                zh: "路径以 / 开头，不带域名，中文和特殊字符先做百分号编码，例如 /v3/certificates。",
                en: "Give it without the host, from / on, percent-encoded, such as /v3/certificates.",
            },
        ),
        UnsendableReason::Form(_) => (
            Text { zh: "有字段的格式不对。", en: "A member is not of the form the platform wants." },
            Text {
                zh: "按错误里写的格式改好这个字段再发。",
                en: "Write the member that the error names in the form it gives.",
            },
        ),
        UnsendableReason::TooLarge { .. } => (
            Text {
                zh: "文件太大，微信支付不收。", en: "The file is larger than the platform takes."
            },
            Text {
                zh: "把图片或视频压缩到错误里写的字节数以内，再上传。",
                en: "Compress the picture or video to the number of bytes that the error gives.",
            },
        ),
    };
    Explanation { cause, fix, retry: Retry::Never }
}

pub(crate) const NOT_SENT: Explanation = Explanation {
    cause: Text {
        zh: "请求没有送到微信支付：连不上、域名解析失败或 TLS 握手失败。",
        en: "The request did not reach WeChat Pay: no connection, no name resolution, or no TLS.",
    },
    fix: Text {
        zh: "检查网络和防火墙，出口要按域名放行 api.mch.weixin.qq.com 和 api2.mch.weixin.qq.com，再原样重发。",
        en: "Check network and firewall, which must allow api.mch.weixin.qq.com and api2 by name, then send the same request.",
    },
    retry: Retry::SameRequest,
};
pub(crate) const UNKNOWN: Explanation = Explanation {
    cause: Text {
        zh: "请求发出去了，但没有收到完整的应答，有没有生效不知道。",
        en: "The request was sent, but no whole answer came back; whether it took effect is unknown.",
    },
    fix: Text {
        zh: "用原单号、原参数重发，或改走备用域名；总是超时就检查网络和超时时间。",
        en: "Send the same request again, or to the other host. If it persists, look at the network and the time-outs.",
    },
    retry: Retry::SameRequest,
};
/// For what must not be sent again blindly.
pub(crate) const UNKNOWN_ASK_FIRST: Explanation = Explanation {
    cause: UNKNOWN.cause,
    fix: Text {
        zh: "先用原单号查询；查不到，再用同一个单号、同样的参数重发，绝不换单号。",
        en: "Query under the same number; if there is nothing, send the same request again, never under another number.",
    },
    retry: Retry::AfterQuery,
};
/// What a fault of the signature asks for is said of notifications too, which come again by themselves.
pub(crate) const UNVERIFIABLE_ASK_FIRST: Explanation = Explanation {
    cause: Text { zh: "应答的签名没有验过。", en: "The answer cannot be verified." },
    fix: Text {
        zh: "请求多半已经生效：先核对服务器时间、微信支付公钥和公钥ID，再用原单号查询结果，不要换单号重发。",
        en: "It most likely took effect. Check clock, public key and its id, then query under the same number; never send it under another.",
    },
    retry: Retry::AfterQuery,
};
pub(crate) const UNDECODABLE: Explanation = Explanation {
    cause: Text {
        zh: "应答验签通过，但里面的字段和文档不一样，这个版本读不懂。",
        en: "The answer is genuine, but not as documented, so this version cannot read it.",
    },
    fix: Text {
        zh: "请求多半已经生效：用原单号查询结果；再升级版本，或把错误里的字段名反馈给我们。",
        en: "It most likely took effect: query under the same number. Then upgrade, or report the member that the error names.",
    },
    retry: Retry::AfterQuery,
};
const CANNOT_DECRYPT: Explanation = Explanation {
    cause: Text {
        zh: "平台证书解不开：APIv3 密钥和商户平台上设置的不是同一个。",
        en: "The platform certificates cannot be decrypted: the APIv3 key is not the one set on the merchant platform.",
    },
    fix: Text {
        zh: "核对配置里的 APIv3 密钥；找不到原来的，就到商户平台 > 账户中心 > API安全 重新设置 32 位的，用它的系统要一起换。",
        en: "Check the APIv3 key configured. If it is lost, set one of 32 characters on 商户平台 > 账户中心 > API安全, for every system that uses it.",
    },
    retry: Retry::Never,
};
pub(crate) const NOT_THE_PLATFORMS: Explanation = Explanation {
    cause: Text {
        zh: "应答里没有微信支付的错误码：多半是中间的代理或网关回的；404、405 则是地址或方法不对。",
        en: "The answer has no code of the platform's: a proxy or gateway answered, or with 404 and 405 address or method are wrong.",
    },
    fix: Text {
        zh: "检查请求地址和出口代理；收款、退款和转账先用原单号查询，查不到再原样重发。",
        en: "Check the address and the proxy on the way out. Query charges, refunds and transfers before sending them again.",
    },
    retry: Retry::AfterQuery,
};
