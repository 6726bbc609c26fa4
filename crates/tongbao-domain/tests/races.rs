//! What goes wrong in the world, one story each.

#![allow(clippy::unwrap_used, reason = "a test that does not hold panics")]

#[path = "support/world.rs"]
mod world;

use std::time::Duration;

use tongbao_domain::{
    Asked, Cashier, Cause, ClientResult, CloseReason, EventKind, Input, JobChange, JobKey, Order, OrderState,
    PAYMENTS_MAX, PlatformRefusal, Policy, Refusal, Scene, Sent, Standing, Step, SurplusPolicy,
};
use tongbao_wire::{Fen, OutRefundNo, RefundStatus, Timestamp, TradeState};
use world::{
    LIFE, START, TOTAL, absent, apply, new_order, pay, payer, payment_no, prepay_id, refund_no, refund_seen,
    seen,
};

/// An order that lives through a story.
struct Story {
    order: Order,
    policy: Policy,
    now: Timestamp,
}

impl Story {
    fn new(surplus: SurplusPolicy) -> Self {
        Self::of(TOTAL, surplus)
    }

    fn of(total: Fen, surplus: SurplusPolicy) -> Self {
        Self {
            order: new_order(total).order,
            policy: Policy { surplus },
            now: START.plus(Duration::from_secs(1)),
        }
    }

    fn later(&mut self, by: Duration) -> &mut Self {
        self.now = self.now.plus(by);
        self
    }

    fn takes(&mut self, input: Input) -> Step {
        self.tries(input).unwrap().expect("news")
    }

    fn tries(&mut self, input: Input) -> Result<Option<Step>, Refusal> {
        apply(&mut self.order, input, &self.policy, self.now)
    }

    fn pays(&mut self, n: usize) -> Step {
        self.takes(pay(n, Scene::MiniProgram, "tea-drinker"))
    }

    fn accepts(&mut self, n: usize) -> Result<Option<Step>, Refusal> {
        let (out_trade_no, prepay_id) = (payment_no(n), prepay_id(n));
        self.tries(Input::PrepayAccepted { out_trade_no, prepay_id, cashier: Cashier::Opens })
    }

    fn sees(&mut self, n: usize, word: TradeState) -> Result<Option<Step>, Refusal> {
        let input = seen(&self.order, &payment_no(n), word, Cause::Query);
        self.tries(input)
    }

    fn closes(&mut self, reason: CloseReason) -> Step {
        self.takes(Input::Close { reason, cause: Cause::Payer })
    }

    fn refunds(&mut self, number: &OutRefundNo, n: usize, amount: Fen) -> Result<Option<Step>, Refusal> {
        let (out_refund_no, out_trade_no) = (number.clone(), payment_no(n));
        self.tries(Input::Refund {
            out_refund_no,
            out_trade_no,
            amount,
            reason: String::new(),
            cause: Cause::Payer,
        })
    }

    fn sees_refund(
        &mut self,
        number: &OutRefundNo,
        n: usize,
        amount: Fen,
        status: RefundStatus,
    ) -> Result<Option<Step>, Refusal> {
        let seen = refund_seen(&self.order, (number, &payment_no(n)), amount, status, Cause::Query);
        self.tries(Input::RefundObserved(seen))
    }

    /// The first payment gives way, a second begins.
    fn gave_way(mut self) -> Self {
        self.pays(1);
        self.accepts(1).unwrap();
        self.closes(CloseReason::Superseded);
        self.sees(1, TradeState::Closed).unwrap();
        self.pays(2);
        self
    }

    fn paid(mut self) -> Self {
        self.pays(1);
        self.sees(1, TradeState::Success).unwrap();
        self
    }
}

fn kinds(step: &Step) -> Vec<&EventKind> {
    step.events.iter().map(|event| &event.kind).collect()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_notification_before_the_prepay_answer_pays_and_the_answer_is_no_news() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    let cause = Cause::Notification { id: "EV-1".into() };
    let step = story.takes(seen(&story.order, &payment_no(1), TradeState::Success, cause));
    assert!(matches!(kinds(&step)[..], [EventKind::NotificationVerified { .. }, EventKind::Paid { .. }]));
    assert_eq!(story.accepts(1), Ok(None));
    assert_eq!(story.order.standing(), Standing::Paid);
}

#[test]
fn a_prepay_answer_after_another_payment_paid_opens_no_cashier() {
    let mut story = Story::new(SurplusPolicy::Refund).gave_way();
    story.sees(1, TradeState::Success).unwrap();
    assert_eq!(story.accepts(2), Err(Refusal::AlreadyPaid));
    // The live one is left over and must be closed.
    assert!(story.order.next_turn(&JobKey::Tend, story.now).is_some());
    story.tries(absent(&payment_no(2))).unwrap();
    assert_eq!(story.order.next_turn(&JobKey::Tend, story.now), None);
}

#[test]
fn a_payment_that_races_a_close_wins() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    story.accepts(1).unwrap();
    story.closes(CloseReason::Payer);
    story.sees(1, TradeState::Success).unwrap();
    assert_eq!(story.order.standing(), Standing::Paid);
    assert!(!story.order.needs_a_person());
}

#[test]
fn money_after_closing_follows_the_policy() {
    for (policy, standing, refunds, person) in [
        (SurplusPolicy::Refund, Standing::Closed, 1, false),
        (SurplusPolicy::Accept, Standing::Paid, 0, false),
        (SurplusPolicy::Hold, Standing::Closed, 0, true),
    ] {
        let mut story = Story::new(policy);
        story.pays(1);
        story.closes(CloseReason::Merchant);
        story.tries(absent(&payment_no(1))).unwrap();
        assert_eq!(story.order.standing(), Standing::Closed);
        story.sees(1, TradeState::Success).unwrap();
        let found = (story.order.standing(), story.order.refunds.len(), story.order.needs_a_person());
        assert_eq!(found, (standing, refunds, person), "{policy:?}");
    }
}

#[test]
fn a_second_payment_never_settles_and_follows_the_policy() {
    for (policy, refunds, person) in
        [(SurplusPolicy::Refund, 1, false), (SurplusPolicy::Accept, 0, true), (SurplusPolicy::Hold, 0, true)]
    {
        let mut story = Story::new(policy).gave_way();
        story.sees(2, TradeState::Success).unwrap();
        story.sees(1, TradeState::Success).unwrap();
        assert_eq!(story.order.settling_payment().unwrap().out_trade_no, payment_no(2));
        assert_eq!(
            (story.order.refunds.len(), story.order.needs_a_person()),
            (refunds, person),
            "{policy:?}"
        );
        assert_eq!(story.sees(1, TradeState::Success), Ok(None), "{policy:?}: it goes back once");
    }
}

#[test]
fn surplus_money_whose_refund_failed_waits_for_a_person() {
    let mut story = Story::new(SurplusPolicy::Refund).gave_way();
    story.sees(1, TradeState::Success).unwrap();
    story.sees(2, TradeState::Success).unwrap();
    let number = OutRefundNo::parse("surplus-payment-2").unwrap();
    assert!(!story.order.needs_a_person());
    story.sees_refund(&number, 2, TOTAL, RefundStatus::Closed).unwrap();
    assert!(story.order.needs_a_person());
    story.refunds(&refund_no(1), 2, TOTAL).unwrap();
    assert!(!story.order.needs_a_person());
}

#[test]
fn the_numbers_of_surplus_refunds_are_nobody_elses() {
    let mut story = Story::new(SurplusPolicy::Refund).gave_way();
    story.sees(1, TradeState::Success).unwrap();
    let number = OutRefundNo::parse("surplus-payment-2").unwrap();
    let taken = Refusal::RefundNumberTaken { out_refund_no: number.clone() };
    assert_eq!(story.refunds(&number, 1, Fen::new(1)), Err(taken));
    // Somebody uses it by hand at the platform all the same: then a person must see the surplus.
    story.sees_refund(&number, 1, Fen::new(1), RefundStatus::Success).unwrap();
    story.sees(2, TradeState::Success).unwrap();
    assert_eq!(story.order.refunds.len(), 1);
    assert!(story.order.needs_a_person());
}

#[test]
fn a_refund_notification_before_the_answer_is_kept_and_the_answer_is_no_news() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.refunds(&refund_no(1), 1, TOTAL).unwrap();
    story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Success).unwrap();
    assert_eq!(story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Processing), Ok(None));
    assert_eq!(story.order.refunded(), TOTAL);
}

#[test]
fn a_refund_by_hand_at_the_platform_counts_against_what_is_left() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.sees_refund(&refund_no(7), 1, Fen::new(900), RefundStatus::Processing).unwrap();
    let exceeds = Refusal::ExceedsPaid { asked: Fen::new(91), left: Fen::new(90) };
    assert_eq!(story.refunds(&refund_no(1), 1, Fen::new(91)), Err(exceeds));
    // One that did not happen takes nothing, whatever its amount.
    story.sees_refund(&refund_no(8), 1, TOTAL, RefundStatus::Closed).unwrap();
    assert_eq!(story.order.quarantine, None);
    assert_eq!(story.order.refundable(&payment_no(1)), Fen::new(90));
}

#[test]
fn a_contradictory_refund_is_neither_adopted_nor_sent() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    let (number, payment) = (refund_no(7), payment_no(1));
    let mut seen = refund_seen(&story.order, (&number, &payment), TOTAL, RefundStatus::Success, Cause::Query);
    seen.total = Fen::new(1);
    let step = story.takes(Input::RefundObserved(seen));
    assert!(matches!(kinds(&step)[..], [EventKind::Quarantined { .. }]));
    assert_eq!((step.order.refunds.len(), step.jobs), (0, vec![]));
}

#[test]
fn a_refused_refund_that_arrived_all_the_same_is_done() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.refunds(&refund_no(1), 1, TOTAL).unwrap();
    let refusal = PlatformRefusal { code: "NO_AUTH".into(), message: String::new() };
    story.takes(Input::RefundRefused { out_refund_no: refund_no(1), refusal, later: false });
    story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Success).unwrap();
    assert_eq!(story.order.refunded(), TOTAL);
}

#[test]
fn money_that_went_back_twice_is_a_contradiction_and_the_books_stay_within_what_was_paid() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.refunds(&refund_no(1), 1, TOTAL).unwrap();
    story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Closed).unwrap();
    story.refunds(&refund_no(2), 1, TOTAL).unwrap();
    story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Success).unwrap();
    assert!(story.order.quarantine.is_some());
    assert_eq!(story.order.reserved(&payment_no(1)), TOTAL);
}

#[test]
fn a_good_word_after_a_contradiction_still_pays() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    let Input::Observed(mut foreign) = seen(&story.order, &payment_no(1), TradeState::Success, Cause::Query)
    else {
        unreachable!("seen observes")
    };
    foreign.seen.as_mut().unwrap().appid = tongbao_wire::Appid::parse("wx0000000000000000").unwrap();
    story.takes(Input::Observed(foreign.clone()));
    assert_eq!(story.order.standing(), Standing::Unpaid);
    assert!(matches!(story.tries(Input::Observed(foreign)), Err(Refusal::Mismatch(_))));
    story.sees(1, TradeState::Success).unwrap();
    assert_eq!(story.order.standing(), Standing::Paid);
    assert!(story.order.needs_a_person(), "the contradiction stays until somebody looked");
}

#[test]
fn another_payers_money_is_a_contradiction_that_shows_nobodys_openid() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    let Input::Observed(mut foreign) = seen(&story.order, &payment_no(1), TradeState::Success, Cause::Query)
    else {
        unreachable!("seen observes")
    };
    foreign.seen.as_mut().unwrap().openid = Some(payer("somebody-else"));
    let step = story.takes(Input::Observed(foreign));
    assert_eq!(step.order.standing(), Standing::Unpaid);
    let written = serde_json::to_string(&(&step.order.quarantine, &step.events)).unwrap();
    assert!(!written.contains("somebody") && !written.contains("tea-drinker"), "{written}");
}

#[test]
fn a_clock_that_steps_back_breaks_nothing() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.refunds(&refund_no(1), 1, TOTAL).unwrap();
    let version = story.order.version;
    story.now = START.minus(seconds(600));
    let key = JobKey::Refund { out_refund_no: refund_no(1) };
    assert!(story.order.next_turn(&key, story.now).unwrap() > story.now, "a failing try does not spin");
    story.sees_refund(&refund_no(1), 1, TOTAL, RefundStatus::Success).unwrap();
    assert_eq!(story.order.version, version + 1);
}

#[test]
fn an_expired_order_whose_prepay_was_lost_is_closed_by_its_job() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    let due = story.order.next_turn(&JobKey::Tend, story.now.plus(LIFE).minus(seconds(2))).unwrap();
    assert_eq!(due, story.order.expires_at);
    story.later(LIFE);
    assert_eq!(story.order.ask(Scene::MiniProgram, &payer("tea-drinker"), story.now), Err(Refusal::Expired));
    let again = story.order.next_turn(&JobKey::Tend, story.now).unwrap();
    assert!(again > story.now && again <= story.now.plus(seconds(5)), "soon, and without spinning");
    story.closes(CloseReason::Expired);
    story.tries(absent(&payment_no(1))).unwrap();
    assert!(matches!(story.order.state, OrderState::Closed { reason: CloseReason::Expired, .. }));
}

#[test]
fn an_order_that_expired_while_a_payment_gave_way_is_due_at_once() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    story.closes(CloseReason::Superseded);
    story.later(LIFE);
    let step = story.tries(absent(&payment_no(1))).unwrap().unwrap();
    assert_eq!(step.order.state, OrderState::Open);
    assert_eq!(step.jobs, [JobChange::Set { key: JobKey::Tend, due: step.order.expires_at }]);
}

#[test]
fn what_the_payer_does_postpones_no_job() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    story.accepts(1).unwrap();
    story.later(seconds(20));
    let step = story.takes(Input::CashierOpened { out_trade_no: payment_no(1) });
    assert_eq!(step.jobs, []);
}

#[test]
fn amounts_at_the_end_of_the_numbers_do_not_overflow() {
    let mut story = Story::of(Fen::new(i64::MAX), SurplusPolicy::Refund).gave_way();
    story.sees(1, TradeState::Success).unwrap();
    story.sees(2, TradeState::Success).unwrap();
    story.refunds(&refund_no(1), 1, Fen::new(i64::MAX)).unwrap();
    let exceeds = Refusal::ExceedsPaid { asked: Fen::new(i64::MAX), left: Fen::ZERO };
    assert_eq!(story.refunds(&refund_no(2), 1, Fen::new(i64::MAX)), Err(exceeds));
    for (number, n) in [("refund-1", 1), ("surplus-payment-2", 2)] {
        let number = OutRefundNo::parse(number).unwrap();
        story.sees_refund(&number, n, Fen::new(i64::MAX), RefundStatus::Success).unwrap();
    }
    assert_eq!(story.order.refunded(), Fen::new(i64::MAX));
    for amount in [i64::MIN, -1, 0] {
        assert_eq!(story.refunds(&refund_no(3), 1, Fen::new(amount)), Err(Refusal::NotPositive));
    }
}

#[test]
fn nobody_grows_an_order_without_end() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.pays(1);
    let taps = [
        Input::CashierOpened { out_trade_no: payment_no(1) },
        Input::PrepayUnknown { out_trade_no: payment_no(1) },
        Input::ClientReported { result: ClientResult::Fail, detail: "失败".repeat(1_000) },
    ];
    let mut events = Vec::new();
    for tap in taps.iter().cycle().take(500) {
        events.extend(story.tries(tap.clone()).unwrap().into_iter().flat_map(|step| step.events));
    }
    assert_eq!(events.len(), 60);
    for event in events {
        assert!(serde_json::to_string(&event).unwrap().len() < 1_000);
    }
    assert_eq!(story.sees(1, TradeState::Success).unwrap().unwrap().order.standing(), Standing::Paid);
}

#[test]
fn an_order_takes_a_bounded_number_of_attempts() {
    let mut story = Story::new(SurplusPolicy::Refund);
    let refusal = PlatformRefusal { code: "NO_AUTH".into(), message: String::new() };
    for n in 1..=PAYMENTS_MAX {
        story.pays(n);
        let out_trade_no = payment_no(n);
        story.takes(Input::PrepayRefused { out_trade_no, refusal: refusal.clone(), sent: Sent::Once });
    }
    let asked = story.order.ask(Scene::Jsapi, &payer("tea-drinker"), story.now);
    assert_eq!(asked, Err(Refusal::TooManyPayments { max: PAYMENTS_MAX }));
}

#[test]
fn tapping_again_gives_the_same_cashier_until_it_dies_then_the_same_number() {
    let mut story = Story::new(SurplusPolicy::Refund);
    story.order.expires_at = START.plus(seconds(24 * 3600));
    story.pays(1);
    story.accepts(1).unwrap();
    let ask = |story: &Story, scene| story.order.ask(scene, &payer("tea-drinker"), story.now);
    let (out_trade_no, prepay_id) = (payment_no(1), prepay_id(1));
    assert_eq!(
        ask(&story, Scene::MiniProgram),
        Ok(Asked::Invoke { out_trade_no: out_trade_no.clone(), prepay_id })
    );
    assert_eq!(ask(&story, Scene::Jsapi), Ok(Asked::CloseFirst { out_trade_no: out_trade_no.clone() }));
    story.later(seconds(2 * 3600));
    assert_eq!(ask(&story, Scene::MiniProgram), Ok(Asked::Prepay { out_trade_no }));
}

#[test]
fn refunds_end_after_fifty_parts_and_after_a_year() {
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    for n in 1..=50 {
        story.refunds(&refund_no(n), 1, Fen::new(1)).unwrap();
    }
    assert_eq!(story.refunds(&refund_no(51), 1, Fen::new(1)), Err(Refusal::TooManyRefunds { max: 50 }));
    let mut story = Story::new(SurplusPolicy::Refund).paid();
    story.later(seconds(365 * 24 * 3600 + 10));
    assert_eq!(story.refunds(&refund_no(1), 1, Fen::new(1)), Err(Refusal::RefundTooLate));
}
