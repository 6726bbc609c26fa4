//! Copies what passes, on the way in and on the way out.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::Instant;
use tongbao_wire::{Mchid, OutTradeNo};

use super::exchange::{Capture, CashierRefused, Direction, End, Exchange, Faulted, Message, NoticeOf};
use crate::postman::PostFailed;
use crate::{Dropped, Simulator};

/// Stands around the platform's routes: what passes is kept once its answer has gone, or has not.
pub(crate) async fn record(Shared(simulator): Shared<Simulator>, request: Request, next: Next) -> Response {
    if OWN.iter().any(|own| request.uri().path().starts_with(own)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let asked = Arc::new(Mutex::new(Capture::default()));
    let mut draft = Draft {
        exchange: Some(begun(&simulator, &parts)),
        asked: Arc::clone(&asked),
        answered: Capture::default(),
        began: Instant::now(),
        simulator,
    };
    let body = Body::new(Listening { body, heard: asked });
    let response = next.run(Request::from_parts(parts, body)).await;
    draft.answer(&response);
    response.map(|body| Body::new(Telling { draft, body }))
}

/// One send of a notification.
pub(crate) struct Send<'a> {
    pub(crate) id: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) mchid: &'a Mchid,
    pub(crate) out_trade_no: Option<&'a OutTradeNo>,
    pub(crate) fault: Option<String>,
    pub(crate) request: &'a http::Request<Bytes>,
    pub(crate) began: Instant,
}

/// Keeps a send and what the merchant said to it.
pub(crate) fn sent(
    simulator: &Simulator,
    send: Send<'_>,
    answered: &Result<http::Response<Bytes>, PostFailed>,
) {
    let clock = &simulator.inner.platform.clock;
    let (status, end, answer) = match answered {
        Ok(response) => {
            let answer = Message::new(response.headers(), Capture::of(response.body()));
            (Some(response.status().as_u16()), End::Whole, answer)
        }
        Err(failed) => (None, End::NoAnswer(failed.to_string()), Message::default()),
    };
    let took = send.began.elapsed();
    simulator.inner.recorder.keep(Exchange {
        id: 0,
        at: clock.business(),
        transport_at: clock.transport(),
        took,
        direction: Direction::Out,
        method: send.request.method().to_string(),
        target: send.request.uri().to_string(),
        asked: Message::new(send.request.headers(), Capture::of(send.request.body())),
        status,
        answered: answer,
        end,
        fault: send.fault,
        cashier_refused: None,
        notice: Some(NoticeOf {
            id: send.id.to_owned(),
            event_type: send.event_type.to_owned(),
            mchid: send.mchid.clone(),
            out_trade_no: send.out_trade_no.cloned(),
        }),
        facts: OnceLock::new(),
        why: OnceLock::new(),
    });
}

fn begun(simulator: &Simulator, parts: &http::request::Parts) -> Exchange {
    let clock = &simulator.inner.platform.clock;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    Exchange {
        id: 0,
        at: clock.business(),
        transport_at: clock.transport(),
        took: std::time::Duration::ZERO,
        direction: Direction::In,
        method: parts.method.to_string(),
        target: target.to_owned(),
        asked: Message::headers_of(&parts.headers),
        status: None,
        answered: Message::default(),
        end: End::Left,
        fault: None,
        cashier_refused: None,
        notice: None,
        facts: OnceLock::new(),
        why: OnceLock::new(),
    }
}

/// An exchange under way; kept when it is dropped, whether it came to an end or not.
struct Draft {
    simulator: Simulator,
    exchange: Option<Exchange>,
    asked: Arc<Mutex<Capture>>,
    answered: Capture,
    began: Instant,
}

impl Draft {
    fn answer(&mut self, response: &Response) {
        let Some(exchange) = &mut self.exchange else { return };
        let marks = response.extensions();
        let dropped = marks.get::<Dropped>().is_some();
        exchange.status = (!dropped).then(|| response.status().as_u16());
        exchange.answered =
            if dropped { Message::default() } else { Message::headers_of(response.headers()) };
        exchange.fault = marks.get::<Faulted>().map(|fault| fault.0.clone());
        if dropped && exchange.fault.is_none() {
            exchange.fault = Some("Dropped".into());
        }
        exchange.cashier_refused = marks.get::<CashierRefused>().map(|refused| refused.0.clone());
    }

    fn answered_nothing(&self) -> bool {
        self.answered.is_empty()
    }

    fn end(&mut self, end: End) {
        if let Some(exchange) = &mut self.exchange {
            exchange.end = end;
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(mut exchange) = self.exchange.take() else { return };
        exchange.took = self.began.elapsed();
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        exchange.asked.set_body(asked);
        exchange.answered.set_body(std::mem::take(&mut self.answered));
        self.simulator.inner.recorder.keep(exchange);
    }
}

/// A request's body that is copied while it is read.
struct Listening {
    body: Body,
    heard: Arc<Mutex<Capture>>,
}

impl http_body::Body for Listening {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).take(data);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that is copied while it is sent.
struct Telling {
    draft: Draft,
    body: Body,
}

impl http_body::Body for Telling {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.draft.answered.take(data);
                }
                if self.body.is_end_stream() {
                    self.draft.end(End::Whole);
                }
            }
            Some(Err(_)) => self.draft.end(End::Broken),
            None => self.draft.end(End::Whole),
        }
        Poll::Ready(frame)
    }

    /// Asked by the server before it polls at all: an empty answer is whole.
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        if self.body.is_end_stream() && self.draft.answered_nothing() {
            self.draft.end(End::Whole);
        }
    }
}

/// The simulator's own pages and calls, which are no exchanges with the platform.
const OWN: &[&str] = &["/sim/", "/inspector", "/cashier/", "/phone", "/favicon.ico", "/robots.txt"];
