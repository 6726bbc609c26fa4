//! `cargo xtask fuzz`: everything that reads bytes from outside, fed with what nobody would send.
//!
//! The targets are in `fuzz/`, the inputs worth keeping in `fuzz/corpus/`; a test of crate tongbao reads
//! those again in every run.

use std::time::Duration;

use crate::arguments::Arguments;
use crate::process::cargo;
use crate::{Complaint, place, tools};

/// What is fuzzed.
const TARGETS: [&str; 6] = ["authorization", "bill", "notification", "pkcs12", "platform", "xml"];
/// How long each, unless told otherwise.
const SECONDS: u64 = 60;
/// Building with the sanitizer takes longer than anything else here.
const SLACK: Duration = Duration::from_secs(30 * 60);

pub(crate) fn from_arguments(mut arguments: Arguments) -> Result<(), Complaint> {
    let only = arguments.values("--only")?;
    let seconds = arguments.number("--seconds")?.unwrap_or(SECONDS);
    arguments.end()?;
    if let Some(stranger) = only.iter().find(|name| !TARGETS.contains(&name.as_str())) {
        return Err(format!("there is no target {stranger:?}; there are: {}", TARGETS.join(", ")));
    }
    tools::fuzz()?;
    for target in TARGETS.iter().filter(|target| only.is_empty() || only.iter().any(|name| name == *target)) {
        run(target, seconds)?;
    }
    Ok(())
}

fn run(target: &str, seconds: u64) -> Result<(), Complaint> {
    let directory = place::root().join("fuzz");
    // New inputs go into the target directory; the corpus in the repository is only read.
    let found = place::target().join("fuzz-corpus").join(target);
    std::fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    cargo("fuzz run --fuzz-dir")
        .word(&directory)
        .word("--target-dir")
        .word(place::target().join("fuzz"))
        .word(target)
        .word(&found)
        .word(directory.join("corpus").join(target))
        .word("--")
        .words(&format!("-max_total_time={seconds} -max_len=65536 -timeout=10 -rss_limit_mb=2048"))
        // The sanitizer's switch is not stable yet; this toolchain has it all the same.
        .set("RUSTC_BOOTSTRAP", "1")
        .within(SLACK.saturating_add(Duration::from_secs(seconds)))
        .run()
}
