//! What a request must and may hold: required parameters first, then forms (v2.md §1.9, steps 10 and 11).

use std::net::IpAddr;

use serde_json::Value;
use tongbao_wire::Timestamp;

use super::fields::Fields;
use super::refused::Refused;
use crate::Switches;
use crate::v3::notify_url_fault;

/// One parameter of a request.
#[derive(Clone, Copy)]
pub(super) struct Member {
    name: &'static str,
    must: bool,
    kind: Kind,
}

/// What a value looks like.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// At most so many characters.
    Text(usize),
    /// Digits, at least one fen.
    Fen,
    /// Digits.
    Number,
    /// `yyyyMMddHHmmss` in Beijing.
    Time,
    /// A text that some rule decides about.
    Ruled(fn(&str) -> bool),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// At most so many characters of a JSON object.
    Json(usize),
    /// An address for notifications.
    NotifyUrl,
    /// The address of a machine or a user.
    Ip,
}

/// A parameter that must be there.
pub(super) const fn must(name: &'static str, kind: Kind) -> Member {
    Member { name, must: true, kind }
}

/// A parameter that may be there.
pub(super) const fn may(name: &'static str, kind: Kind) -> Member {
    Member { name, must: false, kind }
}

/// Holds a request against its form: all that is missing before all that is malformed.
pub(super) fn hold(fields: &Fields, form: &[Member], switches: &Switches) -> Result<(), Refused> {
    if fields.get("nonce_str").is_none() {
        return Err(Refused::lacks("nonce_str"));
    }
    for member in form.iter().filter(|member| member.must) {
        if fields.get(member.name).is_none() {
            return Err(Refused::lacks(member.name));
        }
    }
    check("nonce_str", fields, Kind::Text(32), switches)?;
    form.iter().try_for_each(|member| check(member.name, fields, member.kind, switches))
}

fn check(name: &str, fields: &Fields, kind: Kind, switches: &Switches) -> Result<(), Refused> {
    let Some(said) = fields.get(name) else { return Ok(()) };
    let fits = |most: usize| {
        let length = if switches.text_limits_in_bytes { said.len() } else { said.chars().count() };
        if length <= most { Ok(()) } else { Err(Refused::long(name)) }
    };
    let right = match kind {
        Kind::Text(most) => return fits(most),
        Kind::Json(most) => {
            fits(most)?;
            matches!(serde_json::from_str(said), Ok(Value::Object(_)))
        }
        Kind::Fen => number(said).is_some_and(|number| (1..=FEN_MAX).contains(&number)),
        Kind::Number => number(said).is_some(),
        Kind::Time => time(said).is_some(),
        Kind::Ruled(rule) => rule(said),
        Kind::OneOf(words) => words.contains(&said),
        Kind::NotifyUrl => {
            fits(NOTIFY_URL_MAX)?;
            notify_url_fault(said, switches).is_none()
        }
        Kind::Ip => said.parse::<IpAddr>().is_ok(),
    };
    if right { Ok(()) } else { Err(Refused::malformed(name)) }
}

/// Digits and nothing else: no sign, no point, no blank.
pub(super) fn number(text: &str) -> Option<i64> {
    let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Reads `yyyyMMddHHmmss`, Beijing time (v2.md §1.7).
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (date, clock) = text.split_at(8);
    let rfc3339 = format!(
        "{}-{}-{}T{}:{}:{}+08:00",
        &date[..4],
        &date[4..6],
        &date[6..],
        &clock[..2],
        &clock[2..4],
        &clock[4..]
    );
    // What the calendar moves (a second of 60) is not what was said.
    Timestamp::parse_rfc3339(&rfc3339).ok().filter(|instant| instant.digits() == text)
}

/// `int32` in the published lists; the platform's own limit is not published.
const FEN_MAX: i64 = i32::MAX as i64;
const NOTIFY_URL_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::{number, time};

    #[test]
    fn times_are_fourteen_digits_of_the_calendar_in_beijing() {
        assert_eq!(
            time("20091225091010").map(|instant| instant.rfc3339()).as_deref(),
            Some("2009-12-25T09:10:10+08:00")
        );
        for text in [
            "",
            "2009122509101",
            "20091325091010",
            "20090230091010",
            "20091225246010",
            "2009-12-25 09:1",
            "20091225091060",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_digits() {
        assert_eq!(number("88"), Some(88));
        for text in ["", "-1", "+1", "1.0", "1e2", " 1", "８", "9999999999999999999"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
