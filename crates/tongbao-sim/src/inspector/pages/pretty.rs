//! Bodies laid out to be read, in pieces that the stylesheet colours.

use crate::why::json::{Json, Spacing, Style};

/// A piece of text and its class: `key`, `text`, `number`, `word`, or nothing.
pub(super) struct Piece {
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// JSON and XML are indented; everything else stays as it is.
pub(super) fn pretty(text: &str) -> Vec<Piece> {
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '[']) {
        // Escapes are the client's: what it wrote as \u5e97 is shown as the character it means.
        let style = Style { spacing: Spacing::Lines("  "), ..Style::COMPACT };
        if let Some(json) = Json::read(text.as_bytes()) {
            return coloured(&json.print(&style));
        }
    }
    if trimmed.starts_with('<') {
        return tags(text);
    }
    vec![Piece { class: "", text: text.to_owned() }]
}

fn coloured(printed: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = printed;
    while let Some(first) = rest.chars().next() {
        let (class, length) = match first {
            '"' => {
                let length = text_length(rest);
                (if rest[length..].starts_with(':') { "key" } else { "text" }, length)
            }
            '-' | '0'..='9' => ("number", span(rest, |c| c.is_ascii_digit() || ".-+eE".contains(c))),
            'a'..='z' => ("word", span(rest, |c| c.is_ascii_lowercase())),
            _ => ("", span(rest, |c| !c.is_ascii_alphanumeric() && c != '"' && c != '-')),
        };
        let (piece, after) = rest.split_at(length.max(first.len_utf8()));
        pieces.push(Piece { class, text: piece.to_owned() });
        rest = after;
    }
    pieces
}

/// How long a text in quotes is, quotes included.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return place + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

fn span(text: &str, within: impl Fn(char) -> bool) -> usize {
    text.find(|c| !within(c)).unwrap_or(text.len())
}

/// XML in pieces of tags and text, with a line for each element of a flat document on one line.
fn tags(text: &str) -> Vec<Piece> {
    let on_one_line = !text.trim_end().contains('\n');
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let cdata = rest.starts_with("<![CDATA[");
        let length = match (rest.starts_with('<'), cdata) {
            (true, true) => rest.find("]]>").map_or(rest.len(), |end| end + 3),
            (true, false) => rest.find('>').map_or(rest.len(), |end| end + 1),
            (false, _) => rest.find('<').unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        let class = if piece.starts_with('<') && !cdata { "key" } else { "text" };
        pieces.push(Piece { class, text: piece.to_owned() });
        let closed = piece.starts_with("</") || piece.starts_with("<xml") || piece.starts_with("<root");
        if on_one_line && closed && !after.is_empty() {
            pieces.push(Piece { class: "", text: "\n".into() });
        }
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pretty;

    fn shown(text: &str) -> String {
        pretty(text)
            .iter()
            .map(|piece| match piece.class {
                "" => piece.text.clone(),
                class => format!("[{class} {}]", piece.text),
            })
            .collect()
    }

    #[test]
    fn json_and_xml_are_laid_out_and_the_rest_is_left_alone() {
        assert_eq!(
            shown(r#"{"a":"x\"y","b":[1,-2.5,true,null],"店":{}}"#),
            "{\n  [key \"a\"]: [text \"x\\\"y\"],\n  [key \"b\"]: [\n    [number 1],\n    [number -2.5],\n    [word true],\n    [word null]\n  ],\n  [key \"店\"]: {}\n}"
        );
        assert_eq!(
            shown("<xml><a>1</a><b/></xml>"),
            "[key <xml>]\n[key <a>][text 1][key </a>]\n[key <b/>][key </xml>]"
        );
        for plain in ["", "{", "a=1", "[1,", "plain"] {
            assert_eq!(shown(plain), plain);
        }
        assert_eq!(shown("<"), "[key <]");
    }
}
