//! Tongbao: everything that runs.
//!
//! Where to look: a payment is created in [`payments::create`](mod@payments::create) and sent in [`payments::pay`](mod@payments::pay); it is decided
//! that it was paid in `tongbao-domain` (`step/observe.rs`), which [`payments::observe`](mod@payments::observe) calls for every
//! notification, query and answer; that decision is written down by `tongbao-store` (`orders/commit.rs`) in
//! the same write as its events and jobs.

pub mod account;
pub mod api;
pub mod api_key;
pub mod app;
pub mod certify;
pub mod cli;
pub mod client_api;
pub mod config;
pub mod console;
pub mod demo;
pub mod failure;
pub mod freshness;
pub mod goods;
pub mod health;
pub mod json;
pub mod lang;
pub mod logging;
pub mod metrics;
pub mod notify;
pub mod numbers;
pub mod openapi;
pub mod payments;
pub mod problem;
pub mod refunds;
pub mod router;
pub mod secret;
pub mod serve;
pub mod sessions;
pub mod start;
pub mod story;
pub mod transition;
pub mod view;
pub mod worker;

pub use tongbao_listen::{listen, tasks};
