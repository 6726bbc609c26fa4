//! What faults do to notifications.

use std::time::Duration;

use serde_json::Value;

use super::{applied, script, with_fault};
use crate::world::World;

const PAID: &str = "notification = \"TRANSACTION.SUCCESS\"";

/// Event types in the order in which they arrived.
fn arrived(world: &World) -> Vec<String> {
    let letters = world.mailbox.letters.lock().unwrap();
    let said = |letter: &http::Request<bytes::Bytes>| {
        let value: Value = serde_json::from_slice(letter.body()).unwrap();
        value["event_type"].as_str().unwrap().to_owned()
    };
    letters.iter().map(said).collect()
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_lost_its_answer_is_lost_or_it_comes_twice() {
    // How many arrived in the first ten seconds, and in the first twenty.
    for (kind, at_once, later) in [("drop_request", 0, 1), ("drop_answer", 1, 2), ("duplicate", 2, 2)] {
        let world = with_fault(&format!("{PAID}\nsend = 1\ndo = \"{kind}\""));
        world.paid("T20260301A").await;
        world.sim.advance(Duration::from_secs(10)).await;
        assert_eq!(world.mailbox.count(), at_once, "{kind}");
        world.sim.advance(Duration::from_secs(10)).await;
        assert_eq!(world.mailbox.count(), later, "{kind}");
        assert_eq!(world.sim.notifications()[0].attempts[0].fault.as_deref(), Some(kind));
    }
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_late_by_business_time() {
    let world = with_fault(&format!("{PAID}\ndo = \"delay\"\nms = 7000"));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(6)).await;
    assert_eq!(world.mailbox.count(), 0);
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!((world.mailbox.count(), applied(&world)), (1, vec![1]));
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_is_forged_does_not_verify_and_the_next_send_does() {
    for kind in ["corrupt_signature", "wrong_serial", "sign_test", "tamper"] {
        let world = with_fault(&format!("{PAID}\nsend = 1\ndo = \"{kind}\""));
        world.mailbox.always(crate::world::Says::Status(401));
        world.paid("T20260301A").await;
        world.sim.advance(Duration::from_secs(20)).await;
        let verifies = |letter: usize| {
            let letter = world.mailbox.letter(letter);
            world.verifies(letter.headers(), letter.body())
        };
        assert_eq!((verifies(0), verifies(1)), (false, true), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_notification_is_signed_outside_of_the_window() {
    let world = with_fault("notification = \"*\"\ndo = \"stale_timestamp\"");
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let letter = world.mailbox.letter(0);
    let said: i64 = letter.headers()["wechatpay-timestamp"].to_str().unwrap().parse().unwrap();
    assert_eq!(world.base.now().seconds() - said, 301);
}

#[tokio::test(start_paused = true)]
async fn a_notification_carries_only_so_much_of_its_body() {
    let world = with_fault(&format!("{PAID}\ndo = \"truncate_body\"\nbytes = 40"));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    assert_eq!(world.mailbox.letter(0).body().len(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_held_until_the_next_of_its_order_has_gone() {
    let world = with_fault(&format!("{PAID}\ndo = \"reorder\""));
    world.paid("T20260301A").await;
    world.paid("T20260301B").await;
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(world.mailbox.count(), 0, "another order's is no reason to go");
    assert_eq!(world.refund("T20260301A", "R1", 30).await.status, 200);
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(arrived(&world), ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]);
    // The other goes when its hour is over.
    world.sim.advance(Duration::from_secs(3600)).await;
    assert_eq!(world.mailbox.count(), 3);
    assert!(world.sim.notifications().iter().all(|notice| notice.delivered));
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_held_until_the_next_of_its_merchant_has_gone() {
    let world =
        with_fault(&format!("{PAID}\norder = \"A*\"\ndo = \"reorder\"\nnext_of = \"merchant\"\nms = 90000"));
    world.paid("A20260301").await;
    world.sim.advance(Duration::from_secs(30)).await;
    assert_eq!(world.mailbox.count(), 0);
    world.paid("B20260301").await;
    world.sim.advance(Duration::from_secs(1)).await;
    let numbers: Vec<_> = world.sim.notifications().iter().map(|notice| notice.attempts[0].at).collect();
    assert_eq!(world.mailbox.count(), 2);
    // Newest first: both went at one instant, the second one first.
    assert_eq!(numbers[0], numbers[1]);
    let first = world.resource_for(0, 0);
    assert_eq!(first["out_trade_no"], "B20260301");
}

#[tokio::test(start_paused = true)]
async fn keys_change_right_before_a_notification_is_signed() {
    let world = with_fault(&format!("{PAID}\ndo = \"switch_key_mode\"\nmode = \"public-key\""));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let letter = world.mailbox.letter(0);
    assert!(letter.headers()["wechatpay-serial"].to_str().unwrap().starts_with("PUB_KEY_ID_"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_notification_is_healed_by_a_query() {
    let world = with_fault(&format!("{PAID}\ndo = \"drop_request\""));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(2 * 86_400)).await;
    assert_eq!(world.mailbox.count(), 0);
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "SUCCESS");
    assert_eq!(applied(&world), [15], "every send of the ladder");
}

#[tokio::test(start_paused = true)]
async fn a_resend_by_hand_is_spared() {
    let world = with_fault(&format!("{PAID}\ndo = \"drop_request\""));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let id = world.sim.notifications()[0].id.clone();
    world.sim.resend(&id).await.unwrap();
    assert_eq!((world.mailbox.count(), applied(&world)), (1, vec![1]));
    script(&world, "");
    assert!(world.sim.fault_script().faults.is_empty());
}
