//! The seam "what goes out": one asynchronous call with three results.

use std::fmt;
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

    /// Sends `request` and gives the answer's body piece by piece, for files. Unless an implementation knows
    /// better, the whole answer is read first.
    ///
    /// # Errors
    /// [`CallFailure`], as for [`Outbound::call`]; later also from [`Body::next`].
    fn open(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, CallFailure>> {
        let whole = self.call(request);
        Box::pin(async move { Ok(whole.await?.map(Body::whole)) })
    }
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

/// A body that comes piece by piece.
pub struct Body(Pieces);

enum Pieces {
    Whole(Option<Bytes>),
    Coming(Box<dyn Chunks>),
}

/// Where the pieces of a [`Body`] come from.
pub trait Chunks: Send {
    /// The next piece; `None` after the last.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>>;
}

impl Body {
    /// A body that is there already.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        Self(Pieces::Whole(Some(bytes)))
    }

    /// A body that is still coming.
    #[must_use]
    pub fn coming(chunks: impl Chunks + 'static) -> Self {
        Self(Pieces::Coming(Box::new(chunks)))
    }

    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// [`CallFailure::Unknown`] when the connection breaks or falls silent.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallFailure> {
        match &mut self.0 {
            Pieces::Whole(bytes) => Ok(bytes.take()),
            Pieces::Coming(chunks) => chunks.next().await,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}
