//! Where things are.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root")
}

/// The target directory this very program was built into (`…/debug/xtask`), wherever that was asked to be.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a running program has a path");
    program.ancestors().nth(2).expect("programs lie in target/PROFILE").to_owned()
}

/// The binary the tests have built: the same features and profile, so it is built once.
pub(crate) fn tongbao() -> PathBuf {
    target().join("debug").join(format!("tongbao{EXE_SUFFIX}"))
}

/// Tools that had to be built are kept here, so that nothing outside of the checkout changes.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}
