//! The one place that knows on which engines the suite runs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tongbao_store::{Options, Store};

/// Runs a test on a fresh store of each engine.
pub(crate) fn on_each_engine(test: impl AsyncFn(Store)) {
    block_on(test(Store::in_memory_inline().unwrap()));
    let directory = Directory::new();
    block_on(test(Store::open(&directory.database(), &Options::default()).unwrap()));
}

/// Runs a test on a fresh database file.
pub(crate) fn on_disk(test: impl AsyncFn(&Path)) {
    let directory = Directory::new();
    block_on(test(&directory.database()));
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

/// A directory that goes away with the test.
struct Directory(PathBuf);

static DIRECTORIES: AtomicU32 = AtomicU32::new(0);

impl Directory {
    fn new() -> Self {
        let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tongbao-store-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("tongbao.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that stays behind is the system's to clean; it must not fail a test that passed.
        let _stays_behind = std::fs::remove_dir_all(&self.0);
    }
}
