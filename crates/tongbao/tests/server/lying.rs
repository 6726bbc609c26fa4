//! Notifications that are truly signed and say what is not so.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tongbao_sdk::Signer;

use crate::world::{Plan, STAND_IN, World};

const NONCE: &str = "0123456789AB";

/// A refund notice as the platform signs and seals one, sent to the server.
async fn refund_notice(world: &World, plain: &Value) -> StatusCode {
    let env = world.sim.env();
    let key = UnboundKey::new(&AES_256_GCM, env.merchants[0].apiv3_key.as_bytes()).expect("32 bytes");
    let nonce = Nonce::try_assume_unique_for_key(NONCE.as_bytes()).expect("12 bytes");
    let mut sealed = plain.to_string().into_bytes();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, Aad::from("refund"), &mut sealed)
        .expect("it seals");
    let resource = json!({ "algorithm": "AEAD_AES_256_GCM", "ciphertext": STANDARD.encode(sealed),
        "nonce": NONCE, "associated_data": "refund", "original_type": "refund" });
    let now = world.clock.now();
    let body = json!({ "id": "n-1", "create_time": now.rfc3339(), "event_type": "REFUND.SUCCESS",
        "resource_type": "encrypt-resource", "summary": "退款成功", "resource": resource })
    .to_string();
    let message = format!("{}\n{NONCE}\n{body}\n", now.seconds());
    let signature = Signer::stand_in(STAND_IN).sign(message.as_bytes()).expect("the stand-in signs");
    let request = Request::post("/notify/main/v3")
        .header("wechatpay-timestamp", now.seconds().to_string())
        .header("wechatpay-nonce", NONCE)
        .header("wechatpay-serial", env.platform_public_key.expect("public-key mode").id)
        .header("wechatpay-signature", STANDARD.encode(signature))
        .body(Full::new(Bytes::from(body)))
        .expect("a request");
    world.try_call(request).await.expect("the server runs").0
}

/// The notice of a refund of one yuan of a paid order, which nobody here asked for.
async fn notice_of_a_paid_order(world: &World, order_no: &str) -> Value {
    world.order(order_no, "payer-1").await;
    world.pay(order_no, "payer-1").await;
    world.wait(std::time::Duration::from_secs(1)).await;
    let order = world.stored(order_no);
    let payment = order.settling_payment().expect("paid");
    let receipt = payment.receipt().expect("paid");
    json!({ "mchid": order.mchid, "out_trade_no": payment.out_trade_no,
        "transaction_id": receipt.transaction_id, "out_refund_no": "by-hand-1",
        "refund_id": "50000000000000000000000000001", "refund_status": "SUCCESS",
        "success_time": world.clock.now().rfc3339(), "user_received_account": "支付用户零钱",
        "amount": { "total": 990, "refund": 100, "payer_total": 990, "payer_refund": 100 } })
}

#[tokio::test(start_paused = true)]
async fn a_refund_of_another_merchant_is_refused_and_changes_nothing() {
    let world = World::new(Plan::default());
    let mut notice = notice_of_a_paid_order(&world, "A1").await;
    let before = world.stored("A1");
    notice["mchid"] = json!("1900000099");
    assert_eq!(refund_notice(&world, &notice).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.stored("A1"), before);
    let counted = world.running().metrics.render();
    assert!(counted.contains("tongbao_notifications_total{outcome=\"contradicts\"} 1"), "{counted}");
    notice["mchid"] = json!(before.mchid);
    assert_eq!(refund_notice(&world, &notice).await, StatusCode::NO_CONTENT, "a refund made by hand is ours");
    assert_eq!(world.stored("A1").refunded().get(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_refund_of_more_than_was_paid_is_counted_by_the_member_that_lies() {
    let world = World::new(Plan::default());
    let mut notice = notice_of_a_paid_order(&world, "A1").await;
    notice["amount"]["refund"] = json!(9_900);
    assert_eq!(refund_notice(&world, &notice).await, StatusCode::UNPROCESSABLE_ENTITY);
    let order = world.stored("A1");
    assert_eq!((order.refunds.len(), order.needs_a_person()), (0, true));
    assert!(order.quarantine.expect("kept").theirs.contains("by-hand-1"), "a person must find the refund");
    let counted = world.running().metrics.render();
    assert!(counted.contains("tongbao_quarantined_total{outcome=\"amount.refund\"} 1"), "{counted}");
}

#[tokio::test(start_paused = true)]
async fn one_refund_number_for_two_orders_contradicts_and_changes_nothing() {
    let world = World::new(Plan::default());
    let first = notice_of_a_paid_order(&world, "A1").await;
    assert_eq!(refund_notice(&world, &first).await, StatusCode::NO_CONTENT);
    let second = notice_of_a_paid_order(&world, "A2").await;
    let before = world.stored("A2");
    assert_eq!(refund_notice(&world, &second).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.stored("A2"), before);
}
