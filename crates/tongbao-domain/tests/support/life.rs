//! The life of an order: what can happen, one thing at a time, and who looks on.

use std::time::Duration;

use tongbao_domain::{
    Cashier, Cause, ClientResult, CloseReason, Input, Order, PlatformRefusal, Policy, Refusal, Scene, Sent,
    Step, SurplusPolicy, step,
};
use tongbao_wire::{Appid, Fen, Mchid, OutRefundNo, RefundStatus, Timestamp, TradeState};

use crate::monitor::{self, Jobs};
use crate::platform::Platform;
use crate::world::{START, TOTAL, apply, new_order, pay, payer, payment_no, prepay_id, refund_no};

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Pay {
        n: usize,
        elsewhere: bool,
    },
    PayAsAnother(usize),
    CashierOpens(usize),
    ClientReports,
    /// The prepay reaches the platform; its answer goes into the mail.
    PrepayReaches {
        n: usize,
        waits: bool,
    },
    PrepayLost(usize),
    /// By whoever stands before the platform: it may have the payment all the same.
    PrepayRefused {
        n: usize,
        first: bool,
    },
    Turns {
        n: usize,
        to: TradeState,
    },
    /// Asked and answered at once.
    Query(usize),
    /// Written now, delivered some time, or never.
    Notify(usize),
    /// Delivers a letter and leaves it in the bag, to come again.
    Deliver(usize),
    Lose(usize),
    Foreign {
        n: usize,
        twist: usize,
    },
    Close(CloseReason),
    Refund {
        k: usize,
        n: usize,
        amount: i64,
    },
    RefundReaches(usize),
    RefundTurns {
        k: usize,
        to: RefundStatus,
    },
    RefundNotify(usize),
    RefundRefused {
        k: usize,
        later: bool,
    },
    RefundLost(usize),
    /// By a person on the merchant platform.
    RefundByHand {
        k: usize,
        n: usize,
        amount: i64,
    },
    /// The refunds that the policy recorded are sent.
    SurplusReaches,
    /// Seconds; the clock may step back.
    Tick(i64),
}

pub(crate) struct Life {
    pub(crate) order: Order,
    pub(crate) platform: Platform,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    pub(crate) jobs: Jobs,
    mail: Vec<Input>,
    steps: Vec<(Input, Timestamp, Step)>,
}

impl Life {
    pub(crate) fn new(surplus: SurplusPolicy) -> Self {
        let step = new_order(TOTAL);
        let mut jobs = Jobs::new();
        monitor::commit(&mut jobs, &step.jobs);
        monitor::reads_back(&step);
        Self {
            order: step.order,
            platform: Platform::default(),
            policy: Policy { surplus },
            now: START.plus(Duration::from_millis(1_234)),
            jobs,
            mail: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Gives one input to the rules, with every eye on it.
    pub(crate) fn takes(&mut self, input: Input) -> Result<bool, Refusal> {
        let outcome = step(&self.order, input.clone(), &self.policy, self.now);
        assert_eq!(
            outcome,
            step(&self.order, input.clone(), &self.policy, self.now),
            "the rules play no dice"
        );
        let Some(step) = outcome? else { return Ok(false) };
        monitor::step_is_lawful(&self.order, &step, &self.policy);
        monitor::order_is_sound(&step.order, &self.policy, |number| self.platform.is_paid(number));
        monitor::reads_back(&step);
        monitor::commit(&mut self.jobs, &step.jobs);
        self.order = step.order.clone();
        monitor::jobs_are_those_called_for(&self.order, &self.jobs, self.now);
        self.the_same_again_is_no_news(&input);
        self.steps.push((input, self.now, step));
        Ok(true)
    }

    fn the_same_again_is_no_news(&self, input: &Input) {
        if matches!(
            input,
            Input::Observed(_) | Input::RefundObserved(_) | Input::Refund { .. } | Input::Close { .. }
        ) {
            let again = step(&self.order, input.clone(), &self.policy, self.now);
            assert!(
                matches!(again, Ok(None) | Err(Refusal::Mismatch(_) | Refusal::AlreadyPaid)),
                "{again:?}"
            );
        }
    }

    /// From the start, the same inputs at the same times make the same events in the same order.
    pub(crate) fn replays_the_same(&self) {
        let mut order = new_order(TOTAL).order;
        for (input, now, expected) in &self.steps {
            let made = apply(&mut order, input.clone(), &self.policy, *now);
            assert_eq!(made.unwrap().as_ref(), Some(expected));
        }
        assert_eq!(order, self.order);
    }

    /// Refusals are the rules at work; what they must not do is change anything, and `takes` sees to that.
    pub(crate) fn happens(&mut self, op: Op) {
        match op {
            Op::Tick(seconds) => self.now = Timestamp::from_millis(self.now.millis() + seconds * 1_000),
            Op::Turns { n, to } => self.platform.turn(&payment_no(n), to),
            Op::RefundTurns { k, to } => self.platform.turn_refund(&refund_no(k), to),
            Op::Notify(n) => self.mail.push(self.platform.tell(&self.order, &payment_no(n), notification(n))),
            Op::RefundNotify(k) => {
                self.mail.extend(self.platform.tell_refund(&self.order, &refund_no(k), notification(k)));
            }
            Op::Lose(i) => {
                if !self.mail.is_empty() {
                    self.mail.swap_remove(i % self.mail.len());
                }
            }
            Op::RefundByHand { k, n, amount } => {
                self.platform.refund(&refund_no(k), &payment_no(n), Fen::new(amount), TOTAL);
            }
            Op::PrepayReaches { n, waits } => self.prepay_reaches(n, waits),
            Op::RefundReaches(k) => self.refund_reaches(&refund_no(k)),
            Op::SurplusReaches => {
                let numbers: Vec<_> =
                    self.order.refunds.iter().map(|refund| refund.out_refund_no.clone()).collect();
                numbers.iter().for_each(|number| self.refund_reaches(number));
            }
            Op::Pay { .. }
            | Op::PayAsAnother(_)
            | Op::CashierOpens(_)
            | Op::ClientReports
            | Op::PrepayLost(_)
            | Op::PrepayRefused { .. }
            | Op::Query(_)
            | Op::Deliver(_)
            | Op::Foreign { .. }
            | Op::Close(_)
            | Op::Refund { .. }
            | Op::RefundRefused { .. }
            | Op::RefundLost(_) => {
                if let Some(input) = self.input(op) {
                    let _ = self.takes(input);
                }
            }
        }
    }

    /// Only a payment that was recorded is ever sent.
    fn prepay_reaches(&mut self, n: usize, waits: bool) {
        if self.order.payment(&payment_no(n)).is_some() && self.platform.prepay(&payment_no(n)) {
            let cashier = if waits { Cashier::Opens } else { Cashier::StaysShut };
            let (out_trade_no, prepay_id) = (payment_no(n), prepay_id(n));
            self.mail.push(Input::PrepayAccepted { out_trade_no, prepay_id, cashier });
        }
    }

    fn refund_reaches(&mut self, number: &OutRefundNo) {
        if let Some(refund) = self.order.refund(number).filter(|refund| refund.is_live()) {
            self.platform.refund(number, &refund.out_trade_no, refund.amount, TOTAL);
            self.mail.extend(self.platform.tell_refund(&self.order, number, Cause::Answer));
        }
    }

    fn input(&self, op: Op) -> Option<Input> {
        Some(match op {
            Op::Pay { n, elsewhere: false } => pay(n, Scene::MiniProgram, "tea-drinker"),
            Op::Pay { n, elsewhere: true } => pay(n, Scene::Jsapi, "tea-drinker"),
            Op::PayAsAnother(n) => pay(n, Scene::MiniProgram, "somebody-else"),
            Op::CashierOpens(n) => Input::CashierOpened { out_trade_no: payment_no(n) },
            Op::ClientReports => {
                Input::ClientReported { result: ClientResult::Cancel, detail: "取消".into() }
            }
            Op::PrepayLost(n) => Input::PrepayUnknown { out_trade_no: payment_no(n) },
            Op::PrepayRefused { n, first } => {
                let sent = if first { Sent::Once } else { Sent::Before };
                Input::PrepayRefused { out_trade_no: payment_no(n), refusal: refusal("NO_AUTH"), sent }
            }
            Op::Query(n) => self.platform.tell(&self.order, &payment_no(n), Cause::Query),
            Op::Deliver(i) => self.mail.get(i.checked_rem(self.mail.len())?)?.clone(),
            Op::Foreign { n, twist } => self.foreign(n, twist)?,
            Op::Close(reason) => Input::Close { reason, cause: reason.policy() },
            Op::Refund { k, n, amount } => Input::Refund {
                out_refund_no: refund_no(k),
                out_trade_no: payment_no(n),
                amount: Fen::new(amount),
                reason: String::new(),
                cause: Cause::Api { key: "shop".into() },
            },
            Op::RefundRefused { k, later } => {
                let refusal = refusal(if later { "NOT_ENOUGH" } else { "NO_AUTH" });
                Input::RefundRefused { out_refund_no: refund_no(k), refusal, later }
            }
            Op::RefundLost(k) => Input::RefundUnknown { out_refund_no: refund_no(k) },
            Op::Tick(_)
            | Op::Turns { .. }
            | Op::RefundTurns { .. }
            | Op::Notify(_)
            | Op::RefundNotify(_)
            | Op::Lose(_)
            | Op::RefundByHand { .. }
            | Op::PrepayReaches { .. }
            | Op::RefundReaches(_)
            | Op::SurplusReaches => return None,
        })
    }

    /// A success that is not ours: the monitor fails if it ever pays, for the platform does not hold it.
    fn foreign(&self, n: usize, twist: usize) -> Option<Input> {
        let number = payment_no(n);
        let Input::Observed(mut observation) =
            crate::world::seen(&self.order, &number, TradeState::Success, Cause::Query)
        else {
            return None;
        };
        let seen = observation.seen.as_mut()?;
        match twist {
            0 => seen.total = Some(Fen::new(1)),
            1 => seen.appid = Appid::parse("wx0000000000000000").ok()?,
            2 => seen.mchid = Mchid::parse("1900000999").ok()?,
            3 => seen.currency = Some("USD".into()),
            _ => seen.openid = Some(payer("nobody-here")),
        }
        Some(Input::Observed(observation))
    }
}

pub(crate) fn refusal(code: &str) -> PlatformRefusal {
    PlatformRefusal { code: code.into(), message: String::new() }
}

fn notification(n: usize) -> Cause {
    Cause::Notification { id: format!("EV-{n}") }
}
