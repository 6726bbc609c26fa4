//! Durations as people type them: `+2h`, `30m`, `+1d12h`.

use std::time::Duration;

/// Reads days, hours, minutes and seconds, with or without a plus in front.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let refuse = || format!("`{text}` is not a time such as +2h, +30m or +1d12h");
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(refuse());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
        let (number, unit) = rest.split_at(digits);
        let seconds: u64 = match unit.as_bytes().first() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 86_400,
            Some(_) | None => return Err(refuse()),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
        total = part.and_then(|part| total.checked_add(part)).ok_or_else(refuse)?;
        rest = &unit[1..];
    }
    Ok(Duration::from_secs(total))
}

/// The same the other way: `1d12h`, `0s`.
pub(super) fn printed(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds % 86_400 / 3600, "h"),
        (seconds % 3600 / 60, "m"),
        (seconds % 60, "s"),
    ];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{parse, printed};

    #[test]
    fn durations_are_read_and_printed() {
        for (text, seconds, again) in [
            ("+2h", 7200, "2h"),
            ("30m", 1800, "30m"),
            ("+3d", 259_200, "3d"),
            ("+1d12h", 129_600, "1d12h"),
            ("90s", 90, "1m30s"),
            ("0s", 0, "0s"),
        ] {
            assert_eq!(parse(text).map(|it| it.as_secs()), Ok(seconds), "{text}");
            assert_eq!(printed(seconds), again);
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "+", "2", "h", "2 h", "-2h", "2w", "++2h", "2h3", "99999999999999999999d", "2时"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
