//! A simulator on a paused clock, a tiny signing client, and a mailbox that plays the merchant.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use tongbao_sim::{CryptoSettings, Env, PostFailed, Posting, Postman, Settings, Simulator};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Mchid, OutTradeNo, Timestamp};
use tower::ServiceExt as _;

/// 2026-03-01 10:00:00 in Beijing.
pub(crate) const START: i64 = 1_772_330_400;

/// A simulated platform, one merchant who signs, and what the merchant received.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) env: Env,
    pub(crate) mailbox: Arc<Mailbox>,
    key: RsaKeyPair,
    pub(crate) base: Instant0,
}

/// The paused clock's zero.
#[derive(Clone, Copy)]
pub(crate) struct Instant0(tokio::time::Instant);

impl Instant0 {
    pub(crate) fn now(self) -> Timestamp {
        Timestamp::from_seconds(START).plus(self.0.elapsed())
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) dropped: bool,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The digits after the last `-` of `Request-ID`.
    pub(crate) fn cause(&self) -> &str {
        self.header("request-id").rsplit('-').next().unwrap()
    }

    /// Asserts a refusal: status, code, and that it is unsigned.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.code().as_str()), (status, code), "{}", self.message());
        assert!(self.headers.keys().all(|name| !name.as_str().starts_with("wechatpay-")));
    }
}

/// How one request is made; a test changes what it is about.
pub(crate) struct Draft {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) mchid: String,
    pub(crate) serial: String,
    pub(crate) timestamp: i64,
    /// Replaces the whole `Authorization`.
    pub(crate) authorization: Option<String>,
    /// What is signed instead of the body.
    pub(crate) signed_body: Option<String>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let base = Instant0(tokio::time::Instant::now());
        let mailbox = Arc::new(Mailbox::default());
        let mut settings = Settings::local(
            Clock::new(move || base.now()),
            seeded(7),
            Arc::clone(&mailbox) as Arc<dyn Postman>,
            "http://127.0.0.1:8090".into(),
        );
        settings.crypto = CryptoSettings::Fixed;
        change(&mut settings);
        let sim = Simulator::new(settings).unwrap();
        let env = sim.env();
        let key = RsaKeyPair::from_pkcs8(&pem(&env.merchants[0].private_key_pem)).unwrap();
        Self { sim, env, mailbox, key, base }
    }

    pub(crate) fn mchid(&self) -> Mchid {
        self.env.merchants[0].mchid.clone()
    }

    pub(crate) fn openid(&self, payer: &str) -> String {
        let openids = &self.env.merchants[0].apps[0].openids;
        openids.iter().find(|(id, _)| id == payer).unwrap().1.to_string()
    }

    pub(crate) fn draft(&self, method: &'static str, target: &str, body: &str) -> Draft {
        let mut headers = vec![("accept", "application/json".into()), ("user-agent", "test/1".into())];
        if !body.is_empty() {
            headers.push(("content-type", "application/json".into()));
        }
        Draft {
            method,
            target: target.into(),
            body: body.into(),
            headers,
            mchid: self.mchid().to_string(),
            serial: self.env.merchants[0].serial_no.clone(),
            timestamp: self.base.now().seconds(),
            authorization: None,
            signed_body: None,
        }
    }

    /// Signs with the merchant's key.
    pub(crate) fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; 256];
        let rng = ring::rand::SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &rng, message.as_bytes(), &mut signature).unwrap();
        STANDARD.encode(signature)
    }

    pub(crate) async fn send(&self, draft: Draft) -> Told {
        self.raw(self.request(draft)).await
    }

    /// The draft as it goes on the wire.
    pub(crate) fn request(&self, draft: Draft) -> Request<axum::body::Body> {
        let nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";
        let signed_body = draft.signed_body.as_ref().unwrap_or(&draft.body);
        let message =
            format!("{}\n{}\n{}\n{nonce}\n{signed_body}\n", draft.method, draft.target, draft.timestamp);
        let authorization = draft.authorization.clone().unwrap_or_else(|| {
            format!(
                r#"WECHATPAY2-SHA256-RSA2048 mchid="{}",nonce_str="{nonce}",signature="{}",timestamp="{}",serial_no="{}""#,
                draft.mchid,
                self.sign(&message),
                draft.timestamp,
                draft.serial
            )
        });
        let mut request = Request::builder().method(draft.method).uri(&draft.target);
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        for (name, value) in &draft.headers {
            request = request.header(*name, value);
        }
        request.body(draft.body.into()).unwrap()
    }

    pub(crate) async fn raw(&self, request: Request<axum::body::Body>) -> Told {
        let (parts, body) = self.sim.router().oneshot(request).await.unwrap().into_parts();
        let dropped = parts.extensions.get::<tongbao_sim::Dropped>().is_some();
        let read = axum::body::to_bytes(body, usize::MAX).await;
        assert_eq!(read.is_err(), dropped, "only a dropped answer breaks off");
        let body = read.unwrap_or_default();
        Told { status: parts.status, headers: parts.headers, body, dropped }
    }

    pub(crate) async fn get(&self, target: &str) -> Told {
        self.send(self.draft("GET", target, "")).await
    }

    pub(crate) async fn post(&self, target: &str, body: &Value) -> Told {
        self.send(self.draft("POST", target, &body.to_string())).await
    }

    /// A draft signed by one of the merchants, in the order of the settings. Fixed keys are everybody's.
    pub(crate) fn draft_as(&self, signer: usize, method: &'static str, target: &str, body: &str) -> Draft {
        let merchant = &self.env.merchants[signer];
        let (mchid, serial) = (merchant.mchid.to_string(), merchant.serial_no.clone());
        Draft { mchid, serial, ..self.draft(method, target, body) }
    }

    pub(crate) async fn post_as(&self, signer: usize, target: &str, body: &Value) -> Told {
        self.send(self.draft_as(signer, "POST", target, &body.to_string())).await
    }

    pub(crate) async fn get_as(&self, signer: usize, target: &str) -> Told {
        self.send(self.draft_as(signer, "GET", target, "")).await
    }

    /// A call of the control API or of the cashier's page.
    pub(crate) async fn control(&self, path: &str, body: &Value) -> Told {
        let request = Request::post(path).header("host", "127.0.0.1:8090");
        let request = request.header("content-type", "application/json");
        self.raw(request.body(body.to_string().into()).unwrap()).await
    }

    /// An order for payer-1 of one yuan.
    pub(crate) fn order(&self, out_trade_no: &str) -> Value {
        json!({
            "appid": self.env.merchants[0].apps[0].appid,
            "mchid": self.mchid(),
            "description": "龙井一盒",
            "out_trade_no": out_trade_no,
            "notify_url": "http://127.0.0.1:8080/notify",
            "attach": "k=v",
            "amount": {"total": 100, "currency": "CNY"},
            "payer": {"openid": self.openid("payer-1")},
        })
    }

    pub(crate) async fn create(&self, body: &Value) -> Told {
        self.post(JSAPI, body).await
    }

    /// Creates the order and gives its `prepay_id`.
    pub(crate) async fn created(&self, out_trade_no: &str) -> String {
        let told = self.create(&self.order(out_trade_no)).await;
        assert_eq!(told.status, 200, "{told:?}");
        told.json()["prepay_id"].as_str().unwrap().to_owned()
    }

    /// Creates the order and pays it.
    pub(crate) async fn paid(&self, out_trade_no: &str) {
        self.created(out_trade_no).await;
        self.sim.pay(&number(out_trade_no), None).await.unwrap();
    }

    pub(crate) async fn query(&self, out_trade_no: &str) -> Told {
        let target = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={}", self.mchid());
        self.get(&target).await
    }

    pub(crate) async fn close(&self, out_trade_no: &str) -> Told {
        let target = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close");
        self.post(&target, &json!({ "mchid": self.mchid() })).await
    }

    pub(crate) async fn refund(&self, out_trade_no: &str, out_refund_no: &str, fen: i64) -> Told {
        self.refund_of(out_trade_no, out_refund_no, fen, 100).await
    }

    pub(crate) async fn refund_of(
        &self,
        out_trade_no: &str,
        out_refund_no: &str,
        fen: i64,
        total: i64,
    ) -> Told {
        let body = json!({
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "notify_url": "http://127.0.0.1:8080/refunded",
            "amount": {"refund": fen, "total": total, "currency": "CNY"},
        });
        self.post(REFUNDS, &body).await
    }

    /// Verifies a signed answer or notification under the platform's key that its serial names.
    pub(crate) fn verifies(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let said = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        let serial = said("wechatpay-serial");
        let certificate = self.env.platform_certificate.as_ref().filter(|it| it.serial_no == serial);
        let public = self.env.platform_public_key.as_ref().filter(|it| it.id == serial);
        let key = match (certificate, public) {
            (Some(certificate), _) => public_key_of_certificate(&pem(&certificate.pem)),
            // SubjectPublicKeyInfo of RSA-2048: 24 bytes of header.
            (None, Some(public)) => pem(&public.pem)[24..].to_vec(),
            (None, None) => return false,
        };
        let mut message =
            format!("{}\n{}\n", said("wechatpay-timestamp"), said("wechatpay-nonce")).into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        let Ok(signature) = STANDARD.decode(said("wechatpay-signature")) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(&message, &signature).is_ok()
    }

    /// Opens a resource sealed for the merchant.
    pub(crate) fn open(&self, resource: &Value) -> Vec<u8> {
        self.open_as(0, resource)
    }

    /// What a letter in the mailbox says, sealed for one of the merchants; its signature holds.
    pub(crate) fn resource_for(&self, merchant: usize, letter: usize) -> Value {
        let letter = self.mailbox.letter(letter);
        assert!(self.verifies(letter.headers(), letter.body()));
        let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
        serde_json::from_slice(&self.open_as(merchant, &envelope["resource"])).unwrap()
    }

    fn open_as(&self, merchant: usize, resource: &Value) -> Vec<u8> {
        let said = |name: &str| resource[name].as_str().unwrap();
        let key = UnboundKey::new(&AES_256_GCM, self.env.merchants[merchant].apiv3_key.as_bytes()).unwrap();
        let mut sealed = STANDARD.decode(said("ciphertext")).unwrap();
        let nonce = Nonce::assume_unique_for_key(said("nonce").as_bytes().try_into().unwrap());
        let plain = LessSafeKey::new(key)
            .open_in_place(nonce, Aad::from(said("associated_data").as_bytes()), &mut sealed)
            .unwrap();
        plain.to_vec()
    }
}

/// The RSA public key inside a certificate: found by the shape of its encoding.
fn public_key_of_certificate(der: &[u8]) -> Vec<u8> {
    let marker = [0x03, 0x82, 0x01, 0x0F, 0x00];
    let at = der.windows(marker.len()).position(|at| at == marker).unwrap() + marker.len();
    der[at..at + 270].to_vec()
}

pub(crate) fn pem(text: &str) -> Vec<u8> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap()
}

pub(crate) fn number(text: &str) -> OutTradeNo {
    OutTradeNo::parse(text).unwrap()
}

/// Chance from a seed: splitmix64.
pub(crate) fn seeded(seed: u64) -> Chance {
    let state = Mutex::new(seed);
    Chance::new(move |buffer| {
        let mut state = state.lock().unwrap();
        for byte in buffer {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed ^ (mixed >> 31)).to_le_bytes()[0];
        }
    })
}

/// What the merchant says to the next notifications.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    Status(u16),
    /// This status and these words.
    Words(u16, &'static str),
    /// Says nothing for so long, then 200.
    After(Duration),
    Unreachable,
    /// 200 and the `echostr` of the query.
    Echo,
}

/// Plays the merchant: keeps what arrives, says what it is told to say, else 204.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) letters: Mutex<Vec<Request<Bytes>>>,
    pub(crate) says: Mutex<Vec<Says>>,
    pub(crate) always: Mutex<Option<Says>>,
}

impl Mailbox {
    pub(crate) fn count(&self) -> usize {
        self.letters.lock().unwrap().len()
    }

    pub(crate) fn letter(&self, index: usize) -> Request<Bytes> {
        self.letters.lock().unwrap()[index].clone()
    }

    pub(crate) fn always(&self, says: Says) {
        *self.always.lock().unwrap() = Some(says);
    }
}

impl Postman for Mailbox {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        self.letters.lock().unwrap().push(request);
        let mut queue = self.says.lock().unwrap();
        let next = if queue.is_empty() { None } else { Some(queue.remove(0)) };
        let says = next.or(*self.always.lock().unwrap()).unwrap_or(Says::Status(204));
        let answer: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(async move {
            match says {
                Says::Status(status) => {
                    let mut answer = http::Response::new(Bytes::from_static(b"{}"));
                    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
                    Ok(answer)
                }
                Says::Words(status, words) => {
                    let mut answer = http::Response::new(Bytes::from_static(words.as_bytes()));
                    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
                    Ok(answer)
                }
                Says::After(wait) => {
                    tokio::time::sleep(wait).await;
                    Ok(http::Response::new(Bytes::new()))
                }
                Says::Echo => {
                    let echo = query.split('&').find_map(|pair| pair.strip_prefix("echostr="));
                    Ok(http::Response::new(Bytes::from(echo.unwrap_or_default().to_owned())))
                }
                Says::Unreachable => Err(PostFailed::Connect { reason: "refused".into() }),
            }
        });
        answer
    }
}

pub(crate) const JSAPI: &str = "/v3/pay/transactions/jsapi";
pub(crate) const REFUNDS: &str = "/v3/refund/domestic/refunds";
