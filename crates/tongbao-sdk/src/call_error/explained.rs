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
        let moves_money = self.repetition == Repetition::AfterQuery;
        let told = match &self.kind {
            CallErrorKind::Refused { code, message, .. } => self.refusal_explained(code, message),
            CallErrorKind::Unsendable(unsendable) => unsendable_explained(&unsendable.reason),
            CallErrorKind::NotSent(_) => NOT_SENT,
            CallErrorKind::Unknown(_) if moves_money => UNKNOWN_MONEY,
            CallErrorKind::Unknown(_) => UNKNOWN,
            CallErrorKind::UnverifiableAnswer(fault) => fault.explanation(),
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

/// Where the reason itself says all, the general words are enough.
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
        UnsendableReason::NotPositive | UnsendableReason::ExceedsTotal => (
            Text {
                zh: "金额不对：小于 1 分，或者退款超过了订单金额。",
                en: "An amount is below 1 fen, or a refund above the order's total.",
            },
            Text {
                zh: "金额用整数分，不小于 1；退款先查还能退多少。",
                en: "Amounts are whole fen from 1; query what is left before refunding.",
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
        _ => (
            Text {
                zh: "请求不合微信支付的要求，所以没有发出去。",
                en: "The request is not what the platform takes, so it was not sent.",
            },
            Text {
                zh: "按错误里写的字段名和原因改好再发；什么都还没有发生。",
                en: "Mend the member that the error names, for the reason it gives. Nothing has happened yet.",
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
pub(crate) const UNKNOWN_MONEY: Explanation = Explanation {
    cause: UNKNOWN.cause,
    fix: Text {
        zh: "先用原单号查询；查不到，再用同一个单号、同样的参数重发，绝不换单号。",
        en: "Query under the same number; if there is nothing, send the same request again, never under another number.",
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
        zh: "到商户平台 > 账户中心 > API安全 重新设置 32 位的 APIv3 密钥，再填进配置。",
        en: "Set the APIv3 key of 32 characters anew on 商户平台 > 账户中心 > API安全 and configure the same.",
    },
    retry: Retry::Never,
};
pub(crate) const NOT_THE_PLATFORMS: Explanation = Explanation {
    cause: Text {
        zh: "应答里没有微信支付的错误码：多半是中间的代理或网关回的；404、405 则是地址或方法不对。",
        en: "The answer has no code of the platform's: a proxy or gateway answered, or with 404 and 405 address or method are wrong.",
    },
    fix: Text {
        zh: "检查请求地址和出口代理；退款和转账先用原单号查询，再原样重发。",
        en: "Check the address and the proxy on the way out. Query refunds and transfers before sending them again.",
    },
    retry: Retry::AfterQuery,
};
