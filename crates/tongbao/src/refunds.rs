//! The use cases of a refund: asked for once, carried out by the worker.

use tongbao_domain::{Cause, Input, Order, Refund, RefundState, Refusal};
use tongbao_sdk::{CallError, ErrorCode, RefundRequest, RefundedPayment, Retry};
use tongbao_wire::{Fen, OrderNo, OutRefundNo, OutTradeNo};

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::numbers;
use crate::payments::observe::{observe_refund, of_refund};
use crate::payments::pay::platform_refusal;
use crate::transition::{find, move_order};

/// Money that shall go back.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// The number; one is made when there is none. A caller that may repeat itself gives one.
    pub out_refund_no: Option<OutRefundNo>,
    /// Which payment; the one that settled the order when it is not said. Surplus money that waits for a
    /// person goes back by naming its payment.
    pub out_trade_no: Option<OutTradeNo>,
    /// How much; all that is left when it is not said.
    pub amount: Option<Fen>,
    /// Shown to the payer; may be empty.
    pub reason: String,
}

/// Records the intent. The worker sends it next, always under this number.
///
/// # Errors
/// [`Failure::Refused`] by the rules.
pub async fn request(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    new: NewRefund,
    cause: Cause,
) -> Result<(Order, OutRefundNo), Failure> {
    let out_refund_no =
        new.out_refund_no.unwrap_or_else(|| numbers::out_refund_no(app.clock.now(), &app.chance));
    let moved = move_order(app, account, order_no, &[], |order| {
        let out_trade_no = payment_to_refund(order, new.out_trade_no.as_ref())?;
        let known = order.refund(&out_refund_no).map(|refund| refund.amount);
        let amount = new.amount.or(known).unwrap_or_else(|| order.refundable(&out_trade_no));
        Ok(Some(Input::Refund {
            out_refund_no: out_refund_no.clone(),
            out_trade_no,
            amount,
            reason: new.reason.clone(),
            cause: cause.clone(),
        }))
    })
    .await?;
    Ok((moved.order, out_refund_no))
}

fn payment_to_refund(order: &Order, named: Option<&OutTradeNo>) -> Result<OutTradeNo, Failure> {
    let settling = || order.settling_payment().map(|payment| payment.out_trade_no.clone());
    let Some(out_trade_no) = named.cloned().or_else(settling) else {
        let latest = order.payments.last().map(|payment| payment.out_trade_no.clone());
        return Err(
            latest.map_or(Failure::NothingPaid, |out_trade_no| Refusal::NotPaid { out_trade_no }.into())
        );
    };
    Ok(out_trade_no)
}

/// Moves a refund on: sends it when the platform does not have it, asks about it when it does.
///
/// # Errors
/// [`Failure::Platform`] when the platform could not be asked; the job comes again.
pub async fn advance(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    out_refund_no: &OutRefundNo,
    attempts: i64,
) -> Result<(), Failure> {
    let order = find(app, account, order_no)?;
    let Some(refund) = order.refund(out_refund_no) else { return Ok(()) };
    match refund.state {
        // A stuck one moves when a person has acted on the merchant platform: only the platform knows.
        RefundState::Processing { .. } | RefundState::Abnormal { .. } => {
            ask(app, account, refund).await.map(drop)
        }
        RefundState::Recorded | RefundState::Waiting { .. } => {
            // After the first attempt nobody knows what the platform has: it is asked before it is told.
            if attempts > 1 && ask(app, account, refund).await? {
                return Ok(());
            }
            send(app, account, &order, refund).await
        }
        RefundState::Done { .. } | RefundState::Failed { .. } => Ok(()),
    }
}

/// True when the platform knows the refund; then what it says was taken.
async fn ask(app: &App, account: &Account, refund: &Refund) -> Result<bool, Failure> {
    let started = app.clock.now();
    let answer = account.client.query_refund(&refund.out_refund_no).await;
    app.metrics.call("query_refund", &answer, app.clock.now().since(started));
    match answer {
        Ok(seen) => {
            observe_refund(app, account, of_refund(&seen, Cause::Query), &[]).await?;
            Ok(true)
        }
        Err(error) if is_unknown_there(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The request is made of what was recorded and of nothing else, so that repeating it repeats its bytes.
async fn send(app: &App, account: &Account, order: &Order, refund: &Refund) -> Result<(), Failure> {
    let payment = order.payment(&refund.out_trade_no).expect("a refund is of a payment of its order");
    let paid = RefundedPayment::OutTradeNo(refund.out_trade_no.clone());
    let mut request =
        RefundRequest::new(paid, refund.out_refund_no.clone(), refund.amount, order.terms.total);
    request.reason = Some(refund.reason.clone()).filter(|reason| !reason.is_empty());
    request.notify_url = Some(payment.notify_url.clone());
    let started = app.clock.now();
    let answer = account.client.refund(&request).await;
    app.metrics.call("refund", &answer, app.clock.now().since(started));
    match answer {
        Ok(accepted) => {
            observe_refund(app, account, of_refund(&accepted, Cause::Answer), &[]).await?;
            Ok(())
        }
        Err(error) => refused(app, account, order, refund, error).await,
    }
}

async fn refused(
    app: &App,
    account: &Account,
    order: &Order,
    refund: &Refund,
    error: CallError,
) -> Result<(), Failure> {
    let out_refund_no = refund.out_refund_no.clone();
    tracing::warn!(out_refund_no = %out_refund_no, code = error.code(), request_id = error.request_id.as_deref(), "refund failed: {error}");
    let input = if error.outcome_unknown() || error.retry() == Retry::AfterQuery {
        Input::RefundUnknown { out_refund_no }
    } else {
        let Some(refusal) = platform_refusal(&error) else { return Err(error.into()) };
        let short = error.refusal() == Some(&ErrorCode::NotEnough);
        if !short && error.retry() != Retry::Never {
            return Err(error.into());
        }
        Input::RefundRefused { out_refund_no, refusal, later: short }
    };
    move_order(app, account, &order.order_no, &[], |_| Ok(Some(input.clone()))).await?;
    Ok(())
}

/// True when the platform says that it does not have the refund.
fn is_unknown_there(error: &CallError) -> bool {
    matches!(
        error.refusal(),
        Some(ErrorCode::ResourceNotExists | ErrorCode::RefundNotExists | ErrorCode::NotFound)
    )
}
