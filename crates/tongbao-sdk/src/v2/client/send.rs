//! One call on its way: signed, sent, repeated where that is safe, verified, and read in three layers.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode};
use memchr::memmem;
use tongbao_wire::{Call, ErrorCode, Repetition};

use super::Client;
use super::outgoing::{AnswerSign, Outgoing};
use crate::client::send::{AGENT, AGENT_RETRIED};
use crate::json::Misfit;
use crate::outbound::{Body, Outbound};
use crate::retry_policy::{Attempt, Next, Obstacle};
use crate::unsendable::{Unsendable, UnsendableReason};
use crate::v2::call_error::{CallError, CallErrorKind};
use crate::v2::envelope::{self, Envelope};
use crate::v2::fields::Fields;
use crate::v2::sign::SignType;
use crate::v2::xml_error::XmlError;

/// A call under way. Every attempt carries the same bytes.
pub(in crate::v2) struct Course {
    call: Call,
    path: String,
    body: Bytes,
    sign_type: SignType,
    answer: AnswerSign,
    outbound: Arc<dyn Outbound>,
    repetition: Repetition,
    attempt: Attempt,
    /// An attempt that failed may have succeeded all the same.
    in_doubt: bool,
}

impl Course {
    pub(in crate::v2) fn call(&self) -> Call {
        self.call
    }
}

impl Client {
    /// Sends, repeats as the policy says, verifies, and reads what was answered.
    pub(in crate::v2) async fn answer<T>(
        &self,
        outgoing: Outgoing,
        read: impl FnOnce(&Fields) -> Result<T, Misfit>,
    ) -> Result<T, CallError> {
        let call = outgoing.call;
        let fields = self.send(outgoing).await?;
        read(&fields).map_err(CallError::undecodable(call))
    }

    /// Sends, repeats as the policy says, and verifies.
    pub(in crate::v2) async fn send(&self, outgoing: Outgoing) -> Result<Fields, CallError> {
        let mut course = self.start(outgoing)?;
        loop {
            match self.attempt(&course).await {
                Ok(fields) => return Ok(fields),
                Err(error) => self.carry_on(&mut course, error).await?,
            }
        }
    }

    /// Signs a request, unless it cannot be sent.
    pub(in crate::v2) fn start(&self, outgoing: Outgoing) -> Result<Course, CallError> {
        let Outgoing { call, .. } = outgoing;
        let merchant = &self.0.merchant;
        outgoing.check(merchant).map_err(CallError::unsendable(call))?;
        let outbound = if outgoing.certificate { self.0.certified.as_ref() } else { Some(&self.0.plain) };
        let outbound = outbound.ok_or_else(|| CallError::new(call, CallErrorKind::NoClientCertificate))?;
        let sign_type = outgoing.sign_type.unwrap_or(merchant.sign_type);
        let mut fields = outgoing.fields;
        fields.set("mch_id", merchant.mch_id.as_str());
        fields.set("nonce_str", &self.nonce());
        if sign_type != SignType::Md5 || fields.get("sign_type").is_some() {
            // MD5 is what is meant when nothing is said, and some calls do not know the element.
            fields.set("sign_type", sign_type.as_str());
        }
        fields.set("sign", &merchant.key.sign(sign_type, &fields));
        let body = fields.to_xml().map_err(|error| CallError::unsendable(call)(unwritable(&error)))?;
        Ok(Course {
            call,
            path: self.path(outgoing.path),
            body: body.into(),
            sign_type,
            answer: outgoing.answer,
            outbound: Arc::clone(outbound),
            repetition: outgoing.repetition,
            attempt: Attempt::default(),
            in_doubt: false,
        })
    }

    /// Prepares the attempt after `error`, or gives up with it.
    pub(in crate::v2) async fn carry_on(
        &self,
        course: &mut Course,
        mut error: CallError,
    ) -> Result<(), CallError> {
        error.repetition = course.repetition;
        let Some(next) = self.next(course.attempt, &error) else {
            error.earlier_in_doubt = course.in_doubt;
            return Err(error);
        };
        tracing::debug!(call = course.call.name(), reason = error.code(), "repeating a call");
        course.in_doubt |= error.in_doubt();
        course.attempt = next.attempt;
        if let Some(pause) = next.pause {
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// The next attempt after `error`, if the policy has one and repeating is harmless.
    fn next(&self, attempt: Attempt, error: &CallError) -> Option<Next> {
        if error.repetition != Repetition::Harmless {
            return None;
        }
        let obstacle = match &error.kind {
            CallErrorKind::NotSent(_)
            | CallErrorKind::Unknown(_)
            | CallErrorKind::Page { status: 502 | 503 } => Obstacle::NoAnswer,
            CallErrorKind::Page { status: 429 } => Obstacle::RateLimit,
            CallErrorKind::Rejected { code, .. } | CallErrorKind::Refused { code, .. } => match code {
                ErrorCode::SystemError | ErrorCode::BizErrNeedRetry | ErrorCode::BankError => {
                    Obstacle::SystemError
                }
                ErrorCode::FrequencyLimited => Obstacle::RateLimit,
                _ => return None,
            },
            CallErrorKind::Unsendable(_)
            | CallErrorKind::NoClientCertificate
            | CallErrorKind::CertificateRefused { .. }
            | CallErrorKind::Page { .. }
            | CallErrorKind::NotAMessage(_)
            | CallErrorKind::UnverifiableAnswer(_)
            | CallErrorKind::Undecodable(_)
            | CallErrorKind::Unwritten(_) => return None,
        };
        let chance = || u16::from_le_bytes(self.0.chance.bytes::<2>());
        self.0.retry.next(attempt, obstacle, self.0.hosts.backup.is_some(), chance)
    }

    async fn attempt(&self, course: &Course) -> Result<Fields, CallError> {
        let call = course.call;
        let response = course.outbound.call(self.request(course)?).await;
        let (head, body) = response.map_err(|failure| CallError::from_failure(call, failure))?.into_parts();
        if head.status != StatusCode::OK {
            return Err(page(call, head.status, &body));
        }
        self.judge(course, &body)
    }

    /// Opens an answer that is a file.
    pub(in crate::v2) async fn attempt_open(&self, course: &Course) -> Result<Body, CallError> {
        let call = course.call;
        let opened = course.outbound.open(self.request(course)?).await;
        let (head, mut body) = opened.map_err(|failure| CallError::from_failure(call, failure))?.into_parts();
        if head.status == StatusCode::OK {
            return Ok(body);
        }
        let mut start = BytesMut::new();
        while start.len() < PAGE_BYTES_MAX {
            match body.next().await {
                Ok(Some(chunk)) => start.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        Err(page(call, head.status, &start))
    }

    fn request(&self, course: &Course) -> Result<Request<Bytes>, CallError> {
        let hosts = &self.0.hosts;
        let (host, agent) = match (&hosts.backup, course.attempt.on_backup) {
            (Some(backup), true) => (backup, AGENT_RETRIED),
            (None, true) | (_, false) => (&hosts.primary, AGENT),
        };
        let address = format!("{}{}", host.trim_end_matches('/'), course.path);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"))
            .header(USER_AGENT, HeaderValue::from_static(agent))
            .body(course.body.clone())
            .ok()
            .filter(|request| request.uri().host().is_some())
            .ok_or_else(|| {
                CallError::unsendable(course.call)(Unsendable::new("host", UnsendableReason::Host))
            })?;
        self.mark_for_sandbox(&mut request);
        Ok(request)
    }

    /// Transport, signature, business (v2.md §1.4).
    pub(in crate::v2) fn judge(&self, course: &Course, body: &[u8]) -> Result<Fields, CallError> {
        let refuse = |kind| Err(CallError::new(course.call, kind));
        let fields = match Fields::parse(body) {
            Ok(fields) => fields,
            Err(error) => return refuse(CallErrorKind::NotAMessage(error)),
        };
        match envelope::transport(&fields) {
            Envelope::Accepted => {}
            Envelope::Refused { code, message } => return refuse(CallErrorKind::Rejected { code, message }),
            Envelope::Missing(misfit) => return refuse(CallErrorKind::Undecodable(misfit)),
        }
        if course.answer == AnswerSign::Checked
            && let Err(fault) = self.0.merchant.key.verify(course.sign_type, &fields)
        {
            return refuse(CallErrorKind::UnverifiableAnswer(fault));
        }
        match envelope::business(&fields) {
            Envelope::Accepted => Ok(fields),
            Envelope::Refused { code, message } => {
                let recall = fields.get("recall") == Some("Y");
                refuse(CallErrorKind::Refused { code, message, recall })
            }
            // The sandbox's key comes without.
            Envelope::Missing(_) if course.answer == AnswerSign::None => Ok(fields),
            Envelope::Missing(misfit) => refuse(CallErrorKind::Undecodable(misfit)),
        }
    }
}

/// A text that XML cannot carry.
fn unwritable(error: &XmlError) -> Unsendable {
    let member = error.element().unwrap_or_default().to_owned();
    let reason = match error {
        XmlError::Character { .. } => UnsendableReason::ControlCharacter,
        XmlError::CdataEnd { .. } => UnsendableReason::Combination("contains ]]>, which XML cannot carry"),
        _ => UnsendableReason::Combination("is not a name of an element"),
    };
    Unsendable::new(member, reason)
}

/// What a status other than 200 means. Front doors refuse client certificates in words (v2.md §1.2).
fn page(call: Call, status: StatusCode, body: &[u8]) -> CallError {
    let start = &body[..body.len().min(PAGE_BYTES_MAX)];
    let about_certificate = memmem::find(start, b"SSL certificate").is_some();
    let kind = if status == StatusCode::BAD_REQUEST && about_certificate {
        CallErrorKind::CertificateRefused { status: status.as_u16() }
    } else {
        CallErrorKind::Page { status: status.as_u16() }
    };
    CallError::new(call, kind)
}

/// The front door's page about certificates has fewer than 300 bytes.
const PAGE_BYTES_MAX: usize = 4096;
