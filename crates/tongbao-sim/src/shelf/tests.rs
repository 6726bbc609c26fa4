use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Disk, HOT_ROWS_MAX, Shelf, Shelved};

/// What is done to a shelf.
#[derive(Clone, Debug)]
enum Deed {
    Insert(u64, String),
    Append(u64),
    Remove(u64),
    PopFirst,
    Save,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..40_u64, "[a-z中]{0,4}").prop_map(|(key, row)| Deed::Insert(key, row)),
        3 => (0..40_u64).prop_map(Deed::Append),
        2 => (0..40_u64).prop_map(Deed::Remove),
        1 => Just(Deed::PopFirst),
        2 => Just(Deed::Save),
    ];
    proptest::collection::vec(deed, 0..80)
}

fn disk() -> Disk {
    Disk::open(":memory:".as_ref()).expect("memory")
}

fn rows(shelf: &Shelf<u64, String>) -> Vec<(u64, String)> {
    shelf.iter().map(|(key, row)| (key, (*row).clone())).collect()
}

/// A shelf whose rows are never in memory longer than it takes to save them.
fn forget(shelf: &mut Shelf<u64, String>) {
    assert!(shelf.save());
    shelf.hot.get_mut().clear();
}

proptest! {
    #[test]
    fn a_shelf_on_disk_is_the_map_it_stands_for(deeds in deeds(), pinned: bool) {
        let disk = disk();
        let mut map = BTreeMap::new();
        let mut shelf = Shelf::<u64, String>::default();
        if pinned {
            shelf.pin();
        }
        shelf.stand_on(Some(disk.table("t")));
        for deed in deeds {
            match deed {
                Deed::Insert(key, row) => {
                    map.insert(key, row.clone());
                    shelf.insert(key, row);
                }
                Deed::Append(key) => {
                    let there = map.get_mut(&key).map(|row| row.push('x')).is_some();
                    prop_assert_eq!(shelf.get_mut(&key).map(|row| row.push('x')).is_some(), there);
                }
                Deed::Remove(key) => {
                    prop_assert_eq!(shelf.remove(&key).map(|row| (*row).clone()), map.remove(&key));
                }
                Deed::PopFirst => {
                    let popped = shelf.pop_first().map(|(key, row)| (key, (*row).clone()));
                    prop_assert_eq!(popped, map.pop_first());
                }
                Deed::Save if pinned => prop_assert!(shelf.save()),
                Deed::Save => forget(&mut shelf),
            }
            prop_assert_eq!(rows(&shelf), map.clone().into_iter().collect::<Vec<_>>());
            let backwards: Vec<u64> = shelf.range(5..30).rev().map(|(key, _)| key).collect();
            prop_assert_eq!(backwards, map.range(5..30).rev().map(|(key, _)| *key).collect::<Vec<_>>());
        }
        prop_assert!(shelf.save());
        let mut reopened = Shelf::<u64, String>::default();
        reopened.stand_on(Some(disk.table("t")));
        prop_assert_eq!(rows(&reopened), map.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn rows_not_used_leave_memory_and_are_found_again() {
    let disk = disk();
    let mut shelf = Shelf::<u64, String>::default();
    shelf.stand_on(Some(disk.table("t")));
    let many = 3 * u64::try_from(HOT_ROWS_MAX).expect("small");
    for key in 0..many {
        shelf.insert(key, key.to_string());
        if key % 500 == 0 {
            assert!(shelf.save());
        }
    }
    assert!(shelf.save());
    assert!(shelf.hot.get_mut().len() <= HOT_ROWS_MAX + 500, "{}", shelf.hot.get_mut().len());
    assert_eq!(shelf.get(&7), Some(Arc::new("7".to_owned())));
    assert!(shelf.iter().map(|(key, _)| key).eq(0..many));
}

#[test]
fn shelves_of_one_disk_do_not_meet() {
    let disk = disk();
    let (mut one, mut other) = (Shelf::<u64, String>::default(), Shelf::<u64, String>::default());
    one.stand_on(Some(disk.table("one")));
    other.stand_on(Some(disk.table("other")));
    one.insert(1, "one".into());
    other.insert(1, "other".into());
    assert!(disk.together(|| one.save() && other.save()));
    forget(&mut one);
    assert_eq!(rows(&one), [(1, "one".to_owned())]);
}
