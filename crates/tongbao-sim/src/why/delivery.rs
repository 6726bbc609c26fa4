//! Why a notification was not accepted, or an answer never came.

use super::{Reason, Said, Why};

fn why(id: &str, proven: bool, what: Said, fix: Said) -> Why {
    let reason = Reason { id: id.into(), what: what.clone(), fix };
    Why { verdict: what, proven, reasons: vec![reason], signature: None, place: None, retry: None }
}

/// A fault that somebody asked for.
pub(crate) fn on_purpose(fault: &str) -> Why {
    why(
        "fault",
        true,
        Said::new(format!("这是故意制造的故障：{fault}。"), format!("A fault on purpose: {fault}.")),
        Said::new(
            "看你的程序怎么应对；不想要就关掉故障。",
            "See how your program copes, or turn the fault off.",
        ),
    )
}

/// The client closed the connection first.
pub(crate) fn client_left() -> Why {
    why(
        "client_left",
        true,
        Said::new(
            "客户端没等到应答就断开了。",
            "The client closed the connection before the answer was complete.",
        ),
        Said::new(
            "超时不等于失败：先用原单号查询，再决定重发；超时时间不要短于几秒。",
            "A time-out is no failure: query under the same number before sending again, and wait some seconds.",
        ),
    )
}

/// A v2 call that wants the merchant's certificate, without it (v2.md §1.6).
pub(crate) fn certificate() -> Why {
    why(
        "v2_certificate",
        true,
        Said::new(
            "这个接口要用商户 API 证书做双向 TLS，请求没有带证书，或者证书不是这个商户号的。",
            "This call needs mutual TLS with the merchant's API certificate; it came without one, or with another's.",
        ),
        Said::new(
            "用 https 地址调用，并给 HTTP 客户端配上 apiclient_cert.pem 和 apiclient_key.pem（或 apiclient_cert.p12）。",
            "Call the https address and give the HTTP client apiclient_cert.pem and apiclient_key.pem, or apiclient_cert.p12.",
        ),
    )
}

/// A send that the merchant's server did not accept: 200 and 204 count only (v3.md §6.8).
pub(crate) fn undelivered(status: Option<u16>, reason: &str) -> Why {
    match status {
        None if reason.contains("five seconds") => why(
            "notify_timeout",
            true,
            Said::new(
                "商户服务器 5 秒内没有应答。",
                "The merchant's server did not answer within five seconds.",
            ),
            Said::new(
                "验签、落库之后马上应答，业务处理放到应答之后；模拟器会按阶梯重发。",
                "Verify, store, answer at once, and do the rest after that. The ladder repeats the notification.",
            ),
        ),
        None => why(
            "notify_no_answer",
            true,
            Said::new(
                format!("连不上通知地址，或者连接中断：{reason}。"),
                format!("The notify address cannot be reached, or the connection broke: {reason}."),
            ),
            Said::new(
                "确认商户服务器在运行，通知地址和端口写对；在容器里不要用 127.0.0.1 指代宿主机。",
                "See that the server runs and the address and port are right; in a container 127.0.0.1 is not the host.",
            ),
        ),
        Some(200) => why(
            "notify_without_words",
            true,
            Said::new(
                "v2 的通知要在应答正文里写 return_code=SUCCESS，只有 HTTP 200 不算收到。",
                "A v2 notification is accepted by return_code SUCCESS in the answer's body; HTTP 200 alone is not enough.",
            ),
            Said::new(
                "应答 <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>。",
                "Answer <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>.",
            ),
        ),
        Some(status @ 300..=399) => why(
            "notify_redirect",
            true,
            Said::new(
                format!("通知地址返回了跳转 {status}，平台不跟随跳转。"),
                format!("The notify address redirects ({status}); the platform does not follow."),
            ),
            Said::new(
                "notify_url 直接填最终地址：不要缺少末尾的斜杠，不要经过登录页或 http 到 https 的跳转。",
                "Give the final address as notify_url: mind the slash at its end, login pages, and http to https.",
            ),
        ),
        Some(status @ 401..=403) => why(
            "notify_forbidden",
            true,
            Said::new(
                format!("通知地址拒绝访问（{status}）。"),
                format!("The notify address refuses access ({status})."),
            ),
            Said::new(
                "通知接口不能要求登录或 CSRF 令牌；凭微信支付的签名判断真伪。",
                "It must not ask for a login or a CSRF token; the signature proves who calls.",
            ),
        ),
        Some(404 | 405) => why(
            "notify_no_route",
            true,
            Said::new(
                "通知地址上没有这个接口，或者不接受 POST。",
                "Nothing is served at the notify address, or it does not take POST.",
            ),
            Said::new(
                "核对下单时传的 notify_url 和服务器的路由。",
                "Compare notify_url with the server's routes.",
            ),
        ),
        Some(status) => why(
            "notify_refused",
            true,
            Said::new(
                format!("商户服务器应答了 {status}，只有 200 和 204 算收到。"),
                format!("The merchant's server answered {status}; only 200 and 204 count."),
            ),
            Said::new(
                "看商户服务器的日志：多半是验签或解密失败，或者处理时抛了异常。处理好之后应答 204。",
                "See the server's log: verification or decryption failed, or it threw. Answer 204 once it is stored.",
            ),
        ),
    }
}
