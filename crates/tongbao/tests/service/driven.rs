//! `tongbao sim` from outside: merchants, refunds, seeds.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::place::{Place, Running, TONGBAO, once_written, simulate};

/// What `tongbao sim` says, in JSON, and its exit code.
fn sim(url: &str, words: &[&str]) -> (Option<i32>, Value) {
    let mut command = Command::new(TONGBAO);
    command.args(["--lang", "en", "sim", "--url", url.trim_end(), "--json"]).args(words).stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

#[test]
fn merchants_refunds_and_seeds_are_driven_from_the_command_line() {
    let place = Place::new("driven");
    let (ready, env) = (place.file("ready"), place.file("second.env"));
    let _running = Running(simulate(&["--ready-file", ready.to_str().unwrap()]).spawn().unwrap());
    let url = once_written(&ready);

    let add =
        ["merchants", "add", "--mchid", "1900000201", "--appid", "wx00000000000002aa", "--available", "700"];
    let (exit, added) = sim(&url, &[&add[..], &["--write-env", env.to_str().unwrap()]].concat());
    assert_eq!((exit, &added["books"]["available_fen"]), (Some(0), &Value::from(700)));
    let text = std::fs::read_to_string(&env).unwrap();
    assert!(text.contains("MCHID=1900000201\n") && text.contains("APPID=wx00000000000002aa\n"), "{text}");
    let key = text.lines().find_map(|line| line.strip_prefix("MCH_PRIVATE_KEY=")).unwrap();
    assert!(std::fs::read_to_string(key).unwrap().contains("PRIVATE KEY"));
    assert_eq!(sim(&url, &add).0, Some(1), "it is there already");

    let (_, books) = sim(&url, &["merchants", "top-up", "1900000201", "50", "--account", "basic"]);
    assert_eq!(books["merchants"]["1900000201"]["available_fen"], 750);
    let (_, books) = sim(&url, &["merchants", "withdraw", "1900000201", "250"]);
    assert_eq!(books["merchants"]["1900000201"]["available_fen"], 500);

    let seed = place.file("seed.toml");
    let toml = "[[merchants]]\nmchid = \"1900000301\"\n[[payers]]\nid = \"carol\"\nbalance_fen = 5\nmood = \"cancels\"\n";
    std::fs::write(&seed, toml).unwrap();
    let (exit, planted) = sim(&url, &["seed", seed.to_str().unwrap()]);
    assert_eq!(
        (exit, &planted["merchants"], &planted["payers"]),
        (Some(0), &Value::from(1), &Value::from(1))
    );
    let (_, listed) = sim(&url, &["merchants"]);
    assert_eq!(listed["merchants"].as_array().unwrap().len(), 5);
    let (_, removed) = sim(&url, &["merchants", "remove", "1900000301"]);
    assert_eq!(removed["removed"], "1900000301");

    assert_eq!(sim(&url, &["refunds"]).1["refunds"], Value::Array(Vec::new()));
    assert_eq!(sim(&url, &["refunds", "R1", "abnormal"]).0, Some(1), "there is none");
    assert_eq!(sim(&url, &["refunds", "R1"]).0, Some(2), "how it is to end is missing");
}
