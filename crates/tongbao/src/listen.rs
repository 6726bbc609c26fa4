//! Serving HTTP/1.1 on a socket: bounded in connections, headers and patience; stopped with grace.
//!
//! Bounds of bodies are the router's business.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::tasks::{Ended, Tasks};

mod patience;

use patience::{PatientStream, PunctualBody};

/// The bounds of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections at one time; more wait in the kernel's queue until one ends.
    pub connections_max: usize,
    /// How long a client may take to send the head of a request. The wait for the next request on a kept
    /// connection counts too.
    pub head_within: Duration,
    /// How long a client may take to send a body, from when it is first waited for.
    pub body_within: Duration,
    /// How long a client may take nothing of an answer that is being written.
    pub taken_within: Duration,
    /// Header fields of one request; more are answered 431.
    pub headers_max: usize,
    /// How long running requests may take to finish once stopping began.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            head_within: HEAD_WITHIN,
            body_within: BODY_WITHIN,
            taken_within: TAKEN_WITHIN,
            headers_max: HEADERS_MAX,
            grace: GRACE,
        }
    }
}

/// One connection costs a buffer and a task, about 20 KiB: all of them fit into the memory of the smallest
/// machine, and the file descriptors into the usual limit.
pub const CONNECTIONS_MAX: usize = 1024;
/// A head arrives in one packet; ten seconds forgive three retransmissions.
pub const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// The largest body is a megabyte; who cannot send that in ten seconds cannot be answered in five either.
pub const BODY_WITHIN: Duration = Duration::from_secs(10);
/// A phone in a tunnel comes back within half a minute, or not at all.
pub const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// The platform sends about 15 fields, browsers 20, a proxy adds five.
pub const HEADERS_MAX: usize = 64;
/// The platform waits five seconds for an answer; twice that lets every request end by itself.
pub const GRACE: Duration = Duration::from_secs(10);

/// How a listener ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every request was answered.
    Gracefully,
    /// So many connections were cut when the grace was over.
    Cut(usize),
}

/// How a listener is reached from this machine: one that listens everywhere is reached on loopback.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

/// Serves `router` on `listener` until `shutdown` is ready, then accepts nothing more, lets the running
/// requests finish within [`Options::grace`], and returns.
///
/// Handlers find the other end's address as [`ConnectInfo<SocketAddr>`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> Stopped {
    let graceful = GracefulShutdown::new();
    let connections = Tasks::new();
    let room = Arc::new(Semaphore::new(options.connections_max));
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            // Room first: a connection that cannot be served stays in the kernel's queue.
            let seat = room.clone().acquire_owned().await.expect("the semaphore is never closed");
            (seat, listener.accept().await)
        };
        let (seat, stream, address) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            (seat, accepted) = accepted => match accepted {
                Ok((stream, address)) => (seat, stream, address),
                Err(error) => {
                    rest_after(&error).await;
                    continue;
                }
            },
        };
        let connection = connection(stream, address, router.clone(), options, graceful.watcher());
        connections.spawn("connection", async move {
            connection.await;
            drop(seat);
        });
    }
    drop(listener);
    stop(graceful, connections, options.grace).await
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    options: Options,
    watcher: Watcher,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY is not set; answers may be a little late");
    }
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        let punctual = request.map(|body| Body::new(PunctualBody::new(body, options.body_within)));
        router.clone().oneshot(punctual)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_within)
        .max_headers(options.headers_max)
        // `Wechatpay-Signature`, as the platform and its documents spell it: some clients look no further.
        .title_case_headers(true)
        .serve_connection(TokioIo::new(PatientStream::new(stream, options.taken_within)), service);
    // Clients that go away or are slow are everyday life; nothing of ours is wrong.
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn stop(graceful: GracefulShutdown, connections: Tasks, grace: Duration) -> Stopped {
    let told = async {
        // Tells every connection to end after its running request.
        graceful.shutdown().await;
        std::future::pending().await
    };
    let ended = tokio::select! {
        biased;
        ended = told => ended,
        ended = connections.shutdown(grace) => ended,
    };
    match ended {
        Ended::AllFinished => Stopped::Gracefully,
        Ended::Aborted(left) => Stopped::Cut(left),
    }
}

/// After a failed accept: at once for one client's fault, in a while when we ran out of something.
async fn rest_after(error: &io::Error) {
    let clients_fault = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !clients_fault {
        tracing::warn!(%error, "cannot accept connections; trying again in a moment");
        tokio::time::sleep(ACCEPT_REST).await;
    }
}

/// Long enough for a file descriptor to become free, short enough for nobody to notice.
const ACCEPT_REST: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
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
}
