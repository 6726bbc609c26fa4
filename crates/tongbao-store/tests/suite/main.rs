//! What a store must do, whichever engine it runs on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod batches;
mod commits;
mod durability;
mod engine;
mod faults;
mod idempotency;
mod inbox;
mod jobs;
mod lives;
mod pages;
mod schema;
mod sessions;
mod sql;
mod world;
