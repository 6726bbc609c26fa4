//! What is around every page: language, navigation, the time.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{ACCEPT_LANGUAGE, COOKIE};
use http::request::Parts;
use http::{HeaderMap, Uri};
use tongbao_wire::Timestamp;

use crate::why::{Said, percent};
use crate::{Pace, Simulator};

/// What templates know as `f`.
pub(super) struct Frame {
    /// Chinese, else English.
    pub(super) zh: bool,
    /// Asked for in the address, so it is remembered.
    chosen: bool,
    /// Which entry of the navigation this page belongs to.
    pub(super) section: &'static str,
    /// Business time, as `10:00:00`.
    pub(super) time: String,
    /// Business day, as `2026-03-01`.
    pub(super) day: String,
    /// How far business time is ahead or behind; empty when it is neither.
    pub(super) ahead: String,
    /// How fast business time passes; empty when it does as everywhere.
    pub(super) pace: String,
    /// This page's path and query without `lang`.
    here: String,
}

impl FromRequestParts<Simulator> for Frame {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, simulator: &Simulator) -> Result<Self, Response> {
        Ok(Self::of(&parts.uri, &parts.headers, simulator))
    }
}

impl Frame {
    fn of(uri: &Uri, headers: &HeaderMap, simulator: &Simulator) -> Self {
        let query = uri.query().unwrap_or_default();
        let lang = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let clock = simulator.clock();
        let (day, time) = split(clock.now);
        let zh = lang.map_or_else(|| remembered(headers), |lang| lang != "en");
        Self {
            zh,
            chosen: lang.is_some(),
            section: section(uri.path()),
            time: time[..8].to_owned(),
            day,
            ahead: apart(clock.ahead_seconds),
            pace: match clock.pace {
                Pace::Real => String::new(),
                Pace::Scaled(rate) => format!("×{rate}"),
                Pace::Frozen => (if zh { "冻结" } else { "frozen" }).to_owned(),
            },
            here: without_lang(uri.path(), query),
        }
    }

    /// The text in the page's language.
    pub(super) fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.zh { zh } else { en }
    }

    /// What was said in the page's language.
    pub(super) fn said<'a>(&self, said: &'a Said) -> &'a str {
        if self.zh { &said.zh } else { &said.en }
    }

    /// `aria-current` of an entry of the navigation.
    pub(super) fn current(&self, section: &str) -> &'static str {
        if self.section == section { "page" } else { "false" }
    }

    /// This page in another language.
    pub(super) fn in_language(&self, lang: &str) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={lang}", self.here)
    }

    /// Remembers the language that was asked for.
    pub(super) fn cookie(&self) -> Option<&'static str> {
        let cookie = if self.zh { "lang=zh; Path=/; Max-Age=31536000; SameSite=Lax" } else { ENGLISH };
        self.chosen.then_some(cookie)
    }
}

const ENGLISH: &str = "lang=en; Path=/; Max-Age=31536000; SameSite=Lax";

/// The cookie, then the first of `Accept-Language`; Chinese unless it says otherwise.
fn remembered(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let cookie = text(COOKIE).and_then(|cookie| {
        cookie.split(';').find_map(|pair| pair.trim().strip_prefix("lang=").map(|lang| lang != "en"))
    });
    cookie.unwrap_or_else(|| {
        let accepted = text(ACCEPT_LANGUAGE).unwrap_or_default();
        !accepted.trim_start().to_ascii_lowercase().starts_with("en")
    })
}

fn section(path: &str) -> &'static str {
    let second = path.split('/').nth(2).unwrap_or_default();
    match second {
        "notifications" => "notifications",
        "books" | "bills" | "orders" => "books",
        "faults" => "faults",
        "clock" => "clock",
        _ if path.starts_with("/phone") => "phone",
        _ => "exchanges",
    }
}

fn without_lang(path: &str, query: &str) -> String {
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// `2026-03-01` and `10:00:00.123`, in Beijing.
pub(super) fn split(at: Timestamp) -> (String, String) {
    let text = at.rfc3339_millis();
    let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
    (day.to_owned(), format!("{:<12.12}", rest))
}

/// `2026-03-01 10:00:00`, in Beijing.
pub(super) fn moment(at: Timestamp) -> String {
    let (day, time) = split(at);
    format!("{day} {}", &time[..8])
}

/// `+2h`, `+1d 3h`; empty for nothing.
pub(super) fn ahead(seconds: u64) -> String {
    let parts =
        [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let told: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if told.is_empty() { String::new() } else { format!("+{}", told.join(" ")) }
}

/// The same for what may be behind: `−5m`.
fn apart(seconds: i64) -> String {
    let told = ahead(seconds.unsigned_abs());
    if seconds < 0 { told.replacen('+', "−", 1) } else { told }
}

/// A query of these pairs, without those that say nothing.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let told = pairs.iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| format!("{name}={}", percent::encode(value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::{ahead, apart, query, without_lang};

    #[test]
    fn times_are_told_in_two_units_and_queries_without_what_says_nothing() {
        assert_eq!(ahead(0), "");
        assert_eq!(ahead(7200), "+2h");
        assert_eq!((apart(7200).as_str(), apart(-301).as_str(), apart(0).as_str()), ("+2h", "−5m 1s", ""));
        assert_eq!(ahead(90_061), "+1d 1h");
        assert_eq!(query(&[("q", "a b&c"), ("show", ""), ("before", "3")]), "q=a%20b%26c&before=3");
        assert_eq!(without_lang("/inspector", "lang=en&q=1"), "/inspector?q=1");
        assert_eq!(without_lang("/inspector", "lang=en"), "/inspector");
    }
}
