//! Files that only their owner can read, and that are never overwritten unasked.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::cli::outcome::{CliError, Exit};
use crate::config::Words;

/// Where a configuration and its `keys/` are written.
pub(super) struct Directory {
    pub(super) path: PathBuf,
}

/// Whether a key was made or was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Made now.
    Now,
    /// There before, and kept: it may have been typed into the merchant platform.
    Before,
}

impl Directory {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    /// Refuses when the file is there and nobody said `--force`.
    pub(super) fn refuse_overwriting(&self, name: &str, force: bool) -> Result<(), CliError> {
        let path = self.path.join(name);
        if force || !path.exists() {
            return Ok(());
        }
        let file = path.display();
        Err(CliError::new(
            Exit::Refused,
            Words::new(
                format!("{file} 已经存在，没有改动它"),
                format!("{file} is there already and was left alone"),
            ),
            Words::new(
                "换一个 --dir，或用 --force 重写它（密钥保留）",
                "choose another --dir, or --force to write it anew (keys are kept)",
            ),
        ))
    }

    /// Writes a secret into `keys/`, unless it is there.
    pub(super) fn secret(&self, name: &str, text: &str) -> Result<Written, CliError> {
        let path = self.keys()?.join(name);
        match private().create_new(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => Ok(Written::Now),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Written::Before),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    /// Writes a secret into `keys/`, in the place of the one that is there.
    pub(super) fn replaced_secret(&self, name: &str, text: &str) -> Result<(), CliError> {
        let path = self.keys()?.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&path, &error)),
            Ok(()) | Err(_) => {}
        }
        self.secret(name, text).map(|_| ())
    }

    /// Writes the configuration.
    pub(super) fn config(&self, name: &str, text: &str) -> Result<(), CliError> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, &error))
    }

    /// `keys/`, made on need, for its owner only and never for a repository.
    fn keys(&self) -> Result<PathBuf, CliError> {
        let keys = self.path.join("keys");
        let made = || -> io::Result<()> {
            fs::create_dir_all(&self.path)?;
            if !keys.is_dir() {
                private_directory().create(&keys)?;
                fs::write(keys.join(".gitignore"), "*\n")?;
            }
            Ok(())
        };
        made().map_err(|error| failed(&keys, &error))?;
        Ok(keys)
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn private_directory() -> DirBuilder {
    #[allow(unused_mut, reason = "changed on Unix only")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn failed(path: &Path, error: &io::Error) -> CliError {
    CliError::system(&path.display().to_string(), error)
}
