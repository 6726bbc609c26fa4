//! Seeds: fixed ones, new ones, and the same ones twice.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::profile::Profile;
use crate::run::{Script, run};
use crate::tally::Sometimes;

/// Real time, for running new seeds for so long.
struct Watch(std::time::Instant);

impl Watch {
    #[allow(clippy::disallowed_methods, reason = "how long to look for new seeds is said in real time")]
    fn start() -> Self {
        Self(std::time::Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number, not {text:?}")))
}

fn wanted_profile() -> Option<Profile> {
    let name = std::env::var("TONGBAO_PROFILE").ok()?;
    let known = Profile::ALL.map(Profile::name).join(", ");
    Some(Profile::named(&name).unwrap_or_else(|| panic!("no profile {name:?}; there are {known}")))
}

const FIXED: u64 = 150;

#[test]
fn fixed_seeds() {
    let watch = Watch::start();
    let mut lines = 0;
    let mut virtual_seconds = 0;
    for seed in 0..FIXED {
        let ended = run(&Script { seed, ..Script::default() }).must_be_clean();
        lines += ended.lines;
        virtual_seconds += ended.virtual_seconds;
    }
    let seconds = watch.elapsed();
    println!("{FIXED} seeds, {lines} events, {} virtual hours in {seconds:?}", virtual_seconds / 3600);
}

/// The system's own chance draws where to begin.
fn first_new_seed() -> u64 {
    u64::from_le_bytes(tongbao_wire::seam::Chance::system().bytes()) >> 16
}

const NEW_AT_LEAST: u64 = 20;

#[test]
fn new_seeds() {
    let profile = wanted_profile();
    if let Some(seed) = number("TONGBAO_SEED") {
        let ended = run(&Script { seed, profile, loud: true, ..Script::default() });
        println!(
            "seed {seed} profile {} trace {:016x} in {} lines",
            ended.profile.name(),
            ended.hash,
            ended.lines
        );
        ended.must_be_clean();
        return;
    }
    let seconds = Duration::from_secs(number("TONGBAO_SECONDS").unwrap_or(0));
    let first = first_new_seed();
    println!("new seeds from {first} on, at least {NEW_AT_LEAST}, for {seconds:?} (TONGBAO_SECONDS)");
    let watch = Watch::start();
    let (mut ran, mut virtual_seconds) = (0, 0);
    let mut profiles: BTreeMap<&str, u64> = BTreeMap::new();
    while ran < NEW_AT_LEAST || watch.elapsed() < seconds {
        let ended = run(&Script { seed: first + ran, profile, ..Script::default() }).must_be_clean();
        *profiles.entry(ended.profile.name()).or_default() += 1;
        virtual_seconds += ended.virtual_seconds;
        ran += 1;
    }
    let took = watch.elapsed();
    println!(
        "seeds {first} to {} are clean: {ran} in {took:?}, {} virtual hours, {profiles:?}",
        first + ran - 1,
        virtual_seconds / 3600
    );
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..12 {
        let once = run(&Script { seed, ..Script::default() });
        let again = run(&Script { seed, ..Script::default() });
        println!(
            "seed {seed} profile {} trace {:016x} in {} lines",
            once.profile.name(),
            once.hash,
            once.lines
        );
        assert_eq!((once.hash, once.lines), (again.hash, again.lines), "seed {seed}");
    }
}

/// Seeds within which every dangerous state must have been reached.
const REACHED_WITHIN: u64 = 300;

#[test]
fn every_dangerous_state_is_reached_within_its_seeds() {
    let mut counts: BTreeMap<Sometimes, u64> = BTreeMap::new();
    for seed in 0..REACHED_WITHIN {
        for (what, times) in run(&Script { seed, ..Script::default() }).counts {
            *counts.entry(what).or_default() += times;
        }
        if Sometimes::ALL.iter().all(|what| counts.contains_key(what)) {
            println!("every dangerous state was reached within {} seeds: {counts:?}", seed + 1);
            return;
        }
    }
    let never: Vec<_> = Sometimes::ALL.iter().filter(|what| !counts.contains_key(what)).collect();
    panic!("{never:?} never happened in {REACHED_WITHIN} seeds: {counts:?}");
}
