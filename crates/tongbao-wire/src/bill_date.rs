//! The day of a bill.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

/// A civil day in Beijing, `2019-06-11`: what a bill is named by. Always a day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillDate(Date);

impl BillDate {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`BillDateError`] when the text has another form, or the calendar has no such day.
    pub fn parse(text: &str) -> Result<Self, BillDateError> {
        let refuse = || BillDateError { text: text.chars().take(SHOWN_CHARS_MAX).collect() };
        let plain = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 10 || !plain {
            return Err(refuse());
        }
        text.parse().map(Self).map_err(|_| refuse())
    }

    /// The day in Beijing at `instant`.
    #[must_use]
    pub fn of(instant: Timestamp) -> Self {
        Self::parse(&instant.beijing_date()).expect("a timestamp prints a day of the calendar")
    }

    /// The day before. The first day of the calendar stays.
    #[must_use]
    pub fn yesterday(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0))
    }

    /// `20190611`, as APIv2 writes it (v2.md §3.5).
    #[must_use]
    pub fn digits(self) -> String {
        self.to_string().replace('-', "")
    }
}

/// `2019-06-11`, as APIv3 writes it (v3.md §7.1).
impl fmt::Display for BillDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for BillDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillDate({self})")
    }
}

impl Serialize for BillDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BillDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Text that is not the day of a bill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a day of the calendar such as 2019-06-11")]
pub struct BillDateError {
    text: String,
}

/// A day has ten characters; what is longer is shown only so far.
const SHOWN_CHARS_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::BillDate;
    use crate::Timestamp;

    #[test]
    fn only_days_of_the_calendar_are_bill_dates() {
        for text in ["2019-06-11", "2024-02-29", "2026-12-31"] {
            assert_eq!(BillDate::parse(text).map(|date| date.to_string()), Ok(text.into()));
        }
        for text in [
            "",
            "20190611",
            "2019-6-11",
            "2019-06-31",
            "2023-02-29",
            "2019-06-11T00:00",
            "２019-06-11",
            "2019/06/11",
        ] {
            assert!(BillDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn both_protocols_write_the_day_their_own_way() {
        let date = BillDate::parse("2019-06-01").expect("a day");
        assert_eq!(date.digits(), "20190601");
        assert_eq!(date.yesterday().to_string(), "2019-05-31");
        assert_eq!(serde_json::to_string(&date).expect("text"), "\"2019-06-01\"");
        assert!(serde_json::from_str::<BillDate>("\"2019-02-30\"").is_err());
    }

    #[test]
    fn the_day_changes_at_midnight_in_beijing() {
        let before = Timestamp::parse_rfc3339("2019-06-11T15:59:59Z").expect("an instant");
        let after = Timestamp::parse_rfc3339("2019-06-11T16:00:00Z").expect("an instant");
        assert_eq!(BillDate::of(before).to_string(), "2019-06-11");
        assert_eq!(BillDate::of(after).to_string(), "2019-06-12");
        for millis in [i64::MIN, i64::MAX] {
            let _ = BillDate::of(Timestamp::from_millis(millis)).yesterday();
        }
    }
}
