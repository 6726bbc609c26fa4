//! What the inspector says of v2.

use std::time::Duration;

use super::client::Form;
use crate::world::{Says, World};

fn reasons(world: &World) -> Vec<String> {
    let newest = world.sim.exchanges()[0].id;
    let why = world.sim.exchange(newest).and_then(|exchange| exchange.why);
    why.map(|why| why.reasons.into_iter().map(|reason| reason.id).collect()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn wrong_signatures_of_v2_are_explained() {
    let world = World::new();
    let right = Form::order(&world, "V20260301A");
    right.send(&world).await.succeeded();
    assert!(reasons(&world).is_empty());
    let kept = &world.sim.exchanges()[0];
    assert_eq!((kept.call, kept.out_trade_no.as_deref()), (Some("unified_order"), Some("V20260301A")));
    let mut other_key = right.clone();
    other_key.key = world.env.merchants[0].apiv3_key.clone();
    other_key.send(&world).await.unsigned("签名错误");
    assert_eq!(reasons(&world), ["v2_key_of_v3"]);
    let mut encoded = right.clone();
    encoded.sign = Some("0".repeat(32));
    encoded.send(&world).await.unsigned("签名错误");
    assert_eq!(reasons(&world), ["v2_unknown"]);
    let newest = world.sim.exchange(world.sim.exchanges()[0].id).unwrap();
    let expected = newest.why.unwrap().signature.unwrap().expected;
    assert!(
        expected.starts_with("appid=") && expected.ends_with('…') && expected.contains("深圳分店"),
        "{expected}"
    );
    let lacking = right.without("body");
    lacking.send(&world).await;
    assert!(world.sim.exchanges()[0].refused && !reasons(&world).is_empty());
}

#[tokio::test(start_paused = true)]
async fn notifications_of_v2_are_opened_and_need_the_words() {
    let world = World::new();
    world.mailbox.always(Says::Status(200));
    Form::order(&world, "V20260301A").send(&world).await.succeeded();
    world.sim.pay(&crate::world::number("V20260301A"), None).await.unwrap();
    world.sim.advance(Duration::ZERO).await;
    assert_eq!(reasons(&world), ["notify_without_words"]);
    Form::refund(&world, "V20260301A", "RV20260301A", "40").send(&world).await.succeeded();
    world.sim.advance(Duration::from_secs(3)).await;
    let opened =
        world.sim.exchanges().iter().find_map(|one| {
            world.sim.exchange(one.id)?.unsealed.into_iter().find(|it| it.place == "req_info")
        });
    assert!(opened.unwrap().text.contains("RV20260301A"));
}
