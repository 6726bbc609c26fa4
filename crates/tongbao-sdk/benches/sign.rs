//! What this crate adds to the bare cryptography, as a ratio taken in one run.
//!
//! `cargo bench -p tongbao-sdk --bench sign`. Rounds of the two sides alternate, so that a machine that
//! slows down slows both; the thread's own processor time is measured, so that neighbours do not count.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tongbao_sdk::{
    ApiV3Key, BoxFuture, CallFailure, Client, Hosts, JsapiPrepay, Merchant, MerchantKey, OrderTerms,
    Outbound, PlatformKeys,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo};

const KEY: &str = include_str!("../tests/published/go_key.pem");
const CERTIFICATE: &[u8] = include_bytes!("../tests/published/go_platform_certificate.pem");
const SERIAL: &str = "D7CE59D1F522D701";
const APIV3_KEY: &[u8; 32] = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const IV: &[u8; 12] = b"Kj7QIyUiYx1q";
const PLAINTEXT: &str = r#"{"mchid":"1900000001","appid":"wx00000000000000aa","out_trade_no":"T20260301A","transaction_id":"4200000001202603010000000001","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"k=v","success_time":"2026-03-01T10:00:00+08:00","payer":{"openid":"oExample01"},"amount":{"total":100,"payer_total":90,"currency":"CNY","payer_currency":"CNY"}}"#;

/// Rounds of each side; the median counts.
const ROUNDS: usize = 15;

/// A network that takes requests and never answers: building and signing is all that is measured.
struct Sink;

impl Outbound for Sink {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, CallFailure>> {
        std::hint::black_box(&request);
        Box::pin(std::future::ready(Err(CallFailure::NotSent("measured".into()))))
    }
}

fn main() {
    let pem: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let raw_key = KeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
    let client = client();
    let order = order();
    let body = vec![b'x'; 400];
    let mut signature = vec![0; raw_key.public_modulus_len()];
    compare(
        "JSAPI prepay request: build and sign",
        "RSA-2048 signature alone",
        200,
        || finish(client.jsapi_prepay(&order)),
        || raw_key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &body, &mut signature).unwrap(),
    );

    verify(&raw_key);

    let (headers, body) = notification(&raw_key);
    let raw_public =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, raw_key.public_key().as_ref()).unwrap();
    let message = [b"1554208460\nnonce\n".as_slice(), &body, b"\n"].concat();
    let raw_signature = STANDARD.decode(headers["Wechatpay-Signature"].as_bytes()).unwrap();
    let raw_cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).unwrap());
    let sealed = seal();
    compare(
        "payment notification: verify, decrypt, read",
        "RSA-2048 verification and AES-256-GCM alone",
        2000,
        || client.open_notification(&headers, &body).unwrap(),
        || {
            raw_public.verify_sig(&message, &raw_signature).unwrap();
            let mut buffer = sealed.clone();
            raw_cipher
                .open_in_place(Nonce::assume_unique_for_key(*IV), Aad::from(b"transaction"), &mut buffer)
                .unwrap()
                .len()
        },
    );
}

/// A network that gives one answer, always.
struct Echo(http::Response<Bytes>);

impl Outbound for Echo {
    fn call(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, CallFailure>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

/// A merchant whose own signature costs next to nothing asks a platform that signs for real.
fn verify(raw_key: &KeyPair) {
    let (headers, body) = signed(raw_key, PLAINTEXT.to_owned());
    let message = [b"1554208460\nnonce\n".as_slice(), &body, b"\n"].concat();
    let raw_signature = STANDARD.decode(headers["Wechatpay-Signature"].as_bytes()).unwrap();
    let raw_public =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, raw_key.public_key().as_ref()).unwrap();
    let mut answer = http::Response::new(Bytes::from(body));
    *answer.headers_mut() = headers;
    let mchid = Mchid::parse("1900000001").unwrap();
    let merchant = Merchant::stand_in(mchid, "1", b"bench", ApiV3Key::parse(APIV3_KEY).unwrap());
    let client = client_of(merchant, Arc::new(Echo(answer)));
    let number = OutTradeNo::parse("T20260301A").unwrap();
    compare(
        "query: sign (stand-in), verify and read the answer",
        "RSA-2048 verification alone",
        2000,
        || finish(client.query_by_out_trade_no(&number)).unwrap(),
        || raw_public.verify_sig(&message, &raw_signature).unwrap(),
    );
}

/// Runs both sides in turns and prints how many a second each does, and their ratio.
fn compare<A, B>(
    ours: &str,
    bare: &str,
    times: u32,
    mut run_ours: impl FnMut() -> A,
    mut run_bare: impl FnMut() -> B,
) {
    let mut nanos_ours = Vec::new();
    let mut nanos_bare = Vec::new();
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let spent_ours = measure(times, &mut run_ours);
        let spent_bare = measure(times, &mut run_bare);
        // The first round warms caches and tables.
        if round > 0 {
            nanos_ours.push(spent_ours);
            nanos_bare.push(spent_bare);
            ratios.push(spent_bare * 1000 / spent_ours);
        }
    }
    let (per_ours, per_bare) = (median(nanos_ours) / u64::from(times), median(nanos_bare) / u64::from(times));
    println!("{ours}: {per_ours} ns, {} a second", 1_000_000_000 / per_ours);
    println!("{bare}: {per_bare} ns, {} a second", 1_000_000_000 / per_bare);
    let (low, high) = (ratios.iter().min().unwrap(), ratios.iter().max().unwrap());
    let (low, high) = (*low, *high);
    let ratio = median(ratios);
    println!("ratio {} (rounds {} to {})\n", thousandths(ratio), thousandths(low), thousandths(high));
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

fn measure<T>(times: u32, run: &mut impl FnMut() -> T) -> u64 {
    let start = processor_nanos();
    for _ in 0..times {
        std::hint::black_box(run());
    }
    (processor_nanos() - start).max(1)
}

/// Nanoseconds this thread has spent on a processor; wall time where the system does not tell.
fn processor_nanos() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "measuring is about real time")]
    fn wall() -> u64 {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let start = START.get_or_init(std::time::Instant::now);
        u64::try_from(start.elapsed().as_nanos()).unwrap()
    }
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    told.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_else(wall)
}

/// Drives a future that never has to wait.
fn finish<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the sink answers at once"),
    }
}

fn client() -> Client {
    let key = MerchantKey::from_pem(KEY.as_bytes(), CERTIFICATE).unwrap();
    let mchid = Mchid::parse("1900000001").unwrap();
    client_of(Merchant::new(mchid, &key, ApiV3Key::parse(APIV3_KEY).unwrap()), Arc::new(Sink))
}

fn client_of(merchant: Merchant, outbound: Arc<dyn Outbound>) -> Client {
    let keys = PlatformKeys::from_certificate(CERTIFICATE).unwrap();
    let hosts = Hosts::only("https://api.mch.weixin.qq.com");
    let clock = Clock::new(|| tongbao_wire::Timestamp::from_seconds(1_554_208_460));
    Client::new(merchant, keys, hosts, outbound, clock, Chance::system())
}

fn order() -> JsapiPrepay {
    let number = OutTradeNo::parse("T20260301A").unwrap();
    JsapiPrepay::new(
        Appid::parse("wx00000000000000aa").unwrap(),
        OrderTerms::new(number, "Image形象店-深圳腾大-QQ公仔", Fen::new(100)),
        Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap(),
        "https://www.weixin.qq.com/wxpay/pay.php",
    )
}

fn seal() -> Vec<u8> {
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).unwrap());
    let mut buffer = PLAINTEXT.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(*IV);
    cipher.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut buffer).unwrap();
    buffer
}

/// A payment notification and its headers.
fn notification(key: &KeyPair) -> (HeaderMap, Vec<u8>) {
    let ciphertext = STANDARD.encode(seal());
    let body = format!(
        r#"{{"id":"EV-2018022511223320873","create_time":"2026-03-01T10:00:00+08:00","resource_type":"encrypt-resource","event_type":"TRANSACTION.SUCCESS","summary":"支付成功","resource":{{"original_type":"transaction","algorithm":"AEAD_AES_256_GCM","ciphertext":"{ciphertext}","associated_data":"transaction","nonce":"Kj7QIyUiYx1q"}}}}"#
    );
    signed(key, body)
}

/// `body` with the headers of the platform's signature.
fn signed(key: &KeyPair, body: String) -> (HeaderMap, Vec<u8>) {
    let message = format!("1554208460\nnonce\n{body}\n");
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("Wechatpay-Timestamp", "1554208460"),
        ("Wechatpay-Nonce", "nonce"),
        ("Wechatpay-Serial", SERIAL),
        ("Wechatpay-Signature", &STANDARD.encode(signature)),
    ] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    (headers, body.into_bytes())
}
