//! The seam "what goes out": one asynchronous call with three results.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A cause of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Sends one HTTP request. Production hands in [`HttpOutbound`](crate::HttpOutbound), a simulation
/// hands in its network.
///
/// An implementation sends the request at most once and never follows a redirect: repeating is decided
/// by the caller, who knows what may be repeated.
pub trait Outbound: Send + Sync {
    /// Sends `request` (absolute address) and reads the whole answer.
    ///
    /// # Errors
    /// [`CallFailure`], which says whether the other side may have acted.
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, CallFailure>>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallFailure {
    /// The request did not reach the other side: connection refused, name not found, TLS handshake failed.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// The other side may have acted: time-out, connection lost, answer truncated or too large.
    #[error("the request was sent, but no whole answer came back")]
    Unknown(#[source] BoxError),
}
