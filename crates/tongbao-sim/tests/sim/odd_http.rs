//! HTTP as nobody's client writes it, over a socket: what comes before any call is judged.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tongbao_sim::Simulator;

/// The head of a request, closed by a blank line.
fn head(line: &str, headers: &str) -> String {
    format!("{line}\r\nHost: api.mch.weixin.qq.com\r\nConnection: close\r\n{headers}\r\n")
}

/// Status and body of the answer.
fn answer(base_url: &str, request: &str) -> (u16, String) {
    let address = base_url.strip_prefix("http://").expect("plain HTTP");
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = socket.read(&mut piece) {
        bytes.extend_from_slice(&piece[..length]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status.unwrap_or_default(), body.to_owned())
}

#[test]
fn what_is_no_http_is_answered_with_a_bare_status() {
    let simulator = Simulator::start().unwrap();
    let call = "GET /v3/certificates HTTP/1.1";
    let many = (0..300).fold(String::new(), |mut many, number| {
        let _ = write!(many, "X{number}: a\r\n");
        many
    });
    for (rule, request, status) in [
        ("noise", "hello\r\n\r\n".to_owned(), 400),
        ("a line without an address", "GET\r\n\r\n".to_owned(), 400),
        ("an unknown version", head("GET / HTTP/2.5", ""), 400),
        ("a length that is no number", head("POST /v3/security/echo HTTP/1.1", "Content-Length: x\r\n"), 400),
        ("three hundred headers", head(call, &many), 431),
    ] {
        assert_eq!(answer(simulator.base_url(), &request), (status, String::new()), "{rule}");
    }
    // It goes on serving.
    assert_eq!(answer(simulator.base_url(), &head("GET /nowhere HTTP/1.1", "")), (404, String::new()));
}

#[test]
fn addresses_are_taken_as_they_are_spelled() {
    let simulator = Simulator::start().unwrap();
    for (rule, line, status) in [
        ("a slash at the end is another address", "GET /v3/certificates/ HTTP/1.1", 404),
        ("so are two at the beginning", "GET //v3/certificates HTTP/1.1", 404),
        ("letters have a case", "GET /V3/certificates HTTP/1.1", 404),
        ("nothing is decoded", "GET /v3/%63ertificates HTTP/1.1", 404),
        ("other methods have no answer", "OPTIONS /v3/certificates HTTP/1.1", 405),
    ] {
        assert_eq!(answer(simulator.base_url(), &head(line, "")), (status, String::new()), "{rule}");
    }
    for (rule, line) in [
        (
            "the absolute form names the same call",
            "GET http://api.mch.weixin.qq.com/v3/certificates HTTP/1.1",
        ),
        ("HTTP/1.0 is spoken", "GET /v3/certificates HTTP/1.0"),
    ] {
        let (status, body) = answer(simulator.base_url(), &head(line, ""));
        assert_eq!(status, 400, "{rule}");
        assert!(body.contains("缺少Accept"), "{rule}: judged as the call it is: {body}");
    }
}

#[test]
fn bodies_come_in_any_framing_or_not_at_all() {
    let simulator = Simulator::start().unwrap();
    let line = "POST /v3/pay/transactions/jsapi HTTP/1.1";
    for (rule, headers, body) in [
        ("chunked", "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
        ("with a length", "Content-Length: 2\r\n", "{}"),
        ("neither, and none", "", ""),
    ] {
        let (status, told) = answer(simulator.base_url(), &(head(line, headers) + body));
        assert_eq!(status, 401, "{rule}: {told}");
        assert!(told.contains("SIGN_ERROR"), "{rule}: {told}");
    }
    let waits = head(line, "Expect: 100-continue\r\nContent-Length: 2\r\n") + "{}";
    let (status, told) = answer(simulator.base_url(), &waits);
    assert_eq!(status, 100, "who asks first is told to go on");
    assert!(told.contains(" 401 "), "and is answered then: {told}");
}
