//! Reads an `Authorization` header more leniently than the platform, to say what is wrong with it.

use super::mistake::{Mistake, header as mistake};

/// The five values, each as far as it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    pub(crate) mchid: &'a str,
    pub(crate) nonce_str: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) serial_no: &'a str,
}

/// The values, and what is wrong with how they are written.
pub(crate) fn read(header: Option<&str>) -> (Fields<'_>, Vec<Mistake>) {
    let Some(header) = header.filter(|header| !header.trim().is_empty()) else {
        return (Fields::default(), vec![mistake::ABSENT]);
    };
    let mut found = Vec::new();
    let pairs = match header.strip_prefix(SCHEME) {
        Some(rest) => {
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            if blanks != 1 {
                found.push(mistake::SCHEME_BLANKS);
            }
            rest.trim_start()
        }
        None => {
            found.push(mistake::SCHEME);
            // Some send the pairs alone.
            header
                .split_once(' ')
                .filter(|(scheme, _)| !scheme.contains('='))
                .map_or(header, |(_, rest)| rest)
        }
    };
    let mut fields = Fields::default();
    for pair in pairs.split(',') {
        if pair.trim() != pair {
            found.push(mistake::BLANKS);
        }
        let (name, value) = pair.trim().split_once('=').unwrap_or((pair.trim(), ""));
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        if bare.is_none() && !value.is_empty() {
            found.push(mistake::QUOTES);
        }
        let Some(place) = fields.named(name.trim()) else {
            found.push(mistake::UNKNOWN_FIELD);
            continue;
        };
        if !place.is_empty() {
            found.push(mistake::TWICE);
        }
        *place = bare.unwrap_or(value).trim_matches('"');
    }
    values(&fields, &mut found);
    found.dedup();
    (fields, found)
}

fn values(fields: &Fields<'_>, found: &mut Vec<Mistake>) {
    let all = [fields.mchid, fields.nonce_str, fields.signature, fields.timestamp, fields.serial_no];
    if all.iter().any(|value| value.is_empty()) {
        found.push(mistake::MISSING_FIELD);
    }
    let digits = fields.timestamp.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        found.push(mistake::TIMESTAMP_NOT_NUMBER);
    } else if fields.timestamp.len() >= 13 {
        found.push(mistake::TIMESTAMP_NOT_SECONDS);
    }
    if fields.nonce_str.len() > NONCE_BYTES_MAX {
        found.push(mistake::NONCE_LONG);
    }
}

impl<'a> Fields<'a> {
    fn named(&mut self, name: &str) -> Option<&mut &'a str> {
        match name {
            "mchid" => Some(&mut self.mchid),
            "nonce_str" => Some(&mut self.nonce_str),
            "signature" => Some(&mut self.signature),
            "timestamp" => Some(&mut self.timestamp),
            "serial_no" => Some(&mut self.serial_no),
            _ => None,
        }
    }
}

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
const NONCE_BYTES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::read;

    const GOOD: &str = r#"WECHATPAY2-SHA256-RSA2048 mchid="M",nonce_str="N",signature="a+/=",timestamp="1554208460",serial_no="S""#;

    #[track_caller]
    fn check(header: &str, ids: &[&str]) {
        let (fields, found) = read(Some(header));
        let found: Vec<_> = found.iter().map(|it| it.id).collect();
        assert_eq!(found, ids, "{header} {fields:?}");
        assert_eq!(crate::v3::is_authorization(header), ids.is_empty(), "{header}");
    }

    #[test]
    fn a_good_header_has_no_mistakes_and_every_bad_one_is_named() {
        check(GOOD, &[]);
        let with = |from: &str, to: &str| GOOD.replace(from, to);
        check(&with("WECHATPAY2-SHA256-RSA2048", "Bearer"), &["header_scheme"]);
        check(&with("WECHATPAY2-SHA256-RSA2048 ", ""), &["header_scheme"]);
        check(&with("2048 ", "2048  "), &["header_scheme_blanks"]);
        check(&with("2048 ", "2048"), &["header_scheme_blanks"]);
        check(&with("\",", "\", "), &["header_blanks"]);
        check(&with("\"M\"", "M"), &["header_quotes"]);
        check(&with("mchid", "mch_id"), &["header_unknown_field", "header_missing_field"]);
        check(&with("mchid=\"M\",", ""), &["header_missing_field"]);
        check(&with("\"M\"", "\"M\",mchid=\"M\""), &["header_field_twice"]);
        check(&with("1554208460", "1554208460000"), &["header_timestamp_milliseconds"]);
        check(&with("1554208460", "now"), &["header_timestamp_no_number"]);
        check(&with("\"N\"", "\"01234567-89ab-cdef-0123-456789abcdef\""), &["header_nonce_long"]);
        check("", &["header_absent"]);
        assert_eq!(read(None).1[0].id, "header_absent");
    }
}
