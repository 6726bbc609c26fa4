//! The simulator from outside: requests in, answers and notifications out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, helpers included")]

mod bills;
mod books;
mod cashier;
mod certificates;
mod checks;
mod clock;
mod complaints;
mod composing;
mod control;
mod document;
mod faults;
mod generated;
mod inspector;
mod inspector_pages;
mod keeping;
mod keys;
mod malformed;
mod notifications;
mod onboarding;
mod orders;
mod payers;
mod people;
mod reentry;
mod refunds;
mod rows;
mod sealing;
mod server;
mod sharing;
mod tls;
mod transfers;
mod uploads;
mod v2;
mod weixin;
mod wire;
mod world;
