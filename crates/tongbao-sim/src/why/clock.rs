//! How far a timestamp is off, and what makes it so.

use super::mistake::{Mistake, header};

/// The mistakes of a time that is `said` where transport time is `transport`, all in seconds since 1970.
/// Empty within `window` seconds.
pub(crate) fn mistakes(said: i64, transport: i64, business: i64, window: u64) -> Vec<Mistake> {
    let off = said.abs_diff(transport);
    if off <= window {
        return Vec::new();
    }
    let near = |reference: i64| said.abs_diff(reference) <= window;
    let mut found = Vec::new();
    if near(business) {
        found.push(header::CLOCK_BUSINESS);
    }
    let hours = (off + HOUR / 2) / HOUR;
    if (1..=14).contains(&hours) && off.abs_diff(hours * HOUR) <= ZONE_SECONDS {
        found.push(header::CLOCK_ZONE);
    }
    found.push(if said < transport { header::CLOCK_STALE } else { header::CLOCK_AHEAD });
    found
}

const HOUR: u64 = 3600;
/// How exactly an offset has to be whole hours.
const ZONE_SECONDS: u64 = 30;

#[cfg(test)]
mod tests {
    use super::mistakes;

    #[track_caller]
    fn check(said: i64, business: i64, ids: &[&str]) {
        let found: Vec<_> = mistakes(said, 1_000_000, business, 300).iter().map(|it| it.id).collect();
        assert_eq!(found, ids, "{said}");
    }

    #[test]
    fn a_wrong_time_is_told_by_how_far_it_is_off() {
        check(1_000_300, 1_000_000, &[]);
        check(999_700, 1_000_000, &[]);
        check(1_000_301, 1_000_000, &["clock_ahead"]);
        check(999_000, 1_000_000, &["clock_stale"]);
        check(1_000_000 + 8 * 3600 + 2, 1_000_000, &["clock_time_zone", "clock_ahead"]);
        check(1_000_000 - 8 * 3600, 1_000_000, &["clock_time_zone", "clock_stale"]);
        check(1_009_005, 1_009_000, &["clock_business_time", "clock_ahead"]);
        check(i64::MAX, i64::MIN, &["clock_ahead"]);
    }
}
