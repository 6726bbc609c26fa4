//! Our server in a process of its own: this very program, asked for another role. The role exists for one
//! choice that no configuration leads to: writes that are discarded.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tongbao::account::Account;
use tongbao::app::{App, Parts, Rules};
use tongbao::tasks::Tasks;
use tongbao::{listen, router, worker};
use tongbao_domain::{Cause, Input, OrderTerms, Policy, Scene, Step, create, step};
use tongbao_sdk::{
    ApiV3Key, AppSecret, Client, Hosts, HttpOptions, HttpOutbound, Merchant, Outbound, PlatformKeys,
    WeixinClient,
};
use tongbao_store::{Fault, Options, Statement, Store, orders};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OrderNo, OutTradeNo};

use crate::platform;

const ROLE: &str = "TONGBAO_BENCH_ROLE";

/// What a child process shall do.
pub(crate) struct Role {
    directory: PathBuf,
    storage: String,
    orders: usize,
}

impl Role {
    /// The role this process was started for, if any.
    pub(crate) fn asked_for() -> Option<Self> {
        let text = std::env::var(ROLE).ok()?;
        let mut parts = text.split('|');
        let mut next = || parts.next().expect("directory|storage|orders");
        Some(Self {
            directory: next().into(),
            storage: next().into(),
            orders: next().parse().expect("a number"),
        })
    }
}

/// A running child.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Starts a server that knows `orders` unpaid orders.
pub(crate) fn start(directory: &Path, storage: &str, orders: usize) -> Server {
    let role = format!("{}|{storage}|{orders}", directory.display());
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program).env(ROLE, role).stdout(Stdio::piped()).spawn().expect("a child");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("the address");
    Server { child, address: line.trim().parse().expect("an address") }
}

/// The child: serves until it is killed.
#[allow(clippy::print_stdout, reason = "tells the parent where it listens")]
pub(crate) fn serve(role: &Role) {
    let database = role.directory.join(format!("{}-{}.db", role.storage, std::process::id()));
    let store = Store::open(&database, &Options::default()).expect("a database");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        fill(&store, role.orders).await;
        store.checkpoint().await.expect("nobody reads yet");
        if role.storage == "off" {
            store.set_faults(|_| Fault::Discard);
        }
        let app = app(store, &role.directory);
        let tasks = Tasks::new();
        tasks.spawn("worker", worker::run(app.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        std::io::stdout().flush().expect("the parent reads");
        listen::serve(listener, router::router(app), listen::Options::default(), std::future::pending())
            .await;
    });
}

async fn fill(store: &Store, orders: usize) {
    let mut batch: Vec<Statement> = Vec::new();
    for index in 0..orders {
        batch.extend(orders::insert(&unpaid(index)));
        if batch.len() > 100 || index + 1 == orders {
            store.write(std::mem::take(&mut batch)).await.expect("orders are written");
        }
    }
}

/// An order whose payment waits for its payer.
fn unpaid(index: usize) -> Step {
    let id = |text: &str| Mchid::parse(text).expect("an id");
    let number = (id(platform::MCHID), OrderNo::parse(&format!("order-{index}")).expect("a number"));
    let terms = OrderTerms {
        appid: Appid::parse(platform::APPID).expect("an appid"),
        description: "龙井".into(),
        total: Fen::new(platform::TOTAL),
        attach: None,
        lines: Vec::new(),
    };
    let openid = Openid::parse(platform::OPENID).expect("an openid");
    // Later than any notification of this run, so that no job comes due under it.
    let now = Clock::system().now().plus(Duration::from_secs(3600));
    let far = now.plus(Duration::from_secs(7 * 24 * 3600));
    let made = create(number, terms, Some(openid.clone()), (now, far), Cause::Payer).expect("an order");
    let pay = Input::Pay {
        scene: Scene::MiniProgram,
        openid,
        out_trade_no: OutTradeNo::parse(&platform::out_trade_no(index)).expect("a number"),
        notify_url: "http://127.0.0.1/notify/main/v3".into(),
    };
    let paying = step(&made.order, pay, &Policy::default(), now).expect("allowed").expect("new");
    Step {
        order: paying.order,
        events: made.events.into_iter().chain(paying.events).collect(),
        jobs: paying.jobs,
    }
}

fn app(store: Store, directory: &Path) -> App {
    let (clock, chance) = (Clock::system(), Chance::system());
    let pem = std::fs::read(directory.join("platform.pem")).expect("the parent wrote it");
    let keys = PlatformKeys::from_public_key(platform::PUBLIC_KEY_ID, &pem).expect("a public key");
    let outbound: Arc<dyn Outbound> = Arc::new(HttpOutbound::new(&HttpOptions::default()).expect("a client"));
    let mchid = Mchid::parse(platform::MCHID).expect("an id");
    let appid = Appid::parse(platform::APPID).expect("an appid");
    let apiv3_key = ApiV3Key::parse(platform::APIV3_KEY).expect("32 bytes");
    let merchant = Merchant::stand_in(mchid.clone(), &"0".repeat(40), b"signs nothing here", apiv3_key);
    let hosts = Hosts::only("http://127.0.0.1:9");
    let secret = AppSecret::parse(&"0".repeat(32)).expect("a secret");
    let account = Account {
        name: "main".into(),
        merchant_name: "bench".into(),
        mchid,
        appid: appid.clone(),
        client: Client::new(merchant, keys, hosts, outbound.clone(), clock.clone(), chance.clone()),
        weixin: WeixinClient::new(
            appid,
            secret,
            "http://127.0.0.1:9",
            outbound,
            clock.clone(),
            chance.clone(),
        ),
        policy: Policy::default(),
        notify_url: "http://127.0.0.1/notify/main/v3".into(),
    };
    App::new(Parts {
        store,
        accounts: BTreeMap::from([("main".to_owned(), account)]),
        api_keys: Vec::new(),
        goods: Vec::new(),
        rules: Rules {
            order_life: Duration::from_secs(1800),
            session_life: Duration::from_secs(3600),
            payment_enabled: true,
        },
        clock,
        chance,
        metrics: tongbao::metrics::Metrics::default(),
        freshness: tongbao::freshness::Freshness::default(),
        wake: tokio::sync::Notify::new(),
    })
}
