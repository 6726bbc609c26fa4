//! `sim clock`: what may be asked of the clock, and what it answers.

use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_sim::Pace;
use tongbao_wire::Timestamp;

use super::super::table::plain;
use super::duration;
use crate::lang::Lang;

/// Ahead by so much, ahead to an instant, or another pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    By(std::time::Duration),
    To(Timestamp),
    Pace(Pace),
}

impl Turn {
    /// Reads `+2h`, `2026-03-01T10:00:00+08:00`, `real`, `frozen` or `x60`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Ok(by) = duration::parse(text) {
            return Ok(Self::By(by));
        }
        if let Ok(at) = Timestamp::parse_rfc3339(text) {
            return Ok(Self::To(at));
        }
        text.parse().map(Self::Pace).map_err(|_| {
            let fastest = Pace::FASTEST;
            format!("`{text}` is none of +2h, 2026-03-01T10:00:00+08:00, real, frozen, and x2 to x{fastest}")
        })
    }

    /// As the control API wants it.
    pub(super) fn body(self) -> Value {
        match self {
            Self::By(by) => json!({ "advance_seconds": by.as_secs() }),
            Self::To(at) => json!({ "advance_to": at }),
            Self::Pace(pace) => json!({ "pace": pace }),
        }
    }
}

/// What the clock answers.
#[derive(Deserialize)]
pub(super) struct Clock {
    now: String,
    ahead_seconds: i64,
    pace: Pace,
}

impl Clock {
    pub(super) fn told(&self, lang: Lang) -> String {
        let (now, apart) = (plain(&self.now), duration::printed(self.ahead_seconds.unsigned_abs()));
        let pace = match (self.pace, lang) {
            (Pace::Real, _) => String::new(),
            (Pace::Scaled(rate), Lang::Zh) => format!("，{rate} 倍速"),
            (Pace::Scaled(rate), Lang::En) => format!(", {rate} times as fast"),
            (Pace::Frozen, Lang::Zh) => "，已冻结".to_owned(),
            (Pace::Frozen, Lang::En) => ", standing still".to_owned(),
        };
        match (lang, self.ahead_seconds < 0) {
            (Lang::Zh, false) => format!("模拟器时间 {now}，比真实时间快 {apart}{pace}\n"),
            (Lang::Zh, true) => format!("模拟器时间 {now}，比真实时间慢 {apart}{pace}\n"),
            (Lang::En, false) => format!("simulator time {now}, {apart} ahead of real time{pace}\n"),
            (Lang::En, true) => format!("simulator time {now}, {apart} behind real time{pace}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Turn;

    #[test]
    fn what_may_be_asked_of_the_clock_goes_to_the_control_api() {
        for (text, body) in [
            ("+2h", json!({"advance_seconds": 7200})),
            ("2026-03-01T10:00:00+08:00", json!({"advance_to": "2026-03-01T10:00:00+08:00"})),
            ("frozen", json!({"pace": "frozen"})),
            ("x60", json!({"pace": "x60"})),
            ("real", json!({"pace": "real"})),
        ] {
            assert_eq!(Turn::parse(text).map(Turn::body), Ok(body), "{text}");
        }
        for text in ["", "soon", "x0", "x99999999", "-2h", "2026-03-01"] {
            assert!(Turn::parse(text).unwrap_err().contains("none of +2h"), "{text}");
        }
    }
}
