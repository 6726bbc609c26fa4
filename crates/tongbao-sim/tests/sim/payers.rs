//! The API of people: what they have, what is before them, what they paid and got.

use std::time::Duration;

use serde_json::{Value, json};

use crate::people::ask;
use crate::rows::Request as Asked;
use crate::world::World;

const NO: &str = "T20260301A";

async fn state(world: &World, out_trade_no: &str) -> String {
    world.query(out_trade_no).await.json()["trade_state"].as_str().unwrap().to_owned()
}

/// Charges a payment code of payer-1 with so much that the password is asked for.
async fn prompted(world: &World, out_trade_no: &str) {
    let asked = Asked::code_pay(world).with(|body| {
        body["amount"]["total"] = json!(200_000);
        body["out_trade_no"] = json!(out_trade_no);
    });
    asked.accepted(world).await;
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
    prompted(&world, "T20260301C").await;
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
    prompted(&world, "T20260301B").await;
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
    prompted(&world, "T20260301C").await;
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
