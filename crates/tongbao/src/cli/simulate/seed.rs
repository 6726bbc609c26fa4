//! What `tongbao simulate` begins with, from a file.

use std::path::Path;

use tongbao_sim::{Seed, SeedError, Settings, SimError};

use super::super::outcome::{CliError, Exit};
use crate::config::Words;

/// Reads the file and puts it into the settings.
pub(super) fn plant(settings: &mut Settings, path: &Path) -> Result<(), CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::system(&path.display().to_string(), &error).coded("simulate.seed_file"))?;
    Seed::from_toml(&text).and_then(|seed| settings.plant(seed)).map_err(|error| refused(path, &error))
}

fn refused(path: &Path, error: &SeedError) -> CliError {
    let code = match error {
        SeedError::Unreadable { .. } => "simulate.seed_unreadable",
        SeedError::TooLarge => "simulate.seed_too_large",
        SeedError::Refused { .. } | SeedError::StartOnly { .. } => "simulate.seed_refused",
    };
    unusable(path, &error.to_string()).coded(code)
}

/// The world did not begin: as for any settings, but that a seed's past names its file.
pub(super) fn not_begun(path: Option<&Path>, error: &SimError) -> CliError {
    match (path, error) {
        (Some(path), SimError::Settings { field: "seed", reason }) => {
            unusable(path, reason).coded("simulate.seed_refused")
        }
        _ => super::tls::refused(error),
    }
}

fn unusable(path: &Path, why: &str) -> CliError {
    let path = path.display();
    CliError::new(
        Exit::Refused,
        Words::new(format!("种子文件 {path} 不可用：{why}"), format!("the seed file {path}: {why}")),
        Words::new(
            "格式见 docs/simulator.md 的 Seed file 一节",
            "docs/simulator.md has the format under Seed file",
        ),
    )
}
