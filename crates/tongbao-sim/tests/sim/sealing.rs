//! Sensitive members from the merchant's side, on the `rsa` crate alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use serde_json::json;
use tongbao_sim::KeyMode;

use crate::world::{Draft, World};

/// Opens with the merchant's private key.
pub(crate) fn opened_by_merchant(world: &World, sealed: &str) -> String {
    let key = RsaPrivateKey::from_pkcs8_pem(&world.env.merchants[0].private_key_pem).unwrap();
    let plain = key.decrypt(Oaep::new::<sha1::Sha1>(), &STANDARD.decode(sealed).unwrap()).unwrap();
    String::from_utf8(plain).unwrap()
}

/// Seals for the platform's public key.
pub(crate) fn seal(world: &World, plain: &str) -> String {
    let key =
        RsaPublicKey::from_public_key_pem(&world.env.platform_public_key.as_ref().unwrap().pem).unwrap();
    let mut chance = rsa::rand_core::OsRng;
    STANDARD.encode(key.encrypt(&mut chance, Oaep::new::<sha1::Sha1>(), plain.as_bytes()).unwrap())
}

/// A request that says which key its members are sealed for.
pub(crate) fn with_serial(world: &World, mut draft: Draft) -> Draft {
    draft.headers.push(("wechatpay-serial", world.env.platform_public_key.as_ref().unwrap().id.clone()));
    draft
}

#[tokio::test(start_paused = true)]
async fn the_self_test_echoes_seals_and_notifies() {
    let world = World::new();
    let body = json!({
        "echo_message": "ping", "encrypted_echo_message": seal(&world, "机密"),
        "notify_url": "http://127.0.0.1:8080/echo",
    });
    let told = world.send(with_serial(&world, world.draft("POST", ECHO, &body.to_string()))).await;
    assert_eq!(told.json()["echo_message"], "ping", "{told:?}");
    assert_eq!(opened_by_merchant(&world, told.json()["encrypted_echo_message"].as_str().unwrap()), "机密");
    world.sim.advance(std::time::Duration::from_secs(1)).await;
    let letter = world.mailbox.letter(0);
    assert!(world.verifies(letter.headers(), letter.body()));
    let envelope: serde_json::Value = serde_json::from_slice(letter.body()).unwrap();
    assert_eq!(envelope["event_type"], "SECURITY_ECHO.SUCCESS");
    assert_eq!(envelope["resource"]["original_type"], "security");
    let plain: serde_json::Value = serde_json::from_slice(&world.open(&envelope["resource"])).unwrap();
    assert_eq!(plain["echo_message"], "ping");
    assert_eq!(opened_by_merchant(&world, plain["encrypt_echo_message"].as_str().unwrap()), "机密");
}

#[tokio::test(start_paused = true)]
async fn sealed_members_need_the_serial_of_the_key_that_opens_them() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Both);
    let body = json!({"echo_message": "ping", "encrypted_echo_message": seal(&world, "机密")}).to_string();
    let told = world.send(world.draft("POST", ECHO, &body)).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
    let mut other = world.draft("POST", ECHO, &body);
    other
        .headers
        .push(("wechatpay-serial", world.env.platform_certificate.as_ref().unwrap().serial_no.clone()));
    let told = world.send(other).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.json()["detail"]["field"], "/encrypted_echo_message");
    assert_eq!(world.send(with_serial(&world, world.draft("POST", ECHO, &body))).await.status, 200);
    for odd in ["not base64", "aGVsbG8="] {
        let body = json!({"echo_message": "ping", "encrypted_echo_message": odd}).to_string();
        world.send(with_serial(&world, world.draft("POST", ECHO, &body))).await.refused(400, "PARAM_ERROR");
    }
}

#[tokio::test(start_paused = true)]
async fn the_serial_is_missed_before_the_body_is_judged() {
    let world = World::new();
    let body = json!({"encrypted_echo_message": "x", "unknown": 1}).to_string();
    let told = world.send(world.draft("POST", ECHO, &body)).await;
    assert_eq!(told.message(), "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
    let told = world.send(with_serial(&world, world.draft("POST", ECHO, &body))).await;
    assert_eq!(told.json()["detail"]["field"], "/echo_message");
}

const ECHO: &str = "/v3/security/echo";
