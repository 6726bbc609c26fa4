//! The form of an upload: `meta` and `file` (v3-extended.md §9.2).

use http::{HeaderMap, header};

/// The two parts, as they came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form<'a> {
    /// The JSON text, which alone is signed (v3.md §1.5).
    pub(super) meta: &'a [u8],
    /// The file's name in its part.
    pub(super) filename: Option<String>,
    /// The file's `Content-Type`.
    pub(super) kind: String,
    pub(super) content: &'a [u8],
}

/// One part of a form.
struct Part<'a> {
    name: Option<String>,
    filename: Option<String>,
    kind: String,
    content: &'a [u8],
}

impl<'a> Form<'a> {
    /// Reads a form, whichever part comes first; others are passed over. None when it is no form, or lacks one
    /// of the two.
    pub(super) fn read(headers: &HeaderMap, body: &'a [u8]) -> Option<Self> {
        let boundary = boundary(headers)?;
        let (mut meta, mut file) = (None, None);
        let mut rest = after(body, format!("--{boundary}").as_bytes())?;
        let delimiter = format!("\r\n--{boundary}");
        for _ in 0..PARTS_MAX {
            let Some(inside) = rest.strip_prefix(b"\r\n") else { break };
            let end = find(inside, delimiter.as_bytes())?;
            let part = part(&inside[..end])?;
            match part.name.as_deref() {
                Some("meta") => meta = meta.or(Some(part.content)),
                Some("file") => file = file.or(Some(part)),
                Some(_) | None => {}
            }
            rest = &inside[end + delimiter.len()..];
        }
        let file = file?;
        Some(Self { meta: meta?, filename: file.filename, kind: file.kind, content: file.content })
    }
}

/// The boundary that `Content-Type` names.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = said.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|text| (1..=BOUNDARY_BYTES_MAX).contains(&text.len()))
}

/// A parameter of a header, with or without quotes.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    parameters.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.to_owned())
    })
}

/// Headers, an empty line, content.
fn part(inside: &[u8]) -> Option<Part<'_>> {
    let (head, content) = match inside.strip_prefix(b"\r\n") {
        Some(content) => (&b""[..], content),
        None => {
            let end = find(inside, b"\r\n\r\n")?;
            (&inside[..end], &inside[end + 4..])
        }
    };
    let head = std::str::from_utf8(head.get(..HEAD_BYTES_MAX.min(head.len()))?).ok()?;
    let line = |wanted: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let found = lines.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map_or("", |(_, value)| value.trim())
    };
    let disposition = line("content-disposition").split_once(';').map_or("", |(_, parameters)| parameters);
    Some(Part {
        name: parameter(disposition, "name"),
        filename: parameter(disposition, "filename"),
        kind: line("content-type").to_owned(),
        content,
    })
}

fn after<'a>(text: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    find(text, wanted).map(|at| &text[at + wanted.len()..])
}

/// Where `wanted`, which is not empty, first stands.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    // Leaps from one candidate to the next: files are megabytes.
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// Two are documented; some clients add their own.
const PARTS_MAX: usize = 8;
/// RFC 2046.
const BOUNDARY_BYTES_MAX: usize = 70;
const HEAD_BYTES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::Form;

    fn read<'a>(kind: &str, body: &'a [u8]) -> Option<Form<'a>> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
        Form::read(&headers, body)
    }

    const META: &str = "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n{ \"a\": 1}\r\n";
    const FILE: &str = "--b\r\ncontent-disposition: form-data; name=file; filename=\"x.png\"\r\ncontent-type: image/png\r\n\r\n\r\n-\r\n--\r\n";

    #[test]
    fn both_parts_come_out_as_they_stand_in_either_order_and_spelling() {
        for (kind, body) in [
            ("multipart/form-data; boundary=b", format!("{META}{FILE}--b--\r\n")),
            ("Multipart/Form-Data;charset=utf-8; boundary=\"b\"", format!("preamble\r\n{FILE}{META}--b--")),
        ] {
            let form = read(kind, body.as_bytes()).expect(kind);
            assert_eq!((form.meta, form.content), (&b"{ \"a\": 1}"[..], &b"\r\n-\r\n--"[..]));
            assert_eq!((form.filename.as_deref(), form.kind.as_str()), (Some("x.png"), "image/png"));
        }
    }

    #[test]
    fn what_is_no_form_of_two_parts_is_none() {
        let form = "multipart/form-data; boundary=b";
        for (kind, body) in [
            ("application/json", format!("{META}{FILE}--b--")),
            ("multipart/form-data", format!("{META}{FILE}--b--")),
            ("multipart/form-data; boundary=", format!("{META}{FILE}--b--")),
            ("multipart/form-data; boundary=c", format!("{META}{FILE}--b--")),
            (form, String::new()),
            (form, format!("{META}--b--")),
            (form, format!("{FILE}--b--")),
            (form, format!("{META}{FILE}")),
            (form, "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n--b--".into()),
        ] {
            assert_eq!(read(kind, body.as_bytes()), None, "{kind} {body}");
        }
    }
}
