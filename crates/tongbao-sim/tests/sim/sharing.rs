//! Profit sharing (v3-extended.md §8).

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_sim::{AppSettings, FeeRate, MerchantSettings, Settings, SharingEvent};
use tongbao_wire::{Appid, Mchid};

use crate::people::ask;
use crate::sealing::{seal, with_serial};
use crate::world::{Told, World, number};

const ORDERS: &str = "/v3/profitsharing/orders";
const RETURNS: &str = "/v3/profitsharing/return-orders";
const STORE: &str = "1900000102";
const HOOK: &str = "http://127.0.0.1:8080/shared";

fn with_a_store(settings: &mut Settings) {
    let key = || "0123456789abcdef0123456789abcdef".to_owned();
    let mchid = Mchid::parse(STORE).unwrap();
    let mut store = MerchantSettings::new(mchid, "通宝分店", key(), key());
    let appid = Appid::parse("wx00000000000000bb").unwrap();
    store.apps.push(AppSettings { appid, secret: key() });
    settings.merchants.push(store);
    settings.merchants[0].fee_rate = FeeRate::per_ten_thousand(60);
}

/// The merchant, a store that may receive, and payer-2 who may.
async fn world() -> World {
    world_with(|_| {}).await
}

async fn world_with(change: impl FnOnce(&mut Settings)) -> World {
    let world = World::with(|settings| {
        with_a_store(settings);
        change(settings);
    });
    for receiver in [store(&world), person(&world)] {
        let told = send(&world, "/v3/profitsharing/receivers/add", &receiver).await;
        assert_eq!(told.status, 200, "{told:?}");
    }
    world
}

async fn send(world: &World, target: &str, body: &Value) -> Told {
    world.send(with_serial(world, world.draft("POST", target, &body.to_string()))).await
}

fn store(world: &World) -> Value {
    json!({
        "appid": world.env.merchants[0].apps[0].appid, "type": "MERCHANT_ID", "account": STORE,
        "name": seal(world, "通宝分店"), "relation_type": "STORE",
    })
}

fn person(world: &World) -> Value {
    json!({
        "appid": world.env.merchants[0].apps[0].appid, "type": "PERSONAL_OPENID",
        "account": world.openid("payer-2"), "relation_type": "STAFF",
    })
}

/// Pays an order of 100 yuan that is marked, and waits a minute. Gives its `transaction_id`.
async fn marked(world: &World, out_trade_no: &str) -> String {
    let id = marked_just_now(world, out_trade_no).await;
    wait(world, 60).await;
    id
}

async fn marked_just_now(world: &World, out_trade_no: &str) -> String {
    let mut order = world.order(out_trade_no);
    order["amount"]["total"] = json!(10_000);
    order["settle_info"] = json!({"profit_sharing": true});
    assert_eq!(world.create(&order).await.status, 200);
    world.sim.pay(&number(out_trade_no), None).await.unwrap();
    world.query(out_trade_no).await.json()["transaction_id"].as_str().unwrap().to_owned()
}

async fn wait(world: &World, seconds: u64) {
    world.sim.advance(Duration::from_secs(seconds)).await;
}

fn to_store(fen: i64) -> Value {
    json!({"type": "MERCHANT_ID", "account": STORE, "amount": fen, "description": "分给门店"})
}

fn to_person(world: &World, fen: i64) -> Value {
    json!({"type": "PERSONAL_OPENID", "account": world.openid("payer-2"), "amount": fen, "description": "分给店员"})
}

fn share(world: &World, transaction_id: &str, number: &str, receivers: &[Value]) -> Value {
    json!({
        "appid": world.env.merchants[0].apps[0].appid, "transaction_id": transaction_id,
        "out_order_no": number, "receivers": receivers, "unfreeze_unsplit": false,
    })
}

async fn told_of(world: &World, transaction_id: &str, number: &str) -> Value {
    world.get(&format!("{ORDERS}/{number}?transaction_id={transaction_id}")).await.json()
}

async fn unsplit(world: &World, transaction_id: &str) -> i64 {
    let told = world.get(&format!("/v3/profitsharing/transactions/{transaction_id}/amounts")).await;
    told.json()["unsplit_amount"].as_i64().unwrap()
}

async fn unfreeze(world: &World, transaction_id: &str, number: &str) -> Told {
    let body = json!({"transaction_id": transaction_id, "out_order_no": number, "description": "解冻"});
    world.post(&format!("{ORDERS}/unfreeze"), &body).await
}

fn books(world: &World, mchid: &str) -> tongbao_sim::MerchantBooks {
    let books = world.sim.books();
    assert!(books.balanced());
    books.merchants[&Mchid::parse(mchid).unwrap()].clone()
}

#[tokio::test(start_paused = true)]
async fn a_marked_payment_is_frozen_shared_and_the_rest_given_free() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    assert_eq!((books(&world, "1900000001").frozen.get(), unsplit(&world, &id).await), (9940, 9940));
    let told = world.post(ORDERS, &share(&world, &id, "S1", &[to_store(2000), to_person(&world, 500)])).await;
    assert!(world.verifies(&told.headers, &told.body), "{told:?}");
    assert_eq!(
        (&told.json()["state"], &told.json()["receivers"][0]["result"]),
        (&json!("PROCESSING"), &json!("PENDING"))
    );
    assert_eq!(unsplit(&world, &id).await, 7440, "what is about to be shared is not left");
    let person_before = world.sim.books().payers["payer-2"].get();
    wait(&world, 60).await;
    let done = told_of(&world, &id, "S1").await;
    assert_eq!(done["state"], "FINISHED");
    for part in done["receivers"].as_array().unwrap() {
        assert_eq!(part["result"], "SUCCESS");
        assert!(part["detail_id"].is_string() && part["finish_time"].is_string());
    }
    assert_eq!(books(&world, STORE).available.get(), 2000);
    assert_eq!(world.sim.books().payers["payer-2"].get(), person_before + 500);
    let freed = unfreeze(&world, &id, "U1").await;
    assert_eq!(freed.json()["receivers"][0]["amount"], 7440, "{freed:?}");
    wait(&world, 60).await;
    let mine = books(&world, "1900000001");
    assert_eq!((mine.frozen.get(), mine.available.get()), (0, 7440));
    assert_eq!(told_of(&world, &id, "U1").await["state"], "FINISHED");
    let late = world.post(ORDERS, &share(&world, &id, "S2", &[to_store(1)])).await;
    late.refused(400, "INVALID_REQUEST");
    assert_eq!(late.message(), "订单已完结分账，不支持分账");
}

#[tokio::test(start_paused = true)]
async fn shares_are_held_to_their_rules() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.paid("T20260301B").await;
    let plain = world.query("T20260301B").await.json()["transaction_id"].as_str().unwrap().to_owned();
    wait(&world, 60).await;
    let of = |id: &str, receivers: &[Value]| share(&world, id, "S1", receivers);
    let with = |change: fn(&mut Value)| {
        let mut body = of(&id, &[to_store(100)]);
        change(&mut body);
        body
    };
    for (rule, status, code, message, body) in [
        ("the order is marked", 400, "INVALID_REQUEST", "非分账订单不支持分账", of(&plain, &[to_store(1)])),
        (
            "the payment exists",
            400,
            "INVALID_REQUEST",
            "",
            of("4200000000000000000000000000", &[to_store(1)]),
        ),
        (
            "a receiver was added",
            400,
            "INVALID_REQUEST",
            "分账接收方关系不存在",
            with(|b| b["receivers"][0]["account"] = json!("1900000003")),
        ),
        ("a receiver is named once", 400, "INVALID_REQUEST", "", of(&id, &[to_store(1), to_store(2)])),
        ("at most the ratio", 403, "RULE_LIMIT", "分账金额超出最大分账比例", of(&id, &[to_store(3001)])),
        ("at least one fen", 400, "PARAM_ERROR", "", of(&id, &[to_store(0)])),
        (
            "somebody receives",
            400,
            "PARAM_ERROR",
            "",
            with(|b| drop(b.as_object_mut().unwrap().remove("receivers"))),
        ),
        ("there is a list", 400, "PARAM_ERROR", "", of(&id, &[])),
        ("at most fifty receive", 400, "PARAM_ERROR", "", of(&id, &vec![to_store(1); 51])),
        (
            "what becomes of the rest is said",
            400,
            "PARAM_ERROR",
            "",
            with(|b| drop(b.as_object_mut().unwrap().remove("unfreeze_unsplit"))),
        ),
        ("the number has its alphabet", 400, "PARAM_ERROR", "", with(|b| b["out_order_no"] = json!("S 1"))),
        ("the type is known", 400, "PARAM_ERROR", "", with(|b| b["receivers"][0]["type"] = json!("BANK"))),
        (
            "a description has at most 80 characters",
            400,
            "PARAM_ERROR",
            "",
            with(|b| b["receivers"][0]["description"] = json!("字".repeat(81))),
        ),
        ("people need the appid", 400, "PARAM_ERROR", "", {
            let mut body = of(&id, &[to_person(&world, 1)]);
            body.as_object_mut().unwrap().remove("appid");
            body
        }),
        (
            "a sub-merchant is one's own",
            403,
            "NO_AUTH",
            "服务商和分账方无受理关系",
            with(|b| b["sub_mchid"] = json!(STORE)),
        ),
    ] {
        let told = world.post(ORDERS, &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{rule}: {told:?}");
        assert!(message.is_empty() || told.message() == message, "{rule}: {}", told.message());
    }
    let mut named = of(&id, &[to_store(1)]);
    named["receivers"][0]["name"] = json!(seal(&world, "别家店"));
    send(&world, ORDERS, &named).await.refused(400, "INVALID_REQUEST");
    world.post(ORDERS, &named).await.refused(400, "PARAM_ERROR");
    assert_eq!(unsplit(&world, &id).await, 9940, "nothing was accepted");
}

#[tokio::test(start_paused = true)]
async fn sharing_starts_a_minute_after_the_payment() {
    let world = world().await;
    let id = marked_just_now(&world, "T20260301A").await;
    wait(&world, 59).await;
    let early = world.post(ORDERS, &share(&world, &id, "S1", &[to_store(1)])).await;
    early.refused(400, "INVALID_REQUEST");
    assert_eq!(early.message(), "订单处理中，请稍后重试");
    wait(&world, 1).await;
    assert_eq!(world.post(ORDERS, &share(&world, &id, "S1", &[to_store(1)])).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn after_thirty_days_the_rest_is_free() {
    let world = world().await;
    let id = marked_just_now(&world, "T20260301A").await;
    wait(&world, 30 * 86_400 - 1).await;
    assert_eq!(books(&world, "1900000001").frozen.get(), 9940);
    wait(&world, 1).await;
    assert_eq!(books(&world, "1900000001").available.get(), 9940);
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(1)])).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn the_ratio_counts_all_shares_of_a_payment_and_what_failed_counts_no_more() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    assert_eq!(world.post(ORDERS, &share(&world, &id, "S1", &[to_store(2000)])).await.status, 200);
    world.post(ORDERS, &share(&world, &id, "S2", &[to_store(1001)])).await.refused(403, "RULE_LIMIT");
    ask(&world, "POST", "shares/failures", &json!({"account": STORE, "fail_reason": "ACCOUNT_ABNORMAL"}))
        .await;
    wait(&world, 60).await;
    let failed = told_of(&world, &id, "S1").await;
    assert_eq!(failed["state"], "FINISHED", "executed is not succeeded");
    assert_eq!(
        (&failed["receivers"][0]["result"], &failed["receivers"][0]["fail_reason"]),
        (&json!("CLOSED"), &json!("ACCOUNT_ABNORMAL"))
    );
    assert_eq!((unsplit(&world, &id).await, books(&world, STORE).available.get()), (9940, 0), "still frozen");
    assert_eq!(world.post(ORDERS, &share(&world, &id, "S3", &[to_store(3000)])).await.status, 200);
    ask(&world, "POST", "merchants/1900000001/sharing", &json!({"max_ratio": 10_000})).await;
    world.post(ORDERS, &share(&world, &id, "S4", &[to_store(6941)])).await.refused(403, "NOT_ENOUGH");
    assert_eq!(world.post(ORDERS, &share(&world, &id, "S4", &[to_store(6940)])).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn fifty_requests_for_one_payment() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "X", &[to_store(3001)])).await.refused(403, "RULE_LIMIT");
    for request in 0..50 {
        let told = world.post(ORDERS, &share(&world, &id, &format!("S{request}"), &[to_store(1)])).await;
        assert_eq!(told.status, 200, "{request}, the refused one does not count");
    }
    world.post(ORDERS, &share(&world, &id, "S50", &[to_store(1)])).await.refused(403, "RULE_LIMIT");
}

#[tokio::test(start_paused = true)]
async fn the_same_number_and_content_tells_the_share_and_other_receivers_are_refused() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    let body = share(&world, &id, "S1", &[to_store(100)]);
    let first = world.post(ORDERS, &body).await.json();
    wait(&world, 60).await;
    let again = world.post(ORDERS, &body).await.json();
    assert_eq!((&first["order_id"], &again["state"]), (&again["order_id"], &json!("FINISHED")));
    assert_eq!(books(&world, STORE).available.get(), 100, "once");
    let other = world.post(ORDERS, &share(&world, &id, "S1", &[to_store(101)])).await;
    other.refused(400, "INVALID_REQUEST");
    assert_eq!(other.message(), "分账接收方与原请求不一致");
}

#[tokio::test(start_paused = true)]
async fn unfreezing_under_a_shares_number_answers_success_and_gives_nothing_free() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(100)])).await;
    assert_eq!(unfreeze(&world, &id, "S1").await.status, 200);
    wait(&world, 60).await;
    assert_eq!(unsplit(&world, &id).await, 9840);
    assert_eq!(unfreeze(&world, &id, "U1").await.status, 200);
    wait(&world, 60).await;
    assert_eq!(unsplit(&world, &id).await, 0);
    unfreeze(&world, &id, "U2").await.refused(400, "INVALID_REQUEST");
    assert_eq!(unfreeze(&world, &id, "U1").await.json()["state"], "FINISHED");
}

#[tokio::test(start_paused = true)]
async fn a_share_may_end_sharing() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    let mut body = share(&world, &id, "S1", &[to_store(100)]);
    body["unfreeze_unsplit"] = json!(true);
    world.post(ORDERS, &body).await;
    wait(&world, 60).await;
    assert_eq!(books(&world, "1900000001").available.get(), 9840);
    unfreeze(&world, &id, "U1").await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn refunds_take_what_is_frozen_first_and_a_full_refund_ends_sharing() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(3000)])).await;
    wait(&world, 60).await;
    world.refund_of("T20260301A", "R0", 8000, 10_000).await.refused(403, "NOT_ENOUGH");
    assert_eq!(world.refund_of("T20260301A", "R1", 5000, 10_000).await.status, 200);
    wait(&world, 60).await;
    assert_eq!(unsplit(&world, &id).await, 6940 - 4970);
    let other = marked(&world, "T20260301B").await;
    assert_eq!(world.refund_of("T20260301B", "R2", 10_000, 10_000).await.status, 200);
    world.post(ORDERS, &share(&world, &other, "S2", &[to_store(1)])).await.refused(400, "INVALID_REQUEST");
    assert_eq!(unsplit(&world, &other).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_refund_between_acceptance_and_execution_leaves_nothing_to_share() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(3000)])).await;
    assert_eq!(world.refund_of("T20260301A", "R1", 10_000, 10_000).await.status, 200);
    wait(&world, 60).await;
    let closed = told_of(&world, &id, "S1").await;
    assert_eq!(closed["receivers"][0]["fail_reason"], "PAYER_ACCOUNT_ABNORMAL");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn receivers_are_added_once_and_removed() {
    let world = world().await;
    let add = "/v3/profitsharing/receivers/add";
    let again = send(&world, add, &store(&world)).await.json();
    assert_eq!((&again["relation_type"], &again["account"]), (&json!("STORE"), &json!(STORE)));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = store(&world);
        change(&mut body);
        body
    };
    for (rule, code, body) in [
        (
            "a merchant's name is needed",
            "PARAM_ERROR",
            with(&|b| drop(b.as_object_mut().unwrap().remove("name"))),
        ),
        ("the name is the real one", "INVALID_REQUEST", with(&|b| b["name"] = json!(seal(&world, "别家店")))),
        ("the merchant exists", "INVALID_REQUEST", with(&|b| b["account"] = json!("1900000009"))),
        ("the relation is known", "PARAM_ERROR", with(&|b| b["relation_type"] = json!("FRIEND"))),
        ("a custom relation is named", "PARAM_ERROR", with(&|b| b["relation_type"] = json!("CUSTOM"))),
        ("appid is needed", "PARAM_ERROR", with(&|b| drop(b.as_object_mut().unwrap().remove("appid")))),
        ("openid belongs to appid", "INVALID_REQUEST", {
            let mut body = person(&world);
            body["account"] = json!("oSomebodyElse");
            body
        }),
    ] {
        let told = send(&world, add, &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, code), "{rule}: {told:?}");
    }
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(1)])).await;
    let mut body = person(&world);
    body.as_object_mut().unwrap().remove("relation_type");
    body["type"] = json!("MERCHANT_ID");
    body["account"] = json!(STORE);
    for _ in 0..2 {
        assert_eq!(world.post("/v3/profitsharing/receivers/delete", &body).await.status, 200);
    }
    wait(&world, 60).await;
    assert_eq!(told_of(&world, &id, "S1").await["receivers"][0]["fail_reason"], "NO_RELATION");
    world.post(ORDERS, &share(&world, &id, "S2", &[to_store(1)])).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn a_receiving_merchant_gives_back_what_it_received_and_no_more() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.post(ORDERS, &share(&world, &id, "S1", &[to_store(2000), to_person(&world, 10)])).await;
    wait(&world, 60).await;
    let back = |number: &str, fen: i64| json!({"out_order_no": "S1", "out_return_no": number, "return_mchid": STORE, "amount": fen, "description": "用户退款"});
    let first = world.post(RETURNS, &back("B1", 1500)).await.json();
    assert_eq!(first["result"], "SUCCESS", "{first}");
    assert_eq!(world.post(RETURNS, &back("B1", 1500)).await.json(), first, "the same again tells it");
    world.post(RETURNS, &back("B1", 1)).await.refused(400, "INVALID_REQUEST");
    world.post(RETURNS, &back("B2", 501)).await.refused(400, "INVALID_REQUEST");
    assert_eq!(books(&world, STORE).available.get(), 500);
    assert_eq!(books(&world, "1900000001").available.get(), 1500, "to the available balance");
    assert_eq!(unsplit(&world, &id).await, 7930, "and not to be shared again");
    let told = world.get(&format!("{RETURNS}/B1?out_order_no=S1")).await.json();
    assert_eq!(told["return_id"], first["return_id"]);
    world.get(&format!("{RETURNS}/B1?out_order_no=S9")).await.refused(404, "RESOURCE_NOT_EXISTS");
    assert!(world.sim.withdraw(&Mchid::parse(STORE).unwrap(), tongbao_wire::Fen::new(400)));
    let short = world.post(RETURNS, &back("B3", 200)).await.json();
    assert_eq!((&short["result"], &short["fail_reason"]), (&json!("FAILED"), &json!("BALANCE_NOT_ENOUGH")));
    let mut foreign = back("B4", 1);
    foreign["return_mchid"] = json!("1900000001");
    world.post(RETURNS, &foreign).await.refused(400, "INVALID_REQUEST");
    ask(&world, "POST", &format!("merchants/{STORE}/sharing"), &json!({"gives_back": false})).await;
    world.post(RETURNS, &back("B5", 1)).await.refused(403, "NO_AUTH");
    let mut nameless = back("B6", 1);
    nameless.as_object_mut().unwrap().remove("out_order_no");
    world.post(RETURNS, &nameless).await.refused(400, "PARAM_ERROR");
    ask(&world, "POST", &format!("merchants/{STORE}/sharing"), &json!({"gives_back": true})).await;
    wait(&world, 180 * 86_400).await;
    world.post(RETURNS, &back("B7", 1)).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn receiving_merchants_with_an_address_are_told_in_the_switched_words() {
    for (switch, names) in [
        (SharingEvent::Documented, ["PROFITSHARING.SUCCESS", "PROFITSHARING.RETURN"]),
        (SharingEvent::Transaction, ["TRANSACTION.SUCCESS", "TRANSACTION.SUCCESS"]),
        (SharingEvent::OpenApi, ["PROFITSHARING", "PROFITSHARING_RETURN"]),
    ] {
        let world = world_with(|settings| settings.switches.sharing_event = switch).await;
        let id = marked(&world, "T20260301A").await;
        world.post(ORDERS, &share(&world, &id, "S1", &[to_store(10)])).await;
        wait(&world, 60).await;
        ask(&world, "POST", &format!("merchants/{STORE}/sharing"), &json!({"notify_url": HOOK})).await;
        world.post(ORDERS, &share(&world, &id, "S2", &[to_store(20), to_person(&world, 5)])).await;
        wait(&world, 60).await;
        let back = json!({"out_order_no": "S2", "out_return_no": "B1", "return_mchid": STORE, "amount": 20, "description": "退"});
        world.post(RETURNS, &back).await;
        wait(&world, 1).await;
        let shared: Vec<_> =
            world.sim.notifications().into_iter().rev().filter(|it| it.url == HOOK).collect();
        let seen: Vec<_> = shared.iter().map(|it| it.event_type.as_str()).collect();
        assert_eq!(seen, names);
        assert!(shared.iter().all(|it| it.mchid.as_str() == STORE && it.delivered));
        let letters = world.mailbox.letters.lock().unwrap().clone();
        let ours = letters.iter().filter(|letter| letter.uri().path() == "/shared");
        let summaries: Vec<_> = ours
            .map(|letter| {
                let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
                assert_eq!(envelope["resource"]["original_type"], "profitsharing");
                envelope["summary"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(summaries, ["分账", "分账回退"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_shares_for_its_sub_merchant_and_asks_for_its_ratio() {
    let world = World::with(|settings| {
        with_a_store(settings);
        settings.merchants.last_mut().unwrap().providers.push(Mchid::parse("1900000001").unwrap());
    });
    let config = format!("/v3/profitsharing/merchant-configs/{STORE}");
    assert_eq!(world.get(&config).await.json(), json!({"sub_mchid": STORE, "max_ratio": 3000}));
    ask(&world, "POST", &format!("merchants/{STORE}/sharing"), &json!({"max_ratio": 2000})).await;
    assert_eq!(world.get(&config).await.json()["max_ratio"], 2000);
    world.get("/v3/profitsharing/merchant-configs/1900000009").await.refused(403, "NO_AUTH");
    let mut receiver = person(&world);
    receiver["sub_mchid"] = json!(STORE);
    let told = send(&world, "/v3/profitsharing/receivers/add", &receiver).await;
    assert_eq!(told.json()["sub_mchid"], STORE, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn unknown_numbers_are_not_found() {
    let world = world().await;
    let id = marked(&world, "T20260301A").await;
    world.get(&format!("{ORDERS}/S9?transaction_id={id}")).await.refused(404, "RESOURCE_NOT_EXISTS");
    world.get(&format!("{ORDERS}/S9")).await.refused(400, "PARAM_ERROR");
    world.get("/v3/profitsharing/transactions/4200/amounts").await.refused(404, "RESOURCE_NOT_EXISTS");
}
