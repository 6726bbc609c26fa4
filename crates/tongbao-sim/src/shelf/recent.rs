//! The latest of something: what is over the bound is forgotten, oldest first.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Row, Shelf};

/// Rows under names of their own, the latest so many.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Recent<V: Row> {
    pub(crate) rows: Shelf<String, V>,
    /// Names as they came, under consecutive numbers.
    pub(crate) order: Shelf<u64, String>,
}

impl<V: Row> Default for Recent<V> {
    fn default() -> Self {
        Self { rows: Shelf::default(), order: Shelf::default() }
    }
}

impl<V: Row> Recent<V> {
    /// Puts a new row in and forgets what is over `most`.
    pub(crate) fn insert(&mut self, name: String, row: V, most: u64) {
        let next = self.order.iter().rev().next().map_or(0, |(number, _)| number + 1);
        self.order.insert(next, name.clone());
        self.rows.insert(name, row);
        while let Some((first, oldest)) = self.order.first().filter(|(first, _)| next - first >= most) {
            self.order.remove(&first);
            self.rows.remove(oldest.as_str());
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<V>> {
        self.rows.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.rows.get_mut(name)
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Arc<V>> {
        self.rows.remove(name)
    }
}
