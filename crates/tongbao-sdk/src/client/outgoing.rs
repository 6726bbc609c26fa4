//! A request before it is signed.

use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use tongbao_wire::{Call, Repetition};

pub(crate) use crate::percent::encoded;
use crate::unsendable::{Unsendable, UnsendableReason};

/// A request before it is signed. Address and method come from the table of calls; what is filled into
/// the address is percent-encoded here, for the encoded form is what is signed (v3.md §1.2).
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(super) call: Call,
    pub(super) method: Method,
    pub(super) path_and_query: String,
    pub(super) body: Bytes,
    /// What is signed in place of the body: uploads sign their meta data only (v3.md §1.5).
    pub(super) signed_body: Option<Bytes>,
    pub(super) content_type: Option<String>,
    /// The key that sealed members of the body, when it is not for us to choose.
    pub(super) serial: Option<String>,
    pub(super) repetition: Repetition,
    pub(super) answer: AnswerSignature,
    has_query: bool,
}

/// Whether the platform signs what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerSignature {
    /// It must, and the signature is checked.
    Checked,
    /// It does not (files), or the answer brings its own key (certificates).
    None,
}

impl Outgoing {
    /// A request of `call`, still without what goes into its path.
    pub(crate) fn to(call: Call) -> Self {
        let method = Method::from_bytes(call.method().as_bytes()).expect("the table has HTTP methods");
        Self::at(call, method, call.path().to_owned())
    }

    /// A request with an address of its own, encoded already.
    pub(crate) fn at(call: Call, method: Method, path_and_query: String) -> Self {
        let has_query = path_and_query.contains('?');
        Self {
            call,
            method,
            path_and_query,
            body: Bytes::new(),
            signed_body: None,
            content_type: None,
            serial: None,
            repetition: call.repetition(),
            answer: AnswerSignature::Checked,
            has_query,
        }
    }

    /// Which call it is.
    pub(crate) fn call(&self) -> Call {
        self.call
    }

    /// Fills `value` in for `{name}` of the path.
    pub(crate) fn part(mut self, name: &str, value: &str) -> Self {
        let hole = format!("{{{name}}}");
        debug_assert!(self.path_and_query.contains(&hole), "{} has no {hole}", self.path_and_query);
        self.path_and_query = self.path_and_query.replace(&hole, &encoded(value));
        self
    }

    /// Adds `name=value` to the query.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        let joint = if self.has_query { '&' } else { '?' };
        self.has_query = true;
        self.path_and_query.push(joint);
        self.path_and_query.push_str(name);
        self.path_and_query.push('=');
        self.path_and_query.push_str(&encoded(value));
        self
    }

    /// Adds `name=value` to the query when there is a value.
    pub(crate) fn query_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Carries `value` as JSON.
    pub(crate) fn json(mut self, value: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(value).expect("requests have text keys only").into();
        self
    }

    /// Carries `body` as `content_type`; `signed` is what the signature covers.
    pub(crate) fn upload(mut self, content_type: String, body: Bytes, signed: Bytes) -> Self {
        (self.body, self.signed_body, self.content_type) = (body, Some(signed), Some(content_type));
        self
    }

    /// Names the key that sealed members of the body; without one the client announces its own.
    pub(crate) fn sealed_with(mut self, serial: Option<&str>) -> Self {
        self.serial = serial.map(str::to_owned);
        self
    }

    /// The answer carries no signature, so none is asked for.
    pub(crate) fn unsigned_answer(mut self) -> Self {
        self.answer = AnswerSignature::None;
        self
    }

    /// Another class of repetition than the call's.
    pub(crate) fn repeated(mut self, repetition: Repetition) -> Self {
        self.repetition = repetition;
        self
    }

    /// Refuses an address that was not filled in, has characters no address has, or would be sent another
    /// way than it is signed: HTTP clients resolve `..`, turn `\` into `/`, and encode `'` in queries.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let address = &self.path_and_query;
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}#\"<>\\^`".contains(&byte));
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        if plain && path.starts_with('/') && !path.split('/').any(is_dots) && !query.contains('\'') {
            Ok(())
        } else {
            Err(Unsendable::new("path", UnsendableReason::Path))
        }
    }
}

/// The body may hold what must not be logged, the query a token.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_and_query.split('?').next().unwrap_or_default();
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("path", &path)
            .field("body_bytes", &self.body.len())
            .field("repetition", &self.repetition)
            .finish_non_exhaustive()
    }
}

/// Whether a part of a path is `.` or `..`, in any spelling.
fn is_dots(part: &str) -> bool {
    part.len() <= "%2e%2e".len()
        && matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use tongbao_wire::Call;

    use super::{Outgoing, encoded};

    #[test]
    fn order_numbers_are_percent_encoded_in_paths() {
        assert_eq!(encoded("a-b_c|d*e@f"), "a-b_c%7Cd%2Ae%40f");
        assert!(http::Uri::try_from(format!("https://host/{}", encoded("|*@"))).is_ok());
    }

    #[test]
    fn what_is_not_filled_in_is_not_sent() {
        assert!(Outgoing::to(Call::Query).check().is_err());
        let filled =
            Outgoing::to(Call::Query).part("out_trade_no", "a|b").query("mchid", "1").query("x", "/");
        assert_eq!(filled.path_and_query, "/v3/pay/transactions/out-trade-no/a%7Cb?mchid=1&x=%2F");
        assert!(filled.check().is_ok());
    }

    #[test]
    fn what_would_be_sent_otherwise_than_it_was_signed_is_not_sent() {
        let branches = |code| Outgoing::to(Call::ListBankBranches).part("bank_alias_code", code);
        assert!(branches("1000006247").check().is_ok());
        assert!(branches("a..b").check().is_ok());
        for code in [".", ".."] {
            assert!(branches(code).check().is_err(), "{code}");
        }
        for path in ["/v3/%2E./x", "/v3/x/.", "/v3\\x", "/v3/x?a='b'", "/v3/x?a=^", "v3"] {
            let outgoing = Outgoing::at(Call::Untyped, http::Method::GET, path.to_owned());
            assert!(outgoing.check().is_err(), "{path}");
        }
        let query = Outgoing::at(Call::Untyped, http::Method::GET, "/v3/x?a=/../b".to_owned());
        assert!(query.check().is_ok());
    }
}
