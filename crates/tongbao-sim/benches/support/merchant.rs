//! A simulator, and one merchant who signs its requests beforehand and takes every notification at once.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use tongbao_sim::{CryptoSettings, Env, Posting, Postman, Settings, Simulator};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Fen, Timestamp};

/// 2026-03-01 10:00:00 in Beijing.
const NOW: i64 = 1_772_330_400;

pub(crate) struct Merchant {
    pub(crate) sim: Simulator,
    env: Env,
    key: RsaKeyPair,
    stand_in: Option<hmac::Key>,
    hook: Arc<Hook>,
}

/// The merchant's address: says 204 and counts.
#[derive(Default)]
struct Hook(AtomicUsize);

impl Postman for Hook {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        std::hint::black_box(request);
        self.0.fetch_add(1, Ordering::Relaxed);
        let answer = http::Response::builder().status(204).body(Bytes::new()).expect("a status");
        Box::pin(std::future::ready(Ok(answer)))
    }
}

impl Merchant {
    /// Nothing is kept.
    pub(crate) fn new(crypto: CryptoSettings) -> Self {
        Self::with_data(crypto, None)
    }

    /// The state is kept in that directory.
    pub(crate) fn with_data(crypto: CryptoSettings, data: Option<PathBuf>) -> Self {
        let hook = Arc::new(Hook::default());
        let clock = Clock::new(|| Timestamp::from_seconds(NOW));
        let postman: Arc<dyn Postman> = Arc::clone(&hook) as _;
        let mut settings = Settings::local(clock, Chance::system(), postman, "http://127.0.0.1:8900".into());
        let stand_in = match &crypto {
            CryptoSettings::StandIn { secret } => Some(hmac::Key::new(hmac::HMAC_SHA256, secret)),
            CryptoSettings::Generate | CryptoSettings::Fixed => None,
        };
        settings.crypto = crypto;
        settings.data = data;
        settings.payers[0].balance = Fen::new(1_000_000_000_000);
        let sim = Simulator::new(settings).expect("usable settings");
        let env = sim.env();
        let pem = &env.merchants[0].private_key_pem;
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(base64).expect("PEM")).expect("an RSA key");
        Self { sim, env, key, stand_in, hook }
    }

    /// Notifications taken so far.
    pub(crate) fn notified(&self) -> usize {
        self.hook.0.load(Ordering::Relaxed)
    }

    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    pub(crate) fn sign_raw(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a signature");
        signature
    }

    fn sign(&self, message: &str) -> String {
        let message = message.as_bytes();
        STANDARD.encode(match &self.stand_in {
            // A stand-in is as long as what it stands for.
            Some(key) => hmac::sign(key, message).as_ref().repeat(8),
            None => self.sign_raw(message),
        })
    }

    /// `POST /v3/pay/transactions/jsapi`, signed.
    pub(crate) fn prepay(&self, out_trade_no: &str) -> Request<Body> {
        let merchant = &self.env.merchants[0];
        let body = serde_json::json!({
            "appid": merchant.apps[0].appid, "mchid": merchant.mchid, "description": "龙井茶 250g",
            "out_trade_no": out_trade_no, "notify_url": "http://127.0.0.1:9000/notify",
            "amount": { "total": 990, "currency": "CNY" }, "payer": { "openid": merchant.apps[0].openids[0].1 },
        });
        self.signed("POST", "/v3/pay/transactions/jsapi", body.to_string())
    }

    /// `GET` of an address of v3, signed.
    pub(crate) fn get(&self, target: &str) -> Request<Body> {
        self.signed("GET", target, String::new())
    }

    fn signed(&self, method: &str, target: &str, body: String) -> Request<Body> {
        let merchant = &self.env.merchants[0];
        let nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";
        let message = format!("{method}\n{target}\n{NOW}\n{nonce}\n{body}\n");
        let authorization = format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{nonce}\",signature=\"{}\",\
             timestamp=\"{NOW}\",serial_no=\"{}\"",
            merchant.mchid,
            self.sign(&message),
            merchant.serial_no,
        );
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::AUTHORIZATION, authorization)
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "bench")
            .header(header::CONTENT_TYPE, "application/json");
        request.body(body.into()).expect("a request")
    }

    /// `GET /cashier` with a signed invocation.
    pub(crate) fn cashier(&self, prepay_id: &str) -> Request<Body> {
        let appid = &self.env.merchants[0].apps[0].appid;
        let (nonce, package) = ("5K8264ILTKCH16CQ2502SI8ZNMTM67VS", format!("prepay_id={prepay_id}"));
        let sign = self.sign(&format!("{appid}\n{NOW}\n{nonce}\n{package}\n"));
        let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let target = format!(
            "/cashier?appid={appid}&timeStamp={NOW}&nonceStr={nonce}&package=prepay_id%3D{prepay_id}\
             &signType=RSA&paySign={sign}"
        );
        Request::get(target).header(header::HOST, "127.0.0.1:8900").body(Body::empty()).expect("a request")
    }

    /// `POST /sim/v1/orders/{out_trade_no}/pay`.
    pub(crate) fn pay(&self, out_trade_no: &str) -> Request<Body> {
        let request = Request::post(format!("/sim/v1/orders/{out_trade_no}/pay"));
        request.header(header::HOST, "127.0.0.1:8900").body(Body::empty()).expect("a request")
    }
}
