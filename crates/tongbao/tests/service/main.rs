//! `tongbao simulate` as a service for scripts and test suites of other languages: ready, refused, ended.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, helpers included")]

mod driven;
mod kept;
mod place;
mod ready;
mod refused;
mod wrappers;
