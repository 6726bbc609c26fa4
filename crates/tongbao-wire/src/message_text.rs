//! Sentences the platform and its clients are known to print, and what lies behind each.
//!
//! A code has many messages, and a message often says more than its code. It is for people: programs branch
//! on codes (v3.md §1.6). A row is the pieces of text it is known by, the class of trying again, then cause
//! and fix, each in Chinese and English.

use crate::{ErrorCode, Explanation};

/// A known message.
struct Row {
    /// Any of these within the message is enough; letter case does not count.
    texts: &'static [&'static str],
    explanation: Explanation,
}

macro_rules! messages {
    ($($text:literal $(| $other:literal)*, $retry:ident,
        $cause_zh:literal $cause_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        /// The first that fits is the one.
        pub(super) const ROWS: &[super::Row] = &[$(super::Row {
            texts: &[$text $(, $other)*],
            explanation: crate::Explanation {
                cause: crate::Text { zh: $cause_zh, en: $cause_en },
                fix: crate::Text { zh: $fix_zh, en: $fix_en },
                retry: crate::Retry::$retry,
            },
        },)*];
    };
}

mod cashier;
mod merchant;
mod money;
mod order;
mod signature;

/// What a message says beyond its code; `Unknown("")` stands for a message without one.
///
/// Nothing where the code leaves open whether the platform acted: then that is what has to be told
/// ([`Call::explain`](crate::Call::explain)), whatever the words are.
#[must_use]
pub fn explain_message(code: &ErrorCode, message: &str) -> Option<Explanation> {
    let families = match code {
        ErrorCode::Unknown(_) => ALL,
        ErrorCode::SignError => SIGNATURE,
        code if code.leaves_doubt() => &[],
        _ => OTHERS,
    };
    let message = message.to_ascii_lowercase();
    let says = |row: &&Row| row.texts.iter().any(|text| message.contains(&text.to_ascii_lowercase()));
    families.iter().flat_map(|family| family.iter()).find(says).map(|row| row.explanation)
}

/// Every piece of text that is known, with what lies behind it.
pub fn known_messages() -> impl Iterator<Item = (&'static str, Explanation)> {
    let rows = ALL.iter().flat_map(|family| family.iter());
    rows.flat_map(|row| row.texts.iter().map(|text| (*text, row.explanation)))
}

const SIGNATURE: &[&[Row]] = &[signature::ROWS];
/// What the cashier prints is never the platform's answer to a call.
const OTHERS: &[&[Row]] = &[merchant::ROWS, order::ROWS, money::ROWS];
const ALL: &[&[Row]] = &[merchant::ROWS, order::ROWS, money::ROWS, cashier::ROWS, signature::ROWS];

#[cfg(test)]
mod tests {
    use super::{explain_message, known_messages};
    use crate::{ErrorCode, Retry};

    fn cause(code: &str, message: &str) -> Option<&'static str> {
        explain_message(&ErrorCode::from(code), message).map(|explanation| explanation.cause.en)
    }

    #[test]
    fn a_message_tells_more_than_its_code() {
        let expired = cause("SIGN_ERROR", "商户证书已过期").expect("known");
        let revoked = cause("SIGN_ERROR", "商户证书已作废").expect("known");
        assert_ne!(expired, revoked);
        assert!(expired.contains("expired"), "{expired}");
        assert_eq!(cause("SIGN_ERROR", "签名错误，请检查后再试"), cause("SIGNERROR", "签名错误"));
        let clock = cause("SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
        assert!(clock.expect("known").contains("clock"));
    }

    #[test]
    fn of_two_that_contain_each_other_the_longer_one_is_meant() {
        let own = cause("INVALID_REQUEST", "商户号和订单信息不匹配");
        let sub = cause("INVALID_REQUEST", "子商户号和订单信息不匹配");
        assert!(own.is_some() && sub.is_some() && own != sub);
        for (text, explanation) in known_messages() {
            let found = explain_message(&ErrorCode::from(""), text);
            assert_eq!(found, Some(explanation), "{text} is hidden by an earlier row");
        }
    }

    #[test]
    fn where_the_outcome_is_open_words_do_not_matter() {
        let message = "系统繁忙，请稍后再试";
        assert!(cause("", message).is_some());
        assert_eq!(cause("SYSTEM_ERROR", message), None);
        assert_eq!(cause("PARAM_ERROR", "because"), None);
        assert_eq!(cause("", ""), None);
    }

    #[test]
    fn no_message_invites_to_send_the_same_at_once() {
        for (text, explanation) in known_messages() {
            assert_ne!(explanation.retry, Retry::SameRequest, "{text}");
        }
    }
}
