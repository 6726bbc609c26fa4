//! What is fuzzed, as functions: the fuzzer calls them with what it invents, and a test of crate tongbao
//! with the inputs in `corpus/`.
//!
//! None may panic, hang or allocate without bound, whatever the bytes; what each promises beyond that is
//! asserted.

mod targets;

pub use targets::{authorization, bill, notification, pkcs12, xml};
