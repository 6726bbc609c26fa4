//! Runs one seed from its beginning to its end, in virtual time, on one thread.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Once};
use std::time::Duration;

use tongbao::router;
use tongbao_domain::SurplusPolicy;
use tongbao_sdk::Outbound;
use tongbao_sim::Faults;
use tongbao_store::jobs;
use tongbao_wire::{RefundStatus, Timestamp};

use crate::auditor::{self, Invariant};
use crate::dice::Dice;
use crate::line::Line;
use crate::mutants::Mutant;
use crate::profile::{self, Profile, Rates};
use crate::stage::{Belief, Props, Stage};
use crate::tally::Sometimes;
use crate::weather::Weather;
use crate::world::{Plan, START, World};
use crate::{disk, forge, gate, scenario, sweep};

/// What to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) seed: u64,
    /// The profile; the seed draws one when it is not said.
    pub(crate) profile: Option<Profile>,
    pub(crate) mutant: Option<Mutant>,
    /// A fixed story without faults, in which the server dies at this point; `None`: the seed's own story.
    pub(crate) sweep: Option<u64>,
    /// Print every line of the trace.
    pub(crate) loud: bool,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) seed: u64,
    pub(crate) profile: Profile,
    pub(crate) hash: u64,
    pub(crate) lines: u64,
    pub(crate) counts: BTreeMap<Sometimes, u64>,
    pub(crate) points: u64,
    pub(crate) virtual_seconds: u64,
    pub(crate) violation: Option<(Invariant, String)>,
    tail: Vec<String>,
}

impl Ended {
    /// What a person needs to look into it.
    pub(crate) fn report(&self) -> String {
        let (invariant, said) = self.violation.as_ref().expect("only violations are reported");
        format!(
            "seed {} profile {} violates {invariant:?}: {said}\nreplay: cargo xtask simulate --seed {}{}\n\
             the end of its trace:\n{}",
            self.seed,
            self.profile.name(),
            self.seed,
            std::env::var("TONGBAO_PROFILE").map_or(String::new(), |name| format!(" --profile {name}")),
            self.tail.join("\n")
        )
    }

    /// Panics with the report if anything was violated.
    pub(crate) fn must_be_clean(self) -> Self {
        assert!(self.violation.is_none(), "{}", self.report());
        self
    }
}

/// Runs it.
pub(crate) fn run(script: &Script) -> Ended {
    listen_for_panics();
    PANICS.with_borrow_mut(Vec::clear);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let stage = runtime.expect("a runtime without threads").block_on(play(script));
    let panics = PANICS.with_borrow(Clone::clone);
    if let Some(said) = panics.first() {
        stage.auditor.violated(&stage, Invariant::Panic, said.clone());
    }
    let (hash, lines) = stage.trace.hash();
    Ended {
        seed: script.seed,
        profile: stage.weather.profile,
        hash,
        lines,
        counts: stage.tally.counts(),
        points: stage.points(),
        virtual_seconds: stage.ended_after.load(Ordering::Relaxed),
        violation: stage.auditor.violation(),
        tail: stage.trace.tail(),
    }
}

async fn play(script: &Script) -> Arc<Stage> {
    let dice = Dice::fork(script.seed, 0);
    let drawn = *dice.pick(&Profile::ALL);
    let profile = if script.sweep.is_some() { Profile::Normal } else { script.profile.unwrap_or(drawn) };
    let rates = Rates::drawn(&dice, profile);
    let rates = if script.sweep.is_some() { Rates::default() } else { rates };
    let surplus = if script.mutant.is_some() { SurplusPolicy::Refund } else { profile::surplus(&dice) };
    let stage = Stage::new(Props {
        seed: script.seed,
        loud: script.loud,
        weather: Weather::new(script.seed, profile, rates),
        mutant: script.mutant,
        surplus,
        crash_at: script.sweep,
    });
    stage.set_world(world(&stage, &dice));
    disk::watch(&stage);
    stage.trace.note(format_args!("seed {} profile {} surplus {surplus:?}", script.seed, profile.name()));
    let keeper = stage.clone();
    stage.network.spawn("keeper", async move { keep(keeper).await });
    match script.sweep {
        Some(_) => sweep::begin(&stage),
        None => begin(&stage, &dice),
    }
    people_act(&stage).await;
    quiet(&stage).await;
    if stage.auditor.violation().is_none() {
        stage.auditor.close_the_books(&stage);
    }
    let seconds = stage.world().clock.now().since(START).as_secs();
    stage.ended_after.store(seconds, Ordering::Relaxed);
    stage.network.abort_all();
    stage.people.abort_all();
    stage
}

fn world(stage: &Arc<Stage>, dice: &Dice) -> Arc<World> {
    let weak = Arc::downgrade(stage);
    let between =
        move |wire: Arc<dyn Outbound>| -> Arc<dyn Outbound> { Arc::new(Line::new(wire, weak.clone())) };
    let keeps = stage.mutant == Some(Mutant::KeepsSurplus);
    let mut switches = profile::switches(dice);
    if stage.crash_at.is_some() {
        switches.refund_spacing = false;
        switches.refund_takes = Duration::from_secs(2);
    }
    let world = World::new(Plan {
        seed: stage.seed,
        surplus: if keeps { SurplusPolicy::Hold } else { stage.surplus },
        key_mode: profile::key_mode(dice),
        switches,
        between: Some(Arc::new(between)),
        ..Plan::default()
    });
    let (calls, mail) = (Arc::downgrade(stage), Arc::downgrade(stage));
    world.sim.set_faults(Faults {
        call: Box::new(move |seen| match calls.upgrade() {
            Some(stage) => {
                let fault = stage.weather.call_fault(seen.endpoint);
                stage.trace.note(format_args!("platform gets {:?}: {fault:?}", seen.endpoint));
                fault
            }
            None => tongbao_sim::CallFault::Pass,
        }),
        delivery: Box::new(move |seen| match mail.upgrade() {
            Some(stage) => {
                let fault = stage.weather.delivery_fault(seen.id, seen.send);
                let forged = matches!(fault, tongbao_sim::DeliveryFault::Forge(_));
                stage.suspect(seen.id, if forged { Belief::Forged } else { Belief::Honest });
                stage
                    .trace
                    .note(format_args!("send {} of {} {}: {fault:?}", seen.send, seen.event_type, seen.id));
                fault
            }
            None => tongbao_sim::DeliveryFault::Pass,
        }),
    });
    // The server that the world has started is not running yet: nothing was awaited since.
    let between = Arc::downgrade(stage);
    watch_the_door(&world, between);
    world
}

fn watch_the_door(world: &World, stage: std::sync::Weak<Stage>) {
    let guard = axum::middleware::from_fn(move |request, next| gate::guard(stage.clone(), request, next));
    world.door.open(router::router(world.running()).layer(guard));
}

/// Buries a server that died and starts the next one.
async fn keep(stage: Arc<Stage>) {
    loop {
        stage.life.end_of(stage.life.generation()).await;
        stage.tally.happened(Sometimes::Crash);
        let world = stage.world();
        world.crash_server();
        stage.auditor.catch_up(&stage);
        stage.pause(stage.weather.downtime()).await;
        stage.trace.note("a server starts");
        stage.life.revive();
        world.start_server();
        watch_the_door(world, Arc::downgrade(&stage));
        disk::watch(&stage);
    }
}

fn begin(stage: &Arc<Stage>, dice: &Dice) {
    for index in 0..dice.between(1..=8) {
        stage.people.spawn("story", scenario::story(stage.clone(), index));
    }
    let liar = Dice::new(dice.next());
    stage.people.spawn("liar", forge::attack(stage.clone(), liar, dice.below(5)));
    let steps = Dice::new(dice.next());
    let stepping = stage.clone();
    stage.people.spawn("clock", async move {
        for _ in 0..steps.below(3) {
            stepping.pause(steps.seconds(1..=900)).await;
            let step = steps.millis(1..=80_000);
            stepping.trace.note(format_args!("the server's clock steps {step:?} ahead"));
            let millis = i64::try_from(step.as_millis()).expect("seconds");
            stepping.world().server_ahead.fetch_add(millis, Ordering::Relaxed);
        }
    });
}

/// The longest that people go on. Every one of their loops has an end of its own.
const PEOPLE_MOST: Duration = Duration::from_secs(24 * 3600);

async fn people_act(stage: &Arc<Stage>) {
    let until = stage.world().clock.now().plus(PEOPLE_MOST);
    while stage.people.running() > 0 && stage.auditor.violation().is_none() {
        if stage.world().clock.now() > until {
            return stage.auditor.violated(stage, Invariant::I14, "people never come to an end".into());
        }
        go_on(stage).await;
    }
}

/// The slowest chain after everything works again: a closing order is tried again within an hour, and what
/// that brings to light is refunded within another.
const SETTLED_WITHIN: Duration = Duration::from_secs(2 * 3600 + 300);
/// The platform's longest wait between two sends of a notification, and what follows from it.
const MAIL_WITHIN: Duration = Duration::from_secs(6 * 3600 + 3600);

/// Nothing goes wrong any more; everything must come to its end within its bound.
async fn quiet(stage: &Arc<Stage>) {
    let world = stage.world().clone();
    stage.weather.calm_down();
    scenario::mend_what_is_stuck(stage);
    stage.trace.note("the quiet phase begins");
    let begun = world.clock.now();
    let last_expiry = auditor::all(stage).iter().map(|order| order.expires_at).fold(begun, Timestamp::max);
    let bound = last_expiry.plus(SETTLED_WITHIN);
    let bound_of_mail = last_expiry.plus(MAIL_WITHIN);
    while stage.auditor.violation().is_none() {
        stage.auditor.money_is_noticed(stage, begun);
        let now = world.clock.now();
        let (settled, mail) = (auditor::is_settled(stage), mail_is_out(stage));
        if (settled && mail && !stage.is_busy()) || now > bound_of_mail {
            break;
        }
        if now > bound && !settled && mail {
            break;
        }
        go_on(stage).await;
    }
    stage.trace.note("the end");
}

/// True when the platform has nothing left to tell.
fn mail_is_out(stage: &Stage) -> bool {
    !stage.weather.profile.mail_arrives()
        || stage.world().sim.notifications().iter().all(|told| told.delivered || told.next_at.is_none())
}

/// How long to let things happen by themselves when something is under way.
const MOMENT: Duration = Duration::from_secs(1);

/// Lets time go on: to the next moment at which something is known to happen when nothing is under way.
async fn go_on(stage: &Arc<Stage>) {
    stage.auditor.catch_up(stage);
    let now = stage.world().clock.now();
    let wait =
        if stage.is_busy() { MOMENT } else { next_moment(stage, now).map_or(MOMENT, |at| at.since(now)) };
    if wait > MOMENT {
        tokio::time::advance(wait).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    } else {
        tokio::time::sleep(if wait.is_zero() { MOMENT } else { wait }).await;
    }
}

fn next_moment(stage: &Stage, now: Timestamp) -> Option<Timestamp> {
    let world = stage.world();
    let job = if stage.life.is_dead() {
        None
    } else {
        let ahead = world.server_clock().now().since(now);
        world.store.read(jobs::next_due).expect("the store reads").map(|due| due.minus(ahead))
    };
    let mail = world.sim.notifications().iter().filter_map(|told| told.next_at).min();
    let refunding = world
        .sim
        .orders()
        .iter()
        .flat_map(|order| order.refunds.clone())
        .any(|refund| refund.status == RefundStatus::Processing);
    let refund = refunding.then(|| now.plus(MOMENT));
    [stage.agenda.first(), job, mail, refund].into_iter().flatten().min()
}

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Every panic on this thread is a violation, also one that a task's owner has caught.
fn listen_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.with_borrow_mut(|panics| panics.push(info.to_string()));
            usual(info);
        }));
    });
}
