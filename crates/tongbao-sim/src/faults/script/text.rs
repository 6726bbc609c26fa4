//! Scripts as TOML: reading, finding lines, writing.

use std::fmt::Write as _;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::ScriptError;

/// Reads TOML; a date becomes its text.
pub(super) fn parse(text: &str) -> Result<Value, ScriptError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_at(text, span.start));
        ScriptError::syntax("TOML", error.message(), line)
    })?;
    Ok(Value::Object(table.into_iter().map(|(name, value)| (name, plain(value))).collect()))
}

fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(whole) => Value::from(whole),
        toml::Value::Float(fraction) => Value::from(fraction),
        toml::Value::Boolean(said) => Value::Bool(said),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, plain(value))).collect())
        }
    }
}

/// The line of what an error is about: the member, or the fault that lacks it.
pub(super) fn line_of(text: &str, error: &ScriptError) -> Option<usize> {
    let whole = DeTable::parse(text).ok()?;
    let whole = whole.get_ref();
    let Some(number) = error.fault else {
        let member = error.member.as_deref()?;
        return whole.get_key_value(member).map(|(key, _)| line_at(text, key.span().start));
    };
    let DeValue::Array(faults) = whole.get("fault")?.get_ref() else { return None };
    let fault = faults.get(number - 1)?;
    let DeValue::Table(members) = fault.get_ref() else { return Some(line_at(text, fault.span().start)) };
    let named = error.member.as_deref().and_then(|member| members.get_key_value(member));
    Some(line_at(text, named.map_or(fault.span().start, |(key, _)| key.span().start)))
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// Adds a fault that was written in JSON. Its members are texts, numbers and truths: it was read before.
pub(super) fn write(text: &mut String, fault: &Value) {
    let Value::Object(members) = fault else { return };
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str("[[fault]]\n");
    for (name, value) in members {
        let value = match value {
            Value::String(said) => toml::Value::String(said.clone()).to_string(),
            other => other.to_string(),
        };
        writeln!(text, "{name} = {value}").expect("a text takes what is written");
    }
}
