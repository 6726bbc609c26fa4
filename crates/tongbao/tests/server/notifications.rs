//! Notifications: lost, doubled, late, forged, foreign.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tongbao_sim::{DeliveryFault, Faults, Forgery};
use tongbao_store::inbox;

use crate::world::{Plan, World};

const SECOND: Duration = Duration::from_secs(1);

fn deliver(world: &World, fault: DeliveryFault) {
    world.sim.set_faults(Faults { delivery: Box::new(move |_| fault), ..Faults::default() });
}

#[tokio::test(start_paused = true)]
async fn a_lost_notification_is_healed_by_asking() {
    let world = World::new(Plan::default());
    deliver(&world, DeliveryFault::Lose);
    world.order("A1", "payer-1").await;
    world.pay("A1", "payer-1").await;
    world.wait(16 * SECOND).await;
    assert_eq!(world.stored("A1").standing().as_str(), "paid");
}

#[tokio::test(start_paused = true)]
async fn the_front_ends_word_only_makes_us_ask() {
    let world = World::new(Plan::default());
    deliver(&world, DeliveryFault::Lose);
    let token = world.login("payer-1").await;
    world.order("B1", "payer-1").await;
    let confirm = |result: &str| json!({ "result": result, "detail": "requestPayment:ok" });
    let (_, order) = world.client(&token, Method::POST, "/client/v1/orders/B1/confirm", confirm("ok")).await;
    assert_eq!(order["state"], "unpaid", "saying ok is not paying: {order}");
    world.pay("B1", "payer-1").await;
    world.wait(SECOND).await;
    let (_, order) =
        world.client(&token, Method::POST, "/client/v1/orders/B1/confirm", confirm("cancel")).await;
    assert_eq!(order["state"], "paid", "saying cancel is not cancelling: {order}");
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_comes_twice_pays_once() {
    let world = World::new(Plan::default());
    deliver(&world, DeliveryFault::Duplicate);
    world.order("C1", "payer-1").await;
    world.pay("C1", "payer-1").await;
    world.wait(SECOND).await;
    let order = world.stored("C1");
    let arrivals = world.store.read(|reader| inbox::of_order(reader, &order)).expect("the store reads");
    assert_eq!((order.standing().as_str(), arrivals.len()), ("paid", 2));
    let (_, page) = world.api(Method::GET, "/v1/orders?state=paid", Value::Null).await;
    assert_eq!(page["orders"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_forged_notification_changes_nothing_and_is_counted() {
    for forgery in [Forgery::WrongKey, Forgery::StaleTimestamp, Forgery::SignTest, Forgery::Tamper] {
        let world = World::new(Plan { real_crypto: true, ..Plan::default() });
        world.order("D1", "payer-1").await;
        deliver(&world, DeliveryFault::Forge(forgery));
        // The platform is silent, so that only the forged notification could tell of the payment.
        world.wire.judge(|_| crate::network::Fate::NotSent);
        let version = world.stored("D1").version;
        world.pay("D1", "payer-1").await;
        world.wait(SECOND).await;
        assert_eq!(world.stored("D1").version, version, "{forgery:?}");
        let arrived =
            world.store.read(|reader| inbox::count(reader, &world.mchid())).expect("the store reads");
        assert_eq!(arrived, 0, "{forgery:?}");
        let counted = world.running().metrics.render();
        assert!(counted.contains("tongbao_notifications_total{"), "{counted}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_notification_while_the_store_fails_is_not_acknowledged_and_comes_again() {
    let world = World::new(Plan::default());
    world.order("E1", "payer-1").await;
    world.store.set_faults(|_| tongbao_store::Fault::FailBefore);
    world.pay("E1", "payer-1").await;
    world.wait(SECOND).await;
    assert_eq!(world.stored("E1").standing().as_str(), "unpaid");
    world.store.clear_faults();
    world.wait(20 * SECOND).await;
    assert_eq!(world.stored("E1").standing().as_str(), "paid");
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_notification_are_refused() {
    let world = World::new(Plan::default());
    for (account, body) in [("main", json!({})), ("main", json!("x".repeat(10_000))), ("nobody", json!({}))] {
        let path = format!("/notify/{account}/v3");
        let (status, answer) = world.client("", Method::POST, &path, body).await;
        assert!(status.is_client_error(), "{status}");
        assert_eq!(answer["code"], "FAIL");
    }
    let (status, _) = world.client("", Method::GET, "/notify/main/v3", Value::Null).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(start_paused = true)]
async fn a_notification_three_hours_late_is_acknowledged_and_changes_nothing() {
    let world = World::new(Plan::default());
    deliver(&world, DeliveryFault::Delay(Duration::from_secs(3 * 3600)));
    world.order("F1", "payer-1").await;
    world.pay("F1", "payer-1").await;
    world.wait(20 * SECOND).await;
    let paid = world.stored("F1");
    assert_eq!(paid.standing().as_str(), "paid", "asking told us");
    world.wait(4 * 3600 * SECOND).await;
    assert_eq!(world.stored("F1"), paid);
    assert!(world.sim.notifications().iter().all(|notification| notification.delivered));
}
