//! How a merchant stands: v3.md §1.6 (certificates), §1.8 (no key), §2.2 and §3 (products, risk); miniprogram.md §3.

use serde_json::{Value, json};
use tongbao_sim::{CertificateStanding, Standing};

use super::{Request, refused};
use crate::people::ask;
use crate::world::{World, number};

async fn with_certificate(certificate: CertificateStanding, sentence: &str) {
    let world = World::new();
    assert!(world.sim.set_standing(&world.mchid(), Standing { certificate, ..Standing::default() }));
    refused(&world, Request::jsapi(&world), (401, "SIGN_ERROR", "", sentence)).await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_certificate_is_named() {
    with_certificate(CertificateStanding::Expired, "商户证书已过期").await;
}

#[tokio::test(start_paused = true)]
async fn a_revoked_certificate_is_named() {
    with_certificate(CertificateStanding::Revoked, "商户证书已作废").await;
}

#[tokio::test(start_paused = true)]
async fn a_replaced_certificate_is_named() {
    with_certificate(CertificateStanding::Replaced, "已更换证书，请使用新证书").await;
}

#[tokio::test(start_paused = true)]
async fn a_merchant_without_a_certificate_is_told() {
    with_certificate(CertificateStanding::None, "商户未申请过证书。").await;
}

#[tokio::test(start_paused = true)]
async fn why_names_the_certificate_and_not_the_signature() {
    let world = World::new();
    let standing = Standing { certificate: CertificateStanding::Revoked, ..Standing::default() };
    world.sim.set_standing(&world.mchid(), standing);
    Request::jsapi(&world).send(&world).await.refused(401, "SIGN_ERROR");
    let why = world.sim.exchanges()[0].clone();
    let told = ask(&world, "GET", &format!("exchanges/{}", why.id), &Value::Null).await.json();
    let verdict = told["why"]["verdict"]["zh"].as_str().unwrap();
    assert!(verdict.contains("作废"), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn without_an_apiv3_key_calls_are_refused_and_nothing_is_notified() {
    let world = World::new();
    world.created("T20260301A").await;
    let standing = Standing { apiv3_key_unset: true, ..Standing::default() };
    world.sim.set_standing(&world.mchid(), standing);
    world.query("T20260301A").await.refused(401, "SIGN_ERROR");
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
    assert_eq!(world.mailbox.count(), 0);
    world.sim.set_standing(&world.mchid(), Standing::default());
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_merchant_takes_no_orders() {
    let world = World::new();
    world.sim.set_standing(&world.mchid(), Standing { disabled: true, ..Standing::default() });
    let told = (400, "INVALID_REQUEST", "268443715", "商户状态为不可用或者已经注销");
    refused(&world, Request::jsapi(&world), told).await;
}

#[tokio::test(start_paused = true)]
async fn a_restricted_merchant_takes_no_orders_and_is_not_paid() {
    let world = World::new();
    world.created("T20260301A").await;
    let standing = Standing { collection_restricted: true, ..Standing::default() };
    world.sim.set_standing(&world.mchid(), standing);
    let told = (403, "RULE_LIMIT", "268448010", "此商家的收款功能已被限制");
    refused(&world, Request::native(&world).with(|body| body["out_trade_no"] = json!("T20260301N")), told)
        .await;
    let why = world.sim.pay(&number("T20260301A"), None).await.unwrap_err();
    assert_eq!(why.code(), "merchant_restricted");
    world.sim.set_standing(&world.mchid(), Standing::default());
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_product_that_is_not_opened_is_a_permission_and_other_scenes_go_on() {
    let world = World::new();
    let mchid = world.mchid();
    let path = format!("merchants/{mchid}/standing");
    ask(&world, "POST", &path, &json!({"closed_scenes": ["NATIVE"]})).await;
    let told = (403, "NO_AUTH", "268435459", "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试");
    refused(&world, Request::native(&world), told).await;
    Request::jsapi(&world).accepted(&world).await;
}

#[tokio::test(start_paused = true)]
async fn a_providers_order_needs_the_sub_merchants_standing() {
    let world = World::new();
    let sub = world.env.merchants[2].mchid.clone();
    world.sim.set_standing(&sub, Standing { collection_restricted: true, ..Standing::default() });
    let told = (403, "RULE_LIMIT", "268448010", "此商家的收款功能已被限制");
    refused(&world, Request::partner(&world), told).await;
}

#[tokio::test(start_paused = true)]
async fn a_standing_is_told_and_bad_ones_are_refused() {
    let world = World::new();
    let path = format!("merchants/{}/standing", world.mchid());
    let good = ask(&world, "GET", &path, &Value::Null).await.json();
    assert_eq!((&good["certificate"], &good["disabled"]), (&"valid".into(), &false.into()));
    for bad in [json!({"closed_scenes": ["JSAPY"]}), json!({"certificate": "lost"}), json!({"closed": true})]
    {
        assert_eq!(ask(&world, "POST", &path, &bad).await.status, 400, "{bad}");
    }
    assert_eq!(ask(&world, "GET", &path, &Value::Null).await.json(), good);
    assert_eq!(ask(&world, "GET", "merchants/1900009999/standing", &Value::Null).await.status, 404);
}
