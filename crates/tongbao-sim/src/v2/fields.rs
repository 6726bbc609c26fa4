//! What a message of `APIv2` holds: names and texts, flat, in the order they came (v2.md §1.2).

use super::xml::is_illegal;

/// The elements of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<Field>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    text: String,
    /// The platform writes numbers bare and texts as CDATA.
    bare: bool,
}

impl Fields {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The text of `name`; an empty element is none (v2.md §1.2).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|field| field.name == name)
            .map(|field| &*field.text)
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.name == name)
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Names and texts in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|field| (&*field.name, &*field.text))
    }

    /// The same, and whether the text is written bare.
    pub(super) fn written(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.0.iter().map(|field| (&*field.name, &*field.text, field.bare))
    }

    /// Adds a text; of one that came by v3 what no document can hold is left out.
    pub(crate) fn text(&mut self, name: impl Into<String>, text: impl Into<String>) {
        let mut text = text.into();
        text.retain(|char| !is_illegal(char));
        self.0.push(Field { name: name.into(), text, bare: false });
    }

    /// Adds a text, if there is one.
    pub(crate) fn may(&mut self, name: impl Into<String>, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, name: impl Into<String>, number: i64) {
        self.0.push(Field { name: name.into(), text: number.to_string(), bare: true });
    }

    /// Adds the elements of another message behind these.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The same, ordered by name.
    pub(super) fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.0.sort_by(|a, b| a.name.cmp(&b.name));
        sorted
    }

    /// Changes the text of an element that is there.
    pub(crate) fn change(&mut self, name: &str, text: impl Into<String>) {
        if let Some(field) = self.0.iter_mut().find(|field| field.name == name) {
            field.text = text.into();
        }
    }
}
