//! Serving HTTP/1.1 on a socket, plain, over TLS or through a tunnel: bounded in connections, headers and
//! patience; stopped with grace.
//!
//! Bounds of bodies are the router's business.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Extensions;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::tasks::{Ended, Tasks};

mod connection;
mod patience;
mod tunnel;

use connection::Connection;

pub use tunnel::Names;

/// What stands behind a socket.
///
/// Plain HTTP is always taken. With [`Front::tls`] the same port takes TLS too: the first byte of a
/// connection tells which. With [`Front::proxy`] it is also an HTTP proxy for some names.
#[derive(Clone)]
pub struct Front {
    /// Answers every request.
    pub router: Router,
    /// Speaks TLS.
    pub tls: Option<Tls>,
    /// The names it stands for as a proxy: `CONNECT` to one of them comes out here, to any other name is
    /// refused with 403.
    pub proxy: Option<Names>,
}

impl From<Router> for Front {
    fn from(router: Router) -> Self {
        Self { router, tls: None, proxy: None }
    }
}

/// How a listener speaks TLS.
#[derive(Clone)]
pub struct Tls {
    /// Certificates, versions, and whether clients are asked for a certificate.
    pub config: Arc<ServerConfig>,
    /// Told the certificates that the client presented, its own first; what it returns goes into the
    /// extensions of each request.
    pub introduce: Arc<Introduce>,
}

/// Turns what a handshake proved into extensions of requests.
pub type Introduce = dyn Fn(&[CertificateDer<'static>]) -> Extensions + Send + Sync;

/// In the extensions of an answer whose body breaks off: the connection is then reset (TCP RST), not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset;

/// The bounds of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections at one time; more wait in the kernel's queue until one ends.
    pub connections_max: usize,
    /// How long a client may take to send the head of a request. The wait for the next request on a kept
    /// connection counts too, and so does a TLS handshake.
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

/// Serves `front` on `listener` until `shutdown` is ready, then accepts nothing more, lets the running
/// requests finish within [`Options::grace`], and returns.
///
/// Handlers find the other end's address as [`axum::extract::ConnectInfo`] of a
/// [`SocketAddr`].
pub async fn serve(
    listener: TcpListener,
    front: impl Into<Front>,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> Stopped {
    let front = Arc::new(front.into());
    let (stopping, until) = watch::channel(());
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
        let connection = Connection { front: front.clone(), address, options, until: until.clone() };
        connections.spawn("connection", async move {
            connection.serve(stream).await;
            drop(seat);
        });
    }
    drop((listener, until));
    // Tells every connection to end after its running request.
    drop(stopping);
    match connections.shutdown(options.grace).await {
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
mod tests;
