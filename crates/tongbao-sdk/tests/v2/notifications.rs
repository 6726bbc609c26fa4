//! Notifications: payments are verified, refunds only decrypted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tongbao_sdk::ErrorCode;
use tongbao_sdk::v2::{
    ApiV2Key, Expected, Fields, Merchant, NotificationRefused, Order, REPLY_SUCCESS, RefundNotice, SignFault,
    SignType, reply_failure,
};
use tongbao_wire::{Fen, Mchid, RefundStatus, TradeState};

use crate::orders::{at, openid, transaction_id};
use crate::platform::{direct, fields, fixture, key, out_trade_no, own, provider, sub};
use crate::refunds::{out_refund_no, refund_id};

const HMAC: Expected = Expected::As(SignType::HmacSha256);
const MD5: Expected = Expected::As(SignType::Md5);

fn other_key() -> ApiV2Key {
    ApiV2Key::parse(&[b'k'; 32]).unwrap()
}

/// The example, changed and signed again.
fn payment(sign_type: SignType, changes: &[(&str, &str)]) -> String {
    let mut fields = fields(fixture("notification/v2_payment.xml").as_bytes());
    for (name, text) in changes {
        fields.set(name, text);
    }
    fields.set("sign", &key().sign(sign_type, &fields));
    fields.to_xml().unwrap()
}

fn refused(body: &str, expected: Expected) -> NotificationRefused {
    direct().open_payment(body.as_bytes(), expected).unwrap_err()
}

#[test]
fn a_payment_is_verified_and_read_to_the_last_element() {
    let body = fixture("notification/v2_payment.xml");
    for expected in [HMAC, Expected::AsSent] {
        let notice = direct().open_payment(body.as_bytes(), expected).unwrap().into_inner();
        assert_eq!(notice.fields, fields(body.as_bytes()));
        let paid = &notice.payment;
        assert_eq!((&paid.party, &paid.mch_id), (&own(), &direct().mch_id));
        assert_eq!((paid.total_fee, paid.cash_fee), (Fen::new(100), Some(Fen::new(95))));
        assert_eq!(paid.coupons.iter().map(|coupon| coupon.coupon_fee.get()).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(paid.openid, Some(openid()));
        assert_eq!(paid.time_end, at("2014-10-30T13:35:25+08:00"));
        assert_eq!(paid.attach.as_deref(), Some("深圳分店"));
        assert!(!format!("{notice:?}").contains("oUpF8uMu"), "payers are not printed");
        assert_eq!(Order::from(notice.payment).to_transaction().unwrap().trade_state, TradeState::Success);
    }
}

#[test]
fn every_element_is_signed_known_or_not() {
    let body =
        payment(SignType::HmacSha256, &[("rate_value", "650000000"), ("brand_new", "x"), ("empty", "")]);
    let notice = direct().open_payment(body.as_bytes(), HMAC).unwrap();
    assert_eq!(notice.get().fields.get("brand_new"), Some("x"));
    for (from, to) in [
        ("<brand_new>x<", "<brand_new>y<"),
        ("<total_fee>100<", "<total_fee>1<"),
        ("<coupon_fee_1>2<", "<coupon_fee_1>3<"),
        ("<empty></empty>", "<empty>1</empty>"),
        ("</xml>", "<more>1</more></xml>"),
    ] {
        let changed = body.replace(from, to);
        assert_ne!(changed, body);
        assert_eq!(refused(&changed, HMAC), NotificationRefused::Sign(SignFault::Wrong), "{from}");
    }
    let without = body.replace("<empty></empty>", "");
    direct().open_payment(without.as_bytes(), HMAC).unwrap();
}

#[test]
fn the_way_of_signing_is_the_merchants_to_choose() {
    let md5 = payment(SignType::Md5, &[]);
    direct().open_payment(md5.as_bytes(), MD5).unwrap();
    direct().open_payment(md5.as_bytes(), Expected::AsSent).unwrap();
    assert_eq!(refused(&md5, HMAC), NotificationRefused::Sign(SignFault::Wrong));

    // A message may not choose for the merchant.
    let says_md5 = payment(SignType::Md5, &[("sign_type", "MD5")]);
    assert_eq!(refused(&says_md5, HMAC), NotificationRefused::Sign(SignFault::Wrong));
    direct().open_payment(says_md5.as_bytes(), Expected::AsSent).unwrap();
    let says_hmac = payment(SignType::HmacSha256, &[("sign_type", "HMAC-SHA256")]);
    direct().open_payment(says_hmac.as_bytes(), Expected::AsSent).unwrap();
    let says_other = payment(SignType::Md5, &[("sign_type", "NONE")]);
    assert_eq!(
        refused(&says_other, Expected::AsSent),
        NotificationRefused::Sign(SignFault::UnknownType("NONE".into()))
    );
    for (sign, fault) in [("", SignFault::Missing), ("ABC", SignFault::Wrong)] {
        let body = fields(md5.as_bytes()).with("sign", sign).to_xml().unwrap();
        assert_eq!(refused(&body, Expected::AsSent), NotificationRefused::Sign(fault));
    }
}

#[test]
fn a_key_that_is_being_changed_opens_too() {
    let body = fixture("notification/v2_payment.xml");
    let refund = fixture("notification/v2_refund.xml");
    let changing = Merchant { key: other_key(), key_other: Some(key()), ..direct() };
    changing.open_payment(body.as_bytes(), HMAC).unwrap();
    changing.open_refund(refund.as_bytes()).unwrap();
    let changed = Merchant { key: other_key(), ..direct() };
    assert_eq!(changed.open_payment(body.as_bytes(), HMAC).unwrap_err().code(), "sign_wrong");
    assert_eq!(changed.open_refund(refund.as_bytes()).unwrap_err().code(), "cannot_decrypt");
}

#[test]
fn what_is_not_a_payment_of_this_merchant_is_refused() {
    let other = Merchant { mch_id: Mchid::parse("10000101").unwrap(), ..direct() };
    let body = fixture("notification/v2_payment.xml");
    let error = other.open_payment(body.as_bytes(), HMAC).unwrap_err();
    assert_eq!(error, NotificationRefused::OtherMerchant { mch_id: "10000100".into() });

    let failed = payment(SignType::HmacSha256, &[("result_code", "FAIL"), ("err_code", "SYSTEMERROR")]);
    assert!(matches!(
        refused(&failed, HMAC),
        NotificationRefused::Failed { code: ErrorCode::SystemError, .. }
    ));
    let failed = "<xml><return_code>FAIL</return_code><return_msg>x</return_msg></xml>";
    assert_eq!(refused(failed, HMAC).code(), "notification_failed");
    for (name, code) in [("transaction_id", "misfit"), ("result_code", "misfit"), ("time_end", "misfit")] {
        let body = payment(SignType::HmacSha256, &[(name, "")]);
        let error = refused(&body, HMAC);
        assert_eq!((error.code(), error.to_string()), (code, format!("{name}: is missing")));
    }
    let body = payment(SignType::HmacSha256, &[("total_fee", "1.00")]);
    assert_eq!(refused(&body, HMAC).to_string(), "total_fee: is not a whole number");
    for (body, code) in [
        ("", "xml_not_xml"),
        ("<xml><a>1</a></xml>", "misfit"),
        ("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>", "xml_doctype"),
    ] {
        assert_eq!(refused(body, HMAC).code(), code, "{body}");
        assert_eq!(direct().open_refund(body.as_bytes()).unwrap_err().code(), code, "{body}");
    }
}

#[test]
fn a_sub_merchants_payment_says_whose_it_is() {
    let changes = [("sub_mch_id", "1900000109"), ("sub_appid", "wx8888888888888888"), ("sub_openid", "oSub")];
    let body = payment(SignType::HmacSha256, &changes);
    let notice = provider().open_payment(body.as_bytes(), HMAC).unwrap().into_inner();
    assert_eq!(notice.payment.party, sub());
    assert_eq!(notice.payment.sub_openid.unwrap().as_str(), "oSub");
}

#[test]
fn a_refund_is_decrypted_and_remains_unconfirmed() {
    let body = fixture("notification/v2_refund.xml");
    let notice = direct().open_refund(body.as_bytes()).unwrap();
    let expected = RefundNotice {
        mch_id: direct().mch_id,
        party: own(),
        transaction_id: transaction_id(),
        out_trade_no: out_trade_no(),
        out_refund_no: out_refund_no("R20150806@1"),
        refund_id: refund_id("50000404922017112502468056157"),
        refund_status: RefundStatus::Success,
        refund_fee: Fen::new(60),
        settlement_refund_fee: Some(Fen::new(58)),
        cash_refund_fee: Some(Fen::new(57)),
        total_fee: Fen::new(100),
        settlement_total_fee: Some(Fen::new(98)),
        success_time: Some(at("2017-11-25T15:36:17+08:00")),
        refund_recv_accout: Some("支付用户零钱".into()),
        refund_account: Some("REFUND_SOURCE_RECHARGE_FUNDS".into()),
        refund_request_source: Some("API".into()),
    };
    assert_eq!(notice.claim(), &expected);
}

#[tokio::test]
async fn a_refund_is_confirmed_by_its_number() {
    use crate::platform::{Scripted, client, signed};
    use tongbao_sdk::v2::RefundQuery;
    let body = fixture("notification/v2_refund.xml");
    let notice = direct().open_refund(body.as_bytes()).unwrap();
    let outbound = Scripted::new(|_, _| signed(&[]));
    let question = RefundQuery::confirming(notice.claim());
    client(direct(), outbound.clone()).refund_query(&question).await.unwrap_err();
    let sent = fields(outbound.seen()[0].body());
    assert_eq!(sent.get("refund_id"), Some("50000404922017112502468056157"));
    assert_eq!(sent.get("out_refund_no"), None);
}

/// A refund notification around `req_info`.
fn refund(merchant: &Merchant, req_info: &str) -> Result<RefundNotice, NotificationRefused> {
    let body = Fields::new()
        .with("return_code", "SUCCESS")
        .with("appid", "wx2421b1c4370ec43b")
        .with("mch_id", merchant.mch_id.as_str())
        .with("req_info", req_info);
    merchant.open_refund(body.to_xml().unwrap().as_bytes()).map(|notice| notice.claim().clone())
}

#[test]
fn the_published_refund_notification_opens() {
    let key = ApiV2Key::parse(b"ziR0QKsTUfMOuochC9RfCdmfHECorQAP").unwrap();
    let merchant = Merchant { key, ..direct() };
    let req_info = include_str!("../published/v2_req_info.txt");
    let notice = refund(&merchant, req_info).unwrap();
    assert_eq!(notice.refund_status, RefundStatus::Success);
    assert_eq!(notice.out_refund_no.as_str(), "50fd012ed1b311e7af7800163e32c503");
    assert_eq!(notice.refund_id.as_str(), "50000404922017112502468056157");
    assert_eq!(notice.total_fee, Fen::new(6));
    assert_eq!(notice.success_time, Some(at("2017-11-25T15:36:17+08:00")));
}

#[test]
fn the_second_vector_opens_but_says_too_little() {
    let req_info = "WBzGpzQuNpcFxIlFjUUD9BZv+lpBMzd2SHiKCkwfALWid5G8ZvfOussfMIHLbKJmcnxPKdb1ZJEqTAp8ysQv+xa1fj+Eorgndx3fNxf3KAYa3LPgsjvZgxaeYyrhV05Kbjkj6ywg27cEyTTaPZFYNg==";
    let error = refund(&direct(), req_info).unwrap_err();
    assert_eq!(error.to_string(), "transaction_id: is missing", "it was opened and read");

    let whole = STANDARD.decode(req_info).unwrap();
    for bad in [
        "",
        "not base64",
        "AAAA",
        &STANDARD.encode(&whole[..16]),
        &STANDARD.encode(&whole[..whole.len() - 1]),
    ] {
        let code = refund(&direct(), bad).unwrap_err().code();
        assert!(["cannot_decrypt", "misfit"].contains(&code), "{bad}: {code}");
    }
}

#[test]
fn replies_are_what_the_platform_expects_to_the_byte() {
    assert_eq!(
        REPLY_SUCCESS,
        "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
    );
    assert_eq!(
        reply_failure("unknown order"),
        "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[unknown order]]></return_msg></xml>"
    );
    for reason in [
        "]]>",
        "a]]></return_msg><x>1</x>",
        "]]]]>>",
        "<&>\"'",
        "\u{0}\u{7}line\nbreak",
        "",
        &"长".repeat(500),
    ] {
        let read = fields(reply_failure(reason).as_bytes());
        let told: String = reason.chars().filter(|c| !c.is_control()).take(128).collect();
        assert_eq!(read.get("return_msg"), Some(told.as_str()), "{reason:?}");
        assert_eq!((read.len(), read.get("return_code")), (2, Some("FAIL")));
    }
}

#[test]
fn elements_grouped_anew_under_a_genuine_signature_are_refused() {
    // What a payer chose as `attach` of an order for one fen.
    let attach = "x&mch_id=10000100&out_trade_no=VICTIM01&p=";
    let genuine = payment(SignType::HmacSha256, &[("attach", attach)]);
    direct().open_payment(genuine.as_bytes(), HMAC).unwrap();
    let genuine = fields(genuine.as_bytes());
    let swallowed: Vec<_> = genuine
        .iter()
        .filter(|(name, text)| *name > "attach" && *name < "p" && !text.is_empty())
        .map(|(name, text)| format!("&{name}={text}"))
        .collect();
    let mut forged: Fields = genuine.iter().filter(|(name, _)| *name < "attach" || *name > "p").collect();
    forged.set("attach", "x");
    forged.set("mch_id", "10000100");
    forged.set("out_trade_no", "VICTIM01");
    forged.set("p", &swallowed.concat());
    assert_eq!(key().verify(SignType::HmacSha256, &forged), Ok(()), "the signature alone does not notice");
    let refusal = refused(&forged.to_xml().unwrap(), HMAC);
    assert_eq!(refusal, NotificationRefused::Sign(SignFault::Ambiguous("p".into())));
}

#[test]
fn a_refund_notice_without_content_is_refused() {
    for req_info in [" ", "====", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=="] {
        let fields: Fields = [("return_code", "SUCCESS"), ("mch_id", "10000100"), ("req_info", req_info)]
            .into_iter()
            .collect();
        let refusal = direct().open_refund(fields.to_xml().unwrap().as_bytes()).unwrap_err();
        assert_eq!(refusal, NotificationRefused::CannotDecrypt, "{req_info}");
    }
}

#[test]
fn the_signed_answer_to_a_query_is_no_notification_of_a_payment() {
    for (state, taken) in [("NOTPAY", false), ("REFUND", false), ("SUCCESS", true)] {
        let body = payment(SignType::HmacSha256, &[("trade_state", state)]);
        let opened = direct().open_payment(body.as_bytes(), HMAC);
        assert_eq!(opened.is_ok(), taken, "{state}");
    }
}
