//! What may have been signed in place of the body.

use super::json::{Json, Spacing, Style, Unicode};
use super::mistake::{Mistake, body as mistake};
use super::percent;
use super::search::Variant;

/// Every form of `body`, the right one first. `query` is what follows `?` in the target.
pub(crate) fn variants(body: &[u8], query: &str) -> Vec<Variant> {
    let mut forms = vec![Variant::right(body)];
    if body.is_empty() {
        forms.push(Variant::wrong("{}", mistake::BRACES));
        if !query.is_empty() {
            forms.push(Variant::wrong(query, mistake::QUERY));
            forms.push(Variant::wrong(percent::decode(query), mistake::QUERY));
        }
    } else {
        forms.push(Variant::wrong("", mistake::EMPTY));
        ends(body, &mut forms);
        charsets(body, &mut forms);
    }
    let words = ["null", "undefined", "None", "nil", "\"\"", "[]", "''"];
    forms.extend(words.map(|word| Variant::wrong(word, mistake::NOTHING_WORD)));
    forms.extend(["[object Object]", "Array"].map(|word| Variant::wrong(word, mistake::OBJECT_WORD)));
    if body.len() <= RESERIALISED_BYTES_MAX
        && let Some(json @ (Json::Object(_) | Json::List(_))) = Json::read(body)
    {
        serialised(body, &json, &mut forms);
        unserialised(&json, &mut forms);
    }
    forms.retain({
        let mut first = true;
        move |form| std::mem::take(&mut first) || form.bytes != body
    });
    forms
}

fn ends(body: &[u8], forms: &mut Vec<Variant>) {
    let with = |end: &str| [body, end.as_bytes()].concat();
    if let Some(shorter) = body.strip_suffix(b"\n") {
        forms.push(Variant::wrong(shorter.strip_suffix(b"\r").unwrap_or(shorter), mistake::NEWLINE_SENT));
    }
    forms.push(Variant::wrong(with("\n"), mistake::NEWLINE_SIGNED));
    forms.push(Variant::wrong(with("\r\n"), mistake::NEWLINE_SIGNED));
    if body.trim_ascii() != body {
        forms.push(Variant::wrong(body.trim_ascii(), mistake::TRIMMED));
    }
}

fn charsets(body: &[u8], forms: &mut Vec<Variant>) {
    for bytes in other_charsets(body) {
        forms.push(Variant::wrong(bytes, mistake::CHARSET));
    }
}

/// The text in GBK, and in ISO-8859-1 with `?` for what it lacks; none for ASCII.
pub(crate) fn other_charsets(text: &[u8]) -> Vec<Vec<u8>> {
    let Some(text) = std::str::from_utf8(text).ok().filter(|text| !text.is_ascii()) else {
        return Vec::new();
    };
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    let latin = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    // UTF-8 read as Latin-1 and written as UTF-8 again.
    let doubled = text.bytes().map(char::from).collect::<String>().into_bytes();
    vec![gbk, latin, doubled]
}

/// The JSON as other serialisers print it.
fn serialised(body: &[u8], json: &Json, forms: &mut Vec<Variant>) {
    let sent = Seen::of(body);
    let sorted = json.sorted();
    let trees = [
        (json.clone(), None),
        (sorted.clone(), Some(mistake::SORTED)),
        (json.without_nulls(), Some(mistake::NULLS_DROPPED)),
    ];
    for (place, (tree, of_tree)) in trees.iter().enumerate() {
        if place > 0 && tree == json {
            continue;
        }
        for style in styles(&sent) {
            let mut mistakes = sent.differences(&style);
            mistakes.extend(*of_tree);
            let printed = tree.print(&style);
            if mistakes.is_empty() {
                // Printed alike, and yet not the same bytes: blanks somewhere.
                mistakes.push(mistake::SPACING);
            }
            forms.push(Variant { bytes: printed.into_bytes(), mistakes, alone: false });
        }
    }
    // As JSON.stringify of a text that is JSON already.
    let quoted = Json::Text(String::from_utf8_lossy(body).into_owned()).print(&Style::COMPACT);
    forms.push(Variant::wrong(quoted, mistake::QUOTED_TWICE));
}

fn unserialised(json: &Json, forms: &mut Vec<Variant>) {
    let [python, go, java] = json.as_programs_print();
    forms.push(Variant::wrong(python, mistake::PYTHON_REPR));
    forms.push(Variant::wrong(go, mistake::OBJECT_WORD));
    forms.push(Variant::wrong(java, mistake::OBJECT_WORD));
    for tree in [json.clone(), json.sorted()] {
        let plain = |text: &str| text.to_owned();
        for encode in [&plain as &dyn Fn(&str) -> String, &percent::encode, &percent::encode_form] {
            forms.push(Variant::wrong(tree.as_form(encode), mistake::FORM));
        }
    }
}

/// What shows of how the body that was sent is printed; `None` where nothing in it would differ.
struct Seen {
    blanks: bool,
    lines: bool,
    unicode_raw: Option<bool>,
    slashes_escaped: Option<bool>,
    html_escaped: Option<bool>,
}

impl Seen {
    fn of(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let mut outside = String::new();
        let (mut within, mut escaped) = (false, false);
        for c in text.chars() {
            match c {
                '"' if !escaped => within = !within,
                c if !within => outside.push(c),
                _ => {}
            }
            escaped = within && c == '\\' && !escaped;
        }
        let has = |pieces: &[&str]| pieces.iter().any(|piece| text.contains(piece));
        let escapes = |codes: &[&str]| {
            let lower = text.to_lowercase();
            codes.iter().any(|code| lower.contains(&format!("\\u00{code}")))
        };
        let either = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
        let html = ["3c", "3e", "26", "3d", "27"];
        let beyond = text.match_indices("\\u").any(|(at, _)| {
            text.get(at + 2..at + 6)
                .and_then(|code| u32::from_str_radix(code, 16).ok())
                .is_some_and(|it| it > 127)
        });
        Self {
            blanks: outside.contains([' ', '\t', '\n', '\r']),
            lines: outside.contains('\n'),
            unicode_raw: either(!text.is_ascii(), beyond),
            slashes_escaped: either(text.contains("\\/"), text.contains('/')),
            html_escaped: either(escapes(&html), has(&["<", ">", "&", "=", "'"])),
        }
    }

    fn differences(&self, style: &Style) -> Vec<Mistake> {
        let mut found = Vec::new();
        match style.spacing {
            Spacing::Line(",", ":") if self.blanks => found.push(mistake::COMPACT),
            Spacing::Line(",", ":") => {}
            Spacing::Line(..) if !self.blanks || self.lines => found.push(mistake::SPACING),
            Spacing::Line(..) => {}
            Spacing::Lines(_) if !self.lines => found.push(mistake::PRETTY),
            Spacing::Lines(_) => {}
        }
        match (style.unicode, self.unicode_raw) {
            (Unicode::Raw, Some(false)) => found.push(mistake::UNICODE_RAW),
            (Unicode::Lower | Unicode::Upper, Some(true)) => found.push(mistake::UNICODE_ESCAPED),
            _ => {}
        }
        match (style.slashes, self.slashes_escaped) {
            (true, Some(false)) => found.push(mistake::SLASHES_ESCAPED),
            (false, Some(true)) => found.push(mistake::SLASHES_RAW),
            _ => {}
        }
        match (style.html.is_empty(), self.html_escaped) {
            (false, Some(false)) | (true, Some(true)) => found.push(mistake::HTML_ESCAPED),
            _ => {}
        }
        found
    }
}

/// Every style that may print this body differently.
fn styles(sent: &Seen) -> Vec<Style> {
    let spacings = [
        Spacing::Line(",", ":"),
        Spacing::Line(", ", ": "),
        Spacing::Line(",", ": "),
        Spacing::Line(", ", ":"),
        Spacing::Lines("  "),
        Spacing::Lines("    "),
        Spacing::Lines("\t"),
    ];
    let unicodes: &[Unicode] = match sent.unicode_raw {
        None => &[Unicode::Raw],
        Some(_) => &[Unicode::Raw, Unicode::Lower, Unicode::Upper],
    };
    let slashes: &[bool] = if sent.slashes_escaped.is_none() { &[false] } else { &[false, true] };
    // None, as Go and as Gson.
    let html: &[&str] = if sent.html_escaped.is_none() { &[""] } else { &["", "<>&", "<>&='"] };
    let mut styles = Vec::new();
    for spacing in spacings {
        for unicode in unicodes {
            for slashes in slashes {
                styles.extend(html.iter().map(|html| Style {
                    spacing,
                    unicode: *unicode,
                    slashes: *slashes,
                    html,
                }));
            }
        }
    }
    styles
}

/// Longer bodies are not printed anew in hundreds of ways.
const RESERIALISED_BYTES_MAX: usize = 64 * 1024;
