//! What `tongbao simulate` costs beside the cryptography it cannot avoid, sockets and all.
//!
//! It runs as it is, in a process of its own. Orders are prepaid over v3 from 64 connections and paid at the
//! control API, and a merchant takes the notifications: for each order one verification (the request), two
//! signatures (the answer, the notification) and one encryption. Processor time of the process per order is
//! set beside that of the same operations done barely, by the same library, in the same run:
//! `cargo bench -p tongbao --bench simulate`.

#[path = "support/asked.rs"]
mod asked;
#[path = "support/client.rs"]
mod client;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/load.rs"]
mod load;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "support/program.rs"]
mod program;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SystemRandom;
use ring::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};

use asked::Asked;
use program::{Place, Program};

const ORDERS: usize = 1_500;
const ROUNDS: usize = 5;

#[allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let (orders, rounds) = match Asked::by_command_line() {
        Some(Asked::Full) => (ORDERS, ROUNDS),
        Some(Asked::Brief) => (100, 1),
        None => return,
    };
    let place = Place::new("simulate");
    let simulator = place.simulate();
    let merchant = Merchant::of(&place);
    let mut shares = Vec::new();
    // The first round warms up.
    for round in 0..=rounds {
        let spent = trade(&simulator, &merchant, &format!("round{round}"), orders) / count(orders);
        let bare = merchant.primitives(orders.min(400));
        if round > 0 {
            let (spent_us, bare_us) = (spent.as_micros(), bare.as_micros());
            println!("round {round}: {spent_us} µs for each order, of which cryptography {bare_us} µs");
            shares.push(share(bare, spent));
        }
    }
    shares.sort_by(f64::total_cmp);
    println!(
        "ratio cryptography / simulator's process per order = {:.2} (goal 0.60; rounds {:.2} to {:.2})",
        shares[shares.len() / 2],
        shares[0],
        shares[shares.len() - 1],
    );
}

fn count(orders: usize) -> u32 {
    u32::try_from(orders).expect("thousands")
}

#[allow(clippy::float_arithmetic, reason = "a ratio of times")]
fn share(bare: Duration, spent: Duration) -> f64 {
    bare.as_secs_f64() / spent.as_secs_f64()
}

/// Processor time of the simulator for so many orders, from prepay to the last notification's answer.
fn trade(simulator: &Program, merchant: &Merchant, name: &str, orders: usize) -> Duration {
    let numbers: Vec<String> = (0..orders).map(|index| format!("{name}-{index:06}")).collect();
    let prepays = Arc::new(numbers.iter().map(|number| merchant.prepay(number)).collect());
    let pays = Arc::new(numbers.iter().map(|number| pay(number)).collect());
    let (notified, before) = (merchant.notified(), load::cpu_of(simulator.pid()));
    for requests in [prepays, pays] {
        let run = load::run(simulator.address, requests, 200);
        assert_eq!(run.unexpected, 0, "every order is created and paid");
    }
    let started = load::now();
    #[allow(clippy::disallowed_methods, reason = "a benchmark waits in real time")]
    while merchant.notified() < notified + orders {
        assert!(started.elapsed() < Duration::from_secs(30), "every payment is notified");
        std::thread::sleep(Duration::from_millis(1));
    }
    load::cpu_of(simulator.pid()).saturating_sub(before)
}

fn pay(out_trade_no: &str) -> Vec<u8> {
    format!("POST /sim/v1/orders/{out_trade_no}/pay HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        .into_bytes()
}

/// The merchant: signs beforehand, and takes every notification at once.
struct Merchant {
    key: RsaKeyPair,
    mchid: String,
    appid: String,
    serial_no: String,
    openid: String,
    hook: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Merchant {
    fn of(place: &Place) -> Self {
        let pem = std::fs::read_to_string(place.env("MCH_PRIVATE_KEY")).expect("the simulator wrote it");
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let taken = Arc::new(AtomicUsize::new(0));
        Self {
            key: RsaKeyPair::from_pkcs8(&STANDARD.decode(base64).expect("base64")).expect("an RSA key"),
            mchid: place.env("MCHID"),
            appid: place.env("APPID"),
            serial_no: place.env("MCH_SERIAL"),
            openid: place.env("OPENID"),
            hook: listen(Arc::clone(&taken)),
            taken,
        }
    }

    fn notified(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.expect("a signature");
        signature
    }

    /// `POST /v3/pay/transactions/jsapi`, signed now.
    fn prepay(&self, out_trade_no: &str) -> Vec<u8> {
        let Self { mchid, appid, serial_no, openid, hook, .. } = self;
        let body = serde_json::json!({
            "appid": appid, "mchid": mchid, "description": "龙井茶 250g", "out_trade_no": out_trade_no,
            "notify_url": format!("http://{hook}/notify"), "amount": { "total": 1, "currency": "CNY" },
            "payer": { "openid": openid },
        });
        let (body, nonce) = (body.to_string(), "593BEC0C930BF1AFEB40B4A08C8FB242");
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
        let message = format!("POST\n/v3/pay/transactions/jsapi\n{now}\n{nonce}\n{body}\n");
        let signature = STANDARD.encode(self.sign(message.as_bytes()));
        let length = body.len();
        format!(
            "POST /v3/pay/transactions/jsapi HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\
             User-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"{mchid}\",nonce_str=\"{nonce}\",\
             signature=\"{signature}\",timestamp=\"{now}\",serial_no=\"{serial_no}\"\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Processor time of what one order needs, and nothing else.
    fn primitives(&self, times: usize) -> Duration {
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public_key().as_ref());
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("32 bytes"));
        let (request, answer, notification, resource) = (text(480), text(110), text(1200), text(650));
        let signature = self.sign(&request);
        let started = processor_time();
        for _ in 0..times {
            public.verify(&request, &signature).expect("its own signature");
            std::hint::black_box(self.sign(&answer));
            let mut sealed = resource.clone();
            let nonce = Nonce::assume_unique_for_key([7; 12]);
            cipher.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut sealed).expect("short");
            std::hint::black_box(sealed);
            std::hint::black_box(self.sign(&notification));
        }
        (processor_time() - started) / count(times)
    }
}

fn text(bytes: usize) -> Vec<u8> {
    vec![b'x'; bytes]
}

/// Takes notifications on a thread of its own, for as long as the program runs.
fn listen(taken: Arc<AtomicUsize>) -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.set_nonblocking(true).expect("a socket option");
    let address = listener.local_addr().expect("an address");
    let router = axum::Router::new().fallback(async move || {
        taken.fetch_add(1, Ordering::Relaxed);
        StatusCode::NO_CONTENT
    });
    #[allow(clippy::disallowed_methods, reason = "a merchant beside the load")]
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await.expect("it serves for ever");
        });
    });
    address
}

/// Time this thread has spent on a processor.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanos = told.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanos.expect("a number"))
}
