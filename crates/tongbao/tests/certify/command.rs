//! The command as a script sees it: what it prints, and how it ends.

use std::process::{Command, Output};

fn certify(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tongbao"));
    command.args(["--lang", "en", "certify"]).args(arguments).env_remove("TONGBAO_API_KEY");
    command.output().expect("the program runs")
}

#[track_caller]
fn ends(arguments: &[&str], code: i32, said: &str) {
    let output = certify(arguments);
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(said), "{arguments:?}: {text}");
}

#[test]
fn the_cases_are_listed_without_a_server() {
    ends(&["--list"], 0, "signature-probe");
}

#[test]
fn misuse_is_told_apart_from_a_server_that_does_not_answer() {
    ends(&[], 2, "URL");
    ends(&["not-an-address"], 2, "is no address");
    ends(&["http://127.0.0.1:1", "--adapter", "tongbao"], 2, "TONGBAO_API_KEY");
    ends(&["http://127.0.0.1:1", "--adapter", "/does/not/exist.toml"], 2, "exist.toml");
    ends(&["http://127.0.0.1:1", "--wait", "0", "--fixed-keys"], 3, "no answer");
}

#[cfg(unix)]
#[test]
fn a_server_that_ends_by_itself_is_told_with_its_last_words() {
    let start = "echo no such port >&2; exit 7";
    ends(&["http://127.0.0.1:1", "--fixed-keys", "--start", start], 1, "no such port");
}

#[cfg(unix)]
#[test]
fn whoever_answers_after_the_command_has_ended_is_not_examined() {
    let stranger = tongbao_sim::Simulator::start().unwrap();
    ends(&[stranger.base_url(), "--fixed-keys", "--start", "echo taken >&2; exit 7"], 1, "taken");
}

#[cfg(unix)]
#[test]
fn the_started_server_finds_what_it_needs_in_its_environment() {
    let start = "test -f \"$MCH_PRIVATE_KEY\" && echo \"$MCHID $CERTIFY_ENV\"; exit 1";
    ends(&["http://127.0.0.1:1", "--fixed-keys", "--start", start], 1, "1900000001 /");
}
