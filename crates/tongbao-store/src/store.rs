//! The two verbs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Engine, Reader};
use crate::fault::{Fault, Faults};
use crate::{Applied, BATCH_BYTES_MAX, Batch, EngineError, Refused, STATEMENTS_MAX, StoreError, WriteError};

/// The database. Cheap to clone; clones are the same store.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    faults: Faults,
}

/// How a store on disk behaves. The defaults are for production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections for reading. Point reads take microseconds and run on the caller, so a few suffice.
    pub readers: usize,
    /// The most batches that wait for the writer; one more is refused.
    pub queue_max: usize,
    /// The most batches that share one commit, hence one fsync.
    pub group_max: usize,
    /// How long another process may hold the database before a write is refused as busy.
    pub busy_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, queue_max: 4096, group_max: 128, busy_timeout: Duration::from_secs(5) }
    }
}

impl Store {
    /// Opens the database file, makes it if it is not there, and brings its schema up to date.
    ///
    /// Every acknowledged write has reached the disk (WAL, `synchronous=full`).
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::TooNew`], [`StoreError::Rewritten`], [`StoreError::Migration`].
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Ok(Self::on(Engine::on_disk(path, options)?))
    }

    /// A store in memory, with one connection and no thread: every verb runs on the caller, within one
    /// poll. For deterministic simulation and tests.
    ///
    /// Since a write never waits in the middle, no transaction is open while a caller is suspended. So a
    /// crash is: drop the server's tasks, keep a clone of the store, [`Store::reopen`] it, and hand it to
    /// the next server. What was written before the crash is there; what was not, is not.
    ///
    /// # Errors
    /// [`StoreError::Migration`], when the schema does not apply: a mistake of ours.
    pub fn in_memory_inline() -> Result<Self, StoreError> {
        Ok(Self::on(Engine::in_memory()?))
    }

    fn on(engine: Engine) -> Self {
        Self(Arc::new(Inner { engine, faults: Faults::default() }))
    }

    /// Applies a batch, whole or not at all. On `Ok` it has reached the disk.
    ///
    /// A caller that stops waiting does not take the batch back: it may be written all the same.
    ///
    /// # Errors
    /// [`WriteError`]: `Conflict` and `Refused` are definite, `Unknown` is not.
    pub async fn write(&self, batch: impl Into<Batch>) -> Result<Applied, WriteError> {
        let batch = batch.into();
        let (statements, bytes) = (batch.statements().len(), batch.bytes());
        if statements > STATEMENTS_MAX || bytes > BATCH_BYTES_MAX {
            return Err(WriteError::Refused(Refused::TooLarge { statements, bytes }));
        }
        if batch.is_empty() {
            return Ok(Applied::default());
        }
        let unknown = || WriteError::Unknown(EngineError::new(&"a fault was injected"));
        match self.0.faults.decide(&batch) {
            Fault::Pass => self.0.engine.write(batch).await,
            Fault::FailBefore => Err(WriteError::Refused(Refused::Busy)),
            Fault::UnknownBefore => Err(unknown()),
            Fault::Discard => Ok(Applied::default()),
            Fault::UnknownAfter => {
                self.0.engine.write(batch).await?;
                Err(unknown())
            }
        }
    }

    /// Reads, on the caller, everything from one snapshot that holds every write acknowledged before.
    ///
    /// Meant for a handful of bounded queries; while `f` runs it keeps one of a few connections, so it must
    /// not call `read` again.
    ///
    /// # Errors
    /// What `f` says, or [`StoreError::Read`].
    pub fn read<T>(&self, f: impl FnOnce(&Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.0.engine.read(f)
    }

    /// From now on every batch asks `ask` what becomes of it. A test seam; costs nothing while unset.
    pub fn set_faults(&self, ask: impl Fn(&Batch) -> Fault + Send + Sync + 'static) {
        self.0.faults.set(Some(Arc::new(ask)));
    }

    /// Takes the closure of [`Store::set_faults`] away.
    pub fn clear_faults(&self) {
        self.0.faults.set(None);
    }

    /// False once a commit failed: the store takes no more writes, since a later fsync could claim to have
    /// saved what an earlier one lost. Restart after checking the disk.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.0.engine.healthy()
    }

    /// Makes an inline store ready for the next server after a simulated crash: an open transaction is
    /// rolled back and faults are forgotten. A store on disk is reopened with [`Store::open`] instead.
    pub fn reopen(&self) {
        self.clear_faults();
        self.0.engine.roll_back_inline();
    }

    /// Moves the write-ahead log into the database file and empties it. For a calm moment, such as stopping.
    ///
    /// # Errors
    /// [`StoreError::Checkpoint`], [`StoreError::Stopped`].
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.0.engine.checkpoint().await
    }

    /// Reads the whole file and checks it. Takes long on a large database.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first findings, [`StoreError::Read`].
    pub fn integrity_check(&self) -> Result<(), StoreError> {
        self.0.engine.integrity_check()
    }

    /// Writes a consistent copy of the database to `path`, which must not exist, while the store goes on.
    /// The file appears under its name only when it is complete and on the disk.
    ///
    /// # Errors
    /// [`StoreError::Backup`].
    pub async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        self.0.engine.backup(path).await
    }
}
