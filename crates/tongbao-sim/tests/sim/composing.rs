//! Composed notifications: what test tools may say in the platform's name.

use bytes::Bytes;
use serde_json::{Value, json};
use tongbao_sim::{ComposedBy, ComposedContent, Composition};

use crate::world::World;

fn composition(world: &World, seal: ComposedBy) -> Composition {
    Composition {
        mchid: world.mchid(),
        url: "http://127.0.0.1:8080/notify".into(),
        content: ComposedContent::Event {
            id: Some("EV-1".into()),
            event_type: "TRANSACTION.SUCCESS".into(),
            original_type: "transaction".into(),
            plain: json!({ "out_trade_no": "T1" }).to_string().into_bytes(),
            sealed_for: world.mchid(),
        },
        seal,
        age_seconds: 0,
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_the_platform_signed_verifies() {
    let world = World::new();
    for (seal, verifies) in [
        (ComposedBy::Platform, true),
        (ComposedBy::PublicKey, true),
        (ComposedBy::Stray, false),
        (ComposedBy::Probe, false),
    ] {
        let letter = world.sim.compose_notification(&composition(&world, seal)).expect("known merchant");
        assert_eq!(world.verifies(letter.headers(), letter.body()), verifies, "{seal:?}");
        let envelope: Value = serde_json::from_slice(letter.body()).expect("JSON");
        assert_eq!(envelope["id"], "EV-1");
        let opened: Value = serde_json::from_slice(&world.open(&envelope["resource"])).expect("JSON");
        assert_eq!(opened, json!({ "out_trade_no": "T1" }));
    }
    assert_eq!(world.mailbox.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_age_is_signed_and_raw_bytes_stay_as_they_are() {
    let world = World::new();
    let mut wanted = composition(&world, ComposedBy::Platform);
    wanted.content = ComposedContent::Raw(Bytes::from_static(b"not json"));
    let fresh = world.sim.compose_notification(&wanted).expect("known merchant");
    wanted.age_seconds = 600;
    let stale = world.sim.compose_notification(&wanted).expect("known merchant");
    let signed_at = |letter: &http::Request<Bytes>| -> i64 {
        letter.headers()["wechatpay-timestamp"].to_str().expect("text").parse().expect("seconds")
    };
    assert_eq!(signed_at(&fresh) - signed_at(&stale), 600);
    assert!(world.verifies(stale.headers(), stale.body()));
    assert_eq!(stale.body().as_ref(), b"not json");
}

#[tokio::test(start_paused = true)]
async fn strangers_and_addresses_that_are_none_are_not_composed_for() {
    let world = World::new();
    let stranger = tongbao_wire::Mchid::parse("1999999999").expect("a number");
    let mut wanted = composition(&world, ComposedBy::Platform);
    wanted.mchid = stranger.clone();
    assert!(world.sim.compose_notification(&wanted).is_none());
    let mut wanted = composition(&world, ComposedBy::Platform);
    if let ComposedContent::Event { sealed_for, .. } = &mut wanted.content {
        *sealed_for = stranger;
    }
    assert!(world.sim.compose_notification(&wanted).is_none());
    let mut wanted = composition(&world, ComposedBy::Platform);
    wanted.url = "not an address".into();
    assert!(world.sim.compose_notification(&wanted).is_none());
}
