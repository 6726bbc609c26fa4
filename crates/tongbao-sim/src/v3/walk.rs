//! A walk over the texts of a body, side by side with its schema.

use serde_json::Value;

use super::schema::{Kind, Member};
use crate::refusal::Refusal;

/// Shows `visit` every text that is there, with what it may be and its place.
pub(super) fn each(
    value: &mut Value,
    members: &'static [Member],
    at: &str,
    visit: &mut dyn FnMut(&'static Kind, &str, &mut String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for member in members {
        let Some(inner) = value.get_mut(member.name) else { continue };
        within(inner, &member.kind, &format!("{at}/{}", member.name), visit)?;
    }
    Ok(())
}

fn within(
    value: &mut Value,
    kind: &'static Kind,
    at: &str,
    visit: &mut dyn FnMut(&'static Kind, &str, &mut String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match (kind, value) {
        (Kind::Object(members), value @ Value::Object(_)) => each(value, members, at, visit),
        (Kind::List(of) | Kind::UpTo(_, of), Value::Array(items)) => {
            let mut items = items.iter_mut().enumerate();
            items.try_for_each(|(index, item)| within(item, of, &format!("{at}/{index}"), visit))
        }
        (kind, Value::String(text)) => visit(kind, at, text),
        (_, _) => Ok(()),
    }
}
