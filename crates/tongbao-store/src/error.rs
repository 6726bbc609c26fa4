//! What can go wrong with a database, in words a caller can act on.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::batch::{BATCH_BYTES_MAX, Rows, STATEMENTS_MAX};

/// What the engine said, as text: shared by every batch of a group that failed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError(Arc<str>);

impl EngineError {
    pub(crate) fn new(said: &dyn fmt::Display) -> Self {
        Self(said.to_string().into())
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}

/// Why a batch is not, or not surely, written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A statement touched another number of rows than it must: nothing of the batch was written.
    #[error("{statement} touched {touched} rows, it must touch {expected}")]
    Conflict {
        /// The statement's name.
        statement: &'static str,
        /// What it must touch.
        expected: Rows,
        /// What it touched.
        touched: usize,
    },
    /// Definitely not written.
    #[error("not written")]
    Refused(#[source] Refused),
    /// Written or not, nobody knows until the rows are read again.
    #[error("it is not known whether the write is kept")]
    Unknown(#[source] EngineError),
}

/// Why a batch is definitely not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Another process holds the database longer than the busy time-out.
    #[error("the database is busy: another process is writing to it")]
    Busy,
    /// No space is left.
    #[error("the disk, or the database's share of it, is full: make room, then try again")]
    Full,
    /// The file cannot be written to.
    #[error("the database is read-only: check the owner and the mode of its file and directory")]
    ReadOnly,
    /// The batch is larger than any should be.
    #[error(
        "a batch of {statements} statements and {bytes} bytes is too large; at most {STATEMENTS_MAX} and \
         {BATCH_BYTES_MAX}"
    )]
    TooLarge {
        /// Its statements.
        statements: usize,
        /// Its bytes.
        bytes: usize,
    },
    /// More batches wait than may.
    #[error("too many writes are waiting")]
    QueueFull,
    /// A commit failed earlier, or the store was closed: it takes no more writes until it is opened again.
    #[error("the store has stopped writing since a commit failed; check the disk, then restart")]
    Stopped,
    /// The disk failed before the commit.
    #[error("the disk failed before the commit")]
    Io(#[source] EngineError),
    /// The engine refused the statement itself: a mistake of ours.
    #[error("the engine refused {statement}")]
    Statement {
        /// The statement's name.
        statement: &'static str,
        /// What the engine said.
        #[source]
        said: EngineError,
    },
}

/// Why the store could not be opened, read or looked after.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file could not be opened as a database.
    #[error("cannot open the database {path}; check that the directory exists and may be written to")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        #[source]
        said: EngineError,
    },
    /// A newer version of the program made the schema.
    #[error(
        "the database has schema version {found}, this program knows versions up to {known}: run a newer \
         version of the program, or restore an older backup"
    )]
    TooNew {
        /// What the database has.
        found: i64,
        /// What we know.
        known: i64,
    },
    /// A migration that was applied reads otherwise in this program.
    #[error(
        "migration {number} ({name}) was applied with another text than this program carries: run the \
         version of the program that made the database"
    )]
    Rewritten {
        /// Its number.
        number: i64,
        /// Its name here.
        name: &'static str,
    },
    /// A migration failed; nothing of it is kept.
    #[error("migration {number} ({name}) failed; the database is as it was before it")]
    Migration {
        /// Its number.
        number: i64,
        /// Its name.
        name: &'static str,
        /// What the engine said.
        #[source]
        said: EngineError,
    },
    /// A read failed.
    #[error("cannot read ({statement})")]
    Read {
        /// The statement's name.
        statement: &'static str,
        /// What the engine said.
        #[source]
        said: EngineError,
    },
    /// A stored value is not what was written there.
    #[error("{statement} found a value that was never written so; check the disk and restore a backup")]
    Corrupt {
        /// The statement's name.
        statement: &'static str,
        /// What is wrong with the value.
        #[source]
        said: EngineError,
    },
    /// The engine found its file damaged.
    #[error("the database is damaged; restore a backup")]
    Damaged(#[source] EngineError),
    /// A backup could not be written.
    #[error("cannot write the backup {path}; check that it does not exist yet and that there is room")]
    Backup {
        /// Where to.
        path: PathBuf,
        /// What went wrong.
        #[source]
        said: EngineError,
    },
    /// A checkpoint failed.
    #[error("cannot move the log into the database file")]
    Checkpoint(#[source] EngineError),
    /// The store has stopped.
    #[error("the store has stopped since a commit failed; check the disk, then restart")]
    Stopped,
}

impl WriteError {
    /// A stable word for metrics and answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "STORE_CONFLICT",
            Self::Refused(refused) => refused.code(),
            Self::Unknown(_) => "STORE_UNKNOWN",
        }
    }

    /// True when the same batch may succeed later. A conflict needs a new batch, made from what is there
    /// now; after `Unknown` the rows must be read first.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Conflict { .. } | Self::Unknown(_) => false,
            Self::Refused(refused) => refused.retryable(),
        }
    }
}

impl Refused {
    /// A stable word for metrics and answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "STORE_BUSY",
            Self::Full => "STORE_FULL",
            Self::ReadOnly => "STORE_READ_ONLY",
            Self::TooLarge { .. } => "STORE_BATCH_TOO_LARGE",
            Self::QueueFull => "STORE_QUEUE_FULL",
            Self::Stopped => "STORE_STOPPED",
            Self::Io(_) => "STORE_IO",
            Self::Statement { .. } => "STORE_STATEMENT",
        }
    }

    fn retryable(&self) -> bool {
        match self {
            Self::Busy | Self::Full | Self::QueueFull | Self::Io(_) => true,
            Self::ReadOnly | Self::TooLarge { .. } | Self::Stopped | Self::Statement { .. } => false,
        }
    }
}

impl StoreError {
    /// A stable word for metrics and answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "STORE_OPEN",
            Self::TooNew { .. } => "STORE_TOO_NEW",
            Self::Rewritten { .. } => "STORE_REWRITTEN",
            Self::Migration { .. } => "STORE_MIGRATION",
            Self::Read { .. } => "STORE_READ",
            Self::Corrupt { .. } => "STORE_CORRUPT",
            Self::Damaged(_) => "STORE_DAMAGED",
            Self::Backup { .. } => "STORE_BACKUP",
            Self::Checkpoint(_) => "STORE_CHECKPOINT",
            Self::Stopped => "STORE_STOPPED",
        }
    }
}
