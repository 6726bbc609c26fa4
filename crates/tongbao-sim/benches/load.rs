//! What the simulator costs beside the cryptography it cannot avoid, when orders are created and paid.
//!
//! Each order is prepaid over v3, its cashier opened, paid at the control API, and notified. That is two
//! signatures (the answer, the notification), two verifications (the request, `paySign`) and one encryption.
//! Requests are made and signed beforehand and go through the router without a socket; the merchant takes
//! every notification at once. Processor time of this thread is set beside that of the same operations done
//! barely, by the same library, in the same run: `cargo bench -p tongbao-sim --bench load`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

#[path = "support/asked.rs"]
mod asked;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/merchant.rs"]
mod merchant;
#[path = "support/thread.rs"]
mod thread;

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use futures_util::future::{Either, select};
use http::Request;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use tongbao_sim::{CryptoSettings, Simulator};
use tower::ServiceExt as _;

use asked::Asked;
use merchant::Merchant;
use thread::processor_time;

const ORDERS: usize = 500;
const ROUNDS: usize = 7;

fn main() {
    let (orders, rounds) = match Asked::by_command_line() {
        Some(Asked::Full) => (ORDERS, ROUNDS),
        Some(Asked::Brief) => (20, 1),
        None => return,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let merchant = Merchant::new(CryptoSettings::Fixed);
    let mut shares = Vec::new();
    // The first round warms caches and tables.
    for round in 0..=rounds {
        let spent = runtime.block_on(trade(&merchant, &format!("R{round}"), orders)) / count(orders);
        let bare = primitives(&merchant, orders) / count(orders);
        if round > 0 {
            let (spent_us, bare_us) = (spent.as_micros(), bare.as_micros());
            println!("round {round}: {spent_us} µs for each order, of which cryptography {bare_us} µs");
            shares.push(share(bare, spent));
        }
    }
    shares.sort_by(f64::total_cmp);
    println!(
        "ratio cryptography / simulator CPU per order = {:.2} (goal 0.60; rounds {:.2} to {:.2})",
        shares[shares.len() / 2],
        shares[0],
        shares[shares.len() - 1],
    );
}

fn count(orders: usize) -> u32 {
    u32::try_from(orders).expect("hundreds")
}

#[allow(clippy::float_arithmetic, reason = "a ratio of times")]
fn share(bare: Duration, spent: Duration) -> f64 {
    bare.as_secs_f64() / spent.as_secs_f64()
}

/// Processor time for so many orders, from prepay to the merchant's answer to the notification.
async fn trade(merchant: &Merchant, name: &str, orders: usize) -> Duration {
    let numbers: Vec<String> = (0..orders).map(|index| format!("{name}-{index:06}")).collect();
    let router = merchant.sim.router();
    let requests: Vec<_> = numbers.iter().map(|number| merchant.prepay(number)).collect();
    let (answers, prepaying) = under(&merchant.sim, send(&router, requests)).await;
    let mut requests = Vec::new();
    for (number, answer) in numbers.iter().zip(answers) {
        assert_eq!(answer.status(), 200);
        let body: serde_json::Value = serde_json::from_slice(&read(answer).await).unwrap();
        requests.push(merchant.cashier(body["prepay_id"].as_str().unwrap()));
        requests.push(merchant.pay(number));
    }
    let before = merchant.notified();
    let (answers, paying) = under(&merchant.sim, async {
        let answers = send(&router, requests).await;
        while merchant.notified() < before + orders {
            tokio::task::yield_now().await;
        }
        answers
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let sheet = read(answers.into_iter().next().unwrap()).await;
    assert!(String::from_utf8_lossy(&sheet).contains("id=\"password\""), "the cashier opens");
    prepaying + paying
}

/// Does it while the simulator sends notifications, and tells the processor time of both.
async fn under<T>(sim: &Simulator, load: impl Future<Output = T>) -> (T, Duration) {
    let started = processor_time();
    let (running, load) = (std::pin::pin!(sim.run()), std::pin::pin!(load));
    let Either::Right((done, _)) = select(running, load).await else { unreachable!("it runs for ever") };
    (done, processor_time() - started)
}

async fn send(router: &Router, requests: Vec<Request<Body>>) -> Vec<Response> {
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(router.clone().oneshot(request).await.unwrap());
        // The notifier gets its turn, as it would beside a socket.
        tokio::task::yield_now().await;
    }
    answers
}

async fn read(answer: Response) -> Vec<u8> {
    to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()
}

/// Processor time of the same signatures, verifications and encryptions, and nothing else.
fn primitives(merchant: &Merchant, orders: usize) -> Duration {
    let public = merchant.public_key();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public);
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
    let (request, pay, answer, notification) = (text(480), text(130), text(110), text(1200));
    let (request_signature, pay_signature) = (merchant.sign_raw(&request), merchant.sign_raw(&pay));
    let resource = text(650);
    let started = processor_time();
    for _ in 0..orders {
        public.verify(&request, &request_signature).unwrap();
        std::hint::black_box(merchant.sign_raw(&answer));
        public.verify(&pay, &pay_signature).unwrap();
        let mut sealed = resource.clone();
        let nonce = Nonce::assume_unique_for_key([7; 12]);
        cipher.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut sealed).unwrap();
        std::hint::black_box(sealed);
        std::hint::black_box(merchant.sign_raw(&notification));
    }
    processor_time() - started
}

fn text(bytes: usize) -> Vec<u8> {
    vec![b'x'; bytes]
}
