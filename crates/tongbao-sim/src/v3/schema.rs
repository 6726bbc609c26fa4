//! Step 9 of v3.md §1.6: JSON syntax, types, ranges and unknown members, with the place of the fault.

use serde_json::{Map, Value};

use crate::Switches;
use crate::ledger::AMOUNT_MAX;
use crate::media::Purpose;
use crate::refusal::{Refusal, cause};

/// One member of a body.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) name: &'static str,
    /// Its name in messages.
    pub(super) title: &'static str,
    pub(super) must: bool,
    pub(super) kind: Kind,
}

/// What a member may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// Text of at most so many characters that keeps a rule, stated for people.
    Ruled(usize, fn(&str) -> bool, &'static str),
    /// An amount in fen, at least 1.
    Fen,
    /// An integer from 0.
    Count,
    /// Text of at most so many characters, encrypted for the platform; `sealed` opens it.
    Sealed,
    /// What an upload for this purpose answered.
    Media(Purpose),
    /// An object whose members somebody else reads.
    Any,
    /// At least one and at most so many of these.
    UpTo(usize, &'static Kind),
    /// One of these integers.
    OneOf(&'static [i64]),
    Boolean,
    Object(&'static [Member]),
    /// At least one of these.
    List(&'static Kind),
}

/// A member that must be there.
pub(super) const fn must(name: &'static str, title: &'static str, kind: Kind) -> Member {
    Member { name, title, must: true, kind }
}

/// A member that may be left out.
pub(super) const fn may(name: &'static str, title: &'static str, kind: Kind) -> Member {
    Member { name, title, must: false, kind }
}

/// The members of both.
pub(super) const fn joined<const A: usize, const B: usize, const N: usize>(
    first: &[Member; A],
    second: &[Member; B],
) -> [Member; N] {
    assert!(A > 0 && A + B == N, "as many as there are");
    let mut all = [first[0]; N];
    let mut index = 0;
    while index < N {
        all[index] = if index < A { first[index] } else { second[index - A] };
        index += 1;
    }
    all
}

/// Reads a body and holds it against its schema.
pub(super) fn read(body: &[u8], members: &'static [Member], switches: &Switches) -> Result<Value, Refusal> {
    let value = parse(body, switches)?;
    hold(&value, members, switches)?;
    Ok(value)
}

/// Reads a body as JSON, whatever is in it.
pub(super) fn parse(body: &[u8], switches: &Switches) -> Result<Value, Refusal> {
    let mut value: Value = serde_json::from_slice(body).map_err(|error| {
        Refusal::param("无法将 JSON 输入源“/body”解析为合法的JSON").at("body", "", None, &error.to_string())
    })?;
    if switches.null_members {
        drop_nulls(&mut value);
    }
    Ok(value)
}

/// Holds a body against its schema.
pub(super) fn hold(value: &Value, members: &'static [Member], switches: &Switches) -> Result<(), Refusal> {
    hold_all(value, &[members], switches)
}

/// Holds a body against a schema in groups.
pub(super) fn hold_all(
    value: &Value,
    groups: &[&'static [Member]],
    switches: &Switches,
) -> Result<(), Refusal> {
    let Value::Object(map) = value else {
        return Err(wrong_type("", "请求体", "对象", value));
    };
    object(map, groups, "", switches)
}

fn object(
    map: &Map<String, Value>,
    groups: &[&'static [Member]],
    at: &str,
    switches: &Switches,
) -> Result<(), Refusal> {
    for member in groups.iter().copied().flatten() {
        let place = format!("{at}/{}", member.name);
        match map.get(member.name) {
            Some(value) => check(value, &member.kind, &place, member, switches)?,
            None if member.must => return Err(missing(&place, member.title)),
            None => {}
        }
    }
    let extra = map.keys().find(|name| groups.iter().copied().flatten().all(|member| member.name != *name));
    extra.map_or(Ok(()), |name| {
        let name: String = name.chars().take(64).collect();
        Err(Refusal::param("参数中含有非法的额外参数").because(cause::EXTRA_MEMBER).at(
            "body",
            &format!("{at}/{name}"),
            None,
            "unknown member",
        ))
    })
}

fn check(
    value: &Value,
    kind: &'static Kind,
    at: &str,
    member: &Member,
    switches: &Switches,
) -> Result<(), Refusal> {
    let title = member.title;
    match (kind, value) {
        (Kind::Text(most), Value::String(text)) => check_text(text, *most, at, member, switches),
        (Kind::Ruled(most, rule, issue), Value::String(text)) => {
            check_text(text, *most, at, member, switches)?;
            if rule(text) { Ok(()) } else { Err(breaks_rule(at, title, value, issue)) }
        }
        (Kind::Sealed, Value::String(text)) => check_text(text, SEALED_CHARS_MAX, at, member, switches),
        (Kind::Media(_), Value::String(text)) => check_text(text, MEDIA_CHARS_MAX, at, member, switches),
        (Kind::Text(_) | Kind::Ruled(..) | Kind::Sealed | Kind::Media(_), other) => {
            Err(wrong_type(at, title, "字符串", other))
        }
        (Kind::Any, Value::Object(_)) => Ok(()),
        (Kind::Fen, number) => check_integer(number, 1, at, title),
        (Kind::Count, number) => check_integer(number, 0, at, title),
        (Kind::OneOf(known), number) => {
            check_integer(number, 0, at, title)?;
            let one = number.as_i64().is_some_and(|number| known.contains(&number));
            if one { Ok(()) } else { Err(breaks_rule(at, title, value, "not one of the documented values")) }
        }
        (Kind::Boolean, Value::Bool(_)) => Ok(()),
        (Kind::Boolean, other) => Err(wrong_type(at, title, "布尔值", other)),
        (Kind::Object(members), Value::Object(map)) => object(map, &[members], at, switches),
        (Kind::Object(_) | Kind::Any, other) => Err(wrong_type(at, title, "对象", other)),
        (Kind::List(of), Value::Array(items)) => list(items, usize::MAX, of, at, member, switches),
        (Kind::UpTo(most, of), Value::Array(items)) => list(items, *most, of, at, member, switches),
        (Kind::List(_) | Kind::UpTo(..), other) => Err(wrong_type(at, title, "数组", other)),
    }
}

fn list(
    items: &[Value],
    most: usize,
    of: &'static Kind,
    at: &str,
    member: &Member,
    switches: &Switches,
) -> Result<(), Refusal> {
    let (count, title) = (items.len(), member.title);
    if items.is_empty() {
        return Err(missing(at, title));
    }
    if count > most {
        let message = format!(
            "输入源“/body{at}”映射到数组字段“{title}”规则校验失败，元素个数 {count}，大于最大值 {most}"
        );
        return Err(out_of_range(message, at, &Value::from(count), "too many"));
    }
    let mut items = items.iter().enumerate();
    items.try_for_each(|(index, item)| check(item, of, &format!("{at}/{index}"), member, switches))
}

fn check_text(
    text: &str,
    most: usize,
    at: &str,
    member: &Member,
    switches: &Switches,
) -> Result<(), Refusal> {
    let title = member.title;
    let value = Value::String(text.into());
    if !switches.four_byte_characters && text.chars().any(|c| c.len_utf8() == 4) {
        let message =
            format!("输入源“/body{at}”映射到值字段“{title}”字符串规则校验失败，含有4字节的UTF-8字符");
        return Err(Refusal::param(message).at(
            "body",
            at,
            Some(&value),
            "characters of four bytes are refused",
        ));
    }
    if text.is_empty() {
        if !member.must && switches.empty_text_is_system_error {
            return Err(Refusal::system_error());
        }
        let message =
            format!("输入源“/body{at}”映射到值字段“{title}”字符串规则校验失败，字符数 0，小于最小值 1");
        return Err(out_of_range(message, at, &value, "must not be empty"));
    }
    let (unit, length) = if switches.text_limits_in_bytes {
        ("字节数", text.len())
    } else {
        ("字符数", text.chars().count())
    };
    if length > most {
        let message = format!(
            "输入源“/body{at}”映射到值字段“{title}”字符串规则校验失败，{unit} {length}，大于最大值 {most}"
        );
        return Err(out_of_range(message, at, &value, "too long"));
    }
    Ok(())
}

fn check_integer(value: &Value, least: i64, at: &str, title: &str) -> Result<(), Refusal> {
    let Some(number) = value.as_i64() else {
        return Err(wrong_type(at, title, "合法的 64 位有符号整数", value));
    };
    if number < least {
        let message = format!("输入源“/body{at}”映射到数值字段“{title}”规则校验失败，值低于最小值 {least}");
        return Err(out_of_range(message, at, value, "below the minimum"));
    }
    if number > AMOUNT_MAX {
        let message =
            format!("输入源“/body{at}”映射到数值字段“{title}”规则校验失败，值高于最大值 {AMOUNT_MAX}");
        return Err(out_of_range(message, at, value, "above the maximum"));
    }
    Ok(())
}

fn wrong_type(at: &str, title: &str, wanted: &str, value: &Value) -> Refusal {
    let message = format!("无法将 JSON 输入源“/body{at}”映射到目标字段“{title}”中，此字段需要一个{wanted}");
    let issue = if value.is_null() { "null is not allowed; leave the member out" } else { "wrong JSON type" };
    Refusal::param(message).at("body", at, Some(value), issue)
}

/// A member that is not there.
pub(super) fn missing(at: &str, title: &str) -> Refusal {
    let message = format!("输入源“/body{at}”映射到字段“{title}”必填性规则校验失败，此字段为必填项");
    Refusal::param(message).at("body", at, None, "required")
}

/// A value that breaks a rule beyond type and length.
pub(super) fn breaks_rule(at: &str, title: &str, value: &Value, issue: &str) -> Refusal {
    let message = format!("输入源“/body{at}”映射到值字段“{title}”规则校验失败，值格式错误");
    Refusal::param(message).at("body", at, Some(value), issue)
}

fn out_of_range(message: String, at: &str, value: &Value, issue: &str) -> Refusal {
    Refusal::param(message).because(cause::OUT_OF_RANGE).at("body", at, Some(value), issue)
}

/// v3-extended.md §9.2.
const MEDIA_CHARS_MAX: usize = 512;
/// Base64 of one block of RSA-2048 has 344; documents print 1024 and 2048 (v3-extended.md).
const SEALED_CHARS_MAX: usize = 2048;

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
