//! Reading JSON with an error that names the member and repeats nothing secret.

use serde::de::DeserializeOwned;

/// JSON that does not fit what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {reason}")]
pub struct Misfit {
    /// Path of the member, such as `amount.total`; `.` for the whole.
    pub member: String,
    /// What is wrong, without the value.
    pub reason: String,
}

/// Reads `bytes`.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Misfit> {
    // The path is worked out only after the plain reading failed, which costs nothing on the good way.
    serde_json::from_slice(bytes).or_else(|_| locate(bytes))
}

fn locate<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Misfit> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let misfit = match serde_path_to_error::deserialize(&mut reader) {
        Ok(value) => match reader.end() {
            Ok(()) => return Ok(value),
            Err(error) => Misfit { member: ".".into(), reason: without_values(&error.to_string()) },
        },
        Err(error) => Misfit {
            member: error.path().to_string().chars().take(SHOWN_CHARS_MAX).collect(),
            reason: without_values(&error.inner().to_string()),
        },
    };
    Err(misfit)
}

/// Replaces what stands in quotes or backticks, up to the last of them: a reader's message repeats the text
/// or number it did not expect, which may be a person's and may hold quotes of its own.
fn without_values(message: &str) -> String {
    let short = |text: &str| text.chars().take(SHOWN_CHARS_MAX).collect();
    // These name a member of ours.
    if message.starts_with("missing field") || message.starts_with("duplicate field") {
        return short(message);
    }
    let Some(first) = message.find(['"', '`']) else { return short(message) };
    let quote = &message[first..=first];
    let last = message.rfind(quote).unwrap_or(first);
    short(&format!("{}{quote}…{quote}{}", &message[..first], &message[last + 1..]))
}

/// Enough for any path and message of ours; what is longer was made to be long.
const SHOWN_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use tongbao_wire::{NotificationEnvelope, Transaction};

    use super::decode;

    #[test]
    fn the_member_is_named_and_its_value_is_not_repeated() {
        let body = br#"{"appid":"wx1","mchid":"1","out_trade_no":"123456","trade_state":"SUCCESS","amount":{"total":"private"}}"#;
        let misfit = decode::<Transaction>(body).expect_err("text for a number");
        assert_eq!(misfit.member, "amount.total");
        assert!(!misfit.reason.contains("private"), "{misfit}");

        for value in [r#""a\"private\"b""#, r#""`private""#, r#""\\\"private""#, "13800138000.5", "{}", "[1]"]
        {
            let body = format!(r#"{{"amount":{{"total":{value}}}}}"#);
            #[derive(Debug, serde::Deserialize)]
            struct Amounts {
                #[allow(dead_code, reason = "read only")]
                amount: std::collections::BTreeMap<String, tongbao_wire::Fen>,
            }
            let misfit = decode::<Amounts>(body.as_bytes()).expect_err("no amount");
            assert!(!misfit.reason.contains("private") && !misfit.reason.contains("138"), "{misfit}");
        }
        let misfit = decode::<tongbao_wire::Timestamp>(b"\"13800138000`\"").expect_err("no time");
        assert_eq!(misfit.reason, "`…` is not an RFC 3339 time such as 2018-06-08T10:34:56+08:00");

        let misfit = decode::<NotificationEnvelope>(br#"{"id":"EV-1"}"#).expect_err("incomplete");
        assert!(misfit.reason.contains("missing field `create_time`"), "{misfit}");
    }

    #[test]
    fn pages_and_leftovers_are_refused() {
        assert!(decode::<serde_json::Value>(b"<html>").is_err());
        assert_eq!(decode::<serde_json::Value>(b"{} {}").expect_err("two values").member, ".");
        assert!(decode::<serde_json::Value>(b"\xff").is_err());
    }
}
