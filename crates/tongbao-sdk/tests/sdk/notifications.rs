//! Notifications: believed only when signed, read by what they are.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{ProptestConfig, any, proptest};
use tongbao_sdk::{ApiV3Key, Client, Hosts, Notification, NotificationRefused};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Fen, RefundStatus, Timestamp, TradeState};

use crate::scripted::{
    APIV3_KEY, NOW, Scripted, client, encrypted, merchant, stand_in_headers, stand_in_keys, unsigned,
};

const PAYMENT: &str = r#"{"mchid":"1900007291","appid":"wx00000000000000aa","out_trade_no":"T20260301A","transaction_id":"4200000001202603010000000001","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"k=v","success_time":"2026-03-01T10:00:00+08:00","payer":{"openid":"oExample01"},"amount":{"total":100,"payer_total":90,"currency":"CNY","payer_currency":"CNY"},"promotion_detail":[{"coupon_id":"109519","name":"满减","scope":"GLOBAL","type":"NOCASH","amount":10,"stock_id":"931386","merchant_contribute":10,"wechatpay_contribute":0,"other_contribute":0,"currency":"CNY"}]}"#;
const REFUND: &str = r#"{"mchid":"1900007291","out_trade_no":"T20260301A","transaction_id":"4200000001202603010000000001","out_refund_no":"R20260301A","refund_id":"50000000012026030100000000001","refund_status":"SUCCESS","success_time":"2026-03-01T11:00:05+08:00","user_received_account":"支付用户零钱","amount":{"total":100,"refund":40,"payer_total":90,"payer_refund":36}}"#;
const PARTNER: &str = r#"{"sp_appid":"wx00000000000000aa","sp_mchid":"1900007291","sub_mchid":"1900000109","out_trade_no":"T20260301B","trade_state":"SUCCESS"}"#;
const COMBINE: &str = r#"{"combine_appid":"wx00000000000000aa","combine_mchid":"1900007291","combine_out_trade_no":"C20260301A","sub_orders":[]}"#;
const SHARING: &str = r#"{"mchid":"1900007291","transaction_id":"42","order_id":"3","out_order_no":"P1","receiver":{"type":"MERCHANT_ID"}}"#;

/// A notification's body around an encrypted resource.
fn envelope(event_type: &str, original_type: &str, plaintext: &str) -> Vec<u8> {
    let ciphertext = encrypted(b"Kj7QIyUiYx1q", original_type, plaintext.as_bytes());
    serde_json::json!({
        "id": "EV-2018022511223320873", "create_time": "2026-03-01T10:00:00+08:00",
        "event_type": event_type, "resource_type": "encrypt-resource", "summary": "摘要",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext, "nonce": "Kj7QIyUiYx1q",
            "associated_data": original_type, "original_type": original_type,
        },
    })
    .to_string()
    .into_bytes()
}

/// One client for all tests: reading its RSA key takes longer than a test.
fn receiver() -> &'static Client {
    static RECEIVER: LazyLock<Client> = LazyLock::new(|| client(Scripted::new(|_, _| unsigned(500, ""))));
    &RECEIVER
}

fn open(headers: &HeaderMap, body: &[u8]) -> Result<Notification, NotificationRefused> {
    receiver().open_notification(headers, body).map(|verified| {
        assert_eq!(verified.get().id(), "EV-2018022511223320873");
        verified.into_inner()
    })
}

/// Opens a body that the platform signed just now.
fn open_signed(body: &[u8]) -> Result<Notification, NotificationRefused> {
    open(&stand_in_headers(NOW, body), body)
}

#[test]
fn a_payment_is_opened() {
    let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
    let Notification::Payment { transaction, event_type, create_time, .. } = open_signed(&body).unwrap()
    else {
        panic!("a payment");
    };
    assert_eq!(event_type, "TRANSACTION.SUCCESS");
    assert_eq!(create_time.rfc3339(), "2026-03-01T10:00:00+08:00");
    assert_eq!(transaction.trade_state, TradeState::Success);
    assert_eq!(transaction.amount.unwrap().payer_total, Some(Fen::new(90)));
}

#[test]
fn a_refund_is_opened() {
    let body = envelope("REFUND.SUCCESS", "refund", REFUND);
    let Notification::Refund { refund, .. } = open_signed(&body).unwrap() else { panic!("a refund") };
    assert_eq!(refund.refund_status, RefundStatus::Success);
    assert_eq!(refund.amount.payer_refund, Fen::new(36));
}

#[test]
fn other_products_are_passed_on_unread() {
    for (event_type, original_type, plaintext) in [
        ("TRANSACTION.SUCCESS", "transaction", PARTNER),
        ("TRANSACTION.SUCCESS", "transaction", COMBINE),
        ("TRANSACTION.SUCCESS", "transaction", SHARING),
        ("TRANSACTION.PAY_BACK", "transaction", PAYMENT),
        ("PROFITSHARING.SUCCESS", "profitsharing", SHARING),
        ("REFUND.SUCCESS", "refund", PARTNER),
        ("TOMORROW", "news", "{}"),
    ] {
        let body = envelope(event_type, original_type, plaintext);
        let opened = open_signed(&body).unwrap();
        assert_eq!(opened.event_type(), event_type);
        let Notification::Other { original_type: read, plaintext: kept, .. } = opened else {
            panic!("{event_type} {original_type}");
        };
        assert_eq!((read.as_str(), kept.as_bytes()), (original_type, plaintext.as_bytes()));
    }
}

#[test]
fn each_refusal_has_its_code() {
    let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
    let text = String::from_utf8(body.clone()).unwrap();
    let code = |result: Result<Notification, NotificationRefused>| result.unwrap_err().code();
    let signed_with = |name: &'static str, value: &'static str| {
        let mut headers = stand_in_headers(NOW, &body);
        headers.insert(name, HeaderValue::from_static(value));
        code(open(&headers, &body))
    };
    assert_eq!(code(open(&HeaderMap::new(), &body)), "missing_header");
    assert_eq!(code(open(&stand_in_headers(NOW - 300, &body), &body)), "stale");
    assert_eq!(code(open(&stand_in_headers(NOW + 300, &body), &body)), "stale");
    assert_eq!(signed_with("Wechatpay-Timestamp", "soon"), "malformed_header");
    assert_eq!(signed_with("Wechatpay-Serial", "PUB_KEY_ID_OTHER"), "unknown_serial");
    assert_eq!(signed_with("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x"), "signature_probe");
    assert_eq!(signed_with("Wechatpay-Signature", "AAAA"), "bad_signature");
    assert_eq!(signed_with("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"), "unknown_algorithm");
    let other = envelope("TRANSACTION.SUCCESS", "transaction", "{}");
    assert_eq!(code(open(&stand_in_headers(NOW, &other), &body)), "bad_signature");

    assert_eq!(code(open_signed(b"<xml></xml>")), "not_an_envelope");
    assert_eq!(code(open_signed(b"")), "not_an_envelope");
    let changed = |from: &str, to: &str| code(open_signed(text.replace(from, to).as_bytes()));
    assert_eq!(changed("AEAD_AES_256_GCM", "AEAD_SM4_GCM"), "unknown_algorithm");
    assert_eq!(changed("Kj7QIyUiYx1q", "Kj7QIyUiYx1r"), "cannot_decrypt");
    assert_eq!(changed("Kj7QIyUiYx1q", "short"), "cannot_decrypt");
    let empty = envelope("TRANSACTION.SUCCESS", "transaction", "{}");
    assert_eq!(code(open_signed(&empty)), "not_a_resource");
    assert_eq!(code(open_signed(&vec![b' '; 2_000_000])), "too_large");
}

#[test]
fn a_resource_that_does_not_fit_names_the_member_and_keeps_its_values() {
    let body = envelope(
        "TRANSACTION.SUCCESS",
        "transaction",
        &PAYMENT.replace(r#""total":100"#, r#""total":"secret""#),
    );
    let refused = open_signed(&body).unwrap_err();
    let NotificationRefused::NotAResource { member, .. } = &refused else { panic!("{refused}") };
    assert_eq!(member, "amount.total");
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

#[test]
fn while_the_apiv3_key_is_being_changed_both_are_tried() {
    let mut changing = merchant();
    changing.apiv3_key = ApiV3Key::parse(&[b'n'; 32]).unwrap();
    let open_with = |merchant| {
        let clock = Clock::fixed(Timestamp::from_seconds(NOW));
        let outbound = Scripted::new(|_, _| unsigned(500, ""));
        let chance = Chance::new(|buffer| buffer.fill(0));
        let receiver = Client::new(merchant, stand_in_keys(), Hosts::production(), outbound, clock, chance);
        let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
        receiver.open_notification(&stand_in_headers(NOW, &body), &body)
    };
    assert_eq!(open_with(changing.clone()).unwrap_err(), NotificationRefused::CannotDecrypt);
    changing.apiv3_key_other = Some(ApiV3Key::parse(APIV3_KEY).unwrap());
    assert!(open_with(changing).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_requests_never_panic_and_are_never_believed(
        headers in proptest::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 0..6),
        body in any::<Vec<u8>>(),
    ) {
        let mut map = stand_in_headers(NOW, b"another body");
        for (name, value) in &headers {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                map.insert(name, value);
            }
        }
        assert!(receiver().open_notification(&map, &body).is_err());
    }

    #[test]
    fn arbitrary_signed_bodies_never_panic(body in any::<Vec<u8>>()) {
        assert!(open_signed(&body).is_err());
    }

    #[test]
    fn arbitrary_plaintexts_never_panic(plaintext in ".{0,200}") {
        for (event_type, original_type) in [("TRANSACTION.SUCCESS", "transaction"), ("REFUND.CLOSED", "refund")] {
            let body = envelope(event_type, original_type, &plaintext);
            assert_eq!(open_signed(&body).unwrap_err().code(), "not_a_resource");
        }
    }

    #[test]
    fn a_flipped_byte_anywhere_is_refused(position in 0_usize..700, flip in 1_u8..=255) {
        let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
        let mut bent = body.clone();
        bent[position] ^= flip;
        assert_eq!(open(&stand_in_headers(NOW, &body), &bent), Err(NotificationRefused::BadSignature));
    }
}
