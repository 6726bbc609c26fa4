//! A listener on a real socket, and clients of every kind of manners.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::{Options, Stopped, serve};

/// A running listener: its address, what stops it, how it ended.
#[allow(clippy::disallowed_methods, reason = "the test owns this one task and awaits it")]
async fn running(router: Router, options: Options) -> (String, oneshot::Sender<()>, JoinHandle<Stopped>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let (stop, stopping) = oneshot::channel();
    let served = tokio::spawn(serve(listener, router, options, async {
        let _ = stopping.await;
    }));
    (address, stop, served)
}

async fn sent(address: &str, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("listening");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    stream
}

async fn rest_of(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("readable until the end");
    text
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_is_cut() {
    let options = Options { head_within: Duration::from_millis(50), ..Options::default() };
    let (address, _stop, _served) = running(Router::new(), options).await;
    let mut slow = sent(&address, "GET / HTTP/1.1\r\nHost: a").await;
    assert_eq!(rest_of(&mut slow).await, "", "cut without an answer");
}

/// Answers what it was sent, or says why it could not read it.
fn echo() -> Router {
    use axum::extract::rejection::BytesRejection;
    let answer = |body: Result<bytes::Bytes, BytesRejection>| async move {
        body.map_err(|rejection| rejection.status())
    };
    Router::new().route("/", axum::routing::post(answer))
}

#[tokio::test]
async fn a_client_that_never_ends_its_body_is_refused_and_cut() {
    let options = Options { body_within: Duration::from_millis(50), ..Options::default() };
    let (address, _stop, _served) = running(echo(), options).await;
    for head in ["Content-Length: 3\r\n\r\na", "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"] {
        let mut slow = sent(&address, &format!("POST / HTTP/1.1\r\nHost: a\r\n{head}")).await;
        assert!(rest_of(&mut slow).await.starts_with("HTTP/1.1 400"), "and then the end");
    }
}

#[tokio::test]
async fn a_client_that_takes_no_answer_gives_up_its_seat() {
    let router = Router::new().route("/", get(|| async { vec![b'x'; 64 * 1024 * 1024] }));
    let taken_within = Duration::from_millis(50);
    let options = Options { connections_max: 1, taken_within, ..Options::default() };
    let (address, _stop, _served) = running(router, options).await;
    let _deaf = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut next = sent(&address, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(rest_of(&mut next).await.starts_with("HTTP/1.1 200"), "the seat is free");
}

#[tokio::test]
async fn stopping_finishes_the_running_request_and_refuses_new_connections() {
    let (started, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (at_work, may_end) = (started.clone(), release.clone());
    let router = Router::new().route(
        "/",
        get(move || async move {
            at_work.notify_one();
            may_end.notified().await;
            "done"
        }),
    );
    let (address, stop, served) = running(router, Options::default()).await;
    let mut client = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut idle = sent(&address, "").await;
    started.notified().await;
    stop.send(()).expect("still serving");
    assert_eq!(rest_of(&mut idle).await, "", "an idle connection is closed at once");
    assert!(TcpStream::connect(&address).await.is_err(), "nothing listens any more");
    release.notify_one();
    let answer = rest_of(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("done"), "{answer}");
    assert_eq!(served.await.expect("no panic"), Stopped::Gracefully);
}

#[tokio::test]
async fn a_request_that_outlasts_the_grace_is_cut() {
    let started = Arc::new(Notify::new());
    let at_work = started.clone();
    let router = Router::new().route(
        "/",
        get(move || async move {
            at_work.notify_one();
            std::future::pending::<()>().await;
        }),
    );
    let options = Options { grace: Duration::from_millis(20), ..Options::default() };
    let (address, stop, served) = running(router, options).await;
    let _client = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    started.notified().await;
    stop.send(()).expect("still serving");
    assert_eq!(served.await.expect("no panic"), Stopped::Cut(1));
}

#[tokio::test]
async fn connections_past_the_bound_wait_for_a_seat() {
    let router = Router::new().route("/", get(|| async { "done" }));
    let options = Options { connections_max: 1, ..Options::default() };
    let (address, _stop, _served) = running(router, options).await;
    let first = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\n").await;
    let mut second = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let mut byte = [0; 1];
    let waited = tokio::time::timeout(Duration::from_millis(50), second.read(&mut byte)).await;
    assert!(waited.is_err(), "no seat yet");
    drop(first);
    assert!(rest_of(&mut second).await.ends_with("done"));
}

#[tokio::test]
async fn too_many_header_fields_are_answered_431() {
    let options = Options { headers_max: 2, ..Options::default() };
    let (address, _stop, _served) = running(Router::new(), options).await;
    let mut client = sent(&address, "GET / HTTP/1.1\r\nHost: a\r\na: 1\r\nb: 2\r\n\r\n").await;
    assert!(rest_of(&mut client).await.starts_with("HTTP/1.1 431"));
}
