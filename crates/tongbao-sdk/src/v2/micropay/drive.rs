//! A charge seen to its end.

use std::time::Duration;

use tokio::time::Instant;
use tongbao_wire::{Call, ErrorCode};

use super::{Charged, Micropay, MicropayCourse, MicropayRules, Queried, Reversed, Step, Verdict};
use crate::v2::call_error::{CallError, CallErrorKind};
use crate::v2::client::Client;
use crate::v2::order_query::{OrderNumber, Reversal};
use crate::v2::payment::{Order, Payment};

/// How a charge ended.
#[derive(Debug)]
pub enum MicropayEnd {
    /// Paid.
    Paid(Box<Payment>),
    /// Not paid, and cannot be any more: reversed or closed. What was paid goes back.
    Reversed,
    /// Not known: the reversal was refused, or went unanswered too often. Query and reverse later, within
    /// seven days.
    Unresolved(Box<CallError>),
}

impl Client {
    /// Charges a payment code, asks until it is paid, and reverses what is not (v2.md §3.7). Takes up to
    /// [`MicropayRules::give_up_after`] and the reversals. Needs the client certificate, for reversing.
    ///
    /// Who stops waiting for it (drops the future) has to query and reverse.
    ///
    /// # Errors
    /// [`CallError`] when nothing was charged: a refusal, or a request that was not sent.
    pub async fn pay_by_code(
        &self,
        request: &Micropay,
        rules: &MicropayRules,
    ) -> Result<MicropayEnd, CallError> {
        if !self.has_certificate() {
            return Err(CallError::new(Call::Micropay, CallErrorKind::NoClientCertificate));
        }
        let started = Instant::now();
        let mut course = MicropayCourse::new(rules.clone());
        let number = OrderNumber::OutTradeNo(request.out_trade_no.clone());
        let charge = match self.micropay(request).await {
            Ok(payment) => return Ok(MicropayEnd::Paid(Box::new(payment))),
            Err(error) => error,
        };
        let mut step = course.charged(started.elapsed(), charged(&charge));
        let mut last = None;
        loop {
            match step {
                Step::Query { at } => {
                    wait_until(started, at).await;
                    let answer = self.order_query(&request.party, &number).await;
                    step = course.queried(started.elapsed(), &queried(&answer));
                    match answer {
                        Ok(Order { payment: Some(payment), .. }) => {
                            return Ok(MicropayEnd::Paid(Box::new(payment)));
                        }
                        Ok(_) => {}
                        Err(error) => last = Some(error),
                    }
                }
                Step::Reverse { at } => {
                    wait_until(started, at).await;
                    let answer = self.reverse_order(&request.party, &number).await;
                    step = course.reversed(started.elapsed(), reversed(&answer));
                    last = answer.err().or(last);
                }
                Step::End(Verdict::Reversed) => return Ok(MicropayEnd::Reversed),
                // A charge that was rejected, and of which the platform then knew nothing.
                Step::End(Verdict::Failed) if charge.in_doubt() => return Err(charge.settle()),
                Step::End(Verdict::Failed) => return Err(charge),
                Step::End(Verdict::Paid | Verdict::Unresolved) => {
                    return Ok(MicropayEnd::Unresolved(Box::new(last.unwrap_or(charge))));
                }
            }
        }
    }
}

fn charged(error: &CallError) -> Charged {
    match &error.kind {
        // The text names a time-out: what was charged may not show yet.
        CallErrorKind::Rejected { code: ErrorCode::SystemError | ErrorCode::UserPaying, .. } => {
            Charged::Unknown
        }
        CallErrorKind::Rejected { code: ErrorCode::BankError, .. } => Charged::BankUnknown,
        CallErrorKind::Rejected { .. } => Charged::Rejected,
        CallErrorKind::Refused { code: ErrorCode::BankError, .. } => Charged::BankUnknown,
        _ if error.outcome_unknown() => Charged::Unknown,
        _ => Charged::Failed,
    }
}

fn queried(answer: &Result<Order, CallError>) -> Queried {
    match answer {
        Ok(order) => Queried::State(order.trade_state.clone()),
        Err(CallError { kind: CallErrorKind::Rejected { .. }, .. }) => Queried::Rejected,
        Err(CallError { kind: CallErrorKind::Undecodable(_), .. }) => Queried::Unreadable,
        Err(error) if error.refusal() == Some(&ErrorCode::OrderNotExist) => Queried::NotFound,
        Err(_) => Queried::Unknown,
    }
}

fn reversed(answer: &Result<Reversal, CallError>) -> Reversed {
    match answer {
        Ok(Reversal::Done) => Reversed::Done,
        Ok(Reversal::Again) => Reversed::Again,
        Err(error) if error.outcome_unknown() || error.retry() != tongbao_wire::Retry::Never => {
            Reversed::Again
        }
        Err(_) => Reversed::Refused,
    }
}

async fn wait_until(started: Instant, at: Duration) {
    tokio::time::sleep(at.saturating_sub(started.elapsed())).await;
}
