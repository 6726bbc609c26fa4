//! Licences, bans, sources and advisories of the dependencies.

use std::path::PathBuf;

use crate::process::cargo;
use crate::{Complaint, tools};

/// Checks `deny.toml`. The note says so when advisories could not be checked.
pub(crate) fn check() -> Result<Option<String>, Complaint> {
    tools::deny()?;
    cargo("deny --workspace --all-features check licenses bans sources").run()?;
    let databases = advisory_databases();
    let has_database = std::fs::read_dir(&databases)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.path().is_dir()));
    if !has_database {
        return Ok(Some(format!(
            "advisories were NOT checked: there is no advisory database in {}; \
             `cargo deny fetch db` downloads it from GitHub",
            databases.display()
        )));
    }
    cargo("deny --workspace --all-features check --disable-fetch advisories").run()?;
    Ok(None)
}

/// Where cargo-deny keeps what it has fetched.
fn advisory_databases() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    home.unwrap_or_default().join("advisory-dbs")
}
