//! How many orders memory holds.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_wire::{BillDate, RefundStatus, TradeState};

use crate::people::ask;
use crate::world::{Says, World, number};

const MOST: usize = 30;

fn world() -> World {
    World::with(|settings| settings.orders_in_memory = MOST)
}

async fn told(world: &World, out_trade_no: &str) {
    world.paid(out_trade_no).await;
    world.sim.advance(Duration::ZERO).await;
}

/// What the state weighs, but for the history on people's phones, which has a bound of its own.
fn bytes(world: &World) -> usize {
    let mut snapshot: Value = serde_json::from_slice(world.sim.snapshot().as_bytes()).unwrap();
    snapshot["state"]["people"].take();
    snapshot.to_string().len()
}

async fn listed(world: &World, out_trade_no: &str) -> bool {
    world.query(out_trade_no).await.status == 200
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_over_are_forgotten_with_all_that_hangs_on_them() {
    let world = world();
    let mut weighed = 0;
    for index in 0..10 * MOST {
        let out_trade_no = format!("T{index:08}");
        told(&world, &out_trade_no).await;
        if index % 3 == 0 {
            world.refund(&out_trade_no, &format!("R{index:08}"), 30).await;
            world.sim.advance(Duration::from_secs(5)).await;
        }
        if index == 5 * MOST {
            weighed = bytes(&world);
        }
        assert!(world.sim.orders().len() <= MOST);
    }
    assert!(bytes(&world) < weighed + weighed / 5, "{weighed} at half, {} at the end", bytes(&world));
    assert!(world.sim.notifications().len() <= 2 * MOST);
    assert!(world.sim.books().balanced());
    let held = world.sim.orders_held();
    assert_eq!((held.at_most, held.refused), (Some(MOST), 0));
    assert_eq!(held.in_memory + usize::try_from(held.forgotten).unwrap(), 10 * MOST);
    assert!(listed(&world, &format!("T{:08}", 10 * MOST - 1)).await && !listed(&world, "T00000000").await);
    let health = ask(&world, "GET", "health", &Value::Null).await.json();
    assert_eq!(health["orders"]["at_most"], json!(MOST));
}

#[tokio::test(start_paused = true)]
async fn yesterdays_bill_tells_of_orders_that_are_forgotten() {
    let world = world();
    for index in 0..2 * MOST {
        told(&world, &format!("T{index:08}")).await;
    }
    world.sim.advance(Duration::from_secs(86_400)).await;
    told(&world, "T20260302").await;
    assert!(world.sim.orders().len() <= MOST);
    let bill = |day: &str| world.sim.bill(None, BillDate::parse(day).unwrap(), "ALL".parse().unwrap());
    // One more trade than bills may tell of: a day that misses one has no bill.
    assert_eq!(bill("2026-03-01").unwrap().matches("T000000").count(), 2 * MOST);
    told(&world, "T20260303").await;
    assert_eq!(bill("2026-03-01").unwrap_err().code(), "bill_forgotten");
    world.get("/v3/bill/tradebill?bill_date=2026-03-01").await.refused(500, "SYSTEM_ERROR");
    world.sim.advance(Duration::from_secs(86_400)).await;
    assert_eq!(bill("2026-03-02").unwrap().matches("T2026030").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_over_stays() {
    let world = world();
    world.created("T20260301OPEN").await;
    told(&world, "T20260301PROC").await;
    world.refund("T20260301PROC", "R1", 30).await;
    told(&world, "T20260301ABNO").await;
    world.refund("T20260301ABNO", "R2", 30).await;
    let refund = tongbao_wire::OutRefundNo::parse("R2").unwrap();
    world.sim.force_refund(&world.mchid(), &refund, RefundStatus::Abnormal);
    world.mailbox.always(Says::Status(500));
    told(&world, "T20260301TOLD").await;
    *world.mailbox.always.lock().unwrap() = None;
    let mut sharing = world.order("T20260301SHAR");
    sharing["settle_info"] = json!({"profit_sharing": true});
    world.create(&sharing).await;
    world.sim.pay(&number("T20260301SHAR"), None).await.unwrap();
    world.sim.advance(Duration::ZERO).await;
    for index in 0..3 * MOST {
        told(&world, &format!("T{index:08}")).await;
    }
    for kept in ["OPEN", "PROC", "ABNO", "TOLD", "SHAR"] {
        assert!(listed(&world, &format!("T20260301{kept}")).await, "{kept}");
    }
    // Once they are over, they go.
    world.sim.pay(&number("T20260301OPEN"), None).await.unwrap();
    world.sim.advance(Duration::from_secs(3600)).await;
    for index in 0..3 * MOST {
        told(&world, &format!("U{index:08}")).await;
    }
    for (gone, there) in [("OPEN", false), ("PROC", false), ("TOLD", false), ("ABNO", true), ("SHAR", true)] {
        assert_eq!(listed(&world, &format!("T20260301{gone}")).await, there, "{gone}");
    }
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn when_nothing_is_over_new_orders_are_refused_and_the_others_go_on() {
    let world = world();
    for index in 0..MOST {
        world.created(&format!("T{index:08}")).await;
    }
    let refused = world.create(&world.order("T20260301")).await;
    refused.refused(429, "FREQUENCY_LIMITED");
    assert_eq!(world.sim.orders().len(), MOST);
    let again = world.create(&world.order("T00000000")).await;
    assert_eq!(again.status, 200, "a number that is known needs no room");
    assert_eq!(world.sim.orders_held().refused, 1);
    told(&world, "T00000001").await;
    assert_eq!(world.create(&world.order("T20260301")).await.status, 200);
    let open = world.sim.orders().into_iter().filter(|it| it.trade_state == TradeState::NotPay).count();
    assert_eq!(open, MOST, "the paid one made room");
}

#[cfg(feature = "data")]
#[tokio::test(start_paused = true)]
async fn a_directory_has_no_bound() {
    let directory = std::env::temp_dir().join(format!("tongbao-sim-bound-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let world = World::with(|settings| {
        settings.orders_in_memory = 3;
        settings.data = Some(directory.clone());
    });
    for index in 0..10 {
        told(&world, &format!("T{index:08}")).await;
    }
    assert_eq!((world.sim.orders().len(), world.sim.orders_held().at_most), (10, None));
    std::fs::remove_dir_all(&directory).unwrap();
}
