//! A data directory: what is told to have happened has happened, however the program ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::place::{Place, Running, TONGBAO, ended, once_written};

/// Asks the control API; none when the program is gone before it has answered.
fn ask(address: &str, method: &str, path: &str, body: &str) -> Option<Value> {
    let authority = address.trim_end().strip_prefix("http://")?;
    let mut stream = TcpStream::connect(authority).ok()?;
    let length = body.len();
    let head = format!(
        "{method} /sim/v1/{path} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    // Of an answer that is cut off nothing is known.
    if !head.starts_with("HTTP/1.1 20") {
        return None;
    }
    serde_json::from_str(body).ok()
}

fn simulate(place: &Place, round: usize, words: &[&str]) -> (Running, String) {
    let (ready, env, data) =
        (place.file(&format!("ready{round}")), place.file("wxpay.env"), place.file("data"));
    let mut command = Command::new(TONGBAO);
    command.args(["--lang", "en", "simulate", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    command.args(["--ready-file", ready.to_str().unwrap(), "--write-env", env.to_str().unwrap()]).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.spawn().unwrap());
    let address = once_written(&ready);
    (running, address)
}

/// The env file without the address.
fn keys(place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(place.file("wxpay.env")).unwrap();
    let mut values: Vec<String> =
        text.lines().filter(|line| !line.starts_with("WXPAY_BASE_URL")).map(str::to_owned).collect();
    for name in ["mch_private_key.pem", "mch_cert.pem", "sp_private_key.pem", "platform_public_key.pem"] {
        values.push(std::fs::read_to_string(place.file(&format!("wxpay.env.{name}"))).unwrap());
    }
    values
}

#[test]
fn a_simulator_killed_at_any_moment_goes_on_with_what_it_has_told() {
    let place = Place::new("kept");
    let (mut told, mut first) = (Vec::new(), None);
    for round in 0..4 {
        let (mut running, address) = simulate(&place, round, &[]);
        assert_eq!(first.get_or_insert_with(|| keys(&place)), &keys(&place), "the keys of the first run");
        let listed = ask(&address, "GET", "merchants", "").unwrap();
        let books = ask(&address, "GET", "books", "").unwrap();
        for (mchid, fen) in &told {
            let there = listed["merchants"].as_array().unwrap().iter().any(|it| it["mchid"] == *mchid);
            assert!(there, "{mchid} was told to be there");
            assert!(books["merchants"][mchid]["available_fen"].as_i64().unwrap() >= *fen);
        }
        let sum: i64 = books["merchants"].as_object().unwrap().values().map(money).sum();
        let people: i64 = books["payers_fen"].as_object().unwrap().values().filter_map(Value::as_i64).sum();
        assert_eq!(sum + people, books["issued_fen"].as_i64().unwrap(), "nothing is half written");
        // Killed while it is told to do more and more.
        #[allow(clippy::disallowed_methods, reason = "somebody asks while the simulator is killed")]
        let asking = std::thread::spawn(move || {
            let mut done = Vec::new();
            for number in 0.. {
                let mchid = format!("19{round}{number:07}");
                let added = ask(&address, "POST", "merchants", &format!("{{\"mchid\":\"{mchid}\"}}"));
                if added.is_none() {
                    break;
                }
                let path = format!("merchants/{mchid}/top-up");
                let topped = ask(&address, "POST", &path, r#"{"amount_fen":7,"account":"BASIC"}"#);
                done.push((mchid, if topped.is_some() { 7 } else { 0 }));
            }
            done
        });
        once_there(&place.file("data/simulator.sqlite-wal"), 400_000 * (round as u64 + 1));
        running.0.kill().unwrap();
        running.0.wait().unwrap();
        told.extend(asking.join().unwrap());
    }
    assert!(told.len() > 4, "{} merchants were added", told.len());
}

fn money(books: &Value) -> i64 {
    let members = [
        "available_fen",
        "frozen_fen",
        "operating_fen",
        "fee_account_fen",
        "withdrawn_fen",
        "refunding_fen",
        "transferring_fen",
        "fees_fen",
    ];
    members.iter().filter_map(|member| books[member].as_i64()).sum()
}

/// Waits until the file has grown so far, or does not for half a second.
#[allow(clippy::disallowed_methods, reason = "another process is waited for, in real time")]
fn once_there(path: &std::path::Path, bytes: u64) {
    for _ in 0..50 {
        if std::fs::metadata(path).is_ok_and(|data| data.len() > bytes) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn a_directory_is_refused_to_other_keys_and_other_merchants_and_a_seed_is_read_first() {
    let place = Place::new("others");
    drop(simulate(&place, 0, &[]));
    let data = place.file("data");
    let again = |words: &[&str]| {
        let mut command = Command::new(TONGBAO);
        command.args([
            "--lang",
            "en",
            "simulate",
            "--listen",
            "127.0.0.1:0",
            "--data",
            data.to_str().unwrap(),
        ]);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        ended(command)
    };
    let seed = place.file("seed.toml");
    std::fs::write(&seed, "clock = \"real\"\nmerchant = 1\n").unwrap();
    let absent = place.file("absent.toml");
    for (words, code) in [
        (vec!["--fixed-keys"], "simulate.data"),
        (vec!["--mchid", "1900000099"], "simulate.data"),
        (vec!["--merchant-name", "Other"], "simulate.data"),
        (vec!["--seed-file", seed.to_str().unwrap()], "simulate.seed_unreadable"),
        (vec!["--seed-file", absent.to_str().unwrap()], "simulate.seed_file"),
    ] {
        let (exit, said) = again(&words);
        assert_eq!(exit, Some(1), "{words:?}: {said}");
        assert!(said.contains(&format!("[{code}]")) && said.contains("fix:"), "{words:?}: {said}");
        assert!(code != "simulate.seed_unreadable" || said.contains("line 2"), "{said}");
    }
}

#[test]
fn a_seed_that_cannot_be_is_refused_with_its_file_and_place() {
    let place = Place::new("seeds");
    let seed = place.file("seed.toml");
    let order =
        "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 1\npaid_at = \"2099-01-01T00:00:00+08:00\"";
    for (text, at) in [
        (order, "orders[0]"),
        ("[switches]\nprobes_permille = 5000", "switches: probes_permille is 5000; 0 to 1000"),
    ] {
        std::fs::write(&seed, text).unwrap();
        let mut command = Command::new(TONGBAO);
        command.args(["--lang", "zh", "simulate", "--listen", "127.0.0.1:0", "--seed-file"]).arg(&seed);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (exit, said) = ended(command);
        assert_eq!(exit, Some(1), "{said}");
        let wanted = ["[simulate.seed_refused]", "种子文件", seed.to_str().unwrap(), at];
        assert!(wanted.iter().all(|part| said.contains(part)), "{said}");
    }
}
