//! How the texts of `APIv2` are read: numbers, numbers of things, words and times (v2.md §1.7).

use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundChannel, RefundId, RefundStatus,
    Timestamp, TradeState, TradeType, TransactionId,
};

/// What can be read from the text of an element. The reason of a failure never repeats the text.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl FromText for u32 {
    fn from_text(text: &str) -> Result<Self, String> {
        digits(text)?.parse().map_err(|_| "is too large".into())
    }
}

/// Fen without a sign or a decimal point.
impl FromText for Fen {
    fn from_text(text: &str) -> Result<Self, String> {
        digits(text)?.parse().map(Fen::new).map_err(|_| "is too large".into())
    }
}

fn digits(text: &str) -> Result<&str, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err("is not a whole number".into())
    }
}

/// Beijing time, either `20091227091010` or `2017-12-15 09:46:01`: payments have the first form, refunds the
/// second (v2.md §1.7, §3.4).
impl FromText for Timestamp {
    fn from_text(text: &str) -> Result<Self, String> {
        let refuse = || "is not a time such as 20091227091010".to_owned();
        if !text.is_ascii() {
            return Err(refuse());
        }
        let rfc3339 = match text.len() {
            14 => format!(
                "{}-{}-{}T{}:{}:{}+08:00",
                &text[..4],
                &text[4..6],
                &text[6..8],
                &text[8..10],
                &text[10..12],
                &text[12..]
            ),
            19 => format!("{}T{}+08:00", &text[..10], &text[11..]),
            _ => return Err(refuse()),
        };
        Timestamp::parse_rfc3339(&rfc3339).map_err(|_| refuse())
    }
}

impl FromText for TradeState {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }
}

impl FromText for TradeType {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }
}

impl FromText for RefundChannel {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }
}

/// `APIv2` has its own words for refunds (v2.md §5.2).
impl FromText for RefundStatus {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(refund_status(text))
    }
}

/// The state of a refund, from the word `APIv2` has for it (v2.md §5.2).
#[must_use]
pub fn refund_status(word: &str) -> RefundStatus {
    match word {
        "REFUNDCLOSE" => RefundStatus::Closed,
        "CHANGE" => RefundStatus::Abnormal,
        // The others are the same in both, and a new one is kept.
        other => RefundStatus::from(other),
    }
}

/// The word `APIv2` has for the state of a refund (v2.md §5.2).
#[must_use]
pub fn refund_word(status: &RefundStatus) -> &str {
    match status {
        RefundStatus::Closed => "REFUNDCLOSE",
        RefundStatus::Abnormal => "CHANGE",
        RefundStatus::Success | RefundStatus::Processing | RefundStatus::Unknown(_) => status.as_str(),
    }
}

macro_rules! ids {
    ($($type:ident)*) => {$(
        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, String> {
                Self::parse(text).map_err(|error| format!("must be {}", error.rule))
            }
        }
    )*};
}

ids! { Appid Mchid Openid OutRefundNo OutTradeNo PrepayId RefundId TransactionId }

#[cfg(test)]
mod tests {
    use tongbao_wire::{Fen, RefundStatus, Timestamp};

    use super::{FromText, refund_status, refund_word};

    #[test]
    fn both_forms_of_a_time_are_beijings() {
        let instant = Timestamp::parse_rfc3339("2009-12-27T09:10:10+08:00").expect("valid");
        for text in ["20091227091010", "2009-12-27 09:10:10"] {
            assert_eq!(Timestamp::from_text(text), Ok(instant), "{text}");
        }
        assert_eq!(instant.digits(), "20091227091010");
        assert_eq!(instant.civil(), "2009-12-27 09:10:10");
        for text in ["", "2009", "20091327091010", "2009122709101x", "2009-12-27 09:10:1１", "+0091227091010"]
        {
            assert!(Timestamp::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_whole_fen() {
        assert_eq!(Fen::from_text("888"), Ok(Fen::new(888)));
        for text in ["", "-1", "+1", "1.0", "1 ", "１", "99999999999999999999"] {
            assert!(Fen::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refund_words_are_those_of_v3_under_other_names() {
        for (word, status) in [
            ("PROCESSING", RefundStatus::Processing),
            ("SUCCESS", RefundStatus::Success),
            ("REFUNDCLOSE", RefundStatus::Closed),
            ("CHANGE", RefundStatus::Abnormal),
            ("TOMORROW", RefundStatus::from("TOMORROW")),
        ] {
            assert_eq!(refund_status(word), status);
            assert_eq!(refund_word(&status), word);
        }
    }
}
