//! Messages in XML: the elements directly inside `<xml>`, as texts. Nothing is ever loaded, defined or expanded
//! (v2.md §1.8).

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The elements of a message. Those that have elements inside are left out, and of two of one name the first
/// counts.
pub(super) fn members(message: &[u8]) -> Result<BTreeMap<String, String>, &'static str> {
    let text = std::str::from_utf8(message).map_err(|_| "not UTF-8")?;
    let mut reader = Reader::from_str(text);
    let mut found = BTreeMap::new();
    let mut open = Open::default();
    for _ in 0..EVENTS_MAX {
        match reader.read_event().map_err(|_| "not well-formed XML")? {
            Event::Start(tag) => open.enter(tag.name().as_ref())?,
            Event::Empty(tag) => {
                open.enter(tag.name().as_ref())?;
                open.leave(&mut found);
            }
            Event::End(_) => open.leave(&mut found),
            Event::Text(text) => open.text(&text)?,
            Event::CData(text) => open.text(&text)?,
            Event::GeneralRef(reference) => open.text(resolve(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) => return Err("a document type or processing instruction"),
            Event::Eof if open.finished => return Ok(found),
            Event::Eof => return Err("ends too early"),
        }
    }
    Err("more elements than any message has")
}

/// Where the reader is.
#[derive(Default)]
struct Open {
    depth: usize,
    name: String,
    text: String,
    /// The element directly inside `<xml>` has elements inside.
    nested: bool,
    /// `</xml>` was read.
    finished: bool,
}

impl Open {
    fn enter(&mut self, name: &str) -> Result<(), &'static str> {
        match self.depth {
            0 if self.finished || name != "xml" => return Err("not one <xml> element"),
            0 => {}
            1 => {
                self.name = name.to_owned();
                self.text.clear();
                self.nested = false;
            }
            DEPTH_MAX.. => return Err("nested deeper than any message"),
            _ => self.nested = true,
        }
        self.depth += 1;
        Ok(())
    }

    /// The reader has checked that what ends here is what began.
    fn leave(&mut self, found: &mut BTreeMap<String, String>) {
        self.depth = self.depth.saturating_sub(1);
        self.finished = self.depth == 0;
        if self.depth == 1 && !self.nested {
            let text = std::mem::take(&mut self.text);
            found.entry(std::mem::take(&mut self.name)).or_insert(text);
        }
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        match self.depth {
            0 if !text.trim().is_empty() => return Err("text outside of <xml>"),
            2 => self.text.push_str(text),
            _ => {}
        }
        Ok(())
    }
}

/// Characters by number, and the five names XML itself has.
fn resolve(reference: &BytesRef<'_>) -> Result<char, &'static str> {
    const UNKNOWN: &str = "an entity other than the five of XML";
    if let Some(character) = reference.resolve_char_ref().map_err(|_| UNKNOWN)? {
        return Ok(character);
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(UNKNOWN),
    }
}

/// Messages have some twenty elements, of three events each with the blanks between them.
const EVENTS_MAX: usize = 2_000;
/// Lists inside events are three deep.
const DEPTH_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::members;

    fn read(text: &str) -> Result<Vec<(String, String)>, &'static str> {
        members(text.as_bytes()).map(|found| found.into_iter().collect())
    }

    #[test]
    fn elements_become_members_with_their_text() {
        let text =
            "<xml>\n <A><![CDATA[a<b]]></A><B>1 &amp; &#x4e2d;</B><C/><D><E>x</E></D><A>second</A>\n</xml>\n";
        let expected =
            [("A", "a<b"), ("B", "1 & 中"), ("C", "")].map(|(name, text)| (name.into(), text.into()));
        assert_eq!(read(text).as_deref(), Ok(&expected[..]));
        assert_eq!(read("<?xml version=\"1.0\"?><xml></xml>").as_deref(), Ok(&[][..]));
    }

    #[test]
    fn what_a_message_never_has_is_refused() {
        for text in [
            "",
            "text",
            "<xml>",
            "<xml><A></B></xml>",
            "<xml></xml><xml></xml>",
            "<xml></xml>after",
            "<other></other>",
            "<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><A>&a;</A></xml>",
            "<xml><A>&a;</A></xml>",
            "<xml><A>&#0;</A></xml>",
            "<xml><?php x?></xml>",
            &format!("<xml>{}{}</xml>", "<A>".repeat(8), "</A>".repeat(8)),
            &format!("<xml>{}</xml>", "<A/>".repeat(2_000)),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(members(b"<xml>\xff</xml>").is_err());
    }
}
