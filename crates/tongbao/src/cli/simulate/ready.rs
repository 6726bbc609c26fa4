//! How `tongbao simulate` tells a script that it is ready: one line with its address, on a descriptor or in
//! a file.

use std::path::PathBuf;

use clap::Args;

use super::super::outcome::{CliError, Exit};
use crate::config::Words;

/// Who is told.
#[derive(Args)]
pub(super) struct ReadyArgs {
    /// Write the address to this open file descriptor once ready, then close it   就绪后把地址写到此文件描述符并关闭
    #[cfg(unix)]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    ready_fd: Option<i32>,
    /// Write the address into this file once ready   就绪后把地址写入此文件
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// Those who wait for it.
pub(super) struct Waiting<'a> {
    #[cfg(unix)]
    descriptor: Option<(i32, std::fs::File)>,
    file: Option<&'a PathBuf>,
}

impl ReadyArgs {
    /// Takes hold of the descriptor. To be called before anything else is opened: then a number that was
    /// not handed over is not open, and is told apart from one that was.
    pub(super) fn waiting(&self) -> Result<Waiting<'_>, CliError> {
        Ok(Waiting {
            #[cfg(unix)]
            descriptor: self.ready_fd.map(|number| opened(number).map(|file| (number, file))).transpose()?,
            file: self.ready_file.as_ref(),
        })
    }
}

#[cfg(unix)]
fn opened(number: i32) -> Result<std::fs::File, CliError> {
    let file = std::fs::OpenOptions::new().write(true).open(format!("/dev/fd/{number}"));
    file.map_err(|error| refused("simulate.ready_fd", &format!("--ready-fd {number}"), &error))
}

impl Waiting<'_> {
    /// Tells everybody, each once.
    pub(super) fn tell(self, address: &str) -> Result<(), CliError> {
        let line = format!("{address}\n");
        #[cfg(unix)]
        if let Some((number, file)) = self.descriptor {
            tell_descriptor(number, file, &line)
                .map_err(|error| refused("simulate.ready_fd", &format!("--ready-fd {number}"), &error))?;
        }
        let Some(path) = self.file else {
            return Ok(());
        };
        // Moved into place, so that nobody reads half of it.
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        std::fs::write(&draft, line).and_then(|()| std::fs::rename(&draft, path)).map_err(|error| {
            refused("simulate.ready_file", &format!("--ready-file {}", path.display()), &error)
        })
    }
}

/// Writes the line, then closes what was handed over, so that a reader sees the end. Standard output and
/// standard error stay open: others write there too.
#[cfg(unix)]
fn tell_descriptor(number: i32, mut file: std::fs::File, line: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    file.write_all(line.as_bytes())?;
    drop(file);
    if number > STANDARD_ERROR { nix::unistd::close(number).map_err(Into::into) } else { Ok(()) }
}

fn refused(code: &'static str, what: &str, error: &std::io::Error) -> CliError {
    CliError::new(
        Exit::Refused,
        Words::new(format!("{what} 不能写：{error}"), format!("{what} cannot be written: {error}")),
        Words::new(
            "给出一个已打开、可写的管道或文件，例如 --ready-fd 3 3>就绪",
            "hand over a pipe or file that is open for writing, such as --ready-fd 3 3>ready",
        ),
    )
    .coded(code)
}

#[cfg(unix)]
const STANDARD_ERROR: i32 = 2;
