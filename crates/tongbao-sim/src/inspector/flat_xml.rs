//! The elements of a v2 message, read leniently: for showing, never for judging.

/// Names and values in their order, at most so many. Empty when the bytes are no flat XML.
pub(crate) fn elements(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let mut found = Vec::new();
    let Some(mut rest) = text.find("<xml").and_then(|at| text[at..].split_once('>')).map(|(_, rest)| rest)
    else {
        return found;
    };
    while let Some((_, after)) = rest.split_once('<') {
        let Some((name, after)) = after.split_once('>') else { break };
        if name.starts_with('/') || found.len() >= ELEMENTS_MAX {
            break;
        }
        if let Some(name) = name.strip_suffix('/') {
            found.push((name.trim().to_owned(), String::new()));
            rest = after;
            continue;
        }
        let Some((content, after)) = after.split_once(&format!("</{name}>")) else { break };
        found.push((name.to_owned(), unescaped(content)));
        rest = after;
    }
    found
}

/// The value of the first element of this name.
pub(crate) fn value(body: &[u8], name: &str) -> Option<String> {
    // Looked for before everything is read: most messages have it near the beginning.
    let open = format!("<{name}>");
    if !body.windows(open.len()).any(|window| window == open.as_bytes()) {
        return None;
    }
    elements(body).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn unescaped(content: &str) -> String {
    let trimmed = content.trim();
    if let Some(inner) = trimmed.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")) {
        return inner.to_owned();
    }
    let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    escapes.iter().fold(content.to_owned(), |text, (from, to)| text.replace(from, to))
}

const ELEMENTS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::{elements, value};

    #[test]
    fn elements_are_read_in_every_way_they_are_written() {
        let body = "<?xml version=\"1.0\"?>\n<xml>\n<a><![CDATA[x<y]]></a> <b>1 &amp; 2</b><c/><d></d></xml>";
        let read = elements(body.as_bytes());
        let pairs: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "x<y"), ("b", "1 & 2"), ("c", ""), ("d", "")]);
        assert_eq!(value(body.as_bytes(), "b").as_deref(), Some("1 & 2"));
        assert_eq!(value(body.as_bytes(), "e"), None);
    }

    #[test]
    fn what_is_no_xml_has_no_elements() {
        for body in ["", "<", "<xml", "<xml><a>", "<xml><a></b></xml>", "{}", "<xml></xml>", "<xml><"] {
            assert!(elements(body.as_bytes()).is_empty(), "{body}");
        }
    }
}
