//! `APIv2` against a scripted network: no socket, no waiting, every byte seen.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

mod bills;
mod cashier;
mod checks;
mod codes;
mod course;
mod failures;
mod notifications;
mod orders;
mod platform;
mod refunds;
mod tools;
mod vectors;
mod xml;
