//! Notifications: believed only when signed, read by what they are.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{ProptestConfig, any, proptest};
use tongbao_sdk::{ApiV3Key, Client, Content, Hosts, Notification, NotificationRefused};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Fen, RefundStatus, Timestamp, TradeState};

use crate::scripted::{
    APIV3_KEY, NOW, Scripted, client, encrypted, merchant, stand_in_headers, stand_in_keys, unsigned,
};

pub(crate) const PAYMENT: &str = r#"{"mchid":"1900007291","appid":"wx00000000000000aa","out_trade_no":"T20260301A","transaction_id":"4200000001202603010000000001","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"k=v","success_time":"2026-03-01T10:00:00+08:00","payer":{"openid":"oExample01"},"amount":{"total":100,"payer_total":90,"currency":"CNY","payer_currency":"CNY"},"promotion_detail":[{"coupon_id":"109519","name":"满减","scope":"GLOBAL","type":"NOCASH","amount":10,"stock_id":"931386","merchant_contribute":10,"wechatpay_contribute":0,"other_contribute":0,"currency":"CNY"}]}"#;
const REFUND: &str = r#"{"mchid":"1900007291","out_trade_no":"T20260301A","transaction_id":"4200000001202603010000000001","out_refund_no":"R20260301A","refund_id":"50000000012026030100000000001","refund_status":"SUCCESS","success_time":"2026-03-01T11:00:05+08:00","user_received_account":"支付用户零钱","amount":{"total":100,"refund":40,"payer_total":90,"payer_refund":36}}"#;
const PARTNER: &str = r#"{"sp_appid":"wx00000000000000aa","sp_mchid":"1900007291","sub_mchid":"1900000109","out_trade_no":"T20260301B","transaction_id":"4200000001202603010000000002","trade_type":"NATIVE","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","success_time":"2026-03-01T10:01:00+08:00","payer":{"sp_openid":"oExample01"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;
const COMBINE: &str = r#"{"combine_appid":"wx00000000000000aa","combine_mchid":"1900007291","combine_out_trade_no":"C20260301A","combine_payer_info":{"openid":"oExample01"},"sub_orders":[{"mchid":"1900007291","trade_type":"JSAPI","trade_state":"SUCCESS","bank_type":"OTHERS","attach":"a","success_time":"2026-03-01T10:02:00.123+08:00","transaction_id":"4200000001202603010000000003","out_trade_no":"S20260301","amount":{"total_amount":60,"currency":"CNY","payer_amount":60,"payer_currency":"CNY"}}]}"#;
const PARTNER_REFUND: &str = r#"{"sp_mchid":"1900007291","sub_mchid":"1900000109","out_trade_no":"T20260301B","transaction_id":"4200000001202603010000000002","out_refund_no":"R20260301B","refund_id":"50000000012026030100000000002","refund_status":"ABNORMAL","user_received_account":"招商银行信用卡0403","amount":{"total":100,"refund":40,"payer_total":100,"payer_refund":40}}"#;
const SHARING: &str = r#"{"mchid":"1900007291","transaction_id":"4200000001202603010000000001","order_id":"30000000012026030100000000001","out_order_no":"P20260301A","receiver":{"type":"MERCHANT_ID","account":"1900000109","amount":20,"description":"分给门店"},"success_time":"2026-03-01T11:00:05+08:00"}"#;
const TRANSFER: &str = r#"{"out_bill_no":"B20260301A","transfer_bill_no":"1330000071100999991182020050700019480001","state":"FAIL","mch_id":"1900007291","transfer_amount":200,"openid":"oExample01","fail_reason":"OVERDUE_CLOSE","create_time":"2026-03-01T10:00:00+08:00","update_time":"2026-03-02T10:00:05+08:00"}"#;
const AUTHORIZATION: &str = r#"{"out_authorization_no":"AUTH20260301A","appid":"wx00000000000000aa","openid":"oExample01","user_display_name":"李四","authorization_id":"120000071100999991182020050700019480101","state":"CLOSED","authorize_time":"2026-03-01T10:00:00+08:00","close_info":{"close_time":"2026-03-02T10:00:00+08:00","close_reason":"USER_CLOSE"}}"#;
const COMPLAINT: &str = r#"{"complaint_id":"200201820200101080076610000","action_type":"CREATE_COMPLAINT"}"#;
const ECHO: &str = r#"{"echo_message":"hello","encrypt_echo_message":"c2VhbGVk"}"#;

/// A notification's body around an encrypted resource.
pub(crate) fn envelope(event_type: &str, original_type: &str, plaintext: &str) -> Vec<u8> {
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
        assert_eq!(verified.get().id, "EV-2018022511223320873");
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
    let Notification { event_type, create_time, summary, content, .. } = open_signed(&body).unwrap();
    let Content::Payment(transaction) = content else { panic!("a payment") };
    assert_eq!(summary, "摘要");
    assert_eq!(event_type, "TRANSACTION.SUCCESS");
    assert_eq!(create_time.rfc3339(), "2026-03-01T10:00:00+08:00");
    assert_eq!(transaction.trade_state, TradeState::Success);
    assert_eq!(transaction.amount.unwrap().payer_total, Some(Fen::new(90)));
}

#[test]
fn a_refund_is_opened() {
    let body = envelope("REFUND.SUCCESS", "refund", REFUND);
    let Content::Refund(refund) = open_signed(&body).unwrap().content else { panic!("a refund") };
    assert_eq!(refund.refund_status, RefundStatus::Success);
    assert_eq!(refund.amount.payer_refund, Fen::new(36));
}

/// What became of a notification, by its variant.
fn kind(event_type: &str, original_type: &str, plaintext: &str) -> &'static str {
    let opened = open_signed(&envelope(event_type, original_type, plaintext)).unwrap();
    assert_eq!(opened.event_type, event_type);
    match opened.content {
        Content::Payment(_) => "payment",
        Content::PartnerPayment(_) => "partner_payment",
        Content::CombinedPayment(_) => "combined_payment",
        Content::Refund(_) => "refund",
        Content::PartnerRefund(_) => "partner_refund",
        Content::ProfitSharing(_) => "profit_sharing",
        Content::Transfer(_) => "transfer",
        Content::TransferAuthorization(_) => "transfer_authorization",
        Content::Complaint(_) => "complaint",
        Content::SecurityEcho(_) => "security_echo",
        Content::Other { original_type: read, plaintext: kept } => {
            assert_eq!((read.as_str(), kept.as_bytes()), (original_type, plaintext.as_bytes()));
            "other"
        }
    }
}

#[test]
fn every_kind_of_notification_is_told_apart_and_read() {
    for (event_type, original_type, plaintext, expected) in [
        ("TRANSACTION.SUCCESS", "transaction", PAYMENT, "payment"),
        ("TRANSACTION.SUCCESS", "transaction", PARTNER, "partner_payment"),
        ("TRANSACTION.SUCCESS", "transaction", COMBINE, "combined_payment"),
        ("REFUND.SUCCESS", "refund", REFUND, "refund"),
        ("REFUND.ABNORMAL", "refund", PARTNER_REFUND, "partner_refund"),
        ("PROFITSHARING.SUCCESS", "profitsharing", SHARING, "profit_sharing"),
        ("PROFITSHARING", "profitsharing", SHARING, "profit_sharing"),
        ("PROFITSHARING.RETURN", "profitsharing", SHARING, "profit_sharing"),
        ("TRANSACTION.SUCCESS", "profitsharing", SHARING, "profit_sharing"),
        ("TRANSACTION.SUCCESS", "transaction", SHARING, "profit_sharing"),
        ("MCHTRANSFER.BILL.FINISHED", "mch_payment", TRANSFER, "transfer"),
        ("MCHTRANSFER.AUTHORIZATION.CLOSED", "mch_payment", AUTHORIZATION, "transfer_authorization"),
        ("COMPLAINT.CREATE", "complaint", COMPLAINT, "complaint"),
        ("COMPLAINT.STATE_CHANGE", "complaint", COMPLAINT, "complaint"),
        ("SECURITY_ECHO.SUCCESS", "security", ECHO, "security_echo"),
        ("TRANSACTION.PAY_BACK", "transaction", PAYMENT, "other"),
        ("TOMORROW", "news", "{}", "other"),
    ] {
        assert_eq!(kind(event_type, original_type, plaintext), expected, "{event_type} {original_type}");
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
    assert_eq!(changed("AEAD_AES_256_GCM", "AEAD_SM4_CBC"), "unknown_algorithm");
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
