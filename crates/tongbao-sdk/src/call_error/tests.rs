//! Proofs over the whole table: no money is moved twice, and every failure is explained.

use tongbao_wire::{Call, Cause, ErrorCode, Face, Repetition, Retry, Text};

use super::{CallError, CallErrorKind};
use crate::json::Misfit;
use crate::signature::SignatureFault;
use crate::unsendable::{Unsendable, UnsendableReason};

/// Every status the platform uses, and those of gateways.
const STATUSES: [u16; 15] = [200, 202, 400, 401, 403, 404, 405, 413, 429, 500, 501, 502, 503, 504, 599];
/// One internal code of each class, one that is not published, and none.
const CAUSES: [Option<u64>; 5] = [None, Some(1), Some(268_447_840), Some(268_449_538), Some(268_498_688)];

fn refused(call: Call, status: u16, code: &ErrorCode, message: &str) -> CallError {
    let (code, message) = (code.clone(), message.into());
    CallError::new(call, CallErrorKind::Refused { status, code, message, detail: None })
}

fn codes() -> impl Iterator<Item = ErrorCode> {
    let new = ["", "TOMORROW"].map(|text| ErrorCode::Unknown(text.into()));
    ErrorCode::ALL.iter().cloned().chain(new)
}

/// A failure of every kind but refusals and those where nothing was sent.
fn without_an_answer(call: Call) -> Vec<CallError> {
    let kinds = [
        CallErrorKind::Unknown("reset".into()),
        CallErrorKind::UnverifiableAnswer(SignatureFault::SignatureProbe),
        CallErrorKind::UnverifiableAnswer(SignatureFault::Stale { seconds: 301 }),
        CallErrorKind::Undecodable(Misfit { member: "a".into(), reason: "b".into() }),
        CallErrorKind::CannotDecrypt,
    ];
    kinds.into_iter().map(|kind| CallError::new(call, kind)).collect()
}

#[test]
fn what_moves_money_is_never_to_be_sent_again_blindly_once_it_was_sent() {
    let dear: Vec<_> =
        Call::ALL.iter().copied().filter(|call| call.repetition() == Repetition::AfterQuery).collect();
    assert!(dear.contains(&Call::Refund) && dear.contains(&Call::StartTransfer));
    for call in dear {
        let mut errors = without_an_answer(call);
        for code in codes() {
            for status in STATUSES {
                for cause_code in CAUSES {
                    let error = refused(call, status, &code, "系统繁忙，请稍后再试");
                    errors.push(CallError { cause_code, ..error });
                }
            }
        }
        for mut error in errors {
            assert_ne!(error.retry(), Retry::SameRequest, "{error}");
            // v2 documents its limit as "not accepted" (v2.md §3.3), and has an error of its own.
            let in_doubt = error.outcome_unknown() && call.face() == Face::V3 && !is_final(&error);
            assert!(!in_doubt || error.retry() == Retry::AfterQuery, "{error}");
            error.earlier_in_doubt = true;
            assert_eq!(error.retry(), Retry::AfterQuery, "{error}");
        }
        let not_sent = CallError::new(call, CallErrorKind::NotSent("refused".into()));
        assert_eq!(not_sent.retry(), Retry::SameRequest);
    }
}

/// Certificates that do not decrypt belong to no call that moves money.
fn is_final(error: &CallError) -> bool {
    matches!(error.kind, CallErrorKind::CannotDecrypt)
}

#[test]
fn what_happens_twice_when_sent_twice_is_not_sent_again_blindly_either() {
    for call in Call::ALL.iter().copied().filter(|call| call.repetition() == Repetition::Twice) {
        for code in codes() {
            for status in STATUSES {
                let error = refused(call, status, &code, "");
                assert_ne!(error.retry(), Retry::SameRequest, "{error}");
            }
        }
    }
}

#[test]
fn every_failure_is_explained_in_both_languages_with_the_class_it_has() {
    let reasons = [
        UnsendableReason::Empty,
        UnsendableReason::TooLong { found: 2, limit: 1 },
        UnsendableReason::FourByteCharacter('🍵'),
        UnsendableReason::ControlCharacter,
        UnsendableReason::NotPositive,
        UnsendableReason::ExceedsTotal,
        UnsendableReason::Address,
        UnsendableReason::Combination("a"),
        UnsendableReason::OutOfRange("a"),
        UnsendableReason::Form("a"),
        UnsendableReason::TooLarge { found: 2, limit: 1 },
        UnsendableReason::Host,
        UnsendableReason::Path,
        UnsendableReason::Signature,
    ];
    for call in [Call::JsapiPrepay, Call::Refund, Call::Close, Call::Query, Call::Untyped] {
        let mut errors = without_an_answer(call);
        errors.push(CallError::new(call, CallErrorKind::NotSent("refused".into())));
        for reason in &reasons {
            let unsendable = Unsendable::new("a", reason.clone());
            errors.push(CallError::new(call, CallErrorKind::Unsendable(unsendable)));
        }
        errors.extend(codes().flat_map(|code| STATUSES.map(|status| refused(call, status, &code, ""))));
        for error in errors {
            let told = error.explanation();
            assert_eq!(told.retry, error.retry(), "{error}");
            for Text { zh, en } in [told.cause, told.fix] {
                assert!(zh.ends_with('。') && en.ends_with('.') && !zh.is_ascii(), "{error}: {zh} {en}");
            }
        }
    }
}

#[test]
fn what_must_not_be_sent_again_blindly_is_queried_first_in_words_too() {
    // APIv2 documents its rate limit as "not accepted" (v2.md §3.3), and has errors of its own.
    let dear = |call: &Call| call.repetition() != Repetition::Harmless && call.face() != Face::V2;
    for call in Call::ALL.iter().copied().filter(dear) {
        let mut errors = without_an_answer(call);
        let mut not_sent = CallError::new(call, CallErrorKind::NotSent("refused".into()));
        not_sent.earlier_in_doubt = true;
        errors.push(not_sent);
        let doubtful = codes().filter(ErrorCode::leaves_doubt);
        errors.extend(doubtful.map(|code| refused(call, 500, &code, "")));
        for error in errors.iter().filter(|error| error.retry() == Retry::AfterQuery) {
            let fix = error.explanation().fix;
            let first = |text: &str, query: &str, send: &str| match (text.find(query), text.find(send)) {
                (Some(query), Some(send)) => query < send,
                (query, _) => query.is_some(),
            };
            assert!(first(fix.zh, "查", "重发"), "{error}: {}", fix.zh);
            assert!(first(&fix.en.to_lowercase(), "query", "send"), "{error}: {}", fix.en);
        }
    }
}

#[test]
fn the_most_that_is_known_is_told() {
    let paid = Some(268_449_538);
    let signature = Some(268_443_699);
    let told = |call, code: &str, message, cause_code| {
        let error = refused(call, 400, &ErrorCode::from(code), message);
        CallError { cause_code, ..error }.explanation()
    };
    let by_cause = told(Call::JsapiPrepay, "INVALID_REQUEST", "appid与openid不匹配", paid);
    assert_eq!(by_cause.cause, Cause::AlreadyPaid.explanation().cause);
    let by_message = told(Call::JsapiPrepay, "INVALID_REQUEST", "appid与openid不匹配", None);
    assert!(by_message.cause.en.contains("openid"), "{}", by_message.cause.en);
    let by_code = told(Call::JsapiPrepay, "INVALID_REQUEST", "because", None);
    assert!(by_code.cause.en.contains("sent again with other parameters"), "{}", by_code.cause.en);
    let by_broad_cause = told(Call::JsapiPrepay, "SIGN_ERROR", "商户证书已过期", signature);
    assert!(by_broad_cause.cause.en.contains("expired"), "a message says more than `signature`");
    let page = told(Call::JsapiPrepay, "", "Not Found", None);
    assert!(page.cause.en.contains("gateway"), "{}", page.cause.en);
}

#[test]
fn a_rate_limit_of_money_is_queried_first_in_words_too() {
    let limited = refused(Call::Refund, 400, &ErrorCode::InvalidRequest, "");
    let limited = CallError { cause_code: Some(268_447_840), ..limited };
    assert_eq!(limited.retry(), Retry::AfterQuery);
    assert!(limited.explanation().fix.zh.contains("先用 out_refund_no 查退款"));
    let busy = refused(Call::Refund, 500, &ErrorCode::SystemError, "系统繁忙，请稍后再试");
    assert!(busy.explanation().fix.zh.contains("先用 out_refund_no 查退款"));
}

#[test]
fn a_new_code_proves_nothing_where_money_moves() {
    let new = ErrorCode::from("TOMORROW");
    let refund = refused(Call::Refund, 400, &new, "");
    assert_eq!((refund.retry(), refund.outcome_unknown()), (Retry::AfterQuery, true));
    let order = refused(Call::JsapiPrepay, 400, &new, "");
    assert_eq!((order.retry(), order.outcome_unknown()), (Retry::Never, false));
}
