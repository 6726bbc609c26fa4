//! Instants.

use std::fmt;
use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
///
/// On the wire it is RFC 3339; the platform writes Beijing time (`+08:00`), and so do we.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The platform's day is Beijing's, which has had no summer time since 1991.
const BEIJING: Offset = Offset::constant(8);

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, as signatures carry them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant, `after` later. Saturates.
    #[must_use]
    pub fn plus(self, after: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant, `before` earlier. Saturates.
    #[must_use]
    pub fn minus(self, before: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(before.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339 with any offset, with or without a fraction.
    ///
    /// # Errors
    /// [`TimestampError`] when the text is not RFC 3339.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimestampError> {
        let refuse = || TimestampError { text: text.chars().take(40).collect() };
        if text.len() > 40 {
            return Err(refuse());
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| refuse())?;
        Ok(Self(instant.as_millisecond()))
    }

    /// Beijing time to the second with its offset: `2018-06-08T10:34:56+08:00`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.beijing("%Y-%m-%dT%H:%M:%S%:z")
    }

    /// Beijing time to the millisecond with its offset: `2022-12-15T13:29:35.120+08:00`, as order shipping
    /// wants it (miniprogram.md §4.3).
    #[must_use]
    pub fn rfc3339_millis(self) -> String {
        self.beijing("%Y-%m-%dT%H:%M:%S.%3f%:z")
    }

    /// Beijing time for people: `2018-06-08 10:34:56`.
    #[must_use]
    pub fn civil(self) -> String {
        self.beijing("%Y-%m-%d %H:%M:%S")
    }

    /// Beijing time in the digits some platform ids start with: `20180608103456`.
    #[must_use]
    pub fn digits(self) -> String {
        self.beijing("%Y%m%d%H%M%S")
    }

    /// The civil day in Beijing, `2018-06-08`: what a bill is named by.
    #[must_use]
    pub fn beijing_date(self) -> String {
        self.beijing("%Y-%m-%d")
    }

    fn beijing(self, format: &str) -> String {
        // Clamped to the years a calendar can print, so that a hostile number cannot panic.
        let millis = self.0.clamp(-62_135_596_800_000, 253_402_200_000_000);
        let instant = jiff::Timestamp::from_millisecond(millis).expect("clamped to the calendar");
        instant.to_zoned(TimeZone::fixed(BEIJING)).strftime(format).to_string()
    }
}

/// RFC 3339 in Beijing time, to the second.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).map_err(serde::de::Error::custom)
    }
}

/// Text that is not an RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an RFC 3339 time such as 2018-06-08T10:34:56+08:00")]
pub struct TimestampError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn beijing_time_is_written_and_every_offset_is_read() {
        let instant = Timestamp::from_seconds(1_528_425_296);
        assert_eq!(instant.rfc3339(), "2018-06-08T10:34:56+08:00");
        for text in ["2018-06-08T10:34:56+08:00", "2018-06-08T02:34:56Z", "2018-06-08T02:34:56.000Z"] {
            assert_eq!(Timestamp::parse_rfc3339(text), Ok(instant), "{text}");
        }
        assert_eq!(instant.digits(), "20180608103456");
        assert_eq!(instant.beijing_date(), "2018-06-08");
    }

    #[test]
    fn milliseconds_are_written_with_all_three_digits() {
        for text in [
            "2022-12-15T13:29:35.120+08:00",
            "2022-12-15T13:29:35.000+08:00",
            "1969-12-31T23:59:59.001+08:00",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text).map(Timestamp::rfc3339_millis).as_deref(), Ok(text));
        }
        for millis in [i64::MIN, i64::MAX] {
            assert!(!Timestamp::from_millis(millis).rfc3339_millis().is_empty());
        }
    }

    #[test]
    fn other_text_is_refused_and_extremes_do_not_panic() {
        for text in ["", "2018-06-08", "2018-06-08 10:34:56", "yesterday", "2018-13-08T10:34:56+08:00"] {
            assert!(Timestamp::parse_rfc3339(text).is_err(), "{text}");
        }
        for millis in [i64::MIN, i64::MAX, 0] {
            assert!(!Timestamp::from_millis(millis).rfc3339().is_empty());
        }
    }
}
