//! Other programs: each is shown before it runs, gets no input, and has a time limit.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::{Complaint, place};

/// Long enough for a cold build on two slow cores, short enough that a hung program is noticed.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A program with its arguments, not yet started.
pub(crate) struct Program {
    command: Command,
    shown: String,
    limit: Duration,
}

/// The cargo this chore was started by, so that the toolchain stays the same.
pub(crate) fn cargo(arguments: &str) -> Program {
    let path = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Program::new("cargo", Command::new(path)).words(arguments)
}

/// A program of the machine, found on `PATH`.
pub(crate) fn program(name: &str) -> Program {
    Program::new(name, Command::new(name))
}

impl Program {
    fn new(shown: &str, mut command: Command) -> Self {
        command.current_dir(place::root()).stdin(Stdio::null());
        if let Some(path) = path_with_tools() {
            command.env("PATH", path);
        }
        // What `cargo run` told this program about itself is no business of what it starts. Build scripts that
        // look at these (ring's does) would take them for a change and be built anew with all that follows.
        let of_this_run =
            |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|own| name.starts_with(own));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_run)) {
            command.env_remove(name);
        }
        Self { command, shown: shown.to_owned(), limit: LIMIT }
    }

    /// Arguments without spaces in them.
    pub(crate) fn words(self, words: &str) -> Self {
        words.split_whitespace().fold(self, Self::word)
    }

    /// One argument, spaces and all.
    pub(crate) fn word(mut self, word: impl AsRef<OsStr>) -> Self {
        self.shown = format!("{} {}", self.shown, word.as_ref().to_string_lossy());
        self.command.arg(word);
        self
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.shown = format!("{name}={value} {}", self.shown);
        self.command.env(name, value);
        self
    }

    pub(crate) fn in_directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it with its output shown. Anything but success is a complaint.
    pub(crate) fn run(mut self) -> Result<(), Complaint> {
        println!("$ {}", self.shown);
        let child = self.command.spawn().map_err(|error| self.cannot_start(&error))?;
        let status = self.wait(child)?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("`{}` failed ({status}); its output above says why", self.shown)),
        }
    }

    /// Runs it with all its output in a file. Anything but success is a complaint.
    pub(crate) fn run_into(mut self, output: &File) -> Result<(), Complaint> {
        let writer = || output.try_clone().map_err(|error| format!("the output cannot be shared: {error}"));
        let child = self.command.stdout(writer()?).stderr(writer()?).spawn();
        let child = child.map_err(|error| self.cannot_start(&error))?;
        let status = self.wait(child)?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("`{}` failed ({status})", self.shown)),
        }
    }

    /// Whether it starts and succeeds; its output is not shown.
    pub(crate) fn works(mut self) -> bool {
        let quiet = self.command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        quiet.is_ok_and(|child| self.wait(child).is_ok_and(|status| status.success()))
    }

    /// Runs it with its output shown, and gives back the lines of its standard output.
    pub(crate) fn heard(mut self) -> Result<Vec<String>, Complaint> {
        println!("$ {}", self.shown);
        let mut child =
            self.command.stdout(Stdio::piped()).spawn().map_err(|error| self.cannot_start(&error))?;
        let output = child.stdout.take().expect("standard output is piped");
        let mut lines = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| format!("`{}` does not speak text: {error}", self.shown))?;
            println!("{line}");
            lines.push(line);
        }
        let status = self.wait(child)?;
        match status.success() {
            true => Ok(lines),
            false => Err(format!("`{}` failed ({status}); its output above says why", self.shown)),
        }
    }

    /// Gives back the lines of its standard output, without showing them.
    pub(crate) fn heard_quietly(mut self) -> Result<Vec<String>, Complaint> {
        println!("$ {}", self.shown);
        let output =
            self.command.stdout(Stdio::piped()).spawn().map_err(|error| self.cannot_start(&error))?;
        let output = output.wait_with_output().map_err(|error| self.cannot_start(&error))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
            false => Err(format!("`{}` failed ({}); its output above says why", self.shown, output.status)),
        }
    }

    fn wait(&self, mut child: Child) -> Result<ExitStatus, Complaint> {
        let watch = Stopwatch::start();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if watch.elapsed() < self.limit => pause(GLANCE),
                Ok(None) => {
                    // It may end by itself in between; then there is nothing left to stop.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!(
                        "`{}` did not end within {:?} and was stopped",
                        self.shown, self.limit
                    ));
                }
                Err(error) => return Err(format!("`{}` cannot be waited for: {error}", self.shown)),
            }
        }
    }

    fn cannot_start(&self, error: &std::io::Error) -> Complaint {
        format!("`{}` cannot be started: {error}", self.shown)
    }
}

fn path_with_tools() -> Option<std::ffi::OsString> {
    let path = std::env::var_os("PATH")?;
    let own = std::iter::once(place::tools().join("bin"));
    std::env::join_paths(own.chain(std::env::split_paths(&path))).ok()
}

/// Real time, for telling people how long something took.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        #[allow(clippy::disallowed_methods, reason = "chores tell how long they took in real time")]
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

fn pause(time: Duration) {
    #[allow(clippy::disallowed_methods, reason = "chores wait for other programs in real time")]
    std::thread::sleep(time);
}
