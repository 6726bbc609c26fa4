//! How time passes here: as everywhere, faster, or not at all. The base clock is the paused clock of the tests,
//! which sleeps no longer than it must.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_sim::Pace;
use tongbao_wire::{Timestamp, TradeState};

use crate::people::ask;
use crate::world::{START, Says, World, number};

const HOUR: Duration = Duration::from_secs(3600);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START + seconds)
}

#[tokio::test(start_paused = true)]
async fn a_frozen_clock_stands_until_it_is_moved_and_signatures_go_on() {
    let world = World::with(|settings| settings.pace = Pace::Frozen);
    world.created("T20260301A").await;
    tokio::time::sleep(3 * HOUR).await;
    assert_eq!(world.sim.now(), at(0));
    // A merchant on real time goes on talking, and the prepay_id of two hours still opens.
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
    let told = world.query("T20260301A").await;
    assert_eq!(told.json()["success_time"], "2026-03-01T10:00:00+08:00");
    world.sim.advance(HOUR).await;
    assert_eq!(world.sim.now(), at(3600));
    assert_eq!(world.sim.clock().ahead_seconds, -2 * 3600);
}

#[tokio::test(start_paused = true)]
async fn a_scaled_clock_runs_so_many_times_as_fast() {
    let world = World::with(|settings| settings.pace = Pace::Scaled(60));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.sim.now(), at(3600));
    world.sim.set_pace(Pace::Real);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.sim.now(), at(3660));
    world.sim.set_pace(Pace::Frozen);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.sim.now(), at(3660));
}

#[tokio::test(start_paused = true)]
async fn the_notifier_of_a_scaled_clock_wakes_in_time_and_of_a_frozen_one_sleeps() {
    let world = World::with(|settings| settings.pace = Pace::Scaled(60));
    world.mailbox.always(Says::Status(500));
    let story = async {
        world.paid("T20260301A").await;
        // 15 s, 15 s, 30 s and 3 min of business are 4 s of the base clock.
        tokio::time::sleep(Duration::from_millis(4100)).await;
        assert_eq!(world.mailbox.count(), 5);
        let seconds: Vec<_> =
            world.sim.notifications()[0].attempts.iter().map(|it| it.at.seconds()).collect();
        assert_eq!(seconds, [0, 15, 30, 60, 240].map(|after| START + after));
        world.sim.set_pace(Pace::Frozen);
        tokio::time::sleep(24 * HOUR).await;
        assert_eq!(world.mailbox.count(), 5);
        world.sim.set_pace(Pace::Real);
        tokio::time::sleep(11 * Duration::from_secs(60)).await;
        assert_eq!(world.mailbox.count(), 6);
    };
    tokio::select! {
        () = world.sim.run() => unreachable!("it runs for ever"),
        () = story => {}
    }
}

#[tokio::test(start_paused = true)]
async fn time_begins_where_it_is_told_and_again_after_a_reset() {
    let begins = Timestamp::parse_rfc3339("2025-12-31T23:59:00+08:00").unwrap();
    let world = World::with(|settings| (settings.pace, settings.begins_at) = (Pace::Frozen, Some(begins)));
    world.paid("T20260301A").await;
    assert_eq!(world.query("T20260301A").await.json()["success_time"], "2025-12-31T23:59:00+08:00");
    world.sim.advance(HOUR).await;
    world.sim.set_pace(Pace::Real);
    world.sim.reset();
    tokio::time::sleep(HOUR).await;
    assert_eq!((world.sim.now(), world.sim.clock().pace), (begins, Pace::Frozen));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_back_a_frozen_or_scaled_clock_to_the_instant() {
    for pace in [Pace::Frozen, Pace::Scaled(10)] {
        let world = World::with(|settings| settings.pace = pace);
        world.created("T20260301A").await;
        tokio::time::sleep(HOUR).await;
        let (then, snapshot) = (world.sim.now(), world.sim.snapshot());
        world.sim.set_pace(Pace::Real);
        world.sim.advance(8 * 24 * HOUR).await;
        let order = || world.sim.order(&world.mchid(), &number("T20260301A")).unwrap().trade_state;
        assert_eq!(order(), TradeState::Closed);
        tokio::time::sleep(HOUR).await;
        world.sim.restore(snapshot.as_bytes()).unwrap();
        assert_eq!((world.sim.now(), world.sim.clock().pace), (then, pace));
        assert_eq!(order(), TradeState::NotPay);
    }
}

#[tokio::test(start_paused = true)]
async fn the_control_api_turns_the_clock_forward_only() {
    let world = World::new();
    let world = &world;
    let turn = |body: Value| async move { ask(world, "POST", "clock", &body).await };
    let frozen = turn(json!({"pace": "frozen", "advance_seconds": 60})).await.json();
    assert_eq!((&frozen["pace"], &frozen["now"]), (&"frozen".into(), &"2026-03-01T10:01:00+08:00".into()));
    let later = turn(json!({"advance_to": "2026-03-02T00:00:00+08:00"})).await.json();
    assert_eq!(later["now"], "2026-03-02T00:00:00+08:00");
    let back = turn(json!({"advance_to": "2026-03-01T00:00:00+08:00"})).await;
    assert_eq!((back.status.as_u16(), back.code().as_str()), (409, "clock_goes_forward"));
    for bad in [
        json!({}),
        json!({"pace": "x0"}),
        json!({"pace": "x10001"}),
        json!({"pace": "fast"}),
        json!({"advance_seconds": -1}),
        json!({"advance_seconds": 1, "advance_to": "2026-03-03T00:00:00+08:00"}),
        json!({"advance_to": "tomorrow"}),
        json!({"advance_to": "9999-03-03T00:00:00+08:00"}),
        json!({"rate": 60}),
    ] {
        assert_eq!(turn(bad.clone()).await.status, 400, "{bad}");
    }
    let untouched = ask(world, "GET", "clock", &Value::Null).await.json();
    assert_eq!((&untouched["now"], &untouched["pace"]), (&later["now"], &later["pace"]));
    assert_eq!(turn(json!({"pace": "x60"})).await.json()["pace"], "x60");
}
