//! What creating a payment costs the server beside the cryptography it cannot avoid.
//!
//! `tongbao serve` and `tongbao simulate` run as they are, each in a process of its own. `POST /v1/orders`
//! with a payer is two durable writes, one call of the platform whose answer is verified, and the cashier's
//! parameters: two RSA-2048 signatures and one verification. Processor time of the server per request is set
//! beside that of the same three operations done barely, in the same run, so that neither the load nor the
//! platform counts: `cargo bench -p tongbao --bench create`.

#[path = "support/asked.rs"]
mod asked;
#[path = "support/client.rs"]
mod client;
#[path = "support/load.rs"]
mod load;
#[path = "support/primitives.rs"]
mod primitives;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/program.rs"]
mod program;

use std::sync::Arc;
use std::time::Duration;

use asked::Asked;
use client::Connection;
use primitives::Primitives;
use program::{Place, Program};

/// As many as are answered before the first of them comes due to be asked about, after five seconds.
const ORDERS: usize = 1_500;
const WARM_UP: usize = 200;
const ROUNDS: usize = 5;

#[allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let (orders, rounds) = match Asked::by_command_line() {
        Some(Asked::Full) => (ORDERS, ROUNDS),
        Some(Asked::Brief) => (100, 1),
        None => return,
    };
    let place = Place::new("create");
    let _platform = place.simulate();
    place.init();
    let primitives = Primitives::of(&place.env("MCH_PRIVATE_KEY"));
    let mut shares = Vec::new();
    for round in 1..=rounds {
        // A new server each time: yesterday's orders would be asked about under today's load.
        let server = place.serve(&format!("data-{round}"));
        shows_a_cashier(&place, &server);
        load::run(server.address, requests(&place, "warm", WARM_UP), 201);
        let bare = primitives.signs_and_verification(orders.min(400));
        let before = load::cpu_of(server.pid());
        let run = load::run(server.address, requests(&place, "order", orders), 201);
        let spent = load::cpu_of(server.pid()).saturating_sub(before);
        assert_eq!(run.unexpected, 0, "every payment is created");
        let each = spent / u32::try_from(orders).expect("thousands");
        let [p50, p99] = load::percentiles(&run.latencies, [50, 99]).map(|time| time.as_millis());
        println!(
            "round {round}: {orders} in {} ms, p50 {p50} ms, p99 {p99} ms; server CPU {} µs each, of which two \
             signatures and one verification are {} µs",
            run.took.as_millis(),
            each.as_micros(),
            bare.as_micros(),
        );
        shares.push(share(bare, each));
    }
    shares.sort_by(f64::total_cmp);
    println!(
        "ratio primitives / server CPU per payment = {:.2} (goal 0.60; rounds {:.2} to {:.2})",
        shares[shares.len() / 2],
        shares[0],
        shares[shares.len() - 1],
    );
}

#[allow(clippy::float_arithmetic, reason = "a ratio of times")]
fn share(bare: Duration, each: Duration) -> f64 {
    bare.as_secs_f64() / each.as_secs_f64()
}

/// One payment is looked at: what is measured must be the whole work.
fn shows_a_cashier(place: &Place, server: &Program) {
    let request = &requests(place, "look", 1)[0];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (status, body) = runtime
        .expect("a runtime")
        .block_on(async { Connection::open(server.address).await.exchange(request).await });
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(status, 201, "{answer}");
    assert!(answer["invoke"]["paySign"].as_str().is_some_and(|sign| sign.len() == 344), "{answer}");
}

fn requests(place: &Place, name: &str, count: usize) -> Arc<Vec<Vec<u8>>> {
    let (api_key, openid) = (place.api_key(), place.env("OPENID"));
    let request = |index| {
        let body = serde_json::json!({
            "order_no": format!("{name}-{index}"), "description": "龙井茶 250g", "total_fen": 990, "openid": openid,
        });
        let body = body.to_string();
        let length = body.len();
        format!(
            "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    };
    Arc::new((0..count).map(request).collect())
}
