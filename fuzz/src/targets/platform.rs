//! The simulator behind its router: every reader of requests it has.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use tongbao_sdk::Signer;
use tongbao_sim::{CryptoSettings, Env, PostFailed, Posting, Postman, Settings, Simulator};
use tongbao_wire::Timestamp;
use tongbao_wire::seam::{Chance, Clock};
use tower::ServiceExt;

const NOW: i64 = 1_772_330_400;
const SECRET: &[u8] = b"fuzz";
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
/// Requests of one input: more say nothing new.
const REQUESTS_MAX: usize = 12;

/// Requests one after another, with `%%` on a line of its own between them. The first line of each is how it is
/// signed (`v3`, `v2`, or anything else for not at all), the method and the address; headers and the body
/// follow, as in HTTP. The body of a `v2` is a line for each element, `name=text`.
///
/// `$P` in an address or a body stands for the latest `prepay_id`, `$C` for the latest `code_url` or payment code.
pub(crate) fn platform(data: &[u8]) {
    // Reading the keys of a simulator takes longer than anything below.
    static SIMULATOR: LazyLock<Simulator> = LazyLock::new(simulator);
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let env = SIMULATOR.env();
        ask(&SIMULATOR, Request::post("/sim/v1/reset").body(String::new()).expect("a request")).await;
        let mut known = Known::default();
        for written in text.split("\n%%\n").take(REQUESTS_MAX) {
            let written = written.replace("$P", &known.prepay_id).replace("$C", &known.code);
            let Some(request) = read(&env, &written) else { continue };
            known.learn(&ask(&SIMULATOR, request).await);
        }
        let books = SIMULATOR.books();
        assert!(books.balanced(), "money was made or lost");
    });
}

/// What an answer gave that a later request can name.
#[derive(Default)]
struct Known {
    prepay_id: String,
    code: String,
}

impl Known {
    fn learn(&mut self, answer: &[u8]) {
        let Ok(answer) = std::str::from_utf8(answer) else { return };
        for name in ["prepay_id", "code_url", "auth_code"] {
            let behind = answer.split_once(name).map(|(_, rest)| rest);
            let value = behind.map(|rest| rest.trim_start_matches(['"', ':', ' ', '>', '<', '!', '[']));
            let value = value.map(|rest| rest.trim_start_matches("CDATA["));
            if let Some((value, _)) = value.and_then(|rest| rest.split_once(['"', ']'])) {
                let place = if name == "prepay_id" { &mut self.prepay_id } else { &mut self.code };
                value.clone_into(place);
            }
        }
    }
}

/// Whoever is refused is refused by the platform: it never breaks, but where a fault script wants it to.
async fn ask(simulator: &Simulator, request: Request<String>) -> Vec<u8> {
    let endless = request.uri().path().ends_with("/stream");
    let request = request.map(axum::body::Body::from);
    let answer = simulator.router().oneshot(request).await.expect("a router always answers");
    let (head, body) = answer.into_parts();
    let may_break = !simulator.fault_script().faults.is_empty();
    assert!(head.status.as_u16() < 500 || may_break, "{}", head.status);
    if endless {
        return Vec::new();
    }
    axum::body::to_bytes(body, usize::MAX).await.map(Vec::from).unwrap_or_default()
}

fn read(env: &Env, written: &str) -> Option<Request<String>> {
    let (head, body) = written.split_once("\n\n").unwrap_or((written, ""));
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (how, method, target) = (words.next()?, words.next()?, words.next()?);
    let body = if how == "v2" { signed_v2(env, body) } else { body.to_owned() };
    let mut request = Request::builder().method(method).uri(target).header("user-agent", "fuzz");
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    if how == "v3" {
        request = request
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("authorization", signed_v3(env, method, target, &body));
    }
    request.body(body).ok()
}

/// Of a form only the part `meta` is signed (v3.md §1.5).
fn signed_v3(env: &Env, method: &str, target: &str, body: &str) -> String {
    let merchant = &env.merchants[0];
    let meta = body.split_once("name=\"meta\"").and_then(|(_, rest)| rest.split_once("\r\n\r\n"));
    let signed = meta.and_then(|(_, rest)| rest.split_once("\r\n--")).map_or(body, |(meta, _)| meta);
    let message = format!("{method}\n{target}\n{NOW}\n{NONCE}\n{signed}\n");
    let signature =
        STANDARD.encode(Signer::stand_in(SECRET).sign(message.as_bytes()).expect("a stand-in signs"));
    format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{NONCE}\",signature=\"{signature}\",\
         timestamp=\"{NOW}\",serial_no=\"{}\"",
        merchant.mchid, merchant.serial_no,
    )
}

fn signed_v2(env: &Env, lines: &str) -> String {
    let mut elements: Vec<_> = lines.lines().filter_map(|line| line.split_once('=')).collect();
    elements.push(("sign_type", "HMAC-SHA256"));
    elements.sort_unstable();
    let mut message = String::new();
    for (name, text) in elements.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = write!(message, "{name}={text}&");
    }
    let key = &env.merchants[0].apiv2_key;
    let _ = write!(message, "key={key}");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message.as_bytes());
    let sign: String = tag.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    let mut document = format!("<xml><sign>{sign}</sign>");
    for (name, text) in elements {
        let _ = write!(document, "<{name}>{text}</{name}>");
    }
    document + "</xml>"
}

/// Nobody is told anything.
struct Nobody;

impl Postman for Nobody {
    fn post(&self, _: Request<bytes::Bytes>) -> Posting<'_> {
        Box::pin(std::future::ready(Err(PostFailed::Connect { reason: "nobody listens".into() })))
    }
}

fn simulator() -> Simulator {
    let clock = Clock::new(|| Timestamp::from_seconds(NOW));
    let state = Mutex::new(7_u64);
    let chance = Chance::new(move |buffer| {
        let mut state = state.lock().expect("nobody panics here");
        for byte in buffer {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    });
    let mut settings = Settings::local(clock, chance, Arc::new(Nobody), "http://127.0.0.1:8900".into());
    settings.crypto = CryptoSettings::StandIn { secret: SECRET.to_vec() };
    Simulator::new(settings).expect("usable settings")
}
