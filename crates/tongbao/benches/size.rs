//! How much the program weighs: on disk, in memory when idle, and until it is ready.
//!
//! `tongbao serve` and `tongbao simulate` are started again and again as anybody starts them:
//! `cargo bench -p tongbao --bench size`.

#[path = "support/asked.rs"]
mod asked;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/program.rs"]
mod program;

use std::time::Duration;

use asked::Asked;
use program::{Place, Program, TONGBAO};

const ROUNDS: usize = 11;
const MIB: u64 = 1024 * 1024;

#[allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let rounds = match Asked::by_command_line() {
        Some(Asked::Full) => ROUNDS,
        Some(Asked::Brief) => 1,
        None => return,
    };
    let place = Place::new("size");
    let simulators: Vec<_> = (0..rounds).map(|_| Weighed::of(&place.simulate())).collect();
    let with_tls: Vec<_> =
        (0..rounds).map(|_| Weighed::of(&place.simulate_with(&["--https", "--proxy"]))).collect();
    let _platform = place.simulate();
    place.init();
    let first: Vec<_> =
        (0..rounds).map(|round| Weighed::of(&place.serve(&format!("data-{round}")))).collect();
    let again: Vec<_> = (0..rounds).map(|_| Weighed::of(&place.serve("data-0"))).collect();
    let bytes = std::fs::metadata(TONGBAO).expect("the program is a file").len();
    println!("release binary: {} MiB (goal < 40 MiB)", tenths(bytes));
    println!("serve, idle: {} MiB resident (goal < 40 MiB)", tenths(median(&again, |one| one.resident)));
    println!(
        "serve, new database: ready after {} ms, slowest {} ms (goal < 200 ms)",
        median(&first, Weighed::millis),
        slowest(&first)
    );
    println!(
        "serve, known database: ready after {} ms, slowest {} ms (goal < 200 ms)",
        median(&again, Weighed::millis),
        slowest(&again)
    );
    for (name, simulators) in [("simulate", &simulators), ("simulate --https --proxy", &with_tls)] {
        println!(
            "{name}: ready after {} ms, slowest {} ms (goal < 200 ms), {} MiB resident",
            median(simulators, Weighed::millis),
            slowest(simulators),
            tenths(median(simulators, |one| one.resident))
        );
    }
}

/// A program that has just become ready.
struct Weighed {
    ready_after: Duration,
    resident: u64,
}

impl Weighed {
    #[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    fn of(program: &Program) -> Self {
        // Background work that begins with the start has begun by then.
        std::thread::sleep(IDLE);
        let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid()));
        let status = status.expect("the program runs on Linux");
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kib: u64 = kib.and_then(|kib| kib.parse().ok()).expect("a number");
        Self { ready_after: program.ready_after, resident: kib * 1024 }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.ready_after.as_millis()).expect("it became ready")
    }
}

fn median(weighed: &[Weighed], of: impl Fn(&Weighed) -> u64) -> u64 {
    let mut values: Vec<_> = weighed.iter().map(of).collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn slowest(weighed: &[Weighed]) -> u64 {
    weighed.iter().map(Weighed::millis).max().unwrap_or_default()
}

/// In MiB, with one decimal.
fn tenths(bytes: u64) -> String {
    let tenths = bytes * 10 / MIB;
    format!("{}.{}", tenths / 10, tenths % 10)
}

const IDLE: Duration = Duration::from_millis(500);
