//! Close (v2.md §3.2).

use std::time::Duration;

use super::client::{CLOSE, Form};
use crate::world::{World, number};

async fn close(world: &World, out_trade_no: &str) -> super::client::Said {
    Form::new(world, CLOSE).with("out_trade_no", out_trade_no).send(world).await
}

#[tokio::test(start_paused = true)]
async fn a_closed_order_can_no_longer_be_paid() {
    let world = World::new();
    world.ordered_v2("V20260301A").await;
    assert_eq!(close(&world, "V20260301A").await.succeeded().get("result_msg"), "OK");
    assert!(world.sim.pay(&number("V20260301A"), None).await.is_err());
    close(&world, "V20260301A").await.failed("ORDERCLOSED", "该订单已关闭");
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_is_not_closed() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    close(&world, "V20260301A").await.failed("ORDERPAID", "该订单已支付");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_order_does_not_exist() {
    let world = World::new();
    close(&world, "V20260301A").await.failed("ORDERNOTEXIST", "订单不存在");
}

#[tokio::test(start_paused = true)]
async fn an_order_must_be_five_minutes_old_by_switch() {
    let world = World::with(|settings| settings.switches.v2_close_after = Duration::from_secs(300));
    world.ordered_v2("V20260301A").await;
    let early = close(&world, "V20260301A").await;
    assert_eq!(early.get("err_code"), "TRADE_STATE_ERROR", "{}", early.text());
    world.sim.advance(Duration::from_secs(300)).await;
    close(&world, "V20260301A").await.succeeded();
}
