//! The wrappers of `docs/wrappers`, run by the languages they are for.

use std::path::PathBuf;
use std::process::Command;

use crate::place::{TONGBAO, ended};

fn suite(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/service").join(name)
}

fn wrappers() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/wrappers")
}

#[track_caller]
fn passes(mut command: Command) {
    command.env("TONGBAO", TONGBAO).env("WRAPPERS", wrappers());
    let (exit, said) = ended(command);
    assert_eq!(exit, Some(0), "{said}");
}

#[test]
fn the_wrapper_for_node_starts_pays_and_stops() {
    let mut node = Command::new("node");
    node.arg(suite("suite.mjs"));
    passes(node);
}

#[test]
fn the_wrapper_for_python_starts_pays_and_stops() {
    let mut python = Command::new("python3");
    // Nothing is written beside the wrapper.
    python.arg("-B").arg(suite("suite.py"));
    passes(python);
}
