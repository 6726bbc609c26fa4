//! What `tongbao simulate --write-env` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::outcome::{CliError, Exit};
use crate::config::Words;

/// `KEY=value` lines, values plain or in single quotes as a shell writes them.
pub(super) struct EnvFile {
    values: BTreeMap<String, String>,
    file: String,
}

impl EnvFile {
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            CliError::new(
                Exit::Refused,
                Words::new(format!("读不了 {file}：{error}"), format!("cannot read {file}: {error}")),
                Words::new(
                    format!("先运行 tongbao simulate --write-env {file}"),
                    format!("run tongbao simulate --write-env {file} first"),
                ),
            )
        })?;
        let pair = |line: &str| {
            let (key, value) = line.trim().split_once('=')?;
            Some((key.to_owned(), unquoted(value)))
        };
        Ok(Self { values: text.lines().filter_map(pair).collect(), file })
    }

    /// A value that may be left out.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that must be there.
    pub(super) fn must(&self, key: &str) -> Result<&str, CliError> {
        self.get(key).ok_or_else(|| {
            let file = &self.file;
            CliError::new(
                Exit::Refused,
                Words::new(format!("{file} 里没有 {key}"), format!("{file} has no {key}")),
                Words::new(
                    format!("重新运行 tongbao simulate --write-env {file}"),
                    format!("run tongbao simulate --write-env {file} again"),
                ),
            )
        })
    }
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
        Some(inner) => inner.replace(r"'\''", "'"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn values_are_read_as_a_shell_reads_them() {
        for (written, value) in
            [("plain", "plain"), ("'a b'", "a b"), (r"'it'\''s'", "it's"), ("", ""), ("'", "'")]
        {
            assert_eq!(unquoted(written), value);
        }
    }
}
