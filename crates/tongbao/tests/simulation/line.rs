//! The server's way to the platform, with everything that can happen on it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tongbao_sdk::{BoxFuture, CallFailure, Outbound};

use crate::mutants;
use crate::stage::{Point, Stage};
use crate::tally::Sometimes;
use crate::weather::Journey;

/// What the server's HTTP client grants a call.
const PATIENCE: Duration = Duration::from_secs(10);

/// Stands between the server and the wire of its world.
pub(crate) struct Line {
    wire: Arc<dyn Outbound>,
    stage: Weak<Stage>,
}

impl Line {
    pub(crate) fn new(wire: Arc<dyn Outbound>, stage: Weak<Stage>) -> Self {
        Self { wire, stage }
    }

    async fn carry(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallFailure> {
        let Some(stage) = self.stage.upgrade() else { return Err(CallFailure::NotSent("over".into())) };
        stage.auditor.catch_up(&stage);
        if stage.life.is_dead() || stage.dies_at(Point::BeforeCall) {
            return std::future::pending().await;
        }
        let _busy = stage.busy();
        let request = mutants::alter_call(&stage, request);
        let name = format!("{} {}", request.method(), shortened(request.uri().path()));
        let journey = stage.weather.journey(is_hasty(&request));
        stage.trace.note(format_args!("call {name}: {journey:?}"));
        let answer = match journey {
            Journey::NotSent => Err(CallFailure::NotSent("connection refused".into())),
            Journey::Lost => {
                tokio::time::sleep(PATIENCE).await;
                Err(CallFailure::Unknown("timed out".into()))
            }
            Journey::Travels { there, back } => self.send(&stage, request, name, (there, back)).await,
        };
        if stage.life.is_dead() || stage.dies_at(Point::AfterCall) {
            return std::future::pending().await;
        }
        answer
    }

    /// The request travels by itself: it arrives even when whoever sent it has given up or died.
    async fn send(
        &self,
        stage: &Arc<Stage>,
        request: Request<Bytes>,
        name: String,
        (there, back): (Duration, Option<Duration>),
    ) -> Result<Response<Bytes>, CallFailure> {
        let (tell, hear) = tokio::sync::oneshot::channel();
        let (wire, on_its_way) = (self.wire.clone(), stage.clone());
        let generation = stage.life.generation();
        stage.network.spawn("request", async move {
            on_its_way.pause(there).await;
            if there > PATIENCE || on_its_way.life.generation() != generation {
                on_its_way.tally.happened(Sometimes::StragglerArrived);
            }
            let answer = wire.call(request).await;
            let told = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
            on_its_way.trace.note(format_args!("platform answers {name}: {told}"));
            if let Some(back) = back {
                on_its_way.pause(back).await;
                // Nobody may be waiting any more.
                let _ = tell.send(answer);
            } else {
                on_its_way.pause(PATIENCE).await;
            }
        });
        match tokio::time::timeout(PATIENCE, hear).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(CallFailure::Unknown("timed out".into())),
        }
    }
}

impl Outbound for Line {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        Box::pin(self.carry(request))
    }
}

/// What orders are described by that are closed before the platform has heard of them.
pub(crate) const HASTY: &str = "hasty";

fn is_hasty(request: &Request<Bytes>) -> bool {
    request.uri().path().ends_with("/jsapi")
        && request.body().windows(HASTY.len()).any(|at| at == HASTY.as_bytes())
}

/// Without what is the same in every line.
pub(crate) fn shortened(path: &str) -> &str {
    path.strip_prefix("/v3/").unwrap_or(path)
}
