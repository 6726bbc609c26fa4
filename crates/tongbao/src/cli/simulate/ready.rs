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
    descriptor: Option<Descriptor>,
    file: Option<&'a PathBuf>,
}

impl ReadyArgs {
    /// Takes hold of the descriptor. To be called before anything else is opened: then a number that was
    /// not handed over is not open, and is told apart from one that was.
    pub(super) fn waiting(&self) -> Result<Waiting<'_>, CliError> {
        Ok(Waiting {
            #[cfg(unix)]
            descriptor: self.ready_fd.map(Descriptor::handed_over).transpose()?,
            file: self.ready_file.as_ref(),
        })
    }
}

impl Waiting<'_> {
    /// Tells everybody, each once.
    pub(super) fn tell(self, address: &str) -> Result<(), CliError> {
        let line = format!("{address}\n");
        #[cfg(unix)]
        if let Some(descriptor) = self.descriptor {
            descriptor.tell(&line)?;
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

/// An open descriptor of the process, known by its number.
#[cfg(unix)]
struct Descriptor {
    number: i32,
    /// A pipe or file, opened once more by its number; nothing for a socket, which cannot be.
    file: Option<std::fs::File>,
}

#[cfg(unix)]
impl Descriptor {
    fn handed_over(number: i32) -> Result<Self, CliError> {
        use std::os::unix::fs::FileTypeExt as _;
        let path = format!("/dev/fd/{number}");
        let is_socket = || std::fs::metadata(&path).is_ok_and(|data| data.file_type().is_socket());
        match std::fs::OpenOptions::new().write(true).open(&path) {
            Ok(file) => Ok(Self { number, file: Some(file) }),
            // What Node.js calls a pipe.
            Err(_) if is_socket() => Ok(Self { number, file: None }),
            Err(error) => Err(Self::refused(number, &error)),
        }
    }

    /// Writes the line, then closes what was handed over, so that a reader sees the end. Standard output
    /// and standard error stay open: others write there too.
    fn tell(self, line: &str) -> Result<(), CliError> {
        use std::io::Write as _;

        use nix::sys::socket::{MsgFlags, send};
        let number = self.number;
        let told = match self.file {
            Some(mut file) => file.write_all(line.as_bytes()),
            None => send(number, line.as_bytes(), MsgFlags::empty()).map(drop).map_err(Into::into),
        };
        let closed = || if number > STANDARD_ERROR { nix::unistd::close(number) } else { Ok(()) };
        told.and_then(|()| closed().map_err(Into::into)).map_err(|error| Self::refused(number, &error))
    }

    fn refused(number: i32, error: &std::io::Error) -> CliError {
        refused("simulate.ready_fd", &format!("--ready-fd {number}"), error)
    }
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
