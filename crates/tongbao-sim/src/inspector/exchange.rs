//! One exchange: a request and what became of it, as bytes.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tongbao_wire::{Mchid, OutTradeNo, Timestamp};

use super::facts::Facts;
use crate::why::Why;

/// Marks a response whose answer was spoilt on purpose, with how.
#[derive(Clone, Debug)]
pub(crate) struct Faulted(pub(crate) String);

/// Marks a page of the cashier that refuses, with what it tells the caller.
#[derive(Clone, Debug)]
pub(crate) struct CashierRefused(pub(crate) String);

/// Who calls whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A client calls the platform.
    In,
    /// The platform calls a merchant.
    Out,
}

/// A request and its answer. What follows from them is found when somebody looks.
pub(crate) struct Exchange {
    /// Rises in the order in which exchanges end.
    pub(crate) id: u64,
    /// When it began, in business time.
    pub(crate) at: Timestamp,
    /// The same moment in the time signatures go by.
    pub(crate) transport_at: Timestamp,
    pub(crate) took: Duration,
    pub(crate) direction: Direction,
    pub(crate) method: String,
    /// Path and query as they came; of a notification the whole address.
    pub(crate) target: String,
    pub(crate) asked: Message,
    /// None when no answer came or left.
    pub(crate) status: Option<u16>,
    pub(crate) answered: Message,
    pub(crate) end: End,
    /// What was done to it on purpose.
    pub(crate) fault: Option<String>,
    /// What the cashier's page refused with.
    pub(crate) cashier_refused: Option<String>,
    /// The notification that was sent.
    pub(crate) notice: Option<NoticeOf>,
    pub(crate) facts: OnceLock<Facts>,
    pub(crate) why: OnceLock<Option<Why>>,
}

/// Which notification a send belongs to.
#[derive(Clone, Debug)]
pub(crate) struct NoticeOf {
    pub(crate) id: String,
    /// Such as `TRANSACTION.SUCCESS`.
    pub(crate) event_type: String,
    pub(crate) mchid: Mchid,
    pub(crate) out_trade_no: Option<OutTradeNo>,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The answer went whole.
    Whole,
    /// The answer broke off, or was never sent on purpose.
    Broken,
    /// The client went away before the answer was complete.
    Left,
    /// No answer came, with the reason.
    NoAnswer(String),
}

/// Headers and a body, the latter as far as it is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    headers: Bytes,
    pub(crate) body: Bytes,
    /// How long the body was.
    pub(crate) length: usize,
}

impl Message {
    pub(crate) fn new(headers: &HeaderMap, capture: Capture) -> Self {
        Self { headers: written(headers), length: capture.length, body: capture.kept.into() }
    }

    /// With the headers alone.
    pub(crate) fn headers_of(headers: &HeaderMap) -> Self {
        Self { headers: written(headers), ..Self::default() }
    }

    /// Adds the body, once it has passed.
    pub(crate) fn set_body(&mut self, capture: Capture) {
        self.length = capture.length;
        self.body = capture.kept.into();
    }

    /// True when only the beginning of the body is kept.
    pub(crate) fn is_cut(&self) -> bool {
        self.length > self.body.len()
    }

    /// Names, in lower case, and values, in their order.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let mut rest: &[u8] = &self.headers;
        std::iter::from_fn(move || {
            let (name, after) = split(rest, b'\0')?;
            let (value, after) = split(after, b'\n')?;
            rest = after;
            Some((std::str::from_utf8(name).unwrap_or("?"), value))
        })
    }

    /// The first value of a header, when it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    fn weight(&self) -> usize {
        self.headers.len() + self.body.len()
    }
}

impl Exchange {
    /// Bytes it keeps in memory, about.
    pub(crate) fn weight(&self) -> usize {
        EXCHANGE_BYTES + self.target.len() + self.asked.weight() + self.answered.weight()
    }

    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// A body as it passes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capture {
    kept: Vec<u8>,
    length: usize,
}

impl Capture {
    pub(crate) fn of(body: &[u8]) -> Self {
        let mut capture = Self::default();
        capture.take(body);
        capture
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Copies what passes: a slice of the connection's buffer would keep all of that alive.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        let room = BODY_BYTES_KEPT - self.kept.len();
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
        self.length += piece.len();
    }
}

/// All headers in one piece: many small ones would cost more than the exchange.
fn written(headers: &HeaderMap) -> Bytes {
    let whole = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 2;
    let mut bytes = Vec::with_capacity(headers.iter().map(whole).sum());
    for (name, value) in headers {
        if bytes.len() + whole((name, value)) > HEADERS_BYTES_KEPT {
            break;
        }
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.push(b'\0');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(b'\n');
    }
    bytes.into()
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}

/// Of each body so much is kept; hardly any message of the platform is longer.
pub(crate) const BODY_BYTES_KEPT: usize = 64 * 1024;
const HEADERS_BYTES_KEPT: usize = 16 * 1024;
/// The struct itself and its share of the ring.
const EXCHANGE_BYTES: usize = 512;
