//! Opening connections.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::{EngineError, StoreError};

/// Statements kept prepared per connection: more than the nouns have.
const PREPARED_MAX: usize = 128;

/// The write-ahead log is moved into the file when it has this many pages (32 MiB): rarely enough that
/// pages changed again and again are moved once, and soon enough that the log stays small.
const CHECKPOINT_PAGES: i64 = 8000;

/// A log that has grown beyond this is cut back to it.
const LOG_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// Pages the writer keeps in memory (KiB).
const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// The connection that writes; it makes the file if it is not there.
pub(super) fn for_writing(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(busy_timeout)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        common(&connection)?;
        Ok(connection)
    };
    let opened = |error: rusqlite::Error| cannot_open(path, &error);
    let connection = open().map_err(opened)?;
    // Some file systems quietly refuse to share memory; then durability would not be what we promise.
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(opened)?;
    let synchronous: i64 =
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(opened)?;
    if mode != "wal" || synchronous != 2 {
        let said = format!("asked for wal and full durability, got {mode} and {synchronous}");
        return Err(StoreError::Open { path: path.to_owned(), said: EngineError::new(&said) });
    }
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn for_reading(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(busy_timeout)?;
        common(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| cannot_open(path, &error))
}

/// A database of its own, in memory.
pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_in_memory()?;
        common(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| cannot_open(Path::new(":memory:"), &error))
}

fn common(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
    // Plans do not depend on bound values (there is no ANALYZE to make use of them); without this the engine
    // prepares a statement anew whenever a bound of a range is bound to another value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Open { path: path.to_owned(), said: EngineError::new(error) }
}
