//! How a benchmark was asked to run.

/// In full, or only to see that it works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By `cargo bench`, which says so.
    Full,
    /// By anyone else, such as `cargo test --benches`.
    Brief,
}

impl Asked {
    /// What the command line says; nothing when a test runner asks which tests are in here: there are none.
    pub(crate) fn by_command_line() -> Option<Self> {
        let asked = |flag| std::env::args().any(|argument| argument == flag);
        match (asked("--list"), asked("--bench") && !asked("--test")) {
            (true, _) => None,
            (false, true) => Some(Self::Full),
            (false, false) => Some(Self::Brief),
        }
    }
}
