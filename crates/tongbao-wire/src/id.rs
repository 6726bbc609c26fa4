//! Identifiers, checked where they enter and trusted after.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not such an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be {rule}")]
pub struct IdError {
    /// The protocol's name of the identifier, such as `out_trade_no`.
    pub name: &'static str,
    /// What it must be, in words.
    pub rule: &'static str,
}

/// One identifier type per row, so that two of them cannot be swapped.
macro_rules! ids {
    ($($(#[$doc:meta])* $type:ident, $name:literal, $min:literal..=$max:literal, $allowed:expr, $rule:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Box<str>);

        impl $type {
            /// Checks length and alphabet.
            ///
            /// # Errors
            /// [`IdError`] naming the rule.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let allowed: fn(u8) -> bool = $allowed;
                if ($min..=$max).contains(&text.len()) && text.bytes().all(allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { name: $name, rule: $rule })
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match $name {
                    // Who somebody is, and what they pay with, is not for logs.
                    "openid" | "auth_code" => f.write_str(&redacted(&self.0)),
                    _ => write!(f, "{:?}", &*self.0),
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

fn in_order_numbers(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'|' | b'*')
}

fn in_refund_numbers(byte: u8) -> bool {
    in_order_numbers(byte) || byte == b'@'
}

fn in_words(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

ids! {
    /// The merchant's own number of an order (`order_no`); ours, not the platform's.
    OrderNo, "order_no", 1..=64, in_words, "1 to 64 characters of 0-9 A-Z a-z _ -";
    /// The number of one payment attempt at the platform, unique per `mchid` (v3.md §2.1).
    OutTradeNo, "out_trade_no", 6..=32, in_order_numbers, "6 to 32 characters of 0-9 A-Z a-z _ - | *";
    /// The number of one refund intent, unique per merchant, reused by every retry (v3.md §5.1).
    OutRefundNo, "out_refund_no", 1..=64, in_refund_numbers, "1 to 64 characters of 0-9 A-Z a-z _ - | * @";
    /// The platform's number of a payment that was made (v3.md §2.5).
    TransactionId, "transaction_id", 1..=32, in_words, "1 to 32 letters or digits";
    /// The platform's number of a refund (v3.md §5.1).
    RefundId, "refund_id", 1..=32, in_words, "1 to 32 letters or digits";
    /// What the cashier is opened with, valid for two hours (v3.md §2.1).
    PrepayId, "prepay_id", 1..=64, |b| b.is_ascii_graphic(), "1 to 64 printable characters";
    /// A merchant at the platform.
    Mchid, "mchid", 1..=32, |b| b.is_ascii_alphanumeric(), "1 to 32 letters or digits";
    /// A mini program, official account or app.
    Appid, "appid", 1..=32, in_words, "1 to 32 letters or digits";
    /// A person, as one appid sees them.
    Openid, "openid", 1..=128, |b| b.is_ascii_graphic(), "1 to 128 printable characters";
    /// The merchant's number of one share of a payment (v3-extended.md §8.3).
    OutOrderNo, "out_order_no", 1..=64, in_refund_numbers, "1 to 64 characters of 0-9 A-Z a-z _ - | * @";
    /// The platform's number of one share of a payment (v3-extended.md §8.3).
    SharingOrderId, "order_id", 1..=64, in_words, "1 to 64 letters or digits";
    /// The merchant's number of one return of a share (v3-extended.md §8.4).
    OutReturnNo, "out_return_no", 1..=64, in_refund_numbers, "1 to 64 characters of 0-9 A-Z a-z _ - | * @";
    /// The platform's number of one return of a share (v3-extended.md §8.4).
    ReturnId, "return_id", 1..=64, in_words, "1 to 64 letters or digits";
    /// The merchant's number of one transfer, letters and digits only (v3-extended.md §10.1).
    OutBillNo, "out_bill_no", 1..=32, |b| b.is_ascii_alphanumeric(), "1 to 32 letters or digits";
    /// The platform's number of one transfer (v3-extended.md §10.1).
    TransferBillNo, "transfer_bill_no", 1..=64, in_words, "1 to 64 letters or digits";
    /// The merchant's number of an authorisation to receive transfers (v3-extended.md §10.1).
    OutAuthorizationNo, "out_authorization_no", 1..=64, in_words, "1 to 64 letters or digits";
    /// The platform's number of such an authorisation (v3-extended.md §10.1).
    AuthorizationId, "authorization_id", 1..=64, in_words, "1 to 64 letters or digits";
    /// A consumer's complaint (v3-extended.md §10.2).
    ComplaintId, "complaint_id", 1..=64, in_words, "1 to 64 letters or digits";
    /// A picture or video the platform keeps for the merchant (v3-extended.md §9.2).
    MediaId, "media_id", 1..=512, |b| b.is_ascii_graphic(), "1 to 512 printable characters";
    /// The merchant's number of an application to be onboarded (v3-extended.md §9.3, §9.6).
    BusinessCode, "business_code", 1..=128, |b| b.is_ascii_alphanumeric() || b == b'_', "1 to 128 characters of 0-9 A-Z a-z _";
    /// The platform's number of a change of the account a sub-merchant is paid to (v3-extended.md §9.5).
    ApplicationNo, "application_no", 1..=64, in_words, "1 to 64 letters or digits";
    /// The code a payer shows to be scanned (付款码): 18 digits, 10 to 15 in front, good for a minute (v3.md §2.8).
    AuthCode, "auth_code", 18..=18, |b| b.is_ascii_digit(), "the 18 digits of a payment code";
}

impl Openid {
    /// Enough to tell two people apart in a log, too little to address one: `oUpF…S6o`.
    #[must_use]
    pub fn redacted(&self) -> String {
        redacted(self.as_str())
    }
}

/// The ends of an ASCII text that is long enough to hide behind them.
pub(crate) fn redacted(text: &str) -> String {
    if text.len() <= 10 || !text.is_ascii() {
        return "…".into();
    }
    format!("{}…{}", &text[..4], &text[text.len() - 3..])
}

#[cfg(test)]
mod tests {
    use super::{Openid, OutRefundNo, OutTradeNo};

    #[test]
    fn order_numbers_keep_to_the_platforms_alphabet() {
        for text in ["123456", "a_b-c|d*", &"9".repeat(32)] {
            assert!(OutTradeNo::parse(text).is_ok(), "{text}");
        }
        for text in ["", "12345", &"9".repeat(33), "12345 6", "12345@", "订单号订单号"] {
            assert!(OutTradeNo::parse(text).is_err(), "{text}");
        }
        assert!(OutRefundNo::parse("r@1").is_ok());
    }

    #[test]
    fn a_redacted_openid_does_not_address_anybody() {
        let openid = Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").expect("official example");
        assert_eq!(openid.redacted(), "oUpF…S6o");
        assert_eq!(Openid::parse("short").expect("allowed").redacted(), "…");
        assert_eq!(format!("{openid:?}"), "oUpF…S6o", "printed for debugging it is no longer");
    }

    #[test]
    fn an_identifier_is_checked_when_json_is_read() {
        assert!(serde_json::from_str::<OutTradeNo>("\"ok1234\"").is_ok());
        let error = serde_json::from_str::<OutTradeNo>("\"no\"").expect_err("too short");
        assert!(error.to_string().contains("out_trade_no must be 6 to 32 characters"), "{error}");
    }
}
