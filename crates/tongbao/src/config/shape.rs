//! Which keys a configuration has, and what their values look like.
//!
//! The structs in `config.rs` say the same to serde, which stops at the first mistake and cannot tell what
//! a misspelt key was meant to be. A test keeps the two and the embedded default together.

use super::Reference;
use super::reference::PlatformCertificate;

/// What a value looks like.
pub(super) enum Shape {
    /// Any text.
    Text,
    /// `file:PATH` or `env:NAME`; anything else may be the secret itself.
    Secret,
    /// `file:PATH` or `env:NAME`, of something public.
    Public,
    /// The same, or `download`.
    Certificate,
    /// A whole number between the two.
    Whole(i64, i64),
    /// `true` or `false`.
    YesNo,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Exactly these keys.
    Table(&'static [Field]),
    /// Tables of these keys, under names of the merchant's own.
    Named(&'static [Field]),
    /// A list of such tables.
    List(&'static [Field]),
}

/// One key.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

/// The whole configuration.
pub(super) const ROOT: &[Field] = &[
    must("server", Shape::Table(SERVER)),
    must("platform", Shape::Table(PLATFORM)),
    may("accounts", Shape::Named(ACCOUNT)),
    must("orders", Shape::Table(&[must("expires_in_minutes", Shape::Whole(1, 7 * 24 * 60))])),
    must("client", Shape::Table(CLIENT)),
    may("api_keys", Shape::List(API_KEY)),
    may("goods", Shape::List(GOOD)),
];

const SERVER: &[Field] = &[
    must("listen", Shape::Text),
    must("public_url", Shape::Text),
    must("data", Shape::Text),
    must("log", Shape::Text),
    must("log_format", Shape::Word(&["text", "json"])),
    must("connections_max", Shape::Whole(1, 65_536)),
];

const PLATFORM: &[Field] =
    &[must("base_url", Shape::Text), may("backup_url", Shape::Text), must("login_url", Shape::Text)];

const ACCOUNT: &[Field] = &[
    must("mchid", Shape::Text),
    must("appid", Shape::Text),
    must("app_secret", Shape::Secret),
    must("merchant_key", Shape::Secret),
    must("merchant_certificate", Shape::Public),
    must("apiv3_key", Shape::Secret),
    may("platform_public_key", Shape::Public),
    may("platform_public_key_id", Shape::Text),
    may("platform_certificate", Shape::Certificate),
    must("merchant_name", Shape::Text),
    may("surplus", Shape::Word(&["refund", "accept", "hold"])),
];

const CLIENT: &[Field] =
    &[must("session_hours", Shape::Whole(1, 365 * 24)), must("payment_enabled", Shape::YesNo)];

const API_KEY: &[Field] =
    &[must("name", Shape::Text), must("account", Shape::Text), must("secret", Shape::Secret)];

const GOOD: &[Field] = &[
    must("id", Shape::Text),
    must("name", Shape::Text),
    may("name_en", Shape::Text),
    may("description", Shape::Text),
    may("description_en", Shape::Text),
    // Prices of zero and below are refused by the check, with their own code.
    must("price_fen", Shape::Whole(i64::MIN, i64::MAX)),
    may("picture", Shape::Text),
    must("account", Shape::Text),
];

impl Shape {
    /// True when a text can be such a value.
    pub(super) fn takes_text(&self, text: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Secret | Self::Public => Reference::parse(text).is_some(),
            Self::Certificate => PlatformCertificate::parse(text).is_some(),
            Self::Word(words) => words.contains(&text),
            Self::Whole(..) | Self::YesNo | Self::Table(_) | Self::Named(_) | Self::List(_) => false,
        }
    }
}

/// The name in `fields` that `name` was most likely meant to be.
pub(super) fn nearest(name: &str, fields: &[Field]) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let near = fields.iter().map(|field| (distance(&name, field.name), field.name));
    // Two slips, or three in a long name; further away it would be guessing.
    near.min().filter(|(slips, found)| *slips <= 2.max(found.len() / 4)).map(|(_, found)| found)
}

/// Letters to insert, take away or replace to make one of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // Longer names than any key of ours are not looked at to the end.
    for (i, letter) in a.chars().take(64).enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Panics when a key of the shape is not in `table`, so that the manual and the structs leave none out.
#[cfg(test)]
pub(super) fn assert_shows_every_key(table: &toml::Table) {
    fn look(table: &toml::Table, fields: &[Field], path: &str) {
        for field in fields {
            let value = table.get(field.name).unwrap_or_else(|| panic!("{path}{} is not there", field.name));
            let path = format!("{path}{}.", field.name);
            match (&field.shape, value) {
                (Shape::Table(fields), toml::Value::Table(inner)) => look(inner, fields, &path),
                (Shape::Named(fields), toml::Value::Table(named)) => {
                    let (_, first) = named.iter().next().expect("one example");
                    look(first.as_table().expect("a table"), fields, &path);
                }
                (Shape::List(fields), toml::Value::Array(list)) => {
                    look(list[0].as_table().expect("a table"), fields, &path);
                }
                (_, _) => {}
            }
        }
        assert_eq!(table.len(), fields.len(), "{path} has a key the shape does not know");
    }
    look(table, ROOT, "");
}

#[cfg(test)]
mod tests {
    use super::{ACCOUNT, SERVER, distance, nearest};

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("mch_id", ACCOUNT), Some("mchid"));
        assert_eq!(nearest("merchant-key", ACCOUNT), Some("merchant_key"));
        assert_eq!(nearest("platform_public_keyid", ACCOUNT), Some("platform_public_key_id"));
        assert_eq!(nearest("Listen", SERVER), Some("listen"));
        assert_eq!(nearest("colour", SERVER), None);
    }

    #[test]
    fn distances_are_levenshteins() {
        for (a, b, slips) in [("", "", 0), ("abc", "abc", 0), ("kitten", "sitting", 3), ("", "ab", 2)] {
            assert_eq!(distance(a, b), slips, "{a} {b}");
        }
    }
}
