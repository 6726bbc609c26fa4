//! `/v3/certificates` and the choice of keys (v3.md §1.8).

use serde_json::Value;
use tongbao_sim::KeyMode;

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_downloaded_certificate_opens_to_the_platforms() {
    for mode in [KeyMode::Certificate, KeyMode::Both] {
        let world = World::with(|settings| settings.key_mode = mode);
        let told = world.get("/v3/certificates").await;
        assert!(world.verifies(&told.headers, &told.body));
        let entry = &told.json()["data"][0];
        let certificate = world.env.platform_certificate.as_ref().unwrap();
        assert_eq!(entry["serial_no"], certificate.serial_no);
        assert_eq!(certificate.serial_no.len(), 40);
        assert_eq!(entry["encrypt_certificate"]["associated_data"], "certificate");
        assert_eq!(world.open(&entry["encrypt_certificate"]), certificate.pem.as_bytes());
        assert!(entry["effective_time"].as_str().unwrap().ends_with("+08:00"));
    }
}

#[tokio::test(start_paused = true)]
async fn in_public_key_mode_there_is_no_certificate() {
    let world = World::with(|settings| settings.key_mode = KeyMode::PublicKey);
    let told = world.get("/v3/certificates").await;
    told.refused(404, "RESOURCE_NOT_EXISTS");
    assert!(told.message().starts_with("无可用的平台证书"));
    assert!(world.env.platform_certificate.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_algorithm_type_is_checked() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Certificate);
    for (query, status) in [("RSA", 200), ("ALL", 200), ("SM2", 404), ("DSA", 400)] {
        let told = world.get(&format!("/v3/certificates?algorithm_type={query}")).await;
        assert_eq!(told.status.as_u16(), status, "{query}");
    }
}

/// What signs an answer when the request names `serial`.
async fn check(mode: KeyMode, serial: Option<String>) -> Option<String> {
    let world = World::with(|settings| settings.key_mode = mode);
    world.created("T20260301A").await;
    let mut draft = world.draft("GET", "/v3/pay/transactions/out-trade-no/T20260301A?mchid=1900000001", "");
    draft.headers.extend(serial.map(|serial| ("wechatpay-serial", serial)));
    let told = world.send(draft).await;
    (told.status == 200 && world.verifies(&told.headers, &told.body))
        .then(|| told.header("wechatpay-serial").to_owned())
}

#[tokio::test(start_paused = true)]
async fn answers_follow_the_serial_of_the_request() {
    let env = World::with(|settings| settings.key_mode = KeyMode::Both).env;
    let certificate = Some(env.platform_certificate.unwrap().serial_no);
    let public = Some(env.platform_public_key.unwrap().id);
    for (mode, asked, signed) in [
        (KeyMode::Both, &None, &certificate),
        (KeyMode::Both, &public, &public),
        (KeyMode::Both, &certificate, &certificate),
        (KeyMode::Certificate, &None, &certificate),
        (KeyMode::Certificate, &public, &None),
        (KeyMode::PublicKey, &None, &public),
        (KeyMode::PublicKey, &certificate, &None),
    ] {
        assert_eq!(&check(mode, asked.clone()).await, signed, "{mode:?} {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_id_is_new_every_time() {
    let world = World::with(|settings| settings.key_mode = KeyMode::Certificate);
    let first = world.get("/v3/certificates").await;
    let second = world.get("/v3/certificates").await;
    assert_ne!(first.header("request-id"), second.header("request-id"));
    assert_ne!(first.json(), Value::Null);
}
