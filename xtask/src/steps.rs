//! `cargo xtask test`: the steps, in order. A step that cannot run has failed; none is skipped in silence.

use std::fs;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::process::{Program, Stopwatch, cargo, program};
use crate::simulate::{Worlds, simulate};
use crate::{Complaint, browser, deny, peers, place, tools};

/// One thing that is run, and passes or fails.
struct Step {
    name: &'static str,
    what: &'static str,
    /// A note says what a step that passed could not look at.
    run: fn() -> Result<Option<String>, Complaint>,
}

/// Cheap ones first; those that share a build stand together.
const STEPS: [Step; 13] = [
    Step { name: "fmt", what: "the code is formatted", run: fmt },
    Step { name: "miniprogram", what: "the mini program's client, in Node", run: miniprogram },
    Step { name: "clippy", what: "no warnings in any target", run: clippy },
    Step {
        name: "features",
        what: "the SDK builds with every choice of features, and 国密 passes its tests",
        run: features,
    },
    Step { name: "test", what: "unit and integration tests", run: test_all },
    Step { name: "doctest", what: "the examples in the documentation", run: doctest },
    Step { name: "doc", what: "the documentation builds without a warning", run: doc },
    Step { name: "api", what: "the SDK's public API is the one on record", run: api },
    Step { name: "simulate", what: "30 seconds of simulated worlds from new seeds", run: simulate_briefly },
    Step { name: "demo", what: "the demo buys and is paid, without a browser", run: demo },
    Step { name: "peers", what: "clients written by others buy and refund at the simulator", run: trade },
    Step { name: "browser", what: "the demo, clicked through in Chromium", run: click },
    Step { name: "deny", what: "licences, bans and sources of the dependencies", run: deny::check },
];

/// How long new seeds are tried in a test run.
const SIMULATED_SECONDS: u64 = 30;
/// The demo needs a few seconds, also on a busy machine.
const DEMO_LIMIT: Duration = Duration::from_secs(120);

/// How one step went.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<Option<String>, Complaint>,
}

/// Runs the steps that are asked for, all without `--only`, and sums up.
pub(crate) fn test(mut arguments: Arguments) -> Result<(), Complaint> {
    let list = arguments.flag("--list");
    let only = arguments.values("--only")?;
    arguments.end()?;
    if let Some(stranger) = only.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        return Err(format!("there is no step {stranger:?}; `cargo xtask test --list` names them"));
    }
    if list {
        STEPS.iter().for_each(|step| println!("{:<12} {}", step.name, step.what));
        return Ok(());
    }
    let asked = STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name));
    let outcomes: Vec<Outcome> = asked.map(take).collect();
    sum_up(&outcomes)
}

fn take(step: &Step) -> Outcome {
    println!("\n=== {}: {}", step.name, step.what);
    let watch = Stopwatch::start();
    let result = (step.run)();
    let took = watch.elapsed();
    match &result {
        Ok(_) => println!("=== {} passed in {}", step.name, seconds(took)),
        Err(complaint) => println!("=== {} FAILED after {}: {complaint}", step.name, seconds(took)),
    }
    Outcome { name: step.name, took, result }
}

/// The last line is `N passed, N failed`, on standard output, for people and programs alike.
fn sum_up(outcomes: &[Outcome]) -> Result<(), Complaint> {
    println!();
    for Outcome { name, took, result } in outcomes {
        let took = seconds(*took);
        match result {
            Ok(None) => println!("passed  {name:<12} {took:>9}"),
            Ok(Some(note)) => println!("passed  {name:<12} {took:>9}  {note}"),
            Err(complaint) => println!("FAILED  {name:<12} {took:>9}  {complaint}"),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    match failed {
        0 => Ok(()),
        _ => Err(String::new()),
    }
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

fn passed(program: Program) -> Result<Option<String>, Complaint> {
    program.run().map(|()| None)
}

fn fmt() -> Result<Option<String>, Complaint> {
    tools::component("fmt", "rustfmt")?;
    passed(cargo("fmt --all --check"))
}

fn clippy() -> Result<Option<String>, Complaint> {
    tools::component("clippy", "clippy")?;
    passed(cargo("clippy --locked --workspace --all-targets -- -D warnings"))
}

/// Each feature of the SDK alone, none, and all: what one of them needs must not stand behind another.
fn features() -> Result<Option<String>, Complaint> {
    tools::component("clippy", "clippy")?;
    for choice in ["", "--features client", "--features v2", "--features sm", "--all-features"] {
        cargo(&format!("clippy --locked -p tongbao-sdk --lib --no-default-features {choice} -- -D warnings"))
            .run()?;
    }
    tools::nextest()?;
    passed(cargo("nextest run --locked -p tongbao-sdk --all-features"))
}

fn test_all() -> Result<Option<String>, Complaint> {
    tools::nextest()?;
    passed(cargo("nextest run --locked --workspace"))
}

fn doctest() -> Result<Option<String>, Complaint> {
    passed(cargo("test --locked --workspace --doc"))
}

fn doc() -> Result<Option<String>, Complaint> {
    passed(cargo("doc --locked --workspace --no-deps").set("RUSTDOCFLAGS", "-Dwarnings"))
}

fn api() -> Result<Option<String>, Complaint> {
    crate::api::check().map(|()| None)
}

/// The files are named one by one: what `node --test DIRECTORY` means differs between versions of Node.
fn miniprogram() -> Result<Option<String>, Complaint> {
    tools::node()?;
    let directory = place::root().join("miniprogram").join("test");
    let entries = fs::read_dir(&directory)
        .map_err(|error| format!("the tests in {} cannot be listed: {error}", directory.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(".test.js")).collect();
    files.sort();
    if files.is_empty() {
        return Err(format!("there is no *.test.js in {}", directory.display()));
    }
    passed(files.iter().fold(program("node").word("--test"), Program::word))
}

fn simulate_briefly() -> Result<Option<String>, Complaint> {
    simulate(&Worlds::Seconds(SIMULATED_SECONDS), None).map(|()| None)
}

/// Together with the tests, so that the features are theirs and nothing is built a second time.
fn build_binary() -> Result<(), Complaint> {
    cargo("build --locked --workspace --bins --tests").run()
}

fn demo() -> Result<Option<String>, Complaint> {
    build_binary()?;
    passed(program(&place::tongbao().to_string_lossy()).words("demo --once").within(DEMO_LIMIT))
}

fn trade() -> Result<Option<String>, Complaint> {
    build_binary()?;
    peers::test().map(|()| None)
}

fn click() -> Result<Option<String>, Complaint> {
    build_binary()?;
    browser::test().map(|()| None)
}
