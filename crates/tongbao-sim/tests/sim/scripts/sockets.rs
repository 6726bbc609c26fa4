//! Over real sockets: what only they can show.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use tokio::time::Instant;
use tongbao_sim::{FaultScript, Running, Simulator};

fn started(fault: &str) -> Running {
    let simulator = Simulator::start().unwrap();
    simulator.set_fault_script(FaultScript::from_toml(&format!("[[fault]]\n{fault}\n")).unwrap());
    simulator
}

/// All that comes of a query that nobody signed, until the connection ends.
fn asked(simulator: &Running) -> (Vec<u8>, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(simulator.address()).unwrap();
    let request = "GET /v3/pay/transactions/out-trade-no/T1234567?mchid=1900000001 HTTP/1.1\r\nHost: localhost\r\n\
                   Connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut came = Vec::new();
    let ended = stream.read_to_end(&mut came);
    (came, ended)
}

fn body(answer: &[u8]) -> &[u8] {
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    &answer[at..]
}

fn length(answer: &[u8]) -> usize {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let line = text.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    line.trim().parse().unwrap()
}

#[test]
fn a_truncated_answer_ends_before_its_length() {
    let simulator = started("call = \"query\"\ndo = \"truncate_body\"\nbytes = 12");
    let (came, ended) = asked(&simulator);
    assert!(ended.is_ok());
    assert_eq!(body(&came).len(), 12);
    assert!(length(&came) > 12);
}

#[test]
fn a_reset_connection_is_reset_and_a_lost_answer_closes_it() {
    let simulator = started("call = \"query\"\ndo = \"reset\"");
    let (came, ended) = asked(&simulator);
    assert!(came.is_empty());
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let simulator = started("call = \"query\"\ndo = \"drop_request\"");
    let (came, ended) = asked(&simulator);
    assert!(came.is_empty() && ended.is_ok());
}

#[test]
fn slow_bytes_and_late_answers_take_their_time() {
    let simulator = started("call = \"query\"\ndo = \"slow_bytes\"\nbytes_per_second = 400");
    let began = Instant::now();
    let (came, _) = asked(&simulator);
    let bytes = body(&came).len();
    assert_eq!(bytes, length(&came));
    let least = bytes * 1000 / 400;
    assert!(began.elapsed().as_millis() >= u128::try_from(least - least / 5).unwrap(), "{bytes} bytes");
    let simulator = started("call = \"query\"\ndo = \"delay\"\nms = 150");
    let began = Instant::now();
    let (came, _) = asked(&simulator);
    assert!(came.starts_with(b"HTTP/1.1 401") && began.elapsed().as_millis() >= 150);
}

#[test]
fn a_gateway_answers_with_html() {
    let simulator = started("face = \"v3\"\ndo = \"bad_gateway\"");
    let (came, _) = asked(&simulator);
    assert!(came.starts_with(b"HTTP/1.1 502 Bad Gateway"));
    assert!(body(&came).starts_with(b"<html>"));
}
