//! From a tree of values to a script: every member known, of its type and within its bounds.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tongbao_wire::{Call, Face, Mchid, Timestamp};

use super::{CallPattern, Does, Fault, Matches, NextOf, Prefix, ScriptError, What};
use crate::Said;
use crate::faults::kinds::Kind;
use crate::faults::{Forgery, Words};

/// The whole.
pub(super) fn script(value: &Value) -> Result<(u64, Vec<Fault>), ScriptError> {
    let table = Table::of(value)?;
    table.knows(&["seed", "fault"])?;
    let seed = table.whole("seed", 0, i64::MAX.unsigned_abs())?.unwrap_or(0);
    let faults = match table.0.get("fault") {
        None => return Ok((seed, Vec::new())),
        Some(Value::Array(faults)) => faults,
        Some(_) => {
            let list = Said::new("一列 [[fault]] 表", "a list of tables [[fault]]");
            return Err(ScriptError::wrong_value(list).of("fault"));
        }
    };
    if faults.len() > FAULTS_MAX {
        return Err(ScriptError::too_many(FAULTS_MAX));
    }
    let read =
        faults.iter().enumerate().map(|(at, written)| fault(written).map_err(|error| error.in_fault(at + 1)));
    Ok((seed, read.collect::<Result<_, _>>()?))
}

/// One fault.
pub(super) fn fault(written: &Value) -> Result<Fault, ScriptError> {
    let table = Table::of(written)?;
    let said = table.text("do")?.ok_or_else(|| {
        let fix =
            Said::new(format!("写上其中之一：{}", Kind::names()), format!("say one of: {}", Kind::names()));
        ScriptError::missing("do", fix)
    })?;
    let kind = Kind::named(said).ok_or_else(|| ScriptError::unknown_kind(said, &Kind::names()).of("do"))?;
    let known: Vec<&str> = COMMON.iter().chain(kind.members).copied().collect();
    table.knows(&known)?;
    let matches = matches(&table)?;
    fits(kind, &matches)?;
    let does = does(&table, kind)?;
    let (from, until) = (table.instant("from")?, table.instant("until")?);
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        let expected = Said::new("比 from 晚的时间", "an instant after `from`");
        return Err(ScriptError::wrong_value(expected).of("until"));
    }
    let once = matches!(does, Does::RotateKey | Does::SwitchKeyMode(_));
    table.line("note", NOTE_CHARACTERS_MAX)?;
    Ok(Fault {
        share: u16::try_from(table.whole("share", 0, 1000)?.unwrap_or(1000)).expect("at most 1000"),
        times: table.count("times", 1)?.or(once.then_some(1)),
        after: table.count("after", 0)?.unwrap_or(0),
        from,
        until,
        kind: kind.name,
        matches,
        does,
        written: written.clone(),
    })
}

fn matches(table: &Table<'_>) -> Result<Matches, ScriptError> {
    let face = match table.text("face")? {
        None => None,
        Some("v3") => Some(Face::V3),
        Some("v2") => Some(Face::V2),
        Some("weixin") => Some(Face::Weixin),
        Some(_) => {
            let expected = Said::new(" v3、v2 或 weixin", "v3, v2 or weixin");
            return Err(ScriptError::wrong_value(expected).of("face"));
        }
    };
    let event = table.line("notification", WORD_CHARACTERS_MAX)?;
    let call = table.line("call", PATH_CHARACTERS_MAX)?;
    let send = table.count("send", 1)?;
    let what = match (event, call) {
        (Some(_), Some(_)) => {
            let what = Said::new(
                "一个故障不能既是 call 又是 notification",
                "a fault is about a call or a notification",
            );
            let fix = Said::new("分成两个 [[fault]]", "make two [[fault]] of it");
            return Err(ScriptError::not_for_this(what, fix).of("notification"));
        }
        (Some(event), None) => What::Notification { event_type: Prefix(event.to_owned()), send },
        (None, None) if face.is_none() => {
            let fix = Said::new(
                "写 call（接口名、路径或 *）、face（v3、v2、weixin）或 notification（事件类型或 *）",
                "say a call (its name, its path or *), a face (v3, v2, weixin) or a notification (its event type or *)",
            );
            return Err(ScriptError::missing("call", fix));
        }
        (None, call) => {
            if send.is_some() {
                let what = Said::new("send 只用于通知", "send is about notifications");
                let fix = Said::new("对请求用 after 与 times", "for requests there are after and times");
                return Err(ScriptError::not_for_this(what, fix).of("send"));
            }
            What::Call(call.map_or(Ok(CallPattern::Any), call_pattern)?)
        }
    };
    let order = table.line("order", WORD_CHARACTERS_MAX)?.map(|order| Prefix(order.to_owned()));
    let merchant = table.line("merchant", WORD_CHARACTERS_MAX)?.map(|mchid| {
        let expected = Said::new("商户号", "a merchant's number");
        Mchid::parse(mchid).map_err(|_| ScriptError::wrong_value(expected).of("merchant"))
    });
    Ok(Matches { what, face, order, merchant: merchant.transpose()? })
}

/// A call's name, `METHOD /path`, `/path` or `*`.
fn call_pattern(said: &str) -> Result<CallPattern, ScriptError> {
    if said == "*" {
        return Ok(CallPattern::Any);
    }
    if let Some(call) = Call::named(said) {
        return Ok(CallPattern::Named(call));
    }
    let (method, path) = match said.split_once(' ') {
        Some((method, path)) => (Some(method), path.trim_start()),
        None => (None, said),
    };
    let plain = method.is_none_or(|method| method.bytes().all(|byte| byte.is_ascii_uppercase()));
    if plain && path.starts_with('/') && !path.contains(char::is_whitespace) {
        return Ok(CallPattern::Path { method: method.map(str::to_owned), path: path.to_owned() });
    }
    Err(ScriptError::unknown_call(said, &near(said)).of("call"))
}

/// Names that have a word in common with what was said.
fn near(said: &str) -> String {
    let words: Vec<String> =
        said.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect();
    let similar = |name: &&str| {
        words.iter().any(|word| word.len() > 2 && (name.contains(word.as_str()) || word.contains(*name)))
    };
    let names = Call::ALL.iter().map(|call| call.name());
    let found: Vec<&str> = names.filter(similar).take(6).collect();
    if found.is_empty() {
        "jsapi_prepay, query, close, refund, unified_order…".to_owned()
    } else {
        found.join(", ")
    }
}

/// Not everything can happen to everything.
fn fits(kind: &Kind, matches: &Matches) -> Result<(), ScriptError> {
    if !kind.of_notifications && matches!(matches.what, What::Notification { .. }) {
        let name = kind.name;
        let what =
            Said::new(format!("{name} 不用于通知"), format!("{name} does not happen to notifications"));
        let fix =
            Said::new("docs/faults.md 的表说明各用于哪里", "the table in docs/faults.md says which does");
        return Err(ScriptError::not_for_this(what, fix).of("do"));
    }
    let face = match &matches.what {
        What::Call(CallPattern::Named(call)) => Some(call.face()),
        What::Call(_) => matches.face,
        What::Notification { .. } => None,
    };
    if face == Some(Face::Weixin) && Forgery::named(kind.name).is_some() {
        let what = Said::new("微信开放接口的应答没有签名", "answers of api.weixin.qq.com are not signed");
        let fix = Said::new(
            "换一种故障，如 answer、drop_answer",
            "choose another fault, such as answer or drop_answer",
        );
        return Err(ScriptError::not_for_this(what, fix).of("do"));
    }
    Ok(())
}

fn does(table: &Table<'_>, kind: &Kind) -> Result<Does, ScriptError> {
    if let Some(forgery) = Forgery::named(kind.name) {
        return Ok(Does::Forge(forgery));
    }
    Ok(match kind.name {
        "drop_request" => Does::DropRequest { wait: table.wait()?.unwrap_or_default() },
        "drop_answer" => Does::DropAnswer { wait: table.wait()?.unwrap_or_default() },
        "system_error" => Does::SystemError,
        "answer" => Does::Answer { execute: table.truth("execute")?, words: Arc::new(words(table)?) },
        "too_many" => Does::TooMany,
        "bad_gateway" => Does::BadGateway { execute: table.truth("execute")? },
        "delay" => Does::Delay(table.wait()?.ok_or_else(|| {
            ScriptError::missing("ms", Said::new("晚多少毫秒", "how many milliseconds late"))
        })?),
        "slow_bytes" => {
            let fix = Said::new("每秒多少字节", "how many bytes a second");
            let said = table.count("bytes_per_second", 1)?;
            Does::SlowBytes { per_second: said.ok_or_else(|| ScriptError::missing("bytes_per_second", fix))? }
        }
        "truncate_body" => {
            let fix = Said::new("多少字节之后中断", "after how many bytes it breaks off");
            let said = table.count("bytes", 0)?.ok_or_else(|| ScriptError::missing("bytes", fix))?;
            Does::TruncateBody { after: usize::try_from(said).unwrap_or(usize::MAX) }
        }
        "reset" => Does::Reset { execute: table.truth("execute")? },
        "duplicate" => Does::Duplicate,
        "reorder" => Does::Reorder { next_of: next_of(table)?, at_most: table.wait()? },
        "rotate_key" => Does::RotateKey,
        "switch_key_mode" => {
            let expected =
                || Said::new(" certificate、public-key 或 both", "certificate, public-key or both");
            let said = table.text("mode")?.ok_or_else(|| ScriptError::missing("mode", expected()))?;
            Does::SwitchKeyMode(said.parse().map_err(|_| ScriptError::wrong_value(expected()).of("mode"))?)
        }
        "pay_races_close" => Does::PayRacesClose,
        "close_races_pay" => Does::CloseRacesPay,
        other => unreachable!("{other} is read above: a test reads an example of every kind"),
    })
}

fn words(table: &Table<'_>) -> Result<Words, ScriptError> {
    let status = table.whole("status", 200, 599)?.unwrap_or(400);
    let code = table.line("code", WORD_CHARACTERS_MAX)?.ok_or_else(|| {
        let fix = Said::new(
            "如 BANK_ERROR；微信开放接口为数字，如 45009",
            "such as BANK_ERROR; at api.weixin.qq.com a number such as 45009",
        );
        ScriptError::missing("code", fix)
    })?;
    let message = table.line("message", MESSAGE_CHARACTERS_MAX)?.unwrap_or_default();
    let status = u16::try_from(status).expect("at most 599");
    Ok(Words { status, code: code.to_owned(), message: message.to_owned() })
}

fn next_of(table: &Table<'_>) -> Result<NextOf, ScriptError> {
    match table.text("next_of")? {
        None | Some("order") => Ok(NextOf::Order),
        Some("merchant") => Ok(NextOf::Merchant),
        Some(_) => {
            let expected = Said::new(" order 或 merchant", "order or merchant");
            Err(ScriptError::wrong_value(expected).of("next_of"))
        }
    }
}

/// A table, asked for its members.
struct Table<'a>(&'a Map<String, Value>);

impl<'a> Table<'a> {
    fn of(value: &'a Value) -> Result<Self, ScriptError> {
        let expected = Said::new("一个表（JSON 对象）", "a table (in JSON, an object)");
        value.as_object().map(Self).ok_or_else(|| ScriptError::wrong_value(expected))
    }

    /// Refuses members that are none of these.
    fn knows(&self, known: &[&str]) -> Result<(), ScriptError> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let shown: String = name.chars().take(WORD_CHARACTERS_MAX).collect();
                Err(ScriptError::unknown_member(&shown, &known.join(", ")).of(name))
            }
        }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, ScriptError> {
        let expected = || ScriptError::wrong_value(Said::new("文字", "a text")).of(name);
        self.0.get(name).map(|value| value.as_str().ok_or_else(expected)).transpose()
    }

    /// A text of one line, not empty.
    fn line(&self, name: &str, most: usize) -> Result<Option<&'a str>, ScriptError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        if !text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control) {
            return Ok(Some(text));
        }
        let expected = Said::new(
            format!("一行 1 到 {most} 个字符的文字"),
            format!("a text of one line of 1 to {most} characters"),
        );
        Err(ScriptError::wrong_value(expected).of(name))
    }

    fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, ScriptError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        match value.as_u64().filter(|whole| (least..=most).contains(whole)) {
            Some(whole) => Ok(Some(whole)),
            None => {
                let expected = Said::new(
                    format!(" {least} 到 {most} 的整数"),
                    format!("a whole number from {least} to {most}"),
                );
                Err(ScriptError::wrong_value(expected).of(name))
            }
        }
    }

    fn count(&self, name: &str, least: u64) -> Result<Option<u32>, ScriptError> {
        let count = self.whole(name, least, COUNT_MAX)?;
        Ok(count.map(|count| u32::try_from(count).expect("at most a thousand million")))
    }

    fn truth(&self, name: &str) -> Result<bool, ScriptError> {
        let expected = || ScriptError::wrong_value(Said::new(" true 或 false", "true or false")).of(name);
        self.0.get(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(expected))
    }

    /// `ms`, up to a day.
    fn wait(&self) -> Result<Option<Duration>, ScriptError> {
        Ok(self.whole("ms", 0, WAIT_MS_MAX)?.map(Duration::from_millis))
    }

    fn instant(&self, name: &str) -> Result<Option<Timestamp>, ScriptError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let expected =
            Said::new("如 2026-03-01T10:00:00+08:00 的时间", "a time such as 2026-03-01T10:00:00+08:00");
        let read = Timestamp::parse_rfc3339(text);
        read.map(Some).map_err(|_| ScriptError::wrong_value(expected).of(name))
    }
}

/// What every fault may say.
const COMMON: &[&str] = &[
    "do",
    "call",
    "face",
    "notification",
    "send",
    "order",
    "merchant",
    "share",
    "times",
    "after",
    "from",
    "until",
    "note",
];
/// Faults of one script: each is looked at for every message.
pub(crate) const FAULTS_MAX: usize = 100;
/// A script's text: a hundred faults with notes.
pub(crate) const SCRIPT_BYTES_MAX: usize = 32 * 1024;
/// Names, codes, numbers of orders.
const WORD_CHARACTERS_MAX: usize = 64;
const PATH_CHARACTERS_MAX: usize = 200;
const MESSAGE_CHARACTERS_MAX: usize = 256;
const NOTE_CHARACTERS_MAX: usize = 100;
/// A day: longer than any client waits, and than most schedules.
const WAIT_MS_MAX: u64 = 86_400_000;
const COUNT_MAX: u64 = 1_000_000_000;
