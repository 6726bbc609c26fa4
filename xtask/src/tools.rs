//! What the steps need, and how it comes onto the machine when it is missing.

use crate::process::{cargo, program};
use crate::{Complaint, place};

/// `cargo nextest`: runs each test in a process of its own, with a time limit.
pub(crate) fn nextest() -> Result<(), Complaint> {
    built("nextest", "0.9.143")
}

/// `cargo deny`: licences, bans, sources and advisories of the dependencies.
pub(crate) fn deny() -> Result<(), Complaint> {
    built("deny", "0.20.2")
}

/// `cargo fuzz`: feeds parsers with what nobody would send.
pub(crate) fn fuzz() -> Result<(), Complaint> {
    built("fuzz", "0.13.2")
}

/// `cargo public-api`: lists what a crate shows to others.
pub(crate) fn public_api() -> Result<(), Complaint> {
    built("public-api", "0.52.0")
}

/// A cargo subcommand, built from crates.io when the machine has none.
fn built(name: &str, version: &str) -> Result<(), Complaint> {
    if cargo(name).word("--version").works() {
        return Ok(());
    }
    println!("cargo-{name} is missing and is built once, into the target directory");
    cargo(&format!("install --locked --debug --version {version} cargo-{name}"))
        .word("--root")
        .word(place::tools())
        // Without debug information and optimisation it is built in half the time, and is fast enough.
        .set("CARGO_PROFILE_DEV_DEBUG", "0")
        .run()
        .map_err(|why| format!("cargo-{name} is missing and could not be installed: {why}"))
}

/// `rustfmt` or `clippy`: parts of the toolchain that a minimal installation leaves out.
pub(crate) fn component(subcommand: &str, component: &str) -> Result<(), Complaint> {
    if cargo(subcommand).word("--version").works() {
        return Ok(());
    }
    program("rustup")
        .words("component add")
        .word(component)
        .run()
        .map_err(|why| format!("the toolchain has no {component} and rustup could not add it: {why}"))
}

/// Node, which runs the mini program's client and drives the browser. It is expected on the machine.
pub(crate) fn node() -> Result<(), Complaint> {
    match program("node")
        .words("-e")
        .word("process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)")
        .works()
    {
        true => Ok(()),
        false => Err("Node 18 or later is needed and `node` does not run as such; install it from \
                      https://nodejs.org or with the system's packages"
            .to_owned()),
    }
}

/// Python, which runs clients from PyPI. It is expected on the machine.
pub(crate) fn python() -> Result<(), Complaint> {
    let old = "import sys; sys.exit(sys.version_info < (3, 10))";
    match program("python3").words("-c").word(old).works() {
        true => Ok(()),
        false => Err("Python 3.10 or later is needed and `python3` does not run as such; install it from \
                      https://www.python.org or with the system's packages"
            .to_owned()),
    }
}

/// Packages of the system, where they can be installed without asking a person.
pub(crate) fn system_packages(packages: &[&str]) -> Result<(), Complaint> {
    let list = packages.join(" ");
    let by_hand = format!("install by hand: {list} (on Debian: apt-get install {list})");
    if !program("apt-get").word("--version").works() {
        return Err(format!("this machine has no apt-get; {by_hand}"));
    }
    let is_root = program("sh").word("-c").word("test \"$(id -u)\" = 0").works();
    let apt = || match is_root {
        true => program("apt-get"),
        false => program("sudo").words("-n apt-get"),
    };
    if !is_root && !program("sudo").words("-n true").works() {
        return Err(format!("installing packages needs root or sudo without a password; {by_hand}"));
    }
    // A package list that is old still often knows the package; only the installation must succeed.
    if let Err(why) = apt().words("update -q").run() {
        println!("the package list could not be renewed: {why}");
    }
    apt()
        .words("install -q -y --no-install-recommends")
        .words(&list)
        .set("DEBIAN_FRONTEND", "noninteractive")
        .run()
        .map_err(|why| format!("apt-get could not install what is missing: {why}; {by_hand}"))
}
