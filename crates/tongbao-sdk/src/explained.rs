//! Faults of signatures and refused notifications, in words for people (v3.md §1.7, §6.8, miniprogram.md §3.2,
//! §3.7).

use tongbao_wire::{Explanation, Retry, Text};

use crate::notification::NotificationRefused;
use crate::signature::SignatureFault;

impl SignatureFault {
    /// Why it is not believed and what to do. Trying again is the platform's matter for a notification, and
    /// [`CallError::retry`](crate::CallError::retry)'s for an answer; here it says whether that alone helps.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        match self {
            Self::MissingHeader(_) => MISSING_HEADER,
            Self::MalformedHeader(_) => MALFORMED_HEADER,
            Self::UnknownSignatureType(_) => UNKNOWN_ALGORITHM,
            Self::Stale { .. } => STALE,
            Self::SignatureProbe => SIGNATURE_PROBE,
            Self::UnknownSerial { .. } => UNKNOWN_SERIAL,
            Self::BadSignature => BAD_SIGNATURE,
        }
    }
}

impl NotificationRefused {
    /// Why it is refused and what to do. The platform sends again by itself; `retry` says whether that alone
    /// helps.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        match self {
            Self::MissingHeader(_) => MISSING_HEADER,
            Self::MalformedHeader(_) => MALFORMED_HEADER,
            Self::Stale { .. } => STALE,
            Self::UnknownSerial { .. } => UNKNOWN_SERIAL,
            Self::SignatureProbe => SIGNATURE_PROBE,
            Self::BadSignature => BAD_SIGNATURE,
            Self::UnknownAlgorithm { .. } => UNKNOWN_ALGORITHM,
            Self::NotAnEnvelope { .. } => NOT_AN_ENVELOPE,
            Self::CannotDecrypt => CANNOT_DECRYPT,
            Self::NotAResource { .. } => NOT_A_RESOURCE,
            Self::TooLarge { .. } => TOO_LARGE,
        }
    }
}

const MISSING_HEADER: Explanation = Explanation {
    cause: Text {
        zh: "缺少 Wechatpay- 开头的签名头：多半被中间的代理或 CDN 去掉了，也可能不是微信支付发的。",
        en: "A Wechatpay-* header is missing: a proxy or CDN in between stripped it, or it is not from WeChat Pay.",
    },
    fix: Text {
        zh: "让反向代理、CDN 和 WAF 原样转发 Wechatpay-Timestamp、Nonce、Serial、Signature 这几个头。",
        en: "Let every proxy, CDN and WAF pass Wechatpay-Timestamp, -Nonce, -Serial and -Signature unchanged.",
    },
    retry: Retry::Never,
};
const MALFORMED_HEADER: Explanation = Explanation {
    cause: Text {
        zh: "签名头读不懂，多半被中间的代理改过。",
        en: "A signature header cannot be read; a proxy may have changed it.",
    },
    fix: Text {
        zh: "检查反向代理和 CDN 有没有改写 Wechatpay- 开头的头；直连能通过，就是它们的问题。",
        en: "See whether a proxy or CDN rewrites Wechatpay-* headers; if it works without them, it is theirs to mend.",
    },
    retry: Retry::Never,
};
const UNKNOWN_ALGORITHM: Explanation = Explanation {
    cause: Text {
        zh: "签名或加密用的算法没有启用，例如国密。",
        en: "The algorithm of signature or cipher is not enabled here, such as the SM ones.",
    },
    fix: Text {
        zh: "国密商户请按国密方式接入；普通商户到商户平台 > 账户中心 > API安全 核对证书和密钥的算法是 RSA 与 AES。",
        en: "SM merchants must be set up as such; others check on 商户平台 > 账户中心 > API安全 that their keys are RSA and AES.",
    },
    retry: Retry::Never,
};
const STALE: Explanation = Explanation {
    cause: Text {
        zh: "签名的时间和本机差了 5 分钟以上：本机时钟不准，或者是旧消息重放。",
        en: "It was signed more than 5 minutes away from our time: the clock is off, or it is a replay.",
    },
    fix: Text {
        zh: "用 NTP 校准服务器时间；时间没问题的话，这是重放，拒绝就对了。",
        en: "Set the clock by NTP. If the clock is right it is a replay, and refusing it is right too.",
    },
    retry: Retry::Never,
};
const SIGNATURE_PROBE: Explanation = Explanation {
    cause: Text {
        zh: "这是微信支付的签名探测：故意发一个错误的签名，看你验不验。",
        en: "A signature probe of WeChat Pay: a wrong signature on purpose, to see whether it is verified.",
    },
    fix: Text {
        zh: "不用处理：拒绝就对了，再来的会带着正确的签名。",
        en: "Nothing to mend: refusing it is right, and the next one is properly signed.",
    },
    retry: Retry::SameRequest,
};
const UNKNOWN_SERIAL: Explanation = Explanation {
    cause: Text {
        zh: "签名用的公钥或平台证书没有配置在这里；换钥期间两种都会来。",
        en: "It is signed with a key that is not configured here; during a change both kinds come.",
    },
    fix: Text {
        zh: "到商户平台 > 账户中心 > API安全 下载微信支付公钥，连同公钥ID一起配置；用平台证书的，重新下载证书。",
        en: "Download the WeChat Pay public key on 商户平台 > 账户中心 > API安全 and configure it with its id, or download the certificates anew.",
    },
    retry: Retry::Never,
};
const BAD_SIGNATURE: Explanation = Explanation {
    cause: Text {
        zh: "签名和内容对不上：内容在路上被改过，配置的公钥不是这个商户号的，或者是伪造的。",
        en: "The signature does not fit: changed on the way, the public key is another merchant's, or it is forged.",
    },
    fix: Text {
        zh: "核对公钥和公钥ID是这个商户号的一对；验签要用收到的原始字节，代理不能改写报文。",
        en: "Check that public key and id are a pair of this merchant's. The raw bytes are verified, so no proxy may rewrite them.",
    },
    retry: Retry::Never,
};
const NOT_AN_ENVELOPE: Explanation = Explanation {
    cause: Text {
        zh: "签名是对的，但内容不是 v3 通知；可能是商户平台上配置的 v2 回调。",
        en: "Properly signed, but no v3 notification; perhaps a v2 callback configured on the merchant platform.",
    },
    fix: Text {
        zh: "检查商户平台上填的回调地址；退款请求要自己带 notify_url，否则按平台配置发 v2 通知。",
        en: "See the callback addresses on 商户平台. A refund without notify_url is notified in v2 form to the address there.",
    },
    retry: Retry::Never,
};
const CANNOT_DECRYPT: Explanation = Explanation {
    cause: Text {
        zh: "APIv3 密钥和商户平台上设置的不是同一个，所以解不开密文。",
        en: "The APIv3 key is not the one set on the merchant platform, so nothing decrypts.",
    },
    fix: Text {
        zh: "到商户平台 > 账户中心 > API安全 重新设置 APIv3 密钥，再填进配置；更换期间新旧两个都配上。",
        en: "Set it anew on 商户平台 > 账户中心 > API安全 and configure the same; keep old and new while it changes.",
    },
    retry: Retry::Never,
};
const NOT_A_RESOURCE: Explanation = Explanation {
    cause: Text {
        zh: "通知解开了，但里面的字段和文档不一样，这个版本读不懂。",
        en: "The notification was decrypted, but its members are not those documented, so this version cannot read it.",
    },
    fix: Text {
        zh: "先按单号主动查询结果，不要等通知；再升级版本，或把错误里的字段名反馈给我们。",
        en: "Query by the number instead of waiting, then upgrade, or report the member that the error names.",
    },
    retry: Retry::Never,
};
const TOO_LARGE: Explanation = Explanation {
    cause: Text {
        zh: "比微信支付的任何通知都大，不是它发的。",
        en: "It is larger than any notification of WeChat Pay, so it is not theirs.",
    },
    fix: Text {
        zh: "不用处理；总是出现的话，查来源地址，在防火墙上拦住。",
        en: "Nothing to mend; if it persists, see where it comes from and block that address.",
    },
    retry: Retry::Never,
};

#[cfg(test)]
mod tests {
    use tongbao_wire::Text;

    use super::SignatureFault;
    use crate::notification::NotificationRefused;

    #[test]
    fn every_fault_and_refusal_is_explained_in_both_languages() {
        let text = || Box::<str>::from("x");
        let faults = [
            SignatureFault::MissingHeader("x"),
            SignatureFault::MalformedHeader("x"),
            SignatureFault::UnknownSignatureType(text()),
            SignatureFault::Stale { seconds: 301 },
            SignatureFault::SignatureProbe,
            SignatureFault::UnknownSerial { serial: text() },
            SignatureFault::BadSignature,
        ];
        let others = [
            NotificationRefused::NotAnEnvelope { member: "x".into(), reason: "x".into() },
            NotificationRefused::CannotDecrypt,
            NotificationRefused::NotAResource { member: "x".into(), reason: "x".into() },
            NotificationRefused::TooLarge { bytes: 1 },
        ];
        let told = faults.iter().map(SignatureFault::explanation);
        for explanation in told.chain(others.iter().map(NotificationRefused::explanation)) {
            for Text { zh, en } in [explanation.cause, explanation.fix] {
                assert!(zh.ends_with('。') && en.ends_with('.') && !zh.is_ascii(), "{zh} {en}");
            }
        }
        for fault in faults {
            let explanation = fault.explanation();
            assert_eq!(NotificationRefused::from(fault).explanation(), explanation);
        }
    }
}
