//! How it says that it is ready.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use tongbao_sdk::{ClientIdentity, MerchantKey};

use crate::place::{Place, Running, TONGBAO, once_written, simulate};

fn health(line: &str) -> String {
    let authority = line.trim_end().strip_prefix("http://").expect("an address in one line");
    let mut stream = TcpStream::connect(authority).expect("it listens");
    write!(stream, "GET /sim/v1/health HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_ready_file_holds_the_address_and_the_env_file_is_complete_by_then() {
    let place = Place::new("file");
    let (ready, env) = (place.file("ready"), place.file("wxpay.env"));
    let words = ["--ready-file", ready.to_str().unwrap(), "--write-env", env.to_str().unwrap(), "--https"];
    let _running = Running(simulate(&words).spawn().unwrap());
    let line = once_written(&ready);
    assert!(health(&line).starts_with("HTTP/1.1 200"));
    let text = std::fs::read_to_string(&env).unwrap();
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap();
    assert_eq!(value("WXPAY_BASE_URL"), line.trim_end());
    assert_eq!(value("WXPAY_HTTPS_URL"), line.trim_end().replace("http:", "https:"));
    assert!(std::fs::read_to_string(value("SIM_CA")).unwrap().contains("BEGIN CERTIFICATE"));

    // The PKCS#12 file is read by a library that shares nothing with the one that wrote it.
    let p12 = std::fs::read(value("MCH_P12")).unwrap();
    let identity = ClientIdentity::from_pkcs12(&p12, value("MCHID")).expect("the password is the mchid");
    assert!(format!("{identity:?}").contains(value("MCH_SERIAL")), "{identity:?}");
    let from_pem = MerchantKey::from_pem(
        &std::fs::read(value("MCH_PRIVATE_KEY")).unwrap(),
        &std::fs::read(value("MCH_CERT")).unwrap(),
    );
    let from_p12 = MerchantKey::from_pkcs12(&p12, value("MCHID")).unwrap();
    assert_eq!(from_p12.serial_no(), from_pem.unwrap().serial_no());
    assert!(ClientIdentity::from_pkcs12(&p12, "1900000002").is_err(), "another password");
}

#[test]
fn a_pipe_on_the_ready_descriptor_gets_one_line_and_its_end_while_it_goes_on() {
    let script = r#""$0" simulate --listen 127.0.0.1:0 --fixed-keys --ready-fd 3 3>&1 >/dev/null"#;
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec {script}"), TONGBAO]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running(shell.spawn().unwrap());
    let mut line = String::new();
    // Returns only when nobody holds the other end any more.
    running.0.stdout.take().unwrap().read_to_string(&mut line).unwrap();
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(health(&line).starts_with("HTTP/1.1 200"), "it serves after the pipe is closed");
}

#[test]
fn a_second_port_takes_tls_and_plain_http_alike() {
    let place = Place::new("second");
    let (ready, env) = (place.file("ready"), place.file("wxpay.env"));
    let words = [
        "--https-listen",
        "127.0.0.1:0",
        "--ready-file",
        ready.to_str().unwrap(),
        "--write-env",
        env.to_str().unwrap(),
    ];
    let _running = Running(simulate(&words).spawn().unwrap());
    let plain = once_written(&ready);
    let text = std::fs::read_to_string(&env).unwrap();
    let https = text.lines().find_map(|line| line.strip_prefix("WXPAY_HTTPS_URL=")).unwrap();
    let second = https.replace("https:", "http:");
    assert_ne!(second, plain.trim_end(), "a port of its own");
    assert!(health(&second).starts_with("HTTP/1.1 200"));
}
