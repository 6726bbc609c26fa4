//! The XML of `APIv2`, as little of it as there is, so that nothing else gets in (v2.md §1.2, §1.8).
//!
//! XML was how merchants' servers were read out in 2018 (CVE-2018-13439). Here no document type is loaded and
//! no entity is expanded; what the platform never writes is refused.

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use crate::v2::fields::{Duplicate, Fields, Opened};
use crate::v2::xml_error::XmlError;

impl Fields {
    /// Reads a message: `<xml>` with elements of text in it, and nothing else.
    ///
    /// # Errors
    /// [`XmlError`], which names the element.
    pub fn parse(document: &[u8]) -> Result<Self, XmlError> {
        Self::parse_under("xml", document)
    }

    /// The same with another outermost element.
    pub(super) fn parse_under(root: &str, document: &[u8]) -> Result<Self, XmlError> {
        if document.len() > BYTES_MAX {
            return Err(XmlError::TooLarge { bytes: document.len() });
        }
        let text = std::str::from_utf8(document).map_err(|_| XmlError::NotUtf8)?;
        let mut parser = Parser { root, fields: Self::with_capacity(text.len()), place: Place::Start };
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return parser.end(),
                Ok(event) => parser.take(&event)?,
                Err(error) => return Err(parser.ill_formed(&error)),
            }
        }
    }

    /// Writes the message, under `<xml>`, without a declaration.
    ///
    /// # Errors
    /// [`XmlError`] when a name or a text cannot be written so that it reads back.
    pub fn to_xml(&self) -> Result<String, XmlError> {
        let mut document = String::with_capacity(self.iter().map(|(n, t)| 2 * n.len() + t.len() + 32).sum());
        document.push_str("<xml>");
        for (name, text) in self.iter() {
            check_name(name)?;
            check_text(name, text)?;
            for piece in ["<", name, ">"] {
                document.push_str(piece);
            }
            write_text(&mut document, name, text)?;
            for piece in ["</", name, ">"] {
                document.push_str(piece);
            }
        }
        document.push_str("</xml>");
        Ok(document)
    }
}

fn write_text(document: &mut String, name: &str, text: &str) -> Result<(), XmlError> {
    let marked = text.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\''));
    if !marked && !CDATA_ALWAYS.contains(&name) {
        document.push_str(text);
        return Ok(());
    }
    if text.contains("]]>") {
        return Err(XmlError::CdataEnd { element: named(name) });
    }
    for piece in ["<![CDATA[", text, "]]>"] {
        document.push_str(piece);
    }
    Ok(())
}

/// Where in the document the reader is.
#[derive(Clone, Copy)]
enum Place {
    /// Nothing was read.
    Start,
    /// The declaration was read.
    Declared,
    /// Within the outermost element.
    Root,
    /// Within one of its elements.
    Element(Opened),
    /// The outermost element was closed.
    End,
}

struct Parser<'a> {
    root: &'a str,
    fields: Fields,
    place: Place,
}

impl Parser<'_> {
    fn take(&mut self, event: &Event<'_>) -> Result<(), XmlError> {
        match event {
            Event::Start(start) => self.start(start),
            Event::End(_) => self.close(),
            Event::Empty(start) => {
                self.start(start)?;
                self.close()
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.cdata(text),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::Decl(declaration) => self.declaration(declaration),
            Event::DocType(_) => Err(XmlError::DocType),
            Event::PI(_) => Err(XmlError::ProcessingInstruction),
            Event::Comment(_) => Err(XmlError::Comment),
            Event::Eof => Ok(()),
        }
    }

    /// An encoding other than UTF-8 is none of the platform's.
    fn declaration(&mut self, declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
        let Place::Start = self.place else {
            return Err(XmlError::ProcessingInstruction);
        };
        self.place = Place::Declared;
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8") => {
                Ok(())
            }
            Some(_) => Err(XmlError::NotUtf8),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        let name = start.name().0;
        if !start.attributes_raw().trim_ascii().is_empty() {
            return Err(XmlError::Attribute { element: named(name) });
        }
        self.place = match self.place {
            Place::Start | Place::Declared if name == self.root => Place::Root,
            Place::Start | Place::Declared => return Err(XmlError::Root { element: named(name) }),
            Place::Root => {
                check_name(name)?;
                if self.fields.len() == ELEMENTS_MAX {
                    return Err(XmlError::TooManyElements { element: named(name) });
                }
                Place::Element(self.fields.open(name))
            }
            Place::Element(_) => return Err(XmlError::Nested { element: named(name) }),
            Place::End => return Err(XmlError::Trailing),
        };
        Ok(())
    }

    /// That the names match is the reader's to check.
    fn close(&mut self) -> Result<(), XmlError> {
        self.place = match self.place {
            Place::Element(opened) => {
                self.fields
                    .close(opened)
                    .map_err(|Duplicate| XmlError::Duplicate { element: self.here() })?;
                Place::Root
            }
            Place::Root => Place::End,
            Place::Start | Place::Declared | Place::End => return Err(XmlError::Trailing),
        };
        Ok(())
    }

    /// Between elements there may be white space, which means nothing.
    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.place {
            Place::Element(_) => self.push(text),
            _ if text.trim_ascii().is_empty() => Ok(()),
            Place::Start | Place::Declared => Err(XmlError::NotXml),
            Place::Root => Err(XmlError::StrayText),
            Place::End => Err(XmlError::Trailing),
        }
    }

    fn cdata(&mut self, text: &str) -> Result<(), XmlError> {
        match self.place {
            Place::Element(_) => self.push(text),
            Place::Start | Place::Declared => Err(XmlError::NotXml),
            Place::Root => Err(XmlError::StrayText),
            Place::End => Err(XmlError::Trailing),
        }
    }

    /// A character by its number, or one of the five that XML itself names. Others need a document type.
    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlError> {
        let resolved = match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        let Some(character) = resolved else {
            return Err(XmlError::Entity { element: self.here() });
        };
        self.cdata(character.encode_utf8(&mut [0; 4]))
    }

    /// The text as it is: the signature covers it without any trimming (v2.md §1.3).
    fn push(&mut self, piece: &str) -> Result<(), XmlError> {
        if has_illegal(piece) {
            return Err(XmlError::Character { element: self.here() });
        }
        self.fields.push(piece);
        Ok(())
    }

    fn end(self) -> Result<Fields, XmlError> {
        match self.place {
            Place::End => Ok(self.fields),
            Place::Start | Place::Declared => Err(XmlError::NotXml),
            Place::Root | Place::Element(_) => Err(XmlError::Truncated { element: self.here() }),
        }
    }

    fn ill_formed(&self, error: &quick_xml::Error) -> XmlError {
        match (self.place, error) {
            (Place::End, _) => XmlError::Trailing,
            (Place::Start | Place::Declared, _) => XmlError::NotXml,
            (_, quick_xml::Error::Syntax(_)) => XmlError::Truncated { element: self.here() },
            (_, quick_xml::Error::IllFormed(IllFormedError::UnclosedReference)) => {
                XmlError::Entity { element: self.here() }
            }
            _ => XmlError::IllFormed { element: self.here() },
        }
    }

    /// The element the reader is in.
    fn here(&self) -> Box<str> {
        match self.place {
            Place::Element(opened) => named(self.fields.name_of_opened(opened)),
            Place::Start | Place::Declared | Place::Root | Place::End => self.root.into(),
        }
    }
}

fn check_name(name: &str) -> Result<(), XmlError> {
    let first = name.as_bytes().first().is_some_and(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'.'));
    let plain =
        name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'-' | b'.'));
    if first && plain && name.len() <= NAME_BYTES_MAX {
        Ok(())
    } else {
        Err(XmlError::Name { element: named(name) })
    }
}

fn check_text(name: &str, text: &str) -> Result<(), XmlError> {
    if has_illegal(text) { Err(XmlError::Character { element: named(name) }) } else { Ok(()) }
}

/// Whether there are characters that no XML document has. Most texts are cleared by a look at their bytes.
fn has_illegal(text: &str) -> bool {
    let suspicious = text.bytes().any(|byte| byte < b' ' || byte == LEAD_OF_NONCHARACTERS);
    suspicious && text.chars().any(is_illegal)
}

fn is_illegal(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A name as far as it is told on.
fn named(name: &str) -> Box<str> {
    name.chars().take(NAME_BYTES_MAX).collect()
}

/// How U+FFFE and U+FFFF begin in UTF-8.
const LEAD_OF_NONCHARACTERS: u8 = 0xef;
/// Answers and notifications are below 8 KiB, a refund query of ten refunds below 16 KiB (v2.md §1.8).
pub(super) const BYTES_MAX: usize = 64 * 1024;
/// A refund query of ten refunds with five coupons each has 275 (v2.md §3.4).
pub(super) const ELEMENTS_MAX: usize = 400;
/// The longest name documented has 26 characters.
const NAME_BYTES_MAX: usize = 64;
/// Texts of the merchant's own making, and JSON (v2.md §1.2).
const CDATA_ALWAYS: [&str; 5] = ["attach", "detail", "long_url", "scene_info", "trades"];
