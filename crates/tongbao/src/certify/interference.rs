//! What is done to the traffic between platform and merchant, order by order.
//!
//! One set of rules for the whole run, consulted by the simulator's fault hook, by the postman and in front
//! of the platform's router; cases add rules for their own orders only.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tongbao_sim::{CallFault, CallSeen, Faults};
use tongbao_wire::Call;

/// Which notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Payment,
    Refund,
}

impl Kind {
    pub(super) fn of(event_type: &str) -> Self {
        if event_type.starts_with("REFUND.") { Self::Refund } else { Self::Payment }
    }
}

/// Which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls {
    /// Prepays of this amount in fen: their number is not known beforehand.
    Prepay(i64),
    /// Queries of the order.
    Query,
    /// Refunds of the order.
    Refund,
}

/// One rule about calls.
struct Rule {
    calls: Calls,
    /// The order's numbers at both sides.
    numbers: Vec<String>,
    fault: CallFault,
    /// How often it still applies.
    left: u32,
}

#[derive(Default)]
struct Inner {
    rules: Vec<Rule>,
    withheld: Vec<(String, Kind)>,
    slow: Vec<(String, Duration)>,
    hushed: BTreeSet<String>,
}

/// All rules.
#[derive(Default)]
pub(super) struct Interference(Mutex<Inner>);

impl Interference {
    /// From now on such calls go wrong, so many times.
    pub(super) fn upset(&self, calls: Calls, numbers: Vec<String>, fault: CallFault, times: u32) {
        self.with(|inner| inner.rules.push(Rule { calls, numbers, fault, left: times }));
    }

    /// Takes the rules back that name this number.
    pub(super) fn calm(&self, number: &str) {
        self.with(|inner| inner.rules.retain(|rule| !rule.numbers.iter().any(|one| one == number)));
    }

    /// Such notifications of this order are lost.
    pub(super) fn withhold(&self, out_trade_no: &str, kind: Kind) {
        self.with(|inner| inner.withheld.push((out_trade_no.to_owned(), kind)));
    }

    /// Nothing about these orders is told any more, and nothing of theirs is slow.
    pub(super) fn hush(&self, numbers: impl Iterator<Item = String>) {
        self.with(|inner| {
            inner.slow.clear();
            inner.hushed.extend(numbers);
        });
    }

    /// They arrive again.
    pub(super) fn release(&self, out_trade_no: &str) {
        self.with(|inner| inner.withheld.retain(|(number, _)| number != out_trade_no));
    }

    pub(super) fn is_withheld(&self, out_trade_no: &str, kind: Kind) -> bool {
        self.with(|inner| {
            inner.hushed.contains(out_trade_no)
                || inner.withheld.iter().any(|(number, one)| number == out_trade_no && *one == kind)
        })
    }

    /// The platform answers queries of this order only after so long.
    pub(super) fn slow_down(&self, out_trade_no: &str, by: Duration) {
        self.with(|inner| inner.slow.push((out_trade_no.to_owned(), by)));
    }

    /// How long the answer to a call of this target is kept back.
    pub(super) fn slowness(&self, target: &str) -> Option<Duration> {
        self.with(|inner| inner.slow.iter().find(|(number, _)| target.contains(number)).map(|(_, by)| *by))
    }

    /// The hooks of the simulator.
    pub(super) fn faults(self: &Arc<Self>) -> Faults {
        let rules = self.clone();
        Faults { call: Box::new(move |seen| rules.judge(seen)), ..Faults::default() }
    }

    fn judge(&self, seen: &CallSeen<'_>) -> CallFault {
        self.with(|inner| {
            let Some(rule) = inner.rules.iter_mut().find(|rule| rule.left > 0 && rule.is_about(seen)) else {
                return CallFault::Pass;
            };
            rule.left -= 1;
            rule.fault.clone()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Rule {
    fn is_about(&self, seen: &CallSeen<'_>) -> bool {
        let body = || serde_json::from_slice::<Value>(seen.body).unwrap_or_default();
        match self.calls {
            Calls::Prepay(fen) => {
                seen.endpoint == Call::JsapiPrepay
                    && body().pointer("/amount/total") == Some(&Value::from(fen))
            }
            Calls::Query => {
                matches!(seen.endpoint, Call::Query | Call::QueryById)
                    && self.numbers.iter().any(|number| seen.target.contains(number.as_str()))
            }
            Calls::Refund => {
                let body = body();
                let named = |member: &str| body[member].as_str().map(str::to_owned);
                seen.endpoint == Call::Refund
                    && [named("out_trade_no"), named("transaction_id")]
                        .into_iter()
                        .flatten()
                        .any(|number| self.numbers.contains(&number))
            }
        }
    }
}
