//! Looking after the file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::{EngineError, StoreError};

use super::connection;

/// The most findings of an integrity check that are told.
const FINDINGS_MAX: i64 = 10;

/// Checks every page and index.
pub(super) fn integrity_check(connection: &Connection) -> Result<(), StoreError> {
    let check = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("pragma integrity_check({FINDINGS_MAX})"))?;
        let findings = statement.query_map((), |row| row.get(0))?;
        findings.collect()
    };
    let findings = check()
        .map_err(|error| StoreError::Read { statement: "integrity_check", said: EngineError::new(&error) })?;
    if findings == ["ok"] {
        return Ok(());
    }
    Err(StoreError::Damaged(EngineError::new(&findings.join("; "))))
}

/// Copies the database file `source` to `to`, over a connection of its own.
pub(super) fn backup_file(source: &Path, to: &Path) -> Result<(), StoreError> {
    let connection = connection::for_reading(source, std::time::Duration::from_secs(5))?;
    backup(&connection, to)
}

/// Copies a snapshot to `to`. The copy is written under another name and takes its own only when it is
/// complete and on the disk.
pub(super) fn backup(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(failed(to, &"the file exists"));
    }
    let partial = beside(to, ".partial");
    let copied = copy(connection, &partial, to);
    if copied.is_err() {
        // What is left of a failed copy is worth nothing; that it may stay behind changes nothing.
        let _left_behind = fs::remove_file(&partial);
    }
    copied.map_err(|said| StoreError::Backup { path: to.to_owned(), said })
}

pub(super) fn failed(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Backup { path: path.to_owned(), said: EngineError::new(why) }
}

fn copy(connection: &Connection, partial: &Path, to: &Path) -> Result<(), EngineError> {
    let said = |error: std::io::Error| EngineError::new(&error);
    // Left by a copy that was interrupted; an empty file in its place is what the engine asks for.
    File::create(partial).map_err(said)?;
    let name = partial.to_str().ok_or_else(|| EngineError::new(&"the path is not UTF-8"))?;
    connection.execute("vacuum into $1", [name]).map_err(|error| EngineError::new(&error))?;
    File::open(partial).and_then(|file| file.sync_all()).map_err(said)?;
    fs::rename(partial, to).map_err(said)?;
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(said)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
