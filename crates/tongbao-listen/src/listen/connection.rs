//! One connection: which language it speaks, and its requests.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Extensions, Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::patience::{PatientStream, PunctualBody};
use super::tunnel::{Door, Tunnel};
use super::{Front, Options, Reset, Tls};

/// A connection that was accepted, and all it needs to be served.
pub(super) struct Connection {
    pub(super) front: Arc<Front>,
    pub(super) address: SocketAddr,
    pub(super) options: Options,
    /// Its end says that the listener stops.
    pub(super) until: watch::Receiver<()>,
}

impl Connection {
    /// Serves until the other end leaves or the listener stops.
    pub(super) async fn serve(self, stream: TcpStream) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY is not set; answers may be a little late");
        }
        let Self { front, address, options, until } = self;
        let line = Line { front: &front, address, options, until, resets: Arc::default() };
        let door = line.front.proxy.clone().map(|names| Door::new(names, line.front.tls.is_some()));
        let Some(tls) = line.tls_wanted(&stream).await else {
            return;
        };
        let stream = PatientStream::new(stream, options.taken_within, line.resets.clone());
        match tls {
            Some(tls) => {
                if let Some((stream, proven)) = line.handshake(tls, stream).await {
                    line.speak(TokioIo::new(stream), proven, door.clone()).await;
                }
            }
            None => line.speak(TokioIo::new(stream), Extensions::new(), door.clone()).await,
        }
        if let Some(tunnel) = door.and_then(|door| door.opened()) {
            line.dig(tunnel).await;
        }
    }
}

/// What the steps of serving one connection share.
struct Line<'a> {
    front: &'a Front,
    address: SocketAddr,
    options: Options,
    until: watch::Receiver<()>,
    /// Set when the connection is to end with a reset.
    resets: Arc<AtomicBool>,
}

impl<'a> Line<'a> {
    /// Whether the other end begins with TLS, without taking a byte. Nothing when it says nothing in time.
    async fn tls_wanted(&self, stream: &TcpStream) -> Option<Option<&'a Tls>> {
        let Some(tls) = &self.front.tls else {
            return Some(None);
        };
        let mut first = [0];
        let peeked = self.in_time(stream.peek(&mut first)).await?;
        match peeked {
            Ok(1) => Some(Some(tls).filter(|_| first == [TLS_HANDSHAKE])),
            Ok(_) | Err(_) => None,
        }
    }

    async fn handshake<I: AsyncRead + AsyncWrite + Unpin>(
        &self,
        tls: &Tls,
        stream: I,
    ) -> Option<(TlsStream<I>, Extensions)> {
        let accepted = self.in_time(TlsAcceptor::from(tls.config.clone()).accept(stream)).await?;
        match accepted {
            Ok(stream) => {
                let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
                let proven = (tls.introduce)(shown);
                Some((stream, proven))
            }
            Err(error) => {
                // Mostly a client that does not trust the certificate; it says so itself.
                tracing::debug!(client = %self.address, %error, "a TLS handshake failed");
                None
            }
        }
    }

    /// What a tunnel carries is served as if it had come by itself.
    async fn dig(&self, tunnel: Tunnel) {
        let Some(Ok(upgraded)) = self.in_time(tunnel.upgrade).await else {
            return;
        };
        match self.front.tls.as_ref().filter(|_| tunnel.tls) {
            Some(tls) => {
                if let Some((stream, proven)) = self.handshake(tls, TokioIo::new(upgraded)).await {
                    self.speak(TokioIo::new(stream), proven, None).await;
                }
            }
            None => self.speak(upgraded, Extensions::new(), None).await,
        }
    }

    /// HTTP/1.1. `proven` goes into the extensions of every request; `door` answers what a proxy is asked.
    async fn speak<I>(&self, io: I, proven: Extensions, door: Option<Door>)
    where
        I: Read + Write + Unpin + Send + 'static,
    {
        let (address, options) = (self.address, self.options);
        let (router, resets) = (self.front.router.clone(), self.resets.clone());
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address));
            request.extensions_mut().extend(proven.clone());
            let answer = door.as_ref().and_then(|door| door.answer(&mut request));
            let punctual = request.map(|body| Body::new(PunctualBody::new(body, options.body_within)));
            let (router, resets) = (router.clone(), resets.clone());
            async move {
                let answer = match answer {
                    Some(answer) => answer,
                    None => router.oneshot(punctual).await?,
                };
                if answer.extensions().get::<Reset>().is_some() {
                    resets.store(true, Ordering::Relaxed);
                }
                Ok::<Response<Body>, Infallible>(answer)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(options.head_within)
            .max_headers(options.headers_max)
            // `Wechatpay-Signature`, as the platform and its documents spell it: some clients look no further.
            .title_case_headers(true)
            .serve_connection(io, service)
            .with_upgrades();
        let (mut connection, mut until) = (pin!(connection), self.until.clone());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            _stopping = until.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        // Clients that go away or are slow are everyday life; nothing of ours is wrong.
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// What a future comes to, unless it takes longer than a head may or the listener stops.
    async fn in_time<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut until = self.until.clone();
        tokio::select! {
            biased;
            _stopping = until.changed() => None,
            ended = tokio::time::timeout(self.options.head_within, future) => ended.ok(),
        }
    }
}

/// The first byte of every TLS connection; no HTTP method begins so.
const TLS_HANDSHAKE: u8 = 0x16;
