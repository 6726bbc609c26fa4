//! Evidence: the exchanges a verdict rests on, without secrets.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::config::Words;

/// Who spoke to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The adapter: we asked the merchant's server.
    Asked,
    /// A notification from the platform, true or not, to the merchant's server.
    Notified,
    /// The merchant's server called the platform.
    Called,
    /// Somebody did something: the payer, the platform, the network.
    Happened,
}

/// One exchange, or one thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Who spoke to whom.
    pub line: Line,
    /// What it was, in words.
    pub what: Words,
    /// Method and target, then what was said; empty for what only happened.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// The answer's status and beginning, or why there was none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// The answer's status, when there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What it is about: a case, or a number of the protocol.
    #[serde(skip)]
    pub about: Vec<String>,
}

/// Everything that was said in a run.
#[derive(Default)]
pub(super) struct Log(Mutex<Vec<Exchange>>);

impl Log {
    /// Writes one down; the oldest stay when it is full.
    pub(super) fn add(&self, exchange: Exchange) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < EXCHANGES_MAX {
            all.push(exchange);
        }
    }

    /// What is about any of these, in order: the beginning and the end when there is much.
    pub(super) fn about(&self, keys: &BTreeSet<String>) -> Vec<Exchange> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut mine: Vec<Exchange> = Vec::new();
        for one in all.iter().filter(|one| one.about.iter().any(|key| keys.contains(key))) {
            // Of a question that is asked again and again, the last answer counts.
            let again = mine.last().is_some_and(|last| {
                one.line == Line::Asked
                    && last.line == Line::Asked
                    && last.request == one.request
                    && last.status == one.status
            });
            if again {
                mine.pop();
            }
            mine.push(one.clone());
        }
        if mine.len() > SHOWN_MAX {
            let left_out = mine.len() - SHOWN_MAX;
            let note = Exchange {
                line: Line::Happened,
                what: Words::new(
                    format!("（省略 {left_out} 次往来）"),
                    format!("({left_out} exchanges left out)"),
                ),
                request: String::new(),
                answer: String::new(),
                status: None,
                about: Vec::new(),
            };
            mine.splice(SHOWN_MAX / 2..SHOWN_MAX / 2 + left_out, [note]);
        }
        mine
    }

    /// How many calls of the platform that begin so were about one of these numbers.
    pub(super) fn calls_about(&self, numbers: &[String], begins: &str) -> usize {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = |one: &&Exchange| {
            one.line == Line::Called
                && one.request.starts_with(begins)
                && one.about.iter().any(|key| numbers.contains(key))
        };
        all.iter().filter(mine).count()
    }
}

impl Exchange {
    /// True for a call that the platform does not have: an empty 404.
    pub(super) fn is_unserved(&self) -> bool {
        self.line == Line::Called && self.status == Some(404) && self.answer.trim() == "404"
    }
}

/// A body as it may be shown: secrets gone, long texts cut.
pub(super) fn shown(body: &[u8]) -> String {
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        redact(&mut value);
        return cut(&value.to_string(), BODY_CHARS_SHOWN);
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(BODY_CHARS_SHOWN * 4)]);
    let size = if body.len() > BODY_CHARS_SHOWN { format!(" ({} bytes)", body.len()) } else { String::new() };
    // What is no JSON may hold anything; only its beginning helps to see what it was.
    cut(&text.replace(|c: char| c.is_control() && c != '\n', "·"), PLAIN_CHARS_SHOWN) + &size
}

/// The headers a notification is judged by.
pub(super) fn shown_headers(headers: &HeaderMap) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        let name = name.as_str();
        if name.starts_with("wechatpay-") {
            let value = value.to_str().unwrap_or("?");
            let value = if name == "wechatpay-signature" { cut(value, 24) } else { value.to_owned() };
            text += &format!("{name}: {value}\n");
        }
    }
    text
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let name = name.to_lowercase();
                match member {
                    Value::String(text) if SECRETS.iter().any(|secret| name.contains(secret)) => {
                        *text = cut(text, 4);
                    }
                    Value::String(text) if LONG.iter().any(|long| name.contains(long)) => {
                        *text = cut(text, 16)
                    }
                    _ => redact(member),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(redact),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn cut(text: &str, chars: usize) -> String {
    let mut kept: String = text.chars().take(chars).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

/// Members whose names contain these are people, keys or tokens.
const SECRETS: [&str; 6] = ["openid", "token", "secret", "password", "code_", "session_key"];
/// Members whose names contain these are long and say nothing to people.
const LONG: [&str; 3] = ["ciphertext", "sign", "noncestr"];
/// How much of a body is shown.
const BODY_CHARS_SHOWN: usize = 1200;
/// How much of a body that is no JSON is shown.
const PLAIN_CHARS_SHOWN: usize = 300;
/// Exchanges one case shows.
const SHOWN_MAX: usize = 40;
/// A run of all cases has a few thousand.
const EXCHANGES_MAX: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn people_and_keys_are_not_shown() {
        let text = shown(br#"{"openid":"oSomebody12345","pay":{"paySign":"c2lnbmF0dXJlc2lnbmF0dXJl","timeStamp":"1"},"token":"0123456789","list":[{"sub_openid":"oOther6789"}]}"#);
        for hidden in ["Somebody", "123456", "c2lnbmF0dXJlc2lnbmF0", "Other6789"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(text.contains("timeStamp"));
    }

    #[test]
    fn long_and_strange_bytes_are_cut() {
        let text = shown(&[0xff; 1_000_000]);
        assert!(text.len() < 2_000 && text.ends_with("(1000000 bytes)"), "{text}");
        assert!(shown(b"\x1b[2J").starts_with('·'));
    }
}
