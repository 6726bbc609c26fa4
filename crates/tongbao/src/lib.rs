//! Tongbao: everything that runs.
//!
//! Where to look: a payment is created in [`payments::create`] and sent in [`payments::pay`]; it is decided
//! that it was paid in `tongbao-domain` (`step/observe.rs`), which [`payments::observe`] calls for every
//! notification, query and answer; that decision is written down by `tongbao-store` (`orders.rs`) in the
//! same write as its events and jobs.

pub mod config;
pub mod listen;
pub mod secret;
pub mod tasks;
