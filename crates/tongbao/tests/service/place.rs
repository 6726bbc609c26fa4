//! The program, and a directory for one test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub(crate) const TONGBAO: &str = env!("CARGO_BIN_EXE_tongbao");

/// A directory of one test alone, gone with it.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("tongbao-service-{name}-{}", std::process::id()));
        let _left_over = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        Self(place)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

/// A running program, ended with this value.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// `tongbao simulate` on a port of its own, speaking English.
pub(crate) fn simulate(words: &[&str]) -> Command {
    let mut command = Command::new(TONGBAO);
    command.args(["--lang", "en", "simulate", "--listen", "127.0.0.1:0", "--fixed-keys"]).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// What a program says that ends by itself.
pub(crate) fn ended(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// The content of a file once it is there.
#[allow(clippy::disallowed_methods, reason = "another process is waited for, in real time")]
pub(crate) fn once_written(path: &Path) -> String {
    for _ in 0..3000 {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            Ok(_) | Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    panic!("{} was not written within half a minute", path.display());
}
