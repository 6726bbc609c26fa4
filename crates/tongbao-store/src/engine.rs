//! The only place that knows the database is SQLite.
//!
//! On disk, one thread writes (`engine/writer.rs`) and a few connections read (`engine/readers.rs`). In
//! memory, one connection does both on the caller. `engine/apply.rs` is what both have in common.

mod apply;
mod connection;
mod inline;
mod migrate;
mod reader;
mod readers;
mod upkeep;
mod writer;

use std::path::Path;

pub use reader::{Reader, Row};

use crate::{Applied, Batch, EngineError, Options, Refused, StoreError, WriteError};
use inline::Inline;
use readers::Readers;
use writer::Writer;

/// A SQLite database.
#[derive(Debug)]
pub(crate) enum Engine {
    /// A file, its writer thread and its readers.
    Disk { writer: Writer, readers: Readers },
    /// One connection to memory.
    Memory(Inline),
}

impl Engine {
    pub(crate) fn on_disk(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let mut connection = connection::for_writing(path, options.busy_timeout)?;
        migrate::bring_up_to_date(&mut connection)?;
        let readers = Readers::new(path.to_owned(), options)?;
        let writer = Writer::start(connection, options)
            .map_err(|error| StoreError::Open { path: path.to_owned(), said: EngineError::new(&error) })?;
        Ok(Self::Disk { writer, readers })
    }

    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let mut connection = connection::in_memory()?;
        migrate::bring_up_to_date(&mut connection)?;
        Ok(Self::Memory(Inline::new(connection)))
    }

    pub(crate) async fn write(&self, batch: Batch) -> Result<Applied, WriteError> {
        match self {
            Self::Disk { writer, .. } => writer.write(batch).await,
            Self::Memory(inline) => inline.write(&batch),
        }
    }

    pub(crate) fn read<T>(&self, f: impl FnOnce(&Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self {
            Self::Disk { readers, .. } => readers.with(|connection| reader::snapshot(connection, f))?,
            Self::Memory(inline) => inline.with(|connection| reader::snapshot(connection, f)),
        }
    }

    pub(crate) fn healthy(&self) -> bool {
        match self {
            Self::Disk { writer, .. } => writer.healthy(),
            Self::Memory(inline) => inline.healthy(),
        }
    }

    pub(crate) fn roll_back_inline(&self) {
        match self {
            Self::Disk { .. } => {}
            Self::Memory(inline) => inline.roll_back(),
        }
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        match self {
            Self::Disk { writer, .. } => writer.checkpoint().await,
            Self::Memory(_) => Ok(()),
        }
    }

    pub(crate) fn integrity_check(&self) -> Result<(), StoreError> {
        match self {
            Self::Disk { readers, .. } => readers.with(upkeep::integrity_check)?,
            Self::Memory(inline) => inline.with(upkeep::integrity_check),
        }
    }

    pub(crate) async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        match self {
            Self::Disk { readers, .. } => {
                let (source, to) = (readers.path().to_owned(), path.to_owned());
                // Copying a database takes long; it must not hold up what else runs on this thread.
                let copy = tokio::task::spawn_blocking(move || upkeep::backup_file(&source, &to));
                copy.await.map_err(|error| upkeep::failed(path, &error))?
            }
            Self::Memory(inline) => inline.with(|connection| upkeep::backup(connection, path)),
        }
    }
}

/// What an engine's refusal means for a batch that was not committed.
fn refused(statement: &'static str, error: &rusqlite::Error) -> Refused {
    use rusqlite::ErrorCode;
    let said = EngineError::new(error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Refused::Busy,
        Some(ErrorCode::DiskFull) => Refused::Full,
        Some(ErrorCode::ReadOnly) => Refused::ReadOnly,
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::CannotOpen) => {
            Refused::Io(said)
        }
        Some(_) | None => Refused::Statement { statement, said },
    }
}
