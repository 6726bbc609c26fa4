//! Subscribe messages (订阅消息): a person allows one, a mini program sends it (miniprogram.md §5.3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongbao_wire::{Appid, Call, Openid, Timestamp};

use super::asked::Asked;
use super::{Errcode, Handled, INVALID_OPENID, ok};
use crate::Simulator;
use crate::shelf::{Shelf, shelves};
use crate::state::State;

pub(super) const CALLS: &[Handled] = &[(Call::SendSubscribeMessage, send)];

/// Templates, permissions, and what arrived.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Messages {
    pub(crate) templates: Shelf<(Appid, String), Template>,
    /// How many messages of a template a person still takes, by app, template and payer.
    pub(crate) allowed: Shelf<(Appid, String, String), u32>,
    pub(crate) arrived: Shelf<u64, Arrived>,
}

shelves! {
    Messages {
        "message_templates" => templates,
        "messages_allowed" => allowed,
        "messages_arrived" => arrived,
    }
}

/// A template of a mini program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) title: String,
    /// Its keys, such as `thing1` or `amount2`: what a key is called says what its value may be.
    pub(crate) keys: Vec<String>,
}

/// A message on somebody's phone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arrived {
    pub(crate) at: Timestamp,
    pub(crate) appid: Appid,
    pub(crate) payer: String,
    pub(crate) template_id: String,
    pub(crate) title: String,
    pub(crate) page: String,
    pub(crate) values: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct ValueSaid {
    value: Value,
}

#[derive(Deserialize)]
struct MessageSaid {
    #[serde(default)]
    touser: String,
    #[serde(default)]
    template_id: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    data: BTreeMap<String, ValueSaid>,
}

impl State {
    /// Keeps a message; the oldest are forgotten over a bound.
    fn message_arrives(&mut self, message: Arrived) {
        let number = self.next_serial();
        self.messages.arrived.insert(number, message);
        while self.messages.arrived.holds(ARRIVED_MAX + 1) {
            self.messages.arrived.pop_first();
        }
    }
}

fn send(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: MessageSaid = asked.json()?;
    let openid = Openid::parse(&said.touser).map_err(|_| INVALID_OPENID)?;
    if said.page.len() > PAGE_BYTES_MAX || said.page.contains(char::is_whitespace) {
        return Err(Errcode::new(41_030, "invalid page"));
    }
    simulator.with_state(|state, _, now| {
        let person = state.person(&openid).filter(|person| person.0 == appid).ok_or(INVALID_OPENID)?;
        let at = (appid.clone(), said.template_id.clone());
        let template = state.messages.templates.get(&at);
        let template = template.ok_or(Errcode::new(40_037, "template_id is invalid"))?;
        let values = filled(&template, &said.data)?;
        let at = (at.0, at.1, person.1.clone());
        let left = state.messages.allowed.get_mut(&at).filter(|left| **left > 0);
        let left = left.ok_or(Errcode::new(43_101, "user refuse to accept the msg"))?;
        *left -= 1;
        state.message_arrives(Arrived {
            at: now,
            appid: appid.clone(),
            payer: person.1.clone(),
            template_id: said.template_id.clone(),
            title: template.title.clone(),
            page: said.page.clone(),
            values,
        });
        Ok(ok())
    })
}

/// Every key of the template with a value of its kind; others are not looked at.
fn filled(
    template: &Template,
    data: &BTreeMap<String, ValueSaid>,
) -> Result<BTreeMap<String, String>, Errcode> {
    let mut values = BTreeMap::new();
    for key in &template.keys {
        let wrong = || Errcode(47_003, format!("argument invalid! data.{key}.value invalid").into());
        let value = match data.get(key).map(|said| &said.value) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
                return Err(wrong());
            }
        };
        if !fits(key, &value) {
            return Err(wrong());
        }
        values.insert(key.clone(), value);
    }
    Ok(values)
}

/// The limits of kinds of values \[R\].
fn fits(key: &str, value: &str) -> bool {
    let kind = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let characters = value.chars().count();
    if characters == 0 {
        return false;
    }
    match kind {
        "thing" => characters <= 20,
        "character_string" => characters <= 32 && value.is_ascii(),
        "phrase" => characters <= 5 && value.chars().all(|c| !c.is_ascii()),
        "number" => characters <= 32 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
        "amount" => {
            let value = value.strip_prefix(['¥', '￥']).unwrap_or(value).trim_end_matches('元');
            let (whole, cents) = value.split_once('.').unwrap_or((value, ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            (1..=10).contains(&whole.len()) && cents.len() <= 2 && digits(whole) && digits(cents)
        }
        // Times and dates in Chinese or with colons: anything with a digit and no longer than such.
        "time" | "date" => characters <= 32 && value.chars().any(|c| c.is_ascii_digit()),
        _ => characters <= 64,
    }
}

const PAGE_BYTES_MAX: usize = 1024;
const ARRIVED_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn each_kind_of_value_has_its_limit() {
        for (key, good, bad) in [
            ("thing1", "龙井一盒", "一二三四五六七八九十一二三四五六七八九十一"),
            ("character_string2", "T20260301A", "订单"),
            ("phrase3", "已支付", "paid"),
            ("amount4", "¥9.90", "9.905"),
            ("amount4", "12345678901".get(..10).unwrap(), "12345678901"),
            ("time5", "2026年3月1日 10:00", "soon"),
            ("number6", "12.5", "twelve"),
        ] {
            assert!(fits(key, good), "{key} {good}");
            assert!(!fits(key, bad), "{key} {bad}");
            assert!(!fits(key, ""), "{key}");
        }
    }
}
