//! The bodies of v3 requests: their schemas, and the rules between members.

use serde_json::Value;
use tongbao_wire::{Appid, Mchid, Openid, OutRefundNo, OutTradeNo, Timestamp, TransactionId};

use super::schema::{Kind, Member, breaks_rule, may, missing, must};
use crate::Switches;
use crate::guard::is_loopback;
use crate::refusal::{Refusal, cause};

/// `POST /v3/pay/transactions/jsapi` (v3.md §2.1).
pub(super) static PREPAY: &[Member] = &[
    must("appid", "公众号ID", Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits")),
    must("mchid", "直连商户号", Kind::Ruled(32, |t| Mchid::parse(t).is_ok(), "letters and digits")),
    must("description", "商品描述", Kind::Text(127)),
    must("out_trade_no", "商户订单号", OUT_TRADE_NO),
    may(
        "time_expire",
        "交易结束时间",
        Kind::Ruled(64, is_time, "must be RFC 3339, such as 2018-06-08T10:34:56+08:00"),
    ),
    may("attach", "附加数据", Kind::Text(128)),
    must("notify_url", "通知地址", Kind::Text(255)),
    may("goods_tag", "订单优惠标记", Kind::Text(32)),
    may("support_fapiao", "电子发票入口开放标识", Kind::Boolean),
    must(
        "amount",
        "订单金额",
        Kind::Object(&[must("total", "总金额", Kind::Fen), may("currency", "货币类型", CNY)]),
    ),
    // Its absence has a sentence of its own; see `openid`.
    may(
        "payer",
        "支付者",
        Kind::Object(&[
            may("openid", "用户标识", Kind::Ruled(128, |t| Openid::parse(t).is_ok(), "printable characters")),
            may("identity", "实名支付人", Kind::Object(IDENTITY)),
        ]),
    ),
    may("detail", "优惠功能", Kind::Object(DETAIL)),
    may("scene_info", "场景信息", Kind::Object(SCENE_INFO)),
    may("settle_info", "结算信息", Kind::Object(&[may("profit_sharing", "是否指定分账", Kind::Boolean)])),
    may(
        "limit_pay",
        "指定支付方式",
        Kind::List(&Kind::Ruled(32, is_limit, "no_balance, no_credit, no_debit or balance_only")),
    ),
    may(
        "subsidy_info",
        "分付贴息",
        Kind::Object(&[may("subsidy_detail", "贴息详情", Kind::List(&Kind::Object(SUBSIDY)))]),
    ),
];

static IDENTITY: &[Member] = &[
    may("type", "证件类型", Kind::Ruled(32, is_identity, "one of the documented identity types")),
    // Encrypted: Base64 of 256 bytes.
    may("number", "证件号", Kind::Text(1024)),
    may("name", "证件姓名", Kind::Text(1024)),
];

static SUBSIDY: &[Member] = &[
    may(
        "subsidy_period_type",
        "贴息周期类型",
        Kind::Ruled(32, |t| matches!(t, "DAILY" | "PERIOD"), "DAILY or PERIOD"),
    ),
    may(
        "subsidy_plan",
        "贴息方案",
        Kind::List(&Kind::Object(&[
            may("subsidy_installment_num", "贴息期数", Kind::OneOf(&[3, 6, 12])),
            may("subsidy_percent", "贴息比例", Kind::OneOf(&[0, 100])),
        ])),
    ),
];

static DETAIL: &[Member] = &[
    may("cost_price", "订单原价", Kind::Count),
    may("invoice_id", "商品小票ID", Kind::Text(32)),
    may(
        "goods_detail",
        "单品列表",
        Kind::List(&Kind::Object(&[
            must("merchant_goods_id", "商户侧商品编码", Kind::Text(32)),
            may("wechatpay_goods_id", "微信支付商品编码", Kind::Text(32)),
            may("goods_name", "商品名称", Kind::Text(256)),
            must("quantity", "商品数量", Kind::Fen),
            must("unit_price", "商品单价", Kind::Count),
        ])),
    ),
];

static SCENE_INFO: &[Member] = &[
    may("payer_client_ip", "用户终端IP", Kind::Ruled(45, is_address, "an IPv4 or IPv6 address")),
    may("device_id", "商户端设备号", Kind::Text(32)),
    may(
        "store_info",
        "商户门店信息",
        Kind::Object(&[
            must("id", "门店编号", Kind::Text(32)),
            may("name", "门店名称", Kind::Text(256)),
            may("area_code", "地区编码", Kind::Text(32)),
            may("address", "详细地址", Kind::Text(512)),
        ]),
    ),
];

/// `POST …/close` (v3.md §2.6).
pub(super) static CLOSE: &[Member] = &[must("mchid", "直连商户号", Kind::Text(32))];

/// `POST /v3/refund/domestic/refunds` (v3.md §5.1), direct merchant.
pub(super) static REFUND: &[Member] = &[
    may(
        "transaction_id",
        "微信支付订单号",
        Kind::Ruled(32, |t| TransactionId::parse(t).is_ok(), "letters and digits"),
    ),
    may("out_trade_no", "商户订单号", OUT_TRADE_NO),
    must(
        "out_refund_no",
        "商户退款单号",
        Kind::Ruled(64, |t| OutRefundNo::parse(t).is_ok(), "0-9 A-Z a-z _ - | * @"),
    ),
    may("reason", "退款原因", Kind::Text(80)),
    may("notify_url", "退款结果回调url", Kind::Text(256)),
    may(
        "funds_account",
        "退款资金来源",
        Kind::Ruled(32, |t| matches!(t, "AVAILABLE" | "UNSETTLED"), "AVAILABLE or UNSETTLED"),
    ),
    must(
        "amount",
        "金额信息",
        Kind::Object(&[
            must("refund", "退款金额", Kind::Fen),
            must("total", "原订单金额", Kind::Fen),
            must("currency", "退款币种", CNY),
            may(
                "from",
                "退款出资账户及金额",
                Kind::List(&Kind::Object(&[
                    must(
                        "account",
                        "出资账户类型",
                        Kind::Ruled(
                            32,
                            |t| matches!(t, "AVAILABLE" | "UNAVAILABLE"),
                            "AVAILABLE or UNAVAILABLE",
                        ),
                    ),
                    must("amount", "出资金额", Kind::Fen),
                ])),
            ),
        ]),
    ),
    may(
        "goods_detail",
        "退款商品",
        Kind::List(&Kind::Object(&[
            must("merchant_goods_id", "商户侧商品编码", Kind::Text(32)),
            may("wechatpay_goods_id", "微信支付商品编码", Kind::Text(32)),
            may("goods_name", "商品名称", Kind::Text(256)),
            must("unit_price", "商品单价", Kind::Count),
            must("refund_amount", "商品退款金额", Kind::Count),
            must("refund_quantity", "商品退货数量", Kind::Fen),
        ])),
    ),
];

const OUT_TRADE_NO: Kind =
    Kind::Ruled(32, |t| OutTradeNo::parse(t).is_ok(), "6 to 32 characters of 0-9 A-Z a-z _ - | *");
const CNY: Kind = Kind::Ruled(16, |t| t == "CNY", "Currency code is invalid");

fn is_time(text: &str) -> bool {
    Timestamp::parse_rfc3339(text).is_ok()
}

fn is_limit(text: &str) -> bool {
    matches!(text, "no_balance" | "no_credit" | "no_debit" | "balance_only")
}

fn is_identity(text: &str) -> bool {
    let cards = ["IDCARD", "HONGKONG_MACAO", "HONGKONG_MACAO_RESIDENT", "TAIWAN_RESIDENT"];
    cards.contains(&text) || matches!(text, "FOREIGN_RESIDENT" | "OVERSEA_PASSPORT" | "PHONE_NUMBER")
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// The text of a member that the schema has seen.
pub(super) fn text<'a>(body: &'a Value, at: &str) -> Option<&'a str> {
    body.pointer(at).and_then(Value::as_str)
}

/// What the schema of an order cannot say.
pub(super) fn check_prepay(body: &Value, switches: &Switches) -> Result<(), Refusal> {
    check_notify_url(body, switches)?;
    let scene = body.get("scene_info");
    if scene.is_some_and(|scene| scene.get("payer_client_ip").is_none())
        && switches.scene_info_needs_client_ip
    {
        return Err(missing("/scene_info/payer_client_ip", "用户终端IP"));
    }
    if let Some(store) =
        scene.and_then(|scene| scene.get("store_info")).filter(|_| switches.store_info_complete)
    {
        let absent = ["name", "area_code", "address"].into_iter().find(|name| store.get(name).is_none());
        if let Some(name) = absent {
            return Err(missing(&format!("/scene_info/store_info/{name}"), "商户门店信息"));
        }
    }
    if let Some(detail) = body.get("detail").filter(|it| it.to_string().len() > DETAIL_BYTES_MAX) {
        let issue = "longer than 6144 bytes";
        return Err(breaks_rule("/detail", "优惠功能", detail, issue).because(cause::OUT_OF_RANGE));
    }
    Ok(())
}

/// True when a member is there that comes encrypted under the platform's key (v3.md §2.1).
pub(super) fn has_encrypted(body: &Value) -> bool {
    ["/payer/identity/number", "/payer/identity/name"].iter().any(|at| body.pointer(at).is_some())
}

/// Members that need a permission no merchant of a simulator has (v3.md §2.1, §2.2).
pub(super) fn check_permissions(body: &Value) -> Result<(), Refusal> {
    if body.pointer("/payer/identity").is_none() {
        return Ok(());
    }
    let message = "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试";
    Err(Refusal::new(403, "NO_AUTH", message, cause::PERMISSION))
}

/// The payer, whose absence has its own sentence (v3.md §2.2).
pub(super) fn openid(body: &Value) -> Result<Openid, Refusal> {
    let said = text(body, "/payer/openid").and_then(|text| Openid::parse(text).ok());
    said.ok_or_else(|| {
        Refusal::param("JSAPI支付必须传openid").because(cause::OPENID).at(
            "body",
            "/payer/openid",
            None,
            "required",
        )
    })
}

/// `notify_url`, where there is one (v3.md §2.1, §6.8).
pub(super) fn check_notify_url(body: &Value, switches: &Switches) -> Result<(), Refusal> {
    check_address(body, "/notify_url", switches)
}

/// An address for notifications, where there is one.
pub(super) fn check_address(body: &Value, at: &str, switches: &Switches) -> Result<(), Refusal> {
    let Some(said) = text(body, at) else { return Ok(()) };
    let refuse = |issue: &str| Err(breaks_rule(at, "通知地址", &Value::String(said.into()), issue));
    let Ok(url) = said.parse::<http::Uri>() else {
        return refuse("not an absolute address");
    };
    let (Some(scheme), Some(host)) = (url.scheme_str(), url.host()) else {
        return refuse("not an absolute address");
    };
    if url.query().is_some() || said.contains('#') {
        return refuse("must not have a query or fragment");
    }
    match scheme {
        "https" => {}
        "http" if switches.notify_url_http => {}
        _ => return refuse("must be https"),
    }
    if url.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return refuse("must not carry a login");
    }
    if !switches.notify_url_private && is_private(host) {
        return refuse("must be a public host");
    }
    Ok(())
}

/// Loopback, private and link-local addresses, and names without a dot.
fn is_private(host: &str) -> bool {
    use std::net::IpAddr;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()
        }
        Ok(IpAddr::V6(v6)) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
        }
        Err(_) => is_loopback(&host.to_ascii_lowercase()) || !host.contains('.'),
    }
}

/// v3.md §2.1.
const DETAIL_BYTES_MAX: usize = 6144;

#[cfg(test)]
mod tests {
    use super::check_notify_url;
    use crate::Switches;

    fn check(url: &str, strict: bool) -> bool {
        let switches =
            Switches { notify_url_http: !strict, notify_url_private: !strict, ..Switches::default() };
        check_notify_url(&serde_json::json!({ "notify_url": url }), &switches).is_ok()
    }

    #[test]
    fn a_query_is_refused_always_and_private_hosts_when_strict() {
        for url in ["https://shop.example.com/pay", "https://shop.example.com:8443/pay"] {
            assert!(check(url, true), "{url}");
        }
        for url in
            ["http://127.0.0.1:8080/pay", "http://localhost/pay", "https://10.0.0.1/pay", "http://shop/pay"]
        {
            assert!(check(url, false), "{url}");
            assert!(!check(url, true), "{url}");
        }
        for url in [
            "https://shop.example.com/pay?a=1",
            "https://a@shop.example.com/",
            "ftp://shop.example.com/",
            "/pay",
            "pay",
            "https://shop.example.com/pay#x",
        ] {
            assert!(!check(url, false), "{url}");
        }
    }
}
