//! Examples of refunds.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tongbao_sdk::{
    AbnormalRefundRequest, AbnormalRefundTo, Call, CallErrorKind, Content, FundsAccount, RefundFrom,
    RefundFromAccount, RefundRequest, RefundedGoods, RefundedPayment, Sealed,
};
use tongbao_wire::partner::PartnerRefundNotice;
use tongbao_wire::{Fen, Mchid, OutRefundNo, RefundId, RefundNotice, RefundStatus, TransactionId};

use crate::fixtures::{exchange, text};
use crate::scripted::{NOW, Scripted, client, encrypted, signed, stand_in_headers};

fn sub_mchid() -> Mchid {
    Mchid::parse("1900000109").unwrap()
}

fn number() -> OutRefundNo {
    OutRefundNo::parse("R20260301-1").unwrap()
}

fn request() -> RefundRequest {
    let id = TransactionId::parse("1217752501201407033233368018").unwrap();
    let payment = RefundedPayment::TransactionId(id);
    let mut request = RefundRequest::new(payment, number(), Fen::new(888), Fen::new(888));
    request.sub_mchid = Some(sub_mchid());
    request.reason = Some("商品已售完".into());
    request.notify_url = Some("https://pay.example.com/notify/refund".into());
    request.funds_account = Some(FundsAccount::Available);
    request.amount.from = [RefundFromAccount::Available, RefundFromAccount::Unavailable]
        .map(|account| RefundFrom { account, amount: Fen::new(444) })
        .into();
    request.goods_detail = vec![RefundedGoods {
        merchant_goods_id: "tea-250g".into(),
        wechatpay_goods_id: Some("1001".into()),
        goods_name: Some("龙井 250g".into()),
        unit_price: Fen::new(444),
        refund_amount: Fen::new(888),
        refund_quantity: 2,
    }];
    request
}

#[tokio::test]
async fn a_refund_sends_and_reads_its_example() {
    let address = "/v3/refund/domestic/refunds";
    let refund = exchange(Call::Refund, address, async |client| client.refund(&request()).await).await;
    assert_eq!(refund.amount.refund_fee, Some(Fen::new(5)));
    assert_eq!(refund.promotion_detail[0].goods_detail[0].refund_quantity, 2);
}

#[tokio::test]
async fn a_provider_looks_up_a_sub_merchants_refund() {
    let number = OutRefundNo::parse("123123123123").unwrap();
    let address = "/v3/refund/domestic/refunds/123123123123?sub_mchid=1900000109";
    let query =
        async |client: tongbao_sdk::Client| client.query_sub_merchant_refund(&sub_mchid(), &number).await;
    exchange(Call::QueryRefund, address, query).await;
}

#[tokio::test]
async fn an_abnormal_refund_sends_and_reads_its_example() {
    let card = AbnormalRefundTo::UserBankCard {
        bank_type: "ICBC_DEBIT".into(),
        bank_account: Sealed::kept("PUB_KEY_ID_1", "c2VhbGVkIGNhcmQ="),
        real_name: Sealed::kept("PUB_KEY_ID_1", "c2VhbGVkIG5hbWU="),
    };
    let mut request = AbnormalRefundRequest::new(number(), card);
    request.sub_mchid = Some(sub_mchid());
    let id = RefundId::parse("50000000382019052709732678859").unwrap();
    let address = "/v3/refund/domestic/refunds/50000000382019052709732678859/apply-abnormal-refund";
    let call = async |client: tongbao_sdk::Client| client.abnormal_refund(&id, &request).await;
    exchange(Call::AbnormalRefund, address, call).await;
}

#[tokio::test]
async fn an_abnormal_refund_names_the_key_of_its_sealed_members_and_mixes_no_keys() {
    let answer = text("v3", "abnormal_refund.answer.json").unwrap();
    let outbound = Scripted::new(move |_, _| signed(200, &answer));
    let client = client(outbound.clone());
    let id = RefundId::parse("50000000382019052709732678859").unwrap();
    let card = |serial| AbnormalRefundTo::UserBankCard {
        bank_type: "ICBC_DEBIT".into(),
        bank_account: Sealed::kept("PUB_KEY_ID_1", "YQ=="),
        real_name: Sealed::kept(serial, "YQ=="),
    };
    let to = |serial| AbnormalRefundRequest::new(number(), card(serial));
    client.abnormal_refund(&id, &to("PUB_KEY_ID_1")).await.unwrap();
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], "PUB_KEY_ID_1");

    let error = client.abnormal_refund(&id, &to("PUB_KEY_ID_2")).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unsendable(_)), "{error}");
    assert_eq!(outbound.seen().len(), 1);
}

/// Reads a fixture and writes it again.
fn round_trip<T: DeserializeOwned + Serialize>(file: &str) -> T {
    let text = text("notification", file).unwrap();
    let read: T = serde_json::from_str(&text).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), expected, "{file}");
    read
}

/// What the client makes of a fixture that the platform sends as `event_type`.
fn notified(event_type: &str, file: &str) -> Content {
    let plaintext = text("notification", file).unwrap();
    let ciphertext = encrypted(b"Kj7QIyUiYx1q", "refund", plaintext.as_bytes());
    let body = serde_json::json!({
        "id": "EV-2018022511223320873", "create_time": "2026-03-01T16:20:06+08:00",
        "resource_type": "encrypt-resource", "event_type": event_type, "summary": "退款",
        "resource": {
            "original_type": "refund", "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext,
            "associated_data": "refund", "nonce": "Kj7QIyUiYx1q",
        },
    })
    .to_string();
    let client = client(Scripted::new(|_, _| signed(200, "")));
    let headers = stand_in_headers(NOW, body.as_bytes());
    client.open_notification(&headers, body.as_bytes()).unwrap().into_inner().content
}

#[test]
fn a_refund_notification_reads_its_example() {
    let notice: RefundNotice = round_trip("refund.json");
    assert_eq!(notice.refund_status, RefundStatus::Success);
    assert_eq!(notified("REFUND.SUCCESS", "refund.json"), Content::Refund(notice));
}

#[test]
fn a_providers_refund_notification_reads_its_example() {
    let notice: PartnerRefundNotice = round_trip("partner_refund.json");
    assert_eq!(notice.refund_status, RefundStatus::Abnormal);
    assert_eq!(notified("REFUND.ABNORMAL", "partner_refund.json"), Content::PartnerRefund(notice));
}
