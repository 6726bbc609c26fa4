//! Notifications a second: verified, decrypted, and durable in SQLite with their event and jobs.
//!
//! Three servers in processes of their own take the same load over 64 connections, in turn: ours, ours with
//! writes discarded, and a Node handler over an npm client doing the same work (`benches/reference`). Only
//! ratios of one run mean anything: `cargo bench -p tongbao --bench notify`.

#[path = "support/client.rs"]
mod client;
#[path = "support/load.rs"]
mod load;
#[path = "support/node.rs"]
mod node;
#[path = "support/platform.rs"]
mod platform;
#[path = "support/server.rs"]
mod server;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use load::Run;
use platform::Platform;

/// As the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NOTIFICATIONS: usize = 24_000;
/// Node is slower; as many as keep it busy for some seconds.
const NOTIFICATIONS_NODE: usize = 4_000;
const ROUNDS: usize = 5;

/// What every server is loaded with.
struct Load {
    runtime: tokio::runtime::Runtime,
    requests: Arc<Vec<Vec<u8>>>,
    requests_node: Arc<Vec<Vec<u8>>>,
}

#[allow(clippy::print_stdout, clippy::float_arithmetic, reason = "a benchmark prints rates")]
fn main() {
    if let Some(role) = server::Role::asked_for() {
        server::serve(&role);
        return;
    }
    let brief = std::env::args().any(|argument| argument == "--test");
    let (count, count_node, rounds) =
        if brief { (600, 300, 1) } else { (NOTIFICATIONS, NOTIFICATIONS_NODE, ROUNDS) };
    let directory = std::env::temp_dir().join(format!("tongbao-notify-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let platform = Platform::new();
    std::fs::write(directory.join("platform.pem"), platform.public_key_pem()).expect("a file");
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let load = Load::new(&platform, count, count_node);
        let durable = ours(&load, &directory, "disk");
        let without = ours(&load, &directory, "off");
        let node = nodes(&load, &directory);
        report(round, "durable", &durable);
        report(round, "storage off", &without);
        if let Some(node) = &node {
            report(round, "node", node);
        }
        let to_off = durable.0.per_second / without.0.per_second;
        let to_node = node.map(|node| durable.0.per_second / node.0.per_second);
        println!("round {round}: durable / storage off = {to_off:.2}; durable / node = {}", shown(to_node));
        ratios.push((to_off, to_node));
    }
    std::fs::remove_dir_all(&directory).expect("our own directory");
    println!("ratio durable / storage off = {:.2} (goal 0.55)", median(ratios.iter().map(|ratio| ratio.0)));
    let nodes: Vec<_> = ratios.iter().filter_map(|ratio| ratio.1).collect();
    match nodes.is_empty() {
        false => println!("ratio durable / node = {:.1} (goal 10)", median(nodes.into_iter())),
        true => println!("ratio durable / node was not measured (see above)"),
    }
}

impl Load {
    /// Signed now: a signature is taken for five minutes.
    fn new(platform: &Platform, count: usize, count_node: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        #[allow(
            clippy::disallowed_methods,
            reason = "the server checks the age of a signature against real time"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let seconds = i64::try_from(now).expect("this century");
        let requests: Vec<_> = (0..count).map(|index| platform.notification(index, seconds)).collect();
        let requests_node = Arc::new(requests[..count_node].to_vec());
        Self { runtime: runtime.expect("a runtime"), requests: Arc::new(requests), requests_node }
    }

    /// Every request once; what they cost the process `pid`, each.
    fn put_on(&self, address: SocketAddr, pid: u32, requests: &Arc<Vec<Vec<u8>>>) -> Measured {
        let before = load::cpu_of(pid);
        let run = self.runtime.block_on(load::run(address, requests.clone(), 204));
        let spent = load::cpu_of(pid).saturating_sub(before);
        (run, spent / u32::try_from(requests.len()).expect("thousands"))
    }
}

type Measured = (Run, Duration);

fn ours(load: &Load, directory: &Path, storage: &str) -> Measured {
    let mut server = server::start(directory, storage, load.requests.len());
    let measured = load.put_on(server.address, server.pid(), &load.requests);
    server.stop();
    measured
}

fn nodes(load: &Load, directory: &Path) -> Option<Measured> {
    let count = load.requests_node.len();
    let mut node = node::start(directory, count)?;
    let measured = load.put_on(node.address, node.pid(), &load.requests_node);
    node.check(count);
    Some(measured)
}

#[allow(clippy::print_stdout, reason = "a benchmark prints rates")]
fn report(round: usize, name: &str, (run, cpu): &Measured) {
    assert_eq!(run.unexpected, 0, "{name}: every notification is acknowledged");
    println!(
        "round {round}: {name}: {:.0}/s, p50 {} µs, p99 {} µs, CPU {} µs each",
        run.per_second,
        run.p50.as_micros(),
        run.p99.as_micros(),
        cpu.as_micros()
    );
}

fn shown(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "not measured".into(), |ratio| format!("{ratio:.1}"))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
