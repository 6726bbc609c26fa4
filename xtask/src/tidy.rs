//! `cargo xtask tidy`: mends what tools can mend by themselves.

use crate::arguments::Arguments;
use crate::process::cargo;
use crate::{Complaint, tools};

pub(crate) fn tidy(arguments: Arguments) -> Result<(), Complaint> {
    arguments.end()?;
    tools::component("fmt", "rustfmt")?;
    tools::component("clippy", "clippy")?;
    cargo("clippy --workspace --all-targets --fix --allow-dirty --allow-staged").run()?;
    cargo("fmt --all").run()
}
