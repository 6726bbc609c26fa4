//! What was acknowledged is there, whatever became of the process.

use std::path::Path;

use tongbao_store::{Options, Refused, Store, StoreError, WriteError, facts};

use crate::engine::{on_disk, on_each_engine};
use crate::world::{START, commit, find, pay, read, record};

fn open(path: &Path) -> Store {
    Store::open(path, &Options::default()).unwrap()
}

/// The files as a machine that lost power would find them: copied while the store is open, so that nothing
/// was tidied up by closing.
fn as_after_power_loss(path: &Path) -> std::path::PathBuf {
    let copy = path.with_file_name("copy.db");
    for suffix in ["", "-wal"] {
        let with = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(with(path), with(&copy)).unwrap();
    }
    copy
}

#[test]
fn every_acknowledged_write_survives_a_crash() {
    on_disk(async |path| {
        let store = open(path);
        for n in 0..20 {
            let order = record(&store, n).await;
            let order = commit(&store, &order, pay(&order, n, n)).await;
            if n % 10 == 0 {
                let after_crash = open(&as_after_power_loss(path));
                assert_eq!(find(&after_crash, n), Some(order), "acknowledged, so it is there");
                after_crash.integrity_check().unwrap();
            }
        }
        drop(store);
        let again = open(path);
        assert!((0..20).all(|n| find(&again, n).is_some()));
    });
}

#[test]
fn a_caller_that_stops_waiting_does_not_take_its_batch_back() {
    on_disk(async |path| {
        let store = open(path);
        {
            let mut write = Box::pin(store.write(facts::put("a", "x", START)));
            let waker = std::task::Waker::noop();
            let _queued = write.as_mut().poll(&mut std::task::Context::from_waker(waker));
        }
        // The queue is first come, first served: when this one is written, so is the one before.
        store.write(facts::put("b", "x", START)).await.unwrap();
        assert!(read(&store, |reader| facts::find(reader, "a")).is_some());
    });
}

#[test]
fn a_reader_sees_what_was_acknowledged_and_one_snapshot_throughout() {
    on_each_engine(async |store| {
        for n in 0..50 {
            let value = n.to_string();
            store.write(facts::put("n", &value, START)).await.unwrap();
            let seen = read(&store, |reader| {
                let first = facts::find(reader, "n")?;
                assert_eq!(first, facts::find(reader, "n")?);
                Ok(first.map(|fact| fact.value))
            });
            assert_eq!(seen, Some(value));
        }
    });
}

#[test]
fn a_reader_that_panics_leaves_the_store_usable() {
    on_each_engine(async |store| {
        for _ in 0..10 {
            let reading = store.clone();
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                reading.read(|_| -> Result<(), StoreError> { panic!("a test's panic") })
            }));
            assert!(read.is_err());
        }
        store.reopen();
        store.write(facts::put("a", "x", START)).await.unwrap();
        assert!(read(&store, |reader| facts::find(reader, "a")).is_some());
    });
}

#[test]
fn a_backup_made_while_writing_goes_on_is_a_whole_database() {
    on_each_engine(async |store| {
        let directory = std::env::temp_dir();
        let name = format!("tongbao-backup-{}-{:p}.db", std::process::id(), &store);
        let to = directory.join(name);
        record(&store, 1).await;
        store.backup(&to).await.unwrap();
        record(&store, 2).await;

        let restored = open(&to);
        restored.integrity_check().unwrap();
        assert!(find(&restored, 1).is_some() && find(&restored, 2).is_none());
        let again = store.backup(&to).await.unwrap_err();
        assert_eq!(again.code(), "STORE_BACKUP", "what is there is never overwritten");
        restored.checkpoint().await.unwrap();
        drop(restored);
        for suffix in ["", "-wal", "-shm"] {
            let _not_there = std::fs::remove_file(format!("{}{suffix}", to.display()));
        }
    });
}

#[test]
fn a_checkpoint_empties_the_log_and_keeps_everything() {
    on_disk(async |path| {
        let store = open(path);
        let order = record(&store, 1).await;
        let log = format!("{}-wal", path.display());
        assert!(std::fs::metadata(&log).unwrap().len() > 0);
        store.checkpoint().await.unwrap();
        assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
        assert_eq!(find(&store, 1), Some(order));
    });
}

#[test]
fn another_process_that_holds_the_database_makes_a_write_busy_and_nothing_is_written() {
    on_disk(async |path| {
        let options = Options { busy_timeout: std::time::Duration::from_millis(20), ..Options::default() };
        let store = Store::open(path, &options).unwrap();
        let other = rusqlite::Connection::open(path).unwrap();
        other.execute_batch("begin immediate").unwrap();
        let written = store.write(facts::put("a", "x", START)).await;
        assert_eq!(written, Err(WriteError::Refused(Refused::Busy)));
        assert!(written.unwrap_err().retryable());
        other.execute_batch("rollback").unwrap();
        assert!(read(&store, |reader| facts::find(reader, "a")).is_none());
        store.write(facts::put("a", "x", START)).await.unwrap();
    });
}

#[test]
fn a_damaged_file_is_noticed() {
    on_disk(async |path| {
        let store = open(path);
        for n in 0..200 {
            record(&store, n).await;
        }
        store.checkpoint().await.unwrap();
        drop(store);
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 8192].fill(0xa5);
        std::fs::write(path, bytes).unwrap();
        let damaged = Store::open(path, &Options::default()).and_then(|store| store.integrity_check());
        assert!(damaged.is_err());
    });
}
