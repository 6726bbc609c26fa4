//! The same intent, asked for again.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tongbao_store::Fault;

use crate::world::{API_KEY, Plan, World, request};

const KEYED: &[(&str, &str)] = &[("idempotency-key", "one-intent")];

/// Asks, while the store does not keep the answer, and asks again when the key may be taken over.
async fn twice(world: &World, path: &str, body: &Value) -> [(StatusCode, Value); 2] {
    let ask = || world.try_call(request(Method::POST, path, API_KEY, KEYED, body));
    world.store.set_faults(|batch| match batch.statements()[0].sql.name {
        "idempotency.finish" => Fault::FailBefore,
        _ => Fault::Pass,
    });
    let first = ask().await.expect("the server runs");
    world.store.clear_faults();
    world.wait(Duration::from_secs(61)).await;
    [first, ask().await.expect("the server runs")]
}

#[tokio::test(start_paused = true)]
async fn a_key_makes_one_order_even_when_its_answer_was_not_kept() {
    let world = World::new(Plan::default());
    let body = json!({ "description": "龙井", "total_fen": 990 });
    let [(first, one), (again, other)] = twice(&world, "/v1/orders", &body).await;
    assert_eq!((first, again), (StatusCode::CREATED, StatusCode::OK), "{one} {other}");
    assert_eq!(one["order"]["order_no"], other["order"]["order_no"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_makes_one_refund_even_when_its_answer_was_not_kept() {
    let world = World::new(Plan::default());
    world.order("A1", "payer-1").await;
    world.pay("A1", "payer-1").await;
    world.wait(Duration::from_secs(1)).await;
    let body = json!({ "amount_fen": 400 });
    let [(_, one), (_, other)] = twice(&world, "/v1/orders/A1/refunds", &body).await;
    assert_eq!(one["out_refund_no"], other["out_refund_no"], "{one} {other}");
    assert_eq!(world.stored("A1").refunds.len(), 1);
    world.wait(Duration::from_secs(600)).await;
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded.get(), 400);
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_first_attempt_was_refused_is_placed_again_when_it_is_asked_for_again() {
    let world = World::new(Plan::default());
    let asked =
        |openid: &str| json!({ "order_no": "R1", "description": "龙井", "total_fen": 990, "openid": openid });
    let stranger = asked("o_nobody_the_platform_knows_0");
    for _ in 0..2 {
        let (status, problem) = world.api(Method::POST, "/v1/orders", stranger.clone()).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_GATEWAY, &json!("platform_refused")));
    }
    assert_eq!(world.stored("R1").payments.len(), 2, "each refused attempt is over");
}
