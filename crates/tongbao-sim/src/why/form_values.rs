//! How names and values may have been written when they were signed.

use super::body::other_charsets;
use super::mistake::{Mistake, form as mistake};
use super::percent;

/// Writes a name.
type Name = Box<dyn Fn(&str) -> String>;
/// Writes the value of a name.
type Value = Box<dyn Fn(&str, &str) -> Vec<u8>>;

/// One way to write parameters.
pub(crate) struct Writing {
    pub(crate) name: Name,
    pub(crate) value: Value,
    pub(crate) mistake: Option<Mistake>,
    pub(crate) alone: bool,
}

/// Every way that makes a difference for these fields, the right one first.
pub(crate) fn writings(fields: &[(String, String)]) -> Vec<Writing> {
    let mut all = vec![writing(|_, value| value.to_owned(), None)];
    let mut add = |write: fn(&str, &str) -> String, what: Mistake| {
        if fields.iter().any(|(name, value)| write(name, value) != *value) {
            all.push(writing(write, Some(what)));
        }
    };
    add(|_, value| percent::encode(value), mistake::URL_ENCODED);
    add(|_, value| percent::encode_form(value), mistake::URL_ENCODED);
    add(|_, value| lower_codes(&percent::encode(value)), mistake::URL_ENCODED);
    add(|_, value| lower_codes(&percent::encode_form(value)), mistake::URL_ENCODED);
    add(|_, value| escaped(value), mistake::XML_ESCAPED);
    add(|_, value| format!("<![CDATA[{value}]]>"), mistake::CDATA_SIGNED);
    add(
        |_, value| if is_number(value) { value.to_owned() } else { format!("<![CDATA[{value}]]>") },
        mistake::CDATA_SIGNED,
    );
    add(|_, value| value.trim().to_owned(), mistake::TRIMMED);
    for fee in [|fen: i64| format!("{fen}.0"), |fen: i64| format!("{fen}.00"), yuan, yuan_short] {
        all.push(Writing { alone: true, ..fees(fee) });
    }
    names(fields, &mut all);
    // Two charsets, and UTF-8 that was taken for Latin-1.
    if fields.iter().any(|(_, value)| !value.is_ascii()) {
        all.extend((0..3).map(|which| Writing {
            name: Box::new(str::to_owned),
            value: Box::new(move |_, value| {
                let mut forms = other_charsets(value.as_bytes());
                if forms.is_empty() { value.as_bytes().to_vec() } else { forms.swap_remove(which) }
            }),
            mistake: Some(mistake::CHARSET),
            alone: false,
        }));
    }
    all
}

fn writing(write: fn(&str, &str) -> String, mistake: Option<Mistake>) -> Writing {
    Writing {
        name: Box::new(str::to_owned),
        value: Box::new(move |name, value| write(name, value).into_bytes()),
        mistake,
        alone: false,
    }
}

fn fees(write: impl Fn(i64) -> String + 'static) -> Writing {
    Writing {
        name: Box::new(str::to_owned),
        value: Box::new(move |name, value| match value.parse() {
            Ok(fen) if name.ends_with("_fee") => write(fen).into_bytes(),
            _ => value.as_bytes().to_vec(),
        }),
        mistake: Some(mistake::NUMBER_FORMAT),
        alone: true,
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn yuan_short(fen: i64) -> String {
    let long = yuan(fen);
    long.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The names of other scenes: those of apps are all in lower case.
fn names(fields: &[(String, String)], all: &mut Vec<Writing>) {
    let renamed = |name: Name| Writing {
        name,
        value: Box::new(|_, value| value.as_bytes().to_vec()),
        mistake: Some(mistake::NAME_CASE),
        alone: false,
    };
    if fields.iter().any(|(name, _)| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        all.push(renamed(Box::new(str::to_ascii_lowercase)));
        for one in ["appId", "timeStamp", "nonceStr", "signType"] {
            let lower =
                move |name: &str| if name == one { name.to_ascii_lowercase() } else { name.to_owned() };
            all.push(renamed(Box::new(lower)));
        }
        all.push(renamed(Box::new(snake)));
    } else {
        let camel = [("appid", "appId"), ("timestamp", "timeStamp"), ("noncestr", "nonceStr")];
        all.push(renamed(Box::new(move |name| {
            let found = camel.iter().find(|(lower, _)| *lower == name);
            found.map_or(name, |(_, upper)| upper).to_owned()
        })));
    }
}

/// `nonceStr` as `nonce_str`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// `%E5` as `%e5`, as .NET writes it.
fn lower_codes(encoded: &str) -> String {
    let mut out = String::with_capacity(encoded.len());
    let mut code = 0;
    for c in encoded.chars() {
        out.push(if code > 0 { c.to_ascii_lowercase() } else { c });
        code = if c == '%' { 2 } else { usize::saturating_sub(code, 1) };
    }
    out
}

fn escaped(value: &str) -> String {
    let escapes = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")];
    escapes.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to))
}
