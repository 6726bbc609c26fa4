//! Close, verify, finalise.

use tongbao_domain::{Cause, CloseReason, Input, Order, Refusal};
use tongbao_wire::{OrderNo, OutTradeNo};

use super::observe::observe;
use super::query::{Looked, look, query};
use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::transition::move_order;

/// Closes an order: here it is marked, at the platform it is closed, the platform is asked, and only its
/// word makes it final here. An order that turns out paid is paid.
///
/// # Errors
/// [`Refusal::AlreadyPaid`]. When the platform cannot be reached the order stays `closing` and the worker
/// goes on.
pub async fn close(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    reason: CloseReason,
    cause: Cause,
) -> Result<Order, Failure> {
    let input = Input::Close { reason, cause };
    let order = move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await?.order;
    let Some(live) = order.live_payment() else { return Ok(order) };
    match close_at_platform(app, account, &live.out_trade_no).await {
        Ok(order) => Ok(order),
        Err(Failure::Platform(error)) => {
            tracing::warn!(order_no = %order_no, code = error.code(), "close is not verified yet: {error}");
            Ok(order)
        }
        Err(failure) => Err(failure),
    }
}

/// Asks, closes and asks again. What the last answer says is taken.
///
/// # Errors
/// [`Failure::Platform`] when any of the three cannot be had; nothing is final then.
pub async fn close_at_platform(
    app: &App,
    account: &Account,
    out_trade_no: &OutTradeNo,
) -> Result<Order, Failure> {
    // A number the platform does not know is closed all the same: the prepay may still be on its way.
    if let Looked::Seen(seen) = look(app, account, out_trade_no).await? {
        let order = observe(app, account, *seen, &[]).await?.order;
        if !order.payment(out_trade_no).is_some_and(|payment| payment.is_live()) {
            return Ok(order);
        }
    }
    let started = app.clock.now();
    let answer = account.client.close(out_trade_no).await;
    app.metrics.call("close", &answer, app.clock.now().since(started));
    if let Err(error) = answer {
        // Paid in between, most likely: the query below says.
        tracing::info!(out_trade_no = %out_trade_no, code = error.code(), "close was not accepted: {error}");
    }
    query(app, account, out_trade_no).await
}

/// True when closing is refused because the order is paid.
#[must_use]
pub fn is_paid(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(Refusal::AlreadyPaid))
}
