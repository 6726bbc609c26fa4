//! Notifications in: verified, opened, observed, written down, acknowledged.
//!
//! Nothing unverified is written: anybody can send bytes, and a store that keeps them all is a store that
//! anybody can fill. What is verified goes into the inbox in the same write as what it changed.

use std::time::Duration;

use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tongbao_domain::{Cause, EventKind, Refusal};
use tongbao_sdk::{Content, Notification, NotificationRefused, Verified};
use tongbao_store::{Statement, inbox};
use tongbao_wire::{ErrorBody, OutTradeNo};

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::numbers;
use crate::payments::observe::{observe, observe_refund, of_payment, of_refund_notice};
use crate::payments::query;
use crate::transition::Moved;

/// The platform waits five seconds (v3.md §6.8); whatever happens behind, it hears from us before.
const ANSWER_WITHIN: Duration = Duration::from_millis(4_500);

/// A notification is a few kilobytes; the protocol allows a megabyte of ciphertext (v3.md §6.1).
pub const BODY_BYTES_MAX: usize = 1_100_000;

/// The routes the platform calls.
pub fn router() -> Router<App> {
    Router::new()
        .route("/notify/{account}/v3", routing::post(receive).fallback(not_posted))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Takes a notification. The answer is sent after the commit.
async fn receive(
    State(app): State<App>,
    account: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let account = account.map(|Path(account)| account).unwrap_or_default();
    let outcome = match body {
        Ok(body) => {
            let taken = tokio::time::timeout(ANSWER_WITHIN, take(&app, &account, &headers, &body)).await;
            taken.unwrap_or(Err(NotTaken::TooSlow))
        }
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(NotTaken::TooLarge),
        Err(_) => Err(NotTaken::Cut),
    };
    answer(&app, &account, outcome)
}

/// The platform only ever posts.
async fn not_posted(State(app): State<App>, account: Result<Path<String>, PathRejection>) -> Response {
    let account = account.map(|Path(account)| account).unwrap_or_default();
    answer(&app, &account, Err(NotTaken::NotPosted))
}

fn answer(app: &App, account: &str, outcome: Result<Taken, NotTaken>) -> Response {
    app.metrics.notification(outcome.as_ref().map_or_else(NotTaken::code, |taken| taken.word()));
    match outcome {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(not_taken) => {
            // Anybody can write the account, line ends and all: the log shows it escaped.
            let account: String = account.escape_debug().take(ACCOUNT_CHARS_LOGGED).collect();
            tracing::warn!(account, code = not_taken.code(), "notification refused: {not_taken}");
            let body = ErrorBody { code: "FAIL".into(), message: not_taken.to_string(), detail: None };
            (not_taken.status(), Json(body)).into_response()
        }
    }
}

/// What of an account's name goes into the log; ours are shorter.
const ACCOUNT_CHARS_LOGGED: usize = 32;

/// What a notification did.
#[derive(Clone, Copy)]
enum Taken {
    Applied,
    Duplicate,
    Ignored,
}

impl Taken {
    fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Duplicate => "duplicate",
            Self::Ignored => "ignored",
        }
    }
}

/// Why a notification was not acknowledged. The platform sends it again; what is not ours it sends in vain.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("no such account")]
    NoSuchAccount,
    #[error(transparent)]
    Unverified(#[from] NotificationRefused),
    #[error("no order has this out_trade_no")]
    NotOurs,
    #[error("{0} differs from the order")]
    Contradicts(String),
    #[error("could not be taken now: {0}")]
    Failed(#[from] Failure),
    #[error("could not be taken in time")]
    TooSlow,
    #[error("no notification has more than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the body did not come whole")]
    Cut,
    #[error("a notification is posted")]
    NotPosted,
}

impl NotTaken {
    /// A stable word for metrics and logs.
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchAccount => "no_such_account",
            Self::Unverified(refused) => refused.code(),
            Self::NotOurs => "not_ours",
            Self::Contradicts(_) => "contradicts",
            Self::Failed(_) => "failed",
            Self::TooSlow => "too_slow",
            Self::TooLarge => "too_large",
            Self::Cut => "body_unreadable",
            Self::NotPosted => "method_not_allowed",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchAccount => StatusCode::NOT_FOUND,
            Self::Unverified(NotificationRefused::TooLarge { .. }) | Self::TooLarge => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Cut => StatusCode::BAD_REQUEST,
            Self::NotPosted => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unverified(_) => StatusCode::UNAUTHORIZED,
            Self::NotOurs | Self::Contradicts(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Failed(_) | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

async fn take(app: &App, account: &str, headers: &HeaderMap, body: &Bytes) -> Result<Taken, NotTaken> {
    let account = app.account(account).ok_or(NotTaken::NoSuchAccount)?;
    let verified = open(app, account, headers, body).await?;
    let Notification { id, event_type, content, .. } = verified.get();
    match content {
        Content::Payment(transaction) => {
            let letter = Letter { id, event_type, out_trade_no: &transaction.out_trade_no, body };
            let observation = of_payment(transaction, Cause::Notification { id: id.clone() });
            let kept = [letter.keep(app, account)];
            judge(observe(app, account, observation, &kept).await)
        }
        Content::Refund(refund) if refund.mchid != account.mchid => {
            // A payment's is compared with the order's; a refund's observation has no place for it.
            tracing::error!(out_refund_no = %refund.out_refund_no, "a refund of another merchant came to this account");
            Err(NotTaken::Contradicts("mchid".into()))
        }
        Content::Refund(refund) => {
            let letter = Letter { id, event_type, out_trade_no: &refund.out_trade_no, body };
            let observation = of_refund_notice(refund, Cause::Notification { id: id.clone() });
            let kept = [letter.keep(app, account)];
            learn_of_the_payment_first(app, account, &refund.out_trade_no).await;
            judge(observe_refund(app, account, observation, &kept).await)
        }
        Content::PartnerPayment(_)
        | Content::CombinedPayment(_)
        | Content::PartnerRefund(_)
        | Content::ProfitSharing(_)
        | Content::Transfer(_)
        | Content::TransferAuthorization(_)
        | Content::Complaint(_)
        | Content::SecurityEcho(_)
        | Content::Other { .. } => {
            tracing::info!(event_type, "a notification of a kind this server does not use");
            Ok(Taken::Ignored)
        }
    }
}

/// Verifies and opens. A serial nobody has heard of may be a certificate that is newer than ours.
async fn open(
    app: &App,
    account: &Account,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Verified<Notification>, NotTaken> {
    match account.client.open_notification(headers, body) {
        Err(refused @ NotificationRefused::UnknownSerial { .. }) => {
            if !account.client.platform_keys().downloads_certificates() {
                return Err(refused.into());
            }
            match account.client.refresh_certificates_if_due().await {
                Ok(Some(_)) => {
                    app.metrics.certificates_refreshed();
                    Ok(account.client.open_notification(headers, body)?)
                }
                Ok(None) => Err(refused.into()),
                Err(error) => {
                    tracing::warn!(
                        code = error.code(),
                        "platform certificates could not be downloaded: {error}"
                    );
                    Err(refused.into())
                }
            }
        }
        opened => Ok(opened?),
    }
}

/// Money that goes back was paid before. When that news was lost, it is fetched first.
async fn learn_of_the_payment_first(app: &App, account: &Account, out_trade_no: &OutTradeNo) {
    let Ok(order) = crate::transition::find_by_payment(app, account, out_trade_no) else { return };
    if order.payment(out_trade_no).is_some_and(|payment| payment.receipt().is_none())
        && let Err(failure) = query(app, account, out_trade_no).await
    {
        tracing::warn!(out_trade_no = %out_trade_no, "a refund came before its payment: {failure}");
    }
}

fn judge(moved: Result<Moved, Failure>) -> Result<Taken, NotTaken> {
    match moved {
        Ok(Moved { events, .. }) => {
            let contradiction = events.iter().find_map(|event| match &event.kind {
                EventKind::Quarantined { mismatch } => Some(mismatch.field.clone()),
                _ => None,
            });
            match contradiction {
                Some(field) => Err(NotTaken::Contradicts(field)),
                None if events.is_empty() => Ok(Taken::Duplicate),
                None => Ok(Taken::Applied),
            }
        }
        Err(Failure::Refused(Refusal::Mismatch(mismatch))) => Err(NotTaken::Contradicts(mismatch.field)),
        Err(Failure::RefundNoTaken) => Err(NotTaken::Contradicts("out_refund_no".into())),
        Err(Failure::NoSuchOrder | Failure::Refused(Refusal::NoSuchPayment { .. })) => Err(NotTaken::NotOurs),
        Err(failure) => Err(failure.into()),
    }
}

/// A verified notification, to be kept.
struct Letter<'a> {
    id: &'a str,
    event_type: &'a str,
    out_trade_no: &'a OutTradeNo,
    body: &'a Bytes,
}

impl Letter<'_> {
    fn keep(&self, app: &App, account: &Account) -> Statement {
        let now = app.clock.now();
        inbox::record(&inbox::Arrival {
            mchid: account.mchid.clone(),
            id: numbers::sortable_id(now, &app.chance),
            notification_id: self.id.chars().take(64).collect(),
            received_at: now,
            event_type: self.event_type.chars().take(64).collect(),
            out_trade_no: Some(self.out_trade_no.clone()),
            outcome: "verified".into(),
            body: self.body.clone(),
        })
    }
}
