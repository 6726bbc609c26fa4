//! Does what the orders' states call for: asks, expires, closes, refunds, repairs.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tongbao_domain::{CloseReason, JobKey, OrderState, PaymentState};
use tongbao_store::jobs::{self, Claimed};

use crate::account::Account;
use crate::app::{App, LOOK_EVERY};
use crate::failure::Failure;
use crate::payments::{self, close::close_at_platform};
use crate::transition::find;
use crate::{numbers, refunds};

/// How many jobs one node carries at once: each may wait ten seconds for the platform.
const CLAIMED_MAX: usize = 32;

/// How long a job is ours. Longer than the longest chain of calls of one job (three calls, two hosts, ten
/// seconds each), so that a living node never loses its lease.
const LEASE: Duration = Duration::from_secs(90);

/// Works until it is dropped. Dropping it in the middle is safe: the leases run out.
pub async fn run(app: App) {
    loop {
        match round(&app).await {
            Ok(0) => wait(&app).await,
            Ok(_) => {}
            Err(failure) => {
                tracing::error!("the worker could not look for jobs: {failure}");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Claims what is due and does it. Returns how many jobs that was.
///
/// # Errors
/// The store's.
pub async fn round(app: &App) -> Result<usize, Failure> {
    let token = numbers::sortable_id(app.clock.now(), &app.chance);
    let claimed = jobs::claim(&app.store, app.clock.now(), CLAIMED_MAX, LEASE, &token).await?;
    let count = claimed.len();
    let mut running: FuturesUnordered<_> = claimed.into_iter().map(|job| work(app, job)).collect();
    while running.next().await.is_some() {}
    Ok(count)
}

async fn wait(app: &App) {
    let now = app.clock.now();
    let due = app.store.read(jobs::next_due).ok().flatten();
    let until_due = due.map_or(LOOK_EVERY, |due| due.since(now).clamp(SHORTEST_WAIT, LOOK_EVERY));
    tokio::select! {
        // In this order, so that a simulation of the same seed is the same.
        biased;
        () = app.wake.notified() => {}
        () = tokio::time::sleep(until_due) => {}
    }
}

/// Never spin on a job that is due but leased elsewhere.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

async fn work(app: &App, job: Claimed) {
    let Some(account) = app.accounts.values().find(|account| account.mchid == job.mchid) else {
        tracing::error!(mchid = %job.mchid, "a job belongs to a merchant that is not configured");
        return;
    };
    let name = match &job.key {
        JobKey::Tend => "tend",
        JobKey::Refund { .. } => "refund",
    };
    let outcome = match &job.key {
        JobKey::Tend => tend(app, account, &job).await,
        JobKey::Refund { out_refund_no } => {
            refunds::advance(app, account, &job.order_no, out_refund_no, job.attempts).await
        }
    };
    app.metrics.job(name, outcome.is_ok());
    if let Err(failure) = &outcome {
        tracing::warn!(order_no = %job.order_no, job = name, attempts = job.attempts, "job comes again: {failure}");
    }
    if let Err(failure) = put_back(app, account, &job).await {
        tracing::error!(order_no = %job.order_no, job = name, "the job's lease must run out: {failure}");
    }
}

/// A job whose order did not move waits for its next turn; one whose order moved was set anew or removed in
/// that write, and its lease token no longer fits, so this touches nothing.
async fn put_back(app: &App, account: &Account, job: &Claimed) -> Result<(), Failure> {
    let now = app.clock.now();
    match find(app, account, &job.order_no)?.next_turn(&job.key, now) {
        Some(due) => jobs::postpone(&app.store, job, due, now).await?,
        None => jobs::finish(&app.store, job, now).await?,
    };
    Ok(())
}

/// Looks after an order: its live payment, its end.
async fn tend(app: &App, account: &Account, job: &Claimed) -> Result<(), Failure> {
    let order = find(app, account, &job.order_no)?;
    let live = order.live_payment().map(|payment| (payment.out_trade_no.clone(), payment.state.clone()));
    match (&order.state, live) {
        (OrderState::Open, _) if order.expires_at <= app.clock.now() => {
            let reason = CloseReason::Expired;
            payments::close(app, account, &order.order_no, reason, reason.policy()).await.map(drop)
        }
        (OrderState::Open, Some((out_trade_no, PaymentState::Preparing))) => {
            payments::pay::resend(app, account, &order, &out_trade_no).await
        }
        (OrderState::Open, Some((out_trade_no, _))) => {
            payments::query(app, account, &out_trade_no).await.map(drop)
        }
        (
            OrderState::Closing { .. } | OrderState::Paid { .. } | OrderState::Closed { .. },
            Some((out_trade_no, _)),
        ) => close_at_platform(app, account, &out_trade_no).await.map(drop),
        (_, None) => Ok(()),
    }
}
