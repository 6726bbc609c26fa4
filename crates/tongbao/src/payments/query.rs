//! The platform is asked.

use std::time::Duration;

use tongbao_domain::{Cause, ClientResult, Input, Order, PaymentObservation};
use tongbao_sdk::ErrorCode;
use tongbao_wire::{OrderNo, OutTradeNo};

use super::observe::{observe, of_payment};
use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::transition::{find, find_by_payment, move_order};

/// A reader of an unpaid order gets a truth at most this old.
const STALE_AFTER: Duration = Duration::from_secs(10);

/// The front end confirms at one-second steps; asking the platform more often than this tells nothing new.
const CONFIRM_AFTER: Duration = Duration::from_millis(700);

/// Asks the platform about a payment and takes what it says.
///
/// # Errors
/// [`Failure::Platform`] when it cannot be asked.
pub async fn query(app: &App, account: &Account, out_trade_no: &OutTradeNo) -> Result<Order, Failure> {
    match look(app, account, out_trade_no).await? {
        Looked::Seen(observation) => Ok(observe(app, account, *observation, &[]).await?.order),
        Looked::Absent(observation) => Ok(observe(app, account, observation, &[]).await?.order),
    }
}

/// What looking at the platform gave.
pub(super) enum Looked {
    /// It knows the number.
    Seen(Box<PaymentObservation>),
    /// It does not.
    Absent(PaymentObservation),
}

/// Asks the platform about a payment and changes nothing.
pub(super) async fn look(app: &App, account: &Account, out_trade_no: &OutTradeNo) -> Result<Looked, Failure> {
    let started = app.clock.now();
    let answer = account.client.query_by_out_trade_no(out_trade_no).await;
    app.metrics.call("query", &answer, app.clock.now().since(started));
    match answer {
        Ok(transaction) => Ok(Looked::Seen(Box::new(of_payment(&transaction, Cause::Query)))),
        Err(error) if error.refusal() == Some(&ErrorCode::OrderNotExist) => {
            Ok(Looked::Absent(PaymentObservation {
                cause: Cause::Query,
                out_trade_no: out_trade_no.clone(),
                seen: None,
            }))
        }
        Err(error) => Err(error.into()),
    }
}

/// The front end says what its cashier told it. That proves nothing: the platform is asked.
///
/// # Errors
/// The store's. When the platform cannot be asked the order is answered as it is known: the worker asks on.
pub async fn confirm(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    result: ClientResult,
    detail: &str,
) -> Result<Order, Failure> {
    let input = Input::ClientReported { result, detail: detail.to_owned() };
    let order = move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await?.order;
    ask_if_stale(app, account, order, CONFIRM_AFTER).await
}

/// The order, asked about first when it is unpaid and its truth is stale.
///
/// # Errors
/// As [`confirm`].
pub async fn refreshed(app: &App, account: &Account, order_no: &OrderNo) -> Result<Order, Failure> {
    let order = find(app, account, order_no)?;
    ask_if_stale(app, account, order, STALE_AFTER).await
}

async fn ask_if_stale(
    app: &App,
    account: &Account,
    order: Order,
    within: Duration,
) -> Result<Order, Failure> {
    let Some(live) = order.live_payment() else { return Ok(order) };
    let out_trade_no = live.out_trade_no.clone();
    if !app.freshness.is_stale(&out_trade_no, app.clock.now(), within) {
        return Ok(order);
    }
    match query(app, account, &out_trade_no).await {
        Ok(order) => Ok(order),
        Err(Failure::Platform(error)) => {
            tracing::warn!(out_trade_no = %out_trade_no, code = error.code(), "query failed: {error}");
            find_by_payment(app, account, &out_trade_no)
        }
        Err(failure) => Err(failure),
    }
}
