//! Refusals that are no matter of signatures: cause and fix from the tables of the protocol.

use tongbao_wire::weixin::WeixinRefusal;
use tongbao_wire::{Call, Cause, ErrorBody, ErrorCode, Explanation, Retry, explain_message};

use super::{Reason, Said, Why};

/// What v3 or v2 said, with the cause of its `Request-ID` when it has one.
pub(crate) fn explain(call: Option<Call>, body: &ErrorBody, cause: Option<u64>) -> Why {
    let code = ErrorCode::from(body.code.as_str());
    let named = cause.and_then(Cause::of);
    let by_message = || explain_message(&code, &body.message);
    // A known sentence says more than a cause that names a kind of fault only.
    let sharp = named.filter(|cause| !cause.is_broad()).map(Cause::explanation);
    let told = sharp
        .or_else(by_message)
        .or_else(|| named.map(Cause::explanation))
        .unwrap_or_else(|| call.map_or_else(|| code.explanation(), |call| call.explain(&code)));
    let id = named.map_or_else(|| body.code.to_ascii_lowercase(), |cause| cause.name().to_owned());
    let mut why = told_as(&id, told);
    if let Some(detail) = &body.detail {
        why.place = Some(detail.clone());
    }
    why
}

/// What `api.weixin.qq.com` said.
pub(crate) fn explain_errcode(errcode: i64) -> Why {
    let refusal = WeixinRefusal::from(errcode);
    let said =
        Reason { id: format!("errcode_{errcode}"), what: refusal.cause().into(), fix: refusal.fix().into() };
    Why {
        verdict: said.what.clone(),
        proven: false,
        reasons: vec![said],
        signature: None,
        place: None,
        retry: None,
    }
}

/// Nothing is served there: an empty 404 or 405 (v3.md §1.6, steps 1 and 2).
pub(crate) fn explain_empty(status: u16, method: &str, path: &str) -> Option<Why> {
    let (id, what, fix) = match status {
        404 => (
            "no_such_path",
            Said::new(format!("没有这个地址：{path}。"), format!("Nothing is served at {path}.")),
            near(method, path),
        ),
        405 => (
            "wrong_method",
            Said::new(format!("{path} 不接受 {method}。"), format!("{path} does not take {method}.")),
            methods(path),
        ),
        _ => return None,
    };
    let reason = Reason { id: id.into(), what: what.clone(), fix };
    Some(Why {
        verdict: what,
        proven: true,
        reasons: vec![reason],
        signature: None,
        place: None,
        retry: None,
    })
}

fn told_as(id: &str, told: Explanation) -> Why {
    let reason = Reason { id: id.into(), what: told.cause.into(), fix: told.fix.into() };
    Why {
        verdict: reason.what.clone(),
        proven: false,
        reasons: vec![reason],
        signature: None,
        place: None,
        retry: Some(retry(told.retry)),
    }
}

fn retry(retry: Retry) -> Said {
    retry.text().into()
}

/// The call that is meant: the most pieces of path in common, the fewest strangers, the same method.
fn near(method: &str, path: &str) -> Said {
    // `out_trade_no` for `out-trade-no` is the commonest slip.
    let spelled = |piece: &str| piece.to_ascii_lowercase().replace('_', "-");
    let pieces: Vec<String> = path.trim_matches('/').split('/').map(spelled).collect();
    let alike = |call: &Call| {
        let known: Vec<&str> = call.path().trim_matches('/').split('/').collect();
        let same = known.iter().filter(|piece| pieces.contains(&spelled(piece))).count();
        (same, std::cmp::Reverse(known.len().abs_diff(pieces.len())), call.method() == method)
    };
    let nearest = Call::ALL.iter().max_by_key(|call| alike(call)).filter(|call| alike(call).0 >= 2);
    match nearest {
        Some(call) => Said::new(
            format!("检查路径；最接近的接口是 {} {}。", call.method(), call.path()),
            format!("Check the path; the nearest call is {} {}.", call.method(), call.path()),
        ),
        None => Said::new(
            "检查基础地址和路径：v3 的路径从 /v3 开始，基础地址末尾不要带路径。",
            "Check base address and path: paths of v3 begin with /v3, and the base address has no path.",
        ),
    }
}

fn methods(path: &str) -> Said {
    let pieces: Vec<&str> = path.split('/').collect();
    let fits = |call: &&Call| {
        let known: Vec<&str> = call.path().split('/').collect();
        known.len() == pieces.len()
            && known.iter().zip(&pieces).all(|(known, piece)| known.starts_with('{') || known == piece)
    };
    match Call::ALL.iter().find(fits) {
        Some(call) => Said::new(format!("用 {}。", call.method()), format!("Use {}.", call.method())),
        None => Said::new("查接口文档里的请求方法。", "See the call's documentation for its method."),
    }
}
