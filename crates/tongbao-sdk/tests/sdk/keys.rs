//! Keys are never printed, whatever is printed.

use std::fmt::Debug;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tongbao_sdk::{
    ApiV3Key, AppSecret, ClientIdentity, HttpOptions, HttpOutbound, MerchantKey, PlatformKeys, Signer,
    Verifier, WeixinClient,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Ciphertext, Timestamp};

use crate::scripted::{APIV3_KEY, NOW, PREPAID, Scripted, client, merchant, order, signed, unsigned};

const KEY: &[u8] = include_bytes!("../published/doc_merchant_key.pem");
const GO_KEY: &[u8] = include_bytes!("../published/go_key.pem");
const GO_KEY_PKCS1: &[u8] = include_bytes!("../published/go_key_pkcs1.pem");
const GO_CERTIFICATE: &[u8] = include_bytes!("../published/go_platform_certificate.pem");
const P12: &[u8] = include_bytes!("../keys/modern.p12");
const SECRET: &[u8] = b"a secret of the simulation's own";
const APP_SECRET: &str = "4f9c0a7be1d24c60b7f3a58e2d1c6b90";
const PASSWORD: &str = "1900007291";

/// The bytes of a PEM file.
fn der(pem: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(pem).unwrap();
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

/// Fails when eight bytes of a key, or more, are in `shown`, in any form that Rust prints bytes in.
fn assert_hidden(what: &str, shown: &str) {
    let dotted = shown.replace(['\n', ' '], "");
    // The head of a private key's DER names its kind and is no secret; the modulus after it is none either.
    let keys = [&der(KEY)[300..], &der(GO_KEY)[300..], &der(GO_KEY_PKCS1)[300..]];
    for secret in keys.into_iter().chain([&APIV3_KEY[..], &[b'n'; 32], SECRET, APP_SECRET.as_bytes()]) {
        for part in secret.windows(8) {
            let decimal: Vec<String> = part.iter().map(u8::to_string).collect();
            let forms = [hex::encode(part), hex::encode_upper(part), decimal.join(",")];
            assert!(!forms.iter().any(|form| dotted.contains(form)), "{what}: {shown}");
            let text = String::from_utf8_lossy(part);
            assert!(
                !text.chars().all(|c| c.is_ascii_graphic()) || !shown.contains(&*text),
                "{what}: {shown}"
            );
        }
        for part in STANDARD.encode(secret).as_bytes().windows(12) {
            assert!(!shown.contains(std::str::from_utf8(part).unwrap()), "{what}: {shown}");
        }
    }
}

fn check(what: &str, value: &impl Debug) {
    assert_hidden(what, &format!("{value:?}"));
    assert_hidden(what, &format!("{value:#?}"));
}

#[test]
fn the_check_finds_a_key_in_every_form() {
    let key = der(KEY);
    let part = &key[600..620];
    for shown in [format!("{part:?}"), format!("{part:#?}"), hex::encode(part), STANDARD.encode(&key)] {
        assert!(std::panic::catch_unwind(|| assert_hidden("a key", &shown)).is_err(), "{shown}");
    }
    let shown = format!("{:?}", Bytes::from_static(APIV3_KEY));
    assert!(std::panic::catch_unwind(|| assert_hidden("a key", &shown)).is_err());
}

#[test]
fn no_type_that_holds_a_key_prints_it() {
    let key = MerchantKey::from_pem(GO_KEY, GO_CERTIFICATE).unwrap();
    check("MerchantKey", &key);
    check("MerchantKey of PKCS#12", &MerchantKey::from_pkcs12(P12, PASSWORD).unwrap());
    check("Signer", &key.signer());
    check("Signer of a stand-in", &Signer::stand_in(SECRET));
    check("Verifier of a stand-in", &Verifier::stand_in(SECRET));
    check("Unsealer", &key.unsealer());
    check("ApiV3Key", &ApiV3Key::parse(APIV3_KEY).unwrap());
    let mut changing = merchant();
    changing.apiv3_key_other = Some(ApiV3Key::parse(&[b'n'; 32]).unwrap());
    check("Merchant", &changing);
    check("PlatformKeys of a stand-in", &PlatformKeys::stand_in("S", SECRET));

    let identity = ClientIdentity::from_pem(GO_KEY_PKCS1, GO_CERTIFICATE).unwrap();
    check("ClientIdentity", &identity);
    let options = HttpOptions { identity: Some(identity), ..HttpOptions::default() };
    check("HttpOptions", &options);
    check("HttpOutbound", &HttpOutbound::new(&options).unwrap());
    check("Client", &client(Scripted::new(|_, _| unsigned(500, ""))).with_merchant(changing));
}

#[tokio::test]
async fn neither_secrets_of_weixin_nor_requests_print_a_key() {
    let secret = AppSecret::parse(APP_SECRET).unwrap();
    check("AppSecret", &secret);
    let outbound: Arc<Scripted> = Scripted::new(|_, _| unsigned(200, r#"{"errcode":40125,"errmsg":"no"}"#));
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| buffer.fill(0));
    let appid = Appid::parse("wx4f4bc4dec97d474b").unwrap();
    let weixin = WeixinClient::new(appid, secret, "https://api.weixin.qq.com/", outbound, clock, chance);
    check("WeixinClient", &weixin);
    check("WeixinError", &weixin.code_to_session("code").await.unwrap_err());

    let outbound = Scripted::new(|_, _| signed(200, PREPAID));
    client(outbound.clone()).jsapi_prepay(&order()).await.unwrap();
    let request = &outbound.seen()[0];
    let signature = request.headers()["Authorization"].to_str().unwrap().to_owned();
    assert!(!format!("{request:?}").contains(&signature), "a signature is kept out of logs too");
}

#[test]
fn no_error_about_a_key_repeats_it() {
    let cut = &GO_KEY[..GO_KEY.len() - 40];
    check("a cut file", &MerchantKey::with_serial(cut, "1").unwrap_err());
    check("a pair of two", &MerchantKey::from_pem(KEY, GO_CERTIFICATE).unwrap_err());
    check("an APIv3 key", &ApiV3Key::parse(&APIV3_KEY[..31]).unwrap_err());
    let error = MerchantKey::from_pkcs12(P12, APP_SECRET).unwrap_err();
    check("a password", &error);
    assert_hidden("a password", &error.to_string());
}

#[test]
fn what_was_unsealed_is_not_printed_either() {
    let key = MerchantKey::from_pem(GO_KEY, GO_CERTIFICATE).unwrap();
    let sealed = PlatformKeys::from_certificate(GO_CERTIFICATE).unwrap().seal("13800000000").unwrap();
    let ciphertext = Ciphertext::new(sealed.base64());
    let text = key.unsealer().unseal(&ciphertext).unwrap();
    assert_eq!(text.as_str(), "13800000000");
    assert_eq!(format!("{text:?}"), "Unsealed(redacted)");
    let bytes = key.unsealer().unseal_bytes(&ciphertext).unwrap();
    assert_eq!(bytes.as_slice(), b"13800000000");
    assert_eq!(format!("{bytes:?}"), "Unsealed(redacted)");
}
