//! The server under fault scripts: whatever is lost, late, doubled or forged, money is right in the end.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tongbao_sim::FaultScript;

use crate::world::{Plan, World};

const SECOND: Duration = Duration::from_secs(1);

fn script(world: &World, toml: &str) {
    world.sim.set_fault_script(FaultScript::from_toml(toml).expect("a script"));
}

/// Seventeen kinds of trouble, each for a tenth of what reaches it.
fn storm(seed: u32) -> String {
    let calls = [
        "do = \"drop_request\"",
        "do = \"drop_answer\"",
        "do = \"system_error\"",
        "do = \"too_many\"",
        "do = \"duplicate\"",
        "do = \"corrupt_signature\"",
        "do = \"wrong_serial\"",
        "do = \"tamper\"",
        "do = \"bad_gateway\"\nexecute = true",
        "do = \"truncate_body\"\nbytes = 20",
        "do = \"delay\"\nms = 12000",
    ];
    let mails = [
        "do = \"drop_request\"",
        "do = \"drop_answer\"",
        "do = \"duplicate\"",
        "do = \"corrupt_signature\"",
        "do = \"stale_timestamp\"",
        "do = \"tamper\"",
    ];
    let fault = |of: &str, does: &str| format!("[[fault]]\n{of} = \"*\"\nshare = 100\n{does}\n");
    let calls = calls.iter().map(|does| fault("call", does));
    let mails = mails.iter().map(|does| fault("notification", does));
    format!("seed = {seed}\n{}", calls.chain(mails).collect::<String>())
}

/// Asks until the server says yes, as a shop's job would.
async fn insist(world: &World, path: &str, body: &Value, yes: StatusCode) {
    for _ in 0..60 {
        let (status, said) = world.api(Method::POST, path, body.clone()).await;
        if status == yes || status == StatusCode::OK {
            return;
        }
        assert!(status.is_server_error() || status == StatusCode::CONFLICT, "{status} {said}");
        world.wait(10 * SECOND).await;
    }
    panic!("{path} was never accepted");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_faults_leaves_every_payment_paid_and_every_refund_done_once() {
    let mut struck = 0;
    for seed in 1..=4 {
        let world = World::new(Plan::default());
        script(&world, &storm(seed));
        for number in ["A1", "B1", "C1"] {
            let order = json!({
                "order_no": number, "description": "龙井", "total_fen": 990,
                "openid": world.openid("payer-1").as_str(),
            });
            insist(&world, "/v1/orders", &order, StatusCode::CREATED).await;
            world.pay(number, "payer-1").await;
        }
        world.wait(3600 * SECOND).await;
        for number in ["A1", "B1", "C1"] {
            assert_eq!(world.stored(number).standing().as_str(), "paid", "seed {seed}, {number}");
        }
        let refund = json!({ "out_refund_no": "R1", "amount_fen": 400, "reason": "退一部分" });
        insist(&world, "/v1/orders/A1/refunds", &refund, StatusCode::ACCEPTED).await;
        world.wait(7200 * SECOND).await;
        let (_, told) = world.api(Method::GET, "/v1/orders/A1/refunds/R1", Value::Null).await;
        assert_eq!(told["state"], "done", "seed {seed}: {told}");
        let books = world.sim.books();
        assert!(books.balanced());
        let merchant = &books.merchants[&world.mchid()];
        assert_eq!((merchant.paid.get(), merchant.refunded.get()), (3 * 990, 400), "seed {seed}");
        struck += world.sim.fault_script().faults.iter().map(|fault| fault.applied).sum::<u32>();
    }
    assert!(struck > 25, "only {struck} faults struck");
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_wins_against_the_close_is_paid() {
    let world = World::new(Plan::default());
    script(
        &world,
        "[[fault]]\ncall = \"close\"\ndo = \"pay_races_close\"\n[[fault]]\nnotification = \"*\"\ndo = \"drop_request\"",
    );
    world.order("A1", "payer-1").await;
    let (status, order) = world.api(Method::POST, "/v1/orders/A1/close", Value::Null).await;
    assert_eq!((status, &order["state"]), (StatusCode::OK, &json!("paid")), "{order}");
}
