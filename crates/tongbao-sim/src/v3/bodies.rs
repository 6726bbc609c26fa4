//! The bodies of v3 requests: their schemas, and the rules between members.

mod code_pay;
mod combine;
mod order;
mod refund;

use serde_json::Value;
use tongbao_wire::{Appid, Mchid, Openid, OutTradeNo, Timestamp};

use super::schema::{Kind, breaks_rule, missing};
use super::words::PRODUCT_CLOSED;
use crate::Switches;
use crate::guard::is_loopback;
use crate::refusal::{Refusal, cause};

pub(super) use code_pay::{CODE_PAY, PARTNER_CODE_PAY, PARTNER_REVERSE, REVERSE};
pub(super) use combine::{COMBINE_CLOSE, combine};
pub(super) use order::{CLOSE, PARTNER_CLOSE, order};
pub(super) use refund::{ABNORMAL_REFUND, REFUND, bank_name};

const APPID: Kind = Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits");
const MCHID: Kind = Kind::Ruled(32, |t| Mchid::parse(t).is_ok(), "letters and digits");
const OPENID: Kind = Kind::Ruled(128, |t| Openid::parse(t).is_ok(), "printable characters");
const OUT_TRADE_NO: Kind =
    Kind::Ruled(32, |t| OutTradeNo::parse(t).is_ok(), "6 to 32 characters of 0-9 A-Z a-z _ - | *");
const CNY: Kind = Kind::Ruled(16, |t| t == "CNY", "Currency code is invalid");
const TIME: Kind = Kind::Ruled(64, is_time, "must be RFC 3339, such as 2018-06-08T10:34:56+08:00");
const ADDRESS: Kind = Kind::Ruled(45, is_address, "an IPv4 or IPv6 address");
const LIMITS: Kind =
    Kind::List(&Kind::Ruled(32, is_limit, "no_balance, no_credit, no_debit or balance_only"));

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
    let needs_ip = switches.scene_info_needs_client_ip;
    if needs_ip && scene.is_some_and(|scene| scene.get("payer_client_ip").is_none()) {
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
    check_detail(body)
}

/// The list of goods is bounded as a whole.
pub(super) fn check_detail(body: &Value) -> Result<(), Refusal> {
    if let Some(detail) = body.get("detail").filter(|it| it.to_string().len() > DETAIL_BYTES_MAX) {
        let issue = "longer than 6144 bytes";
        return Err(breaks_rule("/detail", "优惠功能", detail, issue).because(cause::OUT_OF_RANGE));
    }
    Ok(())
}

/// True when a member is there that comes encrypted under the platform's key (v3.md §2.1).
pub(super) fn has_encrypted(body: &Value) -> bool {
    let sealed = ["number", "name"];
    IDENTITIES.iter().any(|at| sealed.iter().any(|name| body.pointer(&format!("{at}/{name}")).is_some()))
}

/// Members that need a permission no merchant of a simulator has (v3.md §2.1, §2.2).
pub(super) fn check_permissions(body: &Value) -> Result<(), Refusal> {
    if IDENTITIES.iter().all(|at| body.pointer(at).is_none()) {
        return Ok(());
    }
    Err(Refusal::new(403, "NO_AUTH", PRODUCT_CLOSED, cause::PERMISSION))
}

/// The payer of a JSAPI order, whose absence has its own sentence (v3.md §2.2).
pub(super) fn openid(body: &Value, at: &str) -> Result<Openid, Refusal> {
    person(body, at).ok_or_else(|| openid_missing(at))
}

pub(super) fn openid_missing(at: &str) -> Refusal {
    Refusal::param("JSAPI支付必须传openid").because(cause::OPENID).at("body", at, None, "required")
}

/// An openid, where there is one.
pub(super) fn person(body: &Value, at: &str) -> Option<Openid> {
    text(body, at).and_then(|text| Openid::parse(text).ok())
}

/// A sub-merchant's openid needs the appid it is of (v3.md §3).
pub(super) fn check_sub_openid(body: &Value) -> Result<(), Refusal> {
    if text(body, "/payer/sub_openid").is_some() && text(body, "/sub_appid").is_none() {
        return Err(missing("/sub_appid", "子商户/二级商户应用ID"));
    }
    Ok(())
}

/// `notify_url`, where there is one (v3.md §2.1, §6.8).
pub(super) fn check_notify_url(body: &Value, switches: &Switches) -> Result<(), Refusal> {
    check_address(body, "/notify_url", switches)
}

/// An address for notifications, where there is one.
pub(super) fn check_address(body: &Value, at: &str, switches: &Switches) -> Result<(), Refusal> {
    let Some(said) = text(body, at) else { return Ok(()) };
    match notify_url_fault(said, switches) {
        None => Ok(()),
        Some(issue) => Err(breaks_rule(at, "通知地址", &Value::String(said.into()), issue)),
    }
}

/// What is wrong with an address for notifications, the same in both protocols (v3.md §2.1, v2.md §1.7).
pub(crate) fn notify_url_fault(said: &str, switches: &Switches) -> Option<&'static str> {
    let Ok(url) = said.parse::<http::Uri>() else {
        return Some("not an absolute address");
    };
    let (Some(scheme), Some(host)) = (url.scheme_str(), url.host()) else {
        return Some("not an absolute address");
    };
    if url.query().is_some() || said.contains('#') {
        return Some("must not have a query or fragment");
    }
    match scheme {
        "https" => {}
        "http" if switches.notify_url_http => {}
        _ => return Some("must be https"),
    }
    if url.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Some("must not carry a login");
    }
    if !switches.notify_url_private && is_private(host) {
        return Some("must be a public host");
    }
    None
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

/// Where a real-name payer is named.
const IDENTITIES: [&str; 2] = ["/payer/identity", "/combine_payer_info/identity"];
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
