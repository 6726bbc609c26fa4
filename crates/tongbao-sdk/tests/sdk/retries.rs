//! What a refusal says about trying again.

use tongbao_sdk::{CallError, CallErrorKind, Cause, ErrorCode, RefundRequest, RefundedPayment, Retry};
use tongbao_wire::{Fen, OutRefundNo};

use crate::scripted::{
    Plan, Reply, Scripted, client, order, out_trade_no, refusal, signed, unsigned, with_request_id,
};

async fn prepay(reply: impl Fn() -> Reply + Send + Sync + 'static) -> CallError {
    client(Scripted::new(move |_, _| reply())).jsapi_prepay(&order()).await.unwrap_err()
}

async fn refund(status: u16, code: &'static str) -> CallError {
    refund_answered(move || refusal(status, code)).await
}

async fn refund_answered(reply: impl Fn() -> Reply + Send + Sync + 'static) -> CallError {
    let payment = RefundedPayment::OutTradeNo(out_trade_no());
    let request = RefundRequest::new(payment, OutRefundNo::parse("R1").unwrap(), Fen::new(1), Fen::new(1));
    client(Scripted::new(move |_, _| reply())).refund(&request).await.unwrap_err()
}

#[tokio::test]
async fn each_refusal_of_an_order_has_its_retry_class() {
    for (status, code, retry) in [
        (400, "PARAM_ERROR", Retry::Never),
        (401, "SIGN_ERROR", Retry::Never),
        (403, "NO_AUTH", Retry::Never),
        (403, "OUT_TRADE_NO_USED", Retry::Never),
        (400, "ORDER_CLOSED", Retry::Never),
        (400, "ORDERPAID", Retry::AfterQuery),
        (429, "RATELIMIT_EXCEEDED", Retry::Later),
        (429, "SOMETHING_NEW", Retry::Later),
        (500, "SYSTEM_ERROR", Retry::SameRequest),
        (500, "OPENID_MISMATCH", Retry::Never),
        (503, "SERVICE_UNAVAILABLE", Retry::Later),
        (400, "SYSTEMERROR", Retry::SameRequest),
    ] {
        let error = prepay(move || refusal(status, code)).await;
        assert_eq!(error.retry(), retry, "{error}");
    }
}

#[tokio::test]
async fn a_refund_is_queried_before_it_is_tried_again() {
    for (status, code, retry) in [
        (400, "PARAM_ERROR", Retry::Never),
        (403, "NOT_ENOUGH", Retry::Later),
        (404, "RESOURCE_NOT_EXISTS", Retry::Never),
        (429, "FREQUENCY_LIMITED", Retry::AfterQuery),
        (500, "SYSTEM_ERROR", Retry::AfterQuery),
        (500, "BIZ_ERR_NEED_RETRY", Retry::AfterQuery),
        (502, "SERVICE_UNAVAILABLE", Retry::AfterQuery),
    ] {
        let error = refund(status, code).await;
        assert_eq!(error.retry(), retry, "{error}");
    }
}

#[tokio::test]
async fn a_refused_close_is_followed_by_a_query() {
    for (status, code) in [(400, "INVALID_REQUEST"), (403, "TRADE_ERROR"), (404, "ORDER_NOT_EXIST")] {
        let outbound = Scripted::new(move |_, _| refusal(status, code));
        let error = client(outbound).close(&out_trade_no()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::AfterQuery, "{error}");
    }
}

#[tokio::test]
async fn the_cause_is_read_from_the_request_id() {
    let error =
        prepay(|| with_request_id(refusal(400, "INVALID_REQUEST"), "08E6F6C2A706-CF05-268498689")).await;
    assert_eq!(error.refusal(), Some(&ErrorCode::InvalidRequest));
    assert_eq!(error.request_id.as_deref(), Some("08E6F6C2A706-CF05-268498689"));
    assert_eq!(error.cause_code, Some(268_498_689));
    assert_eq!(error.cause(), Some(Cause::AlreadyPaid));
    assert_eq!(error.retry(), Retry::AfterQuery, "already paid, says the cause");
    let text = error.to_string();
    assert!(text.contains("HTTP 400 INVALID_REQUEST: because [already_paid] (Request-ID 08E6"), "{text}");
}

#[tokio::test]
async fn the_faulty_member_is_passed_on() {
    let body = r#"{"code":"PARAM_ERROR","message":"参数错误","detail":{"field":"/amount/currency","value":"XYZ","issue":"Currency code is invalid","location":"body"}}"#;
    let error = prepay(move || unsigned(400, body)).await;
    let CallErrorKind::Refused { detail: Some(detail), .. } = &error.kind else { panic!("{error}") };
    assert_eq!(detail.field.as_deref(), Some("/amount/currency"));
    assert_eq!(error.request_id, None, "some refusals have no Request-ID");
}

#[tokio::test]
async fn a_page_of_a_gateway_is_a_refusal_without_a_code() {
    for (status, retry) in
        [(400, Retry::Never), (404, Retry::Never), (413, Retry::Never), (504, Retry::SameRequest)]
    {
        let error = prepay(move || unsigned(status, "<html><body>nginx</body></html>")).await;
        assert_eq!(error.refusal(), Some(&ErrorCode::Unknown("".into())), "{error}");
        assert_eq!(error.retry(), retry, "{error}");
    }
}

#[tokio::test]
async fn accepted_but_not_finished_asks_for_the_same_request_again() {
    let error = prepay(|| signed(202, r#"{"code":"USERPAYING","message":"支付中"}"#)).await;
    assert_eq!(error.refusal(), Some(&ErrorCode::UserPaying));
    assert_eq!((error.retry(), error.outcome_unknown()), (Retry::SameRequest, true));
}

#[tokio::test]
async fn accepted_but_not_finished_is_queried_first_where_money_moves() {
    let accepted: Plan = || signed(202, r#"{"code":"USERPAYING","message":"支付中"}"#);
    for reply in [accepted, || refusal(400, "USERPAYING")] {
        let error = refund_answered(reply).await;
        assert_eq!((error.outcome_unknown(), error.retry()), (true, Retry::AfterQuery), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_that_is_not_the_platforms_leaves_a_refund_in_doubt() {
    let replies: [Plan; 7] = [
        || unsigned(400, "<html><body>nginx</body></html>"),
        || unsigned(404, ""),
        || unsigned(408, ""),
        || unsigned(302, ""),
        || refusal(403, "FREQUENCY_LIMITED"),
        || refusal(400, "BIZERR_NEED_RETRY"),
        || refusal(400, "SYSTEMERROR"),
    ];
    for reply in replies {
        let error = refund_answered(reply).await;
        assert_eq!((error.outcome_unknown(), error.retry()), (true, Retry::AfterQuery), "{error}");
    }
    let error = refund(404, "RESOURCE_NOT_EXISTS").await;
    assert!(!error.outcome_unknown(), "the platform says so");
    let error = prepay(|| unsigned(404, "")).await;
    assert!(!error.outcome_unknown(), "no money moves");
}

#[tokio::test]
async fn what_a_refusal_says_cannot_forge_a_line_of_a_log_nor_fill_it() {
    let body = serde_json::json!({
        "code": format!("A\r\nB{}", "x".repeat(5000)),
        "message": format!("one\ntwo\u{1b}[31m\u{85}{}", "x".repeat(5000)),
    })
    .to_string();
    let error = prepay(move || unsigned(400, &body)).await;
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(char::is_control), "{shown}");
    assert!(shown.len() < 1000, "{} bytes", shown.len());
}

#[tokio::test]
async fn the_value_refused_is_not_printed_for_debugging() {
    let body = r#"{"code":"PARAM_ERROR","message":"参数错误","detail":{"field":"/payer/openid","value":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","issue":"wrong"}}"#;
    let error = prepay(move || unsigned(400, body)).await;
    let shown = format!("{error:?}");
    assert!(shown.contains("/payer/openid") && !shown.contains("oUpF8uMu"), "{shown}");
}
