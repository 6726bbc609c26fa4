//! Notifications: envelope, signature, ladder (v3.md §6).

use std::time::Duration;

use serde_json::Value;
use tongbao_sim::{KeyMode, Outcome};
use tongbao_wire::Timestamp;

use crate::world::{START, Says, World};

/// Seconds after the payment at which each letter arrived.
fn arrivals(world: &World) -> Vec<i64> {
    let notifications = world.sim.notifications();
    notifications[0].attempts.iter().map(|attempt| attempt.at.seconds() - START).collect()
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_told_once_when_the_merchant_accepts() {
    for status in [200, 204] {
        let world = World::new();
        world.mailbox.always(Says::Status(status));
        world.paid("T20260301A").await;
        world.sim.advance(Duration::from_secs(86_400)).await;
        assert_eq!(world.mailbox.count(), 1);
        let told = &world.sim.notifications()[0];
        assert!(told.delivered && told.next_at.is_none());
        assert_eq!(told.attempts[0].status, Some(status));
    }
}

#[tokio::test(start_paused = true)]
async fn the_envelope_verifies_and_opens_to_the_transaction() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let letter = world.mailbox.letter(0);
    assert_eq!(letter.uri(), "http://127.0.0.1:8080/notify");
    assert_eq!(letter.headers()["content-type"], "application/json");
    assert!(world.verifies(letter.headers(), letter.body()));
    let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
    assert_eq!(envelope["event_type"], "TRANSACTION.SUCCESS");
    assert_eq!(envelope["resource_type"], "encrypt-resource");
    assert_eq!(envelope["summary"], "支付成功");
    assert_eq!(envelope["resource"]["original_type"], "transaction");
    assert_eq!(envelope["resource"]["associated_data"], "transaction");
    let opened: Value = serde_json::from_slice(&world.open(&envelope["resource"])).unwrap();
    assert_eq!(opened, world.query("T20260301A").await.json());
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_told_with_refund_status() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 40).await;
    world.sim.advance(Duration::from_secs(60)).await;
    let letter = world.mailbox.letter(1);
    assert_eq!(letter.uri(), "http://127.0.0.1:8080/refunded");
    let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
    assert_eq!(envelope["event_type"], "REFUND.SUCCESS");
    let opened: Value = serde_json::from_slice(&world.open(&envelope["resource"])).unwrap();
    assert_eq!(opened["refund_status"], "SUCCESS");
    assert_eq!(opened["amount"]["payer_refund"], 40);
    assert!(opened.get("status").is_none() && opened.get("channel").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_merchant_who_refuses_is_told_fifteen_times_on_the_ladder() {
    let world = World::new();
    world.mailbox.always(Says::Status(500));
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(3 * 86_400)).await;
    let waits = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600];
    let mut expected = vec![0];
    expected.extend(waits.iter().scan(0, |at, wait| {
        *at += wait;
        Some(*at)
    }));
    assert_eq!(arrivals(&world), expected);
    let told = &world.sim.notifications()[0];
    assert!(!told.delivered && told.next_at.is_none(), "given up");
    assert_eq!(told.attempts[3].outcome, Outcome::Refused);
}

#[tokio::test(start_paused = true)]
async fn sixteen_sends_reach_the_documented_sum_when_so_switched() {
    let world = World::with(|settings| settings.switches.notification_sends_max = 16);
    world.mailbox.always(Says::Unreachable);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(3 * 86_400)).await;
    assert_eq!(arrivals(&world).last(), Some(&(24 * 3600 + 4 * 60)));
}

#[tokio::test(start_paused = true)]
async fn every_send_is_signed_afresh_and_carries_the_same_bytes() {
    let world = World::new();
    world.mailbox.says.lock().unwrap().extend([Says::Status(500), Says::Status(302), Says::Status(201)]);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(world.mailbox.count(), 4, "201 and a redirect do not count");
    let letters: Vec<_> = (0..4).map(|index| world.mailbox.letter(index)).collect();
    for pair in letters.windows(2) {
        assert_eq!(pair[0].body(), pair[1].body());
        assert_ne!(pair[0].headers()["wechatpay-signature"], pair[1].headers()["wechatpay-signature"]);
    }
    assert!(letters.iter().all(|letter| world.verifies(letter.headers(), letter.body())));
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_five_seconds_is_no_answer() {
    let world = World::new();
    let slow = [Says::After(Duration::from_millis(5001)), Says::After(Duration::from_millis(4900))];
    world.mailbox.says.lock().unwrap().extend(slow);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(60)).await;
    let attempts = &world.sim.notifications()[0].attempts;
    assert_eq!(attempts.len(), 2);
    assert!(matches!(attempts[0].outcome, Outcome::NoAnswer(_)));
    assert_eq!(attempts[1].outcome, Outcome::Accepted);
}

#[tokio::test(start_paused = true)]
async fn run_delivers_on_the_running_clock_and_slow_merchants_do_not_hold_up_others() {
    let world = World::new();
    world.mailbox.says.lock().unwrap().push(Says::After(Duration::from_secs(4)));
    let scenario = async {
        world.paid("T20260301A").await;
        world.paid("T20260301B").await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(world.mailbox.count(), 2);
        world.mailbox.always(Says::Status(500));
        world.paid("T20260301C").await;
        tokio::time::sleep(Duration::from_secs(31)).await;
        let first = world.sim.notifications().pop().unwrap();
        assert!(first.delivered);
        assert_eq!(world.sim.notifications()[0].attempts.len(), 3);
    };
    tokio::select! {
        () = world.sim.run() => unreachable!("run never ends"),
        () = scenario => {}
    }
}

#[tokio::test(start_paused = true)]
async fn advancing_beside_a_running_notifier_waits_for_what_it_sends() {
    let world = World::new();
    world.mailbox.always(Says::After(Duration::from_secs(3)));
    let scenario = async {
        world.paid("T20260301A").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.sim.advance(Duration::from_secs(10)).await;
        assert!(world.sim.notifications()[0].delivered);
        assert_eq!(world.mailbox.count(), 1);
    };
    tokio::select! {
        () = world.sim.run() => unreachable!("run never ends"),
        () = scenario => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_notifier_that_is_cut_off_repeats_the_send_at_its_next_rung() {
    let world = World::new();
    world.mailbox.says.lock().unwrap().push(Says::After(Duration::from_secs(4)));
    world.paid("T20260301A").await;
    let cut = tokio::time::timeout(Duration::from_secs(1), world.sim.run()).await;
    assert!(cut.is_err());
    world.sim.advance(Duration::from_secs(60)).await;
    assert_eq!(world.mailbox.count(), 2);
    assert!(world.sim.notifications()[0].delivered);
}

#[tokio::test(start_paused = true)]
async fn business_time_dates_the_event_and_transport_time_its_signature() {
    let world = World::new();
    world.sim.advance(Duration::from_secs(7200)).await;
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let letter = world.mailbox.letter(0);
    assert_eq!(letter.headers()["wechatpay-timestamp"], START.to_string().as_str());
    let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
    assert_eq!(envelope["create_time"], Timestamp::from_seconds(START + 7200).rfc3339());
}

#[tokio::test(start_paused = true)]
async fn during_the_migration_both_kinds_of_keys_sign() {
    let world = World::with(|settings| {
        settings.key_mode = KeyMode::Both;
        settings.switches.notifications_follow_calls = false;
    });
    for order in 0..20 {
        world.paid(&format!("T20260301{order}")).await;
    }
    world.sim.advance(Duration::ZERO).await;
    let letters = world.mailbox.letters.lock().unwrap().clone();
    assert!(letters.iter().all(|letter| world.verifies(letter.headers(), letter.body())));
    let by_public = |letter: &&http::Request<bytes::Bytes>| {
        letter.headers()["wechatpay-serial"].to_str().unwrap().starts_with("PUB_KEY_ID_")
    };
    let share = letters.iter().filter(by_public).count();
    assert!((1..20).contains(&share), "{share}");
}

#[tokio::test(start_paused = true)]
async fn with_both_kinds_a_merchant_is_told_with_the_kind_it_asks_answers_for() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Both);
    // The client of these tests names no serial, so the certificate answers it.
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let certificate = world.env.platform_certificate.as_ref().unwrap().serial_no.clone();
    let letters = world.mailbox.letters.lock().unwrap().clone();
    assert_eq!(letters[0].headers()["wechatpay-serial"], certificate);
    assert!(world.verifies(letters[0].headers(), letters[0].body()));
}

#[tokio::test(start_paused = true)]
async fn resending_by_hand_works_after_delivery() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    let id = world.sim.notifications()[0].id.clone();
    let resent = world.sim.resend(&id).await.unwrap();
    assert_eq!((resent.attempts.len(), resent.delivered), (2, true));
    assert!(world.sim.resend("unknown").await.is_none());
}

#[tokio::test(start_paused = true)]
async fn more_slow_merchants_than_places_are_all_reached_in_turn() {
    let world = World::new();
    world.mailbox.always(Says::After(Duration::from_secs(4)));
    let scenario = async {
        for order in 0..70 {
            world.paid(&format!("T202603{order}")).await;
        }
        tokio::time::sleep(Duration::from_millis(3900)).await;
        assert_eq!(world.mailbox.count(), 32, "deliveries are bounded");
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert!(world.sim.notifications().iter().all(|told| told.delivered && told.attempts.len() == 1));
    };
    tokio::select! {
        () = world.sim.run() => unreachable!("run never ends"),
        () = scenario => {}
    }
}
