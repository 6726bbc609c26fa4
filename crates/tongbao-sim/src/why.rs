//! Why a request was refused: what the client did, proven from its signature where that is possible.
//!
//! Everything here is a pure function of what was sent, what was answered, and the keys there are. An RSA
//! signature shows the digest that was signed, so every known mistake can be tried against it
//! ([`recover`], [`search`]); whatever else the platform refuses is explained from the tables of
//! `tongbao_wire` ([`refusal`]).

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod delivery;
pub(crate) mod encoding;
pub(crate) mod form;
pub(crate) mod form_values;
pub(crate) mod header;
pub(crate) mod invoke;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod matcher;
pub(crate) mod mistake;
pub(crate) mod percent;
pub(crate) mod recover;
pub(crate) mod refusal;
pub(crate) mod search;
pub(crate) mod serial;
pub(crate) mod signer;
pub(crate) mod target;
pub(crate) mod v3;

use serde::Serialize;
use tongbao_wire::{ErrorDetail, Text};

use mistake::Mistake;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// What is wrong, in a sentence.
    pub verdict: Said,
    /// True when it was computed from what was sent; false when it is read from the tables of known refusals.
    pub proven: bool,
    /// Each thing to mend, the surest first.
    pub reasons: Vec<Reason>,
    /// The signature, when it is what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Where in the request, when the answer says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ErrorDetail>,
    /// Whether, and how, to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Said>,
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable name, such as `body_spacing`.
    pub id: String,
    /// What was done.
    pub what: Said,
    /// How to mend it.
    pub fix: Said,
}

/// What should have been signed, and what was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Such as `SHA256-RSA2048` or `MD5`.
    pub scheme: String,
    /// The string the platform expects to be signed. Of the `APIv2` key only the beginning is shown.
    pub expected: String,
    /// The string that makes the client's signature, when it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// Digest of the expected string, as `SHA-256 …` in hexadecimal.
    pub expected_digest: String,
    /// The digest the client signed, when the signature shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_digest: Option<String>,
    /// Whose key made the signature, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_with: Option<Said>,
}

impl Said {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self::new(text.zh, text.en)
    }
}

impl From<Mistake> for Reason {
    fn from(mistake: Mistake) -> Self {
        Self { id: mistake.id.into(), what: mistake.what.into(), fix: mistake.fix.into() }
    }
}

impl Why {
    /// Of mistakes that were found, of which there is at least one.
    fn of(mistakes: impl IntoIterator<Item = Mistake>, proven: bool) -> Self {
        let mut reasons: Vec<Reason> = Vec::new();
        for reason in mistakes.into_iter().map(Reason::from) {
            if reasons.iter().all(|known| known.id != reason.id) {
                reasons.push(reason);
            }
        }
        let verdict = reasons.first().expect("a reason was found").what.clone();
        Self { verdict, proven, reasons, signature: None, place: None, retry: None }
    }

    fn with(mut self, signature: Signature) -> Self {
        self.signature = Some(signature);
        self
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
