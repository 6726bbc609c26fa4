//! v3.md §5: refunds beyond the limits that `refunds` tests.

use std::time::Duration;

use serde_json::{Value, json};
use tongbao_wire::{Fen, OutRefundNo, RefundStatus};

use super::{Request, refused};
use crate::world::{REFUNDS, World};

fn refund_no() -> OutRefundNo {
    OutRefundNo::parse("R1").unwrap()
}

async fn told(world: &World) -> Value {
    world.get(&format!("{REFUNDS}/R1")).await.json()
}

/// A paid order whose refund R1 has become abnormal.
async fn abnormal(world: &World) -> String {
    world.paid("T20260301A").await;
    let refund_id =
        world.refund("T20260301A", "R1", 40).await.json()["refund_id"].as_str().unwrap().to_owned();
    world.sim.set_payer_abnormal("payer-1", true);
    world.sim.advance(Duration::from_secs(3)).await;
    assert_eq!(told(world).await["status"], "ABNORMAL", "the payer's account was gone when it should arrive");
    refund_id
}

fn another_way(world: &World, refund_id: &str, body: Value) -> Request {
    let target = format!("{REFUNDS}/{refund_id}/apply-abnormal-refund");
    Request::jsapi(world).to(&target).with(|it| *it = body)
}

#[tokio::test(start_paused = true)]
async fn a_barred_payer_is_refunded_nothing() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.sim.set_payer_abnormal("payer-1", true);
    let told = world.refund("T20260301A", "R1", 40).await;
    told.refused(403, "USER_ACCOUNT_ABNORMAL");
}

#[tokio::test(start_paused = true)]
async fn an_abnormal_refund_goes_to_the_merchants_account() {
    let world = World::new();
    let id = abnormal(&world).await;
    let body = json!({"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"});
    let answer = another_way(&world, &id, body).accepted(&world).await;
    assert_eq!((&answer["status"], &answer["channel"]), (&json!("PROCESSING"), &json!("OTHER_BANKCARD")));
    world.sim.advance(Duration::from_secs(3)).await;
    let told = told(&world).await;
    assert_eq!(
        (&told["status"], &told["user_received_account"]),
        (&json!("SUCCESS"), &json!("商户结算银行账户"))
    );
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn an_abnormal_refund_to_a_card_needs_sealed_members_and_their_key() {
    let world = World::new();
    let id = abnormal(&world).await;
    let card = json!({"out_refund_no": "R1", "type": "USER_BANK_CARD", "bank_type": "CMB_DEBIT"});
    let wanted = (400, "PARAM_ERROR", "268435461", "输入源“/body/bank_account”…");
    refused(&world, another_way(&world, &id, card.clone()), wanted).await;
    let mut open = card;
    open["bank_account"] = json!("6214830000000403");
    open["real_name"] = json!("张三");
    let wanted = (400, "PARAM_ERROR", "268435461", "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
    refused(&world, another_way(&world, &id, open), wanted).await;
    let other = json!({"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD", "bank_type": "XYZ_DEBIT"});
    let wanted = (400, "PARAM_ERROR", "268435461", "输入源“/body/bank_type”…");
    refused(&world, another_way(&world, &id, other), wanted).await;
}

#[tokio::test(start_paused = true)]
async fn only_an_abnormal_refund_goes_another_way() {
    let world = World::new();
    world.paid("T20260301A").await;
    let id = world.refund("T20260301A", "R1", 40).await.json()["refund_id"].as_str().unwrap().to_owned();
    let body = json!({"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"});
    let wanted = (400, "INVALID_REQUEST", "268578704", "退款单状态不是退款异常");
    refused(&world, another_way(&world, &id, body.clone()), wanted).await;
    let wanted = (404, "RESOURCE_NOT_EXISTS", "268512771", "退款单不存在");
    refused(&world, another_way(&world, "50000000", body), wanted).await;
}

#[tokio::test(start_paused = true)]
async fn named_accounts_add_up_and_are_told_again() {
    let world = World::new();
    world.paid("T20260301A").await;
    let refund = |amount: i64| {
        Request::jsapi(&world).to(REFUNDS).with(|body| {
            *body = json!({
                "out_trade_no": "T20260301A", "out_refund_no": "R1",
                "amount": {"refund": 40, "total": 100, "currency": "CNY",
                           "from": [{"account": "AVAILABLE", "amount": amount}]},
            });
        })
    };
    refused(&world, refund(39), (400, "PARAM_ERROR", "268435461", "输入源“/body/amount/from”…")).await;
    let told = refund(40).accepted(&world).await;
    assert_eq!(told["amount"]["from"], json!([{"account": "AVAILABLE", "amount": 40}]));
}

#[tokio::test(start_paused = true)]
async fn a_refund_may_wait_for_money_and_is_closed_after_seven_days() {
    let world = World::with(|settings| settings.switches.refunds_wait_for_money = true);
    world.paid("T20260301A").await;
    world.paid("T20260301B").await;
    let available = world.sim.books().merchants[&world.mchid()].available;
    assert!(world.sim.withdraw(&world.mchid(), available));
    assert_eq!(world.refund("T20260301A", "R1", 100).await.json()["status"], "PROCESSING");
    assert_eq!(world.sim.force_refund(&world.mchid(), &refund_no(), RefundStatus::Success), None);
    world.sim.advance(Duration::from_secs(6 * 86_400)).await;
    assert_eq!(told(&world).await["status"], "PROCESSING");
    world.sim.advance(Duration::from_secs(86_400)).await;
    assert_eq!(told(&world).await["status"], "CLOSED");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn a_waiting_refund_goes_on_when_the_money_comes() {
    let world = World::with(|settings| settings.switches.refunds_wait_for_money = true);
    world.paid("T20260301A").await;
    let available = world.sim.books().merchants[&world.mchid()].available;
    world.sim.withdraw(&world.mchid(), available);
    world.refund("T20260301A", "R1", 100).await;
    world.paid("T20260301C").await;
    world.sim.advance(Duration::from_secs(3602)).await;
    assert_eq!(told(&world).await["status"], "SUCCESS");
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded, Fen::new(100));
}
