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

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use load::Run;
use platform::Platform;

const NOTIFICATIONS: usize = 24_000;
/// Node is slower; as many as keep it busy for some seconds.
const NOTIFICATIONS_NODE: usize = 6_000;
const ROUNDS: usize = 3;

#[allow(clippy::print_stdout, clippy::float_arithmetic, reason = "a benchmark prints rates")]
fn main() {
    if let Some(role) = server::Role::asked_for() {
        server::serve(&role);
        return;
    }
    let brief = std::env::args().any(|argument| argument == "--test");
    let (count, count_node, rounds) = if brief { (600, 300, 1) } else { (NOTIFICATIONS, NOTIFICATIONS_NODE, ROUNDS) };
    let directory = std::env::temp_dir().join(format!("tongbao-notify-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let platform = Platform::new();
    std::fs::write(directory.join("platform.pem"), platform.public_key_pem()).expect("a file");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let durable = ours(&runtime, &platform, &directory, "disk", count);
        let without = ours(&runtime, &platform, &directory, "off", count);
        let node = node::start(&directory, count_node).map(|mut node| {
            let run = runtime.block_on(load::run(node.address, signed(&platform, node.address, count_node), 204));
            node.check(count_node);
            (run, None)
        });
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
    println!("notify: durable / storage off = {:.2} (goal 0.55)", median(ratios.iter().map(|ratio| ratio.0)));
    let nodes: Vec<_> = ratios.iter().filter_map(|ratio| ratio.1).collect();
    match nodes.is_empty() {
        false => println!("notify: durable / node = {:.1} (goal 10)", median(nodes.into_iter())),
        true => println!("notify: the Node reference did not run (see above)"),
    }
}

type Measured = (Run, Option<std::time::Duration>);

fn ours(
    runtime: &tokio::runtime::Runtime,
    platform: &Platform,
    directory: &Path,
    storage: &str,
    count: usize,
) -> Measured {
    let mut server = server::start(directory, storage, count);
    let requests = signed(platform, server.address, count);
    let before = load::cpu_of(server.pid());
    let run = runtime.block_on(load::run(server.address, requests, 204));
    let spent = load::cpu_of(server.pid()).checked_sub(before);
    server.stop();
    (run, spent.map(|spent| spent / u32::try_from(count).expect("thousands")))
}

fn signed(platform: &Platform, address: std::net::SocketAddr, count: usize) -> Arc<Vec<Vec<u8>>> {
    #[allow(clippy::disallowed_methods, reason = "the server checks the age of a signature against real time")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let seconds = i64::try_from(now).expect("this century");
    let host = address.to_string();
    let request = |index| {
        platform.notification(&host, "/notify/main/v3", &platform::out_trade_no(index), index, seconds)
    };
    Arc::new((0..count).map(request).collect())
}

#[allow(clippy::print_stdout, reason = "a benchmark prints rates")]
fn report(round: usize, name: &str, (run, cpu): &Measured) {
    assert_eq!(run.unexpected, 0, "{name}: every notification is acknowledged");
    let cpu = cpu.map_or_else(String::new, |cpu| format!(", server CPU {} µs each", cpu.as_micros()));
    println!(
        "round {round}: {name}: {:.0}/s, p50 {} µs, p99 {} µs{cpu}",
        run.per_second,
        run.p50.as_micros(),
        run.p99.as_micros()
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
