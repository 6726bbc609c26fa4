//! The part of an HTTP proxy: tunnels to its own names, which come out in the same listener.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use hyper::upgrade::OnUpgrade;

/// The names a proxy stands for.
#[derive(Clone)]
pub struct Names(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Names {
    /// The hosts, in lower case and without brackets, for which `stands_for` is true.
    pub fn new(stands_for: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(stands_for))
    }

    fn have(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        (self.0)(&bare.to_ascii_lowercase())
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

/// Answers what only a proxy is asked, on one connection.
#[derive(Clone)]
pub(super) struct Door {
    names: Names,
    speaks_tls: bool,
    opened: Arc<Mutex<Option<Tunnel>>>,
}

/// A tunnel that was granted.
pub(super) struct Tunnel {
    /// Becomes the connection once the answer has left.
    pub(super) upgrade: OnUpgrade,
    /// Whether TLS is what comes through it: the port says so.
    pub(super) tls: bool,
}

impl Door {
    pub(super) fn new(names: Names, speaks_tls: bool) -> Self {
        Self { names, speaks_tls, opened: Arc::default() }
    }

    /// The tunnel that was granted last, once.
    pub(super) fn opened(&self) -> Option<Tunnel> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The proxy's own answer: to `CONNECT`, and to requests for names of others. Nothing for the rest,
    /// which the router answers.
    pub(super) fn answer<B>(&self, request: &mut Request<B>) -> Option<Response<Body>> {
        let (host, port) = match (request.uri().authority(), request.uri().scheme_str()) {
            (Some(authority), Some("https")) => (authority.host(), authority.port_u16().unwrap_or(HTTPS)),
            (Some(authority), _) => (authority.host(), authority.port_u16().unwrap_or(HTTP)),
            (None, _) => return None,
        };
        let known = self.names.have(host);
        if request.method() != Method::CONNECT {
            return (!known).then(|| refused(host, port));
        }
        let tls = match port {
            HTTPS if self.speaks_tls => true,
            HTTP => false,
            _ => return Some(refused(host, port)),
        };
        if !known {
            return Some(refused(host, port));
        }
        let upgrade = hyper::upgrade::on(request);
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(Tunnel { upgrade, tls });
        Some(Response::new(Body::empty()))
    }
}

/// Nothing is ever passed on to another machine.
fn refused(host: &str, port: u16) -> Response<Body> {
    let text = format!(
        "This proxy leads to the simulator only, by the platform's names and ports 443 and 80; not to \
         {host}:{port}.\n本代理只通向模拟器（平台域名的 443 与 80 端口），不转发到 {host}:{port}。\n"
    );
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = StatusCode::FORBIDDEN;
    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

const HTTPS: u16 = 443;
const HTTP: u16 = 80;
