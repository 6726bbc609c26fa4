//! Every kind of fault a script knows: one row each.

use serde::Serialize;

/// A kind of fault.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Kind {
    /// What `do` says.
    #[serde(rename = "do")]
    pub(crate) name: &'static str,
    /// Whether it can happen to notifications, and not to requests only.
    pub(crate) of_notifications: bool,
    /// Its own members, beside those every fault has.
    pub(crate) members: &'static [&'static str],
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    /// A fault of this kind, in TOML.
    pub(crate) example: &'static str,
}

impl Kind {
    /// What it does, in pieces: every second one is code.
    pub(crate) fn meaning(&self, zh: bool) -> impl Iterator<Item = &'static str> {
        if zh { self.zh } else { self.en }.split('`')
    }

    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Their names, one after another.
    pub(crate) fn names() -> String {
        KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "drop_request",
        of_notifications: true,
        members: &["ms"],
        zh: "请求丢失：什么都不执行，也没有应答；`ms` 之后连接断开。通知则不会到达。",
        en: "The request is lost: nothing is executed, no answer comes; the connection breaks after `ms`. A notification never arrives.",
        example: "call = \"jsapi_prepay\"\ndo = \"drop_request\"",
    },
    Kind {
        name: "drop_answer",
        of_notifications: true,
        members: &["ms"],
        zh: "请求已执行，应答丢失；`ms` 之后连接断开。通知已到达，但平台没有收到应答，于是重发。",
        en: "The request is executed, its answer is lost; the connection breaks after `ms`. A notification arrives and the platform misses the answer, so it sends again.",
        example: "call = \"refund\"\ndo = \"drop_answer\"\nms = 3000",
    },
    Kind {
        name: "system_error",
        of_notifications: false,
        members: &[],
        zh: "请求已执行，却应答 `SYSTEM_ERROR`（v2 为 `SYSTEMERROR`，微信开放接口为 -1）。",
        en: "The request is executed and answered `SYSTEM_ERROR` all the same (`SYSTEMERROR` in v2, -1 at api.weixin.qq.com).",
        example: "call = \"refund\"\ndo = \"system_error\"",
    },
    Kind {
        name: "answer",
        of_notifications: false,
        members: &["status", "code", "message", "execute"],
        zh: "按给定的状态码、错误码与文案应答，执行（`execute = true`）或不执行；验签在前。v2 写进 `err_code`，微信开放接口写进 `errcode`。",
        en: "Answered with this status, code and message, executed (`execute = true`) or not; the signature is checked before. In v2 the code is the `err_code`, at api.weixin.qq.com the `errcode`.",
        example: "call = \"jsapi_prepay\"\ndo = \"answer\"\nstatus = 500\ncode = \"BANK_ERROR\"\nmessage = \"银行系统异常\"",
    },
    Kind {
        name: "too_many",
        of_notifications: false,
        members: &[],
        zh: "429 `FREQUENCY_LIMITED`，验签之后、执行之前。",
        en: "429 `FREQUENCY_LIMITED`, after the signature and before anything is executed.",
        example: "call = \"query\"\nshare = 100\ndo = \"too_many\"",
    },
    Kind {
        name: "bad_gateway",
        of_notifications: false,
        members: &["execute"],
        zh: "502 与 nginx 的 HTML 页面；`execute = true` 时请求其实已执行。",
        en: "502 with nginx's page of HTML; with `execute = true` the request was executed all the same.",
        example: "face = \"v3\"\ntimes = 2\ndo = \"bad_gateway\"",
    },
    Kind {
        name: "delay",
        of_notifications: true,
        members: &["ms"],
        zh: "应答晚 `ms` 毫秒到达；通知则在业务时间晚 `ms` 毫秒发送。",
        en: "The answer comes `ms` milliseconds late; a notification is sent `ms` milliseconds of business time later.",
        example: "call = \"jsapi_prepay\"\ndo = \"delay\"\nms = 8000",
    },
    Kind {
        name: "slow_bytes",
        of_notifications: false,
        members: &["bytes_per_second"],
        zh: "应答正文每秒只来 `bytes_per_second` 字节。",
        en: "The body of the answer comes with `bytes_per_second`.",
        example: "call = \"download_bill\"\ndo = \"slow_bytes\"\nbytes_per_second = 64",
    },
    Kind {
        name: "truncate_body",
        of_notifications: true,
        members: &["bytes"],
        zh: "正文在 `bytes` 字节后中断，`Content-Length` 仍是完整长度；通知则只带这么多字节。",
        en: "The body breaks off after `bytes`, under the `Content-Length` of the whole; a notification carries only so much.",
        example: "call = \"download_bill\"\ndo = \"truncate_body\"\nbytes = 100",
    },
    Kind {
        name: "reset",
        of_notifications: false,
        members: &["execute"],
        zh: "连接被重置（TCP RST），没有应答；`execute = true` 时请求其实已执行。",
        en: "The connection is reset (TCP RST) without an answer; with `execute = true` the request was executed all the same.",
        example: "call = \"close\"\ndo = \"reset\"\nexecute = true",
    },
    Kind {
        name: "duplicate",
        of_notifications: true,
        members: &[],
        zh: "请求如同到达两次般执行两次，应答的是第二次的结果；通知发送两次。",
        en: "The request is executed as though it had come twice, and what the second came to is answered; a notification is sent twice.",
        example: "notification = \"TRANSACTION.SUCCESS\"\ndo = \"duplicate\"",
    },
    Kind {
        name: "reorder",
        of_notifications: true,
        members: &["next_of", "ms"],
        zh: "扣住，直到同一订单（`next_of = \"order\"`，默认）或同一商户（`\"merchant\"`）的下一条已过，最多 `ms` 毫秒（默认 5000；通知为业务时间，默认一小时）。",
        en: "Held back until the next one about the same order (`next_of = \"order\"`, the default) or merchant (`\"merchant\"`) has gone, `ms` at most (5000 unless said; of notifications business time, an hour unless said).",
        example: "notification = \"TRANSACTION.SUCCESS\"\ndo = \"reorder\"\nnext_of = \"merchant\"",
    },
    Kind {
        name: "corrupt_signature",
        of_notifications: true,
        members: &[],
        zh: "签名由别的密钥作出，序列号仍是平台的：验签必须失败。",
        en: "The signature is made by another key under the platform's serial: verification must fail.",
        example: "notification = \"*\"\nsend = 1\ndo = \"corrupt_signature\"",
    },
    Kind {
        name: "wrong_serial",
        of_notifications: true,
        members: &[],
        zh: "签名正确，`Wechatpay-Serial` 却是谁也不认识的（v2 为错误签名）。",
        en: "The signature is right and `Wechatpay-Serial` names a key nobody knows (in v2, a wrong signature).",
        example: "call = \"query\"\ndo = \"wrong_serial\"",
    },
    Kind {
        name: "stale_timestamp",
        of_notifications: true,
        members: &[],
        zh: "签名正确，但时间戳是 301 秒之前的：超出五分钟窗口（v2 为错误签名）。",
        en: "Correctly signed, but 301 seconds ago: outside of the window of five minutes (in v2, a wrong signature).",
        example: "notification = \"REFUND.*\"\ndo = \"stale_timestamp\"",
    },
    Kind {
        name: "sign_test",
        of_notifications: true,
        members: &[],
        zh: "平台的签名探测流量 `WECHATPAY/SIGNTEST/…`：验签必须失败。",
        en: "The platform's probe `WECHATPAY/SIGNTEST/…`: verification must fail.",
        example: "notification = \"TRANSACTION.SUCCESS\"\nsend = 1\ndo = \"sign_test\"",
    },
    Kind {
        name: "tamper",
        of_notifications: true,
        members: &[],
        zh: "正文与签名所覆盖的相差一个字节。",
        en: "One byte of the body differs from what was signed.",
        example: "call = \"query\"\ndo = \"tamper\"",
    },
    Kind {
        name: "rotate_key",
        of_notifications: true,
        members: &[],
        zh: "此刻换新的平台证书（默认一次），消息照常继续。",
        en: "At this moment the platform gets another certificate (once, unless `times` says more); the message goes on.",
        example: "call = \"query\"\nafter = 3\ndo = \"rotate_key\"",
    },
    Kind {
        name: "switch_key_mode",
        of_notifications: true,
        members: &["mode"],
        zh: "此刻切换密钥模式为 `certificate`、`public-key` 或 `both`（默认一次），消息照常继续。",
        en: "At this moment the key mode becomes `certificate`, `public-key` or `both` (once, unless `times` says more); the message goes on.",
        example: "notification = \"TRANSACTION.SUCCESS\"\ndo = \"switch_key_mode\"\nmode = \"public-key\"",
    },
    Kind {
        name: "pay_races_close",
        of_notifications: false,
        members: &[],
        zh: "消息到达时付款人刚好付了款，付款在先：关单被拒，因为已支付。",
        en: "The payer pays right when the request arrives, and the payment wins: closing is refused, for the order is paid.",
        example: "call = \"close\"\ndo = \"pay_races_close\"",
    },
    Kind {
        name: "close_races_pay",
        of_notifications: false,
        members: &[],
        zh: "付款人在消息执行之后才按下付款，关单在先：收银台拒绝付款。",
        en: "The payer taps right after the request was executed, and closing wins: the cashier refuses the payment.",
        example: "call = \"close\"\ndo = \"close_races_pay\"",
    },
];
