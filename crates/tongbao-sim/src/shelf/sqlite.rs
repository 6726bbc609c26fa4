//! Tables in one SQLite file: the simulator's own memory, read by nobody else.

use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, params};

use super::{End, Table};

/// A data directory's file. Cheap to clone: clones are the same file.
#[derive(Clone)]
pub(crate) struct Disk(Arc<File>);

struct File {
    connection: Mutex<Connection>,
    /// Something could not be read, once: what is told from then on may miss it.
    unreadable: AtomicBool,
    /// The last writes did not all succeed.
    unwritten: AtomicBool,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiskError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("it is in the form {found}; this version reads and writes form {FORM}")]
    Form { found: i64 },
}

impl Disk {
    /// Opens or makes the file, for one simulator at a time.
    pub(crate) fn open(file: &Path) -> Result<Self, DiskError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        // Virtual money: what the operating system has is safe enough, and nobody waits for the disk.
        connection.execute_batch(
            "pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = off;",
        )?;
        let found: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
        if found != FORM && found != 0 {
            return Err(DiskError::Form { found });
        }
        connection
            .execute_batch(&format!("begin immediate; {SCHEMA} pragma user_version = {FORM}; commit;"))?;
        Ok(Self(Arc::new(File {
            connection: Mutex::new(connection),
            unreadable: AtomicBool::default(),
            unwritten: AtomicBool::default(),
        })))
    }

    /// The table called `name`.
    pub(crate) fn table(&self, name: &'static str) -> Box<dyn Table> {
        Box::new(SqliteTable { disk: self.clone(), name })
    }

    /// Everything written by `work` is there after it, or nothing is.
    pub(crate) fn together(&self, work: impl FnOnce() -> bool) -> bool {
        let begun = self.run("begin immediate");
        let done = work();
        // A failed write leaves the others of this round in place: each row stands for itself.
        let written = begun && self.run("commit") && done;
        self.0.unwritten.store(!written, Ordering::Relaxed);
        written
    }

    /// Forgets every row, but for those of shelves whose names begin so.
    pub(crate) fn clear_all_but(&self, beginning: &str) -> bool {
        let cleared = self.connection().execute(CLEAR, params![beginning]);
        told(cleared).is_some()
    }

    fn run(&self, sql: &str) -> bool {
        let run = self.connection().execute_batch(sql);
        told(run).is_some()
    }

    /// What is wrong with the file, when something is.
    pub(crate) fn failing(&self) -> Option<&'static str> {
        let File { unreadable, unwritten, .. } = &*self.0;
        let (unreadable, unwritten) = (unreadable.load(Ordering::Relaxed), unwritten.load(Ordering::Relaxed));
        unreadable.then_some("unreadable").or(unwritten.then_some("unwritten"))
    }

    fn read<T, E: std::fmt::Display>(&self, result: Result<T, E>) -> Option<T> {
        told(result).or_else(|| {
            self.0.unreadable.store(true, Ordering::Relaxed);
            None
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct SqliteTable {
    disk: Disk,
    name: &'static str,
}

impl Table for SqliteTable {
    fn load(&self, key: &[u8]) -> Option<Vec<u8>> {
        let connection = self.disk.connection();
        let mut statement = self.disk.read(connection.prepare_cached(LOAD))?;
        match statement.query_row(params![self.name, key], |row| row.get(0)) {
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            other => self.disk.read(other),
        }
    }

    fn save(&self, key: &[u8], row: &[u8]) -> bool {
        let connection = self.disk.connection();
        told(connection.prepare_cached(SAVE).and_then(|mut save| save.execute(params![self.name, key, row])))
            .is_some()
    }

    fn delete(&self, key: &[u8]) -> bool {
        let connection = self.disk.connection();
        told(connection.prepare_cached(DELETE).and_then(|mut delete| delete.execute(params![self.name, key])))
            .is_some()
    }

    fn page(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>, from: End, most: usize) -> Vec<Vec<u8>> {
        let connection = self.disk.connection();
        let sql = match from {
            End::Lower => PAGE_UP,
            End::Upper => PAGE_DOWN,
        };
        let (low, low_too) = edge(lower);
        let (high, high_too) = edge(upper);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = connection.prepare_cached(sql).and_then(|mut page| {
            let values = params![self.name, low, low_too, high, high_too, most];
            page.query_map(values, |row| row.get(0))?.collect()
        });
        self.disk.read(rows).unwrap_or_default()
    }

    fn note_unreadable(&self, error: &serde_json::Error) {
        self.disk.read::<(), _>(Err(error));
    }
}

fn edge(bound: Bound<&[u8]>) -> (Option<&[u8]>, bool) {
    match bound {
        Bound::Included(key) => (Some(key), true),
        Bound::Excluded(key) => (Some(key), false),
        Bound::Unbounded => (None, true),
    }
}

fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> Option<T> {
    result.inspect_err(|error| tracing::error!(%error, "the data directory cannot be used")).ok()
}

/// The form of the rows; another form is refused, not guessed.
const FORM: i64 = 1;

const SCHEMA: &str = "
create table if not exists row (
    -- Which shelf.
    shelf text not null,
    -- The key, as bytes that sort as keys do.
    key   blob not null,
    -- Key and value as JSON.
    value blob not null,
    primary key (shelf, key)
) without rowid;";

const LOAD: &str = "select value from row where shelf = ?1 and key = ?2";

const SAVE: &str = "
insert into row (shelf, key, value) values (?1, ?2, ?3)
    on conflict (shelf, key) do update set value = excluded.value";

const CLEAR: &str = "delete from row where substr(shelf, 1, length(?1)) <> ?1";

const DELETE: &str = "delete from row where shelf = ?1 and key = ?2";

/// No key starts with `ff`: keys are UTF-8.
const PAGE_UP: &str = "
select value from row
 where shelf = ?1
   and key >= coalesce(?2, x'') and (?3 or key > ?2)
   and key <= coalesce(?4, x'ff') and (?5 or key < ?4)
 order by key
 limit ?6";

const PAGE_DOWN: &str = "
select value from row
 where shelf = ?1
   and key >= coalesce(?2, x'') and (?3 or key > ?2)
   and key <= coalesce(?4, x'ff') and (?5 or key < ?4)
 order by key desc
 limit ?6";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_told_until_it_is() {
        let disk = Disk::open(":memory:".as_ref()).expect("memory");
        let save = || disk.together(|| disk.table("t").save(b"k", b"v"));
        assert!(save() && disk.failing().is_none());
        assert!(disk.run("pragma query_only = on"));
        assert!(!save());
        assert_eq!(disk.failing(), Some("unwritten"));
        assert!(disk.run("pragma query_only = off"));
        assert!(save() && disk.failing().is_none());
    }
}
