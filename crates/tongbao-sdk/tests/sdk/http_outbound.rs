//! The real way out, against sockets of this machine.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tongbao_sdk::{CallFailure, HttpOptions, HttpOutbound, HttpOutboundError, Outbound};

/// Serves one connection with `answer`, then closes it. `None` keeps it open without a word.
#[allow(clippy::disallowed_methods, reason = "the other side of a socket, gone with the test's runtime")]
async fn serve(answer: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v3/certificates?secret=s3cr3t", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let read = socket.read(&mut request).await.unwrap();
        assert!(read > 0);
        match answer {
            Some(answer) => socket.write_all(answer.as_bytes()).await.unwrap(),
            None => std::future::pending().await,
        }
    });
    address
}

async fn get(address: &str, options: &HttpOptions) -> Result<http::Response<Bytes>, CallFailure> {
    let outbound = HttpOutbound::new(options).unwrap();
    let request = Request::get(address).header("Accept", "application/json").body(Bytes::new()).unwrap();
    outbound.call(request).await
}

fn ok(body: &str) -> Option<String> {
    let length = body.len();
    Some(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nRequest-ID: a-0\r\n\r\n{body}"))
}

/// The whole chain of a failure, as a log would print it.
fn chain(failure: &CallFailure) -> String {
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[tokio::test]
async fn an_answer_comes_back_whole_with_its_headers() {
    let answer = get(&serve(ok("{}")).await, &HttpOptions::default()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["Request-ID"], "a-0");
    assert_eq!(answer.body().as_ref(), b"{}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let redirect = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let answer = get(&serve(Some(redirect.into())).await, &HttpOptions::default()).await.unwrap();
    assert_eq!(answer.status(), 302);
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/?secret=s3cr3t", listener.local_addr().unwrap());
    drop(listener);
    let failure = get(&address, &HttpOptions::default()).await.unwrap_err();
    assert!(matches!(failure, CallFailure::NotSent(_)), "{}", chain(&failure));
    assert!(!chain(&failure).contains("s3cr3t"), "{}", chain(&failure));
}

#[tokio::test]
async fn a_failed_tls_handshake_was_not_sent() {
    let address = serve(Some("no TLS here".into())).await.replace("http://", "https://");
    let failure = get(&address, &HttpOptions::default()).await.unwrap_err();
    assert!(matches!(failure, CallFailure::NotSent(_)), "{}", chain(&failure));
}

#[tokio::test]
async fn a_lost_truncated_or_endless_answer_leaves_the_outcome_unknown() {
    let truncated = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned();
    let small = HttpOptions { body_bytes_max: 10, ..HttpOptions::default() };
    for (answer, options) in [
        (Some(String::new()), HttpOptions::default()),
        (Some(truncated), HttpOptions::default()),
        (ok("eleven byte"), small),
    ] {
        let failure = get(&serve(answer).await, &options).await.unwrap_err();
        assert!(matches!(failure, CallFailure::Unknown(_)), "{}", chain(&failure));
        assert!(!chain(&failure).contains("s3cr3t"), "{}", chain(&failure));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_at_the_total_time_out() {
    let address = serve(None).await;
    let options = HttpOptions { connect_timeout: Duration::from_secs(3600), ..HttpOptions::default() };
    let failure = get(&address, &options).await.unwrap_err();
    assert!(matches!(failure, CallFailure::Unknown(_)), "{}", chain(&failure));
}

#[tokio::test]
async fn additional_roots_must_be_certificates() {
    let with_root = |root: &[u8]| {
        let options = HttpOptions { extra_roots: vec![root.to_vec()], ..HttpOptions::default() };
        HttpOutbound::new(&options)
    };
    assert!(with_root(include_bytes!("../published/go_platform_certificate.pem")).is_ok());
    let error = with_root(include_bytes!("../published/go_key.pem")).unwrap_err();
    assert!(matches!(error, HttpOutboundError::Root));
    assert!(matches!(with_root(b"").unwrap_err(), HttpOutboundError::RootFile(_)));
}
