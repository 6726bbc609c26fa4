//! What the client repeats by itself under each policy. Time is paused: pauses are seen, not waited for.

use std::time::Duration;

use tongbao_sdk::{
    Client, Failover, Hosts, Pause, RefundRequest, RefundedPayment, Repetition, RetryPolicy, SignedCall,
};
use tongbao_wire::{Fen, OutRefundNo};

use crate::scripted::{
    PREPAID, Plan, Scripted, client_with, lost, not_sent, order, refusal, signed, stand_in_keys, unsigned,
};

fn client(outbound: &std::sync::Arc<Scripted>, hosts: Hosts, policy: RetryPolicy) -> Client {
    client_with(outbound.clone(), stand_in_keys(), hosts).with_retry(policy)
}

/// How often a failing prepay is sent, and how long that takes.
async fn sent(hosts: Hosts, policy: RetryPolicy, reply: Plan) -> (usize, Duration) {
    let outbound = Scripted::new(move |_, _| reply());
    let before = tokio::time::Instant::now();
    assert!(client(&outbound, hosts, policy).jsapi_prepay(&order()).await.is_err());
    (outbound.seen().len(), before.elapsed())
}

const ALONE: &str = "http://127.0.0.1:1";

fn system_error() -> crate::scripted::Reply {
    refusal(500, "SYSTEM_ERROR")
}

fn rate_limit() -> crate::scripted::Reply {
    refusal(429, "FREQUENCY_LIMITED")
}

fn mistake() -> crate::scripted::Reply {
    refusal(400, "PARAM_ERROR")
}

#[tokio::test(start_paused = true)]
async fn switched_off_it_repeats_nothing() {
    for reply in [not_sent as Plan, lost, system_error, rate_limit, || unsigned(502, "")] {
        let (times, took) = sent(Hosts::production(), RetryPolicy::off(), reply).await;
        assert_eq!((times, took), (1, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn by_default_one_repetition_where_it_can_help() {
    let default = RetryPolicy::default;
    let (times, took) = sent(Hosts::production(), default(), system_error).await;
    assert_eq!(times, 2);
    assert!((200..=300).contains(&took.as_millis()), "{took:?}");
    assert_eq!(sent(Hosts::production(), default(), lost).await, (2, Duration::ZERO));
    assert_eq!(sent(Hosts::only(ALONE), default(), lost).await, (1, Duration::ZERO));
    assert_eq!(sent(Hosts::production(), default(), rate_limit).await.0, 1);
    assert_eq!(sent(Hosts::production(), default(), mistake).await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn patience_goes_back_and_forth_with_growing_pauses() {
    let outbound = Scripted::new(|_, _| lost());
    let patient = client(&outbound, Hosts::production(), RetryPolicy::patient());
    assert!(patient.jsapi_prepay(&order()).await.is_err());
    let hosts: Vec<_> =
        outbound.seen().iter().map(|request| request.uri().host().unwrap().to_owned()).collect();
    let (first, second) = ("api.mch.weixin.qq.com", "api2.mch.weixin.qq.com");
    assert_eq!(hosts, [first, second, first, second, first, second]);

    let (times, took) = sent(Hosts::only(ALONE), RetryPolicy::patient(), rate_limit).await;
    assert_eq!(times, 6);
    let least = 1 + 2 + 4 + 8 + 16;
    assert!((least..=least * 3 / 2).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_ones_own_is_followed() {
    let mut policy = RetryPolicy::off();
    policy.repeats_max = 3;
    policy.failover = Failover::AnyHost;
    policy.pause = Pause { first: Duration::from_millis(10), longest: Duration::from_millis(10) };
    let (times, took) = sent(Hosts::only(ALONE), policy.clone(), not_sent).await;
    assert_eq!(times, 4);
    assert!((30..=45).contains(&took.as_millis()), "{took:?}");
    assert_eq!(sent(Hosts::only(ALONE), policy, system_error).await.0, 1, "that was left off");
}

#[tokio::test(start_paused = true)]
async fn money_that_moves_is_never_repeated_whatever_the_policy() {
    let payment = RefundedPayment::OutTradeNo(crate::scripted::out_trade_no());
    let refund = RefundRequest::new(payment, OutRefundNo::parse("R1").unwrap(), Fen::new(1), Fen::new(1));
    for reply in [not_sent as Plan, lost, system_error, rate_limit] {
        let outbound = Scripted::new(move |_, _| reply());
        let patient = client(&outbound, Hosts::production(), RetryPolicy::patient());
        assert!(patient.refund(&refund).await.is_err());
        assert_eq!(outbound.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_repetition_after_a_pause_carries_the_same_body() {
    let outbound =
        Scripted::new(|position, _| if position == 0 { system_error() } else { signed(200, PREPAID) });
    client(&outbound, Hosts::production(), RetryPolicy::default()).jsapi_prepay(&order()).await.unwrap();
    let seen = outbound.seen();
    assert_eq!(seen[0].body(), seen[1].body());
    assert_eq!(seen[0].uri(), seen[1].uri());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_typed_is_signed_verified_and_repeated_only_when_told_harmless() {
    let outbound = Scripted::new(|_, _| signed(200, r#"{"prepay_id":"wx1"}"#));
    let asked = client(&outbound, Hosts::production(), RetryPolicy::default());
    let call = SignedCall::post("/v3/new/thing?x=1", &serde_json::json!({"a": 1})).sealed_with("7132D72A");
    let answer = asked.call(&call).await.unwrap();
    let read: serde_json::Value = answer.json().unwrap();
    assert_eq!(read["prepay_id"], "wx1");
    assert_eq!(answer.request_id.as_deref(), Some("08E6F6C2A706-CF05-0"));
    assert!(!format!("{answer:?}").contains("wx1"), "bodies stay out of logs");
    let seen = outbound.seen();
    assert_eq!(seen[0].uri(), "https://api.mch.weixin.qq.com/v3/new/thing?x=1");
    assert_eq!(seen[0].headers()["Wechatpay-Serial"], "7132D72A");
    assert!(seen[0].headers().contains_key("Authorization"));

    for (call, times) in [
        (SignedCall::post("/v3/new/thing", &()), 1),
        (SignedCall::post("/v3/new/thing", &()).repeated(Repetition::Harmless), 2),
        (SignedCall::get("/v3/new/thing"), 2),
    ] {
        let outbound = Scripted::new(|_, _| lost());
        let asked = client(&outbound, Hosts::production(), RetryPolicy::default());
        let error = asked.call(&call).await.unwrap_err();
        assert!(error.outcome_unknown());
        assert_eq!(outbound.seen().len(), times);
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_signing() {
    let outbound = Scripted::new(|_, _| signed(200, "{}"));
    let asked = client(&outbound, Hosts::production(), RetryPolicy::default());
    let empty = ["", "v3/x", "https://elsewhere/v3/x", "/v3/店", "/v3/a b", "/v3/{id}", "/v3/x#y"];
    // What is sent would differ from what was signed: an HTTP client writes these another way.
    let rewritten = [
        "/v3/../x",
        "/v3/./x",
        "/v3/x/..",
        "/v3/%2e%2E/x?y",
        "/v3/.%2e",
        "/v3/a\\b",
        "/v3/x?y='z'",
        "/v3/x?y=`",
    ];
    for path in empty.into_iter().chain(rewritten) {
        let error = asked.call(&SignedCall::get(path)).await.unwrap_err();
        assert_eq!(error.code(), "unsendable", "{path}");
    }
    assert!(outbound.seen().is_empty());
    for path in ["/v3/..x/y..", "/v3/...", "/v3/x?y=../z", "/v3/it's"] {
        assert!(asked.call(&SignedCall::get(path)).await.is_ok(), "{path}");
    }
}

#[test]
fn a_call_printed_for_debugging_shows_neither_its_body_nor_its_query() {
    let call = SignedCall::post("/v3/x?token=s3cr3t", &serde_json::json!({"payer": "s3cr3t"}));
    let shown = format!("{call:?}");
    assert!(shown.contains("/v3/x") && !shown.contains("s3cr3t"), "{shown}");
    assert!(!shown.contains("115, 51, 99"), "{shown}");
}

#[tokio::test]
async fn an_unsigned_answer_is_believed_only_where_the_caller_says_so() {
    let outbound = Scripted::new(|_, _| unsigned(200, "{}"));
    let asked = client(&outbound, Hosts::production(), RetryPolicy::off());
    assert_eq!(asked.call(&SignedCall::get("/v3/x")).await.unwrap_err().code(), "unverifiable_answer");
    assert!(asked.call(&SignedCall::get("/v3/x").unsigned_answer()).await.is_ok());
}
