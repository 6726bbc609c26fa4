//! 国密, end to end: a merchant with an SM2 key against a platform with one.

use std::sync::Arc;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use sm2::dsa::signature::Verifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2::pkcs8::DecodePublicKey;
use sm3::{Digest, Sm3};
use sm4::Sm4;
use tongbao_sdk::{
    ApiV3Key, CallErrorKind, Client, Content, Hosts, Merchant, MerchantKey, MerchantKeyError, PlatformKeys,
    Signer, UnsealError,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Ciphertext, Mchid, Timestamp};

use crate::notifications::PAYMENT;
use crate::scripted::{APIV3_KEY, NOW, PREPAID, Reply, Scripted, order, signature_headers};

const TYPE: &str = "WECHATPAY2-SM2-WITH-SM3";
const SERIAL: &str = "440024045C4A427599D09BB4E3DE0279F2E813FD";
const MERCHANT_SERIAL: &str = "54E7F59ED8DF4570CFB14780EA8152D45A675EE6";
const MERCHANT_KEY: &[u8] = include_bytes!("../published/java_sm2_key.pem");
const MERCHANT_CERTIFICATE: &[u8] = include_bytes!("../keys/sm2_merchant_certificate.pem");
const PLATFORM_KEY: &[u8] = include_bytes!("../keys/sm2_platform_key.pem");
const PLATFORM_CERTIFICATE: &[u8] = include_bytes!("../keys/sm2_platform_certificate.pem");
const PLATFORM_PUBLIC_KEY: &[u8] = include_bytes!("../keys/sm2_platform_public_key.pem");

fn platform() -> Signer {
    MerchantKey::with_serial(PLATFORM_KEY, SERIAL).unwrap().signer()
}

fn headers(body: &[u8]) -> HeaderMap {
    let mut headers = signature_headers(&platform(), SERIAL, NOW, body);
    headers.insert("Wechatpay-Signature-Type", HeaderValue::from_static(TYPE));
    headers
}

fn answer(body: String) -> Reply {
    let mut response = Response::new(Bytes::from(body));
    *response.headers_mut() = headers(response.body());
    Ok(response)
}

/// Base64 of `text` under SM4-GCM.
fn encrypted(associated_data: &str, text: &[u8]) -> String {
    let cipher = AesGcm::<Sm4, U12>::new_from_slice(&Sm3::digest(APIV3_KEY)[..16]).unwrap();
    let payload = Payload { msg: text, aad: associated_data.as_bytes() };
    STANDARD.encode(cipher.encrypt(&Nonce::from(*b"3a584b49ed9b"), payload).unwrap())
}

fn list() -> String {
    serde_json::json!({"data": [{
        "serial_no": SERIAL,
        "effective_time": "2021-04-27T16:55:23+08:00",
        "expire_time": "2031-04-25T16:55:23+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_SM4_GCM", "nonce": "3a584b49ed9b", "associated_data": "certificate",
            "ciphertext": encrypted("certificate", PLATFORM_CERTIFICATE),
        },
    }]})
    .to_string()
}

fn merchant() -> Merchant {
    let key = MerchantKey::from_pem(MERCHANT_KEY, MERCHANT_CERTIFICATE).unwrap();
    assert_eq!((key.serial_no(), key.common_name()), (MERCHANT_SERIAL, Some("1900007291")));
    Merchant::new(Mchid::parse("1900007291").unwrap(), &key, ApiV3Key::parse(APIV3_KEY).unwrap())
}

fn client(outbound: Arc<Scripted>, keys: PlatformKeys) -> Client {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| buffer.fill(7));
    Client::new(merchant(), keys, Hosts::production(), outbound, clock, chance)
}

/// What `name="…"` says in the header.
fn said<'a>(authorization: &'a str, name: &str) -> &'a str {
    let (_, after) = authorization.split_once(&format!("{name}=\"")).unwrap();
    after.split_once('"').unwrap().0
}

/// Checks the signature as the platform would.
fn assert_signed(request: &Request<Bytes>) {
    let authorization = request.headers()["Authorization"].to_str().unwrap();
    assert!(authorization.starts_with(&format!("{TYPE} mchid=")), "{authorization}");
    assert_eq!(said(authorization, "serial_no"), MERCHANT_SERIAL);
    let mut message = format!(
        "{}\n{}\n{}\n{}\n",
        request.method(),
        request.uri().path_and_query().unwrap(),
        said(authorization, "timestamp"),
        said(authorization, "nonce_str"),
    )
    .into_bytes();
    message.extend_from_slice(request.body());
    message.push(b'\n');
    let signature = STANDARD.decode(said(authorization, "signature")).unwrap();
    assert!(is_the_merchants(&message, &signature));
}

/// With what was published, and not with our own reading of the private key.
fn is_the_merchants(message: &[u8], signature: &[u8]) -> bool {
    let pem = include_str!("../published/java_sm2_public_key.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = sm2::PublicKey::from_public_key_der(&STANDARD.decode(base64).unwrap()).unwrap();
    let signature = Signature::from_der(signature).unwrap();
    VerifyingKey::new("1234567812345678", key).unwrap().verify(message, &signature).is_ok()
}

fn notification(algorithm: &str, ciphertext: &str) -> Vec<u8> {
    serde_json::json!({
        "id": "EV-2018022511223320873", "create_time": "2026-03-01T10:00:00+08:00",
        "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource", "summary": "摘要",
        "resource": {
            "algorithm": algorithm, "ciphertext": ciphertext, "nonce": "3a584b49ed9b",
            "associated_data": "transaction", "original_type": "transaction",
        },
    })
    .to_string()
    .into_bytes()
}

#[tokio::test]
async fn a_merchant_with_an_sm2_key_signs_downloads_and_verifies_with_sm2() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/v3/certificates" => answer(list()),
        _ => answer(PREPAID.into()),
    });
    let client = client(outbound.clone(), PlatformKeys::downloaded());
    client.jsapi_prepay(&order()).await.unwrap();
    client.jsapi_prepay(&order()).await.unwrap();
    let seen = outbound.seen();
    seen.iter().for_each(assert_signed);
    let targets: Vec<_> =
        seen.iter().map(|request| request.uri().path_and_query().unwrap().as_str()).collect();
    let prepay = "/v3/pay/transactions/jsapi";
    assert_eq!(targets, [prepay, "/v3/certificates?algorithm_type=SM2", prepay]);
    assert_eq!(seen[2].headers()["Wechatpay-Serial"], SERIAL);
}

#[tokio::test]
async fn an_answer_signed_with_another_kind_of_key_than_it_says_is_not_believed() {
    let rsa = MerchantKey::with_serial(include_bytes!("../published/go_key.pem"), SERIAL).unwrap().signer();
    let outbound = Scripted::new(move |position, _| {
        let mut response = Response::new(Bytes::from(PREPAID));
        *response.headers_mut() = match position {
            // The RSA key's signature, which says so, and which does not.
            0 | 1 => signature_headers(&rsa, SERIAL, NOW, PREPAID.as_bytes()),
            _ => headers(PREPAID.as_bytes()),
        };
        if position != 1 {
            let named = HeaderValue::from_static("WECHATPAY2-SHA256-RSA2048");
            response.headers_mut().insert("Wechatpay-Signature-Type", named);
        }
        Ok(response)
    });
    let client = client(outbound, PlatformKeys::from_certificate(PLATFORM_CERTIFICATE).unwrap());
    for code in ["unknown_signature_type", "bad_signature", "unknown_signature_type"] {
        let error = client.jsapi_prepay(&order()).await.unwrap_err();
        let CallErrorKind::UnverifiableAnswer(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.code(), code);
    }
}

#[test]
fn notifications_open_with_sm4_and_an_absent_type_is_the_keys() {
    let keys = PlatformKeys::from_public_key("PUB_KEY_ID_SM2", PLATFORM_PUBLIC_KEY).unwrap();
    keys.add_certificate(PLATFORM_CERTIFICATE).unwrap();
    let now = Timestamp::from_seconds(NOW);
    let ciphertext = encrypted("transaction", PAYMENT.as_bytes());
    let body = notification("AEAD_SM4_GCM", &ciphertext);
    let mut signed = headers(&body);
    let opened = merchant().open_notification(&keys, now, &signed, &body).unwrap().into_inner();
    let Content::Payment(payment) = opened.content else { panic!("a payment") };
    assert_eq!(payment.out_trade_no.as_str(), "T20260301A");
    signed.remove("Wechatpay-Signature-Type");
    assert!(merchant().open_notification(&keys, now, &signed, &body).is_ok());
    signed.insert("Wechatpay-Serial", HeaderValue::from_static("PUB_KEY_ID_SM2"));
    assert!(merchant().open_notification(&keys, now, &signed, &body).is_ok());

    let refused = |body: &[u8]| merchant().open_notification(&keys, now, &headers(body), body).unwrap_err();
    assert_eq!(refused(&notification("AEAD_AES_256_GCM", &ciphertext)).code(), "cannot_decrypt");
    assert_eq!(refused(&notification("AEAD_SM4_CBC", &ciphertext)).code(), "unknown_algorithm");
}

#[test]
fn sealed_members_go_both_ways() {
    let keys = PlatformKeys::from_certificate(PLATFORM_CERTIFICATE).unwrap();
    let sealed = keys.seal("张三").unwrap();
    assert_eq!(sealed.serial(), SERIAL);
    let platform = MerchantKey::with_serial(PLATFORM_KEY, SERIAL).unwrap().unsealer();
    let ciphertext = Ciphertext::new(sealed.base64());
    assert_eq!(platform.unseal(&ciphertext).unwrap().as_str(), "张三");
    assert_eq!(merchant().unseal(&ciphertext), Err(UnsealError::CannotDecrypt));
    assert_eq!(
        keys.seal(&"x".repeat(5000)).unwrap_err().to_string(),
        "the text has 5000 bytes; at most 4096 can be encrypted"
    );
}

#[test]
fn mistakes_in_files_are_named_and_keys_are_never_printed() {
    let error = MerchantKey::from_pem(MERCHANT_KEY, PLATFORM_CERTIFICATE).unwrap_err();
    assert_eq!(error, MerchantKeyError::Mismatch { serial_no: SERIAL.into() });
    let other_curve = include_bytes!("../keys/server_key.pem");
    assert_eq!(MerchantKey::with_serial(other_curve, "1").unwrap_err(), MerchantKeyError::Unusable);
    let shown = format!("{:?}", merchant());
    assert!(shown.contains("Signer(SM2, redacted)") && shown.contains("Unsealer(SM2, redacted)"), "{shown}");
}
