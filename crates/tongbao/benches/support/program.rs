//! The program itself, as anybody starts it: a simulator, and a server for it.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program, built with the benchmark.
pub(crate) const TONGBAO: &str = env!("CARGO_BIN_EXE_tongbao");

/// A running program. It ends with this value.
pub(crate) struct Program {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From its start to its first answer.
    pub(crate) ready_after: Duration,
}

impl Program {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; what it would have said then, it has said.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Where a simulator and a server keep what they need.
pub(crate) struct Place(PathBuf);

impl Place {
    /// A new directory of this process.
    pub(crate) fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("tongbao-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory");
        Self(directory)
    }

    /// `tongbao simulate`, on the published test keys.
    pub(crate) fn simulate(&self) -> Program {
        self.simulate_with(&[])
    }

    /// The same with more words on its command line.
    pub(crate) fn simulate_with(&self, words: &[&str]) -> Program {
        let address = free_address();
        let mut command = Command::new(TONGBAO);
        command.args(["simulate", "--fixed-keys", "--log", "warn", "--listen"]).arg(address.to_string());
        command.arg("--write-env").arg(self.env_file()).args(words);
        ready(command, address, "/sim/v1/health")
    }

    /// `tongbao init` for that simulator.
    pub(crate) fn init(&self) {
        let mut command = Command::new(TONGBAO);
        command.args(["init", "--yes", "--force", "--dir"]).arg(&self.0);
        let made = command.arg("--simulator").arg(self.env_file()).stdout(Stdio::null()).status();
        assert!(made.expect("the program runs").success(), "a configuration is written");
    }

    /// `tongbao serve` with that configuration, on the database in the directory `data`.
    pub(crate) fn serve(&self, data: &str) -> Program {
        let address = free_address();
        let mut command = Command::new(TONGBAO);
        command.args(["serve", "--config"]).arg(self.0.join("tongbao.toml"));
        command.env("TONGBAO_SERVER__LISTEN", address.to_string());
        command.env("TONGBAO_SERVER__DATA", self.0.join(data)).env("TONGBAO_SERVER__LOG", "warn");
        ready(command, address, "/readyz")
    }

    /// A value of the file that the simulator wrote.
    pub(crate) fn env(&self, key: &str) -> String {
        let text = fs::read_to_string(self.env_file()).expect("the simulator wrote it");
        let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.expect("the simulator names it").trim_matches('\'').to_owned()
    }

    /// The key of the merchant API.
    pub(crate) fn api_key(&self) -> String {
        fs::read_to_string(self.0.join("keys/api_key")).expect("init wrote it")
    }

    fn env_file(&self) -> PathBuf {
        self.0.join("simulator.env")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _left_behind = fs::remove_dir_all(Path::new(&self.0));
    }
}

/// An address nobody listens on.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address")
}

/// Starts it, and asks for `path` until it answers 200.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn ready(mut command: Command, address: SocketAddr, path: &str) -> Program {
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program starts");
    let mut program = Program { child, address, ready_after: Duration::ZERO };
    while !answers(address, path) {
        let ended = program.child.try_wait().expect("a child can be asked");
        assert!(ended.is_none(), "the program ended: {ended:?}");
        assert!(started.elapsed() < READY_WITHIN, "the program is not ready");
        std::thread::sleep(ASK_EVERY);
    }
    program.ready_after = started.elapsed();
    program
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    match asked() {
        Ok(answer) => answer.starts_with("HTTP/1.1 200"),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => false,
        Err(error) => panic!("{address}{path}: {error}"),
    }
}

/// A program that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How exactly readiness is measured.
const ASK_EVERY: Duration = Duration::from_millis(1);
