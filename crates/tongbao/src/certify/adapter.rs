//! The adapter: how a merchant's server is asked for what the cases need.
//!
//! It is data: paths, bodies and JSON pointers. The contract that servers may add ten lines for, and our
//! own server's APIs, are two files of the same form as everybody's `--adapter FILE`.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::Failure;
use crate::config::{Environment, Words};

/// Where a server takes orders and reports their state.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// Sent with every request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Where the server says what it can; without it, what the file describes counts.
    pub declare: Option<Declare>,
    /// How a mini program logs in, when the server wants a login.
    pub login: Option<Login>,
    /// Creates an order and gives what `wx.requestPayment` takes.
    pub create: Create,
    /// Reads an order.
    pub read: Read,
    /// The mini program says that it paid.
    pub confirm: Option<Route>,
    /// Refunds an order, or part of it.
    pub refund: Option<Route>,
    /// Closes an unpaid order.
    pub close: Option<Route>,
    /// Reads the bill of a day.
    pub bill: Option<Bill>,
}

/// One request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `POST` unless it is said.
    #[serde(default, deserialize_with = "method")]
    pub method: Option<Method>,
    /// Below the server's address, with `{order_no}` and the like.
    pub path: String,
    /// Instead of the adapter's headers of the same name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// JSON, with `{order_no}` and the like; none when absent.
    pub body: Option<Value>,
}

/// Where abilities are declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declare {
    /// Asked with GET.
    pub path: String,
    /// JSON pointer to a list of words.
    pub abilities: String,
}

/// How to log in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The path.
    pub path: String,
    /// With `{login_code}`, what `wx.login` gave.
    pub body: Value,
    /// JSON pointer to the token, later `{token}`.
    pub token: String,
}

/// How an order is created.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// The path.
    pub path: String,
    /// The body.
    pub body: Value,
    /// JSON pointer to the order's number at the platform.
    pub out_trade_no: String,
    /// JSON pointer to the argument of `wx.requestPayment`.
    pub pay: String,
}

/// How an order is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The path, asked with GET.
    pub path: String,
    /// JSON pointer to the state.
    pub state: String,
    /// The server's words for `unpaid`, `paid`, `closed`, `refunding` and `refunded`, where they differ.
    #[serde(default)]
    pub states: BTreeMap<String, String>,
    /// JSON pointer to the amount in fen.
    pub amount_fen: Option<String>,
    /// JSON pointer to what has gone back to the payer, in fen.
    pub refunded_fen: Option<String>,
    /// JSON pointer to how often the goods were handed over.
    pub delivered: Option<String>,
}

/// How a bill is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// `POST` unless it is said.
    #[serde(default, deserialize_with = "method")]
    pub method: Option<Method>,
    /// The path, with `{bill_date}`.
    pub path: String,
    /// The body, with `{bill_date}`; none when absent.
    pub body: Option<Value>,
    /// JSON pointer to the number of payments in the bill.
    pub count: String,
    /// JSON pointer to their sum in fen.
    pub total_fen: String,
}

fn method<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Option<Method>, D::Error> {
    let text = String::deserialize(text)?;
    match text.as_str() {
        "GET" | "POST" | "PUT" => Ok(text.parse().ok()),
        _ => Err(serde::de::Error::custom("method is GET, POST or PUT")),
    }
}

/// What a server can be asked for besides ordering and reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ability {
    /// `confirm`
    Confirm,
    /// `refund`
    Refund,
    /// `close`
    Close,
    /// `bill`
    Bill,
}

impl Ability {
    /// Every ability.
    pub const ALL: [Self; 4] = [Self::Confirm, Self::Refund, Self::Close, Self::Bill];

    /// As servers declare it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Refund => "refund",
            Self::Close => "close",
            Self::Bill => "bill",
        }
    }

    /// Whether the checklist demands it of everybody (v3.md §12: refunds are a MUST, closing and bills a
    /// SHOULD; `confirm` is this contract's own word).
    #[must_use]
    pub const fn is_demanded(self) -> bool {
        match self {
            Self::Refund => true,
            Self::Confirm | Self::Close | Self::Bill => false,
        }
    }
}

impl Adapter {
    /// The adapter of that name: nothing for the ten-line contract, `tongbao`, or a file.
    ///
    /// # Errors
    /// [`Failure::Adapter`] when the file cannot be read or is none.
    pub fn named(name: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
        let (what, text) = match name {
            None => ("certify".to_owned(), CONTRACT.to_owned()),
            Some("tongbao") => ("tongbao".to_owned(), TONGBAO.to_owned()),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| mistake(&format!("{file}: {error}"), &format!("{file}: {error}")))?;
                (file.to_owned(), text)
            }
        };
        Self::parse(&text, environment)
            .map_err(|error| mistake(&format!("{what}：{error}"), &format!("{what}: {error}")))
    }

    /// Reads an adapter; `{env.NAME}` in headers is taken from the environment.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(text: &str, environment: &Environment) -> Result<Self, String> {
        let mut adapter: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let routes = [&mut adapter.confirm, &mut adapter.refund, &mut adapter.close].into_iter().flatten();
        let headers = std::iter::once(&mut adapter.headers).chain(routes.map(|route| &mut route.headers));
        for value in headers.flat_map(BTreeMap::values_mut) {
            *value = with_environment(value, environment)?;
        }
        let pointers = [&adapter.create.out_trade_no, &adapter.create.pay, &adapter.read.state];
        if let Some(wrong) = pointers.iter().find(|pointer| !pointer.starts_with('/')) {
            return Err(format!("`{wrong}` is no JSON pointer: it begins with /"));
        }
        if let Some(wrong) = adapter.read.states.values().find(|word| State::of(word).is_none()) {
            return Err(format!("`{wrong}` is none of {}", State::WORDS.join(", ")));
        }
        Ok(adapter)
    }

    /// What the adapter itself describes.
    #[must_use]
    pub fn described(&self) -> Vec<Ability> {
        Ability::ALL.into_iter().filter(|ability| self.describes(*ability)).collect()
    }

    fn describes(&self, ability: Ability) -> bool {
        match ability {
            Ability::Confirm => self.confirm.is_some(),
            Ability::Refund => self.refund.is_some(),
            Ability::Close => self.close.is_some(),
            Ability::Bill => self.bill.is_some(),
        }
    }
}

fn with_environment(text: &str, environment: &Environment) -> Result<String, String> {
    let Some((before, rest)) = text.split_once("{env.") else { return Ok(text.to_owned()) };
    let (name, after) = rest.split_once('}').ok_or_else(|| format!("`{text}` lacks a closing brace"))?;
    let value = environment.get(name).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| format!("the environment has no {name}"))?;
    Ok(format!("{before}{value}{}", with_environment(after, environment)?))
}

fn mistake(zh: &str, en: &str) -> Failure {
    Failure::Adapter(Words::new(zh, en))
}

/// Where a server says an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting for its payer.
    Unpaid,
    /// Money came.
    Paid,
    /// Can no longer be paid.
    Closed,
    /// Money is going back.
    Refunding,
    /// All of it went back.
    Refunded,
}

impl State {
    /// The contract's words.
    pub const WORDS: [&'static str; 5] = ["unpaid", "paid", "closed", "refunding", "refunded"];

    /// The state of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "unpaid" => Some(Self::Unpaid),
            "paid" => Some(Self::Paid),
            "closed" => Some(Self::Closed),
            "refunding" => Some(Self::Refunding),
            "refunded" => Some(Self::Refunded),
            _ => None,
        }
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Paid => "paid",
            Self::Closed => "closed",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
        }
    }

    /// True once money came, whatever became of it.
    #[must_use]
    pub const fn has_money(self) -> bool {
        match self {
            Self::Paid | Self::Refunding | Self::Refunded => true,
            Self::Unpaid | Self::Closed => false,
        }
    }
}

/// Replaces `{name}` by its value, once, from left to right. What nobody knows stays.
#[must_use]
pub fn filled(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let known = from.find('}').and_then(|close| Some((close, values.get(&from[1..close])?)));
        match known {
            Some((close, value)) => {
                out.push_str(value);
                rest = &from[close + 1..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out + rest
}

/// The same inside JSON; a text that is nothing but `{amount_fen}` becomes a number.
#[must_use]
pub fn filled_json(value: &Value, values: &BTreeMap<&str, String>) -> Value {
    match value {
        Value::String(text) if text == "{amount_fen}" => {
            values.get("amount_fen").and_then(|fen| fen.parse::<i64>().ok()).map_or(Value::Null, Value::from)
        }
        Value::String(text) => Value::String(filled(text, values)),
        Value::Array(list) => list.iter().map(|one| filled_json(one, values)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, one)| (name.clone(), filled_json(one, values))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

const CONTRACT: &str = include_str!("adapter/certify.toml");
const TONGBAO: &str = include_str!("adapter/tongbao.toml");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Ability, Adapter, filled_json};
    use crate::config::Environment;

    #[test]
    fn both_built_in_adapters_are_sound() {
        let nothing = Environment::empty();
        let contract = Adapter::named(None, &nothing).expect("the contract");
        assert_eq!(contract.described(), Ability::ALL);
        let with_key = Environment::from([("TONGBAO_API_KEY", "k")]);
        let ours = Adapter::named(Some("tongbao"), &with_key).expect("our server");
        assert_eq!(ours.headers["authorization"], "Bearer k");
        assert!(Adapter::named(Some("tongbao"), &nothing).is_err(), "without the key it cannot be asked");
    }

    #[test]
    fn the_documented_adapter_is_sound() {
        let document = include_str!("../../../../docs/certify.md");
        let example = document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
        let adapter = Adapter::parse(example.expect("an example"), &Environment::from([("SHOP_TOKEN", "t")]));
        assert_eq!(adapter.expect("sound").described(), [Ability::Refund]);
    }

    #[test]
    fn mistakes_in_an_adapter_are_told() {
        let good = include_str!("adapter/certify.toml");
        for (from, to) in [
            ("[declare]", "[declair]"),
            ("pay = \"/pay\"", "pay = \"pay\""),
            ("method = \"GET\"", "method = \"TELL\""),
            ("state = \"/state\"", "state = \"/state\"\nstates = { done = \"finished\" }"),
            ("[declare]", "headers = { a = \"{env.NOT_SET}\" }\n[declare]"),
        ] {
            let wrong = good.replace(from, to);
            assert_ne!(wrong, good);
            assert!(Adapter::parse(&wrong, &Environment::empty()).is_err(), "{to}");
        }
    }

    #[test]
    fn values_are_filled_in_and_amounts_become_numbers() {
        let values = [("order_no", "A{x}".to_owned()), ("amount_fen", "990".to_owned())].into();
        let body = json!({ "n": "no {order_no} {unknown}", "f": "{amount_fen}", "l": ["{order_no}"], "t": "{amount_fen} fen" });
        let expected = json!({ "n": "no A{x} {unknown}", "f": 990, "l": ["A{x}"], "t": "990 fen" });
        assert_eq!(filled_json(&body, &values), expected);
    }
}
