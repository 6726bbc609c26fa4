//! What an XML message of `APIv2` holds: names and texts, without nesting (v2.md §1.2).

use std::fmt;

use crate::json::Misfit;
use crate::v2::text::FromText;

/// The elements of one message: a flat map from name to text, ordered by name as the signature wants it.
///
/// Whatever the platform sends is kept, known or not, because all of it is signed (v2.md §1.3).
#[derive(Clone, Default)]
pub struct Fields {
    /// Names and texts one after the other; [`Span`]s say where.
    text: String,
    /// Ordered by name, each name once.
    spans: Vec<Span>,
}

/// Where a name and its text stand.
#[derive(Clone, Copy)]
struct Span {
    /// The first eight bytes of the name, which tell most names apart without looking at the text.
    head: u64,
    start: usize,
    middle: usize,
    end: usize,
}

/// An element that has its name, while its text is still being pushed.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    start: usize,
    middle: usize,
}

impl Fields {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of `name`, which may be empty; `None` when there is no such element.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let position = self.position(name).ok()?;
        Some(self.text_of(self.spans[position]))
    }

    /// Sets `name` to `text`, whatever it was.
    pub fn set(&mut self, name: &str, text: &str) {
        let opened = self.open(name);
        self.push(text);
        let span = self.span(opened);
        match self.position(name) {
            Ok(position) => self.spans[position] = span,
            Err(position) => self.spans.insert(position, span),
        }
    }

    /// The same with `name` set to `text`.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.set(name, text);
        self
    }

    /// Names and texts, ordered by the bytes of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.spans.iter().map(|span| (self.name_of(*span), self.text_of(*span)))
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Reads `name`, which has to be there.
    pub(super) fn required<T: FromText>(&self, name: &str) -> Result<T, Misfit> {
        match self.optional(name)? {
            Some(value) => Ok(value),
            None => Err(Misfit { member: name.into(), reason: "is missing".into() }),
        }
    }

    /// Reads `name`; an empty element is none (v2.md §1.2).
    pub(super) fn optional<T: FromText>(&self, name: &str) -> Result<Option<T>, Misfit> {
        let text = self.get(name).filter(|text| !text.is_empty());
        let misfit = |reason| Misfit { member: name.into(), reason };
        text.map(T::from_text).transpose().map_err(misfit)
    }
}

/// Reading a document: an element is opened, its text is pushed in pieces, and it is closed.
impl Fields {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), spans: Vec::with_capacity(USUAL_ELEMENTS) }
    }

    pub(super) fn open(&mut self, name: &str) -> Opened {
        let start = self.text.len();
        self.text.push_str(name);
        Opened { start, middle: self.text.len() }
    }

    pub(super) fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// The name of an element that is open.
    pub(super) fn name_of_opened(&self, opened: Opened) -> &str {
        &self.text[opened.start..opened.middle]
    }

    /// Keeps the element, unless there is one of that name.
    pub(super) fn close(&mut self, opened: Opened) -> Result<(), Duplicate> {
        match self.position(self.name_of_opened(opened)) {
            Ok(_) => Err(Duplicate),
            Err(position) => {
                self.spans.insert(position, self.span(opened));
                Ok(())
            }
        }
    }

    fn span(&self, opened: Opened) -> Span {
        let Opened { start, middle } = opened;
        Span { head: head(&self.text[start..middle]), start, middle, end: self.text.len() }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        let head = head(name);
        self.spans.binary_search_by(|span| span.head.cmp(&head).then_with(|| self.name_of(*span).cmp(name)))
    }

    fn name_of(&self, span: Span) -> &str {
        &self.text[span.start..span.middle]
    }

    fn text_of(&self, span: Span) -> &str {
        &self.text[span.middle..span.end]
    }
}

/// Orders names as their bytes do, as far as eight bytes go.
fn head(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(bytes.len());
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

/// There is an element of that name already.
pub(super) struct Duplicate;

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

impl<'a> FromIterator<(&'a str, &'a str)> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(elements: I) -> Self {
        let mut fields = Self::new();
        for (name, text) in elements {
            fields.set(name, text);
        }
        fields
    }
}

/// Names only: texts are signatures and personal data.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// A payment notification has about 25.
const USUAL_ELEMENTS: usize = 32;
