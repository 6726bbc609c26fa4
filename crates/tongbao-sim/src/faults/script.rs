//! Fault scripts: what goes wrong, decided by rules that give the same run for the same seed (docs/faults.md).

mod error;
mod read;
mod text;

use std::sync::Arc;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use tongbao_wire::{Call, Face, Mchid, Timestamp};

use super::{Forgery, Words};
use crate::KeyMode;

pub use error::ScriptError;
pub(crate) use read::SCRIPT_BYTES_MAX;

/// A fault script: a seed, and faults that are asked in their order (docs/faults.md).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultScript {
    pub(super) seed: u64,
    pub(super) faults: Vec<Fault>,
    /// As it was written, in TOML.
    text: String,
}

/// Something that goes wrong, and when.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub(super) matches: Matches,
    pub(super) does: Does,
    /// The name of its kind.
    pub(super) kind: &'static str,
    /// Of so many that fit, in thousandths.
    pub(super) share: u16,
    /// It strikes so often.
    pub(super) times: Option<u32>,
    /// So many that fit pass first.
    pub(super) after: u32,
    /// Business time from which on it strikes.
    pub(super) from: Option<Timestamp>,
    /// Business time from which on it strikes no more.
    pub(super) until: Option<Timestamp>,
    /// As it was written.
    written: Value,
}

/// What a fault is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matches {
    pub(super) what: What,
    pub(super) face: Option<Face>,
    pub(super) order: Option<Prefix>,
    pub(super) merchant: Option<Mchid>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Call(CallPattern),
    Notification {
        event_type: Prefix,
        /// Which send, from 1.
        send: Option<u32>,
    },
}

/// Which requests.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CallPattern {
    Any,
    Named(Call),
    /// Segments may be `{…}`, which fits any; a `*` at the end fits the rest.
    Path {
        method: Option<String>,
        path: String,
    },
}

/// A text, or with `*` at its end what begins so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prefix(pub(super) String);

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Does {
    DropRequest { wait: Duration },
    DropAnswer { wait: Duration },
    SystemError,
    Answer { execute: bool, words: Arc<Words> },
    TooMany,
    BadGateway { execute: bool },
    Delay(Duration),
    SlowBytes { per_second: u32 },
    TruncateBody { after: usize },
    Reset { execute: bool },
    Duplicate,
    Reorder { next_of: NextOf, at_most: Option<Duration> },
    Forge(Forgery),
    RotateKey,
    SwitchKeyMode(KeyMode),
    PayRacesClose,
    CloseRacesPay,
}

/// Whose next message lets a held one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextOf {
    /// The next one about the same order, or of the same merchant when it is about none.
    #[default]
    Order,
    /// The next one of the same merchant.
    Merchant,
}

impl FaultScript {
    /// Reads a script in TOML.
    ///
    /// # Errors
    /// [`ScriptError`] with the line.
    pub fn from_toml(text: &str) -> Result<Self, ScriptError> {
        if text.len() > SCRIPT_BYTES_MAX {
            return Err(ScriptError::too_large(SCRIPT_BYTES_MAX));
        }
        let value = text::parse(text)?;
        let (seed, faults) = read::script(&value)
            .map_err(|error| ScriptError { line: text::line_of(text, &error), ..error })?;
        Ok(Self { seed, faults, text: text.to_owned() })
    }

    /// Reads a script in JSON: the same members, `fault` a list.
    ///
    /// # Errors
    /// [`ScriptError`]
    pub fn from_json(bytes: &[u8]) -> Result<Self, ScriptError> {
        if bytes.len() > SCRIPT_BYTES_MAX {
            return Err(ScriptError::too_large(SCRIPT_BYTES_MAX));
        }
        let value = serde_json::from_slice(bytes)
            .map_err(|error| ScriptError::syntax("JSON", &error.to_string(), Some(error.line())))?;
        Self::from_value(&value)
    }

    fn from_value(value: &Value) -> Result<Self, ScriptError> {
        let (seed, faults) = read::script(value)?;
        let mut text = if seed == 0 { String::new() } else { format!("seed = {seed}\n") };
        for fault in &faults {
            text::write(&mut text, &fault.written);
        }
        if text.len() > SCRIPT_BYTES_MAX {
            return Err(ScriptError::too_large(SCRIPT_BYTES_MAX));
        }
        Ok(Self { seed, faults, text })
    }

    /// The same with more faults at its end: one fault in JSON, a list of them under `fault`, or tables
    /// `[[fault]]` in TOML.
    ///
    /// # Errors
    /// [`ScriptError`]; lines and numbers are those of the whole.
    pub fn with(&self, more: &[u8]) -> Result<Self, ScriptError> {
        let mut text = self.text.clone();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        match std::str::from_utf8(more) {
            Ok(more) if !more.trim_start().starts_with('{') => text.push_str(more),
            _ => {
                let value: Value = serde_json::from_slice(more)
                    .map_err(|error| ScriptError::syntax("JSON", &error.to_string(), Some(error.line())))?;
                let added = match value.get("fault") {
                    Some(_) => read::script(&value)?.1,
                    None => vec![read::fault(&value).map_err(|error| error.in_fault(self.faults.len() + 1))?],
                };
                for fault in added {
                    text::write(&mut text, &fault.written);
                }
            }
        }
        Self::from_toml(&text)
    }

    /// As it was written, in TOML.
    #[must_use]
    pub fn as_toml(&self) -> &str {
        &self.text
    }

    /// How many faults it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.faults.len()
    }

    /// True when nothing goes wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Fault {
    /// As it was written.
    pub(crate) fn written(&self) -> &Value {
        &self.written
    }

    /// The name of its kind.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// How often it strikes at most.
    pub(crate) fn times(&self) -> Option<u32> {
        self.times
    }
}

impl Prefix {
    pub(super) fn fits(&self, text: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => text == self.0,
        }
    }
}

impl CallPattern {
    /// `target` is a path with or without a query.
    pub(super) fn fits(&self, call: Call, method: &str, target: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(named) => *named == call,
            Self::Path { method: asked, path } => {
                let target = target.split('?').next().unwrap_or_default();
                asked.as_ref().is_none_or(|asked| asked == method) && path_fits(path, target)
            }
        }
    }
}

fn path_fits(pattern: &str, path: &str) -> bool {
    let (pattern, open) = match pattern.strip_suffix('*') {
        Some(beginning) => (beginning, true),
        None => (pattern, false),
    };
    let (mut asked, mut said) = (pattern.split('/').peekable(), path.split('/'));
    while let Some(piece) = asked.next() {
        let Some(there) = said.next() else { return false };
        let last = asked.peek().is_none();
        let fits = if last && open {
            return there.starts_with(piece);
        } else if piece.starts_with('{') {
            !there.is_empty()
        } else {
            piece == there
        };
        if !fits {
            return false;
        }
    }
    said.next().is_none()
}

impl Serialize for FaultScript {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for FaultScript {
    /// From its text in TOML, or from a table in whatever format.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match Value::deserialize(deserializer)? {
            Value::String(text) => Self::from_toml(&text),
            table => Self::from_value(&table),
        };
        read.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
