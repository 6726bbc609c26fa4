//! A server that is started here, with what it needs in its environment, and ended with everything it
//! started.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::Failure;

/// A running command.
pub struct Child {
    process: std::process::Child,
    log: PathBuf,
    ended: bool,
}

impl Child {
    /// Runs `command` in a shell that has read the env file; what it prints goes to `log`.
    ///
    /// # Errors
    /// [`Failure::System`] when there is no shell or the log cannot be written.
    pub fn start(command: &str, env_file: &Path, log: &Path) -> Result<Self, Failure> {
        let system =
            |what: &Path, error: std::io::Error| Failure::System(what.display().to_string(), error.into());
        let out = File::create(log).map_err(|error| system(log, error))?;
        let also = out.try_clone().map_err(|error| system(log, error))?;
        let env_file = std::path::absolute(env_file).map_err(|error| system(env_file, error))?;
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("set -a\n. \"$CERTIFY_ENV\"\nset +a\n{command}"));
        shell.env("CERTIFY_ENV", &env_file).stdin(Stdio::null()).stdout(out).stderr(also);
        // A group of its own, so that what the command starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        let process = shell.spawn().map_err(|error| system(Path::new("sh"), error))?;
        Ok(Self { process, log: log.to_owned(), ended: false })
    }

    /// # Errors
    /// [`Failure::Ended`] with the end of what it printed.
    pub(super) fn still_runs(&mut self) -> Result<(), Failure> {
        match self.status() {
            None => Ok(()),
            Some(status) => Err(Failure::Ended(format!("{status}\n{}", self.last_words()))),
        }
    }

    /// Ends it: asked first, made to after a while.
    pub async fn stop(mut self) {
        self.signal("TERM");
        for _ in 0..GRACE_LOOKS {
            if self.status().is_some() {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        // The rest goes when this is dropped.
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }

    fn signal(&self, name: &str) {
        let group = self.process.id();
        // Without `unsafe`, only a program can signal a group; the shell has it built in.
        let _gone_already = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -s {name} -- -{group}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }

    fn last_words(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text[text.len().saturating_sub(WORDS_MAX)..]).into_owned();
        let lines: Vec<_> = text.lines().rev().take(LINES_MAX).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.ended {
            self.ended = true;
            self.signal("KILL");
            let _gone_already = self.process.kill();
            let _reaped = self.process.wait();
        }
    }
}

/// Five seconds to end by itself.
const GRACE_LOOKS: usize = 50;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much of what it printed is shown when it ended too early.
const LINES_MAX: usize = 15;
const WORDS_MAX: usize = 8 * 1024;

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::Child;

    #[tokio::test]
    async fn what_the_command_started_ends_with_it() {
        let directory = std::env::temp_dir().join(format!("tongbao-child-test-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let (env, log) = (directory.join("env"), directory.join("log"));
        std::fs::write(&env, "WORD=hello\n").expect("written");
        let child = Child::start("sleep 1000 & echo \"$WORD $!\"; wait", &env, &log).expect("a shell");
        let said = loop {
            let said = std::fs::read_to_string(&log).expect("the log");
            if said.ends_with('\n') {
                break said;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let sleeper = said.trim().strip_prefix("hello ").expect("the env file was read").to_owned();
        let runs = || {
            let state = std::fs::read_to_string(format!("/proc/{sleeper}/stat")).unwrap_or_default();
            let asked = Command::new("kill").args(["-0", &sleeper]).output().expect("kill runs");
            // One that ended may wait to be noticed by whoever inherited it.
            asked.status.success() && !state.contains(" Z ")
        };
        assert!(runs());
        child.stop().await;
        // Dying takes the system a moment; a sleeper that was spared would hold this up for ever.
        while runs() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::fs::remove_dir_all(&directory).expect("the test's own directory");
    }
}
