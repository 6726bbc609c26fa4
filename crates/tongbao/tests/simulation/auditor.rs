//! Watches a run and says what must never be: own code, which reads the store, the platform's books and
//! what was acknowledged, and believes nobody.

mod answers;
mod commit;
mod end;

pub(crate) use end::is_settled;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongbao_domain::{Order, PaymentState};
use tongbao_store::{inbox, orders};
use tongbao_wire::OrderNo;

use crate::mutants;
use crate::stage::{Actor, Belief, Stage};
use crate::tally::Sometimes;

/// What must hold, numbered as everywhere in this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Invariant {
    /// An order's version rises by one with every step; payments and refunds never go back.
    I1,
    /// What was acknowledged is durable, at the instant of the acknowledgement.
    I2,
    /// The books agree: what the platform was paid and has returned is what we say.
    I3,
    /// An order is paid once; surplus money goes back once.
    I4,
    /// What is paid at the platform becomes paid here.
    I5,
    /// Nothing is paid here that is not paid there, by whom and how much was agreed.
    I6,
    /// Refunds never exceed what was paid, here and there, and keep their numbers.
    I7,
    /// Nothing is closed here that can still be paid there.
    I9,
    /// The same intent is carried out once.
    I10,
    /// What is not the platform's word changes nothing.
    I11,
    /// When faults stop, everything comes to its end within its bound.
    I14,
    /// The server does not panic.
    Panic,
}

/// The auditor of one run.
#[derive(Default)]
pub(crate) struct Auditor(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    violation: Option<(Invariant, String)>,
    /// Orders that a batch moves and that were not looked at since.
    moved: Vec<String>,
    /// Every order as it was when it was last looked at.
    known: BTreeMap<String, Order>,
    /// How many batches were written, and for whom.
    batches: u64,
    batches_of_requests: BTreeMap<u64, u64>,
    numbers: u64,
    /// Notifications that arrived; whether the platform heard them acknowledged.
    arrived: BTreeMap<String, bool>,
    answers: answers::Answers,
}

/// What the store held at some moment.
pub(crate) struct Digest {
    batches: u64,
    hash: Option<u64>,
}

impl Auditor {
    /// Writes down a violation. The first one counts.
    pub(crate) fn violated(&self, stage: &Stage, invariant: Invariant, said: String) {
        stage.trace.note(format_args!("VIOLATED {invariant:?}: {said}"));
        self.inner().violation.get_or_insert((invariant, said));
    }

    pub(crate) fn violation(&self) -> Option<(Invariant, String)> {
        self.inner().violation.clone()
    }

    /// A new number for a request or a notification.
    pub(crate) fn number(&self) -> u64 {
        let mut inner = self.inner();
        inner.numbers += 1;
        inner.numbers
    }

    /// A batch is about to be written.
    pub(crate) fn written(&self, actor: Actor, order_no: Option<String>) {
        let mut inner = self.inner();
        inner.batches += 1;
        match actor {
            Actor::Request { number } | Actor::Notification { number, .. } => {
                *inner.batches_of_requests.entry(number).or_default() += 1;
            }
            Actor::Worker => {}
        }
        inner.moved.extend(order_no);
    }

    /// Looks at what was written since the last time. Called before anything else can happen.
    pub(crate) fn catch_up(&self, stage: &Arc<Stage>) {
        let moved = std::mem::take(&mut self.inner().moved);
        for order_no in moved {
            mutants::meddle(stage, &order_no);
            let after = find(stage, &order_no);
            let before = self.inner().known.get(&order_no).cloned();
            let Some(after) = after else {
                if before.is_some() {
                    self.violated(stage, Invariant::I1, format!("order {order_no} is gone"));
                }
                continue;
            };
            if before.as_ref() == Some(&after) {
                continue;
            }
            stage.trace.note(commit::told(&after));
            if let Err((invariant, said)) = commit::check(stage, before.as_ref(), &after) {
                self.violated(stage, invariant, format!("order {order_no}: {said}"));
            }
            self.inner().known.insert(order_no, after);
        }
    }

    /// A notification arrives. Gives it a number and counts what is dangerous about the moment.
    pub(crate) fn arrived(&self, stage: &Arc<Stage>, id: &str, belief: Belief) -> u64 {
        let number = self.number();
        if belief != Belief::Honest {
            stage.tally.happened(Sometimes::ForgedNotification);
            return number;
        }
        let heard = *self.inner().arrived.entry(id.to_owned()).or_default();
        if heard {
            stage.tally.happened(Sometimes::DuplicateDelivery);
        }
        let Some(told) = stage.world().sim.notifications().into_iter().find(|told| told.id == id) else {
            return number;
        };
        let out_trade_no = told.out_trade_no.as_ref().expect("only orders are told of here");
        let Some(order) = commit::order_of_payment(stage, out_trade_no) else { return number };
        let payment = order.payment(out_trade_no);
        match &told.out_refund_no {
            None if payment.is_some_and(|payment| payment.state == PaymentState::Preparing) => {
                stage.tally.happened(Sometimes::NotificationBeforePrepayAnswer);
            }
            Some(number) if order.refund(number).is_some_and(|refund| refund.state.rank() == 0) => {
                stage.tally.happened(Sometimes::RefundNotificationBeforeAnswer);
            }
            None | Some(_) => {}
        }
        number
    }

    /// The platform hears that a notification was taken.
    pub(crate) fn heard_acknowledgement(&self, id: &str) {
        self.inner().arrived.insert(id.to_owned(), true);
    }

    /// The server died before it answered.
    pub(crate) fn died_before_reply(&self, stage: &Stage, actor: Actor) {
        let (Actor::Request { number } | Actor::Notification { number, .. }) = actor else { return };
        if self.inner().batches_of_requests.contains_key(&number) {
            stage.tally.happened(Sometimes::CrashBetweenCommitAndReply);
        }
    }

    /// What the store holds now. The hash is only made of small stores, which all of these are.
    pub(crate) fn digest(&self, stage: &Stage) -> Digest {
        let world = stage.world();
        let mut hasher = DefaultHasher::new();
        for order in all(stage) {
            serde_json::to_string(&order).expect("an order is plain data").hash(&mut hasher);
        }
        let kept = world.store.read(|reader| inbox::count(reader, &world.mchid())).expect("the store reads");
        kept.hash(&mut hasher);
        Digest { batches: self.inner().batches, hash: Some(hasher.finish()) }
    }

    /// A forged notification was handled: the store holds what it held, unless somebody else wrote.
    pub(crate) fn unchanged(&self, stage: &Stage, number: u64, before: &Digest) {
        let after = self.digest(stage);
        if after.batches == before.batches && after.hash != before.hash {
            let said = format!("notification {number} is forged, and the store differs after it");
            self.violated(stage, Invariant::I11, said);
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An order as the store holds it.
pub(crate) fn find(stage: &Stage, order_no: &str) -> Option<Order> {
    let world = stage.world();
    let order_no = OrderNo::parse(order_no).ok()?;
    world.store.read(|reader| orders::find(reader, &world.mchid(), &order_no)).expect("the store reads")
}

/// Every order of the store.
pub(crate) fn all(stage: &Stage) -> Vec<Order> {
    let world = stage.world();
    let filter = orders::Filter::default();
    let most = orders::PAGE_MAX;
    let page = world.store.read(|reader| orders::page(reader, &world.mchid(), &filter, None, most));
    page.expect("the store reads").orders
}
