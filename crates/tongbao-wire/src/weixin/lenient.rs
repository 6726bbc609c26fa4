//! Readers for what WeChat writes in more than one way: numbers as text (XML has nothing else), seconds for
//! times, empty texts for what is absent.

use serde::de::value::StringDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

/// A whole number, or the text of one.
pub(super) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Number(i64),
        Text(String),
    }
    match Said::deserialize(deserializer)? {
        Said::Number(number) => Ok(number),
        Said::Text(text) => text.trim().parse().map_err(|_| serde::de::Error::custom("not a whole number")),
    }
}

/// A value; `None` for an empty text.
pub(super) fn unless_empty<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => T::deserialize(StringDeserializer::<D::Error>::new(text)).map(Some),
        Some(_) | None => Ok(None),
    }
}

/// An instant as whole seconds since 1970.
pub(super) mod unix_seconds {
    use super::{Deserializer, Serialize, Serializer, Timestamp, whole_number};

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.seconds().serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        whole_number(deserializer).map(Timestamp::from_seconds)
    }
}

/// The same; absent when zero, for WeChat writes zero where there is no time yet.
pub(super) mod unix_seconds_if_any {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp, whole_number};

    #[allow(clippy::ref_option, reason = "serde hands the member over by reference")]
    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::seconds).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        #[derive(Deserialize)]
        struct Whole(#[serde(deserialize_with = "whole_number")] i64);
        let Whole(seconds) = Whole::deserialize(deserializer)?;
        Ok((seconds != 0).then(|| Timestamp::from_seconds(seconds)))
    }
}
