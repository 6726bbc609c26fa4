//! Pushed messages: plain and encrypted, JSON and XML, believed and refused.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::Value;
use tongbao_sdk::weixin::push::{
    EncodingAesKey, PlainPushReceiver, Push, PushContent, PushQuery, PushReceiver, PushRefused, PushToken,
};
use tongbao_wire::{Appid, Timestamp};

use super::exchange::json;
use crate::fixtures::text;

const TOKEN: &str = "pamtest";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APPID: &str = "wxb11529c136998cb6";
/// The time of the published signatures.
const TIME: &str = "1409304348";
const NONCE: &str = "xxxxxx";
const ENCRYPTED: &str =
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";

fn appid() -> Appid {
    Appid::parse(APPID).unwrap()
}

fn token() -> PushToken {
    PushToken::parse(TOKEN).unwrap()
}

fn plain() -> PlainPushReceiver {
    PlainPushReceiver::new(token())
}

fn secure() -> PushReceiver {
    PushReceiver::encrypted(appid(), token(), EncodingAesKey::parse(KEY).unwrap())
}

fn now() -> Timestamp {
    Timestamp::from_seconds(TIME.parse().unwrap())
}

/// The platform's side, of its own making.
fn signature(parts: &[&str]) -> String {
    let mut sorted = parts.to_vec();
    sorted.push(TOKEN);
    sorted.sort_unstable();
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, sorted.concat().as_bytes()))
}

fn query(encrypted: &str) -> PushQuery {
    PushQuery {
        signature: signature(&[TIME, NONCE]),
        timestamp: TIME.into(),
        nonce: NONCE.into(),
        msg_signature: signature(&[TIME, NONCE, encrypted]),
        echostr: String::new(),
    }
}

fn encrypt(message: &[u8], appid: &str) -> String {
    let mut plaintext = b"aaaabbbbccccdddd".to_vec();
    plaintext.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    plaintext.extend_from_slice(message);
    plaintext.extend_from_slice(appid.as_bytes());
    let padding = 32 - plaintext.len() % 32;
    plaintext.extend(std::iter::repeat_n(u8::try_from(padding).unwrap(), padding));
    encrypt_padded(plaintext)
}

fn encrypt_padded(mut plaintext: Vec<u8>) -> String {
    let key = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    )
    .decode(format!("{KEY}="))
    .unwrap();
    let iv: [u8; 16] = key[..16].try_into().unwrap();
    let cipher = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    cipher.less_safe_encrypt(&mut plaintext, context).unwrap();
    STANDARD.encode(plaintext)
}

fn enveloped(encrypted: &str) -> String {
    format!(r#"{{"ToUserName":"gh_abcdefg","Encrypt":"{encrypted}"}}"#)
}

/// Opens `message` as a receiver of encrypted messages gets it.
fn open_encrypted(message: &str) -> Result<Push, PushRefused> {
    let encrypted = encrypt(message.as_bytes(), APPID);
    let body = enveloped(&encrypted);
    secure().open(&query(&encrypted), body.as_bytes(), now()).map(|push| push.into_inner())
}

/// The same message in XML.
fn xml(message: &Value) -> String {
    let mut text = String::from("<xml>\n");
    for (name, value) in message.as_object().unwrap() {
        text.push_str(&match value {
            Value::String(value) => format!("  <{name}><![CDATA[{value}]]></{name}>\n"),
            other => format!("  <{name}>{other}</{name}>\n"),
        });
    }
    text + "</xml>"
}

/// Head and content, written again as one message.
fn whole(push: &Push) -> Value {
    let mut whole = serde_json::to_value(&push.head).unwrap();
    let content = match &push.content {
        PushContent::RemindAccessApi(notice) | PushContent::TradeControlled(notice) => written(notice),
        PushContent::RemindShipping(reminder) => written(reminder),
        PushContent::OrderSettlement(settlement) => written(settlement),
        PushContent::Other(_) => panic!("{push:?}"),
    };
    whole.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    whole
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn every_event_reads_from_json_and_from_xml_plain_and_encrypted() {
    for kind in [
        "remind_access_api",
        "remind_shipping",
        "order_settlement",
        "order_settlement_estimated",
        "trade_controlled",
    ] {
        let example = text("weixin", &format!("push_{kind}.json")).unwrap();
        let expected = json(&example);
        for message in [example.clone(), xml(&expected)] {
            let opened = plain().open_unsigned(&query(""), message.as_bytes(), now()).unwrap();
            assert_eq!(whole(&opened), expected, "{kind}");
            assert_eq!(whole(&open_encrypted(&message).unwrap()), expected, "{kind}, encrypted");
        }
    }
}

#[test]
fn the_published_signatures_and_the_published_message_hold() {
    assert_eq!(query(ENCRYPTED).signature, "76480565cbe296026c53aaacd1ad523a1ddba24f");
    assert_eq!(query(ENCRYPTED).msg_signature, "82c962d39941aa48552f90ef55aa323dc620cc10");
    assert_eq!(encrypt("我是中文abcd123".as_bytes(), APPID), ENCRYPTED);
    // It opens; what is inside is not a message.
    for body in [
        enveloped(ENCRYPTED),
        format!(
            "<xml><ToUserName><![CDATA[gh_a]]></ToUserName><Encrypt><![CDATA[{ENCRYPTED}]]></Encrypt></xml>"
        ),
    ] {
        let refused = secure().open(&query(ENCRYPTED), body.as_bytes(), now()).unwrap_err();
        assert_eq!(refused.code(), "push_not_a_message", "{refused}");
    }
}

#[test]
fn the_console_is_answered_only_when_it_signs() {
    let asked =
        PushQuery { echostr: "4375120948345356249".into(), msg_signature: String::new(), ..query("") };
    let forged = PushQuery { nonce: "yyyyyy".into(), ..asked.clone() };
    let unsigned = PushQuery { signature: String::new(), ..asked.clone() };
    for (query, answer) in [
        (&asked, Ok("4375120948345356249")),
        (&query(""), Err(PushRefused::MissingParameter("echostr"))),
        (&forged, Err(PushRefused::BadSignature)),
        (&unsigned, Err(PushRefused::MissingParameter("signature"))),
    ] {
        assert_eq!(plain().echo(query), answer);
        assert_eq!(secure().echo(query), answer);
    }
}

#[test]
fn of_a_message_in_both_forms_only_the_encrypted_one_is_believed() {
    let inside = text("weixin", "push_trade_controlled.json").unwrap();
    let encrypted = encrypt(inside.as_bytes(), APPID);
    let mut both = json(&text("weixin", "push_remind_access_api.json").unwrap());
    both["Encrypt"] = encrypted.clone().into();
    let body = both.to_string();
    let push = secure().open(&query(&encrypted), body.as_bytes(), now()).unwrap();
    assert!(matches!(push.get().content, PushContent::TradeControlled(_)));
    let push = plain().open_unsigned(&query(&encrypted), body.as_bytes(), now()).unwrap();
    assert!(matches!(push.content, PushContent::RemindAccessApi(_)));
}

#[test]
fn what_does_not_fit_together_is_refused_by_name() {
    let example = text("weixin", "push_trade_controlled.json").unwrap();
    let encrypted = encrypt(example.as_bytes(), APPID);
    let body = enveloped(&encrypted);
    let open = |query: PushQuery, body: &str, seconds: i64| {
        let now = Timestamp::from_seconds(now().seconds() + seconds);
        secure().open(&query, body.as_bytes(), now).unwrap_err().code()
    };
    let open_plain = |query: PushQuery, body: &str| {
        plain().open_unsigned(&query, body.as_bytes(), now()).unwrap_err().code()
    };
    let good = || query(&encrypted);
    assert_eq!(open(good(), &example, 0), "push_not_encrypted");
    assert_eq!(open_plain(good(), &body), "push_encrypted");
    assert_eq!(open(PushQuery { msg_signature: "0".repeat(40), ..good() }, &body, 0), "push_bad_signature");
    assert_eq!(
        open(PushQuery { msg_signature: String::new(), ..good() }, &body, 0),
        "push_missing_parameter"
    );
    assert_eq!(open_plain(PushQuery { signature: "é".into(), ..good() }, &example), "push_bad_signature");
    assert_eq!(open_plain(PushQuery { timestamp: "x".into(), ..good() }, &example), "push_missing_parameter");
    for seconds in [301, -301] {
        assert_eq!(open(good(), &body, seconds), "push_stale");
    }
    let other = encrypt(example.as_bytes(), "wx0000000000000000");
    assert_eq!(open(query(&other), &enveloped(&other), 0), "push_other_appid");
    let damaged = &encrypted[..encrypted.len() - 44];
    assert_eq!(open(query(damaged), &enveloped(damaged), 0), "push_cannot_decrypt");
    let large = "x".repeat(64 * 1024 + 1);
    assert_eq!(open_plain(good(), &large), "push_too_large");
    for message in ["", "{}", "[]", "<xml></xml>", "<html>", r#"{"MsgType":"event"}"#] {
        assert_eq!(open_plain(good(), message), "push_not_a_message", "{message}");
    }
}

#[test]
fn a_repetition_has_the_key_of_the_first_and_what_people_write_is_kept_from_logs() {
    let settled = text("weixin", "push_order_settlement.json").unwrap();
    let estimated = text("weixin", "push_order_settlement_estimated.json").unwrap();
    let opened = |message: &str| open_encrypted(message).unwrap();
    assert_eq!(opened(&settled).key(), opened(&xml(&json(&settled))).key());
    assert_ne!(opened(&settled).key(), opened(&estimated).key());
    let other = settled.replace("\"ToUserName\": \"gh_", "\"ToUserName\": \"gh_0");
    assert_ne!(other, settled);
    assert_ne!(opened(&settled).key(), opened(&other).key(), "told to another mini program");

    let written = r#"{"ToUserName":"gh_a","FromUserName":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","CreateTime":1482048670,"MsgType":"text","Content":"你好","MsgId":1234567890123456}"#;
    let push = opened(written);
    let PushContent::Other(message) = &push.content else { panic!("{push:?}") };
    assert_eq!(message.as_bytes(), written.as_bytes());
    let printed = format!("{push:?}");
    assert!(!printed.contains("你好") && !printed.contains("oUpF8uMuAJO"), "{printed}");
    assert_ne!(push.key(), opened(&written.replace("456}", "457}")).key());
}

#[test]
fn settings_are_checked_and_never_printed() {
    for other in ["", "ab", "with blank", &"a".repeat(33)] {
        assert!(PushToken::parse(other).is_err(), "{other}");
    }
    let printed = format!("{:?}", secure());
    assert!(!printed.contains(TOKEN) && !printed.contains(KEY), "{printed}");
}

proptest! {
    #[test]
    fn no_body_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[<>&;/!\\[\\]\"{}:,a-zA-Z?]{0,200}") {
        for body in [&bytes[..], text.as_bytes(), format!("<xml>{text}</xml>").as_bytes()] {
            let _ = plain().open_unsigned(&query(""), body, now());
            let _ = secure().open(&query(""), body, now());
        }
    }

    #[test]
    fn nothing_encrypted_panics(plaintext in proptest::collection::vec(any::<u8>(), 0..8).prop_map(|seeds| {
        seeds.iter().flat_map(|&seed| [seed; 32]).collect::<Vec<u8>>()
    }), noise in "[A-Za-z0-9+/=]{0,200}", length in any::<u32>()) {
        let mut framed = vec![0; 16];
        framed.extend(length.to_be_bytes());
        framed.extend([7; 12]);
        framed.extend([32; 32]);
        for encrypted in [encrypt_padded(plaintext), encrypt_padded(framed), noise] {
            let opened = secure().open(&query(&encrypted), enveloped(&encrypted).as_bytes(), now());
            prop_assert!(opened.is_err());
        }
    }
}
