//! What carries notifications: the simulator's one way out.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::SimError;

/// What a post becomes.
pub type Posting<'a> = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, PostFailed>> + Send + 'a>>;

/// Carries one notification to a merchant and brings back the answer.
///
/// The simulator waits five seconds at most, whatever the postman does.
pub trait Postman: Send + Sync {
    /// Posts `request`, whose URI is absolute.
    fn post(&self, request: http::Request<Bytes>) -> Posting<'_>;
}

/// Why no answer came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostFailed {
    /// The merchant could not be reached.
    #[error("cannot connect: {reason}")]
    Connect {
        /// What the network said.
        reason: String,
    },
    /// Five seconds went by.
    #[error("no answer within five seconds")]
    TimedOut,
    /// The connection broke, or what came was not HTTP.
    #[error("the answer broke off: {reason}")]
    Broken {
        /// What the network said.
        reason: String,
    },
}

/// Posts over HTTP and HTTPS: five seconds, no redirects, a bounded answer.
pub struct HttpPostman {
    client: reqwest::Client,
}

impl HttpPostman {
    /// A postman with its own connections. TLS trusts the public roots.
    ///
    /// # Panics
    /// When the TLS library refuses its own default protocol versions.
    #[must_use]
    pub fn new() -> Self {
        Self::with_roots(public_roots())
    }

    /// The same, trusting the authorities in `pem` too.
    ///
    /// # Errors
    /// [`SimError::Settings`] when there is no certificate of an authority in it.
    pub fn trusting(pem: &[u8]) -> Result<Self, SimError> {
        let refused = |reason: String| SimError::Settings { field: "notify_ca", reason };
        let mut roots = public_roots();
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| refused(error.to_string()))?;
            roots.add(certificate).map_err(|error| refused(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(refused("there is no CERTIFICATE block in it".into()));
        }
        Ok(Self::with_roots(roots))
    }

    fn with_roots(roots: RootCertStore) -> Self {
        // The provider is named, so that whoever embeds the simulator need not install one.
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            // As the platform spells them: `Wechatpay-Signature`. Merchants should not care; some do.
            .http1_title_case_headers()
            .timeout(ANSWER_WITHIN)
            .build()
            .expect("a client with a preconfigured TLS back end builds");
        Self { client }
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, PostFailed> {
        let request =
            reqwest::Request::try_from(request).map_err(|e| PostFailed::Connect { reason: e.to_string() })?;
        let mut answer = self.client.execute(request).await.map_err(failed)?;
        let mut body = BytesMut::new();
        while body.len() < ANSWER_BYTES_MAX {
            let Some(chunk) = answer.chunk().await.map_err(failed)? else {
                break;
            };
            let room = ANSWER_BYTES_MAX - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        let mut carried = http::Response::new(body.freeze());
        *carried.status_mut() = answer.status();
        *carried.headers_mut() = answer.headers().clone();
        Ok(carried)
    }
}

impl Default for HttpPostman {
    fn default() -> Self {
        Self::new()
    }
}

impl Postman for HttpPostman {
    fn post(&self, request: http::Request<Bytes>) -> Posting<'_> {
        Box::pin(self.carry(request))
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn failed(error: reqwest::Error) -> PostFailed {
    if error.is_timeout() {
        return PostFailed::TimedOut;
    }
    let connecting = error.is_connect();
    // The address is the merchant's own and already in the log of attempts.
    let reason = innermost(&error.without_url());
    if connecting { PostFailed::Connect { reason } } else { PostFailed::Broken { reason } }
}

/// What the network itself said: the outer errors only say that something was not sent.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// The platform waits so long for the answer to a notification (v3.md §6.8).
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// An answer needs no body; what is longer is not read.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
