//! State that outlives what happens: snapshots, reset, and the data directory.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_wire::{Fen, TradeState};

use crate::people::ask;
use crate::world::{World, number};

/// A world in which everything common has happened.
async fn lived_in(world: &World) {
    world.paid("T20260301").await;
    world.created("T20260302").await;
    world.refund("T20260301", "R1", 30).await;
    world.sim.advance(Duration::from_secs(3600)).await;
    world.created("T20260303").await;
    world.close("T20260303").await;
    let code = world.sim.login_code(&world.env.merchants[0].apps[0].appid, None);
    assert!(code.is_ok());
    let script = "seed = 7\n[[fault]]\ncall = \"query\"\nshare = 500\ndo = \"too_many\"\n";
    world.sim.set_fault_script(tongbao_sim::FaultScript::from_toml(script).unwrap());
    for _ in 0..5 {
        world.query("T20260301").await;
    }
    assert_eq!(world.sim.fault_script().faults[0].matched, 5);
}

/// The state without what every reading moves on.
fn state(world: &World) -> Value {
    serde_json::from_slice(world.sim.snapshot().as_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_back_orders_money_and_the_clock() {
    let world = World::new();
    lived_in(&world).await;
    let (snapshot, before, books) = (world.sim.snapshot(), state(&world), world.sim.books());
    world.paid("T20260304").await;
    world.sim.advance(Duration::from_secs(8 * 86_400)).await;
    assert_ne!(state(&world), before);
    world.sim.restore(snapshot.as_bytes()).unwrap();
    assert_eq!(state(&world), before);
    assert_eq!(world.sim.books(), books);
    let open = world.sim.order(&world.mchid(), &number("T20260302")).unwrap();
    assert_eq!(open.trade_state, TradeState::NotPay);
    assert!(world.sim.order(&world.mchid(), &number("T20260304")).is_none());
    // The world goes on from there.
    world.sim.pay(&number("T20260302"), None).await.unwrap();
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn a_reset_leaves_the_people_and_nothing_else() {
    let world = World::new();
    let fresh = world.sim.books();
    lived_in(&world).await;
    world.sim.reset();
    assert_eq!(world.sim.books(), fresh);
    assert!(world.sim.orders().is_empty() && world.sim.notifications().is_empty());
    assert_eq!(world.sim.ahead(), Duration::ZERO);
    world.paid("T20260301").await;
    assert_eq!(world.sim.books().merchants[&world.mchid()].paid, Fen::new(100));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_snapshot_changes_nothing() {
    let world = World::new();
    lived_in(&world).await;
    let before = state(&world);
    for wrong in ["", "{}", r#"{"form":2}"#, r#"{"form":3,"sha256":"","state":{}}"#, "[1"] {
        assert!(world.sim.restore(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(state(&world), before);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_was_changed_by_hand_changes_nothing() {
    let world = World::new();
    lived_in(&world).await;
    let before = state(&world);
    let written: Value = serde_json::from_slice(world.sim.snapshot().as_bytes()).unwrap();
    for (key, was, wrong) in [
        ("issued", None, 1),
        ("available_fen", None, -5),
        ("total", Some(100), i64::MAX),
        ("total", Some(100), -1),
        ("number", None, 77),
    ] {
        let mut changed = written.clone();
        assert!(write_over(&mut changed["state"], key, was, wrong), "{key} is there");
        let told = ask(&world, "POST", "restore", &changed).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "bad_snapshot"), "{key}: {told:?}");
        assert!(told.json()["detail"].as_str().unwrap().contains("was changed"), "{told:?}");
    }
    assert_eq!(state(&world), before);
    // Laid out anew it is the same.
    world.sim.restore(serde_json::to_string_pretty(&written).unwrap().as_bytes()).unwrap();
    assert_eq!(state(&world), before);
}

/// Writes over the first number of this name, of this value if one is said.
fn write_over(value: &mut Value, key: &str, was: Option<i64>, wrong: i64) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().any(|(name, member)| {
            if name == key && member.is_i64() && was.is_none_or(|was| *member == was) {
                *member = wrong.into();
                return true;
            }
            write_over(member, key, was, wrong)
        }),
        Value::Array(members) => members.iter_mut().any(|member| write_over(member, key, was, wrong)),
        _ => false,
    }
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_taken_and_restored_by_name() {
    let world = World::new();
    world.paid("T20260301").await;
    let taken = world.control("/sim/v1/snapshots", &json!({ "name": "paid" })).await;
    assert_eq!(taken.status, 201);
    world.control("/sim/v1/reset", &json!({})).await;
    assert!(world.sim.orders().is_empty());
    assert_eq!(world.control("/sim/v1/snapshots/paid/restore", &json!({})).await.status, 200);
    assert_eq!(world.sim.orders().len(), 1);
    let unknown = world.control("/sim/v1/snapshots/other/restore", &json!({})).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (404, "unknown_snapshot"));
    let unnamed = world.control("/sim/v1/snapshots", &json!({ "name": "a/b" })).await;
    assert_eq!((unnamed.status.as_u16(), unnamed.code().as_str()), (400, "bad_request"));
}

#[cfg(feature = "data")]
mod directory {
    use std::path::PathBuf;

    use serde_json::json;
    use tongbao_sim::{CryptoSettings, KeptSettings, KeyMode, Settings};

    use super::{World, ask, lived_in, number, state};
    use crate::world::seeded;

    /// A directory of this test alone, empty, gone at the end.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tongbao-sim-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_simulator_that_starts_again_goes_on_where_it_was() {
        let directory = Directory::new("again");
        let open = || World::with(|settings| settings.data = Some(directory.0.clone()));
        let world = open();
        lived_in(&world).await;
        let (before, books, ahead) = (state(&world), world.sim.books(), world.sim.ahead());
        let faults = world.sim.fault_script();
        drop(world);
        let world = open();
        assert_eq!(state(&world), before);
        assert_eq!(world.sim.fault_script(), faults);
        assert_eq!((world.sim.books(), world.sim.ahead()), (books, ahead));
        world.sim.pay(&number("T20260302"), None).await.unwrap();
        drop(world);
        let world = open();
        assert!(world.sim.books().balanced());
        assert_eq!(world.sim.orders().len(), 3);
        world.sim.reset();
        drop(world);
        assert!(open().sim.orders().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_that_cannot_be_read_makes_the_simulator_unhealthy() {
        let directory = Directory::new("damaged");
        let open = || World::with(|settings| settings.data = Some(directory.0.clone()));
        let world = open();
        lived_in(&world).await;
        let health = ask(&world, "GET", "health", &json!(null)).await;
        assert_eq!((health.status.as_u16(), &health.json()["data"]), (200, &json!("ok")));
        drop(world);
        let file = directory.0.join("simulator.sqlite");
        let mut bytes = std::fs::read(&file).unwrap();
        for at in 0..bytes.len() {
            if bytes[at..].starts_with(b"\"created_at\"") {
                bytes[at + 1] = b'x';
            }
        }
        std::fs::write(&file, bytes).unwrap();
        let world = open();
        assert!(world.sim.orders().is_empty());
        let health = ask(&world, "GET", "health", &json!(null)).await;
        assert_eq!((health.status.as_u16(), &health.json()["status"]), (503, &json!("failing")));
        assert_eq!(health.json()["data"], json!("unreadable"));
    }

    #[tokio::test(start_paused = true)]
    async fn one_directory_serves_one_simulator_at_a_time() {
        let directory = Directory::new("one");
        let first = World::with(|settings| settings.data = Some(directory.0.clone()));
        first.paid("T20260301").await;
        let mut settings = tongbao_sim::Settings::local(
            tongbao_wire::seam::Clock::fixed(first.sim.now()),
            crate::world::seeded(8),
            first.mailbox.clone(),
            "http://127.0.0.1:8090".into(),
        );
        settings.crypto = tongbao_sim::CryptoSettings::Fixed;
        settings.data = Some(directory.0.clone());
        let refused = tongbao_sim::Simulator::new(settings).err().map(|error| error.to_string());
        assert!(refused.is_some_and(|text| text.starts_with("data: ")));
    }

    #[tokio::test(start_paused = true)]
    async fn merchants_keys_and_switches_are_those_of_the_last_run() {
        let directory = Directory::new("identity");
        // Another seed each time: nothing is drawn twice alike.
        let mut seed = 0;
        let mut open = |change: fn(&mut Settings)| {
            seed += 1;
            World::with(|settings| {
                settings.chance = seeded(seed);
                settings.crypto = CryptoSettings::Generate;
                settings.key_mode = KeyMode::Both;
                settings.merchants.truncate(1);
                settings.switches.refund_spacing = true;
                settings.data = Some(directory.0.clone());
                change(settings);
            })
        };
        let world = open(|_| {});
        let told = ask(&world, "POST", "merchants", &json!({"mchid": "1900000201"})).await;
        assert_eq!(told.status, 201);
        world.sim.rotate_platform_certificate().unwrap();
        world.sim.set_apiv3_key(&world.mchid(), Some(&"K".repeat(32))).unwrap();
        world.paid("T20260301").await;
        let env = serde_json::to_value(world.sim.env()).unwrap();
        let (books, keys) = (world.sim.books(), world.sim.keys());
        drop(world);
        let kept = KeptSettings::of(&directory.0).unwrap().unwrap();
        assert!(kept.switches.refund_spacing && !kept.published);
        assert_eq!((kept.key_mode, kept.merchants.len()), (KeyMode::Both, 2));
        let world = open(|settings| settings.switches.refund_spacing = false);
        assert_eq!(serde_json::to_value(world.sim.env()).unwrap(), env, "down to the last key");
        assert_eq!((world.sim.books(), world.sim.keys()), (books, keys));
        assert_eq!(world.query("T20260301").await.json()["trade_state"], "SUCCESS");
        world.sim.reset();
        world.sim.retire_platform_certificates();
        drop(world);
        assert!(!KeptSettings::of(&directory.0).unwrap().unwrap().switches.refund_spacing, "the latest rule");
        let world = open(|_| {});
        assert_eq!(world.sim.merchants().len(), 2, "a reset leaves merchants");
        assert_eq!(world.sim.keys().certificate_serials.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn keys_of_another_kind_than_the_directorys_are_refused_and_published_ones_stay_published() {
        let directory = Directory::new("kinds");
        let settings = |crypto: CryptoSettings| {
            let mut settings = Settings::local(
                tongbao_wire::seam::Clock::fixed(tongbao_wire::Timestamp::from_seconds(crate::world::START)),
                seeded(9),
                std::sync::Arc::new(crate::world::Mailbox::default()),
                "http://127.0.0.1:8090".into(),
            );
            settings.merchants.truncate(1);
            settings.crypto = crypto;
            settings.data = Some(directory.0.clone());
            settings
        };
        drop(tongbao_sim::Simulator::new(settings(CryptoSettings::Generate)).unwrap());
        let refused = tongbao_sim::Simulator::new(settings(CryptoSettings::Fixed)).err().unwrap().to_string();
        assert!(refused.starts_with("data: ") && refused.contains("--fixed-keys"), "{refused}");
        std::fs::remove_dir_all(&directory.0).unwrap();
        drop(tongbao_sim::Simulator::new(settings(CryptoSettings::Fixed)).unwrap());
        let again = tongbao_sim::Simulator::new(settings(CryptoSettings::Generate)).unwrap();
        assert_eq!(again.merchants()[0].keys, "published");
    }

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn the_directory_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = Directory::new("rights");
        let world = World::with(|settings| settings.data = Some(directory.0.clone()));
        world.paid("T20260301").await;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&directory.0), 0o700);
        for entry in std::fs::read_dir(&directory.0).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
}
