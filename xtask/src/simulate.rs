//! `cargo xtask simulate`: the deterministic simulation, which is the test `new_seeds` of the test binary
//! `simulation` in crate tongbao.
//!
//! What to run is told in the environment: `TONGBAO_SEED` replays one seed with its trace;
//! `TONGBAO_SECONDS` runs new seeds for that long and prints them; `TONGBAO_PROFILE` keeps to the faults of
//! one profile. With none of them set (as among the other tests) it runs a few new seeds.

use std::time::Duration;

use crate::arguments::Arguments;
use crate::process::{Program, cargo};
use crate::{Complaint, tools};

/// Which worlds to simulate.
pub(crate) enum Worlds {
    /// This one, again.
    Seed(u64),
    /// New ones for so many seconds.
    Seconds(u64),
}

/// For as long as a run may go on beyond what was asked: building, and the last seed.
const SLACK: Duration = Duration::from_secs(20 * 60);

pub(crate) fn from_arguments(mut arguments: Arguments) -> Result<(), Complaint> {
    let seed = arguments.number("--seed")?.map(Worlds::Seed);
    let seconds = arguments.number("--seconds")?.map(Worlds::Seconds);
    let profile = arguments.value("--profile")?;
    arguments.end()?;
    match (seed, seconds) {
        (Some(worlds), None) | (None, Some(worlds)) => simulate(&worlds, profile.as_deref()),
        _ => Err("say either --seed N (replay one) or --seconds S (new ones)".to_owned()),
    }
}

/// Runs the simulation. `profile` names the faults to keep to; each seed draws its own without it.
pub(crate) fn simulate(worlds: &Worlds, profile: Option<&str>) -> Result<(), Complaint> {
    tools::nextest()?;
    let run = match worlds {
        Worlds::Seed(seed) => seeds().set("TONGBAO_SEED", &seed.to_string()),
        Worlds::Seconds(seconds) => seeds()
            .set("TONGBAO_SECONDS", &seconds.to_string())
            .within(SLACK.saturating_add(Duration::from_secs(*seconds))),
    };
    match profile {
        Some(profile) => run.set("TONGBAO_PROFILE", profile).run(),
        None => run.run(),
    }
}

/// `--workspace` keeps the features, and so the build, the same as the other tests'.
/// The nextest profile lifts the time limit of a single test.
fn seeds() -> Program {
    let run = "nextest run --locked --workspace --test simulation --profile simulate --no-capture";
    cargo(run).words("-E test(=seeds::new_seeds)")
}
