//! How long others wait while a large bill is written: of a day with a hundred thousand payments, told and then
//! downloaded, beside a client that asks for the clock again and again.
//!
//! `cargo bench -p tongbao-sim --bench bills`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

#[path = "support/asked.rs"]
mod asked;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/merchant.rs"]
mod merchant;

use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use tokio::time::Instant;
use tongbao_sim::CryptoSettings;
use tower::ServiceExt as _;

use asked::Asked;
use merchant::Merchant;

fn main() {
    let orders: u64 = match Asked::by_command_line() {
        Some(Asked::Full) => 100_000,
        Some(Asked::Brief) => 500,
        None => return,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let merchant = Merchant::new(CryptoSettings::StandIn { secret: b"bills".to_vec() });
    runtime.block_on(async {
        let router = merchant.sim.router();
        for number in 0..orders {
            let number = format!("bills-{number:010}");
            for request in [merchant.prepay(&number), merchant.pay(&number)] {
                assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 200);
            }
        }
        // Past nine o'clock of the next day in Beijing.
        merchant.sim.advance(Duration::from_secs(86_400)).await;
        let target = "/v3/bill/tradebill?bill_date=2026-03-01&tar_type=GZIP";
        let located = measured(&merchant, "told", merchant.get(target)).await;
        let located = axum::body::to_bytes(located.into_body(), usize::MAX).await.unwrap();
        let located: serde_json::Value = serde_json::from_slice(&located).unwrap();
        let target = located["download_url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8900").unwrap();
        measured(&merchant, "downloaded", merchant.get(target)).await;
    });
}

/// Sends a request, and others until it is answered.
async fn measured(merchant: &Merchant, name: &str, request: Request<Body>) -> Response<Body> {
    let router = merchant.sim.router();
    let (begun, mut longest, mut others) = (Instant::now(), Duration::ZERO, 0_u64);
    let mut bill = Box::pin(router.clone().oneshot(request));
    let answer = loop {
        let asked = Instant::now();
        let clock = Request::get("/sim/v1/clock").header("host", "127.0.0.1:8900");
        // The bill is asked for first, so that the other waits for what it does at once.
        tokio::select! {
            biased;
            answer = &mut bill => break answer.unwrap(),
            told = router.clone().oneshot(clock.body(Body::empty()).unwrap()) => {
                assert_eq!(told.unwrap().status(), 200);
                (longest, others) = (longest.max(asked.elapsed()), others + 1);
            }
        }
    };
    longest = if others == 0 { begun.elapsed() } else { longest };
    assert_eq!(answer.status(), 200);
    println!(
        "{name}: in {:?}; {others} others answered meanwhile, the slowest in {longest:?}",
        begun.elapsed()
    );
    answer
}
