//! How many notifications a second the store makes durable, against the same disk's bare fdatasync.
//!
//! One notification is what the server writes for it: the order moves from unpaid to paid (`orders.update`,
//! `events.insert`, `jobs.remove`) and the arrival is kept (`inbox.insert`). Run with
//! `cargo bench -p tongbao-store --bench group_commit [DIRECTORY]`; compare figures of one run only.

#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time and starts its own callers")]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tongbao_domain::{
    Cashier, Cause, Input, Order, OrderTerms, PaymentObservation, Policy, Scene, SeenPayment, Step, create,
    step,
};
use tongbao_store::{Batch, Options, Store, inbox, orders};
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OrderNo, OutTradeNo, PrepayId, Timestamp, TradeState, TransactionId,
};

const CALLERS: usize = 64;
const NOTIFICATIONS: usize = 40_000;
const ROUNDS: usize = 3;

fn now() -> Instant {
    Instant::now()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |flag| arguments.iter().any(|argument| argument == flag);
    if asked("--list") {
        // A test runner asks which tests are in here: none.
        return;
    }
    // `cargo bench` says so; anyone else, such as `cargo test --benches`, only sees that it works.
    let brief = !asked("--bench");
    let directory = arguments.iter().find(|argument| !argument.starts_with("--"));
    let base = directory.map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = base.join(format!("tongbao-group-commit-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("the directory can be made");
    let (notifications, rounds) = if brief { (1_000, 1) } else { (NOTIFICATIONS, ROUNDS) };
    for round in 1..=rounds {
        measure(&directory, round, notifications);
    }
    fs::remove_dir_all(&directory).expect("the directory can be removed");
}

fn measure(directory: &Path, round: usize, notifications: usize) {
    let disk =
        raw_fdatasync(directory, Duration::from_millis(if notifications > 1_000 { 2_000 } else { 100 }));
    let (grouped, spent) = notified(directory, notifications, &Options::default());
    let (alone, _) = notified(directory, notifications / 4, &Options { group_max: 1, ..Options::default() });
    println!("round {round}: processor time of a grouped notification: {spent}");
    println!(
        "round {round}: fdatasync {disk}/s; grouped {grouped}/s = {} of fdatasync; one per commit {alone}/s = {} \
         of fdatasync; grouped is {} of one per commit",
        ratio(grouped, disk),
        ratio(alone, disk),
        ratio(grouped, alone),
    );
}

/// Appends of 4 KiB, each followed by fdatasync: what the disk allows one who waits alone.
fn raw_fdatasync(directory: &Path, long: Duration) -> u128 {
    let path = directory.join("raw");
    let mut file =
        OpenOptions::new().create(true).write(true).truncate(true).open(&path).expect("a file can be made");
    let page = [0x5a_u8; 4096];
    let (start, mut syncs) = (now(), 0_u128);
    while start.elapsed() < long {
        file.write_all(&page).expect("there is room");
        file.sync_data().expect("the disk syncs");
        syncs += 1;
    }
    file.seek(SeekFrom::Start(0)).expect("files seek");
    fs::remove_file(&path).expect("the file can be removed");
    per_second(syncs, start.elapsed())
}

/// Notifications a second, 64 callers at a time, each waiting for its own to be durable.
fn notified(directory: &Path, notifications: usize, options: &Options) -> (u128, String) {
    let path = directory.join("store.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let store = Store::open(&path, options).expect("the store opens");
    let waiting = runtime.block_on(record_unpaid(&store, notifications));
    let waiting = Arc::new(waiting);
    let (took, spent) = runtime.block_on(async {
        store.checkpoint().await.expect("nobody reads");
        let next = Arc::new(AtomicUsize::new(0));
        let (before, start) = (processor_time(), now());
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| tokio::spawn(notify(store.clone(), Arc::clone(&waiting), Arc::clone(&next))))
            .collect();
        for caller in callers {
            caller.await.expect("no caller fails");
        }
        (start.elapsed(), spent(before, processor_time(), notifications))
    });
    drop(store);
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let path = directory.join(file);
        if File::open(&path).is_ok() {
            fs::remove_file(path).expect("the file can be removed");
        }
    }
    (per_second(notifications as u128, took), spent)
}

/// Nanoseconds each thread has run, by its name, as Linux tells; elsewhere nothing.
fn processor_time() -> BTreeMap<String, u128> {
    let mut times = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |file| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let ran: u128 = read("schedstat").split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0);
        *times.entry(read("comm").trim().to_owned()).or_default() += ran;
    }
    times
}

fn spent(before: BTreeMap<String, u128>, after: BTreeMap<String, u128>, notifications: usize) -> String {
    let each = |(name, ran): (String, u128)| {
        let micros = (ran - before.get(&name).unwrap_or(&0)) / (notifications as u128 * 1_000);
        format!("{name} {micros} µs")
    };
    after.into_iter().map(each).collect::<Vec<_>>().join(", ")
}

async fn notify(store: Store, waiting: Arc<Vec<Order>>, next: Arc<AtomicUsize>) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(order) = waiting.get(index) else {
            return;
        };
        let paid = pay(order, index);
        let arrival = arrival(order, index);
        orders::commit_step(&store, Some(order), &paid, vec![inbox::record(&arrival)])
            .await
            .expect("nobody else moves the order");
    }
}

/// Orders whose cashier is open, as they are when the notification comes.
async fn record_unpaid(store: &Store, count: usize) -> Vec<Order> {
    let mut waiting = Vec::with_capacity(count);
    for chunk in (0..count).collect::<Vec<_>>().chunks(8) {
        let mut batch = Batch::default();
        for index in chunk {
            let [created, asked, accepted] = unpaid(*index);
            batch.extend(orders::insert(&created));
            batch.extend(orders::save(&created.order, &asked));
            batch.extend(orders::save(&asked.order, &accepted));
            waiting.push(accepted.order);
        }
        store.write(batch).await.expect("orders are recorded");
    }
    waiting
}

fn unpaid(index: usize) -> [Step; 3] {
    let at = at(index);
    let openid = Openid::parse(&format!("oUpF8uMuAJO_M2pxb1Q9zNj{:05}", index % 99_991)).expect("an openid");
    let out_trade_no = number(index);
    let terms = OrderTerms {
        appid: Appid::parse("wxd678efh567hg6787").expect("an appid"),
        description: "Image形象店-深圳腾大-QQ公仔".into(),
        total: Fen::new(100),
        attach: None,
        lines: Vec::new(),
    };
    let key = (mchid(), OrderNo::parse(&format!("T{index:012}")).expect("an order number"));
    let until = at.plus(Duration::from_secs(7200));
    let created = create(key, terms, Some(openid.clone()), (at, until), Cause::Payer).expect("allowed");
    let notify_url = "https://pay.example.com/notify/main/payment".into();
    let ask =
        Input::Pay { scene: Scene::MiniProgram, openid, out_trade_no: out_trade_no.clone(), notify_url };
    let asked = take(&created.order, ask, at);
    let prepay_id = PrepayId::parse(&format!("wx261153585405162d4d02642e{index:010}")).expect("a prepay id");
    let accept = Input::PrepayAccepted { out_trade_no, prepay_id, cashier: Cashier::Opens };
    let accepted = take(&asked.order, accept, at);
    [created, asked, accepted]
}

fn pay(order: &Order, index: usize) -> Step {
    let seen = SeenPayment {
        mchid: mchid(),
        appid: order.terms.appid.clone(),
        trade_state: TradeState::Success,
        transaction_id: Some(TransactionId::parse(&format!("4200{index:024}")).expect("a number")),
        success_time: Some(at(index)),
        total: Some(order.terms.total),
        payer_total: Some(order.terms.total),
        currency: Some("CNY".into()),
        openid: order.openid.clone(),
    };
    let cause = Cause::Notification { id: format!("EV-{index:030}") };
    let observed = PaymentObservation { cause, out_trade_no: number(index), seen: Some(seen) };
    take(order, Input::Observed(observed), at(index))
}

fn arrival(order: &Order, index: usize) -> inbox::Arrival {
    inbox::Arrival {
        mchid: order.mchid.clone(),
        id: format!("{:012x}-{index:012x}", at(index).millis()),
        notification_id: format!("EV-{index:030}"),
        received_at: at(index),
        event_type: "TRANSACTION.SUCCESS".into(),
        out_trade_no: Some(number(index)),
        outcome: "paid".into(),
        // A v3 notification has about 1,000 bytes.
        body: Bytes::from(vec![b'x'; 1_000]),
    }
}

fn take(order: &Order, input: Input, at: Timestamp) -> Step {
    step(order, input, &Policy::default(), at).expect("allowed").expect("something new")
}

fn at(index: usize) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + i64::try_from(index).expect("a small number"))
}

fn mchid() -> Mchid {
    Mchid::parse("1900000109").expect("a merchant")
}

fn number(index: usize) -> OutTradeNo {
    OutTradeNo::parse(&format!("P{index:020}")).expect("a number")
}

fn per_second(count: u128, took: Duration) -> u128 {
    count * 1_000_000_000 / took.as_nanos().max(1)
}

fn ratio(this: u128, other: u128) -> String {
    let hundredths = this * 100 / other.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
