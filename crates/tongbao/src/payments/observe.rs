//! What the platform says takes one path, whoever carried it.

use tongbao_domain::{Cause, EventKind, Input, PaymentObservation, RefundObservation, SeenPayment};
use tongbao_store::Statement;
use tongbao_wire::{Refund, RefundNotice, Transaction};

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::transition::{Moved, find_by_payment, move_from};

/// Takes what the platform says of a payment. `with` is written in the same commit.
///
/// # Errors
/// [`Failure::NoSuchOrder`] when the payment is none of ours; the rules' refusals; the store's.
pub async fn observe(
    app: &App,
    account: &Account,
    observation: PaymentObservation,
    with: &[Statement],
) -> Result<Moved, Failure> {
    let order = find_by_payment(app, account, &observation.out_trade_no)?;
    let input = Input::Observed(observation);
    let moved = move_from(app, account, order, with, |_| Ok(Some(input.clone()))).await?;
    report_contradiction(app, &moved);
    Ok(moved)
}

/// Takes what the platform says of a refund. `with` is written in the same commit.
///
/// # Errors
/// As [`observe`].
pub async fn observe_refund(
    app: &App,
    account: &Account,
    observation: RefundObservation,
    with: &[Statement],
) -> Result<Moved, Failure> {
    let order = find_by_payment(app, account, &observation.out_trade_no)?;
    let input = Input::RefundObserved(observation);
    let moved = move_from(app, account, order, with, |_| Ok(Some(input.clone()))).await?;
    report_contradiction(app, &moved);
    Ok(moved)
}

/// A contradiction of the platform is an alarm, once.
fn report_contradiction(app: &App, moved: &Moved) {
    for event in &moved.events {
        if let EventKind::Quarantined { mismatch } = &event.kind {
            app.metrics.quarantined(&mismatch.field);
            tracing::error!(order_no = %moved.order.order_no, "the platform contradicts the order: {mismatch}");
        }
    }
}

/// A payment as an answer or notification shows it.
#[must_use]
pub fn of_payment(transaction: &Transaction, cause: Cause) -> PaymentObservation {
    let amount = transaction.amount.as_ref();
    PaymentObservation {
        cause,
        out_trade_no: transaction.out_trade_no.clone(),
        seen: Some(SeenPayment {
            mchid: transaction.mchid.clone(),
            appid: transaction.appid.clone(),
            trade_state: transaction.trade_state.clone(),
            transaction_id: transaction.transaction_id.clone(),
            success_time: transaction.success_time,
            total: amount.map(|amount| amount.total),
            payer_total: amount.and_then(|amount| amount.payer_total),
            currency: amount.and_then(|amount| amount.currency.clone()),
            openid: transaction.payer.as_ref().map(|payer| payer.openid.clone()),
        }),
    }
}

/// A refund as an answer shows it.
#[must_use]
pub fn of_refund(refund: &Refund, cause: Cause) -> RefundObservation {
    RefundObservation {
        cause,
        out_refund_no: refund.out_refund_no.clone(),
        out_trade_no: refund.out_trade_no.clone(),
        transaction_id: refund.transaction_id.clone(),
        refund_id: refund.refund_id.clone(),
        status: refund.status.clone(),
        success_time: refund.success_time,
        refund: refund.amount.refund,
        total: refund.amount.total,
    }
}

/// A refund as a notification shows it.
#[must_use]
pub fn of_refund_notice(notice: &RefundNotice, cause: Cause) -> RefundObservation {
    RefundObservation {
        cause,
        out_refund_no: notice.out_refund_no.clone(),
        out_trade_no: notice.out_trade_no.clone(),
        transaction_id: notice.transaction_id.clone(),
        refund_id: notice.refund_id.clone(),
        status: notice.refund_status.clone(),
        success_time: notice.success_time,
        refund: notice.amount.refund,
        total: notice.amount.total,
    }
}
