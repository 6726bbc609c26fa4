//! `cargo xtask peers`: clients written by others, from login to refund against the real simulator.
//!
//! The clients are installed from their registries into `target/peers`, once for each lock file; the suites
//! in `peers/` run side by side, each with a simulator of its own.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::process::{Stopwatch, cargo, program};
use crate::{Complaint, place, tools};

/// One client in one mode.
#[derive(Clone, Copy)]
struct Suite {
    client: &'static str,
    registry: Registry,
    /// The script under `peers/`, and its arguments.
    script: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Registry {
    PyPi,
    Npm,
}

const SUITES: [Suite; 11] = [
    suite(Registry::PyPi, "wechatpayv3", "wechatpayv3_suite.py certificate address"),
    suite(Registry::PyPi, "wechatpayv3", "wechatpayv3_suite.py certificate proxy"),
    suite(Registry::PyPi, "wechatpayv3", "wechatpayv3_suite.py public-key proxy"),
    suite(Registry::PyPi, "wechatpayv3", "wechatpayv3_scenes.py"),
    suite(Registry::PyPi, "wechatpy", "wechatpy_suite.py"),
    suite(Registry::Npm, "wechatpay-axios-plugin", "axios_plugin_v3.js certificate"),
    suite(Registry::Npm, "wechatpay-axios-plugin", "axios_plugin_v3.js public-key"),
    suite(Registry::Npm, "wechatpay-axios-plugin", "axios_plugin_v2.js MD5"),
    suite(Registry::Npm, "wechatpay-axios-plugin", "axios_plugin_v2.js HMAC-SHA256"),
    suite(Registry::Npm, "wechatpay-node-v3", "node_v3.js"),
    suite(Registry::Npm, "tenpay", "tenpay_v2.js"),
];

const fn suite(registry: Registry, client: &'static str, script: &'static str) -> Suite {
    Suite { client, registry, script }
}

/// Suites at once. They wait more than they compute.
const WORKERS: usize = 4;
/// A suite needs a few seconds, also on a busy machine.
const SUITE_LIMIT: Duration = Duration::from_secs(120);

/// How one suite went.
struct Outcome {
    suite: Suite,
    took: Duration,
    result: Result<(), Complaint>,
}

pub(crate) fn from_arguments(mut arguments: Arguments) -> Result<(), Complaint> {
    let only = arguments.values("--only")?;
    arguments.end()?;
    let asked =
        |suite: &Suite| only.is_empty() || only.iter().any(|word| suite.script.contains(word.as_str()));
    let suites: Vec<Suite> = SUITES.into_iter().filter(asked).collect();
    if suites.is_empty() {
        let scripts = SUITES.map(|suite| suite.script).join(", ");
        return Err(format!("no suite is named so; there are: {scripts}"));
    }
    cargo("build --locked -p tongbao --bins").run()?;
    run(&suites)
}

/// All suites, against the binary that is there.
pub(crate) fn test() -> Result<(), Complaint> {
    run(&SUITES)
}

fn run(suites: &[Suite]) -> Result<(), Complaint> {
    let needs = |registry| suites.iter().any(|suite| suite.registry == registry);
    if needs(Registry::PyPi) {
        install_from_pypi()?;
    }
    if needs(Registry::Npm) {
        install_from_npm()?;
    }
    let logs = folder().join("logs");
    fs::create_dir_all(&logs).map_err(|error| format!("{} cannot be made: {error}", logs.display()))?;
    let waiting = Mutex::new(suites.iter().rev().copied().collect::<Vec<_>>());
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(suites.len()) {
            scope.spawn(|| {
                while let Some(suite) = next(&waiting) {
                    let outcome = suite.take();
                    outcomes.lock().expect("no suite panics").push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().expect("no suite panics");
    outcomes.sort_by_key(|outcome: &Outcome| {
        suites.iter().position(|suite| suite.script == outcome.suite.script)
    });
    sum_up(&outcomes)
}

fn next(waiting: &Mutex<Vec<Suite>>) -> Option<Suite> {
    waiting.lock().expect("no suite panics").pop()
}

impl Suite {
    fn take(self) -> Outcome {
        let watch = Stopwatch::start();
        let result = self.run();
        Outcome { suite: self, took: watch.elapsed(), result }
    }

    /// A complaint is what the suite said before it failed.
    fn run(self) -> Result<(), Complaint> {
        let log = folder().join("logs").join(self.script.replace(' ', "-") + ".log");
        let output =
            File::create(&log).map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let scripts = place::root().join("peers").join(self.registry.folder());
        let interpreter = match self.registry {
            Registry::PyPi => program(&python().to_string_lossy()).set("PYTHONDONTWRITEBYTECODE", "1"),
            Registry::Npm => program("node")
                .set("NODE_PATH", &self.registry.installed().join("node_modules").to_string_lossy()),
        };
        interpreter
            .words(self.script)
            .set("TONGBAO", &place::tongbao().to_string_lossy())
            .in_directory(&scripts)
            .within(SUITE_LIMIT)
            .run_into(&output)
            .map_err(|why| format!("{why}\n{}", fs::read_to_string(&log).unwrap_or_default()))
    }
}

impl Registry {
    fn name(self) -> &'static str {
        match self {
            Self::PyPi => "PyPI",
            Self::Npm => "npm",
        }
    }

    /// Of the scripts in `peers/`, and of the installation in `target/peers`.
    fn folder(self) -> &'static str {
        match self {
            Self::PyPi => "python",
            Self::Npm => "node",
        }
    }

    fn installed(self) -> PathBuf {
        folder().join(self.folder())
    }

    /// Whether this lock file is what was installed here last. Told only after an installation that ended well.
    fn is_installed(self, lock: &str) -> bool {
        fs::read_to_string(self.installed().join(INSTALLED)).is_ok_and(|installed| installed == lock)
    }

    fn note_installed(self, lock: &str) -> Result<(), Complaint> {
        write(&self.installed().join(INSTALLED), lock)
    }
}

/// Beside an installation: the lock file it was made from.
const INSTALLED: &str = "installed-from";

fn folder() -> PathBuf {
    place::target().join("peers")
}

fn python() -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    Registry::PyPi.installed().join(programs).join("python")
}

fn install_from_pypi() -> Result<(), Complaint> {
    tools::python()?;
    let requirements = place::root().join("peers/python/requirements.txt");
    let lock = read(&requirements)?;
    let works =
        || program(&python().to_string_lossy()).words("-c").word("import wechatpayv3, wechatpy").works();
    if Registry::PyPi.is_installed(&lock) && works() {
        return Ok(());
    }
    program("python3").words("-m venv --clear").word(Registry::PyPi.installed()).run().map_err(|why| {
        format!("no virtual environment could be made (on Debian: apt-get install python3-venv): {why}")
    })?;
    program(&python().to_string_lossy())
        .words("-m pip install --quiet --disable-pip-version-check --require-hashes -r")
        .word(&requirements)
        .run()
        .map_err(|why| format!("the clients could not be installed; is PyPI reachable? {why}"))?;
    Registry::PyPi.note_installed(&lock)
}

fn install_from_npm() -> Result<(), Complaint> {
    tools::node()?;
    let source = place::root().join("peers/node");
    let (package, lock) = (read(&source.join("package.json"))?, read(&source.join("package-lock.json"))?);
    let home = Registry::Npm.installed();
    if Registry::Npm.is_installed(&lock) && home.join("node_modules").is_dir() {
        return Ok(());
    }
    fs::create_dir_all(&home).map_err(|error| format!("{} cannot be made: {error}", home.display()))?;
    write(&home.join("package.json"), &package)?;
    write(&home.join("package-lock.json"), &lock)?;
    program("npm")
        .words("ci --no-audit --no-fund --ignore-scripts")
        .in_directory(&home)
        .run()
        .map_err(|why| format!("the clients could not be installed; is the npm registry reachable? {why}"))?;
    Registry::Npm.note_installed(&lock)
}

fn read(path: &PathBuf) -> Result<String, Complaint> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn write(path: &PathBuf, text: &str) -> Result<(), Complaint> {
    fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn sum_up(outcomes: &[Outcome]) -> Result<(), Complaint> {
    let mut failed = Vec::new();
    println!();
    for Outcome { suite: Suite { client, registry, script }, took, result } in outcomes {
        let passed = result.is_ok();
        let word = if passed { "passed" } else { "FAILED" };
        println!("{word}  {:<5} {client:<23} {script:<42} {:>5.1} s", registry.name(), took.as_secs_f32());
        if let Err(complaint) = result {
            println!("{complaint}");
            failed.push(*script);
        }
    }
    println!("{} passed, {} failed", outcomes.len() - failed.len(), failed.len());
    match failed.is_empty() {
        true => Ok(()),
        false => Err(format!("clients that could not go from login to refund: {}", failed.join(", "))),
    }
}
