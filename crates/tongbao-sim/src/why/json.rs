//! JSON in the order it came, and printed as the serialisers of several languages print it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value whose members keep their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What stands between the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// Between items, and between a name and its value.
    Line(&'static str, &'static str),
    /// One member a line, with this indentation.
    Lines(&'static str),
}

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) spacing: Spacing,
    pub(crate) unicode: Unicode,
    /// `/` as `\/`.
    pub(crate) slashes: bool,
    /// These ASCII characters as `\u00XX`.
    pub(crate) html: &'static str,
}

/// How characters beyond ASCII are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unicode {
    Raw,
    Lower,
    Upper,
}

impl Style {
    pub(crate) const COMPACT: Self =
        Self { spacing: Spacing::Line(",", ":"), unicode: Unicode::Raw, slashes: false, html: "" };
}

impl Json {
    /// Reads a whole document; nesting is bounded by the reader.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Prints in `style`.
    pub(crate) fn print(&self, style: &Style) -> String {
        let mut out = String::new();
        self.write(style, 0, &mut out);
        out
    }

    /// The same with the members of every object in the order of their names.
    pub(crate) fn sorted(&self) -> Self {
        match self {
            Self::Object(members) => {
                let mut members: Vec<_> =
                    members.iter().map(|(name, value)| (name.clone(), value.sorted())).collect();
                members.sort_by(|one, other| one.0.cmp(&other.0));
                Self::Object(members)
            }
            Self::List(items) => Self::List(items.iter().map(Self::sorted).collect()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => self.clone(),
        }
    }

    /// The same without members that are null.
    pub(crate) fn without_nulls(&self) -> Self {
        match self {
            Self::Object(members) => Self::Object(
                members
                    .iter()
                    .filter(|(_, value)| *value != Self::Null)
                    .map(|(name, value)| (name.clone(), value.without_nulls()))
                    .collect(),
            ),
            Self::List(items) => Self::List(items.iter().map(Self::without_nulls).collect()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => self.clone(),
        }
    }

    /// As `str(dict)` in Python, `fmt.Sprint(map)` in Go and `Map.toString()` in Java.
    pub(crate) fn as_programs_print(&self) -> [String; 3] {
        let python = Words {
            open: "{",
            close: "}",
            item: ", ",
            is: ": ",
            quote: "'",
            list: ["[", "]"],
            words: PYTHON,
        };
        let go =
            Words { open: "map[", close: "]", item: " ", is: ":", quote: "", list: ["[", "]"], words: GO };
        let java =
            Words { open: "{", close: "}", item: ", ", is: "=", quote: "", list: ["[", "]"], words: JAVA };
        [self.words(&python), self.sorted().words(&go), self.words(&java)]
    }

    /// `a=1&b[c]=2`, as PHP's `http_build_query` names what is nested; values as `encode` writes them.
    pub(crate) fn as_form(&self, encode: &dyn Fn(&str) -> String) -> String {
        let mut pairs = Vec::new();
        self.flatten(String::new(), &mut pairs);
        let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    fn flatten(&self, name: String, pairs: &mut Vec<(String, String)>) {
        let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
        match self {
            Self::Object(members) => members.iter().for_each(|(key, value)| value.flatten(inner(key), pairs)),
            Self::List(items) => {
                items.iter().enumerate().for_each(|(at, item)| item.flatten(inner(&at.to_string()), pairs));
            }
            Self::Text(text) => pairs.push((name, text.clone())),
            Self::Null | Self::Bool(_) | Self::Number(_) => pairs.push((name, self.print(&Style::COMPACT))),
        }
    }

    fn words(&self, how: &Words) -> String {
        match self {
            Self::Null => how.words[0].into(),
            Self::Bool(true) => how.words[1].into(),
            Self::Bool(false) => how.words[2].into(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("{0}{text}{0}", how.quote),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.words(how)).collect();
                format!("{}{}{}", how.list[0], items.join(how.item), how.list[1])
            }
            Self::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{0}{name}{0}{1}{2}", how.quote, how.is, value.words(how)))
                    .collect();
                format!("{}{}{}", how.open, members.join(how.item), how.close)
            }
        }
    }

    fn write(&self, style: &Style, depth: usize, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => write_text(text, style, out),
            Self::List(items) => {
                let write = |item: &Self, out: &mut String| item.write(style, depth + 1, out);
                write_items(items, ('[', ']'), style, depth, out, write);
            }
            Self::Object(members) => {
                let write = |(name, value): &(String, Self), out: &mut String| {
                    write_text(name, style, out);
                    out.push_str(match style.spacing {
                        Spacing::Line(_, colon) => colon,
                        Spacing::Lines(_) => ": ",
                    });
                    value.write(style, depth + 1, out);
                };
                write_items(members, ('{', '}'), style, depth, out, write);
            }
        }
    }
}

struct Words {
    open: &'static str,
    close: &'static str,
    item: &'static str,
    is: &'static str,
    quote: &'static str,
    list: [&'static str; 2],
    /// Null, true, false.
    words: [&'static str; 3],
}

const PYTHON: [&str; 3] = ["None", "True", "False"];
const GO: [&str; 3] = ["<nil>", "true", "false"];
const JAVA: [&str; 3] = ["null", "true", "false"];

fn write_items<T>(
    items: &[T],
    (open, close): (char, char),
    style: &Style,
    depth: usize,
    out: &mut String,
    write: impl Fn(&T, &mut String),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        match style.spacing {
            Spacing::Line(comma, _) if at > 0 => out.push_str(comma),
            Spacing::Line(..) => {}
            Spacing::Lines(indent) => {
                out.push_str(if at > 0 { ",\n" } else { "\n" });
                out.push_str(&indent.repeat(depth + 1));
            }
        }
        write(item, out);
    }
    if let (Spacing::Lines(indent), false) = (style.spacing, items.is_empty()) {
        out.push('\n');
        out.push_str(&indent.repeat(depth));
    }
    out.push(close);
}

fn write_text(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '/' if style.slashes => out.push_str("\\/"),
            c if style.html.contains(c) || c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if c.is_ascii() || style.unicode == Unicode::Raw => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&match style.unicode {
                        Unicode::Upper => format!("\\u{unit:04X}"),
                        Unicode::Raw | Unicode::Lower => format!("\\u{unit:04x}"),
                    });
                }
            }
        }
    }
    out.push('"');
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, Spacing, Style, Unicode};

    const BODY: &str = r#"{"b":"店/<","a":{"total":1,"ok":true,"none":null},"l":[1,2]}"#;

    fn check(style: Style, printed: &str) {
        assert_eq!(Json::read(BODY.as_bytes()).unwrap().print(&style), printed);
    }

    #[test]
    fn members_keep_their_order_and_every_style_prints_as_its_language_does() {
        check(Style::COMPACT, BODY);
        let python = Style { spacing: Spacing::Line(", ", ": "), unicode: Unicode::Lower, ..Style::COMPACT };
        check(python, r#"{"b": "\u5e97/<", "a": {"total": 1, "ok": true, "none": null}, "l": [1, 2]}"#);
        let php = Style { unicode: Unicode::Lower, slashes: true, ..Style::COMPACT };
        check(php, r#"{"b":"\u5e97\/<","a":{"total":1,"ok":true,"none":null},"l":[1,2]}"#);
        let go = Style { html: "<>&", ..Style::COMPACT };
        check(go, r#"{"b":"店/\u003c","a":{"total":1,"ok":true,"none":null},"l":[1,2]}"#);
        let pretty = Style { spacing: Spacing::Lines("  "), ..Style::COMPACT };
        check(
            pretty,
            "{\n  \"b\": \"店/<\",\n  \"a\": {\n    \"total\": 1,\n    \"ok\": true,\n    \"none\": null\n  },\n  \"l\": [\n    1,\n    2\n  ]\n}",
        );
    }

    #[test]
    fn programs_that_forget_to_serialise_print_their_own_way() {
        let read = Json::read(br#"{"b":"x","a":{"t":1,"n":null}}"#).unwrap();
        let [python, go, java] = read.as_programs_print();
        assert_eq!(python, "{'b': 'x', 'a': {'t': 1, 'n': None}}");
        assert_eq!(go, "map[a:map[n:<nil> t:1] b:x]");
        assert_eq!(java, "{b=x, a={t=1, n=null}}");
        assert_eq!(read.as_form(&str::to_owned), "b=x&a[t]=1&a[n]=null");
        assert_eq!(read.without_nulls().sorted().print(&Style::COMPACT), r#"{"a":{"t":1},"b":"x"}"#);
    }
}
