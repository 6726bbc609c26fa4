//! What orders cost in memory: created, paid, and their notifications taken. Held in memory only, where there is a
//! bound, and, with the feature `data`, kept in a directory.
//!
//! Signatures are stand-ins of the same length, for a million of them takes half an hour:
//! `cargo bench -p tongbao-sim --bench memory --features data`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

#[path = "support/asked.rs"]
mod asked;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/merchant.rs"]
mod merchant;

use std::path::PathBuf;
use std::time::Duration;

use tongbao_sim::CryptoSettings;
use tower::ServiceExt as _;

use asked::Asked;
use merchant::Merchant;

const ORDERS: [u64; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    let steps: &[u64] = match Asked::by_command_line() {
        Some(Asked::Full) => &ORDERS,
        Some(Asked::Brief) => &[100],
        None => return,
    };
    // One part alone, when a word of its name is given.
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name: &str| word.as_ref().is_none_or(|word| name.contains(word.as_str()));
    if cfg!(feature = "data") && wanted(KEPT) {
        let directory = std::env::temp_dir().join(format!("tongbao-memory-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        grow(KEPT, steps, Some(directory.clone()));
        std::fs::remove_dir_all(directory).unwrap();
    }
    // Last, for what a process has taken it does not always give back.
    if wanted(IN_MEMORY) {
        grow(IN_MEMORY, steps, None);
    }
}

const KEPT: &str = "kept in a directory";
/// Past 100 000 the oldest are forgotten.
const IN_MEMORY: &str = "in memory only";

fn grow(name: &str, steps: &[u64], data: Option<PathBuf>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let merchant = Merchant::with_data(CryptoSettings::StandIn { secret: b"memory".to_vec() }, data);
    let (mut done, empty) = (0, resident_kib());
    for orders in steps {
        runtime.block_on(trade(&merchant, done..*orders));
        let grown = resident_kib().saturating_sub(empty);
        println!("{name}: {orders} orders take {} MiB, {} bytes each", grown / 1024, grown * 1024 / orders);
        done = *orders;
    }
}

/// Orders of these numbers, paid and notified.
async fn trade(merchant: &Merchant, numbers: std::ops::Range<u64>) {
    let router = merchant.sim.router();
    for number in numbers {
        let number = format!("memory-{number:010}");
        for request in [merchant.prepay(&number), merchant.pay(&number)] {
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 200);
        }
        // Sends what is due, and waits until it is taken.
        merchant.sim.advance(Duration::ZERO).await;
    }
}

/// Memory of this process that is not swapped out.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of its own");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}
