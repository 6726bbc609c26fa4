//! Moods of payers, and the API of people.

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
async fn what_cannot_be_about_payers_is_refused_with_a_code() {
    let world = World::new();
    for (method, path, body, status, code) in [
        ("GET", "payers/nobody", Value::Null, 404, "unknown_payer"),
        ("POST", "payers/nobody", json!({"top_up_fen": 1}), 404, "unknown_payer"),
        ("POST", "payers/nobody/mood", json!({"mood": "willing"}), 404, "unknown_payer"),
        ("POST", "payers/nobody/account", json!({"abnormal": true}), 404, "unknown_payer"),
        ("POST", "payers/nobody/cards", json!({"card": "CMB_DEBIT", "balance_fen": 1}), 404, "unknown_payer"),
        ("GET", "payers/nobody/waiting", Value::Null, 404, "unknown_payer"),
        ("GET", "payers/nobody/history", Value::Null, 404, "unknown_payer"),
        ("POST", "payers/payer-1/mood", json!({"mood": "merry"}), 400, "bad_request"),
        ("POST", "payers/payer-1/mood", json!({"mood": "pays_after"}), 400, "bad_request"),
        (
            "POST",
            "payers/payer-1/mood",
            json!({"mood": "pays_after", "seconds": u64::MAX}),
            400,
            "bad_request",
        ),
        ("POST", "payers/payer-1/mood", json!({"mood": "willing", "acts": "never"}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"password": "12345"}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"name": ""}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"balance_fen": -1}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"top_up_fen": 1_000_000_000_000_i64}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"locked": true}), 400, "bad_request"),
        ("POST", "payers/payer-1", json!({"mood": "willing"}), 400, "bad_request"),
        ("POST", "payers/payer-1/cards", json!({"card": "XYZ_DEBIT", "balance_fen": 1}), 400, "bad_request"),
        ("DELETE", "payers/payer-1/cards/CMB_DEBIT", Value::Null, 404, "unknown_card"),
        (
            "POST",
            "payers/payer-1/transfers",
            json!({"package_info": "x", "decision": "confirm"}),
            404,
            "unknown_transfer",
        ),
    ] {
        let told = ask(&world, method, path, &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{method} {path} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_payer_is_changed_member_by_member() {
    let world = World::new();
    let change = async |body: Value| ask(&world, "POST", "payers/payer-1", &body).await.json();
    assert_eq!(change(json!({"top_up_fen": 50})).await["balance_fen"], 1_000_050);
    assert_eq!(change(json!({"balance_fen": 7, "top_up_fen": 3})).await["balance_fen"], 10);
    assert_eq!(change(json!({"name": "买家甲"})).await["name"], "买家甲");
    assert_eq!(change(json!({"abnormal": true})).await["abnormal"], true);
    assert!(world.sim.books().balanced());
    change(json!({"abnormal": false, "password": "654321", "balance_fen": 100})).await;
    let mut native = world.order(NO);
    native.as_object_mut().unwrap().remove("payer");
    let code_url = world.post("/v3/pay/transactions/native", &native).await.json()["code_url"].clone();
    let sheet = ask(&world, "POST", "scan", &json!({"code_url": code_url})).await.json();
    let typed = async |password: &str| {
        let body = json!({"session": sheet["session"], "password": password});
        world.control("/cashier/pay", &body).await.json()["result"].clone()
    };
    assert_eq!((typed("123456").await, typed("654321").await), (json!("wrong_password"), json!("ok")));
}

#[tokio::test(start_paused = true)]
async fn cards_of_either_kind_pay_and_are_named_and_a_lost_one_makes_refunds_abnormal() {
    for (card, words) in [("CMB_DEBIT", "招商银行借记卡0000"), ("ICBC_CREDIT", "工商银行信用卡0000")]
    {
        let world = World::new();
        ask(&world, "POST", "payers/payer-1", &json!({"balance_fen": 0})).await;
        let body = json!({"card": card, "balance_fen": 100});
        let told = ask(&world, "POST", "payers/payer-1/cards", &body).await.json();
        assert_eq!(told["cards_fen"], json!({ card: 100 }));
        world.paid(NO).await;
        assert_eq!(world.query(NO).await.json()["bank_type"], card);
        assert_eq!(world.refund(NO, "R1", 40).await.json()["user_received_account"], words);
        let told = ask(&world, "DELETE", &format!("payers/payer-1/cards/{card}"), &Value::Null).await.json();
        assert!(told.get("cards_fen").is_none());
        world.sim.advance(Duration::from_secs(60)).await;
        let refund = world.get("/v3/refund/domestic/refunds/R1").await.json();
        assert_eq!(refund["status"], "ABNORMAL");
        assert!(world.sim.books().balanced());
    }
}

#[tokio::test(start_paused = true)]
async fn a_payers_history_has_what_they_paid_and_got_newest_first() {
    let world = World::new();
    world.paid(NO).await;
    world.refund(NO, "R1", 40).await;
    world.sim.advance(Duration::from_secs(60)).await;
    let told = ask(&world, "GET", "payers/payer-1/history", &Value::Null).await.json();
    let lines = told["history"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["amount_fen"], &lines[0]["number"]),
        (&json!("refund"), &json!(40), &json!("R1"))
    );
    assert_eq!(
        (&lines[1]["kind"], &lines[1]["amount_fen"], &lines[1]["number"]),
        (&json!("payment"), &json!(100), &json!(NO))
    );
    assert_eq!(lines[1]["description"], "龙井一盒");
    let one = ask(&world, "GET", "payers/payer-1/history?limit=1", &Value::Null).await.json();
    assert_eq!(one["history"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_payer_is_listed_while_it_can_be_paid() {
    let world = World::new();
    world.created(NO).await;
    let mut native = world.order("T20260301B");
    native.as_object_mut().unwrap().remove("payer");
    let code_url = world.post("/v3/pay/transactions/native", &native).await.json()["code_url"].clone();
    let waiting =
        async |payer: &str| ask(&world, "GET", &format!("payers/{payer}/waiting"), &Value::Null).await.json();
    let told = waiting("payer-1").await;
    assert_eq!(told["orders"][0]["out_trade_no"], NO);
    assert_eq!(
        (&told["open_to_all"][0]["code_url"], &told["open_to_all"][0]["merchant"]),
        (&code_url, &json!("通宝小店"))
    );
    let other = waiting("payer-2").await;
    assert_eq!(
        (other["orders"].as_array().unwrap().len(), other["open_to_all"].as_array().unwrap().len()),
        (0, 1)
    );
    let sheet = ask(&world, "POST", "scan", &json!({"code_url": code_url, "payer": "payer-2"})).await.json();
    assert_eq!(waiting("payer-2").await["cashiers"][0]["session"], sheet["session"]);
    Asked::code_pay(&world)
        .with(|body| {
            body["amount"]["total"] = json!(200_000);
            body["out_trade_no"] = json!("T20260301C");
        })
        .accepted(&world)
        .await;
    assert_eq!(waiting("payer-1").await["prompts"][0]["total_fen"], 200_000);
    world.sim.advance(Duration::from_secs(7200)).await;
    let told = waiting("payer-1").await;
    for list in ["orders", "open_to_all", "cashiers", "prompts"] {
        assert_eq!(told[list], json!([]), "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_payer_opens_cashiers_and_prompts_by_hand_and_types_the_password() {
    let world = World::new();
    world.created(NO).await;
    let asked = Asked::code_pay(&world).with(|body| {
        body["amount"]["total"] = json!(200_000);
        body["out_trade_no"] = json!("T20260301B");
    });
    asked.accepted(&world).await;
    let open = async |payer: &str, no: &str| {
        ask(&world, "POST", &format!("payers/{payer}/cashiers"), &json!({"out_trade_no": no})).await
    };
    for no in [NO, "T20260301B"] {
        assert_eq!(open("payer-2", no).await.code(), "payer_mismatch", "{no}");
        let sheet = open("payer-1", no).await.json();
        assert_eq!(sheet["merchant"], "通宝小店");
        let typed = |password: &str| json!({"session": sheet["session"], "password": password});
        let told = world.control("/cashier/pay", &typed("000000")).await.json();
        assert_eq!(
            (&told["result"], state(&world, no).await.as_str() != "SUCCESS"),
            (&json!("wrong_password"), true)
        );
        assert_eq!(world.control("/cashier/pay", &typed("123456")).await.json()["result"], "ok");
        assert_eq!(state(&world, no).await, "SUCCESS");
        assert_eq!(open("payer-1", no).await.code(), if no == NO { "paid" } else { "prepay_id" });
    }
    Asked::code_pay(&world)
        .with(|body| {
            body["amount"]["total"] = json!(200_000);
            body["out_trade_no"] = json!("T20260301C");
        })
        .accepted(&world)
        .await;
    let sheet = open("payer-1", "T20260301C").await.json();
    world.control("/cashier/cancel", &json!({"session": sheet["session"]})).await;
    assert_eq!(state(&world, "T20260301C").await, "PAYERROR", "refusing at the prompt fails the payment");
}

#[tokio::test(start_paused = true)]
async fn transfers_are_confirmed_by_whom_they_are_meant_for_or_left_until_they_run_out() {
    let world = World::new();
    let top_up = json!({"amount_fen": 1_000_000, "account": "OPERATION"});
    ask(&world, "POST", "merchants/1900000001/top-up", &top_up).await;
    let mut packages = Vec::new();
    for number in ["P1", "P2"] {
        let body = crate::transfers::bill(&world, number);
        let told = world.post("/v3/fund-app/mch-transfer/transfer-bills", &body).await.json();
        packages.push(told["package_info"].clone());
    }
    let decide = async |payer: &str, package: &Value, decision: &str| {
        let body = json!({"package_info": package, "decision": decision});
        ask(&world, "POST", &format!("payers/{payer}/transfers"), &body).await
    };
    assert_eq!(decide("payer-2", &packages[0], "confirm").await.code(), "payer_mismatch");
    assert_eq!(decide("payer-2", &packages[0], "decline").await.code(), "payer_mismatch");
    assert_eq!(decide("payer-1", &packages[0], "confirm").await.json()["transfer"]["state"], "TRANSFERING");
    assert_eq!(decide("payer-1", &packages[0], "decline").await.code(), "transfer_state");
    let left = decide("payer-1", &packages[1], "decline").await.json();
    assert_eq!(left["transfer"]["state"], "WAIT_USER_CONFIRM", "the platform knows no refusal");
    let waiting = ask(&world, "GET", "payers/payer-1/waiting", &Value::Null).await.json();
    assert_eq!(
        (waiting["transfers"].as_array().unwrap().len(), &waiting["transfers"][0]["left"]),
        (1, &json!(true))
    );
    world.sim.advance(Duration::from_secs(24 * 3600)).await;
    let told = ask(&world, "GET", "payers/payer-1/transfers", &Value::Null).await.json();
    let states: Vec<_> =
        told["transfers"].as_array().unwrap().iter().map(|it| &it["transfer"]["state"]).collect();
    assert_eq!(states, ["FAIL", "SUCCESS"]);
    let lines = ask(&world, "GET", "payers/payer-1/history", &Value::Null).await.json();
    assert_eq!(
        (&lines["history"][0]["kind"], &lines["history"][0]["number"]),
        (&json!("transfer"), &json!("P1"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_payers_complaints_are_told_with_what_was_said() {
    let world = World::new();
    world.paid(NO).await;
    let filed = json!({"out_trade_no": NO, "detail": "没有收到货"});
    assert!(ask(&world, "POST", "complaints", &filed).await.status.is_success());
    let told = ask(&world, "GET", "payers/payer-1/complaints", &Value::Null).await.json();
    assert_eq!(told["complaints"][0]["complaint_detail"], "没有收到货");
    assert_eq!(told["complaints"][0]["history"].as_array().unwrap().len(), 1);
    let others = ask(&world, "GET", "payers/payer-2/complaints", &Value::Null).await.json();
    assert_eq!(others["complaints"], json!([]));
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
