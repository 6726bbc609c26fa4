//! What happens to answers on their way out: lost, late, slow, cut, reset.
//!
//! An answer says in its extensions what whoever carries it is to do; only sockets wait ([`obey`]).

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};

/// Marks an answer that never leaves: found in a response's extensions by whoever carries it.
///
/// Over a real connection the body breaks off before its first byte, which closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

/// Marks an answer that is to come so much later: found in a response's extensions by whoever carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delayed(pub Duration);

/// Marks an answer whose body is to come slowly: found in a response's extensions by whoever carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// So many bytes a second.
    pub bytes_per_second: u32,
}

/// Marks a [`Dropped`] answer whose connection is reset and not only closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset;

/// An answer that never leaves.
pub(crate) fn dropped() -> Response {
    let mut answer = Response::new(broken(Bytes::new()));
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1"));
    answer.extensions_mut().insert(Dropped);
    answer
}

/// The same, and the connection is reset.
pub(super) fn reset() -> Response {
    let mut answer = dropped();
    answer.extensions_mut().insert(Reset);
    answer
}

/// What nginx says when it cannot reach what is behind it (v3.md §1.11: 502 is documented, its page is not).
pub(super) fn bad_gateway() -> Response {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    let headers = [(header::SERVER, "nginx"), (header::CONTENT_TYPE, "text/html")];
    (StatusCode::BAD_GATEWAY, headers, page).into_response()
}

/// Breaks the body off after so many bytes, one before its end at the latest. An answer without a body never
/// leaves.
pub(super) async fn truncated(answer: Response, after: usize) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = whole(body).await;
    let Some(most) = body.len().checked_sub(1) else { return dropped() };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, broken(body.slice(..after.min(most))))
}

/// Says how long the body is, so that it can come in pieces and still be read as one.
pub(super) async fn throttled(answer: Response, bytes_per_second: u32) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = whole(body).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    parts.extensions.insert(Throttled { bytes_per_second });
    Response::from_parts(parts, Body::from(body))
}

/// Answers of the platform are in memory: nothing is waited for.
async fn whole(body: Body) -> Bytes {
    axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// These bytes, and then an error.
fn broken(begun: Bytes) -> Body {
    let anything = !begun.is_empty();
    let begins = stream::iter(anything.then_some(Ok(begun)));
    let breaks = stream::once(async move {
        if anything {
            // What was written is sent before the connection breaks.
            tokio::task::yield_now().await;
        }
        Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "dropped on purpose"))
    });
    Body::from_stream(futures_util::StreamExt::chain(begins, breaks))
}

/// Does to an answer what its extensions say: waits, slows it down, resets. For a router behind a socket.
#[cfg(feature = "server")]
pub(crate) async fn obey(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut answer = next.run(request).await;
    if let Some(Delayed(wait)) = answer.extensions().get() {
        tokio::time::sleep(*wait).await;
    }
    if answer.extensions().get::<Reset>().is_some() {
        answer.extensions_mut().insert(tongbao_listen::listen::Reset);
    }
    match answer.extensions().get().copied() {
        Some(Throttled { bytes_per_second }) => answer.map(|body| in_pieces(body, bytes_per_second)),
        None => answer,
    }
}

/// Ten pieces a second, or one for each byte when there are fewer.
#[cfg(feature = "server")]
fn in_pieces(body: Body, bytes_per_second: u32) -> Body {
    let piece = usize::try_from((bytes_per_second / 10).max(1)).unwrap_or(usize::MAX);
    let pause = Duration::from_secs(1) * u32::try_from(piece).unwrap_or(u32::MAX) / bytes_per_second.max(1);
    let pieces = stream::unfold((Some(body), Bytes::new()), move |(body, mut rest)| async move {
        if let Some(body) = body {
            rest = whole(body).await;
        }
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let sent = rest.split_to(piece.min(rest.len()));
        Some((Ok::<_, std::io::Error>(sent), (None, rest)))
    });
    Body::from_stream(pieces)
}
