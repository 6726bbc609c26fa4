//! The platform a server is examined against: a simulator of its own, listened to and interfered with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tongbao_sim::{
    AppSettings, Dropped, Env, HttpPostman, KeyMode, MerchantSettings, PostFailed, Posting, Postman,
    Settings, Simulator,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Mchid, OutTradeNo};

use super::Failure;
use super::evidence::{Exchange, Line, Log, shown, shown_headers};
use super::interference::{Interference, Kind};
use crate::config::Words;
use crate::listen::{self, Options};
use crate::tasks::Tasks;

/// What a platform is made from.
pub struct PlatformOptions {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How the merchant's server reaches it, when that is not where it listens.
    pub base_url: Option<String>,
    /// Which platform keys sign.
    pub key_mode: KeyMode,
    /// Has the last word on the simulator's settings.
    pub settle: fn(&mut Settings),
}

/// A platform that runs.
pub struct Platform {
    pub(super) simulator: Simulator,
    pub(super) post: Arc<Listening>,
    pub(super) interference: Arc<Interference>,
    pub(super) log: Arc<Log>,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
    pub(super) key_mode: KeyMode,
    /// The merchant whose server is examined.
    pub(super) merchant: MerchantSettings,
    /// Another merchant, whose messages are not for that server.
    pub(super) foreign: MerchantSettings,
    tasks: Tasks,
}

impl Platform {
    /// Listens and runs.
    ///
    /// # Errors
    /// [`Failure::System`] when the port is taken or the settings make no simulator.
    pub async fn start(options: &PlatformOptions) -> Result<Self, Failure> {
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.map_err(|error| Failure::System(options.listen.to_string(), error.into()))?;
        let address =
            listener.local_addr().map_err(|error| Failure::System("listen".into(), error.into()))?;
        let base_url =
            options.base_url.clone().unwrap_or_else(|| format!("http://{}", listen::reachable(address)));
        let (clock, chance) = (Clock::system(), Chance::system());
        let (log, interference) = (Arc::<Log>::default(), Arc::<Interference>::default());
        let post = Arc::new(Listening::new(log.clone(), interference.clone()));
        let mut settings = Settings::local(
            clock.clone(),
            chance.clone(),
            post.clone(),
            base_url.trim_end_matches('/').to_owned(),
        );
        settings.key_mode = options.key_mode;
        settings.switches.business_begins_behind = BEGINS_BEHIND;
        (options.settle)(&mut settings);
        // After whatever fixed the first one's keys: these are nobody else's.
        settings.merchants.push(foreign(&settings.merchants[0], &chance));
        let merchants = settings.merchants.clone();
        let simulator =
            Simulator::new(settings).map_err(|error| Failure::System("simulator".into(), error.into()))?;
        simulator.set_faults(interference.faults());
        let _first = post.simulator.set(simulator.clone());
        let tasks = Tasks::new();
        simulator.keep_running(&tasks);
        let overheard = Overheard { log: log.clone(), interference: interference.clone() };
        let router = simulator.router().layer(from_fn_with_state(overheard, overhear));
        tasks.spawn("platform-http", async move {
            listen::serve(listener, router, Options::default(), std::future::pending()).await;
        });
        let [merchant, foreign, ..] = &merchants[..] else { unreachable!("two merchants were set") };
        let (merchant, foreign) = (merchant.clone(), foreign.clone());
        Ok(Self {
            simulator,
            post,
            interference,
            log,
            clock,
            chance,
            key_mode: options.key_mode,
            merchant,
            foreign,
            tasks,
        })
    }

    /// What the merchant's server needs to know.
    #[must_use]
    pub fn env(&self) -> Env {
        self.simulator.env()
    }

    /// Writes it as `tongbao simulate --write-env` does.
    ///
    /// # Errors
    /// [`Failure::System`] when a file cannot be written.
    pub fn write_env(&self, path: &Path) -> Result<(), Failure> {
        self.simulator
            .write_env(path)
            .map_err(|error| Failure::System(path.display().to_string(), error.into()))
    }

    /// Brings the platform's clock to the present.
    pub(super) async fn catch_up(&self) {
        self.simulator.advance(BEGINS_BEHIND.saturating_sub(self.simulator.ahead())).await;
    }

    pub(super) fn appid(&self) -> &Appid {
        &self.merchant.apps[0].appid
    }

    pub(super) fn mchid(&self) -> &Mchid {
        &self.merchant.mchid
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.tasks.abort_all();
    }
}

/// A merchant whose keys, number and mini program are all its own.
fn foreign(known: &MerchantSettings, chance: &Chance) -> MerchantSettings {
    let mut other = known.clone();
    other.mchid = Mchid::parse("1900000002").expect("ten digits");
    other.name = "别家小店".into();
    other.apiv3_key = chance.text(32, LETTERS);
    other.apiv2_key = chance.text(32, LETTERS);
    let appid = Appid::parse("wx00000000000000bb").expect("letters and digits");
    other.apps = vec![AppSettings { appid, ..other.apps[0].clone() }];
    other
}

const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The postman, with an ear: keeps every genuine notification, and loses those that shall be lost.
pub(super) struct Listening {
    postman: HttpPostman,
    log: Arc<Log>,
    interference: Arc<Interference>,
    simulator: OnceLock<Simulator>,
    /// The latest send of each notification, by its id.
    captured: Mutex<BTreeMap<String, http::Request<Bytes>>>,
}

impl Listening {
    fn new(log: Arc<Log>, interference: Arc<Interference>) -> Self {
        let (postman, simulator, captured) = (HttpPostman::new(), OnceLock::new(), Mutex::default());
        Self { postman, log, interference, simulator, captured }
    }

    /// The genuine notification with this id as it was sent last, even when it was lost.
    pub(super) fn captured(&self, id: &str) -> Option<http::Request<Bytes>> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Posts a message of our own, as an attacker or a strange platform would.
    pub(super) async fn post_as_is(
        &self,
        what: Words,
        about: &str,
        request: http::Request<Bytes>,
    ) -> Result<u16, PostFailed> {
        let told = letter(&request);
        let answered = tokio::time::timeout(super::NOTIFIED_WITHIN, self.postman.post(request)).await;
        let answered = answered.unwrap_or(Err(PostFailed::TimedOut));
        self.write_down(what, told, &answered, vec![about.to_owned()]);
        answered.map(|answer| answer.status().as_u16())
    }

    fn write_down(
        &self,
        what: Words,
        request: String,
        answered: &Result<http::Response<Bytes>, PostFailed>,
        about: Vec<String>,
    ) {
        let (status, answer) = match answered {
            Ok(answer) => {
                let status = answer.status().as_u16();
                (Some(status), format!("{status} {}", shown(answer.body())).trim_end().to_owned())
            }
            Err(failed) => (None, failed.to_string()),
        };
        self.log.add(Exchange { line: Line::Notified, what, request, answer, status, about });
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, PostFailed> {
        let envelope: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let (id, event_type) = (text(&envelope, "id"), text(&envelope, "event_type"));
        let about = self.order_of(&id);
        self.captured.lock().unwrap_or_else(PoisonError::into_inner).insert(id, request.clone());
        let told = letter(&request);
        let lost = about
            .as_ref()
            .is_some_and(|number| self.interference.is_withheld(number.as_str(), Kind::of(&event_type)));
        let (what, answered) = if lost {
            let what = Words::new(
                format!("平台的通知 {event_type}（故意丢失）"),
                format!("the platform's {event_type} (lost on purpose)"),
            );
            (what, Err(PostFailed::Connect { reason: "lost on purpose".into() }))
        } else {
            let what = Words::new(format!("平台的通知 {event_type}"), format!("the platform's {event_type}"));
            (what, self.postman.post(request).await)
        };
        self.write_down(what, told, &answered, about.iter().map(ToString::to_string).collect());
        answered
    }

    fn order_of(&self, id: &str) -> Option<OutTradeNo> {
        let all = self.simulator.get()?.notifications();
        all.into_iter().find(|one| one.id == id)?.out_trade_no
    }
}

impl Postman for Listening {
    fn post(&self, request: http::Request<Bytes>) -> Posting<'_> {
        Box::pin(self.carry(request))
    }
}

fn letter(request: &http::Request<Bytes>) -> String {
    let headers = shown_headers(request.headers());
    format!("{} {}\n{headers}\n{}", request.method(), request.uri().path(), shown(request.body()))
        .trim_end()
        .to_owned()
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

/// What stands in front of the platform's router.
#[derive(Clone)]
struct Overheard {
    log: Arc<Log>,
    interference: Arc<Interference>,
}

/// Writes down what merchants ask the platform, and keeps answers back that shall be slow.
async fn overhear(State(ear): State<Overheard>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/v3/") {
        return next.run(request).await;
    }
    let target = request.uri().to_string();
    let method = request.method().to_string();
    let (head, body) = request.into_parts();
    // What is longer is refused by the platform, and nothing of it is shown.
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return next.run(Request::from_parts(head, Body::empty())).await;
    };
    let answer = next.run(Request::from_parts(head, Body::from(body.clone()))).await;
    let (status, answer, said) = match answer.extensions().get::<Dropped>() {
        Some(Dropped) => (None, answer, "no answer (lost on purpose)".to_owned()),
        None => {
            let (head, rest) = answer.into_parts();
            let rest = to_bytes(rest, BODY_BYTES_MAX).await.unwrap_or_default();
            let status = head.status.as_u16();
            (
                Some(status),
                Response::from_parts(head, Body::from(rest.clone())),
                format!("{status} {}", shown(&rest)),
            )
        }
    };
    ear.log.add(Exchange {
        line: Line::Called,
        what: Words::new("商户服务调用平台", "the merchant's server calls the platform"),
        request: format!("{method} {target}\n{}", shown(&body)).trim_end().to_owned(),
        status,
        answer: said.trim_end().to_owned(),
        about: numbers(&target, &body),
    });
    if let Some(by) = ear.interference.slowness(&target) {
        tokio::time::sleep(by).await;
    }
    answer
}

/// The numbers a call names.
fn numbers(target: &str, body: &[u8]) -> Vec<String> {
    let path = target.split('?').next().unwrap_or_default();
    let in_path = path.split('/').filter(|part| part.len() >= 6 && part.bytes().any(|b| b.is_ascii_digit()));
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let amount = body.pointer("/amount/total").and_then(Value::as_i64).map(|fen| format!("{fen} fen"));
    let in_body = ["out_trade_no", "transaction_id", "out_refund_no"].map(|member| text(&body, member));
    let named = in_path.map(str::to_owned).chain(in_body).filter(|number| !number.is_empty());
    let bill = path.starts_with("/v3/bill/").then(|| BILLS.to_owned());
    named.chain(amount).chain(bill).collect()
}

/// What calls about bills are about.
pub(super) const BILLS: &str = "bills";

/// Long enough for the bill of the first day to be there before the present.
const BEGINS_BEHIND: Duration = Duration::from_secs(48 * 3600);
/// A notification is the largest thing anybody sends here.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
