//! `tongbao explain`: what a refusal means and what to do about it, from the tables of the protocol.

use clap::Args;
use serde_json::json;
use tongbao_wire::weixin::{Reaction, WeixinRefusal};
use tongbao_wire::{Call, Cause, ErrorCode, Explanation, Retry, explain_message};

use super::Context;
use super::outcome::{CliError, Exit};
use super::table::plain;
use crate::config::Words;
use crate::lang::Lang;

/// What to explain.
#[derive(Args)]
pub(super) struct ExplainArgs {
    /// An error code (v3 or v2), a Request-ID or the number at its end, an errcode of api.weixin.qq.com, or a message   错误码、Request-ID 或其末尾的数字、errcode、错误信息
    #[arg(value_name = "CODE|NUMBER|MESSAGE", allow_hyphen_values = true)]
    asked: String,
    /// The call that was refused, such as refund or jsapi_prepay   被拒绝的接口
    #[arg(long, value_name = "NAME")]
    call: Option<String>,
    /// Print JSON, for programs   打印 JSON
    #[arg(long)]
    json: bool,
}

/// What was recognised.
struct Known {
    /// `code`, `cause`, `errcode` or `message`.
    kind: &'static str,
    name: String,
    explanation: Explanation,
}

/// Looks it up. Nothing is sent anywhere.
pub(super) fn run(args: &ExplainArgs, context: &Context) -> Result<String, CliError> {
    let call = args.call.as_deref().map(named).transpose()?;
    let known = look_up(without_header_name(args.asked.trim()), call)?;
    Ok(if args.json { as_json(&known, call, context.lang) } else { as_text(&known, call, context.lang) })
}

/// A `Request-ID` copied with its header's name.
fn without_header_name(asked: &str) -> &str {
    let named = asked.get(..REQUEST_ID.len()).is_some_and(|name| name.eq_ignore_ascii_case(REQUEST_ID));
    if named { asked[REQUEST_ID.len()..].trim_start_matches([':', '：', ' ']) } else { asked }
}

/// Codes first, then numbers, then sentences.
fn look_up(asked: &str, call: Option<Call>) -> Result<Known, CliError> {
    if let Some(code) = known_code(asked) {
        let explanation = call.map_or_else(|| of_any_call(&code), |call| call.explain(&code));
        return Ok(Known { kind: "code", name: code.to_string(), explanation });
    }
    // No number is in both tables, and nothing but a bare number is an errcode: `-1` is one.
    if let Some(refusal) = asked.parse().ok().and_then(known_errcode) {
        return Ok(errcode(refusal));
    }
    if let Some(digits) = digits_of(asked) {
        return number(digits, call);
    }
    match explain_message(&ErrorCode::from(""), asked) {
        Some(explanation) => {
            let name = asked.chars().take(SHOWN_CHARS_MAX).collect();
            Ok(Known { kind: "message", name, explanation })
        }
        None => Err(unknown(asked)),
    }
}

/// Without a call it may have been one that moves money: nothing is then advised to be sent again blindly.
fn of_any_call(code: &ErrorCode) -> Explanation {
    let explanation = code.explanation();
    match explanation.retry {
        Retry::SameRequest => Explanation { retry: Retry::AfterQuery, ..explanation },
        Retry::Never | Retry::AfterQuery | Retry::Later => explanation,
    }
}

/// Spelled as the platform spells it, or in lower case.
fn known_code(text: &str) -> Option<ErrorCode> {
    let known =
        |text: &str| Some(ErrorCode::from(text)).filter(|code| !matches!(code, ErrorCode::Unknown(_)));
    known(text).or_else(|| known(&text.to_ascii_uppercase()))
}

fn known_errcode(errcode: i64) -> Option<WeixinRefusal> {
    Some(WeixinRefusal::from(errcode)).filter(|refusal| !matches!(refusal, WeixinRefusal::Unknown(_)))
}

/// What `api.weixin.qq.com` refuses is never a payment, so what may be called again may be called blindly.
fn errcode(refusal: WeixinRefusal) -> Known {
    let retry = match refusal.reaction() {
        Reaction::RetrySoon | Reaction::NotYet | Reaction::BackOff => Retry::Later,
        Reaction::AlreadyDone
        | Reaction::NewLogin
        | Reaction::RefusePerson
        | Reaction::GiveUp
        | Reaction::RefreshToken
        | Reaction::MendData
        | Reaction::MendConfiguration
        | Reaction::AskAdministrator
        | Reaction::ReportFault => Retry::Never,
    };
    Known {
        kind: "errcode",
        name: format!("{} {}", refusal.errcode(), refusal.code()),
        explanation: Explanation { cause: refusal.cause(), fix: refusal.fix(), retry },
    }
}

/// The digits of a number, or those after the last `-` of a `Request-ID` (v3.md §1.4).
fn digits_of(text: &str) -> Option<&str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_trace = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match text.rsplit_once('-') {
        None => Some(text).filter(|text| is_number(text)),
        Some((trace, digits)) => Some(digits).filter(|digits| is_number(digits) && is_trace(trace)),
    }
}

fn number(digits: &str, call: Option<Call>) -> Result<Known, CliError> {
    let cause = digits.parse().ok().and_then(Cause::of).ok_or_else(|| unknown_number(digits))?;
    let explanation = match (cause, call) {
        // How often a call may be made, and whether a query comes first, differs from call to call.
        (Cause::TooFrequent, Some(call)) => call.explain(&ErrorCode::FrequencyLimited),
        (cause, None | Some(_)) => cause.explanation(),
    };
    Ok(Known { kind: "cause", name: format!("{digits} {}", cause.name()), explanation })
}

fn named(name: &str) -> Result<Call, CliError> {
    Call::named(name).ok_or_else(|| {
        let alike: Vec<_> =
            Call::ALL.iter().map(|call| call.name()).filter(|known| alike(name, known)).collect();
        let choice =
            if alike.is_empty() { "jsapi_prepay, query, refund".to_owned() } else { alike.join(", ") };
        let name = plain(name);
        CliError::new(
            Exit::Usage,
            Words::new(format!("没有叫 {name} 的接口"), format!("there is no call {name}")),
            Words::new(format!("例如：{choice}"), format!("such as: {choice}")),
        )
    })
}

/// Whether they share a word.
fn alike(name: &str, known: &str) -> bool {
    known.split('_').any(|word| word.len() > 2 && name.to_ascii_lowercase().contains(word))
}

fn unknown(asked: &str) -> CliError {
    let asked: String = plain(asked).chars().take(SHOWN_CHARS_MAX).collect();
    CliError::new(
        Exit::Refused,
        Words::new(format!("表里没有“{asked}”"), format!("the tables do not know \"{asked}\"")),
        Words::new(
            "给应答里的 code（如 PARAM_ERROR）、Request-ID 末尾的数字，或用引号括起来的 message 原文",
            "give the code of the answer (such as PARAM_ERROR), the number at the end of Request-ID, or the message in quotes",
        ),
    )
}

fn unknown_number(digits: &str) -> CliError {
    let digits: String = digits.chars().take(SHOWN_CHARS_MAX).collect();
    let reason = if digits.bytes().all(|byte| byte == b'0') {
        Words::new("0 表示成功，没有要解释的", "0 stands for success: there is nothing to explain")
    } else {
        Words::new(
            format!("{digits} 不在微信支付公布的内部错误码里，也不是已知的 errcode"),
            format!("{digits} is none of the internal codes that WeChat Pay published, and no known errcode"),
        )
    };
    CliError::new(
        Exit::Refused,
        reason,
        Words::new(
            "改用应答里的 code 和 message 来查；要问微信支付客服，请给出完整的 Request-ID",
            "look up code and message of the answer instead; tell WeChat Pay's support the whole Request-ID",
        ),
    )
}

fn as_text(known: &Known, call: Option<Call>, lang: Lang) -> String {
    let Explanation { cause, fix, retry } = known.explanation;
    let mut text = plain(&known.name);
    if let Some(call) = call {
        text += &format!("  ({})", call.name());
    }
    let rows =
        [("原因：", "cause: ", cause), ("办法：", "fix:   ", fix), ("重试：", "retry: ", retry.text())];
    for (zh, en, said) in rows {
        text += &format!("\n{}{}", lang.pick(zh, en), lang.say(said));
    }
    text + "\n"
}

fn as_json(known: &Known, call: Option<Call>, lang: Lang) -> String {
    let Explanation { cause, fix, retry } = known.explanation;
    let answer = json!({
        "kind": known.kind,
        "name": known.name,
        "call": call.map(Call::name),
        "cause": lang.say(cause),
        "fix": lang.say(fix),
        "retry": retry.name(),
    });
    serde_json::to_string_pretty(&answer).expect("JSON prints") + "\n"
}

const REQUEST_ID: &str = "Request-ID";
/// As much of what was typed as is repeated.
const SHOWN_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tongbao_wire::weixin::WeixinRefusal;
    use tongbao_wire::{Cause, ErrorCode};

    use super::{ExplainArgs, run};
    use crate::cli::Context;
    use crate::cli::outcome::{CliError, Exit};
    use crate::config::Environment;
    use crate::lang::Lang;

    fn explain(asked: &str, call: Option<&str>, json: bool, lang: Lang) -> Result<String, CliError> {
        let args = ExplainArgs { asked: asked.into(), call: call.map(str::to_owned), json };
        run(&args, &Context { environment: Environment::empty(), lang })
    }

    #[test]
    fn codes_numbers_request_ids_and_messages_are_recognised() {
        for (asked, start) in [
            ("PARAM_ERROR", "PARAM_ERROR\n"),
            ("param_error", "PARAM_ERROR\n"),
            ("NOTENOUGH", "NOT_ENOUGH\n"),
            ("SIGN ERROR", "SIGN_ERROR\n"),
            ("268498688", "268498688 reentry_parameters_differ\n"),
            ("08E6F6C2A706-CF05-268498688", "268498688 reentry_parameters_differ\n"),
            ("request-id: 08E6F6C2A706-CF05-268498688", "268498688 reentry_parameters_differ\n"),
            ("-1", "-1 weixin_system_busy\n"),
            ("40029", "40029 weixin_"),
            ("10060001", "10060001 weixin_payment_not_found\n"),
            (" 商户证书已过期 ", "商户证书已过期\n"),
            ("appid and openid not match", "appid and openid not match\n"),
        ] {
            let told = explain(asked, None, false, Lang::Zh).unwrap();
            assert!(told.starts_with(start), "{told}");
            for label in ["\n原因：", "\n办法：", "\n重试："] {
                assert!(told.contains(label), "{told}");
            }
            let told = explain(asked, None, false, Lang::En).unwrap();
            assert!(told.contains("\ncause: ") && told.contains("\nfix:   ") && told.contains("\nretry: "));
        }
    }

    #[test]
    fn a_call_makes_the_answer_its_own() {
        let query = explain("RESOURCE_NOT_EXISTS", Some("query_refund"), false, Lang::Zh).unwrap();
        assert!(query.starts_with("RESOURCE_NOT_EXISTS  (query_refund)\n"), "{query}");
        assert!(query.contains("没有受理过这个退款单号"), "{query}");
        let limit = explain("268447840", Some("refund"), false, Lang::Zh).unwrap();
        assert!(limit.contains("先用 out_refund_no 查退款"), "{limit}");
    }

    #[test]
    fn without_a_call_nothing_is_to_be_sent_again_blindly() {
        for code in ErrorCode::ALL {
            let told = explain(code.as_str(), None, true, Lang::En).unwrap();
            assert!(!told.contains("same_request"), "{told}");
        }
        let order = explain("SYSTEM_ERROR", Some("jsapi_prepay"), true, Lang::En).unwrap();
        assert!(order.contains("same_request"), "{order}");
    }

    #[test]
    fn a_number_stands_in_one_table_only() {
        for refusal in WeixinRefusal::ALL {
            let as_cause = u64::try_from(refusal.errcode()).ok().and_then(Cause::of);
            assert_eq!(as_cause, None, "{refusal:?}");
            let told = explain(&refusal.errcode().to_string(), None, true, Lang::Zh).unwrap();
            assert!(told.contains("\"kind\": \"errcode\"") && told.contains(refusal.code()), "{told}");
        }
    }

    #[test]
    fn programs_get_json() {
        let told = explain("SYSTEM_ERROR", Some("refund"), true, Lang::En).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["kind"], "code");
        assert_eq!(told["name"], "SYSTEM_ERROR");
        assert_eq!(told["call"], "refund");
        assert_eq!(told["retry"], "after_query");
        assert!(told["cause"].is_string() && told["fix"].is_string());
    }

    #[test]
    fn what_is_unknown_is_refused_with_a_way_on() {
        for (asked, call, exit, says) in [
            ("TOMORROW", None, Exit::Refused, "TOMORROW"),
            ("", None, Exit::Refused, "PARAM_ERROR"),
            ("Request-ID", None, Exit::Refused, "PARAM_ERROR"),
            ("\u{1b}[31m", None, Exit::Refused, "do not know"),
            ("申请单", None, Exit::Refused, "申请单"),
            ("268435999", None, Exit::Refused, "268435999"),
            ("08E6F6C2A706-CF05-0", None, Exit::Refused, "success"),
            ("1", None, Exit::Refused, "no known errcode"),
            ("-2", None, Exit::Refused, "no known errcode"),
            ("08E6F6C2A706-CF05-40029", None, Exit::Refused, "40029"),
            ("99999999999999999999999", None, Exit::Refused, "Request-ID"),
            ("PARAM_ERROR", Some("refunds"), Exit::Usage, "query_refund"),
            ("PARAM_ERROR", Some("x"), Exit::Usage, "jsapi_prepay"),
        ] {
            let error = explain(asked, call, false, Lang::En).unwrap_err();
            let told = error.in_words(Lang::En);
            assert_eq!(error.exit(), exit, "{told}");
            assert!(told.contains(says), "{told}");
        }
    }
}
