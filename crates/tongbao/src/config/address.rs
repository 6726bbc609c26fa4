//! Addresses: where the platform is, and where the platform finds us (miniprogram.md §3.7).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

use super::mistake::{Findings, Words};

/// The platform refuses longer ones (v3.md §2.1: `notify_url` S(255)).
pub(super) const NOTIFY_URL_CHARS_MAX: usize = 255;

const FIELD: &str = "server.public_url";

/// An address without a slash at the end, and whose it is.
pub(super) struct Base {
    pub(super) url: String,
    /// On this machine: a simulator, not the platform.
    pub(super) is_loopback: bool,
}

/// Checks an address of the platform: `https`, or a simulator on this machine.
pub(super) fn platform(field: &str, text: &str, findings: &mut Findings) -> Option<Base> {
    let uri: Option<Uri> = text.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let scheme = uri.as_ref().and_then(Uri::scheme_str).unwrap_or_default();
    let is_loopback = is_loopback(host);
    let plain = !text.contains(['?', '#', '@']) && uri.as_ref().is_some_and(|uri| uri.path() == "/");
    if host.is_empty() || !plain || !(scheme == "https" || scheme == "http" && is_loopback) {
        findings.mistake(
            "config.platform_url",
            field,
            Words::new(
                "不是平台的地址",
                "this is not an address of the platform",
            ),
            Words::new(
                "写 https://域名，不带路径和参数；本机模拟器可写 http://127.0.0.1:8900",
                "write https://HOST without path and query; a simulator on this machine may be http://127.0.0.1:8900",
            ),
        );
        return None;
    }
    Some(Base { url: text.trim_end_matches('/').to_owned(), is_loopback })
}

/// Checks the address the world reaches us by, and returns it without a slash at the end. Against a
/// simulator on this machine, `http` and private hosts are fine.
pub(super) fn public(text: &str, against_simulator: bool, findings: &mut Findings) -> Option<String> {
    let before = findings.mistakes.len();
    if text.chars().any(char::is_whitespace) {
        findings.mistake(
            "config.public_url_blank",
            FIELD,
            Words::new("地址里有空格或换行", "there is a blank or a line end in the address"),
            Words::new("删去它，多半在末尾", "remove it; it is usually at the end"),
        );
        return None;
    }
    for (sign, code, zh, en) in [
        ('?', "config.public_url_query", "参数（?…）", "a query (?…)"),
        ('#', "config.public_url_fragment", "片段（#…）", "a fragment (#…)"),
        ('@', "config.public_url_userinfo", "用户名或密码（…@）", "a user name or password (…@)"),
    ] {
        if text.contains(sign) {
            findings.mistake(
                code,
                FIELD,
                Words::new(
                    format!("通知地址不能带{zh}，微信支付会拒绝或改动它"),
                    format!("a notify address cannot carry {en}; the platform refuses or alters it"),
                ),
                Words::new("删去这一部分", "remove that part"),
            );
        }
    }
    let (rest, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    match rest.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty())) {
        Some(uri) => reachable(&uri, against_simulator, findings),
        None => malformed(findings),
    }
    (findings.mistakes.len() == before).then(|| text.trim_end_matches('/').to_owned())
}

fn reachable(uri: &Uri, against_simulator: bool, findings: &mut Findings) {
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if against_simulator => {}
        Some("http") => findings.mistake(
            "config.public_url_not_https",
            FIELD,
            Words::new("微信支付只向 https 地址发通知", "the platform notifies https addresses only"),
            Words::new(
                "改成 https://…，并在反向代理上配好证书；只有 platform.base_url 是本机模拟器时才允许 http",
                "use https://… with a certificate on your reverse proxy; http is for a platform.base_url on this machine (the simulator)",
            ),
        ),
        Some(_) | None => malformed(findings),
    }
    let host = uri.host().unwrap_or_default();
    if against_simulator {
        return;
    }
    if is_example(host) {
        findings.mistake(
            "config.public_url_example",
            FIELD,
            Words::new(format!("{host} 只是示例"), format!("{host} is only an example")),
            Words::new("换成你自己的公网域名", "write your own public name"),
        );
    } else if is_private(host) {
        findings.mistake(
            "config.public_url_private",
            FIELD,
            Words::new(
                format!("微信支付从公网访问不到 {host}"),
                format!("the platform cannot reach {host} from the Internet"),
            ),
            Words::new(
                "换成公网域名；本机调试请用 tongbao simulate 代替平台",
                "use a public name; to work on this machine, let tongbao simulate stand in for the platform",
            ),
        );
    }
}

fn malformed(findings: &mut Findings) {
    findings.mistake(
        "config.public_url_malformed",
        FIELD,
        Words::new("不是完整的网址", "this is not a complete address"),
        Words::new(
            "写成 https://pay.example.com 这样；中文域名写 xn-- 形式",
            "write it like https://pay.example.com; names outside of ASCII in their xn-- form",
        ),
    );
}

/// Checks the address of one account's notifications for its length.
pub(super) fn notify(account: &str, public_url: &str, findings: &mut Findings) -> String {
    let url = format!("{public_url}/notify/{account}/v3");
    let length = url.chars().count();
    if length > NOTIFY_URL_CHARS_MAX {
        findings.mistake(
            "config.notify_url_length",
            FIELD,
            Words::new(
                format!("账户 {account} 的通知地址有 {length} 个字符，上限是 {NOTIFY_URL_CHARS_MAX}"),
                format!("the notify address of account {account} has {length} characters; {NOTIFY_URL_CHARS_MAX} is the most"),
            ),
            Words::new("缩短 public_url 的路径或账户名", "shorten the path of public_url or the account's name"),
        );
    }
    url
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_named(host: &str, names: &[&str]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    names.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")))
}

fn is_loopback(host: &str) -> bool {
    match address(host) {
        Some(address) => address.is_loopback(),
        None => is_named(host, &["localhost"]),
    }
}

/// Names that never belong to anybody (RFC 2606).
fn is_example(host: &str) -> bool {
    is_named(host, &["example.com", "example.org", "example.net", "example", "invalid", "test"])
}

fn is_private(host: &str) -> bool {
    match address(host) {
        Some(IpAddr::V4(address)) => is_private_v4(address),
        Some(IpAddr::V6(address)) => is_private_v6(address),
        // A name without a dot is known to the local network only.
        None => {
            is_named(host, &["localhost", "local", "internal", "lan", "home.arpa"]) || !host.contains('.')
        }
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let is_carrier_grade = a == 100 && (64..128).contains(&b);
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_documentation()
        || is_carrier_grade
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.to_ipv4_mapped().is_some_and(is_private_v4)
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::{platform, public};
    use crate::config::mistake::Findings;

    fn codes(text: &str, against_simulator: bool) -> Vec<&'static str> {
        let mut findings = Findings::default();
        public(text, against_simulator, &mut findings);
        findings.mistakes.iter().map(|mistake| mistake.code).collect()
    }

    #[test]
    fn what_the_platform_cannot_notify_is_named() {
        for (url, code) in [
            ("http://pay.shop.cn", "config.public_url_not_https"),
            ("https://pay.shop.cn?a=1", "config.public_url_query"),
            ("https://pay.shop.cn/#top", "config.public_url_fragment"),
            ("https://me:secret@pay.shop.cn", "config.public_url_userinfo"),
            ("https://pay.shop.cn ", "config.public_url_blank"),
            ("https://pay .shop.cn", "config.public_url_blank"),
            ("https://localhost", "config.public_url_private"),
            ("https://shop.local:8443", "config.public_url_private"),
            ("https://server", "config.public_url_private"),
            ("https://192.168.1.2", "config.public_url_private"),
            ("https://100.64.0.1", "config.public_url_private"),
            ("https://[::1]:8080", "config.public_url_private"),
            ("https://[fd00::1]", "config.public_url_private"),
            ("https://[::ffff:10.0.0.1]", "config.public_url_private"),
            ("https://pay.example.com", "config.public_url_example"),
            ("pay.shop.cn", "config.public_url_malformed"),
            ("ftp://pay.shop.cn", "config.public_url_malformed"),
            ("https://支付.中国", "config.public_url_malformed"),
            ("", "config.public_url_malformed"),
        ] {
            assert_eq!(codes(url, false), [code], "{url}");
        }
    }

    #[test]
    fn every_mistake_of_one_address_is_told() {
        assert_eq!(
            codes("http://a@10.0.0.1/?b#c", false),
            [
                "config.public_url_query",
                "config.public_url_fragment",
                "config.public_url_userinfo",
                "config.public_url_not_https",
                "config.public_url_private",
            ]
        );
    }

    #[test]
    fn a_public_https_address_passes_and_a_simulator_takes_local_ones() {
        for url in [
            "https://pay.shop.cn",
            "https://pay.shop.cn/",
            "https://pay.shop.cn:8443/tongbao",
            "https://8.8.8.8",
        ] {
            assert!(codes(url, false).is_empty(), "{url}");
        }
        for url in ["http://127.0.0.1:8080", "http://localhost:8080", "https://pay.example.com"] {
            assert!(codes(url, true).is_empty(), "{url}");
        }
        assert_eq!(codes("http://127.0.0.1:8080/?a", true), ["config.public_url_query"]);
    }

    #[test]
    fn the_platform_is_https_or_on_this_machine() {
        for (url, loopback) in [
            ("https://api.mch.weixin.qq.com", Some(false)),
            ("https://api.mch.weixin.qq.com/", Some(false)),
            ("http://127.0.0.1:8900", Some(true)),
            ("http://localhost:8900", Some(true)),
            ("http://[::1]:8900", Some(true)),
            ("http://api.mch.weixin.qq.com", None),
            ("https://api.mch.weixin.qq.com/v3", None),
            ("https://a@b.cn", None),
            ("api.mch.weixin.qq.com", None),
            ("", None),
        ] {
            let base = platform("platform.base_url", url, &mut Findings::default());
            assert_eq!(base.map(|base| base.is_loopback), loopback, "{url}");
        }
    }
}
