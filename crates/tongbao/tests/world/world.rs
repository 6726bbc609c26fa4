//! A small world in one process: the real server, the real simulator, a network between them that can fail,
//! a clock that only moves when it is told to, and chance from a seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tongbao::account::Account;
use tongbao::api_key::ApiKey;
use tongbao::app::{App, Parts, Rules};
use tongbao::goods::Good;
use tongbao::tasks::Tasks;
use tongbao::{router, worker};
use tongbao_domain::{Order, Policy, SurplusPolicy};
use tongbao_sdk::{ApiV3Key, Client, Hosts, Merchant, MerchantKey, Outbound, PlatformKeys, WeixinClient};
use tongbao_sim::{CryptoSettings, KeyMode, Settings, Simulator, Switches};
use tongbao_store::{Store, orders};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OrderNo, OutTradeNo, Timestamp};
use tower::ServiceExt;

use crate::network::{Door, Wire};

/// Ten in the morning of a Sunday in Beijing.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_795_312_800);

/// The key of the merchant API in every world.
pub(crate) const API_KEY: &str = "test-key-0123456789abcdef0123456789abcdef";

/// What a world is made of; the rest follows from the seed.
pub(crate) struct Plan {
    /// Where chance comes from.
    pub(crate) seed: u64,
    /// Real RSA with fixed keys, or the fast stand-in.
    pub(crate) real_crypto: bool,
    /// What happens to surplus money.
    pub(crate) surplus: SurplusPolicy,
    /// Which platform keys sign.
    pub(crate) key_mode: KeyMode,
    /// What the platform does where nobody outside can be sure.
    pub(crate) switches: Switches,
    /// Whether payment is switched on.
    pub(crate) payment_enabled: bool,
    /// Put between the server and its way to the platform.
    pub(crate) between: Option<Between>,
}

/// Makes another way to the platform out of the world's.
pub(crate) type Between = Arc<dyn Fn(Arc<dyn Outbound>) -> Arc<dyn Outbound> + Send + Sync>;

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            real_crypto: false,
            surplus: SurplusPolicy::Refund,
            key_mode: KeyMode::PublicKey,
            switches: Switches::default(),
            payment_enabled: true,
            between: None,
        }
    }
}

/// The world.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    /// What the platform finds behind the merchant's address.
    pub(crate) door: Arc<Door>,
    /// What the server finds behind the platform's address.
    pub(crate) wire: Arc<Wire>,
    /// How many milliseconds the server's clock is ahead of the platform's.
    pub(crate) server_ahead: Arc<AtomicI64>,
    plan: Plan,
    node: Mutex<Option<Node>>,
    platform: Tasks,
}

/// One running server.
struct Node {
    app: App,
    router: Router,
    tasks: Tasks,
}

/// What the fast stand-in for RSA signs with, on both sides.
pub(crate) const STAND_IN: &[u8] = b"stand-in for deterministic simulation";

impl World {
    /// A world with a running server and platform.
    pub(crate) fn new(plan: Plan) -> Arc<Self> {
        let clock = paused_clock();
        let chance = seeded(plan.seed);
        let door = Arc::new(Door::default());
        let base_url = "http://127.0.0.1:8900".to_owned();
        let mut settings = Settings::local(clock.clone(), chance.clone(), door.clone(), base_url);
        settings.key_mode = plan.key_mode;
        settings.switches = plan.switches.clone();
        settings.crypto = if plan.real_crypto {
            CryptoSettings::Fixed
        } else {
            CryptoSettings::StandIn { secret: STAND_IN.to_vec() }
        };
        let sim = Simulator::new(settings).expect("the local settings make a simulator");
        let wire = Arc::new(Wire::new(sim.router()));
        let store = Store::in_memory_inline().expect("a database in memory");
        let platform = Tasks::new();
        let running = sim.clone();
        platform.spawn("platform", async move { running.run().await });
        let server_ahead = Arc::new(AtomicI64::new(0));
        let node = Mutex::new(None);
        let world =
            Arc::new(Self { sim, store, clock, chance, door, wire, server_ahead, plan, node, platform });
        world.start_server();
        world
    }

    /// Starts the server over what the store holds.
    pub(crate) fn start_server(&self) {
        let app = self.app();
        let router = router::router(app.clone());
        self.door.open(router.clone());
        let tasks = Tasks::new();
        tasks.spawn("worker", worker::run(app.clone()));
        *self.node() = Some(Node { app, router, tasks });
    }

    /// The server dies at once: its tasks stop where they wait, its memory is gone, its store stays.
    pub(crate) fn crash_server(&self) {
        self.door.close();
        if let Some(node) = self.node().take() {
            node.tasks.abort_all();
        }
        self.store.clear_faults();
        self.store.reopen();
    }

    /// The running server's shared parts.
    pub(crate) fn running(&self) -> App {
        self.node().as_ref().expect("the server runs").app.clone()
    }

    fn node(&self) -> std::sync::MutexGuard<'_, Option<Node>> {
        self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn app(&self) -> App {
        let account = self.account();
        App::new(Parts {
            store: self.store.clone(),
            accounts: BTreeMap::from([(account.name.clone(), account)]),
            api_keys: vec![ApiKey::new("test", "main", API_KEY.as_bytes())],
            goods: goods(),
            rules: Rules {
                order_life: Duration::from_secs(30 * 60),
                session_life: Duration::from_secs(24 * 3600),
                payment_enabled: self.plan.payment_enabled,
            },
            clock: self.server_clock(),
            chance: self.chance.clone(),
            metrics: tongbao::metrics::Metrics::default(),
            freshness: tongbao::freshness::Freshness::default(),
            wake: tokio::sync::Notify::new(),
        })
    }

    fn account(&self) -> Account {
        let env = self.sim.env();
        let merchant = &env.merchants[0];
        let app = &merchant.apps[0];
        let outbound = self.outbound();
        let seams = (self.server_clock(), self.chance.clone());
        let secret = tongbao_sdk::AppSecret::parse(&app.secret).expect("the simulator's secret");
        Account {
            name: "main".into(),
            merchant_name: merchant.name.clone(),
            mchid: merchant.mchid.clone(),
            appid: app.appid.clone(),
            client: self.client_of(0),
            weixin: WeixinClient::new(app.appid.clone(), secret, &env.base_url, outbound, seams.0, seams.1),
            policy: Policy { surplus: self.plan.surplus },
            notify_url: "http://127.0.0.1:8080/notify/main/v3".into(),
        }
    }

    fn outbound(&self) -> Arc<dyn Outbound> {
        let wire: Arc<dyn Outbound> = self.wire.clone();
        self.plan.between.as_ref().map_or(wire.clone(), |between| between(wire))
    }

    /// A client of one of the platform's merchants, in the order of its settings.
    pub(crate) fn client_of(&self, index: usize) -> Client {
        let env = self.sim.env();
        let merchant = &env.merchants[index];
        let apiv3_key = ApiV3Key::parse(merchant.apiv3_key.as_bytes()).expect("32 bytes");
        let identity = if self.plan.real_crypto {
            let key = MerchantKey::from_pem(
                merchant.private_key_pem.as_bytes(),
                merchant.certificate_pem.as_bytes(),
            );
            Merchant::new(merchant.mchid.clone(), &key.expect("a key and its certificate"), apiv3_key)
        } else {
            Merchant::stand_in(merchant.mchid.clone(), &merchant.serial_no, STAND_IN, apiv3_key)
        };
        let (clock, chance) = (self.server_clock(), self.chance.clone());
        let hosts = Hosts::only(&env.base_url);
        Client::new(identity, self.platform_keys(), hosts, self.outbound(), clock, chance)
    }

    /// The platform's keys as clients hold them.
    pub(crate) fn platform_keys(&self) -> PlatformKeys {
        let env = self.sim.env();
        if self.plan.real_crypto { real_keys(&env) } else { stand_in_keys(&env) }
    }

    /// What the server takes for the time.
    pub(crate) fn server_clock(&self) -> Clock {
        let (clock, ahead) = (self.clock.clone(), self.server_ahead.clone());
        Clock::new(move || {
            let ahead = u64::try_from(ahead.load(Ordering::Relaxed)).unwrap_or(0);
            clock.now().plus(Duration::from_millis(ahead))
        })
    }

    /// Lets the world go on for so long.
    pub(crate) async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Calls the server. Nothing comes back when it dies meanwhile.
    pub(crate) async fn try_call(&self, request: Request<Full<Bytes>>) -> Option<(StatusCode, Value)> {
        let router = self.node().as_ref().map(|node| node.router.clone())?;
        let response = router.oneshot(request.map(axum::body::Body::new)).await.ok()?;
        let status = response.status();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Calls the platform as a phone does, and gives what it says.
    pub(crate) async fn at_the_platform(&self, request: Request<Full<Bytes>>) -> String {
        let mut request = request.map(axum::body::Body::new);
        request.headers_mut().insert("host", http::HeaderValue::from_static("127.0.0.1:8900"));
        let response = self.sim.router().oneshot(request).await.expect("a router always answers");
        let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    }

    /// Calls the merchant API.
    pub(crate) async fn api(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        self.try_call(request(method, path, API_KEY, &[], &body)).await.expect("the server runs")
    }

    /// Calls the client API as a payer who is logged in.
    pub(crate) async fn client(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        self.try_call(request(method, path, token, &[], &body)).await.expect("the server runs")
    }

    /// Logs a payer in and gives the token.
    pub(crate) async fn login(&self, payer: &str) -> String {
        let code = self.sim.login_code(&self.appid(), Some(payer)).expect("the payer is known");
        let body = serde_json::json!({ "code": code });
        let (status, body) = self.client("", Method::POST, "/client/v1/login", body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["token"].as_str().expect("a token").to_owned()
    }

    /// The merchant of this world.
    pub(crate) fn mchid(&self) -> Mchid {
        self.sim.env().merchants[0].mchid.clone()
    }

    /// The mini program of this world.
    pub(crate) fn appid(&self) -> Appid {
        self.sim.env().merchants[0].apps[0].appid.clone()
    }

    /// Who a payer is to the mini program.
    pub(crate) fn openid(&self, payer: &str) -> Openid {
        let env = self.sim.env();
        let known = env.merchants[0].apps[0].openids.iter().find(|(id, _)| id == payer);
        known.expect("the payer is known").1.clone()
    }

    /// The order as the store holds it.
    pub(crate) fn stored(&self, order_no: &str) -> Order {
        let order_no = OrderNo::parse(order_no).expect("an order number");
        let found = self.store.read(|reader| orders::find(reader, &self.mchid(), &order_no));
        found.expect("the store reads").expect("the order is there")
    }

    /// Creates an order of 9.90 yuan through the merchant API, placed for `payer`.
    pub(crate) async fn order(&self, order_no: &str, payer: &str) -> Value {
        let body = serde_json::json!({
            "order_no": order_no, "description": "龙井", "total_fen": 990, "openid": self.openid(payer).as_str(),
        });
        let (status, body) = self.api(Method::POST, "/v1/orders", body).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body
    }

    /// The number of an order's latest payment.
    pub(crate) fn out_trade_no(&self, order_no: &str) -> OutTradeNo {
        self.stored(order_no).payments.last().expect("a payment").out_trade_no.clone()
    }

    /// The payer pays at the platform, as in the cashier.
    pub(crate) async fn pay(&self, order_no: &str, payer: &str) {
        self.sim
            .pay(&self.out_trade_no(order_no), Some(payer))
            .await
            .expect("the platform takes the payment");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.crash_server();
        self.platform.abort_all();
    }
}

/// A request with a bearer credential and a JSON body.
pub(crate) fn request(
    method: Method,
    path: &str,
    bearer: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if !bearer.is_empty() {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    request.body(Full::new(body)).expect("a well-formed request")
}

fn real_keys(env: &tongbao_sim::Env) -> PlatformKeys {
    match (&env.platform_public_key, &env.platform_certificate) {
        (Some(key), None) => {
            PlatformKeys::from_public_key(&key.id, key.pem.as_bytes()).expect("a public key")
        }
        (None, Some(certificate)) => {
            PlatformKeys::from_certificate(certificate.pem.as_bytes()).expect("a certificate")
        }
        (Some(key), Some(certificate)) => PlatformKeys::from_public_key(&key.id, key.pem.as_bytes())
            .and_then(|keys| keys.and_certificate(certificate.pem.as_bytes()))
            .expect("both"),
        (None, None) => unreachable!("every mode has a key"),
    }
}

fn stand_in_keys(env: &tongbao_sim::Env) -> PlatformKeys {
    let public = env.platform_public_key.as_ref().map(|key| key.id.clone());
    let certificate = env.platform_certificate.as_ref().map(|certificate| certificate.serial_no.clone());
    let mut serials = public.into_iter().chain(certificate);
    let first = serials.next().expect("every mode has a key");
    serials
        .fold(PlatformKeys::stand_in(&first, STAND_IN), |keys, serial| keys.and_stand_in(&serial, STAND_IN))
}

fn goods() -> Vec<Good> {
    let good = |id: &str, name: &str, price| Good {
        id: id.into(),
        name: name.into(),
        name_en: id.into(),
        description: String::new(),
        description_en: String::new(),
        price: Fen::new(price),
        picture: String::new(),
    };
    vec![good("tea", "龙井", 990), good("cup", "茶杯", 2_580)]
}

/// Follows tokio's clock, which a test pauses.
fn paused_clock() -> Clock {
    let begun = tokio::time::Instant::now();
    Clock::new(move || START.plus(begun.elapsed()))
}

/// SplitMix64: good enough for tests, and the same on every machine.
pub(crate) fn seeded(seed: u64) -> Chance {
    let state = Mutex::new(seed);
    Chance::new(move |buffer| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    })
}
