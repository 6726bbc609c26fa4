//! Tables of the state that grow: orders, refunds, notices, the journal.
//!
//! A row is shared while it is read and copied when it is changed, so that whoever reads one may change
//! another. A shelf is in memory, or has a [`Table`] behind it: then what was changed is saved by
//! [`Shelf::save`] and only rows in use stay in memory.

mod kept;
mod key;
mod recent;
#[cfg(feature = "data")]
mod sqlite;

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use kept::Kept;
pub(crate) use recent::Recent;
#[cfg(feature = "data")]
pub(crate) use sqlite::Disk;

/// What a row is found by.
pub(crate) trait Key: Clone + Ord + Send + Serialize + DeserializeOwned {}
impl<K: Clone + Ord + Send + Serialize + DeserializeOwned> Key for K {}

/// What stands for a key, such as `str` for `String`: written as the key is.
pub(crate) trait Name: Ord + Serialize {}
impl<Q: Ord + Serialize + ?Sized> Name for Q {}

/// What a shelf holds.
pub(crate) trait Row: Clone + Send + Sync + Serialize + DeserializeOwned {}
impl<V: Clone + Send + Sync + Serialize + DeserializeOwned> Row for V {}

/// One table on disk: rows of bytes in the order of their keys. What cannot be read or written is logged
/// where it happens and told as `None` or `false`.
pub(crate) trait Table: Send {
    fn load(&self, key: &[u8]) -> Option<Vec<u8>>;
    fn save(&self, key: &[u8], row: &[u8]) -> bool;
    fn delete(&self, key: &[u8]) -> bool;
    /// Up to `most` rows between the bounds, from the lower end or the upper.
    fn page(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>, from: End, most: usize) -> Vec<Vec<u8>>;
    /// A row was loaded that means nothing.
    fn note_unreadable(&self, error: &serde_json::Error);
}

/// Where a walk starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Lower,
    Upper,
}

/// An ordered table.
pub(crate) struct Shelf<K, V> {
    hot: RefCell<BTreeMap<K, Slot<V>>>,
    /// Keys whose rows on disk are not what they are here; those that are not hot were removed.
    changed: BTreeSet<K>,
    table: Option<Box<dyn Table>>,
    /// Every row is in memory, whatever is behind.
    pinned: bool,
    /// Counts uses, to tell which rows are old.
    uses: Cell<u64>,
}

struct Slot<V> {
    row: Arc<V>,
    used: Cell<u64>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self {
            hot: RefCell::default(),
            changed: BTreeSet::new(),
            table: None,
            pinned: false,
            uses: Cell::new(0),
        }
    }
}

impl<K: Key, V: Row> Shelf<K, V> {
    pub(crate) fn get<Q: Name + ?Sized>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
    {
        if let Some(slot) = self.hot.borrow().get(key) {
            slot.used.set(self.tick());
            return Some(Arc::clone(&slot.row));
        }
        let (key, row) = self.load(key)?;
        let row = Arc::new(row);
        self.hot.borrow_mut().insert(key, self.slot(Arc::clone(&row)));
        Some(row)
    }

    pub(crate) fn contains_key<Q: Name + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// The row, to be changed in place.
    pub(crate) fn get_mut<Q: Name + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.get(key)?;
        if self.table.is_some() {
            let hot = self.hot.get_mut();
            self.changed.extend(hot.get_key_value(key).map(|(key, _)| key.clone()));
        }
        self.hot.get_mut().get_mut(key).map(|slot| Arc::make_mut(&mut slot.row))
    }

    /// Puts a row in, in the place of an older one.
    pub(crate) fn insert(&mut self, key: K, row: V) {
        self.note_change(&key);
        let slot = self.slot(Arc::new(row));
        self.hot.get_mut().insert(key, slot);
    }

    pub(crate) fn remove<Q: Name + ?Sized>(&mut self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
    {
        let row = self.get(key)?;
        let (key, _) = self.hot.get_mut().remove_entry(key)?;
        self.note_change(&key);
        Some(row)
    }

    /// Keeps every row in memory: for the little that is looked at all the time.
    pub(crate) fn pin(&mut self) {
        self.pinned = true;
    }

    /// How many rows are in memory: all of them, when nothing is behind.
    pub(crate) fn in_memory(&self) -> usize {
        self.hot.borrow().len()
    }

    /// True when it holds `most` rows or more.
    pub(crate) fn holds(&self, most: usize) -> bool {
        self.iter().take(most).count() >= most
    }

    /// Rows in the order of their keys.
    pub(crate) fn range(&self, range: impl RangeBounds<K>) -> Rows<'_, K, V> {
        Rows {
            shelf: self,
            lower: range.start_bound().cloned(),
            upper: range.end_bound().cloned(),
            from: End::Lower,
            page: VecDeque::new(),
            over: false,
        }
    }

    /// All rows in the order of their keys.
    pub(crate) fn iter(&self) -> Rows<'_, K, V> {
        self.range(..)
    }

    /// The first row.
    pub(crate) fn first(&self) -> Option<(K, Arc<V>)> {
        if self.table.is_none() || self.pinned {
            let hot = self.hot.borrow();
            return hot.first_key_value().map(|(key, slot)| (key.clone(), Arc::clone(&slot.row)));
        }
        self.page(&Bound::Unbounded, &Bound::Unbounded, End::Lower, 1).pop_front()
    }

    /// Takes the first row out.
    pub(crate) fn pop_first(&mut self) -> Option<(K, Arc<V>)> {
        let (key, row) = self.first()?;
        self.remove(&key);
        Some((key, row))
    }

    fn load<Q: Name + ?Sized>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let table = self.table.as_ref().filter(|_| !self.pinned)?;
        if self.changed.contains(key) {
            return None;
        }
        read::<K, V>(&**table, &table.load(&key::encode(key))?)
    }

    fn note_change(&mut self, key: &K) {
        if self.table.is_some() {
            self.changed.insert(key.clone());
        }
    }

    fn slot(&self, row: Arc<V>) -> Slot<V> {
        Slot { row, used: Cell::new(self.tick()) }
    }

    fn tick(&self) -> u64 {
        let uses = self.uses.get() + 1;
        self.uses.set(uses);
        uses
    }

    /// Up to `most` rows between the bounds from one end, those on disk and those in memory alike.
    fn page(&self, lower: &Bound<K>, upper: &Bound<K>, from: End, most: usize) -> VecDeque<(K, Arc<V>)> {
        let hot = self.hot.borrow();
        let here = hot.range((lower.as_ref(), upper.as_ref()));
        let told = |(key, slot): (&K, &Slot<V>)| (key.clone(), Arc::clone(&slot.row));
        let mut found: BTreeMap<K, Arc<V>> = match from {
            End::Lower => here.take(most).map(told).collect(),
            End::Upper => here.rev().take(most).map(told).collect(),
        };
        if let Some(table) = self.table.as_ref().filter(|_| !self.pinned) {
            let (low, high) = (lower.as_ref().map(key::encode), upper.as_ref().map(key::encode));
            // Rows that were removed here are still on disk and take places of the page.
            let asked = most + self.changed.len();
            let rows =
                table.page(low.as_ref().map(Vec::as_slice), high.as_ref().map(Vec::as_slice), from, asked);
            for (key, row) in rows.iter().filter_map(|row| read::<K, V>(&**table, row)) {
                if !self.changed.contains(&key) {
                    found.entry(key).or_insert_with(|| Arc::new(row));
                }
            }
        }
        match from {
            End::Lower => found.into_iter().take(most).collect(),
            End::Upper => found.into_iter().rev().take(most).collect(),
        }
    }
}

fn read<K: Key, V: Row>(table: &dyn Table, bytes: &[u8]) -> Option<(K, V)> {
    serde_json::from_slice(bytes).inspect_err(|error| table.note_unreadable(error)).ok()
}

/// A walk over a shelf, page by page.
pub(crate) struct Rows<'a, K, V> {
    shelf: &'a Shelf<K, V>,
    lower: Bound<K>,
    upper: Bound<K>,
    from: End,
    page: VecDeque<(K, Arc<V>)>,
    over: bool,
}

impl<K, V> Rows<'_, K, V> {
    /// From the other end.
    pub(crate) fn rev(self) -> Self {
        Self { from: if self.from == End::Lower { End::Upper } else { End::Lower }, ..self }
    }
}

impl<K: Key, V: Row> Iterator for Rows<'_, K, V> {
    type Item = (K, Arc<V>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() && !self.over {
            self.page = self.shelf.page(&self.lower, &self.upper, self.from, PAGE_ROWS);
            self.over = self.page.len() < PAGE_ROWS;
            if let Some((last, _)) = self.page.back() {
                match self.from {
                    End::Lower => self.lower = Bound::Excluded(last.clone()),
                    End::Upper => self.upper = Bound::Excluded(last.clone()),
                }
            }
        }
        self.page.pop_front()
    }
}

/// Everything that is kept, under names: what a part of the state is made of.
pub(crate) type Named<'a> = Vec<(&'static str, &'a mut dyn Shelved)>;

/// Lists what a part of the state keeps: `shelves! { Part { "name" => field, … } }`.
macro_rules! shelves {
    ($part:ty { $($name:literal => $($field:ident).+,)* }) => {
        impl $part {
            /// Everything it keeps, under names.
            pub(crate) fn shelves(&mut self) -> crate::shelf::Named<'_> {
                vec![$(($name, &mut self.$($field).+),)*]
            }
        }
    };
}
pub(crate) use shelves;

/// What a shelf can be told whatever it holds.
pub(crate) trait Shelved {
    /// Puts a table behind an empty shelf, or takes it away.
    fn stand_on(&mut self, table: Option<Box<dyn Table>>);
    /// True when something is to be saved.
    fn is_changed(&self) -> bool;
    /// Writes down what changed and lets go of rows not used lately. False when something could not be
    /// written: it stays in memory and is tried again.
    fn save(&mut self) -> bool;
}

impl<K: Key, V: Row> Shelved for Shelf<K, V> {
    fn stand_on(&mut self, table: Option<Box<dyn Table>>) {
        self.changed.clear();
        if let Some(table) = &table {
            let hot = self.hot.get_mut();
            // What is here already is not on disk yet.
            self.changed = hot.keys().cloned().collect();
            if self.pinned {
                let rows = table.page(Bound::Unbounded, Bound::Unbounded, End::Lower, usize::MAX);
                for (key, row) in rows.iter().filter_map(|row| read::<K, V>(&**table, row)) {
                    hot.entry(key).or_insert_with(|| Slot { row: Arc::new(row), used: Cell::new(0) });
                }
            }
        }
        self.table = table;
    }

    fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn save(&mut self) -> bool {
        let Some(table) = &self.table else { return true };
        let hot = self.hot.get_mut();
        let mut failed = BTreeSet::new();
        while let Some(key) = self.changed.pop_first() {
            let bytes = key::encode(&key);
            let done = match hot.get(&key) {
                Some(slot) => {
                    let row = serde_json::to_vec(&(&key, &*slot.row)).expect("a row is plain data");
                    table.save(&bytes, &row)
                }
                None => table.delete(&bytes),
            };
            if !done {
                failed.insert(key);
            }
        }
        self.changed = failed;
        if hot.len() > HOT_ROWS_MAX && !self.pinned {
            let old = self.uses.get().saturating_sub(HOT_ROWS_KEPT);
            let changed = &self.changed;
            hot.retain(|key, slot| slot.used.get() > old || changed.contains(key));
        }
        self.changed.is_empty()
    }
}

impl<K: Key, V: Row> Clone for Shelf<K, V> {
    /// A copy in memory.
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        for (key, row) in self.iter() {
            let slot = copy.slot(row);
            copy.hot.get_mut().insert(key, slot);
        }
        copy
    }
}

impl<K: Key + fmt::Debug, V: Row + fmt::Debug> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Key, V: Row> Serialize for Shelf<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (key, row) in self.iter() {
            serde::ser::SerializeSeq::serialize_element(&mut list, &(&key, &*row))?;
        }
        serde::ser::SerializeSeq::end(list)
    }
}

impl<'de, K: Key, V: Row> Deserialize<'de> for Shelf<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut shelf = Self::default();
        for (key, row) in Vec::<(K, V)>::deserialize(deserializer)? {
            shelf.insert(key, row);
        }
        Ok(shelf)
    }
}

/// Rows fetched at once.
const PAGE_ROWS: usize = 200;
/// Rows of one shelf in memory before old ones go, when they are on disk.
const HOT_ROWS_MAX: usize = 4000;
/// Rows used within so many uses stay.
const HOT_ROWS_KEPT: u64 = 2000;

#[cfg(all(test, feature = "data"))]
mod tests;
