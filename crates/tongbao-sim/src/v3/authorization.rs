//! The `Authorization` header (v3.md §1.5).

/// What the header says, well formed.
pub(super) struct Authorization<'a> {
    pub(super) mchid: &'a str,
    pub(super) nonce_str: &'a str,
    pub(super) signature: &'a str,
    pub(super) timestamp: &'a str,
    pub(super) serial_no: &'a str,
    pub(super) seconds: i64,
}

/// Why the header cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Another scheme than `WECHATPAY2-SHA256-RSA2048`.
    Scheme,
    /// Absent, or not five `key="value"` pairs with single commas between.
    Format,
}

impl<'a> Authorization<'a> {
    /// Reads scheme, one space, and five pairs in any order.
    pub(super) fn parse(header: Option<&'a str>) -> Result<Self, Malformed> {
        let header = header.ok_or(Malformed::Format)?;
        let (scheme, pairs) = header.split_once(' ').ok_or(Malformed::Format)?;
        if scheme != SCHEME {
            return Err(Malformed::Scheme);
        }
        let mut values: [Option<&str>; 5] = [None; 5];
        for pair in pairs.split(',') {
            let (name, rest) = pair.split_once('=').ok_or(Malformed::Format)?;
            let place = NAMES.iter().position(|known| *known == name).ok_or(Malformed::Format)?;
            let value = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let value = value.filter(|value| !value.is_empty() && !value.contains('"'));
            if values[place].replace(value.ok_or(Malformed::Format)?).is_some() {
                return Err(Malformed::Format);
            }
        }
        let [Some(mchid), Some(nonce_str), Some(signature), Some(timestamp), Some(serial_no)] = values else {
            return Err(Malformed::Format);
        };
        let digits = timestamp.len() <= 12 && timestamp.bytes().all(|b| b.is_ascii_digit());
        let seconds = timestamp.parse().ok().filter(|_| digits).ok_or(Malformed::Format)?;
        if nonce_str.len() > NONCE_BYTES_MAX {
            return Err(Malformed::Format);
        }
        Ok(Self { mchid, nonce_str, signature, timestamp, serial_no, seconds })
    }
}

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
const NAMES: [&str; 5] = ["mchid", "nonce_str", "signature", "timestamp", "serial_no"];
const NONCE_BYTES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::{Authorization, Malformed};

    fn check(header: &str) -> Result<String, Malformed> {
        Authorization::parse(Some(header)).map(|read| {
            format!(
                "{} {} {} {} {}",
                read.mchid, read.nonce_str, read.signature, read.timestamp, read.serial_no
            )
        })
    }

    #[test]
    fn five_pairs_in_any_order_are_read() {
        let read = check(
            r#"WECHATPAY2-SHA256-RSA2048 serial_no="S",mchid="M",nonce_str="N",timestamp="1",signature="a+/=""#,
        );
        assert_eq!(read.as_deref(), Ok("M N a+/= 1 S"));
    }

    #[test]
    fn everything_else_is_malformed() {
        let good =
            r#"WECHATPAY2-SHA256-RSA2048 mchid="M",nonce_str="N",signature="s",timestamp="1",serial_no="S""#;
        assert!(check(good).is_ok());
        assert_eq!(check("Bearer x"), Err(Malformed::Scheme));
        for (from, to) in [
            ("RSA2048 ", "RSA2048  "),
            ("\",nonce", "\", nonce"),
            ("mchid=\"M\"", "mchid=M"),
            ("mchid=\"M\"", "mchid=\"\""),
            ("mchid=\"M\",", ""),
            ("mchid=\"M\"", "mchid=\"M\",mchid=\"M\""),
            ("mchid=\"M\"", "merchant=\"M\""),
            ("timestamp=\"1\"", "timestamp=\"now\""),
            ("timestamp=\"1\"", "timestamp=\"-1\""),
            ("timestamp=\"1\"", "timestamp=\"1554208460000\""),
            ("nonce_str=\"N\"", "nonce_str=\"0123456789ABCDEF0123456789ABCDEF0\""),
        ] {
            assert_eq!(check(&good.replace(from, to)), Err(Malformed::Format), "{to}");
        }
        assert_eq!(Authorization::parse(None).err(), Some(Malformed::Format));
    }
}
