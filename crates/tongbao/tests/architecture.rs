//! The walls of the house: what may know what, and what is absent where (docs/ARCHITECTURE.md).

#[path = "architecture/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use source::{Source, below, of_crate, root};

/// Who may depend on whom, for building and for testing alike. An exception would be named here.
const ARROWS: [(&str, &[&str]); 8] = [
    ("tongbao-wire", &[]),
    ("tongbao-listen", &[]),
    ("tongbao-sdk", &["tongbao-wire"]),
    ("tongbao-sim", &["tongbao-wire", "tongbao-listen"]),
    ("tongbao-domain", &["tongbao-wire"]),
    ("tongbao-store", &["tongbao-wire", "tongbao-domain"]),
    (
        "tongbao",
        &["tongbao-wire", "tongbao-listen", "tongbao-domain", "tongbao-store", "tongbao-sdk", "tongbao-sim"],
    ),
    ("xtask", &[]),
];

/// Everything the two pure crates are built with: nothing that waits, listens, stores or draws lots.
const PURE: [(&str, &[&str]); 2] = [
    ("tongbao-domain", &["serde", "thiserror", "tongbao-wire"]),
    ("tongbao-wire", &["getrandom", "jiff", "serde", "serde_json", "thiserror"]),
];

/// Crates that may be depended on by these only, for building.
const RESERVED: [(&str, &[&str]); 5] = [
    // The judge signs with another library than the one it judges.
    ("aws-lc-rs", &["tongbao-sdk", "tongbao"]),
    ("ring", &["tongbao-sim"]),
    ("rsa", &["tongbao-sim"]),
    // The client that calls the platform, and the postman who brings its notifications.
    ("reqwest", &["tongbao-sdk", "tongbao-sim"]),
    ("rusqlite", &["tongbao-store"]),
];

/// The one place in a crate that starts tasks.
const STARTS_TASKS: [&str; 1] = ["crates/tongbao-listen/src/tasks.rs"];

/// Features that switch on the real clock and real chance: a simulator inside of somebody's tests.
const SYSTEM_FEATURES: [&str; 1] = ["tongbao-sim/server"];

const LINES_MAX: usize = 600;

/// A dependency as a manifest names it.
struct Dependency {
    name: String,
    for_tests: bool,
    features: Vec<String>,
}

/// What cargo knows of the workspace's packages.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root());
    let output = metadata.output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("cargo answers with JSON");
    list(&answer["packages"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

/// Every feature of every package, with what it switches on.
fn features() -> Vec<(String, String, Vec<String>)> {
    let of_package = |package: &Value| {
        let features = package["features"].as_object().expect("a table").clone();
        let name = text(&package["name"]);
        features
            .into_iter()
            .map(move |(feature, on)| (name.clone(), feature, list(&on).iter().map(text).collect()))
    };
    packages().iter().flat_map(of_package).collect()
}

fn manifests() -> BTreeMap<String, Vec<Dependency>> {
    let dependency = |one: &Value| Dependency {
        name: text(&one["name"]),
        for_tests: one["kind"] == "dev",
        features: list(&one["features"]).iter().map(text).collect(),
    };
    let dependencies = |package: &Value| list(&package["dependencies"]).iter().map(dependency).collect();
    packages().iter().map(|package| (text(&package["name"]), dependencies(package))).collect()
}

#[track_caller]
fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

#[test]
fn crates_know_only_those_the_arrows_allow() {
    let manifests = manifests();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let present: BTreeSet<&str> = manifests.keys().map(String::as_str).collect();
    assert_eq!(present, known, "every crate of the workspace has its arrows");
    let mut found = Vec::new();
    for (name, allowed) in ARROWS {
        // A crate may name itself, to test itself with a feature switched on.
        let others =
            manifests[name].iter().filter(|one| known.contains(one.name.as_str()) && one.name != name);
        let strangers = others.filter(|one| !allowed.contains(&one.name.as_str()));
        found.extend(strangers.map(|one| format!("{name} → {}", one.name)));
    }
    none(found, "arrows that are not in the map");
}

#[test]
fn the_pure_crates_are_built_with_nothing_that_acts() {
    let manifests = manifests();
    let mut found = Vec::new();
    for (name, allowed) in PURE {
        let built_with = manifests[name].iter().filter(|one| !one.for_tests);
        let strangers = built_with.filter(|one| !allowed.contains(&one.name.as_str()));
        found.extend(strangers.map(|one| format!("{name} → {}", one.name)));
    }
    none(found, "a pure crate is built with something new");
}

#[test]
fn some_libraries_belong_to_one_side_only() {
    let mut found = Vec::new();
    for (name, dependencies) in manifests() {
        for one in dependencies.iter().filter(|one| !one.for_tests) {
            let owners = RESERVED.iter().find(|(library, _)| *library == one.name).map(|(_, owners)| owners);
            if owners.is_some_and(|owners| !owners.contains(&name.as_str())) {
                found.push(format!("{name} → {}", one.name));
            }
        }
    }
    none(found, "libraries that belong to others");
}

#[test]
fn only_the_program_can_reach_the_real_clock_and_real_chance() {
    let mut found = Vec::new();
    for (name, dependencies) in manifests().iter().filter(|(name, _)| name.as_str() != "tongbao") {
        let wire = dependencies.iter().filter(|one| one.name == "tongbao-wire" && !one.for_tests);
        let real = wire.filter(|one| one.features.iter().any(|feature| feature == "system"));
        found.extend(real.map(|_| name.clone()));
    }
    none(found, "built with the feature `system` of tongbao-wire");
    let switched_on =
        features().into_iter().filter(|(_, _, on)| on.iter().any(|one| one == "tongbao-wire/system"));
    let switched_on: Vec<_> = switched_on.map(|(name, feature, _)| format!("{name}/{feature}")).collect();
    assert_eq!(switched_on, SYSTEM_FEATURES, "features that reach the real clock and real chance");
}

#[test]
fn only_the_commands_and_the_demo_mention_the_simulator() {
    let allowed = |path: &str| {
        let inside = path.trim_start_matches("crates/tongbao/src/");
        ["cli.rs", "demo.rs", "certify.rs"].contains(&inside)
            || ["cli/", "demo/", "certify/"].iter().any(|folder| inside.starts_with(folder))
    };
    let sources = of_crate("tongbao");
    let others = sources.iter().filter(|source| !allowed(&source.path));
    none(
        others.flat_map(|source| source.mentions(source.product_code(), &["tongbao_sim"])).collect(),
        "the server knows nothing of the simulator",
    );
}

#[test]
fn the_rules_of_money_neither_wait_nor_ask() {
    let forbidden = [
        "async",
        "await",
        "now()",
        "SystemTime",
        "Instant",
        "rand",
        "getrandom",
        "rusqlite",
        "http",
        "tokio",
        "std::fs",
        "std::net",
        "std::thread",
    ];
    let sources = of_crate("tongbao-domain");
    none(
        sources.iter().flat_map(|source| source.mentions(source.product_code(), &forbidden)).collect(),
        "tongbao-domain is pure",
    );
}

#[test]
fn there_is_no_floating_point_in_moneys_way() {
    let crates = ["tongbao-wire", "tongbao-domain", "tongbao-store"];
    let sources = crates.into_iter().flat_map(of_crate);
    none(
        sources.flat_map(|source| source.mentions(&source.code, &["f32", "f64"])).collect(),
        "money is Fen, an integer",
    );
}

#[test]
fn sql_is_spoken_in_the_store_only() {
    let is_sql = |literal: &str| {
        let words = literal.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let has = |parts: &[&str]| parts.iter().all(|part| words.contains(part));
        has(&["insert into "])
            || has(&["delete from "])
            || has(&["select ", " from "])
            || has(&["update ", " set "])
    };
    let sources = below("crates").into_iter().filter(|one| !one.path.starts_with("crates/tongbao-store/"));
    // This test names the words it looks for; a benchmark may look into the database of the handler it is
    // compared with.
    let excused =
        |path: &str| path.starts_with("crates/tongbao/tests/architecture") || path.contains("/benches/");
    let others = sources.filter(|one| !excused(&one.path));
    let places = others.flat_map(|one| {
        let sql: Vec<_> = one.literals.iter().filter(|(_, literal)| is_sql(literal)).collect();
        sql.iter().map(|(line, literal)| format!("{}:{line}: {literal:.60}", one.path)).collect::<Vec<_>>()
    });
    none(places.collect(), "SQL outside of the store");
}

#[test]
fn only_the_engine_knows_which_database() {
    let sources = of_crate("tongbao-store");
    let others = sources.iter().filter(|one| !one.path.starts_with("crates/tongbao-store/src/engine"));
    none(
        others.flat_map(|source| source.mentions(source.product_code(), &["rusqlite"])).collect(),
        "SQLite is the engine's business",
    );
}

#[test]
fn tasks_are_started_in_one_place() {
    let starts = ["tokio::spawn", "task::spawn", "spawn_local", "JoinSet"];
    let crates = ARROWS.iter().map(|(name, _)| *name).filter(|name| *name != "xtask");
    let sources = crates.flat_map(of_crate).filter(|one| !STARTS_TASKS.contains(&one.path.as_str()));
    none(
        sources.flat_map(|source| source.mentions(source.product_code(), &starts)).collect(),
        "every task has an owner",
    );
}

#[test]
fn maps_have_an_order() {
    // Where order cannot matter, an `allow` says why.
    let argued = |source: &Source| source.text.contains("clippy::disallowed_types");
    let sources = below("crates").into_iter().filter(|source| !argued(source));
    none(
        sources.flat_map(|source| source.mentions(&source.code, &["HashMap", "HashSet"])).collect(),
        "the order of a hash map differs from run to run",
    );
}

#[test]
fn files_are_named_after_their_noun_and_stay_short() {
    let mut found = Vec::new();
    for source in below("crates").iter().chain(&below("xtask")) {
        let lines = source.text.lines().count();
        if source.path.ends_with("/mod.rs") {
            found.push(format!("{}: is named after nothing", source.path));
        }
        if lines >= LINES_MAX {
            found.push(format!("{}: {lines} lines hold more than one noun", source.path));
        }
    }
    none(found, "files");
}
