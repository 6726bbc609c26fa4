//! How long a document is good.

use serde::Serializer;
use serde::ser::SerializeStruct;
use tongbao_wire::Timestamp;

use crate::unsendable::{Unsendable, UnsendableReason};

/// From which day to which a document is good, or without an end.
///
/// Applications write the days as two members and no end as `长期`; intents write both as one text that
/// contains a JSON array, and no end as `forever` (v3-extended.md §9.3, §9.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    begin: Box<str>,
    /// No end when absent.
    end: Option<Box<str>>,
}

impl Period {
    /// From `begin` to `end`: days of the calendar such as `2026-03-01`. No end is `长期` or `forever`.
    ///
    /// # Errors
    /// [`Unsendable`] when a day is none of the calendar's, or the end is not after the begin.
    pub fn new(begin: &str, end: &str) -> Result<Self, Unsendable> {
        let refuse = |member, reason| Err(Unsendable::new(member, UnsendableReason::Form(reason)));
        if !is_day(begin) {
            return refuse("period_begin", "must be a day of the calendar such as 2026-03-01");
        }
        if end == LONG_TERM || end == FOREVER {
            return Ok(Self { begin: begin.into(), end: None });
        }
        if !is_day(end) {
            return refuse("period_end", "must be a day of the calendar such as 2026-03-01, or 长期");
        }
        // Days written so are ordered as their texts are.
        if end <= begin {
            return refuse("period_end", "must be after the begin");
        }
        Ok(Self { begin: begin.into(), end: Some(end.into()) })
    }

    /// `["1970-01-01","forever"]`, as intents carry it in a text.
    #[must_use]
    pub fn to_json_array(&self) -> String {
        format!(r#"["{}","{}"]"#, self.begin, self.end.as_deref().unwrap_or(FOREVER))
    }

    /// Writes the two members of an application.
    fn members<S: Serializer>(
        &self,
        serializer: S,
        begin: &'static str,
        end: &'static str,
    ) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Period", 2)?;
        members.serialize_field(begin, &self.begin)?;
        members.serialize_field(end, self.end.as_deref().unwrap_or(LONG_TERM))?;
        members.end()
    }
}

/// Writes a period the way intents do.
pub(super) fn json_array<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&period.to_json_array())
}

/// Writes the members of a certificate.
pub(super) fn plain<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "period_begin", "period_end")
}

/// Writes the members of a licence, which may do without.
pub(super) fn plain_if_any<S: Serializer>(period: &Option<Period>, serializer: S) -> Result<S::Ok, S::Error> {
    match period {
        Some(period) => plain(period, serializer),
        None => serializer.serialize_none(),
    }
}

/// Writes the members of a contact's document.
pub(super) fn contact<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "contact_period_begin", "contact_period_end")
}

/// Writes the members of an identity card.
pub(super) fn card<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "card_period_begin", "card_period_end")
}

/// Writes the members of another document.
pub(super) fn doc<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "doc_period_begin", "doc_period_end")
}

/// Writes the members of an owner's document.
pub(super) fn ubo<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "ubo_period_begin", "ubo_period_end")
}

/// Writes the members of an organisation code.
pub(super) fn org<S: Serializer>(period: &Period, serializer: S) -> Result<S::Ok, S::Error> {
    period.members(serializer, "org_period_begin", "org_period_end")
}

/// `YYYY-MM-DD`, and in the calendar.
fn is_day(text: &str) -> bool {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped && Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).is_ok()
}

/// No end, as applications write it.
const LONG_TERM: &str = "长期";
/// No end, as intents write it.
const FOREVER: &str = "forever";

#[cfg(test)]
mod tests {
    use super::Period;

    #[track_caller]
    fn check(begin: &str, end: &str, expected: Result<&str, &str>) {
        let written = Period::new(begin, end).map(|period| period.to_json_array());
        let written = written.map_err(|fault| fault.member.into_owned());
        assert_eq!(written, expected.map(str::to_owned).map_err(str::to_owned), "{begin} {end}");
    }

    #[test]
    fn a_period_is_written_as_a_json_array_in_a_text() {
        check("1970-01-01", "forever", Ok(r#"["1970-01-01","forever"]"#));
        check("1970-01-01", "长期", Ok(r#"["1970-01-01","forever"]"#));
        check("2017-10-28", "2037-10-28", Ok(r#"["2017-10-28","2037-10-28"]"#));
    }

    #[test]
    fn a_period_has_two_days_of_the_calendar_in_order() {
        check("2024-02-29", "2024-03-01", Ok(r#"["2024-02-29","2024-03-01"]"#));
        for begin in ["", "20240101", "2023-02-29", "2024-1-01", "2024-01-01T00:00", "长期", "２024-01-01"]
        {
            check(begin, "长期", Err("period_begin"));
        }
        for end in ["", "2024-13-01", "2024-01-01", "2023-12-31", "永久"] {
            check("2024-01-01", end, Err("period_end"));
        }
    }
}
