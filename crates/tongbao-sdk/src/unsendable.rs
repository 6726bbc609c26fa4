//! Checks before sending: what the platform would refuse, or answer with a puzzling error (v3.md §1.2).

use std::borrow::Cow;

/// A member that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member} {reason}")]
pub struct Unsendable {
    /// The protocol's name of the member, such as `scene_info.payer_client_ip`.
    pub member: Cow<'static, str>,
    /// What is wrong with it, and how to mend it.
    pub reason: UnsendableReason,
}

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsendableReason {
    /// Empty; the platform answers `SYSTEM_ERROR` to empty members.
    #[error("is empty; leave it out instead")]
    Empty,
    /// Longer than the platform takes.
    #[error("has {found} characters; at most {limit} are allowed")]
    TooLong {
        /// How many it has.
        found: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A character whose UTF-8 form has four bytes, such as an emoji.
    #[error(
        "contains {0:?}; the platform takes no characters of four UTF-8 bytes (emoji and rare ideographs), so remove it"
    )]
    FourByteCharacter(char),
    /// A control character.
    #[error("contains a control character; remove line breaks and the like")]
    ControlCharacter,
    /// Not above zero.
    #[error("must be at least 1 fen")]
    NotPositive,
    /// More refunded than was paid.
    #[error("is more than amount.total")]
    ExceedsTotal,
    /// Not an absolute address without a query.
    #[error("must be an absolute https address without a query, such as https://pay.example.com/notify")]
    Address,
    /// Of two members that exclude or need each other.
    #[error("{0}")]
    Combination(&'static str),
    /// Fewer, more, or another than there may be.
    #[error("must be {0}")]
    OutOfRange(&'static str),
    /// Not a base address of the platform.
    #[error("must be an absolute http or https address without a path")]
    Host,
    /// Not a path and query.
    #[error("must be a path and query, percent-encoded, that begins with /")]
    Path,
    /// The merchant key could not sign.
    #[error("could not be signed")]
    Signature,
    /// Not of the form the platform wants.
    #[error("{0}")]
    Form(&'static str),
    /// A file larger than the platform takes.
    #[error("has {found} bytes; at most {limit} are allowed")]
    TooLarge {
        /// How many it has.
        found: usize,
        /// How many it may have.
        limit: usize,
    },
}

impl Unsendable {
    pub(crate) fn new(member: impl Into<Cow<'static, str>>, reason: UnsendableReason) -> Self {
        Self { member: member.into(), reason }
    }

    /// The same fault, seen from outside: `amount` within `receivers[3]` is `receivers[3].amount`.
    pub(crate) fn within(self, outer: &str) -> Self {
        Self { member: format!("{outer}.{}", self.member).into(), reason: self.reason }
    }
}

/// A text of 1 to `limit` characters.
pub(crate) fn text(member: &'static str, text: &str, limit: usize) -> Result<(), Unsendable> {
    let refuse = |reason| Err(Unsendable::new(member, reason));
    if text.is_empty() {
        return refuse(UnsendableReason::Empty);
    }
    // Bytes are never fewer than characters, so most texts need no counting.
    if text.len() > limit {
        let found = text.chars().count();
        if found > limit {
            return refuse(UnsendableReason::TooLong { found, limit });
        }
    }
    for character in text.chars() {
        if character.len_utf8() == 4 {
            return refuse(UnsendableReason::FourByteCharacter(character));
        }
        if character.is_control() {
            return refuse(UnsendableReason::ControlCharacter);
        }
    }
    Ok(())
}

/// A text that may be left out, but not be empty.
pub(crate) fn optional(member: &'static str, value: Option<&String>, limit: usize) -> Result<(), Unsendable> {
    value.map_or(Ok(()), |value| text(member, value, limit))
}

/// An amount above zero.
pub(crate) fn positive(member: &'static str, amount: tongbao_wire::Fen) -> Result<(), Unsendable> {
    if amount.is_positive() { Ok(()) } else { Err(Unsendable::new(member, UnsendableReason::NotPositive)) }
}

/// An address the platform will call: absolute, no query, no fragment (v3.md §2.1, §6.8).
///
/// `http` passes too: the knowledge pack of the platform allows it, and a simulator on the same machine
/// has nothing else.
pub(crate) fn address(member: &'static str, value: &str, limit: usize) -> Result<(), Unsendable> {
    text(member, value, limit)?;
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let host_given = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    if host_given && plain { Ok(()) } else { Err(Unsendable::new(member, UnsendableReason::Address)) }
}

#[cfg(test)]
mod tests {
    use super::{UnsendableReason, address, text};

    #[test]
    fn characters_of_four_bytes_are_refused_by_name() {
        let error = text("description", "杯子🍵", 127).expect_err("an emoji");
        assert_eq!(error.reason, UnsendableReason::FourByteCharacter('🍵'));
        assert!(error.to_string().starts_with("description contains '🍵'"), "{error}");
        assert_eq!(text("description", "Image形象店-深圳腾大-QQ公仔", 127), Ok(()));
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(text("attach", &"汉".repeat(128), 128), Ok(()));
        let error = text("attach", &"汉".repeat(129), 128).expect_err("too long");
        assert_eq!(error.reason, UnsendableReason::TooLong { found: 129, limit: 128 });
    }

    #[test]
    fn a_notify_url_is_absolute_and_has_no_query() {
        for good in ["https://www.weixin.qq.com/wxpay/pay.php", "http://127.0.0.1:8080/notify"] {
            assert_eq!(address("notify_url", good, 255), Ok(()), "{good}");
        }
        for bad in [
            "/notify",
            "ftp://a/b",
            "https://",
            "https://a/b?c=d",
            "https://a/b#c",
            "https://a /b",
            "https://店/b",
        ] {
            assert!(address("notify_url", bad, 255).is_err(), "{bad}");
        }
    }
}
