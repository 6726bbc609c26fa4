//! Tables of the state that grow: orders, refunds, notices, the journal.
//!
//! A row is shared while it is read and copied when it is changed, so that whoever reads one may change
//! another. Everything on a shelf can be written down, for snapshots.

use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a row is found by.
pub(crate) trait Key: Clone + Ord + Serialize + DeserializeOwned {}
impl<K: Clone + Ord + Serialize + DeserializeOwned> Key for K {}

/// What a shelf holds.
pub(crate) trait Row: Clone + Serialize + DeserializeOwned {}
impl<V: Clone + Serialize + DeserializeOwned> Row for V {}

/// An ordered table.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<K, V> {
    rows: BTreeMap<K, Arc<V>>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Key, V: Row> Shelf<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        self.rows.get(key).cloned()
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// The row, to be changed in place.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.rows.get_mut(key).map(Arc::make_mut)
    }

    /// Puts a row in, in the place of an older one.
    pub(crate) fn insert(&mut self, key: K, row: V) {
        self.rows.insert(key, Arc::new(row));
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        self.rows.remove(key)
    }

    /// Rows in the order of their keys, from either end.
    pub(crate) fn range(&self, range: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (K, Arc<V>)> {
        self.rows.range(range).map(|(key, row)| (key.clone(), Arc::clone(row)))
    }

    /// All rows in the order of their keys, from either end.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (K, Arc<V>)> {
        self.range(..)
    }
}

impl<K: Key, V: Row> Serialize for Shelf<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|(key, row)| (key, &**row)))
    }
}

impl<'de, K: Key, V: Row> Deserialize<'de> for Shelf<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<(K, V)>::deserialize(deserializer)?;
        Ok(Self { rows: rows.into_iter().map(|(key, row)| (key, Arc::new(row))).collect() })
    }
}
