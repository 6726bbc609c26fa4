//! Payment codes: charged, asked about and reversed, on a clock that only jumps.

use std::net::IpAddr;
use std::sync::Arc;

use http::Request;
use tokio::time::Instant;
use tongbao_sdk::v2::{
    CallError, CallErrorKind, Client, Micropay, MicropayEnd, MicropayRules, OrderNumber, Reversal,
};
use tongbao_sdk::{Call, ErrorCode, Retry, RetryPolicy};
use tongbao_wire::{AuthCode, Fen};

use crate::orders::store;
use crate::platform::{
    Plan, Reply, Scripted, client, direct, exchange, lost, not_sent, out_trade_no, own, page, refused,
    rejected, signed,
};

fn request() -> Micropay {
    Micropay::new(
        own(),
        AuthCode::parse("120061098828009406").unwrap(),
        out_trade_no(),
        "image形象店-深圳腾大- QQ公仔",
        Fen::new(888),
        IpAddr::from([8, 8, 8, 8]),
    )
}

#[tokio::test]
async fn a_code_is_charged_and_reversed() {
    let mut request = request();
    request.options.attach = Some("说明".into());
    request.options.store_info = Some(store());
    assert!(!format!("{request:?}").contains("120061098828009406"), "codes are not printed");
    let call = async |client: Client| client.micropay(&request).await;
    let payment = exchange(Call::Micropay, "micropay", direct(), call).await.unwrap();
    assert_eq!((payment.total_fee, payment.cash_fee), (Fen::new(888), Some(Fen::new(883))));
    assert_eq!(payment.trade_type.as_str(), "MICROPAY");
    assert_eq!(payment.coupons.len(), 2);

    let number = OrderNumber::from(out_trade_no());
    let call = async |client: Client| client.reverse_order(&own(), &number).await;
    let reversal = exchange(Call::ReverseOrder, "reverse_order", direct(), call).await.unwrap();
    assert_eq!(reversal, Reversal::Done);
}

fn paid() -> Reply {
    signed(&[
        ("transaction_id", "4200000015201711256947025404"),
        ("out_trade_no", "20150806125346"),
        ("trade_type", "MICROPAY"),
        ("trade_state", "SUCCESS"),
        ("time_end", "20141111170043"),
        ("total_fee", "888"),
    ])
}

fn state(word: &'static str) -> Reply {
    signed(&[("out_trade_no", "20150806125346"), ("trade_state", word)])
}

fn recall() -> Reply {
    signed(&[("result_code", "FAIL"), ("err_code", "SYSTEMERROR"), ("err_code_des", "x"), ("recall", "Y")])
}

/// What happened, as letters with seconds: charge, query, reversal.
struct Trace {
    end: Result<MicropayEnd, CallError>,
    steps: Vec<String>,
}

/// Plays a charge; the last reply of a kind is repeated.
async fn play(charge: Plan, queries: &'static [Plan], reversals: &'static [Plan]) -> Trace {
    let steps = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = Arc::clone(&steps);
    let started = Instant::now();
    let counts = std::sync::Mutex::new([0_usize; 2]);
    let script = move |_: usize, request: &Request<bytes::Bytes>| {
        let seconds = started.elapsed().as_secs();
        let mut counts = counts.lock().unwrap();
        let (letter, reply) = match request.uri().path() {
            "/pay/micropay" => ("c", charge()),
            "/pay/orderquery" => {
                counts[0] += 1;
                ("q", queries[counts[0].min(queries.len()) - 1]())
            }
            "/secapi/pay/reverse" => {
                counts[1] += 1;
                ("r", reversals[counts[1].min(reversals.len()) - 1]())
            }
            other => panic!("{other}"),
        };
        log.lock().unwrap().push(format!("{letter}{seconds}"));
        reply
    };
    let outbound = Scripted::new(script);
    let client =
        client(direct(), outbound.clone()).with_client_certificate(outbound).with_retry(RetryPolicy::off());
    let end = client.pay_by_code(&request(), &MicropayRules::default()).await;
    let steps = steps.lock().unwrap().clone();
    Trace { end, steps }
}

fn user_paying() -> Reply {
    refused("USERPAYING")
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_is_paid_at_once_asks_nothing() {
    let trace = play(paid, &[], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Paid(payment)) if payment.total_fee == Fen::new(888)));
    assert_eq!(trace.steps, ["c0"]);
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_types_the_password_is_waited_for() {
    let trace = play(user_paying, &[|| state("USERPAYING"), || state("USERPAYING"), paid], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Paid(_))));
    assert_eq!(trace.steps, ["c0", "q5", "q10", "q15"]);
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_does_not_is_reversed_until_it_is_done() {
    let trace =
        play(user_paying, &[|| state("USERPAYING")], &[recall, recall, || signed(&[("recall", "N")])]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)));
    let steps = ["c0", "q5", "q10", "q15", "q20", "q25", "q30", "q35", "q40", "q45", "r45", "r46", "r48"];
    assert_eq!(trace.steps, steps);
}

#[tokio::test(start_paused = true)]
async fn a_failed_payment_is_reversed_but_not_before_its_time() {
    let trace = play(lost, &[|| state("PAYERROR")], &[|| signed(&[("recall", "N")])]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)));
    assert_eq!(trace.steps, ["c0", "q5", "r15"]);
}

#[tokio::test(start_paused = true)]
async fn a_bank_without_an_answer_is_asked_about_at_once() {
    let trace = play(|| refused("BANKERROR"), &[paid], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Paid(_))));
    assert_eq!(trace.steps, ["c0", "q0"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reversed_is_handed_over() {
    let trace = play(lost, &[lost], &[|| refused("REVERSE_EXPIRE")]).await;
    let Ok(MicropayEnd::Unresolved(error)) = trace.end else { panic!("{:?}", trace.end) };
    assert_eq!(error.refusal(), Some(&ErrorCode::ReverseExpire));

    let trace = play(lost, &[lost], &[lost]).await;
    let Ok(MicropayEnd::Unresolved(error)) = trace.end else { panic!("{:?}", trace.end) };
    assert_eq!((error.call, error.outcome_unknown()), (Call::ReverseOrder, true));
    assert_eq!(trace.steps.len(), 1 + 9 + 10);
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_is_rejected_unsigned_is_asked_for_again() {
    let reversals: &[Plan] = &[|| rejected("系统繁忙"), || refused("SOMETHING_NEW"), || signed(&[])];
    let trace = play(lost, &[|| state("PAYERROR")], reversals).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)));
    assert_eq!(trace.steps, ["c0", "q5", "r15", "r16", "r18"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_reversed_by_others_is_over() {
    let trace = play(user_paying, &[|| state("REVOKED")], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_charge_is_final_and_asks_nothing() {
    for code in [
        "AUTHCODEEXPIRE",
        "AUTH_CODE_INVALID",
        "NOTENOUGH",
        "NOTSUPORTCARD",
        "TRADE_ERROR",
        "PARAM_ERROR",
        "ORDERREVERSED",
    ] {
        let outbound = Scripted::new(move |_, _| refused(code));
        let client = client(direct(), outbound.clone()).with_client_certificate(outbound.clone());
        let error = client.pay_by_code(&request(), &MicropayRules::default()).await.unwrap_err();
        assert_eq!(error.refusal(), Some(&ErrorCode::from(code)));
        assert_eq!((error.retry(), error.outcome_unknown()), (Retry::Never, false), "{code}");
        assert_eq!(outbound.paths(), ["/pay/micropay"]);
    }
    let trace = play(not_sent, &[], &[]).await;
    assert_eq!(trace.end.unwrap_err().code(), "not_sent");
}

#[tokio::test(start_paused = true)]
async fn an_unsigned_rejection_is_believed_once_the_platform_knows_of_no_order() {
    for answer in [&[(|| refused("ORDERNOTEXIST")) as Plan], &[(|| rejected("签名错误")) as Plan]] {
        let trace = play(|| rejected("签名错误"), answer, &[]).await;
        let error = trace.end.unwrap_err();
        assert!(matches!(error.kind, CallErrorKind::Rejected { .. }), "{error}");
        assert_eq!((error.retry(), error.outcome_unknown()), (Retry::Never, false), "it was asked about");
        assert_eq!(trace.steps, ["c0", "q0"]);
    }
    let trace = play(|| rejected("系统繁忙"), &[paid], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Paid(_))));
}

#[tokio::test(start_paused = true)]
async fn a_forged_answer_to_a_charge_is_no_payment() {
    let forged = || {
        page(
            200,
            "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><sign>0</sign></xml>",
        )
    };
    let trace = play(forged, &[|| state("NOTPAY")], &[|| signed(&[])]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_charged_that_could_not_be_reversed() {
    let client = client(direct(), Scripted::unused());
    let error = client.pay_by_code(&request(), &MicropayRules::default()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::NoClientCertificate), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_never_sent_twice_but_a_reversal_is() {
    let outbound = Scripted::new(|_, _| lost());
    let client = client(direct(), outbound.clone()).with_client_certificate(outbound.clone());
    let error = client.micropay(&request()).await.unwrap_err();
    assert_eq!((error.retry(), error.outcome_unknown()), (Retry::AfterQuery, true));
    assert_eq!(outbound.seen().len(), 1);
    let number = OrderNumber::from(out_trade_no());
    client.reverse_order(&own(), &number).await.unwrap_err();
    assert_eq!(outbound.seen().len(), 3, "on both hosts");
}

/// Paid, with an amount that is none.
fn unreadable() -> Reply {
    signed(&[("out_trade_no", "20150806125346"), ("trade_state", "SUCCESS"), ("total_fee", "8.88")])
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_whose_answer_cannot_be_read_is_never_reversed() {
    let trace = play(unreadable, &[unreadable], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Unresolved(_))));
    assert_eq!(trace.steps.last().map(String::as_str), Some("q45"), "asked to the end");
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_another_order_is_no_payment() {
    let other: Plan = || {
        signed(&[
            ("transaction_id", "4200000015201711256947025404"),
            ("out_trade_no", "20150806125347"),
            ("trade_type", "MICROPAY"),
            ("trade_state", "SUCCESS"),
            ("time_end", "20141111170043"),
            ("total_fee", "888"),
        ])
    };
    let trace = play(other, &[|| state("NOTPAY")], &[|| signed(&[])]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Reversed)), "{:?}", trace.steps);
}

#[tokio::test(start_paused = true)]
async fn an_unsigned_time_out_is_not_settled_by_an_order_that_does_not_show_yet() {
    let trace = play(|| rejected("SYSTEMERROR"), &[|| refused("ORDERNOTEXIST"), paid], &[]).await;
    assert!(matches!(trace.end, Ok(MicropayEnd::Paid(_))), "{:?}", trace.steps);
}
