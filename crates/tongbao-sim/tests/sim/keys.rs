//! Keys that change while the simulator runs: the migration, rotation, the `APIv3` key (v3.md §1.8), probes (§1.7)
//! and rate limits (§1.12).

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_sim::KeyMode;

use crate::world::{Told, World, number};

/// A query that names a key, or none.
async fn asked(world: &World, serial: Option<&str>) -> Told {
    let mut draft = world.draft("GET", "/v3/certificates", "");
    draft.headers.extend(serial.map(|serial| ("wechatpay-serial", serial.to_owned())));
    world.send(draft).await
}

async fn listed(world: &World) -> Vec<String> {
    let told = asked(world, None).await.json();
    let data = told["data"].as_array().cloned().unwrap_or_default();
    data.iter().map(|one| one["serial_no"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_migration_goes_from_the_certificate_over_both_to_the_public_key() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Certificate);
    let certificate = world.sim.keys().certificate_serials[0].clone();
    assert_eq!(world.sim.keys().public_key_id, None);
    world.sim.set_key_mode(KeyMode::Both).unwrap();
    let public = world.sim.keys().public_key_id.unwrap();
    for (named, signed) in
        [(None, &certificate), (Some(&certificate), &certificate), (Some(&public), &public)]
    {
        let told = asked(&world, named.map(String::as_str)).await;
        assert_eq!(told.header("wechatpay-serial"), signed);
    }
    world.sim.set_key_mode(KeyMode::PublicKey).unwrap();
    asked(&world, Some(&public)).await.refused(404, "RESOURCE_NOT_EXISTS");
    let told = asked(&world, Some(&certificate)).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "平台证书序列号Wechatpay-Serial错误");
    world.sim.set_key_mode(KeyMode::Certificate).unwrap();
    assert_eq!(listed(&world).await, [certificate], "the switch can be rolled back");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_lists_both_certificates_until_the_old_one_retires() {
    let mut world = World::with(|settings| settings.key_mode = KeyMode::Certificate);
    let old = world.sim.keys().certificate_serials[0].clone();
    world.sim.rotate_platform_certificate().unwrap();
    let both = listed(&world).await;
    assert_eq!((both.len(), &both[0]), (2, &old));
    assert_eq!(asked(&world, Some(&old)).await.header("wechatpay-serial"), old);
    world.env = world.sim.env();
    let told = asked(&world, None).await;
    assert_eq!(told.header("wechatpay-serial"), both[1]);
    assert!(world.verifies(&told.headers, &told.body), "the new certificate's key signs");
    world.sim.retire_platform_certificates();
    assert_eq!(listed(&world).await, both[1..]);
    asked(&world, Some(&old)).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn notifications_move_over_by_shares() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Both);
    let public = world.sim.keys().public_key_id.unwrap();
    let by_public_key = async |permille: u16, day: u16| {
        world.sim.set_public_key_share(Some(permille));
        let before = world.mailbox.count();
        for index in 0..20 {
            world.paid(&format!("T2026030{day}{index:02}")).await;
        }
        world.sim.advance(Duration::ZERO).await;
        let letters = (before..world.mailbox.count()).map(|index| world.mailbox.letter(index));
        letters.filter(|letter| letter.headers()["wechatpay-serial"] == public.as_str()).count()
    };
    assert_eq!(by_public_key(0, 1).await, 0);
    assert!((1..20).contains(&by_public_key(500, 2).await), "both kinds arrive meanwhile");
    assert_eq!(by_public_key(1000, 3).await, 20);
}

#[tokio::test(start_paused = true)]
async fn another_apiv3_key_seals_from_then_on() {
    let mut world = World::new();
    let old = world.env.merchants[0].apiv3_key.clone();
    let key = world.sim.set_apiv3_key(&world.mchid(), None).unwrap().unwrap();
    assert_ne!(key, old);
    assert!(world.sim.set_apiv3_key(&world.mchid(), Some("short")).is_err());
    world.env = world.sim.env();
    assert_eq!(world.env.merchants[0].apiv3_key, key);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::ZERO).await;
    assert_eq!(world.resource_for(0, 0)["out_trade_no"], "T20260301A");
}

#[tokio::test(start_paused = true)]
async fn keys_are_changed_over_the_control_api() {
    let world = World::new();
    let change = async |body: &Value| world.control("/sim/v1/keys", body).await;
    let told = change(&json!({"mode": "both", "rotate": true, "public_key_permille": 5})).await.json();
    assert_eq!((&told["mode"], &told["public_key_permille"]), (&json!("both"), &json!(5)));
    assert_eq!(told["certificate_serials"].as_array().unwrap().len(), 2);
    let told = change(&json!({"retire": true, "public_key_permille": null})).await.json();
    assert_eq!(told["certificate_serials"].as_array().unwrap().len(), 1);
    assert_eq!(told["public_key_permille"], Value::Null);
    for wrong in [json!({"mode": "none"}), json!({"turn": true})] {
        assert_eq!(change(&wrong).await.status, 400, "{wrong}");
    }
    let path = format!("/sim/v1/merchants/{}/apiv3-key", world.mchid());
    let key = "0123456789abcdef0123456789abcdef";
    assert_eq!(world.control(&path, &json!({"apiv3_key": key})).await.json()["apiv3_key"], key);
    assert_eq!(world.control("/sim/v1/merchants/1/apiv3-key", &json!({})).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn probes_fail_verification_and_what_is_sent_again_does_not() {
    let world = World::with(|settings| settings.switches.probes_permille = 1000);
    let (first, second) = (world.create(&world.order("T20260301A")).await, world.query("T20260301A").await);
    assert!(first.header("wechatpay-signature").starts_with("WECHATPAY/SIGNTEST/"));
    assert!(world.verifies(&second.headers, &second.body), "never two in a row");
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
    world.mailbox.always(crate::world::Says::Status(401));
    world.sim.advance(Duration::from_secs(15)).await;
    let verified: Vec<_> = (0..2)
        .map(|index| world.mailbox.letter(index))
        .map(|letter| world.verifies(letter.headers(), letter.body()))
        .collect();
    assert_eq!(verified, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn calls_over_a_limit_are_answered_429_until_the_next_second() {
    let world = World::with(|settings| settings.switches.rate_limits = true);
    let bill = "/v3/bill/fundflowbill?bill_date=2026-02-27";
    for _ in 0..3 {
        assert_ne!(world.get(bill).await.status, 429);
    }
    let told = world.get(bill).await;
    told.refused(429, "FREQUENCY_LIMITED");
    assert_eq!((told.cause(), told.message().as_str()), ("268447840", "频率超限，请降低请求频率"));
    assert_ne!(world.get_as(1, bill).await.status, 429, "another merchant has its own");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_ne!(world.get(bill).await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn refunds_that_fail_have_a_lower_limit() {
    let world = World::with(|settings| settings.switches.rate_limits = true);
    world.paid("T20260301A").await;
    for _ in 0..6 {
        world.refund("T20260301Z", "R1", 1).await.refused(404, "RESOURCE_NOT_EXISTS");
    }
    world.refund("T20260301A", "R1", 1).await.refused(429, "FREQUENCY_LIMITED");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(world.refund("T20260301A", "R1", 1).await.status, 200);
}
