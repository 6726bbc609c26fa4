//! An instant as our own records keep it: milliseconds since 1970, nothing lost.
//!
//! [`Timestamp`]'s own serde form is the platform's, which ends at the second. An order that is written and
//! read again must be the order it was.

use serde::{Deserialize, Deserializer, Serializer};
use tongbao_wire::Timestamp;

pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.millis())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    i64::deserialize(deserializer).map(Timestamp::from_millis)
}
