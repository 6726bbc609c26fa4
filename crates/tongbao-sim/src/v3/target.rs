//! Path and query of a call: as sent for the signature, decoded for the rest.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;
use tongbao_wire::{IdError, Mchid};

use crate::received::Received;
use crate::refusal::{Refusal, cause};

/// The decoded parts.
pub(super) struct Target<'a> {
    path: &'a str,
    query: BTreeMap<String, String>,
}

impl<'a> Target<'a> {
    pub(super) fn read(call: &'a Received) -> Result<Self, Refusal> {
        let (path, raw) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let mut query = BTreeMap::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()).take(QUERY_MEMBERS_MAX) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let refuse = || {
                Refusal::param("URL参数编码错误").at("query", "", None, "percent-encoding is not valid UTF-8")
            };
            let name = decode(name).ok_or_else(refuse)?;
            query.insert(name, decode(value).ok_or_else(refuse)?);
        }
        Ok(Self { path, query })
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A member of the query that must be there.
    pub(super) fn must(&self, name: &str, title: &str) -> Result<&str, Refusal> {
        self.query(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            Refusal::param(format!(
                "输入源“/query/{name}”映射到字段“{title}”必填性规则校验失败，此字段为必填项"
            ))
            .at("query", name, None, "required")
        })
    }

    /// A number of the query, where it is there.
    pub(super) fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Refusal> {
        let Some(said) = self.query(name) else { return Ok(None) };
        let plain = said.bytes().all(|byte| byte.is_ascii_digit());
        let read = said.parse().ok().filter(|number| plain && range.contains(number));
        let issue = format!("must be a number from {} to {}", range.start(), range.end());
        read.map(Some).ok_or_else(|| self.breaks(name, name, &issue))
    }

    /// A member of the query that breaks a rule.
    pub(super) fn breaks(&self, name: &str, title: &str, issue: &str) -> Refusal {
        let value = self.query(name).map(Value::from);
        Refusal::param(format!("输入源“/query/{name}”映射到值字段“{title}”规则校验失败，值格式错误")).at(
            "query",
            name,
            value.as_ref(),
            issue,
        )
    }

    /// The path segment between `prefix` and `suffix`, as the identifier `name`.
    pub(super) fn id<T>(
        &self,
        name: &str,
        prefix: &str,
        suffix: &str,
        parse: impl Fn(&str) -> Result<T, IdError>,
    ) -> Result<T, Refusal> {
        let raw = self.path.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
        let text = raw.and_then(decode).unwrap_or_default();
        parse(&text).map_err(|why| {
            Refusal::param(format!("输入源“/url/{name}”映射到值字段规则校验失败，值格式错误"))
                .because(cause::PARAMETER)
                .at("url", name, Some(&Value::String(text.clone())), why.rule)
        })
    }

    /// The mandatory `mchid`, which must be the one that signed (v3.md §1.6 step 10).
    pub(super) fn check_mchid(&self, signer: &Mchid) -> Result<(), Refusal> {
        self.check_mchid_as("mchid", "直连商户号", signer)
    }

    /// The same under another name, as a provider gives it.
    pub(super) fn check_mchid_as(&self, name: &str, title: &str, signer: &Mchid) -> Result<(), Refusal> {
        let said = self.mchid(name, title)?;
        if said == signer.as_str() {
            return Ok(());
        }
        let value = Value::String(said.into());
        Err(mchid_differs().at("query", name, Some(&value), "differs from the mchid that signed"))
    }

    /// The mandatory sub-merchant of a provider (v3.md §3).
    pub(super) fn sub_mchid(&self) -> Result<Mchid, Refusal> {
        let said = self.mchid("sub_mchid", "子商户号")?;
        Mchid::parse(said).map_err(|why| {
            let message = "输入源“/query/sub_mchid”映射到值字段“子商户号”规则校验失败，值格式错误";
            Refusal::param(message).at("query", "sub_mchid", Some(&Value::from(said)), why.rule)
        })
    }

    fn mchid(&self, name: &str, title: &str) -> Result<&str, Refusal> {
        self.query(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            let message =
                format!("输入源“/query/{name}”映射到字段“{title}”必填性规则校验失败，此字段为必填项");
            Refusal::param(message).at("query", name, None, "required")
        })
    }
}

/// v3.md §1.6 step 10.
pub(super) fn mchid_differs() -> Refusal {
    Refusal::param("http header中的mchid与post payload中的mchid不匹配")
}

/// Undoes percent-encoding; none when it is broken or not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        decoded.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(decoded).ok()
}

/// No endpoint has more than two.
const QUERY_MEMBERS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn percent_encoding_is_undone_or_refused() {
        for (text, decoded) in [("a%7Cb", Some("a|b")), ("%E4%B8%AD", Some("中")), ("plain", Some("plain"))]
        {
            assert_eq!(decode(text).as_deref(), decoded, "{text}");
        }
        for text in ["%", "%7", "%zz", "%FF", "%+1"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
