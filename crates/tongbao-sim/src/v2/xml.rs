//! The XML of `APIv2`: one element with elements of text in it, and nothing else (v2.md §1.2, §1.8).
//!
//! Read by hand, so that there is no document type to load and no entity to expand. It takes what the
//! platform takes: text bare or as CDATA, with or without a declaration.

use super::fields::Fields;

/// Why a document cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Not UTF-8, or it says so, or it begins with a byte order mark.
    NotUtf8,
    /// The outermost element has another name: nothing in it counts.
    OtherRoot,
    /// Not XML, or more than there may be; in words for people who look into it.
    Malformed(&'static str),
}

/// Reads a document whose outermost element is `root`.
pub(crate) fn parse(root: &str, document: &[u8]) -> Result<Fields, Unreadable> {
    if document.len() > BYTES_MAX {
        return malformed("the document is larger than 64 KiB");
    }
    let text = std::str::from_utf8(document).map_err(|_| Unreadable::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(Unreadable::NotUtf8);
    }
    let mut cursor = Cursor { rest: text };
    cursor.declaration()?;
    cursor.blanks()?;
    let mut fields = Fields::new();
    let (name, empty) = cursor.start_tag()?;
    if name != root {
        return Err(Unreadable::OtherRoot);
    }
    if !empty {
        cursor.elements(&mut fields)?;
        cursor.end_tag(root)?;
    }
    cursor.blanks()?;
    if cursor.rest.is_empty() { Ok(fields) } else { malformed("something follows the outermost element") }
}

/// Writes a document as the platform does: texts in CDATA, numbers bare, one element a line.
pub(crate) fn write(root: &str, fields: &Fields) -> String {
    let mut document = format!("<{root}>");
    for (at, (name, text, bare)) in fields.written().enumerate() {
        if at > 0 {
            document.push('\n');
        }
        let (open, close) = if bare { ("", "") } else { ("<![CDATA[", "]]>") };
        // The end of a CDATA section within a text is split over two.
        let text = if bare { text.to_owned() } else { text.replace("]]>", "]]]]><![CDATA[>") };
        for piece in ["<", name, ">", open, &text, close, "</", name, ">"] {
            document.push_str(piece);
        }
    }
    document.push_str("\n</");
    document.push_str(root);
    document.push('>');
    document
}

/// What is still to be read.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// `<?xml …?>`, at the very beginning or not at all.
    fn declaration(&mut self) -> Result<(), Unreadable> {
        let begins = |rest: &&str| rest.starts_with(|next: char| next.is_ascii_whitespace());
        let Some(rest) = self.rest.strip_prefix("<?xml").filter(begins) else { return Ok(()) };
        let (inside, rest) =
            rest.split_once("?>").ok_or(Unreadable::Malformed("the declaration has no end"))?;
        self.rest = rest;
        let Some((_, said)) = inside.split_once("encoding") else { return Ok(()) };
        let said = said.trim_start().strip_prefix('=').unwrap_or_default().trim();
        let name = said.trim_matches(['"', '\'']);
        let name = name.split(['"', '\'']).next().unwrap_or_default();
        let known = name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8");
        if known { Ok(()) } else { Err(Unreadable::NotUtf8) }
    }

    /// White space and comments, which mean nothing between elements.
    fn blanks(&mut self) -> Result<(), Unreadable> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            if !self.comment()? {
                return Ok(());
            }
        }
    }

    fn comment(&mut self) -> Result<bool, Unreadable> {
        let Some(rest) = self.rest.strip_prefix("<!--") else { return Ok(false) };
        let (_, rest) = rest.split_once("-->").ok_or(Unreadable::Malformed("a comment has no end"))?;
        self.rest = rest;
        Ok(true)
    }

    /// `<name>` or `<name/>`: the name, and whether it is closed already.
    fn start_tag(&mut self) -> Result<(&'a str, bool), Unreadable> {
        let Some(rest) = self.rest.strip_prefix('<') else { return malformed("text between elements") };
        if rest.starts_with(['!', '?']) {
            return malformed("document types, entities and instructions are refused");
        }
        let (inside, rest) = rest.split_once('>').ok_or(Unreadable::Malformed("a tag has no end"))?;
        self.rest = rest;
        let (name, empty) = inside.strip_suffix('/').map_or((inside, false), |name| (name, true));
        let name = name.trim_ascii_end();
        if is_name(name) { Ok((name, empty)) } else { malformed("a name is none, or has attributes") }
    }

    fn end_tag(&mut self, name: &str) -> Result<(), Unreadable> {
        let rest = self.rest.strip_prefix("</").and_then(|rest| rest.strip_prefix(name));
        let rest = rest.and_then(|rest| rest.trim_ascii_start().strip_prefix('>'));
        self.rest = rest.ok_or(Unreadable::Malformed("an element is closed under another name"))?;
        Ok(())
    }

    /// Elements until the outermost one ends.
    fn elements(&mut self, fields: &mut Fields) -> Result<(), Unreadable> {
        loop {
            self.blanks()?;
            if self.rest.starts_with("</") {
                return Ok(());
            }
            let (name, empty) = self.start_tag()?;
            if fields.contains(name) {
                return malformed("an element is there twice");
            }
            if fields.len() == ELEMENTS_MAX {
                return malformed("there are more than 200 elements");
            }
            let text = if empty { String::new() } else { self.content(name)? };
            fields.text(name, text);
        }
    }

    /// The text of an element, exactly as it is: the signature covers every blank of it.
    fn content(&mut self, name: &str) -> Result<String, Unreadable> {
        let mut text = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                let end =
                    rest.split_once("]]>").ok_or(Unreadable::Malformed("a CDATA section has no end"))?;
                text.push_str(end.0);
                self.rest = end.1;
            } else if self.rest.starts_with("</") {
                self.end_tag(name)?;
                let legal = !text.chars().any(is_illegal);
                return if legal { Ok(text) } else { malformed("a character that no XML document has") };
            } else if self.rest.starts_with('&') {
                text.push(self.reference()?);
            } else if self.rest.starts_with('<') {
                if !self.comment()? {
                    return malformed("an element within an element");
                }
            } else {
                let end = self.rest.find(['<', '&']).ok_or(Unreadable::Malformed("an element has no end"))?;
                let (plain, rest) = self.rest.split_at(end);
                text.push_str(plain);
                self.rest = rest;
            }
        }
    }

    /// A character by its number, or one of the five that XML itself names.
    fn reference(&mut self) -> Result<char, Unreadable> {
        let unknown = Unreadable::Malformed("an entity that XML itself does not name");
        let (name, rest) = self.rest[1..].split_once(';').ok_or(unknown)?;
        self.rest = rest;
        let numbered = |name: &str| {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        };
        match name {
            "amp" => Ok('&'),
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            other => numbered(other).ok_or(unknown),
        }
    }
}

fn malformed<T>(reason: &'static str) -> Result<T, Unreadable> {
    Err(Unreadable::Malformed(reason))
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let first = name.as_bytes().first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    first && name.len() <= NAME_BYTES_MAX && name.bytes().all(plain)
}

pub(super) fn is_illegal(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Requests are a few kilobytes (v2.md §1.8).
const BYTES_MAX: usize = 64 * 1024;
/// The largest request has 30 (v2.md §1.8).
const ELEMENTS_MAX: usize = 200;
/// The longest name documented has 26 characters.
const NAME_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Unreadable, parse, write};
    use crate::v2::fields::Fields;

    fn check(document: &str) -> Result<Vec<(String, String)>, Unreadable> {
        let fields = parse("xml", document.as_bytes())?;
        Ok(fields.iter().map(|(name, text)| (name.into(), text.into())).collect())
    }

    #[test]
    fn cdata_and_bare_text_read_alike() {
        let expected = Ok(vec![("a".into(), "1 < 2 & 3".into()), ("b".into(), String::new())]);
        for document in [
            "<xml><a><![CDATA[1 < 2 & 3]]></a><b></b></xml>",
            "<xml><a>1 &lt; 2 &#38; 3</a><b/></xml>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n  <a>1 &lt; 2<![CDATA[ & ]]>&#x33;</a>\n<!-- b --><b />\n</xml>\n",
        ] {
            assert_eq!(check(document), expected, "{document}");
        }
    }

    #[test]
    fn blanks_within_an_element_are_kept() {
        assert_eq!(check("<xml><a> x\n</a></xml>"), Ok(vec![("a".into(), " x\n".into())]));
    }

    #[test]
    fn another_encoding_is_not_utf8() {
        for document in ["<?xml version=\"1.0\" encoding=\"GBK\"?><xml></xml>", "\u{feff}<xml></xml>"] {
            assert_eq!(check(document), Err(Unreadable::NotUtf8), "{document}");
        }
        assert_eq!(parse("xml", b"<xml><a>\xd6\xd0</a></xml>"), Err(Unreadable::NotUtf8));
    }

    #[test]
    fn what_could_reach_beyond_the_document_is_refused() {
        for document in [
            "<!DOCTYPE xml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><xml><a>&x;</a></xml>",
            "<!DOCTYPE xml SYSTEM \"http://example.com/x.dtd\"><xml></xml>",
            "<xml><a>&x;</a></xml>",
            "<xml><?php phpinfo() ?></xml>",
            "<?xml-stylesheet href=\"x\"?><xml></xml>",
        ] {
            assert!(matches!(check(document), Err(Unreadable::Malformed(_))), "{document}");
        }
    }

    #[test]
    fn whatever_is_not_a_flat_document_is_refused() {
        for document in [
            "",
            "{}",
            "xml",
            "<xml>",
            "<xml",
            "<xml><a>1</xml>",
            "<xml><a>1</b></xml>",
            "<xml><a><b>1</b></a></xml>",
            "<xml>1</xml>",
            "<xml></xml><xml></xml>",
            "<xml a=\"1\"></xml>",
            "<xml><a b=\"1\">1</a></xml>",
            "<xml><a>1</a><a>1</a></xml>",
            "<xml><a>&#0;</a></xml>",
            "<xml><a><![CDATA[1</a></xml>",
            "<xml><1a>1</1a></xml>",
            "<xml><!-- <a>1</a></xml>",
            "<xml><a>&#xd800;</a></xml>",
            "<xml><a>&amp</a></xml>",
        ] {
            assert!(matches!(check(document), Err(Unreadable::Malformed(_))), "{document}");
        }
        assert_eq!(check("<root></root>"), Err(Unreadable::OtherRoot));
        let many: String = (0..201).map(|n| format!("<a{n}>1</a{n}>")).collect();
        assert!(check(&format!("<xml>{many}</xml>")).is_err());
        assert!(check(&format!("<xml><a>{}</a></xml>", "1".repeat(65 * 1024))).is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut fields = Fields::new();
        fields.text("attach", "a]]>b <&> 深圳");
        fields.number("total_fee", 88);
        let written = write("xml", &fields);
        assert_eq!(
            written,
            "<xml><attach><![CDATA[a]]]]><![CDATA[>b <&> 深圳]]></attach>\n<total_fee>88</total_fee>\n</xml>"
        );
        assert_eq!(
            check(&written),
            Ok(vec![("attach".into(), "a]]>b <&> 深圳".into()), ("total_fee".into(), "88".into())])
        );
    }
}
