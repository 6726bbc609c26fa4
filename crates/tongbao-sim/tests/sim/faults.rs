//! Faults by hand: each does what it says, and no more.

use std::time::Duration;

use tongbao_sim::{CallFault, CryptoSettings, DeliveryFault, Faults, Forgery};
use tongbao_wire::Call;

use crate::world::World;

fn faulty_call(world: &World, endpoint: Call, fault: CallFault) {
    let call = move |seen: &tongbao_sim::CallSeen<'_>| {
        if seen.endpoint == endpoint { fault.clone() } else { CallFault::Pass }
    };
    world.sim.set_faults(Faults { call: Box::new(call), ..Faults::default() });
}

fn faulty_delivery(world: &World, first: DeliveryFault) {
    let delivery = move |seen: &tongbao_sim::DeliverySeen<'_>| {
        if seen.send == 1 { first } else { DeliveryFault::Pass }
    };
    world.sim.set_faults(Faults { delivery: Box::new(delivery), ..Faults::default() });
}

#[tokio::test(start_paused = true)]
async fn calls_fail_before_or_after_they_are_executed() {
    for (fault, executed, status, dropped) in [
        (CallFault::Pass, true, 200, false),
        (CallFault::DropBefore, false, 200, true),
        (CallFault::DropAfter, true, 200, true),
        (CallFault::SystemErrorAfter, true, 500, false),
        (CallFault::TooMany, false, 429, false),
    ] {
        let world = World::new();
        faulty_call(&world, Call::JsapiPrepay, fault.clone());
        let told = world.create(&world.order("T20260301A")).await;
        assert_eq!((told.status.as_u16(), told.dropped), (status, dropped), "{fault:?}");
        assert_eq!(world.sim.orders().len(), usize::from(executed), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_does_not_let_a_wrong_signature_through() {
    let world = World::new();
    faulty_call(&world, Call::JsapiPrepay, CallFault::SystemErrorAfter);
    let mut draft = world.draft("POST", crate::world::JSAPI, "{}");
    draft.signed_body = Some("other".into());
    world.send(draft).await.refused(401, "SIGN_ERROR");
}

#[tokio::test(start_paused = true)]
async fn forged_answers_do_not_verify_and_stale_ones_are_old() {
    for forgery in [Forgery::SignTest, Forgery::WrongKey, Forgery::StaleTimestamp, Forgery::Tamper] {
        let world = World::new();
        faulty_call(&world, Call::JsapiPrepay, CallFault::Forge(forgery));
        let told = world.create(&world.order("T20260301A")).await;
        assert_eq!(told.status, 200);
        let stale = forgery == Forgery::StaleTimestamp;
        assert_eq!(world.verifies(&told.headers, &told.body), stale, "{forgery:?}");
        let seconds: i64 = told.header("wechatpay-timestamp").parse().unwrap();
        assert_eq!(world.base.now().seconds() - seconds, if stale { 301 } else { 0 });
        let probe = told.header("wechatpay-signature").starts_with("WECHATPAY/SIGNTEST/");
        assert_eq!(probe, forgery == Forgery::SignTest);
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_are_lost_doubled_and_delayed() {
    for (fault, letters, at) in [
        (DeliveryFault::Lose, 1, 15),
        (DeliveryFault::Duplicate, 2, 0),
        (DeliveryFault::Delay(Duration::from_secs(7)), 1, 7),
    ] {
        let world = World::new();
        faulty_delivery(&world, fault);
        world.paid("T20260301A").await;
        world.sim.advance(Duration::from_secs(60)).await;
        assert_eq!(world.mailbox.count(), letters, "{fault:?}");
        let told = &world.sim.notifications()[0];
        let accepted = told.attempts.last().unwrap();
        assert!(told.delivered);
        assert_eq!(accepted.at.since(told.created_at), Duration::from_secs(at), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn forged_deliveries_do_not_verify() {
    for forgery in [Forgery::SignTest, Forgery::WrongKey, Forgery::Tamper] {
        let world = World::new();
        faulty_delivery(&world, DeliveryFault::Forge(forgery));
        world.paid("T20260301A").await;
        world.sim.advance(Duration::ZERO).await;
        let letter = world.mailbox.letter(0);
        assert!(!world.verifies(letter.headers(), letter.body()), "{forgery:?}");
        assert!(serde_json::from_slice::<serde_json::Value>(letter.body()).is_ok());
    }
}

/// Everything a run shows, as one text.
async fn trace() -> String {
    let world = World::with(|settings| {
        settings.crypto = CryptoSettings::StandIn { secret: b"shared".to_vec() };
    });
    faulty_delivery(&world, DeliveryFault::Duplicate);
    let mchid = world.mchid();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"shared");
    for order in 0..3 {
        let body = world.order(&format!("T20260301{order}")).to_string();
        let mut draft = world.draft("POST", crate::world::JSAPI, &body);
        let (timestamp, nonce) = (draft.timestamp, "N");
        let message = format!("POST\n{}\n{timestamp}\n{nonce}\n{body}\n", crate::world::JSAPI);
        let tag = ring::hmac::sign(&key, message.as_bytes()).as_ref().repeat(8);
        let signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, tag);
        draft.authorization = Some(format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",timestamp="{timestamp}",serial_no="{}""#,
            draft.serial
        ));
        let told = world.send(draft).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(told.header("wechatpay-signature").len(), 344);
        world.sim.pay(&crate::world::number(&format!("T20260301{order}")), None).await.unwrap();
    }
    world.sim.advance(Duration::from_secs(60)).await;
    let letters = world.mailbox.letters.lock().unwrap().clone();
    format!("{:?} {:?} {letters:?}", world.sim.orders(), world.sim.notifications())
}

#[tokio::test(start_paused = true)]
async fn with_stand_in_signatures_the_same_seed_gives_the_same_run() {
    let first = trace().await;
    let again = trace().await;
    assert!(first.len() > 5000);
    assert_eq!(first, again);
}
