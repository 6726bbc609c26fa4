//! The way out in production: pooled HTTPS.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rustls::pki_types::CertificateDer;
use rustls::sign::SingleCertAndKey;

use crate::client_identity::ClientIdentity;
use crate::outbound::{Body, BoxError, BoxFuture, CallFailure, Chunks, Outbound};
use crate::pem::{self, PemError, PemKind};

/// Sends over HTTPS with pooled connections. TLS is rustls on aws-lc-rs, trusting Mozilla's roots; no
/// redirects, no proxies from the environment, no repetitions.
#[derive(Clone, Debug)]
pub struct HttpOutbound {
    client: reqwest::Client,
    total_timeout: Duration,
    body_bytes_max: usize,
}

/// How [`HttpOutbound`] sends. The default is meant for the platform.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// How long connecting may take, TLS included.
    pub connect_timeout: Duration,
    /// How long a call may take as a whole. A file may take longer; this is then the longest silence between two
    /// of its pieces, so put a time-out of your own around a download that must end.
    pub total_timeout: Duration,
    /// How many bytes an answer may have.
    pub body_bytes_max: usize,
    /// Certificates (PEM, each by itself) of authorities to trust besides Mozilla's, such as a company's own.
    pub extra_roots: Vec<Vec<u8>>,
    /// The certificate to show to servers that ask for one, as `APIv2` does where money moves.
    pub identity: Option<ClientIdentity>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: CONNECT_TIMEOUT,
            total_timeout: TOTAL_TIMEOUT,
            body_bytes_max: BODY_BYTES_MAX,
            extra_roots: Vec::new(),
            identity: None,
        }
    }
}

/// Why no HTTPS client could be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpOutboundError {
    /// An additional root is not PEM.
    #[error("additional root certificate: {0}")]
    RootFile(#[source] PemError),
    /// An additional root is not a certificate.
    #[error("additional root certificate: not a certificate that can be trusted")]
    Root,
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] BoxError),
}

impl HttpOutboundError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RootFile(_) => "http_root_file",
            Self::Root => "http_root",
            Self::Tls(_) => "http_tls",
        }
    }
}

impl HttpOutbound {
    /// Prepares the client; nothing is connected yet. To be used within a tokio runtime.
    ///
    /// # Errors
    /// [`HttpOutboundError`] when a root certificate cannot be used.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpOutboundError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(options)?)
            .http1_only()
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .build()
            .map_err(|error| HttpOutboundError::Tls(error.into()))?;
        let (total_timeout, body_bytes_max) = (options.total_timeout, options.body_bytes_max);
        Ok(Self { client, total_timeout, body_bytes_max })
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, CallFailure> {
        let mut request =
            reqwest::Request::try_from(request).map_err(|error| CallFailure::NotSent(plain(error)))?;
        *request.timeout_mut() = Some(self.total_timeout);
        let mut response = self.client.execute(request).await.map_err(failure)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| CallFailure::Unknown(plain(error)))? {
            if body.len() + chunk.len() > self.body_bytes_max {
                return Err(CallFailure::Unknown("the answer is larger than any answer may be".into()));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body.freeze());
        *answer.status_mut() = response.status();
        std::mem::swap(answer.headers_mut(), response.headers_mut());
        Ok(answer)
    }

    async fn start(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, CallFailure> {
        let request =
            reqwest::Request::try_from(request).map_err(|error| CallFailure::NotSent(plain(error)))?;
        let silence_max = self.total_timeout;
        let started = tokio::time::timeout(silence_max, self.client.execute(request)).await;
        let mut response = match started {
            Ok(response) => response.map_err(failure)?,
            Err(_) => return Err(CallFailure::Unknown("no answer in time".into())),
        };
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut answer = http::Response::new(Body::coming(Coming { response, silence_max }));
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

impl Outbound for HttpOutbound {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, CallFailure>> {
        Box::pin(self.send(request))
    }

    fn open(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, CallFailure>> {
        Box::pin(self.start(request))
    }
}

/// A file on its way. Its size is the reader's business; silence is ours.
struct Coming {
    response: reqwest::Response,
    silence_max: Duration,
}

impl Chunks for Coming {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>> {
        Box::pin(async {
            match tokio::time::timeout(self.silence_max, self.response.chunk()).await {
                Ok(chunk) => chunk.map_err(|error| CallFailure::Unknown(plain(error))),
                Err(_) => Err(CallFailure::Unknown("the answer stopped half way".into())),
            }
        })
    }
}

/// Only a connection that never came about is known not to have carried the request.
fn failure(error: reqwest::Error) -> CallFailure {
    if error.is_connect() || error.is_builder() {
        CallFailure::NotSent(plain(error))
    } else {
        CallFailure::Unknown(plain(error))
    }
}

/// Without the address, whose query may carry a secret.
fn plain(error: reqwest::Error) -> BoxError {
    error.without_url().into()
}

fn tls(options: &HttpOptions) -> Result<rustls::ClientConfig, HttpOutboundError> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for file in &options.extra_roots {
        let block = pem::first_block(file).map_err(HttpOutboundError::RootFile)?;
        if block.kind != PemKind::Certificate {
            return Err(HttpOutboundError::Root);
        }
        let certificate = CertificateDer::from(block.der.to_vec());
        roots.add(certificate).map_err(|_| HttpOutboundError::Root)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpOutboundError::Tls(error.into()))?
        .with_root_certificates(roots);
    Ok(match &options.identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified())))
        }
    })
}

/// A reachable host connects within a few hundred milliseconds; past this the backup host is the better bet.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// As long as the official Java SDK waits for an answer; a payer waits behind it.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Ordinary answers have a few KiB; bills are not read through here.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The platform announces `Keep-Alive: timeout=8` (v3.md §1.4). Dropping a connection earlier than the
/// platform does avoids sending into one that is just being closed, whose outcome would be unknown.
const POOL_IDLE: Duration = Duration::from_secs(6);
