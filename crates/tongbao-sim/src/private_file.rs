//! Files that only their owner may read.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes `path` anew and moves it into place, so that nobody reads half of it or keeps an old file's
/// permissions.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        if let Ok(left_over) = std::fs::metadata(&draft) {
            let mut permissions = left_over.permissions();
            permissions.set_mode(0o600);
            std::fs::set_permissions(&draft, permissions)?;
        }
    }
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

/// Makes an empty file for its owner alone, unless it is there; takes the rights of others away when it is.
#[cfg(feature = "data")]
pub(crate) fn make(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}
