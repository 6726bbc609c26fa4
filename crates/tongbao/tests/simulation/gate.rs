//! Stands before the server where notifications arrive, and looks at every answer at the instant it is given.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use tongbao_wire::NotificationEnvelope;

use crate::auditor::Invariant;
use crate::mutants;
use crate::stage::{Acting, Actor, Belief, Died, Point, Stage};

/// Most bytes of a notification here.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Lets a notification through to the server.
pub(crate) async fn guard(stage: Weak<Stage>, request: Request, next: Next) -> Response {
    let Some(stage) = stage.upgrade() else { return std::future::pending().await };
    let _busy = stage.busy();
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    let id = id_of(&body);
    let belief = stage.belief(&id);
    let number = stage.auditor.arrived(&stage, &id, belief);
    stage.trace.note(format_args!("notification {number} {id} arrives: {belief:?}"));
    let (parts, body) = mutants::alter_notification(&stage, parts, body);
    let actor = Actor::Notification { number, belief };
    let before = stage.auditor.digest(&stage);
    let handled = Acting::new(&stage, actor, next.run(Request::from_parts(parts, Body::from(body))));
    let Some(response) = alive(&stage, handled).await else {
        return std::future::pending().await;
    };
    let response = mutants::alter_acknowledgement(&stage, belief, response);
    let accepted = matches!(response.status().as_u16(), 200 | 204);
    stage.trace.note(format_args!("notification {number} is answered {}", response.status().as_u16()));
    stage.auditor.catch_up(&stage);
    match belief {
        Belief::Honest if accepted => stage.auditor.acknowledged_notification(&stage, &id),
        Belief::Honest => {}
        Belief::Forged => stage.auditor.unchanged(&stage, number, &before),
        Belief::Lying => {}
    }
    if accepted && belief != Belief::Honest {
        let said = format!("notification {id} was acknowledged, and it is {belief:?}");
        stage.auditor.violated(&stage, Invariant::I11, said);
    }
    if stage.dies_at(Point::BeforeReply) {
        stage.auditor.died_before_reply(&stage, actor);
        return std::future::pending().await;
    }
    if stage.weather.loses_mail_answer() {
        stage.trace.note(format_args!("the answer to notification {number} is lost"));
        return std::future::pending().await;
    }
    if accepted && belief == Belief::Honest {
        stage.auditor.heard_acknowledgement(&id);
    }
    response
}

/// What the server gives, unless it dies before.
pub(crate) async fn alive<T>(stage: &Arc<Stage>, work: impl Future<Output = T>) -> Option<T> {
    let generation = stage.life.generation();
    if stage.life.is_dead() {
        return None;
    }
    let work = AssertUnwindSafe(work).catch_unwind();
    let done = tokio::select! {
        biased;
        () = stage.life.end_of(generation) => None,
        done = work => Some(done),
    };
    match done? {
        Ok(done) => Some(done),
        Err(payload) if payload.is::<Died>() => None,
        Err(_) => {
            stage.auditor.violated(stage, Invariant::Panic, "the server panicked".into());
            None
        }
    }
}

fn id_of(body: &Bytes) -> String {
    let envelope: Option<NotificationEnvelope> = serde_json::from_slice(body).ok();
    envelope.map(|envelope| envelope.id).unwrap_or_default()
}
