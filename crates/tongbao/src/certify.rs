//! `tongbao certify`: plays the platform and the payer against any merchant's server, and scores it on the
//! go-live checklist (v3.md §12).
//!
//! [`Platform::start`] listens with a simulator of its own; the server under examination is told its address
//! and keys as `tongbao simulate` tells them. [`examine`] then runs the cases (`cases`, one function each)
//! through the [`Adapter`], several at a time, each on orders of its own. What is sent in the platform's
//! name beyond what happened is composed by the simulator and posted here, as it is.

pub mod adapter;
mod case;
mod cases;
pub mod checklist;
mod child;
mod evidence;
mod interference;
mod platform;
pub mod report;
mod scene;
mod server;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

pub use adapter::{Ability, Adapter};
pub use case::Demand;
pub use child::Child;
pub use platform::{Platform, PlatformOptions};
pub use report::{CaseReport, Report, Score, Verdict};

use crate::config::Words;
use case::{Case, Gate, Time, Unmet, not_judged, not_offered};
use cases::all;
use report::{abilities, by_hand};
use scene::{Scene, World};
use server::Server;

/// Why a run could not take place.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The adapter cannot be used.
    #[error("{}", .0.en)]
    Adapter(Words),
    /// The system refused something.
    #[error("{0}: {1}")]
    System(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nothing answers at the server's address.
    #[error("no answer at {0}")]
    Unreachable(String),
    /// The server does not say what it can.
    #[error("the server does not declare its abilities at {0}")]
    Undeclared(String),
    /// A case that is none was asked for.
    #[error("there is no case {0}")]
    NoSuchCase(String),
    /// The server that was started ended by itself.
    #[error("the server ended: {0}")]
    Ended(String),
}

/// What to examine.
pub struct Examination {
    /// Where the server is.
    pub url: String,
    /// How it is asked.
    pub adapter: Adapter,
    /// How long a case waits for the server to come to a state.
    pub patience: Duration,
    /// Only these cases; all when empty.
    pub only: Vec<String>,
    /// How many cases run at one time.
    pub at_once: usize,
}

/// A case as `--list` shows it.
pub struct Listed {
    /// Its stable name.
    pub id: &'static str,
    /// What it is about.
    pub title: Words,
    /// How much the checklist minds.
    pub demand: Demand,
    /// Which lines of the checklist it judges.
    pub lines: &'static [&'static str],
}

/// Every case.
#[must_use]
pub fn listed() -> Vec<Listed> {
    let listed = |case: &Case| Listed {
        id: case.id,
        title: Words::new(case.title.zh, case.title.en),
        demand: case.demand,
        lines: case.lines,
    };
    all().map(listed).collect()
}

/// Waits until the server answers.
///
/// # Errors
/// [`Failure::Unreachable`] when it does not within `patience`; [`Failure::Ended`] when it was started here
/// and ended.
pub async fn wait_for_server(
    platform: &Platform,
    examination: &Examination,
    patience: Duration,
    mut child: Option<&mut Child>,
) -> Result<(), Failure> {
    let server = Server::new(&examination.url, examination.adapter.clone(), platform.log.clone())?;
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let answers = server.answers().await;
        // Whoever answers when the command has ended is somebody else.
        if let Some(child) = child.as_deref_mut() {
            child.still_runs()?;
        }
        if answers {
            if let Some(child) = child {
                tokio::time::sleep(KNOCK_EVERY).await;
                child.still_runs()?;
            }
            return Ok(());
        }
        if tokio::time::Instant::now() >= deadline {
            return Err(Failure::Unreachable(examination.url.clone()));
        }
        tokio::time::sleep(KNOCK_EVERY).await;
    }
}

/// Runs the cases and reports. `tell` hears of each case as it ends.
///
/// # Errors
/// [`Failure`] when the run cannot take place; whatever the server does wrong is in the report.
pub async fn examine(
    platform: &Platform,
    examination: &Examination,
    mut tell: impl FnMut(&CaseReport),
) -> Result<Report, Failure> {
    if let Some(unknown) = examination.only.iter().find(|id| all().all(|case| case.id != id.as_str())) {
        return Err(Failure::NoSuchCase(unknown.clone()));
    }
    let started_at = platform.clock.now().rfc3339();
    let server = Server::new(&examination.url, examination.adapter.clone(), platform.log.clone())?;
    let offered: BTreeSet<Ability> = server.abilities().await?.into_iter().collect();
    let world = World::new(platform, &server, offered.clone(), examination.patience);
    let asked =
        |case: &&'static Case| examination.only.is_empty() || examination.only.iter().any(|id| id == case.id);
    let mut done: Vec<CaseReport> = Vec::new();
    let mut open = Gates { places: true, takes: true };
    let at = |time: Time| all().filter(asked).filter(move |case| case.time == time && !Gates::are(case));
    for case in at(Time::Past) {
        let report = run(&world, case, open).await;
        tell(&report);
        done.push(report);
    }
    platform.catch_up().await;
    // Then the gates: they say what the others mean. They run even when they were not asked for.
    for case in all().filter(|case| Gates::are(case)) {
        let report = run(&world, case, open).await;
        open = open.after(&report);
        if asked(&case) {
            tell(&report);
            done.push(report);
        }
    }
    let mut running = stream::iter(at(Time::Now).map(|case| run(&world, case, open)))
        .buffer_unordered(examination.at_once.max(1));
    while let Some(report) = running.next().await {
        tell(&report);
        done.push(report);
    }
    drop(running);
    // Whoever moves the clock would have every open notification of the others repeated on the way.
    platform
        .interference
        .hush(platform.simulator.orders().iter().map(|order| order.out_trade_no.to_string()));
    for case in at(Time::Ahead) {
        let report = run(&world, case, open).await;
        tell(&report);
        done.push(report);
    }
    let place = |report: &CaseReport| all().position(|case| case.id == report.id);
    done.sort_by_key(place);
    let score = Score::of(&done);
    Ok(Report {
        certify: 1,
        tongbao: env!("CARGO_PKG_VERSION"),
        server: server.base().to_owned(),
        started_at,
        full_marks: score.is_full(),
        score,
        abilities: abilities(&offered),
        cases: done,
        by_hand: by_hand(),
    })
}

/// What the gates have shown.
#[derive(Clone, Copy)]
struct Gates {
    places: bool,
    takes: bool,
}

impl Gates {
    fn are(case: &Case) -> bool {
        [cases::PLACES, cases::TAKES].contains(&case.id)
    }

    fn after(mut self, report: &CaseReport) -> Self {
        let passed = report.verdict == Verdict::Passed;
        if report.id == cases::PLACES {
            self.places = passed;
        }
        if report.id == cases::TAKES {
            self.takes = passed;
        }
        self
    }
}

async fn run(world: &World<'_>, case: &'static Case, open: Gates) -> CaseReport {
    let scene = Scene::new(world, case);
    let missing = case.needs.iter().find(|ability| !world.abilities.contains(ability));
    let judged = if let Some(ability) = missing {
        let word = ability.as_str();
        let (zh, en) = if ability.is_demanded() {
            ("清单要求提供", "the checklist demands it")
        } else {
            ("清单不强制", "the checklist does not demand it")
        };
        not_offered(format!("服务没有提供 {word}；{zh}"), format!("the server does not offer `{word}`; {en}"))
    } else if case.gate != Gate::None && !open.places {
        let id = cases::PLACES;
        not_judged(format!("下单没有通过（见 {id}）"), format!("ordering did not pass (see {id})"))
    } else if case.gate == Gate::Takes && !open.takes {
        let id = cases::TAKES;
        not_judged(
            format!("真的通知也不被接受（见 {id}），拒绝假的说明不了什么"),
            format!(
                "genuine notifications are not taken either (see {id}), so refusing others shows nothing"
            ),
        )
    } else {
        let limit = world.patience * PATIENCES_MAX + ANSWERS;
        let judged = tokio::time::timeout(limit, (case.run)(&scene)).await;
        judged.unwrap_or_else(|_| {
            let seconds = limit.as_secs();
            Err(Unmet::NotJudged(Words::new(
                format!("{seconds} 秒内没有结束"),
                format!("it did not end within {seconds} seconds"),
            )))
        })
    };
    CaseReport::new(case, judged, scene.evidence())
}

/// Between two knocks at a server that is starting.
const KNOCK_EVERY: Duration = Duration::from_millis(200);
/// No case waits for more states than this, one after the other.
const PATIENCES_MAX: u32 = 4;
/// What the answers of a case may take together, beside what it waits for.
const ANSWERS: Duration = Duration::from_secs(120);
/// The platform waits so long for the answer to a notification (v3.md §6.8).
const NOTIFIED_WITHIN: Duration = Duration::from_secs(5);
