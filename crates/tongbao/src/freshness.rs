//! How stale what we know of a payment is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tongbao_wire::{OutTradeNo, Timestamp};

/// How many payments are remembered. Past it the memory starts anew: the worst that follows is one query
/// more than needed.
const REMEMBERED_MAX: usize = 10_000;

/// When each live payment was last asked about, so that readers ask again only when their truth is stale.
#[derive(Debug, Default)]
pub struct Freshness(Mutex<BTreeMap<OutTradeNo, Timestamp>>);

impl Freshness {
    /// True when nobody asked within the last `within`; then `now` is remembered, so that of many readers
    /// one asks.
    pub fn is_stale(&self, out_trade_no: &OutTradeNo, now: Timestamp, within: Duration) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.get(out_trade_no).is_some_and(|last| now.since(*last) < within) {
            return false;
        }
        remember(&mut heard, out_trade_no, now);
        true
    }

    /// The platform has just spoken of the payment without being asked about it.
    pub fn heard(&self, out_trade_no: &OutTradeNo, now: Timestamp) {
        remember(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), out_trade_no, now);
    }
}

fn remember(heard: &mut BTreeMap<OutTradeNo, Timestamp>, out_trade_no: &OutTradeNo, now: Timestamp) {
    if heard.len() >= REMEMBERED_MAX {
        heard.clear();
    }
    heard.insert(out_trade_no.clone(), now);
}
