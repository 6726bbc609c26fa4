//! What it refuses: exit code 1, and a code for scripts.

use std::net::TcpListener;
use std::process::Command;

use crate::place::{Place, TONGBAO, ended, simulate};

#[test]
fn every_refusal_has_exit_code_one_and_its_own_code() {
    let place = Place::new("refused");
    let path = |name: &str| place.file(name).to_str().unwrap().to_owned();
    std::fs::write(place.file("file"), "not a certificate").unwrap();
    std::fs::create_dir(place.file("ca")).unwrap();
    std::fs::write(place.file("ca/ca_key.pem"), "not a key").unwrap();
    for (words, code) in [
        (vec!["--ready-fd", "97"], "simulate.ready_fd"),
        (vec!["--ready-file", &path("no/such/ready")], "simulate.ready_file"),
        (vec!["--write-env", &path("no/such/env")], "simulate.write_env"),
        (vec!["--https-name", "shop.example.com"], "simulate.https_name"),
        (vec!["--https-name", "a b.local"], "simulate.https_name"),
        (vec!["--base-url", "javascript:x"], "simulate.settings"),
        (vec!["--ca-dir", &path("ca")], "simulate.ca_dir"),
        (vec!["--ca-dir", &path("file/below")], "simulate.ca_dir"),
        (vec!["--notify-ca", &path("file")], "simulate.notify_ca"),
        (vec!["--notify-ca", &path("absent")], "simulate.notify_ca"),
    ] {
        let (exit, said) = ended(simulate(&words));
        assert_eq!(exit, Some(1), "{words:?}: {said}");
        assert!(said.contains(&format!("[{code}]")) && said.contains("fix:"), "{words:?}: {said}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for option in ["--listen", "--https-listen"] {
        let mut command = Command::new(TONGBAO);
        command.args(["--lang", "en", "simulate", "--fixed-keys"]);
        if option == "--https-listen" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args([option, &address]);
        let (exit, said) = ended(command);
        assert_eq!(exit, Some(1), "{said}");
        assert!(
            said.contains("[simulate.listen]") && said.contains(&address) && said.contains(option),
            "{said}"
        );
    }
}

#[test]
fn a_wrong_command_line_has_exit_code_two() {
    for words in [["--ready-fd", "0"], ["--ready-fd", "three"], ["--https-listen", "443"]] {
        assert_eq!(ended(simulate(&words)).0, Some(2), "{words:?}");
    }
}
