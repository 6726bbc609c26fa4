//! The three layers of an answer, and what each failure says about trying again.

use std::error::Error;

use tongbao_sdk::v2::{CallError, CallErrorKind, Merchant, OrderNumber, SignFault, SignType};
use tongbao_sdk::{Cause, ErrorCode, Hosts, Retry, RetryPolicy};

use crate::platform::{
    Plan, Reply, Scripted, client, direct, fields, key, lost, not_sent, out_trade_no, own, page, refused,
    rejected, signed,
};
use crate::refunds::request;

fn not_paid() -> Reply {
    signed(&[("out_trade_no", "20150806125346"), ("trade_state", "NOTPAY")])
}

/// A query that is answered so, and not repeated.
async fn query(reply: impl Fn() -> Reply + Send + Sync + 'static) -> CallError {
    let outbound = Scripted::new(move |_, _| reply());
    let client = client(direct(), outbound).with_retry(RetryPolicy::off());
    client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap_err()
}

/// A refund that is answered so.
async fn refund(reply: impl Fn() -> Reply + Send + Sync + 'static) -> CallError {
    let outbound = Scripted::new(move |_, _| reply());
    let client = client(direct(), Scripted::unused()).with_client_certificate(outbound.clone());
    let error = client.refund(&request(out_trade_no())).await.unwrap_err();
    assert_eq!(outbound.seen().len(), 1, "a refund is never repeated");
    error
}

const NGINX: &str = "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body bgcolor=\"white\">\r\n<center><h1>400 Bad Request</h1></center>\r\n</body></html>";

#[tokio::test]
async fn what_is_no_message_is_a_failure_of_the_transport() {
    let replies: [(Plan, &str, Retry, Retry, bool); 9] = [
        (not_sent, "not_sent", Retry::SameRequest, Retry::SameRequest, false),
        (lost, "outcome_unknown", Retry::SameRequest, Retry::AfterQuery, true),
        (|| page(200, "<html>portal</html>"), "not_a_message", Retry::SameRequest, Retry::AfterQuery, true),
        (|| page(200, ""), "not_a_message", Retry::SameRequest, Retry::AfterQuery, true),
        (|| page(302, ""), "page", Retry::Later, Retry::AfterQuery, true),
        (|| page(502, "<html>"), "page", Retry::Later, Retry::AfterQuery, true),
        (|| page(500, "<xml></xml>"), "page", Retry::SameRequest, Retry::AfterQuery, true),
        (|| page(403, "<html>"), "page", Retry::Never, Retry::AfterQuery, true),
        (|| page(400, NGINX), "client_certificate_refused", Retry::Never, Retry::AfterQuery, true),
    ];
    for (reply, code, harmless, money, doubt) in replies {
        let error = query(reply).await;
        assert_eq!((error.code(), error.retry()), (code, harmless), "{error}");
        let error = refund(reply).await;
        assert_eq!((error.code(), error.retry(), error.outcome_unknown()), (code, money, doubt), "{error}");
    }
}

#[tokio::test]
async fn one_altered_byte_of_an_answer_is_noticed() {
    let Ok(answer) = not_paid() else { panic!() };
    let whole = String::from_utf8(answer.into_body().to_vec()).unwrap();
    let altered = [
        whole.replace("NOTPAY", "NOTPAX"),
        whole.replace("NOTPAY", "SUCCESS"),
        whole.replace("20150806125346", "20150806125347"),
        whole.replace("</xml>", "<extra>1</extra></xml>"),
        whole.replace("<appid>wx2421b1c4370ec43b</appid>", ""),
    ];
    for body in altered {
        assert_ne!(body, whole);
        let error = query(move || page(200, &body)).await;
        assert!(matches!(error.kind, CallErrorKind::UnverifiableAnswer(SignFault::Wrong)), "{error}");
        assert!(error.outcome_unknown());
    }
    let unsigned = "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>";
    let error = query(move || page(200, unsigned)).await;
    assert!(matches!(error.kind, CallErrorKind::UnverifiableAnswer(SignFault::Missing)), "{error}");
    let forged_refusal = "<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code><err_code>ORDERNOTEXIST</err_code></xml>";
    let error = query(move || page(200, forged_refusal)).await;
    assert_eq!((error.code(), error.refusal()), ("unverifiable_answer", None), "refusals are signed too");
}

#[tokio::test]
async fn an_answer_is_verified_as_its_request_was_signed() {
    let md5 = Merchant { sign_type: SignType::Md5, ..direct() };
    let outbound = Scripted::new(|_, request| {
        let sent = fields(request.body());
        assert_eq!(sent.get("sign_type"), None, "MD5 is what is meant when nothing is said");
        assert_eq!(key().verify(SignType::Md5, &sent), Ok(()));
        not_paid()
    });
    let client = client(md5, outbound);
    let error = client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap_err();
    assert_eq!(error.code(), "unverifiable_answer", "HMAC-SHA256 is not what was asked for");
}

#[tokio::test]
async fn white_space_and_letter_case_of_the_two_codes_do_not_count() {
    for word in ["success", " SUCCESS ", "Success\n"] {
        let outbound = Scripted::new(move |_, _| {
            signed(&[("result_code", word), ("out_trade_no", "20150806125346"), ("trade_state", "NOTPAY")])
        });
        let number = OrderNumber::from(out_trade_no());
        client(direct(), outbound).order_query(&own(), &number).await.unwrap();
    }
    let error = query(|| page(200, "<xml><a>1</a></xml>")).await;
    assert_eq!(error.source().unwrap().to_string(), "return_code: is missing");
    let error = query(|| signed(&[("result_code", "")])).await;
    assert_eq!(error.source().unwrap().to_string(), "result_code: is missing");
}

#[tokio::test]
async fn each_refusal_of_a_query_has_its_retry_class() {
    for (code, retry, doubt) in [
        ("ORDERNOTEXIST", Retry::Never, false),
        ("SYSTEMERROR", Retry::SameRequest, true),
        ("FREQUENCY_LIMITED", Retry::Later, false),
        ("SIGNERROR", Retry::Never, false),
        ("SOMETHING_NEW", Retry::Never, false),
    ] {
        let error = query(move || refused(code)).await;
        assert_eq!((error.retry(), error.outcome_unknown()), (retry, doubt), "{error}");
        assert_eq!(error.refusal(), Some(&ErrorCode::from(code)));
    }
}

#[tokio::test]
async fn each_refusal_of_a_refund_has_its_retry_class() {
    for (code, retry, doubt) in [
        ("SYSTEMERROR", Retry::AfterQuery, true),
        ("BIZERR_NEED_RETRY", Retry::AfterQuery, true),
        ("SOMETHING_NEW", Retry::AfterQuery, true),
        ("NOTENOUGH", Retry::Later, false),
        ("FREQUENCY_LIMITED", Retry::Later, false),
        ("INVALID_REQ_TOO_MUCH", Retry::Later, false),
        ("ORDER_NOT_READY", Retry::Later, false),
        ("TRADE_OVERDUE", Retry::Never, false),
        ("ERROR", Retry::Never, false),
        ("USER_ACCOUNT_ABNORMAL", Retry::Never, false),
        ("REFUND_FEE_MISMATCH", Retry::Never, false),
        ("ORDERNOTEXIST", Retry::Never, false),
        ("CERT_ERROR", Retry::Never, false),
    ] {
        let error = refund(move || refused(code)).await;
        assert_eq!((error.retry(), error.outcome_unknown()), (retry, doubt), "{error}");
    }
    let error = refund(|| rejected("签名错误")).await;
    assert_eq!(
        (error.retry(), error.outcome_unknown()),
        (Retry::AfterQuery, true),
        "nothing of it is signed"
    );
    assert_eq!(error.to_string(), "refund_v2: not accepted: 签名错误");
}

#[tokio::test]
async fn a_refused_close_is_followed_by_a_query() {
    for (code, retry) in [
        ("ORDERPAID", Retry::AfterQuery),
        ("ORDERNOTEXIST", Retry::AfterQuery),
        ("TRADE_STATE_ERROR", Retry::Never),
        ("SIGNERROR", Retry::Never),
    ] {
        let outbound = Scripted::new(move |_, _| refused(code));
        let error = client(direct(), outbound).close_order(&own(), &out_trade_no()).await.unwrap_err();
        assert_eq!(error.retry(), retry, "{error}");
    }
}

#[tokio::test]
async fn a_number_in_the_text_names_the_cause() {
    let error = query(|| {
        signed(&[
            ("result_code", "FAIL"),
            ("err_code", "TRADE_STATE_ERROR"),
            ("err_code_des", "当前交易不允许进行普通关单(只能撤销) 268449641"),
        ])
    })
    .await;
    assert_eq!((error.cause_code(), error.cause()), (Some(268_449_641), Some(Cause::OnlyReverseAllowed)));
    assert!(error.to_string().ends_with("[only_reverse_allowed]"), "{error}");
    let error = query(|| rejected("受理机构必须传入sub_mch_id (268443704)")).await;
    assert_eq!(error.cause(), Some(Cause::SubMchidRequired));
    let error = query(|| rejected("1234567890 and 12345678")).await;
    assert_eq!((error.cause_code(), error.refusal()), (None, Some(&ErrorCode::Unknown("".into()))));
    let error = query(|| rejected("SYSTEMERROR")).await;
    assert_eq!((error.refusal(), error.retry()), (Some(&ErrorCode::SystemError), Retry::SameRequest));
}

#[tokio::test(start_paused = true)]
async fn what_is_harmless_is_repeated_with_the_same_bytes() {
    for failure in
        [lost as Plan, not_sent, || page(502, ""), || refused("SYSTEMERROR"), || rejected("SYSTEMERROR")]
    {
        let outbound = Scripted::new(move |position, _| if position == 0 { failure() } else { not_paid() });
        let client = client(direct(), outbound.clone());
        client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap();
        let seen = outbound.seen();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].body(), seen[1].body());
        let hosts: Vec<_> = seen.iter().map(|request| request.uri().host().unwrap()).collect();
        assert_eq!(hosts[0], "api.mch.weixin.qq.com");
        assert!(["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com"].contains(&hosts[1]));
    }
    for refusal in ["ORDERNOTEXIST", "PARAM_ERROR", "FREQUENCY_LIMITED"] {
        let outbound = Scripted::new(move |_, _| refused(refusal));
        let client = client(direct(), outbound.clone());
        client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap_err();
        assert_eq!(outbound.seen().len(), 1, "{refusal}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_patient_client_waits_rate_limits_out() {
    for failure in [(|| refused("FREQUENCY_LIMITED")) as Plan, || page(429, "")] {
        let outbound = Scripted::new(move |position, _| if position < 3 { failure() } else { not_paid() });
        let client = client(direct(), outbound.clone()).with_retry(RetryPolicy::patient());
        client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap();
        assert_eq!(outbound.seen().len(), 4);
    }
}

#[tokio::test]
async fn doubt_left_by_the_first_host_is_not_cleared_by_the_second() {
    let outbound = Scripted::new(|position, _| if position == 0 { lost() } else { refused("PARAM_ERROR") });
    let error = client(direct(), outbound).close_order(&own(), &out_trade_no()).await.unwrap_err();
    assert_eq!((error.outcome_unknown(), error.retry()), (true, Retry::AfterQuery), "{error}");
}

#[tokio::test]
async fn a_base_address_that_is_none_is_named() {
    use std::sync::Arc;
    use tongbao_sdk::v2::Client;
    use tongbao_wire::Timestamp;
    use tongbao_wire::seam::{Chance, Clock};
    for host in ["", "api.mch.weixin.qq.com", "https://", "not an address"] {
        let outbound: Arc<Scripted> = Scripted::unused();
        let (clock, chance) = (Clock::fixed(Timestamp::from_seconds(0)), Chance::new(|_| ()));
        let client = Client::new(direct(), Hosts::only(host), outbound, clock, chance);
        let error = client.order_query(&own(), &OrderNumber::from(out_trade_no())).await.unwrap_err();
        assert!(error.to_string().contains("host must be"), "{error}");
    }
}

#[tokio::test]
async fn what_needs_the_certificate_is_not_sent_without() {
    let client = client(direct(), Scripted::unused());
    let error = client.refund(&request(out_trade_no())).await.unwrap_err();
    assert_eq!((error.code(), error.retry()), ("no_client_certificate", Retry::Never));
    assert!(error.to_string().contains("with_client_certificate"), "{error}");
    let number = OrderNumber::from(out_trade_no());
    client.reverse_order(&own(), &number).await.unwrap_err();
    assert!(!format!("{client:?}").contains("192006250b4c09247ec02edce69f6a2d"));
}

#[tokio::test]
async fn every_failure_is_explained_in_both_languages_with_the_retry_of_the_call() {
    let replies: [Plan; 13] = [
        not_sent,
        lost,
        || page(200, "<html>portal</html>"),
        || page(502, "<html>"),
        || page(400, NGINX),
        || page(200, "<xml><return_code>SUCCESS</return_code></xml>"),
        || signed(&[]),
        || rejected("签名错误"),
        || rejected("something new"),
        || refused("SYSTEMERROR"),
        || refused("NOTENOUGH"),
        || refused("FREQUENCY_LIMITED"),
        || refused("SOMETHING_NEW"),
    ];
    for reply in replies {
        for error in [query(reply).await, refund(reply).await] {
            let told = error.explanation();
            assert_eq!(told.retry, error.retry(), "{error}");
            for text in [told.cause, told.fix] {
                assert!(!text.zh.is_ascii() && !text.en.is_empty(), "{error}: {text:?}");
            }
        }
    }
    let client = client(direct(), Scripted::unused());
    let error = client.refund(&request(out_trade_no())).await.unwrap_err();
    assert!(error.explanation().fix.en.contains("apiclient_cert.pem"), "{error}");
    let error = query(|| rejected("签名错误")).await;
    assert!(error.explanation().cause.zh.contains("签名"), "{error}");
}
