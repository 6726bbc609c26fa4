//! All SQL, behind a narrow waist of two verbs: [`Store::read`] and [`Store::write`].
//!
//! A write is a [`Batch`]: statements, each with the number of rows it must touch, applied whole or not at
//! all. The version guard in `orders` does the work of a lock; an order, its events and its jobs go in one
//! batch ([`orders::commit_step`]). SQL is written for SQLite and PostgreSQL alike and lives in one file
//! per noun; only `engine` knows which database runs it.
//!
//! Where to look: that an order was paid is written down in `orders/commit.rs`; the thread that shares one
//! fsync among many batches is `engine/writer.rs`; every column is explained in `migrations/`.

mod batch;
mod engine;
mod error;
mod fault;
mod migrations;
mod store;

pub mod events;
pub mod facts;
pub mod idempotency;
pub mod inbox;
pub mod jobs;
pub mod orders;
pub mod sessions;

pub use batch::{Applied, BATCH_BYTES_MAX, Batch, Rows, STATEMENTS_MAX, Sql, Statement, Value};
pub use engine::{Reader, Row};
pub use error::{EngineError, Refused, StoreError, WriteError};
pub use fault::Fault;
pub use migrations::schema_version;
pub use store::{Options, Store};

/// Every statement the nouns run, so that a test can look at each on each engine.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    [
        orders::SQL,
        events::SQL,
        jobs::SQL,
        inbox::SQL,
        idempotency::SQL,
        sessions::SQL,
        facts::SQL,
        migrations::SQL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
