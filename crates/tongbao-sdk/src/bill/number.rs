//! The numbers and times of a bill, read byte by byte. No floating point.

use tongbao_wire::Timestamp;

/// Why a cell cannot be read; [`Row`](super::Row) adds where and which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    NotANumber,
    TooFine,
    NotATime,
    NotARate,
}

/// Decimals kept: fees have five.
pub(crate) const DECIMALS: i32 = 5;

/// Reads `12`, `12.3`, `-0.27000` or `6e-05` (as documents of 2014 print small fees) in units of 10^-5.
pub(crate) fn decimal(text: &[u8]) -> Result<i64, Fault> {
    let (negative, digits) = match text {
        [] => return Err(Fault::Empty),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (whole, used) = run(digits, 0)?;
    let (mut value, mut decimals, mut at) = (whole, 0, used);
    if used == 0 {
        return Err(Fault::NotANumber);
    }
    if digits.get(at) == Some(&b'.') {
        let (with_fraction, fraction) = run(&digits[at + 1..], value)?;
        if fraction == 0 {
            return Err(Fault::NotANumber);
        }
        value = with_fraction;
        decimals = i32::try_from(fraction).map_err(|_| Fault::TooFine)?;
        at += 1 + fraction;
    }
    if at < digits.len() {
        decimals -= exponent(&digits[at..])?;
    }
    let scaled = scale(value, DECIMALS - decimals)?;
    Ok(if negative { -scaled } else { scaled })
}

/// Appends the leading digits of `text` to `value`, and says how many there were.
fn run(text: &[u8], mut value: i64) -> Result<(i64, usize), Fault> {
    let mut used = 0;
    while let Some(digit) = text.get(used).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit.into()))
            .ok_or(Fault::NotANumber)?;
        used += 1;
    }
    Ok((value, used))
}

/// Reads `e-05`.
fn exponent(text: &[u8]) -> Result<i32, Fault> {
    let (b'e' | b'E', Some(rest)) = (text[0], text.get(1..)) else { return Err(Fault::NotANumber) };
    let (negative, digits) = match rest {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let (value, used) = run(digits, 0)?;
    if used == 0 || used != digits.len() || value > EXPONENT_MAX {
        return Err(Fault::NotANumber);
    }
    let value = i32::try_from(value).map_err(|_| Fault::NotANumber)?;
    Ok(if negative { -value } else { value })
}

/// `value` times ten to the `places`, if that is a whole number that fits.
fn scale(value: i64, places: i32) -> Result<i64, Fault> {
    let Some(factor) = 10_i64.checked_pow(places.unsigned_abs()) else {
        return if value == 0 { Ok(0) } else { Err(Fault::NotANumber) };
    };
    if places >= 0 {
        value.checked_mul(factor).ok_or(Fault::NotANumber)
    } else if value % factor == 0 {
        Ok(value / factor)
    } else {
        Err(Fault::TooFine)
    }
}

/// Reads `0.60%` in units of 10^-5 percent.
pub(crate) fn rate(text: &[u8]) -> Result<i64, Fault> {
    let [number @ .., b'%'] = text else { return Err(Fault::NotARate) };
    decimal(number).map_err(|_| Fault::NotARate)
}

/// Reads `3`, or `3.0` as some summaries print it.
pub(crate) fn count(text: &[u8]) -> Result<u64, Fault> {
    let value = scale(decimal(text)?, -DECIMALS)?;
    u64::try_from(value).map_err(|_| Fault::NotANumber)
}

/// Reads `2026-03-01 10:00:00`, Beijing time.
pub(crate) fn time(text: &[u8]) -> Result<Timestamp, Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    let text: &[u8; 19] = text.try_into().map_err(|_| Fault::NotATime)?;
    let punctuated =
        text[4] == b'-' && text[7] == b'-' && text[10] == b' ' && text[13] == b':' && text[16] == b':';
    let pair = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        if tens < 10 && ones < 10 { Ok(i64::from(tens * 10 + ones)) } else { Err(Fault::NotATime) }
    };
    let (year, month, day) = (pair(0)? * 100 + pair(2)?, pair(5)?, pair(8)?);
    let (hour, minute, second) = (pair(11)?, pair(14)?, pair(17)?);
    let possible = punctuated
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !possible {
        return Err(Fault::NotATime);
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Ok(Timestamp::from_seconds(seconds - BEIJING_SECONDS))
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, counting years from March so that the leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_month = (153 * month + 2) / 5;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + days_before_month + day - 1 - DAYS_TO_EPOCH
}

/// From 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;
/// Beijing is eight hours ahead, without summer time since 1991.
const BEIJING_SECONDS: i64 = 8 * 3600;
/// Far more than any amount has.
const EXPONENT_MAX: i64 = 30;

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
    use tongbao_wire::Timestamp;

    use super::{Fault, count, decimal, rate, time};

    #[test]
    fn amounts_are_read_in_every_form_bills_print() {
        for (text, value) in [
            ("0", 0),
            ("0.00", 0),
            ("29.90", 2_990_000),
            ("45.0", 4_500_000),
            ("-0.27000", -27_000),
            ("0.00006", 6),
            ("6e-05", 6),
            ("1.2E-4", 12),
            ("1e2", 10_000_000),
            ("0.000000", 0),
            ("0.1000000000", 10_000),
            ("0e-30", 0),
            ("92233720368547.75807", i64::MAX),
        ] {
            assert_eq!(decimal(text.as_bytes()), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_and_what_is_too_fine_is_not_rounded() {
        for text in [
            "-",
            ".",
            "1.",
            ".5",
            "+1",
            " 1",
            "1 ",
            "1,000",
            "--1",
            "e5",
            "1e",
            "1e-",
            "1e99999999999999999999",
            "1e31",
            "0x1",
            "１",
            "99999999999999999999",
            "92233720368547.75808",
            "1.5.0",
            "NaN",
            "一",
        ] {
            assert_eq!(decimal(text.as_bytes()), Err(Fault::NotANumber), "{text}");
        }
        for text in ["0.000001", "1.234567", "6e-06"] {
            assert_eq!(decimal(text.as_bytes()), Err(Fault::TooFine), "{text}");
        }
        assert_eq!(decimal(b""), Err(Fault::Empty));
    }

    #[test]
    fn rates_and_counts_are_read() {
        assert_eq!(rate(b"0.60%"), Ok(60_000));
        assert_eq!(rate(b"1%"), Ok(100_000));
        for text in ["", "%", "0.60", "0.60%%", "0.60 %"] {
            assert_eq!(rate(text.as_bytes()), Err(Fault::NotARate), "{text}");
        }
        assert_eq!((count(b"48"), count(b"20.0"), count(b"0")), (Ok(48), Ok(20), Ok(0)));
        assert_eq!((count(b"-1"), count(b"1.5")), (Err(Fault::NotANumber), Err(Fault::TooFine)));
    }

    #[test]
    fn only_times_of_the_calendar_are_read() {
        let read = |text: &str| time(text.as_bytes());
        assert_eq!(read("1970-01-01 08:00:00"), Ok(Timestamp::from_seconds(0)));
        assert_eq!(read("2018-06-08 10:34:56"), Ok(Timestamp::from_seconds(1_528_425_296)));
        assert_eq!(read("2024-02-29 00:00:00").map(Timestamp::civil), Ok("2024-02-29 00:00:00".into()));
        for text in [
            "2018-06-08",
            "2018-06-08T10:34:56",
            "2018-06-08 10:34:60",
            "2018-06-08 24:00:00",
            "2018-13-08 10:34:56",
            "2018-00-08 10:34:56",
            "2018-06-31 10:34:56",
            "2023-02-29 10:34:56",
            "2018-06-00 10:34:56",
            "2018-06-08 10:3a:56",
            "2018-06-08 10:34:5",
            "2018-06-08 10：34：56",
            "xxxxxxxxxxxxxxxxxxx",
        ] {
            assert_eq!(read(text), Err(Fault::NotATime), "{text}");
        }
        assert_eq!(read(""), Err(Fault::Empty));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn times_agree_with_the_calendar(seconds in 0_i64..4_000_000_000) {
            let instant = Timestamp::from_seconds(seconds);
            prop_assert_eq!(time(instant.civil().as_bytes()), Ok(instant));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = (decimal(&bytes), rate(&bytes), count(&bytes), time(&bytes));
        }
    }
}
