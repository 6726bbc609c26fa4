//! What holds for every member of these requests: filled, sendable, sealed with one key.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// Refuses a body with an empty member, or with a text the platform does not take, naming it: the platform
/// answers to an empty member that it is busy (v3-extended.md §9.3).
pub(super) fn filled(body: &impl Serialize) -> Result<(), Unsendable> {
    let body = serde_json::to_value(body).expect("requests have text keys only");
    look("", &body)
}

/// Goes as deep as the request's own types.
fn look(path: &str, value: &Value) -> Result<(), Unsendable> {
    let empty = || Err(Unsendable::new(path.to_owned(), UnsendableReason::Empty));
    match value {
        Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::Null => empty(),
        // The documents at hand print no lengths.
        Value::String(text) => unsendable::text("", text, usize::MAX)
            .map_err(|fault| Unsendable::new(path.to_owned(), fault.reason)),
        Value::Array(items) if items.is_empty() => empty(),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(at, item)| look(&format!("{path}[{at}]"), item))
        }
        Value::Object(members) if members.is_empty() => empty(),
        Value::Object(members) => {
            let joint = if path.is_empty() { "" } else { "." };
            members.iter().try_for_each(|(name, member)| look(&format!("{path}{joint}{name}"), member))
        }
    }
}

/// The sealed members of a request, by name.
#[derive(Debug, Default)]
pub(super) struct Seals<'a>(Vec<(Cow<'static, str>, &'a Sealed)>);

impl<'a> Seals<'a> {
    /// These, and `member` when it is there.
    pub(super) fn and(mut self, member: &'static str, sealed: impl Into<Option<&'a Sealed>>) -> Self {
        self.0.extend(sealed.into().map(|sealed| (Cow::Borrowed(member), sealed)));
        self
    }

    /// These and `others`.
    pub(super) fn and_all(mut self, others: Seals<'a>) -> Self {
        self.0.extend(others.0);
        self
    }

    /// These, and those `inner` has, which stand within `outer`.
    pub(super) fn and_within(mut self, outer: &str, inner: Seals<'a>) -> Self {
        self.0.extend(
            inner.0.into_iter().map(|(member, sealed)| (Cow::Owned(format!("{outer}.{member}")), sealed)),
        );
        self
    }

    /// The key of them all, which the request must name. One request names one key.
    pub(super) fn serial(&self) -> Option<&'a str> {
        self.0.first().map(|(_, sealed)| sealed.serial())
    }

    /// Refuses a member that was sealed with another key than the first.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let serial = self.serial();
        match self.0.iter().find(|(_, sealed)| Some(sealed.serial()) != serial) {
            None => Ok(()),
            Some((member, _)) => {
                let reason = "must be sealed with the same key as the other sealed members";
                Err(Unsendable::new(member.clone(), UnsendableReason::Combination(reason)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Seals, filled};
    use crate::Sealed;

    #[test]
    fn an_empty_member_is_named_wherever_it_stands() {
        let member = |body| filled(&body).map_err(|fault| fault.member.into_owned());
        assert_eq!(member(json!({"a": {"b": ["c", true, 1]}})), Ok(()));
        for empty in [json!(""), json!(null), json!([]), json!({}), json!("a\nb"), json!("🍵")] {
            assert_eq!(member(json!({"a": {"b": [{"c": "d"}, {"c": empty}]}})), Err("a.b[1].c".into()));
        }
        assert_eq!(member(json!({"a": [""]})), Err("a[0]".into()));
    }

    #[test]
    fn one_key_seals_a_whole_request() {
        let (first, second) = (Sealed::kept("A", "x"), Sealed::kept("B", "y"));
        let inner = || Seals::default().and("name", &second);
        assert_eq!(Seals::default().serial(), None);
        assert_eq!(Seals::default().check(), Ok(()));
        assert_eq!(inner().check(), Ok(()));
        let mixed = Seals::default().and("absent", None).and("name", &first).and_within("owner", inner());
        assert_eq!(mixed.serial(), Some("A"));
        assert_eq!(mixed.check().expect_err("two keys").member, "owner.name");
    }
}
