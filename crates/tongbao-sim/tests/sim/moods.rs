//! Moods of payers: what they do when told to, and by themselves.

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_sim::{Acts, EventKind, Mood, PayRefused};
use tongbao_wire::Fen;

use crate::people::ask;
use crate::rows::Request as Asked;
use crate::world::{Told, World, number};

const NO: &str = "T20260301A";

async fn moody(world: &World, mood: Value) {
    let told = ask(world, "POST", "payers/payer-1/mood", &mood).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.json()["mood"], mood["mood"]);
}

async fn pay(world: &World, out_trade_no: &str) -> Told {
    ask(world, "POST", &format!("orders/{out_trade_no}/pay"), &Value::Null).await
}

async fn state(world: &World, out_trade_no: &str) -> String {
    world.query(out_trade_no).await.json()["trade_state"].as_str().unwrap().to_owned()
}

/// What happened to an order after it was created.
fn history(world: &World, out_trade_no: &str) -> Vec<(EventKind, String)> {
    let order = world.sim.order(&world.mchid(), &number(out_trade_no)).unwrap();
    let after = order.events.into_iter().filter(|event| {
        !matches!(event.kind, EventKind::Created | EventKind::PrepayIssued | EventKind::CashierOpened)
    });
    after.map(|event| (event.kind, event.detail)).collect()
}

fn kinds(world: &World, out_trade_no: &str) -> Vec<EventKind> {
    history(world, out_trade_no).into_iter().map(|(kind, _)| kind).collect()
}

/// A world where payer-1 acts by themselves in this mood.
fn acting(mood: Mood, acts: Acts) -> World {
    let world = World::new();
    assert!(world.sim.set_mood("payer-1", mood, acts));
    world
}

async fn charged(world: &World) -> Value {
    Asked::code_pay(world).accepted(world).await
}

#[tokio::test(start_paused = true)]
async fn a_willing_payer_pays_when_told_to() {
    let world = World::new();
    world.created(NO).await;
    let told = pay(&world, NO).await.json();
    assert_eq!((&told["did"], &told["trade_state"]), (&json!("paid"), &json!("SUCCESS")));
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_cancels_leaves_the_order_payable() {
    let world = World::new();
    moody(&world, json!({"mood": "cancels"})).await;
    world.created(NO).await;
    let told = pay(&world, NO).await.json();
    assert_eq!((&told["did"], &told["trade_state"]), (&json!("cancelled"), &json!("NOTPAY")));
    assert_eq!(kinds(&world, NO), [EventKind::CashierCancelled]);
    moody(&world, json!({"mood": "willing"})).await;
    assert_eq!(pay(&world, NO).await.json()["trade_state"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_payer_mistypes_so_often_and_then_pays() {
    let world = World::new();
    moody(&world, json!({"mood": "wrong_password", "times": 2})).await;
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.json()["trade_state"], "SUCCESS");
    let wrong = EventKind::WrongPassword;
    assert_eq!(kinds(&world, NO), [wrong, wrong, EventKind::Paid]);
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_mistypes_without_end_is_locked_until_unlocked() {
    let world = World::new();
    moody(&world, json!({"mood": "wrong_password"})).await;
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.code(), "locked");
    assert_eq!(kinds(&world, NO), [EventKind::WrongPassword; 5]);
    moody(&world, json!({"mood": "willing"})).await;
    assert_eq!(pay(&world, NO).await.code(), "locked");
    assert_eq!(state(&world, NO).await, "NOTPAY");
    let told = ask(&world, "POST", "payers/payer-1", &json!({"locked": false})).await.json();
    assert_eq!((&told["attempts_left"], &told["locked_seconds"]), (&json!(5), &json!(0)));
    assert_eq!(pay(&world, NO).await.json()["trade_state"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_payer_may_have_too_little_money_whatever_the_balance_says() {
    let world = World::new();
    moody(&world, json!({"mood": "insufficient"})).await;
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.code(), "insufficient");
    assert_eq!(kinds(&world, NO), [EventKind::Insufficient]);
    assert_eq!(state(&world, NO).await, "NOTPAY");
    let answer = Asked::code_pay(&world).with(|body| body["out_trade_no"] = json!("T20260301B"));
    let wanted = (403, "NOT_ENOUGH", "268435461", "用户余额不足");
    crate::rows::refused(&world, answer, wanted).await;
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_closes_the_app_tells_nobody() {
    let world = acting(Mood::ClosesApp, Acts::ByHand);
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.json()["did"], "left_app");
    assert_eq!(kinds(&world, NO), [EventKind::AppClosed]);
    assert_eq!(state(&world, NO).await, "NOTPAY");
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_never_pays_leaves_the_order_open() {
    let world = acting(Mood::NeverPays, Acts::ByHand);
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.json()["did"], "looks");
    world.sim.advance(Duration::from_secs(3600)).await;
    assert_eq!(state(&world, NO).await, "NOTPAY");
}

#[tokio::test(start_paused = true)]
async fn a_payer_pays_later_while_the_prepay_id_lives() {
    let world = World::new();
    moody(&world, json!({"mood": "pays_after", "seconds": 7199})).await;
    world.created(NO).await;
    let told = pay(&world, NO).await.json();
    assert_eq!((&told["did"], &told["at"]), (&json!("will_pay"), &json!("2026-03-01T11:59:59+08:00")));
    world.sim.advance(Duration::from_secs(7198)).await;
    assert_eq!(state(&world, NO).await, "NOTPAY");
    world.sim.advance(Duration::from_secs(1)).await;
    let paid = world.query(NO).await.json();
    assert_eq!(
        (&paid["trade_state"], &paid["success_time"]),
        (&json!("SUCCESS"), &json!("2026-03-01T11:59:59+08:00"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_comes_back_after_two_hours_meets_a_dead_prepay_id() {
    let world = acting(Mood::PaysAfter { seconds: 7200 }, Acts::ByHand);
    world.created(NO).await;
    pay(&world, NO).await;
    world.sim.advance(Duration::from_secs(7200)).await;
    assert_eq!(state(&world, NO).await, "NOTPAY");
    let refused = (EventKind::PaymentRefused, "该订单已失效".to_owned());
    assert_eq!(history(&world, NO)[1..], [refused]);
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_comes_back_late_meets_time_expire_and_closed_orders() {
    let world = acting(Mood::PaysAfter { seconds: 600 }, Acts::ByHand);
    let mut body = world.order(NO);
    body["time_expire"] = json!("2026-03-01T10:05:00+08:00");
    assert_eq!(world.create(&body).await.status, 200);
    world.created("T20260301B").await;
    for no in [NO, "T20260301B"] {
        pay(&world, no).await;
    }
    world.close("T20260301B").await;
    world.sim.advance(Duration::from_secs(600)).await;
    assert!(history(&world, NO)[1].1.contains("最晚支付成功时间"));
    assert!(history(&world, "T20260301B")[2].1.contains("该订单已关闭"));
    assert_eq!(world.sim.books().payers["payer-1"], Fen::new(1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_payer_pays_twice_one_order_once_and_two_orders_for_the_same_goods_both() {
    let world = acting(Mood::PaysTwice, Acts::ByHand);
    world.created(NO).await;
    world.created(NO).await;
    assert_eq!(pay(&world, NO).await.json()["trade_state"], "SUCCESS");
    let again = (EventKind::PaymentRefused, "该订单已支付".to_owned());
    assert_eq!(history(&world, NO)[1..], [again]);
    assert_eq!(world.sim.books().payers["payer-1"], Fen::new(999_900));
    world.created("T20260301B").await;
    let mut other = world.order("T20260301D");
    other["amount"]["total"] = json!(200);
    assert_eq!(world.create(&other).await.status, 200);
    world.created("T20260301C").await;
    pay(&world, "T20260301B").await;
    let states = [state(&world, "T20260301B").await, state(&world, "T20260301C").await];
    assert_eq!(states, ["SUCCESS", "SUCCESS"], "the platform does not know that it is the same sale");
    assert_eq!(state(&world, "T20260301D").await, "NOTPAY");
    assert_eq!(world.sim.notifications().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_acts_on_orders_needs_no_page() {
    let world = acting(Mood::Willing, Acts::Ordered);
    world.created(NO).await;
    assert_eq!(state(&world, NO).await, "SUCCESS");
    let mut native = world.order("T20260301B");
    native.as_object_mut().unwrap().remove("payer");
    world.post("/v3/pay/transactions/native", &native).await;
    assert_eq!(state(&world, "T20260301B").await, "SUCCESS", "anybody's order is theirs");
    let mut others = world.order("T20260301C");
    others["payer"]["openid"] = json!(world.openid("payer-2"));
    world.create(&others).await;
    assert_eq!(state(&world, "T20260301C").await, "NOTPAY");
}

#[tokio::test(start_paused = true)]
async fn who_begins_to_act_takes_up_what_waits_for_them_oldest_first() {
    let world = World::new();
    world.created(NO).await;
    let mut native = world.order("T20260301B");
    native.as_object_mut().unwrap().remove("payer");
    world.post("/v3/pay/transactions/native", &native).await;
    let mut others = world.order("T20260301C");
    others["payer"]["openid"] = json!(world.openid("payer-2"));
    world.create(&others).await;
    ask(
        &world,
        "POST",
        "merchants/1900000001/top-up",
        &json!({"amount_fen": 1_000_000, "account": "OPERATION"}),
    )
    .await;
    let bill = crate::transfers::bill(&world, "P1");
    world.post("/v3/fund-app/mch-transfer/transfer-bills", &bill).await;
    // Who acts on cashiers has none before them.
    moody(&world, json!({"mood": "willing", "acts": "invoked"})).await;
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(state(&world, NO).await, "NOTPAY");
    moody(&world, json!({"mood": "willing", "acts": "ordered"})).await;
    world.sim.advance(Duration::from_secs(1)).await;
    let told: Vec<_> =
        (0..world.mailbox.count()).map(|at| world.resource_for(0, at)["out_trade_no"].clone()).collect();
    assert_eq!(told, [NO, "T20260301B"], "the older one first, and nobody else's");
    let told = ask(&world, "GET", "payers/payer-1/transfers", &Value::Null).await.json();
    assert_ne!(told["transfers"][0]["transfer"]["state"], "WAIT_USER_CONFIRM");
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_acts_when_invoked_waits_for_the_cashier_and_its_page_is_told() {
    for (mood, result, state_after) in [
        (Mood::Willing, "ok", "SUCCESS"),
        (Mood::Cancels, "cancel", "NOTPAY"),
        (Mood::WrongPassword { times: None }, "refused", "NOTPAY"),
        (Mood::ClosesApp, "gone", "NOTPAY"),
        (Mood::NeverPays, "open", "NOTPAY"),
    ] {
        let world = acting(mood, Acts::Invoked);
        let mut native = world.order(NO);
        native.as_object_mut().unwrap().remove("payer");
        let code_url = world.post("/v3/pay/transactions/native", &native).await.json()["code_url"].clone();
        assert_eq!(state(&world, NO).await, "NOTPAY", "nothing was opened");
        let sheet = ask(&world, "POST", "scan", &json!({"code_url": code_url})).await.json();
        let asked = json!({"session": sheet["session"]});
        let told = world.control("/cashier/told", &asked).await.json();
        assert_eq!(told["result"], result, "{mood:?}");
        assert_eq!(state(&world, NO).await, state_after, "{mood:?}");
        let late = json!({"session": sheet["session"], "password": "123456"});
        if result != "open" {
            assert_eq!(world.control("/cashier/pay", &late).await.json()["result"], "refused");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn at_a_payment_code_every_mood_shows_at_the_prompt() {
    for (mood, at_first, after_a_minute) in [
        (Mood::Willing, "SUCCESS", "SUCCESS"),
        (Mood::WrongPassword { times: Some(1) }, "SUCCESS", "SUCCESS"),
        (Mood::WrongPassword { times: None }, "PAYERROR", "PAYERROR"),
        (Mood::Cancels, "PAYERROR", "PAYERROR"),
        (Mood::ClosesApp, "USERPAYING", "PAYERROR"),
        (Mood::NeverPays, "USERPAYING", "PAYERROR"),
        (Mood::PaysAfter { seconds: 10 }, "USERPAYING", "SUCCESS"),
        (Mood::PaysAfter { seconds: 50 }, "USERPAYING", "PAYERROR"),
    ] {
        let world = acting(mood, Acts::Invoked);
        let asked = charged(&world).await["trade_state"].clone();
        let wanted = if mood == Mood::Willing { "SUCCESS" } else { "USERPAYING" };
        assert_eq!(asked, wanted, "{mood:?}");
        assert_eq!(state(&world, NO).await, at_first, "{mood:?}");
        world.sim.advance(Duration::from_secs(60)).await;
        assert_eq!(state(&world, NO).await, after_a_minute, "{mood:?}");
        assert!(world.sim.books().balanced());
    }
}

#[tokio::test(start_paused = true)]
async fn a_prompt_by_hand_is_answered_by_mood_too() {
    let world = acting(Mood::WrongPassword { times: Some(2) }, Acts::ByHand);
    assert_eq!(charged(&world).await["trade_state"], "USERPAYING");
    assert_eq!(world.sim.pay(&number(NO), None).await.unwrap().trade_state.as_str(), "SUCCESS");
    let world = acting(Mood::Cancels, Acts::ByHand);
    charged(&world).await;
    assert_eq!(world.sim.pay(&number(NO), None).await.unwrap().trade_state.as_str(), "PAYERROR");
    assert_eq!(world.sim.pay(&number(NO), None).await, Err(PayRefused::Prepay));
}

#[tokio::test(start_paused = true)]
async fn moods_and_what_payers_mean_to_do_are_in_a_snapshot_and_gone_after_a_reset() {
    let world = acting(Mood::PaysAfter { seconds: 60 }, Acts::Ordered);
    world.created(NO).await;
    assert_eq!(state(&world, NO).await, "NOTPAY");
    let before = world.sim.snapshot();
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(state(&world, NO).await, "SUCCESS");
    world.sim.restore(before.as_bytes()).unwrap();
    assert_eq!(state(&world, NO).await, "NOTPAY");
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(state(&world, NO).await, "SUCCESS");
    world.sim.reset();
    let told = ask(&world, "GET", "payers/payer-1", &Value::Null).await.json();
    assert_eq!((&told["mood"], &told["acts"]), (&json!("willing"), &json!("by_hand")));
}

#[tokio::test(start_paused = true)]
async fn a_combined_order_is_paid_whole_by_mood() {
    let world = acting(Mood::WrongPassword { times: Some(1) }, Acts::Ordered);
    let told = Asked::combine(&world).accepted(&world).await;
    assert!(told["prepay_id"].is_string(), "{told}");
    let orders = world.sim.orders();
    assert!(orders.len() > 1 && orders.iter().all(|order| order.trade_state.as_str() == "SUCCESS"));
}

#[tokio::test(start_paused = true)]
async fn payers_who_act_on_orders_confirm_transfers_by_mood() {
    for (mood, at_first, after_an_hour) in [
        (Mood::Willing, "TRANSFERING", "SUCCESS"),
        (Mood::PaysAfter { seconds: 600 }, "WAIT_USER_CONFIRM", "SUCCESS"),
        (Mood::Cancels, "WAIT_USER_CONFIRM", "WAIT_USER_CONFIRM"),
    ] {
        let world = acting(mood, Acts::Ordered);
        let top_up = json!({"amount_fen": 1_000_000, "account": "OPERATION"});
        ask(&world, "POST", "merchants/1900000001/top-up", &top_up).await;
        let bill = crate::transfers::bill(&world, "P1");
        world.post("/v3/fund-app/mch-transfer/transfer-bills", &bill).await;
        let state = async || {
            let told = ask(&world, "GET", "payers/payer-1/transfers", &Value::Null).await.json();
            told["transfers"][0]["transfer"]["state"].clone()
        };
        assert_eq!(state().await, at_first, "{mood:?}");
        world.sim.advance(Duration::from_secs(3600)).await;
        assert_eq!(state().await, after_an_hour, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_the_cashier_asks_again_only_where_the_payer_acts() {
    let world = World::new();
    let mut h5 = world.order(NO);
    h5.as_object_mut().unwrap().remove("payer");
    h5["scene_info"] = json!({"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}});
    let url = world.post("/v3/pay/transactions/h5", &h5).await.json()["h5_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://127.0.0.1:8090").unwrap().to_owned();
    let page = async || {
        let told = world.raw(Request::get(&path).header("host", "localhost").body("".into()).unwrap()).await;
        String::from_utf8(told.body.to_vec()).unwrap()
    };
    assert!(!page().await.contains("data-acts"));
    world.sim.set_mood("payer-1", Mood::NeverPays, Acts::Invoked);
    assert!(page().await.contains("data-acts"));
}
