//! The network between server and platform, in one process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use tongbao_sdk::{BoxFuture, CallFailure, Outbound};
use tongbao_sim::{Delayed, Dropped, PostFailed, Posting, Postman};
use tower::ServiceExt;

/// The platform's way to the merchant: whatever server stands behind the door just then.
#[derive(Default)]
pub(crate) struct Door(Mutex<Option<Router>>);

impl Door {
    /// A server stands behind the door.
    pub(crate) fn open(&self, router: Router) {
        *self.behind() = Some(router);
    }

    /// Nobody does: connections are refused.
    pub(crate) fn close(&self) {
        *self.behind() = None;
    }

    fn behind(&self) -> std::sync::MutexGuard<'_, Option<Router>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Postman for Door {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        Box::pin(async move {
            let router = self.behind().clone();
            let Some(router) = router else { return Err(PostFailed::Connect { reason: "refused".into() }) };
            Ok(deliver(router, request).await)
        })
    }
}

/// What becomes of a request on its way to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives, and so does the answer.
    Arrives,
    /// It never leaves.
    NotSent,
    /// It is lost on the way: nothing is executed, nobody knows.
    Lost,
    /// It is executed, the answer is lost.
    AnswerLost,
    /// It arrives so much later.
    Late(Duration),
}

type Judge = dyn Fn(&Request<Bytes>) -> Fate + Send + Sync;

/// The server's way to the platform.
pub(crate) struct Wire {
    platform: Router,
    judge: Mutex<std::sync::Arc<Judge>>,
}

/// What the server's HTTP client grants a call.
const PATIENCE: Duration = Duration::from_secs(10);

impl Wire {
    /// A wire that loses nothing.
    pub(crate) fn new(platform: Router) -> Self {
        Self { platform, judge: Mutex::new(std::sync::Arc::new(|_| Fate::Arrives)) }
    }

    /// Decides the fate of every request from now on.
    pub(crate) fn judge(&self, judge: impl Fn(&Request<Bytes>) -> Fate + Send + Sync + 'static) {
        *self.judge.lock().unwrap_or_else(PoisonError::into_inner) = std::sync::Arc::new(judge);
    }

    async fn carry(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallFailure> {
        let judge = self.judge.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fate = judge(&request);
        let answer = deliver(self.platform.clone(), request);
        match fate {
            Fate::Arrives => patiently(answer).await,
            Fate::NotSent => Err(CallFailure::NotSent("connection refused".into())),
            Fate::Lost => patiently(std::future::pending()).await,
            Fate::AnswerLost => {
                answer.await;
                patiently(std::future::pending()).await
            }
            Fate::Late(by) => {
                patiently(async {
                    tokio::time::sleep(by).await;
                    answer.await
                })
                .await
            }
        }
    }
}

impl Outbound for Wire {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        Box::pin(self.carry(request))
    }
}

async fn patiently(answer: impl Future<Output = Response<Bytes>>) -> Result<Response<Bytes>, CallFailure> {
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    let answer = answer.map_err(|_| CallFailure::Unknown("timed out".into()))?;
    if answer.extensions().get::<Dropped>().is_some() {
        return Err(CallFailure::Unknown("connection reset".into()));
    }
    Ok(answer)
}

async fn deliver(router: Router, request: Request<Bytes>) -> Response<Bytes> {
    let Ok(response) = router.oneshot(request.map(Body::from)).await;
    let (mut parts, body) = response.into_parts();
    if let Some(Delayed(wait)) = parts.extensions.get() {
        tokio::time::sleep(*wait).await;
    }
    let body = body.collect().await.map_or_else(
        |_| {
            // An answer that breaks off is as good as none.
            parts.extensions.insert(Dropped);
            Bytes::new()
        },
        |body| body.to_bytes(),
    );
    Response::from_parts(parts, body)
}
