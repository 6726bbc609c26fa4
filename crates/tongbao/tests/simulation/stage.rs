//! One run: the world, what goes wrong in it, who watches it, and who is acting just now.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tongbao::tasks::Tasks;
use tongbao_domain::SurplusPolicy;

use crate::agenda::Agenda;
use crate::auditor::Auditor;
use crate::mutants::{Meddler, Mutant};
use crate::tally::Tally;
use crate::trace::Trace;
use crate::weather::Weather;
use crate::world::World;

/// Everything of one run.
pub(crate) struct Stage {
    pub(crate) seed: u64,
    world: OnceLock<Arc<World>>,
    pub(crate) trace: Trace,
    pub(crate) weather: Weather,
    pub(crate) auditor: Auditor,
    pub(crate) tally: Tally,
    pub(crate) agenda: Agenda,
    /// Requests and answers on their way; they outlive whoever sent them.
    pub(crate) network: Tasks,
    /// Payers, merchants, attackers.
    pub(crate) people: Tasks,
    pub(crate) life: Life,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) meddler: Meddler,
    /// What the rules promise about surplus money.
    pub(crate) surplus: SurplusPolicy,
    /// The one point at which the server dies, in a crash sweep.
    pub(crate) crash_at: Option<u64>,
    points: AtomicU64,
    /// Virtual seconds from beginning to end.
    pub(crate) ended_after: AtomicU64,
    actor: Mutex<Actor>,
    under_way: AtomicUsize,
    /// What the cashier can be opened with, by order, oldest first.
    pub(crate) wallet: Mutex<BTreeMap<String, Vec<Value>>>,
    /// Notifications on their way that are not what they seem, by id.
    pub(crate) suspicious: Mutex<BTreeMap<String, Belief>>,
}

/// What a stage is made of.
pub(crate) struct Props {
    pub(crate) seed: u64,
    pub(crate) loud: bool,
    pub(crate) weather: Weather,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) surplus: SurplusPolicy,
    pub(crate) crash_at: Option<u64>,
}

/// What may be believed of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// The platform's own.
    Honest,
    /// Not the platform's: it must change nothing.
    Forged,
    /// Signed by the platform and wrong all the same: it must never pay an order.
    Lying,
}

/// On whose behalf the server works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Worker,
    Request { number: u64 },
    Notification { number: u64, belief: Belief },
}

/// A place where the server may die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// A batch is ready and not yet written.
    BeforeCommit,
    /// What was committed calls for a call, which has not left.
    BeforeCall,
    /// The platform has acted; nothing of it is written yet.
    AfterCall,
    /// All is written; whoever asked has not heard.
    BeforeReply,
}

impl Stage {
    pub(crate) fn new(props: Props) -> Arc<Self> {
        Arc::new(Self {
            seed: props.seed,
            world: OnceLock::new(),
            trace: Trace::new(props.loud),
            weather: props.weather,
            auditor: Auditor::default(),
            tally: Tally::default(),
            agenda: Agenda::default(),
            network: Tasks::new(),
            people: Tasks::new(),
            life: Life::default(),
            mutant: props.mutant,
            meddler: Meddler::default(),
            surplus: props.surplus,
            crash_at: props.crash_at,
            points: AtomicU64::new(0),
            ended_after: AtomicU64::new(0),
            actor: Mutex::new(Actor::Worker),
            under_way: AtomicUsize::new(0),
            wallet: Mutex::default(),
            suspicious: Mutex::default(),
        })
    }

    pub(crate) fn set_world(&self, world: Arc<World>) {
        self.trace.follow(world.clock.clone());
        assert!(self.world.set(world).is_ok(), "a stage has one world");
    }

    pub(crate) fn world(&self) -> &Arc<World> {
        self.world.get().expect("the world is set before anything runs")
    }

    /// True when the server dies here. A sweep dies at one counted point, a seed by its dice.
    pub(crate) fn dies_at(&self, point: Point) -> bool {
        let here = self.points.fetch_add(1, Ordering::Relaxed);
        let dies = match self.crash_at {
            Some(place) => here == place,
            None => self.weather.dies(),
        };
        if dies {
            self.trace.note(format_args!("the server dies {point:?}, at point {here}"));
            self.life.die();
        }
        dies
    }

    /// How many points the server could have died at so far.
    pub(crate) fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    pub(crate) fn actor(&self) -> Actor {
        *self.actor_mut()
    }

    fn actor_mut(&self) -> MutexGuard<'_, Actor> {
        self.actor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is on its way until the guard is dropped.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) > 0
    }

    /// Waits, without keeping time from jumping ahead.
    pub(crate) async fn pause(&self, time: Duration) {
        self.agenda.pause(&self.world().clock, time).await;
    }

    pub(crate) fn keep_invoke(&self, order_no: &str, invoke: &Value) {
        if invoke.is_object() {
            let mut wallet = self.wallet.lock().unwrap_or_else(PoisonError::into_inner);
            wallet.entry(order_no.to_owned()).or_default().push(invoke.clone());
        }
    }

    pub(crate) fn invokes(&self, order_no: &str) -> Vec<Value> {
        let wallet = self.wallet.lock().unwrap_or_else(PoisonError::into_inner);
        wallet.get(order_no).cloned().unwrap_or_default()
    }

    /// What the notification that arrives next under this id is.
    pub(crate) fn suspect(&self, id: &str, belief: Belief) {
        self.suspicious.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), belief);
    }

    pub(crate) fn belief(&self, id: &str) -> Belief {
        let mut suspicious = self.suspicious.lock().unwrap_or_else(PoisonError::into_inner);
        suspicious.remove(id).unwrap_or(Belief::Honest)
    }
}

/// Keeps time from jumping ahead.
pub(crate) struct Busy(Arc<Stage>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether the server lives.
#[derive(Default)]
pub(crate) struct Life {
    dead: AtomicBool,
    generation: AtomicU64,
    /// Rung at every death.
    pub(crate) knell: Notify,
}

/// What a dying task unwinds with. Resumed, not raised, so that no panic is reported.
pub(crate) struct Died;

impl Life {
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.knell.notify_waiters();
    }

    pub(crate) fn revive(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.dead.store(false, Ordering::Relaxed);
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Comes when the server of that generation is dead.
    pub(crate) async fn end_of(&self, generation: u64) {
        loop {
            let knell = self.knell.notified();
            tokio::pin!(knell);
            knell.as_mut().enable();
            if self.is_dead() || self.generation() != generation {
                return;
            }
            knell.await;
        }
    }
}

/// Stops the task here, as the death of its process would.
pub(crate) fn stop_dead() -> ! {
    std::panic::resume_unwind(Box::new(Died))
}

/// A future of the server that works on somebody's behalf.
pub(crate) struct Acting<F> {
    stage: Arc<Stage>,
    actor: Actor,
    future: Pin<Box<F>>,
}

impl<F: Future> Acting<F> {
    pub(crate) fn new(stage: &Arc<Stage>, actor: Actor, future: F) -> Self {
        Self { stage: stage.clone(), actor, future: Box::pin(future) }
    }
}

/// Gives the part back, also when the poll unwinds.
struct Part<'a>(&'a Stage, Actor);

impl Drop for Part<'_> {
    fn drop(&mut self) {
        *self.0.actor_mut() = self.1;
    }
}

impl<F: Future> Future for Acting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let stage = self.stage.clone();
        let before = std::mem::replace(&mut *stage.actor_mut(), self.actor);
        let _part = Part(&stage, before);
        self.future.as_mut().poll(context)
    }
}
