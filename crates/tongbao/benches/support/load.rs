//! Load from 64 connections, and what it cost the process under it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::Connection;

/// How many connections load a server.
pub(crate) const CONNECTIONS: usize = 64;

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What a run gave.
pub(crate) struct Run {
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// From each request to its answer.
    pub(crate) latencies: Vec<Duration>,
    /// Answers by anything but `expected`.
    pub(crate) unexpected: usize,
}

/// Sends every request once, over 64 connections, from this thread.
pub(crate) fn run(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>, expected: u16) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(send(address, requests, expected))
}

async fn send(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>, expected: u16) -> Run {
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(address).await);
    }
    let started = now();
    let workers: Vec<_> = connections
        .into_iter()
        .map(|connection| {
            #[allow(clippy::disallowed_methods, reason = "a benchmark's own load")]
            tokio::spawn(worker(connection, requests.clone(), next.clone(), expected))
        })
        .collect();
    let mut latencies = Vec::with_capacity(requests.len());
    let mut unexpected = 0;
    for worker in workers {
        let (taken, bad) = worker.await.expect("a worker ends well");
        latencies.extend(taken);
        unexpected += bad;
    }
    Run { took: started.elapsed(), latencies, unexpected }
}

/// The latencies that so many in a hundred do not exceed.
pub(crate) fn percentiles<const N: usize>(latencies: &[Duration], hundredths: [usize; N]) -> [Duration; N] {
    let mut latencies = latencies.to_vec();
    latencies.sort_unstable();
    hundredths.map(|part| latencies[(latencies.len() - 1) * part / 100])
}

async fn worker(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    expected: u16,
) -> (Vec<Duration>, usize) {
    let mut taken = Vec::new();
    let mut unexpected = 0;
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = now();
        let (status, _) = connection.exchange(request).await;
        taken.push(started.elapsed());
        unexpected += usize::from(status != expected);
    }
    (taken, unexpected)
}

/// Processor time a process has used so far, of all its threads.
pub(crate) fn cpu_of(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs on Linux");
    let fields: Vec<_> = stat.rsplit(')').next().expect("a name in brackets").split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
    // The kernel counts in hundredths of a second on every platform Linux runs on (USER_HZ).
    Duration::from_millis(ticks * 10)
}
