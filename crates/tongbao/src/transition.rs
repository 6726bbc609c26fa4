//! An order moves one step, whoever else is moving it.

use tongbao_domain::{Event, Input, Order, step};
use tongbao_store::Statement;
use tongbao_store::orders::{self, CommitError};
use tongbao_wire::{OrderNo, OutTradeNo};

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;

/// How often a step is decided anew because somebody else moved the order first. Each loss means that
/// another step of the same order succeeded, so only a storm on one order comes near this.
const ATTEMPTS_MAX: usize = 12;

/// An order after a step.
pub struct Moved {
    /// As it is now.
    pub order: Order,
    /// What happened; empty when the input said nothing new.
    pub events: Vec<Event>,
}

/// Reads the order, decides, and commits the new state with its events, its jobs and `with`.
///
/// `decide` sees the order as it is and gives the input; it is asked again when somebody else was faster.
/// `with` is written even when the order does not change.
///
/// # Errors
/// [`Failure`] of the rules, of `decide`, or of the store.
pub async fn move_order(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    with: &[Statement],
    decide: impl Fn(&Order) -> Result<Option<Input>, Failure>,
) -> Result<Moved, Failure> {
    move_from(app, account, find(app, account, order_no)?, with, decide).await
}

/// As [`move_order`], for an order that was read just now.
///
/// # Errors
/// As [`move_order`].
pub async fn move_from(
    app: &App,
    account: &Account,
    mut order: Order,
    with: &[Statement],
    decide: impl Fn(&Order) -> Result<Option<Input>, Failure>,
) -> Result<Moved, Failure> {
    for _ in 0..ATTEMPTS_MAX {
        let step = match decide(&order)? {
            Some(input) => step(&order, input, &account.policy, app.clock.now())?,
            None => None,
        };
        let Some(step) = step else {
            if !with.is_empty() {
                app.store.write(with.to_vec()).await?;
            }
            return Ok(Moved { order, events: Vec::new() });
        };
        match orders::commit_step(&app.store, Some(&order), &step, with.to_vec()).await {
            Ok(_) => {
                app.metrics.step(&step);
                app.wake_for(&step.jobs);
                return Ok(Moved { order: step.order, events: step.events });
            }
            Err(CommitError::Moved) => order = find(app, account, &order.order_no)?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Busy)
}

/// The order with that number.
///
/// # Errors
/// [`Failure::NoSuchOrder`], or the store's.
pub fn find(app: &App, account: &Account, order_no: &OrderNo) -> Result<Order, Failure> {
    app.store.read(|reader| orders::find(reader, &account.mchid, order_no))?.ok_or(Failure::NoSuchOrder)
}

/// The order that a payment belongs to.
///
/// # Errors
/// [`Failure::NoSuchOrder`], or the store's.
pub fn find_by_payment(app: &App, account: &Account, out_trade_no: &OutTradeNo) -> Result<Order, Failure> {
    let found =
        app.store.read(|reader| orders::find_by_out_trade_no(reader, &account.mchid, out_trade_no))?;
    found.ok_or(Failure::NoSuchOrder)
}
