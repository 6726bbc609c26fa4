//! Why something is not a message of `APIv2`.

use crate::v2::xml::{BYTES_MAX, ELEMENTS_MAX};

/// Why bytes are not a message, or a message cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Larger than any message.
    #[error("{bytes} bytes; no message has more than {BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not UTF-8, or declared to be something else.
    #[error("not UTF-8")]
    NotUtf8,
    /// Empty, or text.
    #[error("not an XML document")]
    NotXml,
    /// Another outermost element, such as a page's.
    #[error("the outermost element is {element}")]
    Root {
        /// What it is.
        element: Box<str>,
    },
    /// A document type, by which files could be read and memory be filled.
    #[error("has a document type, which is refused")]
    DocType,
    /// A processing instruction, or a second declaration.
    #[error("has a processing instruction, which is refused")]
    ProcessingInstruction,
    /// A comment.
    #[error("has a comment, which is refused")]
    Comment,
    /// A reference to anything but a character or `amp`, `lt`, `gt`, `quot`, `apos`.
    #[error("{element} refers to an entity, which is refused")]
    Entity {
        /// Where.
        element: Box<str>,
    },
    /// An attribute or a namespace.
    #[error("{element} has an attribute")]
    Attribute {
        /// Where.
        element: Box<str>,
    },
    /// An element within an element.
    #[error("{element} stands within another element")]
    Nested {
        /// The inner one.
        element: Box<str>,
    },
    /// Two elements of one name.
    #[error("{element} is there twice")]
    Duplicate {
        /// Which.
        element: Box<str>,
    },
    /// More elements than any message has.
    #[error("more than {ELEMENTS_MAX} elements, from {element} on")]
    TooManyElements {
        /// The first one too many.
        element: Box<str>,
    },
    /// A name that no element has.
    #[error("{element:?} is not a name of an element")]
    Name {
        /// It, cut short.
        element: Box<str>,
    },
    /// A character that XML does not have.
    #[error("{element} has a control character")]
    Character {
        /// Where.
        element: Box<str>,
    },
    /// Text between elements.
    #[error("text between elements")]
    StrayText,
    /// The document ends within an element.
    #[error("ends within {element}")]
    Truncated {
        /// Which.
        element: Box<str>,
    },
    /// Something after the outermost element.
    #[error("goes on after its end")]
    Trailing,
    /// Not well-formed.
    #[error("is not well-formed in {element}")]
    IllFormed {
        /// Where.
        element: Box<str>,
    },
    /// Writing: the text has `]]>`, which no CDATA section can hold.
    #[error("{element} has ]]>, which cannot be sent")]
    CdataEnd {
        /// Where.
        element: Box<str>,
    },
}

impl XmlError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "xml_too_large",
            Self::NotUtf8 => "xml_not_utf8",
            Self::NotXml => "xml_not_xml",
            Self::Root { .. } => "xml_root",
            Self::DocType => "xml_doctype",
            Self::ProcessingInstruction => "xml_processing_instruction",
            Self::Comment => "xml_comment",
            Self::Entity { .. } => "xml_entity",
            Self::Attribute { .. } => "xml_attribute",
            Self::Nested { .. } => "xml_nested",
            Self::Duplicate { .. } => "xml_duplicate",
            Self::TooManyElements { .. } => "xml_too_many_elements",
            Self::Name { .. } => "xml_name",
            Self::Character { .. } => "xml_character",
            Self::StrayText => "xml_stray_text",
            Self::Truncated { .. } => "xml_truncated",
            Self::Trailing => "xml_trailing",
            Self::IllFormed { .. } => "xml_ill_formed",
            Self::CdataEnd { .. } => "xml_cdata_end",
        }
    }

    /// The element at fault, where there is one.
    #[must_use]
    pub fn element(&self) -> Option<&str> {
        match self {
            Self::Root { element }
            | Self::Entity { element }
            | Self::Attribute { element }
            | Self::Nested { element }
            | Self::Duplicate { element }
            | Self::TooManyElements { element }
            | Self::Name { element }
            | Self::Character { element }
            | Self::Truncated { element }
            | Self::IllFormed { element }
            | Self::CdataEnd { element } => Some(element),
            Self::TooLarge { .. }
            | Self::NotUtf8
            | Self::NotXml
            | Self::DocType
            | Self::ProcessingInstruction
            | Self::Comment
            | Self::StrayText
            | Self::Trailing => None,
        }
    }
}
