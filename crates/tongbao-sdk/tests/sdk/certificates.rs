//! Certificate mode: download, verification by what was downloaded, rotation.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::Response;
use tongbao_sdk::{CallErrorKind, Client, Hosts, MerchantKey, PlatformKeys, SignatureFault, Signer};
use tongbao_wire::Timestamp;
use tongbao_wire::seam::{Chance, Clock};

use crate::scripted::{
    NOW, PREPAID, Plan, Reply, Scripted, client_with, encrypted, merchant, order, signature_headers, signed,
    stand_in_keys, unsigned, with_signature,
};

const SERIAL: &str = "D7CE59D1F522D701";
const PEM: &[u8] = include_bytes!("../published/go_platform_certificate.pem");

fn platform() -> Signer {
    MerchantKey::with_serial(include_bytes!("../published/go_key.pem"), SERIAL).unwrap().signer()
}

/// Answers of a platform that signs with its certificate's key.
fn answer(at: i64, body: String) -> Reply {
    let mut response = Response::new(Bytes::from(body));
    *response.headers_mut() = signature_headers(&platform(), SERIAL, at, response.body());
    Ok(response)
}

fn list_of(pem: &[u8], serial: &str) -> String {
    let ciphertext = encrypted(b"3a584b49ed9b", "certificate", pem);
    serde_json::json!({"data": [{
        "serial_no": serial,
        "effective_time": "2021-04-27T16:55:23+08:00",
        "expire_time": "2031-04-25T16:55:23+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM", "nonce": "3a584b49ed9b",
            "associated_data": "certificate", "ciphertext": ciphertext,
        },
    }]})
    .to_string()
}

fn list() -> String {
    list_of(PEM, SERIAL)
}

fn downloads(addresses: &[String]) -> usize {
    addresses.iter().filter(|address| address.ends_with("/v3/certificates")).count()
}

fn client(outbound: Arc<Scripted>) -> Client {
    client_with(outbound, PlatformKeys::downloaded(), Hosts::production())
}

#[tokio::test]
async fn the_first_answer_makes_the_client_download_and_then_verify() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/v3/certificates" => answer(NOW, list()),
        _ => answer(NOW, PREPAID.into()),
    });
    let client = client(outbound.clone());
    client.jsapi_prepay(&order()).await.unwrap();
    client.jsapi_prepay(&order()).await.unwrap();
    let seen = outbound.seen();
    let paths: Vec<_> = seen.iter().map(|request| request.uri().path()).collect();
    let prepay = "/v3/pay/transactions/jsapi";
    assert_eq!(paths, [prepay, "/v3/certificates", prepay]);
    assert_eq!(seen[0].headers().get("Wechatpay-Serial"), None, "nothing to announce yet");
    assert_eq!(seen[2].headers()["Wechatpay-Serial"], SERIAL);
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_download() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/v3/certificates" => answer(NOW, list()),
        _ => answer(NOW, PREPAID.into()),
    });
    let client = client(outbound.clone());
    let order = order();
    let results =
        tokio::join!(client.jsapi_prepay(&order), client.jsapi_prepay(&order), client.jsapi_prepay(&order));
    assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
    assert_eq!(downloads(&outbound.addresses()), 1);
}

#[tokio::test]
async fn an_invented_serial_causes_one_download_a_minute_and_no_more() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/v3/certificates" => answer(NOW, list()),
        _ => signed(200, PREPAID),
    });
    let seconds = Arc::new(AtomicI64::new(NOW));
    let told = seconds.clone();
    let clock = Clock::new(move || Timestamp::from_seconds(told.load(Ordering::Relaxed)));
    let keys = PlatformKeys::downloaded();
    let chance = Chance::new(|buffer| buffer.fill(7));
    let client = Client::new(merchant(), keys, Hosts::production(), outbound.clone(), clock, chance);
    // A clock that was wrong and is set back holds nothing up.
    for (after, expected) in [(0, 1), (59, 1), (60, 2), (-100, 3), (-99, 3)] {
        seconds.store(NOW + after, Ordering::Relaxed);
        let error = client.jsapi_prepay(&order()).await.unwrap_err();
        let CallErrorKind::UnverifiableAnswer(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.code(), "unknown_serial");
        assert_eq!(downloads(&outbound.addresses()), expected, "after {after} s");
    }
    assert_eq!(client.refresh_certificates_if_due().await.unwrap(), None);
    assert!(client.refresh_certificates().await.is_ok(), "asked for outright, it is not held back");
}

#[tokio::test]
async fn a_refresh_keeps_the_configured_public_key() {
    let outbound = Scripted::new(|_, _| answer(NOW, list()));
    let keys = stand_in_keys().and_downloaded();
    let client = client_with(outbound, keys.clone(), Hosts::production());
    let refreshed = client.refresh_certificates().await.unwrap();
    assert_eq!(refreshed.certificates[0].0, SERIAL);
    assert_eq!(refreshed.certificates[0].1.rfc3339(), "2031-04-25T16:55:23+08:00");
    assert!(keys.knows(SERIAL) && keys.knows("PUB_KEY_ID_STAND_IN"));
    assert_eq!(keys.announced().as_deref(), Some("PUB_KEY_ID_STAND_IN"));
}

#[tokio::test]
async fn a_download_signed_with_the_configured_public_key_is_believed() {
    let outbound = Scripted::new(|_, _| signed(200, &list()));
    let client = client_with(outbound, stand_in_keys(), Hosts::production());
    assert!(client.refresh_certificates().await.is_ok());
}

#[tokio::test]
async fn a_download_that_is_not_the_platforms_changes_nothing() {
    let other_key = || {
        let mut response = Response::new(Bytes::from(list()));
        *response.headers_mut() = signature_headers(&merchant().signer, SERIAL, NOW, response.body());
        Ok(response)
    };
    let scripts: [(Plan, &str); 6] = [
        (other_key, "unverifiable_answer"),
        (|| answer(NOW, list().replace("3a584b49ed9b", "3a584b49ed9c")), "cannot_decrypt_certificates"),
        (|| answer(NOW, list_of(PEM, "D7CE59D1F522D702")), "undecodable_answer"),
        (|| answer(NOW, list_of(b"not a certificate", SERIAL)), "undecodable_answer"),
        (|| answer(NOW - 300, list()), "unverifiable_answer"),
        (|| unsigned(200, "<html>"), "unverifiable_answer"),
    ];
    for (script, code) in scripts {
        let keys = PlatformKeys::downloaded();
        let client = client_with(Scripted::new(move |_, _| script()), keys.clone(), Hosts::production());
        let error = client.refresh_certificates().await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(keys.serials().is_empty());
    }
}

#[tokio::test]
async fn a_probe_on_the_download_is_repeated() {
    let outbound = Scripted::new(|position, _| {
        let reply = answer(NOW, list());
        if position == 0 { with_signature(reply, "WECHATPAY/SIGNTEST/x") } else { reply }
    });
    let client = client(outbound.clone());
    client.refresh_certificates().await.unwrap();
    assert_eq!(outbound.seen().len(), 2);
}

#[tokio::test]
async fn without_certificate_mode_an_unknown_serial_downloads_nothing() {
    let outbound = Scripted::new(|_, _| answer(NOW, PREPAID.into()));
    let client = client_with(outbound.clone(), stand_in_keys(), Hosts::production());
    let error = client.jsapi_prepay(&order()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::UnverifiableAnswer(SignatureFault::UnknownSerial { .. })));
    assert_eq!(downloads(&outbound.addresses()), 0);
}
