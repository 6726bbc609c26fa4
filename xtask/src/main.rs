//! The project's own chores: `cargo xtask test | tidy | simulate | peers | bench | api | fuzz`.
//!
//! Where to look: `steps` is the table of what `test` runs, `tools` installs what is missing, `process` runs
//! other programs within a time limit. Nothing outside the target directory is changed, except that a
//! browser and its fonts are installed with `apt-get` where they are missing and that is permitted.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program speaks on its output")]

mod api;
mod arguments;
mod bench;
mod browser;
mod deny;
mod fuzz;
mod peers;
mod place;
mod process;
mod simulate;
mod steps;
mod tidy;
mod tools;

use std::process::ExitCode;

use crate::arguments::Arguments;

/// What went wrong, as a sentence for the person who reads the output.
type Complaint = String;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let chore = words.next().unwrap_or_default();
    let ended = Arguments::parse(words).and_then(|arguments| run(&chore, arguments));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            // The steps of `test` have said theirs already; their last line stays the last.
            if !complaint.is_empty() {
                eprintln!("{complaint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &str, arguments: Arguments) -> Result<(), Complaint> {
    match chore {
        "test" => steps::test(arguments),
        "tidy" => tidy::tidy(arguments),
        "simulate" => simulate::from_arguments(arguments),
        "peers" => peers::from_arguments(arguments),
        "bench" => bench::bench(arguments),
        "api" => api::from_arguments(arguments),
        "fuzz" => fuzz::from_arguments(arguments),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no chore {other:?}\n\n{USAGE}")),
    }
}

const USAGE: &str = "\
cargo xtask test                          run every test, installing what is missing
cargo xtask test --list                   name the steps
cargo xtask test --only NAME              run one step (may be repeated)
cargo xtask tidy                          format, and mend what clippy can mend
cargo xtask simulate --seed N             replay one simulated world, with its trace
cargo xtask simulate --seconds S          simulate new worlds for S seconds, printing their seeds
             [--profile P]                …with the faults of one profile only
cargo xtask peers                         run clients written by others against the simulator
cargo xtask peers --only WORD             run the suites whose script's name has the word (may be repeated)
cargo xtask bench                         run every benchmark and repeat its ratios at the end
cargo xtask bench --only NAME             run one benchmark (may be repeated)
cargo xtask api                           compare the SDK's public API with the one on record
cargo xtask api --accept [--breaking]     put today's on record
cargo xtask fuzz [--seconds S]            fuzz each target for S seconds (60)
cargo xtask fuzz --only NAME              fuzz one target (may be repeated)";
