//! The client against a scripted network: no socket, no waiting, every byte seen.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

mod calls;
mod certificates;
mod client_identity;
mod examples;
mod failover;
mod fixtures;
mod http_outbound;
mod keys;
mod notifications;
mod policy;
mod retries;
mod rotation;
mod scripted;
#[cfg(feature = "sm")]
mod sm;
mod weixin;
