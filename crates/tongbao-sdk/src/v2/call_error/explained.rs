//! A failed call of `APIv2` in words for people: why, what to do, and whether to try again.

use tongbao_wire::{Cause, ErrorCode, Explanation, Retry, Text, explain_message};

use super::{CallError, CallErrorKind};
use crate::call_error::explained::{
    NOT_SENT, NOT_THE_PLATFORMS, UNDECODABLE, UNKNOWN, UNKNOWN_ASK_FIRST, unsendable_explained,
};

impl CallError {
    /// Why it failed, what to do, and whether to try again ([`CallError::retry`]).
    ///
    /// The most that is known is told: the cause whose number the text carries, else a known message, else the
    /// code as the answer to this call, else the kind of failure.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let told = match &self.kind {
            CallErrorKind::Rejected { code, message } | CallErrorKind::Refused { code, message, .. } => {
                self.refusal_explained(code, message)
            }
            CallErrorKind::Unsendable(unsendable) => unsendable_explained(&unsendable.reason),
            CallErrorKind::NoClientCertificate | CallErrorKind::CertificateRefused { .. } => CERTIFICATE,
            CallErrorKind::NotSent(_) => NOT_SENT,
            CallErrorKind::Unknown(_) if self.moves_money() => UNKNOWN_ASK_FIRST,
            CallErrorKind::Unknown(_) => UNKNOWN,
            CallErrorKind::Page { .. } | CallErrorKind::NotAMessage(_) => NOT_THE_PLATFORMS,
            CallErrorKind::UnverifiableAnswer(_) => UNVERIFIABLE,
            CallErrorKind::Undecodable(_) => UNDECODABLE,
            CallErrorKind::Unwritten(_) => UNWRITTEN,
        };
        Explanation { retry: self.retry(), ..told }
    }

    fn refusal_explained(&self, code: &ErrorCode, message: &str) -> Explanation {
        match (self.cause(), code) {
            (Some(Cause::TooFrequent), _) => self.told(&ErrorCode::FrequencyLimited),
            (Some(cause), ErrorCode::Unknown(_)) => cause.explanation(),
            // That the outcome is open matters more than why.
            (Some(cause), code) if !cause.is_broad() && !code.leaves_doubt() => cause.explanation(),
            (_, code) => match (explain_message(code, message), code) {
                (Some(told), _) => told,
                (None, ErrorCode::Unknown(text)) if text.is_empty() => REJECTED,
                (None, code) => self.told(code),
            },
        }
    }

    /// What the code means as the answer to this call.
    fn told(&self, code: &ErrorCode) -> Explanation {
        self.call.explain_repeated(code, self.repetition)
    }
}

const CERTIFICATE: Explanation = Explanation {
    cause: Text {
        zh: "这个接口要用商户 API 证书做双向 TLS：证书没有配置、已过期，或者是别的商户号的。",
        en: "This call takes the merchant's API certificate over mutual TLS: none is configured, or it is expired or another merchant's.",
    },
    fix: Text {
        zh: "配置本商户号的 apiclient_cert.pem 和 apiclient_key.pem（服务商用自己的）；过期就到商户平台 > 账户中心 > API安全 更换。",
        en: "Configure apiclient_cert.pem and apiclient_key.pem of this mch_id (a provider its own); replace an expired one on 商户平台 > 账户中心 > API安全.",
    },
    retry: Retry::Never,
};
const UNVERIFIABLE: Explanation = Explanation {
    cause: Text {
        zh: "应答验签不通过：APIv2 密钥和商户平台上的不一致，或者应答在路上被改过。",
        en: "The answer does not verify: the APIv2 key is not the one set on the merchant platform, or it was changed on the way.",
    },
    fix: Text {
        zh: "核对 APIv2 密钥和签名类型；请求可能已经生效，按原单号查询，绝不换单号重发。",
        en: "Check the APIv2 key and sign_type. The request may have taken effect: query under the same number, never send another.",
    },
    retry: Retry::AfterQuery,
};
const REJECTED: Explanation = Explanation {
    cause: Text {
        zh: "请求没有被受理（return_code=FAIL）：原因在 return_msg 里，多是签名、参数格式或商户号不对。",
        en: "The request was not accepted (return_code=FAIL): return_msg says why, mostly signature, format or merchant number.",
    },
    fix: Text {
        zh: "按 return_msg 改；这种应答没有签名，退款、撤销和付款码支付先用原单号查询再说。",
        en: "Mend what return_msg names. It is not signed, so query refunds, reversals and charges under the same number first.",
    },
    retry: Retry::Never,
};
const UNWRITTEN: Explanation = Explanation {
    cause: Text {
        zh: "账单没有完整写下来：磁盘写不了，或者压缩包坏了、没下完。",
        en: "The bill was not written down whole: the disk failed, or the packed file is damaged or cut short.",
    },
    fix: Text {
        zh: "删掉写了一半的文件，检查磁盘空间和权限，再下载一次。",
        en: "Delete the half-written file, check space and permissions, and download again.",
    },
    retry: Retry::SameRequest,
};
