//! Which calls are repeated, where, and what is believed.

use http::HeaderValue;
use tongbao_sdk::{CallErrorKind, Hosts, RefundRequest, RefundedPayment, Retry, SignatureFault};
use tongbao_wire::{Fen, OutRefundNo};

use crate::scripted::{
    NOW, PREPAID, Plan, Scripted, UNPAID, client, client_with, lost, not_sent, order, out_trade_no, refusal,
    signed, stand_in_headers, stand_in_keys, unsigned, with_signature,
};

fn refund() -> RefundRequest {
    let payment = RefundedPayment::OutTradeNo(out_trade_no());
    RefundRequest::new(payment, OutRefundNo::parse("R1").unwrap(), Fen::new(40), Fen::new(100))
}

#[tokio::test]
async fn a_host_that_gives_no_answer_is_followed_by_the_backup_with_the_same_bytes() {
    let failures: [Plan; 4] = [
        not_sent,
        lost,
        || unsigned(502, "<html>Bad Gateway</html>"),
        || refusal(503, "SERVICE_UNAVAILABLE"),
    ];
    for failure in failures {
        let outbound =
            Scripted::new(move |position, _| if position == 0 { failure() } else { signed(200, PREPAID) });
        client(outbound.clone()).jsapi_prepay(&order()).await.unwrap();
        let seen = outbound.seen();
        let [first, second] = seen.as_slice() else { panic!("two requests") };
        assert_eq!(first.uri().host(), Some("api.mch.weixin.qq.com"));
        assert_eq!(second.uri().host(), Some("api2.mch.weixin.qq.com"));
        assert_eq!(first.uri().path_and_query(), second.uri().path_and_query());
        assert_eq!(first.body(), second.body());
        let agent = |request: &http::Request<_>| request.headers()["User-Agent"].to_str().unwrap().to_owned();
        assert_eq!(agent(second), format!("{} (Retried-V1)", agent(first)));
        let authorization = |request: &http::Request<_>| request.headers()["Authorization"].clone();
        assert_eq!(authorization(first), authorization(second), "signed once");
    }
}

#[tokio::test]
async fn queries_and_closing_fail_over_too_but_only_once() {
    let outbound = Scripted::new(|_, _| lost());
    let client = client(outbound.clone());
    assert!(client.query_by_out_trade_no(&out_trade_no()).await.is_err());
    assert_eq!(outbound.seen().len(), 2);
    assert!(client.close(&out_trade_no()).await.is_err());
    assert_eq!(outbound.seen().len(), 4);
}

#[tokio::test]
async fn without_a_backup_there_is_one_attempt() {
    let outbound = Scripted::new(|_, _| lost());
    let client = client_with(outbound.clone(), stand_in_keys(), Hosts::only("http://127.0.0.1:1"));
    let error = client.jsapi_prepay(&order()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unknown(_)));
    assert_eq!((error.retry(), error.outcome_unknown()), (Retry::SameRequest, true));
    assert_eq!(outbound.seen().len(), 1);
}

#[tokio::test]
async fn a_refund_is_never_repeated_by_the_client() {
    let failures: [(Plan, Retry, bool); 6] = [
        (not_sent, Retry::SameRequest, false),
        (lost, Retry::AfterQuery, true),
        (|| unsigned(502, ""), Retry::AfterQuery, true),
        (|| refusal(500, "SYSTEM_ERROR"), Retry::AfterQuery, true),
        (|| refusal(429, "FREQUENCY_LIMITED"), Retry::AfterQuery, true),
        (|| with_signature(signed(200, "{}"), "WECHATPAY/SIGNTEST/x"), Retry::AfterQuery, true),
    ];
    for (failure, retry, outcome_unknown) in failures {
        let outbound = Scripted::new(move |_, _| failure());
        let error = client(outbound.clone()).refund(&refund()).await.unwrap_err();
        assert_eq!((error.retry(), error.outcome_unknown()), (retry, outcome_unknown), "{error}");
        assert_eq!(outbound.seen().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn doubt_left_by_the_first_host_is_not_cleared_by_the_second() {
    for second in [not_sent as Plan, || refusal(400, "PARAM_ERROR")] {
        let outbound = Scripted::new(move |position, _| if position == 0 { lost() } else { second() });
        let error = client(outbound).jsapi_prepay(&order()).await.unwrap_err();
        assert!(error.outcome_unknown(), "{error}");
        assert_ne!(error.retry(), Retry::Never, "{error}");
    }
    let outbound = Scripted::new(|_, _| not_sent());
    let error = client(outbound).jsapi_prepay(&order()).await.unwrap_err();
    assert!(!error.outcome_unknown(), "neither request left");
}

#[tokio::test(start_paused = true)]
async fn doubt_is_not_cleared_by_a_repetition_that_cannot_be_signed() {
    let keys = stand_in_keys();
    let shared = keys.clone();
    let outbound = Scripted::new(move |_, _| {
        // From now on the client announces a key whose number no header can carry.
        let _ = shared.clone().and_stand_in("Z\n", b"other");
        refusal(500, "SYSTEM_ERROR")
    });
    let client = client_with(outbound.clone(), keys, Hosts::production());
    let error = client.jsapi_prepay(&order()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unsendable(_)), "{error}");
    assert_eq!(outbound.seen().len(), 1);
    assert!(error.outcome_unknown(), "the first attempt may have succeeded");
    assert_eq!(error.retry(), Retry::AfterQuery);
}

#[tokio::test]
async fn a_signature_probe_fails_and_the_call_is_repeated_once_on_the_same_host() {
    let probe = || with_signature(signed(200, PREPAID), "WECHATPAY/SIGNTEST/m8vnaSrG7xOg~");
    let outbound =
        Scripted::new(move |position, _| if position == 0 { probe() } else { signed(200, PREPAID) });
    client(outbound.clone()).jsapi_prepay(&order()).await.unwrap();
    let addresses = outbound.addresses();
    assert_eq!(addresses.len(), 2);
    assert_eq!(addresses[0], addresses[1]);

    let outbound = Scripted::new(move |_, _| probe());
    let error = client(outbound.clone()).jsapi_prepay(&order()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::UnverifiableAnswer(SignatureFault::SignatureProbe)));
    assert_eq!(outbound.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_not_the_platforms_is_not_believed() {
    let stale = || {
        let mut response = unsigned(200, PREPAID)?;
        *response.headers_mut() = stand_in_headers(NOW - 300, PREPAID.as_bytes());
        Ok(response)
    };
    let foreign = || {
        let mut response = signed(200, PREPAID)?;
        let serial = HeaderValue::from_static("5157F09EFDC096DE15EBE81A47057A7232F1B8E1");
        response.headers_mut().insert("Wechatpay-Serial", serial);
        Ok(response)
    };
    let changed = || {
        let mut response = signed(200, PREPAID)?;
        *response.body_mut() = PREPAID.replace("wx2014", "wx2015").into();
        Ok(response)
    };
    let replies: [(Plan, &str); 6] = [
        (|| unsigned(200, PREPAID), "missing_header"),
        (|| unsigned(200, "<html>captive portal</html>"), "missing_header"),
        (stale, "stale"),
        (foreign, "unknown_serial"),
        (changed, "bad_signature"),
        (|| with_signature(signed(200, PREPAID), "AAAA"), "bad_signature"),
    ];
    for (reply, code) in replies {
        let outbound = Scripted::new(move |_, _| reply());
        let error = client(outbound.clone()).jsapi_prepay(&order()).await.unwrap_err();
        let CallErrorKind::UnverifiableAnswer(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.code(), code);
        assert!(error.outcome_unknown());
        assert_eq!(outbound.seen().len(), 1, "nothing is repeated or downloaded for {code}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_verified_as_well() {
    let closing = |reply: Plan| {
        let outbound = Scripted::new(move |_, _| reply());
        async move { client(outbound).close(&out_trade_no()).await }
    };
    closing(|| signed(204, "")).await.unwrap();
    let error = closing(|| unsigned(204, "")).await.unwrap_err();
    assert_eq!(error.code(), "unverifiable_answer");
}

#[tokio::test]
async fn a_verified_answer_that_is_truncated_or_strange_names_the_member() {
    for (body, member) in
        [("", "."), ("{\"prepay_id\":", "prepay_id"), ("[]", "."), ("{\"prepay_id\":7}", "prepay_id")]
    {
        let outbound = Scripted::new(move |_, _| signed(200, body));
        let error = client(outbound).jsapi_prepay(&order()).await.unwrap_err();
        let CallErrorKind::Undecodable(misfit) = &error.kind else { panic!("{error}") };
        assert_eq!(misfit.member, member, "{body}");
        assert_eq!(error.request_id.as_deref(), Some("08E6F6C2A706-CF05-0"));
    }
    let outbound = Scripted::new(|_, _| signed(200, UNPAID));
    assert!(client(outbound).query_by_out_trade_no(&out_trade_no()).await.is_ok());
}

#[tokio::test]
async fn a_signed_answer_about_another_number_is_not_believed() {
    let other = UNPAID.replace("1217752501201407033233368018", "1217752501201407033233368019");
    let outbound = Scripted::new(move |_, _| signed(200, &other));
    let error = client(outbound).query_by_out_trade_no(&out_trade_no()).await.unwrap_err();
    assert!(error.outcome_unknown());
    let CallErrorKind::Undecodable(misfit) = &error.kind else { panic!("{error}") };
    assert_eq!(misfit.member, "out_trade_no");

    let refunded = crate::fixtures::text("v3", "query_refund.answer.json").unwrap();
    let outbound = Scripted::new(move |_, _| signed(200, &refunded));
    let error = client(outbound).refund(&refund()).await.unwrap_err();
    assert_eq!((error.retry(), error.outcome_unknown()), (Retry::AfterQuery, true));
}
