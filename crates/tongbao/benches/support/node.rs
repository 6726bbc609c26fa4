//! The Node handler of `benches/reference`, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::platform;

/// A running Node handler.
pub(crate) struct Node {
    child: Child,
    database: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Node {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Every notification must have done its work.
    pub(crate) fn check(&mut self, count: usize) {
        self.child.kill().expect("the child runs");
        self.child.wait().expect("the child ends");
        assert_eq!(paid_orders(&self.database), count, "the Node handler wrote every payment");
    }
}

/// Starts it, installing its packages when they are missing; says why when it cannot.
#[allow(clippy::print_stdout, reason = "a benchmark says what it could not measure")]
pub(crate) fn start(directory: &Path, orders: usize) -> Option<Node> {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../benches/reference");
    if !home.join("node_modules").exists() {
        let installed =
            Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&home).status();
        if !installed.is_ok_and(|status| status.success()) {
            println!("node: its packages could not be installed");
            return None;
        }
    }
    let database = directory.join(format!("node-{}.db", std::process::id()));
    for file in ["", "-wal", "-shm"] {
        let mut left_over = database.clone().into_os_string();
        left_over.push(file);
        let _none_in_the_first_round = std::fs::remove_file(left_over);
    }
    let child = Command::new("node")
        .arg("notify.mjs")
        .env("DATABASE", &database)
        .env("ORDERS", orders.to_string())
        .env("PLATFORM_PUBLIC_KEY", directory.join("platform.pem"))
        .env("PLATFORM_PUBLIC_KEY_ID", platform::PUBLIC_KEY_ID)
        .env("APIV3_KEY", std::str::from_utf8(platform::APIV3_KEY).expect("ASCII"))
        .env("MCHID", platform::MCHID)
        .env("APPID", platform::APPID)
        .env("TOTAL", platform::TOTAL.to_string())
        .current_dir(&home)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("node: {error}");
            return None;
        }
    };
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = lines.next()?.ok()?.trim().parse().ok()?;
    Some(Node { child, database, address })
}

/// How many orders the Node handler moved to paid.
fn paid_orders(database: &Path) -> usize {
    let script = "const D=require('better-sqlite3');console.log(new D(process.argv[1],{readonly:true})\
                  .prepare(\"select count(*) n from orders where state='paid'\").get().n)";
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../benches/reference");
    let output = Command::new("node")
        .args(["-e", script])
        .arg(database)
        .current_dir(home)
        .output()
        .expect("node runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a count")
}
