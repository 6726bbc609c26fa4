//! Short addresses and reports (v2.md §3.10, §3.11).

use serde_json::Value;
use tongbao_wire::Call;

use super::Handled;
use super::answer::Answer;
use super::fields::Fields;
use super::form::{Kind, Member, may, must};
use super::gate::Asked;
use super::refused::Refused;
use crate::Simulator;
use crate::settings::LETTERS;

/// The calls answered here.
pub(super) const CALLS: &[Handled] =
    &[(Call::ShortUrl, SHORT_URL, short_url), (Call::Report, REPORT, report)];

const SHORT_URL: &[Member] = &[must("long_url", Kind::Text(512))];

/// Of both shapes; which one it is, `trades` tells.
const REPORT: &[Member] = &[
    must("interface_url", Kind::Text(127)),
    must("user_ip", Kind::Ip),
    may("time", Kind::Time),
    may("execute_time", Kind::Number),
    may("execute_time_", Kind::Number),
    may("trades", Kind::Text(1024)),
];

/// `POST /tools/shorturl`: only codes of Native mode 1 are shortened.
fn short_url(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let platform = &simulator.inner.platform;
    let long_url = asked.said("long_url");
    if !long_url.starts_with("weixin://") {
        return Err(Refused::malformed("long_url"));
    }
    let token = platform.chance.text(6, LETTERS);
    simulator
        .with_state(|state, _, _| state.short_urls.insert(token.clone(), long_url.into(), SHORT_URLS_MAX));
    let mut told = Fields::new();
    told.text("short_url", format!("{SHORT}{token}"));
    Ok(Answer::Signed(told))
}

/// `POST /payitil/report`: taken and forgotten.
fn report(_: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    match asked.get("trades") {
        Some(said) => {
            let trades: Option<Vec<Value>> = serde_json::from_str(said).ok();
            let named = |trade: &Value| trade.get("out_trade_no").is_some_and(Value::is_string);
            if !trades.is_some_and(|trades| trades.iter().all(named)) {
                return Err(Refused::malformed("trades"));
            }
        }
        None => {
            if asked.get("execute_time").or(asked.get("execute_time_")).is_none() {
                return Err(Refused::lacks("execute_time"));
            }
            for name in ["return_code", "result_code"] {
                asked.get(name).ok_or_else(|| Refused::lacks(name))?;
            }
        }
    }
    let mut told = Fields::new();
    told.text("return_code", "SUCCESS");
    told.text("return_msg", "OK");
    told.text("result_code", "SUCCESS");
    Ok(Answer::Unsigned(told))
}

/// How short addresses begin.
pub(super) const SHORT: &str = "weixin://wxpay/s/";
const SHORT_URLS_MAX: u64 = 10_000;
