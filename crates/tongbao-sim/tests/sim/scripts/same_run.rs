//! The same seed and the same messages give the same run.

use std::time::Duration;

use proptest::prelude::*;

use super::script;
use crate::world::World;

fn storm(seed: u32, share: u16) -> String {
    let fault = |what: &str, kind: &str| format!("[[fault]]\n{what}\nshare = {share}\n{kind}\n");
    let faults = [
        fault("call = \"jsapi_prepay\"", "do = \"drop_answer\""),
        fault("call = \"*\"", "do = \"system_error\""),
        fault("face = \"v3\"", "do = \"too_many\""),
        fault("call = \"close\"", "do = \"pay_races_close\""),
        fault("notification = \"*\"", "do = \"drop_request\""),
        fault("notification = \"*\"", "do = \"duplicate\""),
        fault("notification = \"*\"", "do = \"delay\"\nms = 4000"),
        fault("call = \"*\"", "do = \"duplicate\""),
    ];
    format!("seed = {seed}\n{}", faults.concat())
}

/// What a client saw, message by message, and what the faults did.
async fn run(seed: u32, share: u16) -> (Vec<(u16, bool)>, Vec<u32>, usize, bool) {
    let world = World::new();
    script(&world, &storm(seed, share));
    let mut seen = Vec::new();
    for order in 0..12 {
        let number = format!("T2026030{order}");
        let created = world.create(&world.order(&number)).await;
        seen.push((created.status.as_u16(), created.dropped));
        let number_of = crate::world::number(&number);
        let _declined = world.sim.pay(&number_of, None).await;
        let asked = world.query(&number).await;
        seen.push((asked.status.as_u16(), asked.dropped));
        let closed = world.close(&number).await;
        seen.push((closed.status.as_u16(), closed.dropped));
    }
    world.sim.advance(Duration::from_secs(600)).await;
    let view = world.sim.fault_script();
    let counts = view.faults.iter().flat_map(|fault| [fault.matched, fault.applied]).collect();
    (seen, counts, world.mailbox.count(), world.sim.books().balanced())
}

fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_same_seed_gives_the_same_run_and_the_books_balance(seed in 0_u32..1_000_000, share in 50_u16..500) {
        let (one, other) = (in_paused_time(run(seed, share)), in_paused_time(run(seed, share)));
        prop_assert!(one.3);
        prop_assert_eq!(one, other);
    }
}

#[test]
fn another_seed_gives_another_run() {
    assert_ne!(in_paused_time(run(1, 200)), in_paused_time(run(2, 200)));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_back_to_a_snapshot_goes_on_the_same() {
    let world = World::new();
    script(&world, "seed = 3\n[[fault]]\ncall = \"query\"\nshare = 500\ntimes = 20\ndo = \"too_many\"");
    let asks = async || {
        let mut seen = Vec::new();
        for _ in 0..30 {
            seen.push(world.query("T20260301A").await.status.as_u16());
        }
        seen
    };
    asks().await;
    let (snapshot, counts) = (world.sim.snapshot(), world.sim.fault_script());
    let first = asks().await;
    world.sim.set_fault_script(tongbao_sim::FaultScript::default());
    world.sim.restore(snapshot.as_bytes()).unwrap();
    assert_eq!(world.sim.fault_script(), counts);
    assert_eq!(asks().await, first);
    world.sim.reset();
    assert!(world.sim.fault_script().faults.is_empty(), "the settings had none");
}

#[tokio::test(start_paused = true)]
async fn a_reset_goes_back_to_the_script_of_the_settings_from_its_beginning() {
    let toml = "[[fault]]\ncall = \"query\"\ntimes = 1\ndo = \"too_many\"";
    let world = World::with(|settings| {
        settings.fault_script = Some(tongbao_sim::FaultScript::from_toml(toml).unwrap());
    });
    for _ in 0..2 {
        assert_eq!(world.query("T20260301A").await.status, 429);
        assert_eq!(world.query("T20260301A").await.status, 404);
        world.sim.set_fault_script(tongbao_sim::FaultScript::default());
        world.sim.reset();
    }
}
