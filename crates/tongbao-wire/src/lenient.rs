//! Readers for what the platform writes in more than one way: numbers as text (XML has nothing else), seconds for
//! times, empty texts for what is absent, one thing in place of a list.

use serde::de::value::StringDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Number(i64),
    Text(String),
}

impl Said {
    fn number<E: serde::de::Error>(self) -> Result<i64, E> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Text(text) => text.trim().parse().map_err(|_| E::custom("not a whole number")),
        }
    }
}

/// A whole number, or the text of one.
pub(crate) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Said::deserialize(deserializer)?.number()
}

/// The same; `None` for an empty text or null.
pub(crate) fn whole_number_if_any<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<i64>,
{
    match Option::<Said>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Said::Text(text)) if text.trim().is_empty() => Ok(None),
        Some(said) => said.number().map(|number| Some(T::from(number))),
    }
}

/// A value; `None` for an empty text.
pub(crate) fn unless_empty<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
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
pub(crate) mod unix_seconds {
    use super::{Deserializer, Serialize, Serializer, Timestamp, whole_number};

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        at.seconds().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        whole_number(deserializer).map(Timestamp::from_seconds)
    }
}

/// The same; absent when zero, empty or null: what WeChat writes where there is no time yet.
pub(crate) mod unix_seconds_if_any {
    use super::{Deserializer, Serialize, Serializer, Timestamp, whole_number_if_any};

    #[allow(clippy::ref_option, reason = "serde hands the member over by reference")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::seconds).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let seconds = whole_number_if_any(deserializer)?.filter(|seconds: &i64| *seconds != 0);
        Ok(seconds.map(Timestamp::from_seconds))
    }
}

/// A list, of which the platform writes one member without the brackets.
pub(crate) mod one_or_more {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer, T: Serialize>(
        list: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match list {
            [one] => one.serialize(serializer),
            list => list.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Said<T> {
            More(Vec<T>),
            One(T),
        }
        Ok(match Option::deserialize(deserializer)? {
            Some(Said::More(list)) => list,
            Some(Said::One(one)) => vec![one],
            None => Vec::new(),
        })
    }
}
