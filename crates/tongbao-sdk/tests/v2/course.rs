//! When a charge of a payment code is asked about, reversed and given up: no network, no waiting.

use std::time::Duration;

use tongbao_sdk::Pause;
use tongbao_sdk::v2::{Charged, MicropayCourse, MicropayRules, Queried, Reversed, Step, Verdict};
use tongbao_wire::TradeState;

const PAID: Step = Step::End(Verdict::Paid);
const FAILED: Step = Step::End(Verdict::Failed);
const REVERSED: Step = Step::End(Verdict::Reversed);
const UNRESOLVED: Step = Step::End(Verdict::Unresolved);

fn query(millis: u64) -> Step {
    Step::Query { at: Duration::from_millis(millis) }
}

fn reverse(millis: u64) -> Step {
    Step::Reverse { at: Duration::from_millis(millis) }
}

fn course() -> MicropayCourse {
    MicropayCourse::new(MicropayRules::default())
}

fn charged(millis: u64, answer: Charged) -> Step {
    course().charged(Duration::from_millis(millis), answer)
}

/// A query answered at this time, after a charge that nobody knows the end of.
fn queried(millis: u64, answer: Queried) -> Step {
    let mut course = course();
    course.charged(Duration::from_millis(200), Charged::Unknown);
    course.queried(Duration::from_millis(millis), &answer)
}

#[test]
fn each_answer_to_a_charge_has_its_next_step() {
    for (millis, answer, step) in [
        (200, Charged::Paid, PAID),
        (200, Charged::Failed, FAILED),
        (200, Charged::Unknown, query(5_000)),
        (5_000, Charged::Unknown, query(10_000)),
        (10_100, Charged::Unknown, query(15_000)),
        (44_999, Charged::Unknown, query(45_000)),
        // However late: asked before reversed.
        (60_000, Charged::Unknown, query(60_000)),
        (200, Charged::BankUnknown, query(200)),
        (200, Charged::Rejected, query(200)),
    ] {
        assert_eq!(charged(millis, answer), step, "{answer:?} after {millis} ms");
    }
}

#[test]
fn each_state_of_an_order_has_its_next_step() {
    let state = Queried::State;
    for (millis, answer, step) in [
        (5_100, state(TradeState::Success), PAID),
        (5_100, state(TradeState::Refund), PAID),
        (5_100, state(TradeState::UserPaying), query(10_000)),
        (5_100, state(TradeState::NotPay), query(10_000)),
        (5_100, state(TradeState::from("ACCEPT")), query(10_000)),
        (5_100, Queried::NotFound, query(10_000)),
        (5_100, Queried::Unknown, query(10_000)),
        (5_100, Queried::Rejected, query(10_000)),
        (40_200, state(TradeState::UserPaying), query(45_000)),
        (45_000, state(TradeState::UserPaying), reverse(45_000)),
        (45_300, state(TradeState::NotPay), reverse(45_300)),
        (45_300, Queried::NotFound, reverse(45_300)),
        (45_300, Queried::Unknown, reverse(45_300)),
        (5_100, state(TradeState::PayError), reverse(15_000)),
        (20_100, state(TradeState::PayError), reverse(20_100)),
        (5_100, state(TradeState::Revoked), REVERSED),
        (5_100, state(TradeState::Closed), REVERSED),
        (60_000, state(TradeState::Success), PAID),
    ] {
        assert_eq!(queried(millis, answer.clone()), step, "{answer:?} after {millis} ms");
    }
}

#[test]
fn a_charge_that_was_rejected_unsigned_failed_if_the_platform_does_not_know_it() {
    let after = |answers: &[Queried]| {
        let mut course = course();
        let mut step = course.charged(Duration::from_millis(200), Charged::Rejected);
        for (seconds, answer) in (1..).zip(answers) {
            step = course.queried(Duration::from_secs(seconds), answer);
        }
        step
    };
    assert_eq!(after(&[Queried::NotFound]), FAILED);
    assert_eq!(after(&[Queried::Rejected]), FAILED);
    assert_eq!(after(&[Queried::Unknown, Queried::NotFound]), FAILED);
    assert_eq!(after(&[Queried::State(TradeState::Success)]), PAID);
    let known_after_all = [Queried::State(TradeState::UserPaying), Queried::NotFound];
    assert_eq!(after(&known_after_all), query(5_000));
}

#[test]
fn a_reversal_is_asked_for_until_it_is_done_with_growing_pauses() {
    let mut course = course();
    let mut times = Vec::new();
    let mut now = Duration::from_secs(45);
    for _ in 0..9 {
        match course.reversed(now, Reversed::Again) {
            Step::Reverse { at } => {
                times.push((at - now).as_secs());
                now = at;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(times, [1, 2, 4, 8, 8, 8, 8, 8, 8]);
    assert_eq!(course.reversed(now, Reversed::Again), UNRESOLVED, "the tenth was the last");

    for (answer, step) in [(Reversed::Done, REVERSED), (Reversed::Refused, UNRESOLVED)] {
        assert_eq!(self::course().reversed(now, answer), step);
    }
}

#[test]
fn every_number_can_be_changed_and_none_makes_it_spin_or_panic() {
    let rules = MicropayRules {
        first_query: Duration::from_secs(3),
        query_every: Duration::from_secs(10),
        give_up_after: Duration::from_secs(30),
        reverse_not_before: Duration::from_secs(40),
        reversals_max: 1,
        reversal_pause: Pause { first: Duration::MAX, longest: Duration::MAX },
    };
    let mut course = MicropayCourse::new(rules.clone());
    assert_eq!(course.charged(Duration::ZERO, Charged::Unknown), query(3_000));
    let waiting = Queried::State(TradeState::UserPaying);
    assert_eq!(course.queried(Duration::from_secs(3), &waiting), query(13_000));
    assert_eq!(course.queried(Duration::from_secs(23), &waiting), reverse(40_000));
    assert_eq!(course.reversed(Duration::from_secs(41), Reversed::Again), UNRESOLVED);

    let nothing = MicropayRules {
        first_query: Duration::ZERO,
        query_every: Duration::ZERO,
        give_up_after: Duration::MAX,
        reversals_max: 0,
        ..rules
    };
    let mut course = MicropayCourse::new(nothing);
    assert_eq!(course.queried(Duration::ZERO, &waiting), query(100));
    assert_eq!(course.queried(Duration::MAX, &waiting), Step::Reverse { at: Duration::MAX });
    assert_eq!(course.reversed(Duration::MAX, Reversed::Again), UNRESOLVED);
}
