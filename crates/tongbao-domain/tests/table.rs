//! Every state with every input, decided.
//!
//! The rows are in `table/payment.txt` and `table/refund.txt`: sentences to be read, not data. Under each
//! state stands each input and, after the arrow, what comes of it: the events, then where the order and its
//! payments (or refunds) stand, then when its jobs are due. A pair without a row fails, and so does a state
//! or an input that this file does not know.

#![allow(clippy::unwrap_used, reason = "a test that does not hold panics")]

#[path = "table/refund.rs"]
mod refund;
#[path = "table/situation.rs"]
mod situation;
#[path = "support/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use situation::Situation;
use tongbao_domain::{
    Cashier, Cause, ClientResult, CloseReason, Input, JobChange, JobKey, Order, OrderState, PlatformRefusal,
    Policy, Scene, Sent, Step, step,
};
use tongbao_wire::{Fen, RefundStatus, TradeState};
use world::{START, absent, pay, payment_no, prepay_id, refund_no, refund_seen, seen};

/// The moment at which everything in the tables happens, after [`START`].
const MOMENT: Duration = Duration::from_secs(10);

#[test]
fn every_state_of_a_payment_with_every_input_is_decided() {
    let actual = Situation::ALL.iter().flat_map(|situation| {
        let order = situation.order();
        acts(&order).into_iter().map(move |(act, input)| {
            ((situation.sentence().to_owned(), act), check(&order, input, Order::payments_in_words))
        })
    });
    compare(include_str!("table/payment.txt"), actual.collect());
}

#[test]
fn every_state_of_a_refund_with_every_input_is_decided() {
    let actual = refund::Situation::ALL.iter().flat_map(|situation| {
        let order = situation.order();
        refund::acts(&order).into_iter().map(move |(act, input)| {
            ((situation.sentence().to_owned(), act), check(&order, input, Order::refunds_in_words))
        })
    });
    compare(include_str!("table/refund.txt"), actual.collect());
}

#[test]
fn the_table_knows_every_pair_of_states_that_can_be() {
    let reached: BTreeSet<_> =
        Situation::ALL.iter().map(|situation| situation::pair(&situation.order())).collect();
    let possible: BTreeSet<_> =
        situation::pairs().into_iter().filter(|pair| situation::can_be(*pair)).collect();
    assert_eq!(reached, possible);
}

#[test]
fn the_table_knows_every_input() {
    let order = Situation::Payable.order();
    let used: BTreeSet<_> = acts(&order).iter().map(|(_, input)| kind(input)).collect();
    assert_eq!(used, (0..KINDS).collect());
}

/// What one input makes of an order, in words.
fn check(order: &Order, input: Input, standing: fn(&Order) -> String) -> String {
    match step(order, input, &Policy::default(), START.plus(MOMENT)) {
        Ok(None) => "nothing new".into(),
        Err(refusal) => format!("refused: {refusal}"),
        Ok(Some(step)) => {
            assert_eq!(step.order.version, order.version + 1);
            let mut words = vec![events(&step).join(", "), standing(&step.order)];
            words.extend(step.jobs.iter().map(job));
            words.join("; ")
        }
    }
}

fn events(step: &Step) -> Vec<String> {
    let name = |event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
    step.events.iter().map(|event| name(&event.kind)).collect()
}

fn job(change: &JobChange) -> String {
    let name = |key: &JobKey| match key {
        JobKey::Tend => "tend".to_owned(),
        JobKey::Refund { out_refund_no } => out_refund_no.to_string(),
    };
    match change {
        JobChange::Set { key, due } => {
            format!("{} in {} s", name(key), due.since(START.plus(MOMENT)).as_secs())
        }
        JobChange::Remove { key } => format!("no {}", name(key)),
    }
}

/// Standings in words, for the rows.
trait InWords {
    fn payments_in_words(&self) -> String;
    fn refunds_in_words(&self) -> String;
}

impl InWords for Order {
    fn payments_in_words(&self) -> String {
        let payments: Vec<_> = self.payments.iter().map(|payment| payment.state.as_str()).collect();
        let state = match &self.state {
            OrderState::Open => "open".to_owned(),
            OrderState::Closing { reason, .. } => format!("closing ({})", reason.as_str()),
            OrderState::Paid { out_trade_no, .. } => format!("paid by {out_trade_no}"),
            OrderState::Closed { reason, .. } => format!("closed ({})", reason.as_str()),
        };
        let quarantine = if self.quarantine.is_some() { " in quarantine" } else { "" };
        format!("{state}{quarantine} [{}]", payments.join(" "))
    }

    fn refunds_in_words(&self) -> String {
        let refunds: Vec<_> = self.refunds.iter().map(|refund| refund.state.as_str()).collect();
        let quarantine = if self.quarantine.is_some() { "quarantine " } else { "" };
        format!("{quarantine}[{}]", refunds.join(" "))
    }
}

type Rows = BTreeMap<(String, String), String>;

/// Fails with every row that is missing, superfluous or different, as it would have to be written.
fn compare(text: &str, actual: Vec<((String, String), String)>) {
    let mut expected = read(text);
    let mut wrong = Vec::new();
    for ((situation, act), outcome) in actual {
        if expected.remove(&(situation.clone(), act.clone())).as_ref() != Some(&outcome) {
            wrong.push(format!("{situation}:\n  {act} -> {outcome}"));
        }
    }
    wrong.extend(expected.keys().map(|(situation, act)| format!("{situation}:\n  {act} is no pair")));
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

fn read(text: &str) -> Rows {
    let mut rows = Rows::new();
    let mut situation = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(row) = line.strip_prefix("  ") {
            let (act, outcome) = row.split_once(" -> ").expect("a row has an arrow");
            let before = rows.insert((situation.clone(), act.trim().into()), outcome.trim().into());
            assert_eq!(before, None, "{situation}: {act} stands twice");
        } else {
            situation = line.trim_end_matches(':').into();
        }
    }
    rows
}

/// Every input that can be told apart, at the order's latest payment.
fn acts(order: &Order) -> Vec<(String, Input)> {
    let no = order.payments.last().map_or(payment_no(1), |payment| payment.out_trade_no.clone());
    let out_trade_no = || no.clone();
    let refusal = || PlatformRefusal { code: "NO_AUTH".into(), message: "无权限".into() };
    let refused = |sent| Input::PrepayRefused { out_trade_no: out_trade_no(), refusal: refusal(), sent };
    let accepted =
        |cashier| Input::PrepayAccepted { out_trade_no: out_trade_no(), prepay_id: prepay_id(2), cashier };
    let close = |reason| Input::Close { reason, cause: Cause::Query };
    let by_hand =
        refund_seen(order, (&refund_no(9), &no), Fen::new(100), RefundStatus::Success, Cause::Query);
    let mut acts = vec![
        ("the payer taps pay", pay(8, Scene::MiniProgram, "tea-drinker")),
        ("the payer taps pay in another scene", pay(8, Scene::Jsapi, "tea-drinker")),
        ("another person taps pay", pay(8, Scene::MiniProgram, "somebody-else")),
        ("the prepay is accepted", accepted(Cashier::Opens)),
        ("the prepay is accepted, nobody waits", accepted(Cashier::StaysShut)),
        ("the first prepay is refused", refused(Sent::Once)),
        ("a later prepay is refused", refused(Sent::Before)),
        ("the answer to the prepay is lost", Input::PrepayUnknown { out_trade_no: out_trade_no() }),
        ("the cashier opens again", Input::CashierOpened { out_trade_no: out_trade_no() }),
        ("the front end reports ok", Input::ClientReported { result: ClientResult::Ok, detail: "ok".into() }),
        ("the platform does not know it", absent(&no)),
        ("SUCCESS is seen for another amount", situation::of_another_amount(order, &no)),
        ("its time is over", close(CloseReason::Expired)),
        ("the merchant closes it", close(CloseReason::Merchant)),
        ("the payer closes it", close(CloseReason::Payer)),
        ("its payment shall give way", close(CloseReason::Superseded)),
        (
            "a refund of all is asked for",
            Input::Refund {
                out_refund_no: refund_no(1),
                out_trade_no: out_trade_no(),
                amount: order.terms.total,
                reason: String::new(),
                cause: Cause::Query,
            },
        ),
        ("a refund made by hand is seen", Input::RefundObserved(by_hand)),
        (
            "an unknown refund is refused",
            Input::RefundRefused { out_refund_no: refund_no(9), refusal: refusal(), later: false },
        ),
        ("the answer to an unknown refund is lost", Input::RefundUnknown { out_refund_no: refund_no(9) }),
    ];
    let words = TradeState::ALL.iter().cloned().chain([TradeState::from("TOMORROW")]);
    let words: Vec<_> =
        words.map(|word| (format!("{word} is seen"), seen(order, &no, word, Cause::Query))).collect();
    acts.drain(..).map(|(act, input)| (act.to_owned(), input)).chain(words).collect()
}

/// How many kinds of input there are.
const KINDS: usize = 12;

/// A new variant must be given a number here, and then an act above.
fn kind(input: &Input) -> usize {
    match input {
        Input::Pay { .. } => 0,
        Input::PrepayAccepted { .. } => 1,
        Input::PrepayRefused { .. } => 2,
        Input::PrepayUnknown { .. } => 3,
        Input::CashierOpened { .. } => 4,
        Input::ClientReported { .. } => 5,
        Input::Observed(_) => 6,
        Input::Close { .. } => 7,
        Input::Refund { .. } => 8,
        Input::RefundRefused { .. } => 9,
        Input::RefundUnknown { .. } => 10,
        Input::RefundObserved(_) => 11,
    }
}
