//! Short addresses, reports, the key of the sandbox, and products nobody has here (v2.md §3.10 to §3.13).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongbao_wire::{Call, Mchid, Timestamp};

use super::Handled;
use super::answer::Answer;
use super::fields::Fields;
use super::form::{Kind, Member, may, must};
use super::gate::Asked;
use super::refused::Refused;
use crate::Simulator;
use crate::platform::Platform;
use crate::settings::{LETTERS, LOWER_HEX};
use crate::state::State;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::ShortUrl, SHORT_URL, short_url),
    (Call::Report, REPORT, report),
    (Call::SandboxKey, &[], sandbox_key),
];

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

/// The keys the sandbox has given out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SandboxKeys(BTreeMap<Mchid, (String, Timestamp)>);

/// `POST /tools/shorturl`: only codes of Native mode 1 are shortened.
fn short_url(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let platform = &simulator.inner.platform;
    let long_url = asked.said("long_url");
    if !long_url.starts_with("weixin://") {
        return Err(Refused::malformed("long_url"));
    }
    let token = platform.chance.text(6, LETTERS);
    simulator.with_state(|state, _, _| state.short_urls.keep(token.clone(), long_url.into()));
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

/// `POST /xdc/apiv2getsignkey/sign/getsignkey`, signed with the merchant's own key.
fn sandbox_key(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let key =
        simulator.with_state(|state, platform, now| state.new_sandbox_key(platform, asked.mchid(), now));
    let mut told = Fields::new();
    told.text("return_code", "SUCCESS");
    told.text("return_msg", "ok");
    told.text("mch_id", asked.mchid().as_str());
    told.text("sandbox_signkey", key);
    Ok(Answer::Unsigned(told))
}

impl State {
    /// The key of the sandbox, while it is good.
    pub(super) fn sandbox_key(&self, mchid: &Mchid, now: Timestamp) -> Option<String> {
        let (key, since) = self.sandbox_keys.0.get(mchid)?;
        (now.since(*since) < SANDBOX_KEY_LIVES).then(|| key.clone())
    }

    /// The same key until it is no longer good.
    fn new_sandbox_key(&mut self, platform: &Platform, mchid: &Mchid, now: Timestamp) -> String {
        if let Some(known) = self.sandbox_key(mchid, now) {
            return known;
        }
        let key = platform.chance.text(32, LOWER_HEX);
        self.sandbox_keys.0.insert(mchid.clone(), (key.clone(), now));
        key
    }
}

/// What short addresses stand for; the oldest is forgotten first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ShortUrls {
    known: BTreeMap<String, String>,
    order: std::collections::VecDeque<String>,
}

impl ShortUrls {
    fn keep(&mut self, token: String, long_url: String) {
        while self.order.len() >= SHORT_URLS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        self.order.push_back(token.clone());
        self.known.insert(token, long_url);
    }

    /// The address behind a short one.
    pub(crate) fn long(&self, short_url: &str) -> Option<&str> {
        self.known.get(short_url.strip_prefix(SHORT)?).map(String::as_str)
    }
}

const SHORT: &str = "weixin://wxpay/s/";
const SHORT_URLS_MAX: usize = 10_000;
/// Not published (v2.md §3.12 \[S\]: clients keep it for an hour).
const SANDBOX_KEY_LIVES: Duration = Duration::from_secs(24 * 3600);
