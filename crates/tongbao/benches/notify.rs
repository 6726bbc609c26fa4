//! Notifications a second: verified, decrypted, and durable in SQLite with their event and jobs.
//!
//! Three servers in processes of their own take the same load over 64 connections, in turn: ours, ours with
//! writes discarded, and a Node handler over an npm client doing the same work (`benches/reference`). Only
//! ratios of one run mean anything: `cargo bench -p tongbao --bench notify`.

#[path = "support/asked.rs"]
mod asked;
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
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asked::Asked;
use platform::Platform;

/// As the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of one round: the servers alternate, so that a machine that slows down slows all.
const TURNS: usize = 4;
const NOTIFICATIONS_A_TURN: usize = 2_000;
/// Node is slower; as many as keep it busy about as long.
const NOTIFICATIONS_A_TURN_NODE: usize = 400;
const ROUNDS: usize = 5;

#[allow(clippy::float_arithmetic, reason = "ratios, not money")]
fn main() {
    if let Some(role) = server::Role::asked_for() {
        server::serve(&role);
        return;
    }
    let (turns, rounds) = match Asked::by_command_line() {
        Some(Asked::Full) => (TURNS, ROUNDS),
        Some(Asked::Brief) => (1, 1),
        None => return,
    };
    let directory = std::env::temp_dir().join(format!("tongbao-notify-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let platform = Platform::new();
    std::fs::write(directory.join("platform.pem"), platform.public_key_pem()).expect("a file");
    // One round more than is measured: everything is warm then, the other side's compiler above all.
    let orders = (rounds + 1) * turns * NOTIFICATIONS_A_TURN;
    let orders_node = (rounds + 1) * turns * NOTIFICATIONS_A_TURN_NODE;
    let durable = server::start(&directory, "disk", orders);
    let without = server::start(&directory, "off", orders);
    let node = node::start(&directory, orders_node);
    let (mut to_off, mut to_node) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let turns = round * turns..(round + 1) * turns;
        let requests = signed(&platform, &turns, NOTIFICATIONS_A_TURN);
        let requests_node = signed(&platform, &turns, NOTIFICATIONS_A_TURN_NODE);
        let mut sides = [Side::default(), Side::default(), Side::default()];
        for (turn, turn_node) in requests.into_iter().zip(requests_node) {
            sides[0].take(durable.address, durable.pid(), &turn);
            sides[1].take(without.address, without.pid(), &turn);
            if let Some(node) = &node {
                sides[2].take(node.address, node.pid(), &turn_node);
            }
        }
        if round == 0 {
            continue;
        }
        for (side, name) in sides.iter().zip(["durable", "storage off", "node"]) {
            side.report(round, name);
        }
        to_off.push(sides[0].per_second() / sides[1].per_second());
        to_node.extend(node.is_some().then(|| sides[0].per_second() / sides[2].per_second()));
    }
    if let Some(mut node) = node {
        node.check(orders_node);
    }
    drop((durable, without));
    std::fs::remove_dir_all(&directory).expect("our own directory");
    conclude("durable / storage off", 0.55, to_off);
    conclude("durable / node", 10.0, to_node);
}

/// Requests of each turn, signed now: a signature is taken for five minutes.
fn signed(platform: &Platform, turns: &Range<usize>, count: usize) -> Vec<Arc<Vec<Vec<u8>>>> {
    #[allow(clippy::disallowed_methods, reason = "servers check the age of a signature against real time")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let seconds = i64::try_from(now).expect("this century");
    let turn = |turn: usize| {
        let indices = turn * count..(turn + 1) * count;
        Arc::new(indices.map(|index| platform.notification(index, seconds)).collect())
    };
    turns.clone().map(turn).collect()
}

/// What one server did in a round.
#[derive(Default)]
struct Side {
    requests: u32,
    took: Duration,
    cpu: Duration,
    latencies: Vec<Duration>,
}

impl Side {
    /// Puts every request once on the server of process `pid`.
    fn take(&mut self, address: SocketAddr, pid: u32, requests: &Arc<Vec<Vec<u8>>>) {
        let before = load::cpu_of(pid);
        let run = load::run(address, requests.clone(), 204);
        self.cpu += load::cpu_of(pid).saturating_sub(before);
        assert_eq!(run.unexpected, 0, "every notification is acknowledged");
        self.requests += u32::try_from(requests.len()).expect("thousands");
        self.took += run.took;
        self.latencies.extend(run.latencies);
    }

    #[allow(clippy::float_arithmetic, reason = "a rate, not money")]
    fn per_second(&self) -> f64 {
        f64::from(self.requests) / self.took.as_secs_f64()
    }

    #[allow(clippy::print_stdout, reason = "a benchmark prints rates")]
    fn report(&self, round: usize, name: &str) {
        if self.requests > 0 {
            let [p50, p99] = load::percentiles(&self.latencies, [50, 99]).map(|time| time.as_micros());
            let cpu = (self.cpu / self.requests).as_micros();
            let rate = self.per_second();
            println!("round {round}: {name}: {rate:.0}/s, p50 {p50} µs, p99 {p99} µs, CPU {cpu} µs each");
        }
    }
}

/// The median, and how far the rounds are apart.
#[allow(clippy::print_stdout, reason = "a benchmark prints rates")]
fn conclude(what: &str, goal: f64, mut ratios: Vec<f64>) {
    ratios.sort_by(f64::total_cmp);
    match (ratios.first(), ratios.get(ratios.len() / 2), ratios.last()) {
        (Some(low), Some(median), Some(high)) => {
            println!("ratio {what} = {median:.2} (goal {goal}; rounds {low:.2} to {high:.2})");
        }
        (_, _, _) => println!("ratio {what} was not measured (see above)"),
    }
}
