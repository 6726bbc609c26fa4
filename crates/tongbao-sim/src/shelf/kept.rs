//! One value that is kept whole: counters and balances.

use std::ops::{Bound, Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{End, Row, Shelved, Table, key};

/// A value that knows whether it was changed since it was saved.
#[derive(Default)]
pub(crate) struct Kept<V> {
    value: V,
    changed: bool,
    table: Option<Box<dyn Table>>,
}

impl<V> Deref for Kept<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> DerefMut for Kept<V> {
    fn deref_mut(&mut self) -> &mut V {
        self.changed = true;
        &mut self.value
    }
}

impl<V: Row> Shelved for Kept<V> {
    fn stand_on(&mut self, table: Option<Box<dyn Table>>) {
        if let Some(table) = table.as_ref().filter(|_| !self.changed) {
            let there = table.page(Bound::Unbounded, Bound::Unbounded, End::Lower, 1);
            if let Some(value) = there.first().and_then(|row| super::read::<(), V>(&**table, row)) {
                self.value = value.1;
            }
        }
        self.table = table;
    }

    fn is_changed(&self) -> bool {
        self.changed && self.table.is_some()
    }

    fn save(&mut self) -> bool {
        let Some(table) = self.table.as_ref().filter(|_| self.changed) else { return true };
        let row = serde_json::to_vec(&((), &self.value)).expect("a value is plain data");
        self.changed = !table.save(&key::encode(&()), &row);
        !self.changed
    }
}

impl<V: Clone> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), changed: true, table: None }
    }
}

impl<V: std::fmt::Debug> std::fmt::Debug for Kept<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

impl<V: Serialize> Serialize for Kept<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Kept<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        V::deserialize(deserializer).map(|value| Self { value, changed: true, table: None })
    }
}
