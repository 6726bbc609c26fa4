//! A simulator that listens by itself.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use tongbao_sim::{Running, Simulator};

fn answers(simulator: &Running) -> bool {
    let url = format!("{}/sim/v1/health", simulator.base_url());
    let asked =
        reqwest::Client::builder().no_proxy().tls_backend_preconfigured(no_tls()).build().unwrap().get(url);
    simulator.block_on(async { asked.send().await.is_ok_and(|answer| answer.status() == 200) })
}

fn no_tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[test]
fn it_starts_without_a_runtime_answers_and_stops_when_dropped() {
    let simulator = Simulator::start().unwrap();
    let at = simulator.address();
    assert!(answers(&simulator));
    drop(simulator);
    assert!(TcpStream::connect(at).is_err(), "nobody listens any more");
}

#[tokio::test(start_paused = true)]
async fn it_starts_inside_of_a_runtime_whose_clock_stands() {
    let simulator = Simulator::start().unwrap();
    assert!(TcpStream::connect(simulator.address()).is_ok());
    assert!(simulator.orders().is_empty() && simulator.now().seconds() > 0);
}

#[test]
fn many_at_a_time_know_nothing_of_each_other() {
    let simulators: Vec<_> = (0..4).map(|_| Simulator::start().unwrap()).collect();
    let payer = |simulator: &Simulator| simulator.books().payers.len();
    assert!(simulators.iter().all(|one| answers(one) && payer(one) == 2));
    simulators[0].block_on(simulators[0].advance(Duration::from_secs(60)));
    assert_eq!(simulators[0].ahead(), Duration::from_secs(60));
    assert_eq!(simulators[1].ahead(), Duration::ZERO);
}

#[test]
fn a_client_that_stays_connected_does_not_hold_up_the_end() {
    let simulator = Simulator::start().unwrap();
    let _idle = TcpStream::connect(simulator.address()).unwrap();
    #[allow(clippy::disallowed_methods, reason = "the end comes in real time")]
    let before = Instant::now();
    drop(simulator);
    assert!(before.elapsed() < Duration::from_secs(5));
}
