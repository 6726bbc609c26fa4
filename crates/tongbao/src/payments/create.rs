//! An order is recorded, before anything is sent anywhere.

use std::time::Duration;

use tongbao_domain::{Cause, Input, Order, OrderLine, OrderTerms, Scene, Step, create as new_order, step};
use tongbao_store::orders::{self, CommitError};
use tongbao_wire::{Fen, Openid, OrderNo};

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::numbers;

/// What the business wants to sell.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The merchant's number; one is made when there is none.
    pub order_no: Option<OrderNo>,
    /// Shown in the cashier.
    pub description: String,
    /// What it costs.
    pub total: Fen,
    /// Who may pay; whoever asks first when it is not said.
    pub openid: Option<Openid>,
    /// Records the first payment in the same write, to be sent next.
    pub first_payment: Option<Scene>,
    /// How long it can be paid; the configured life when it is not said.
    pub life: Option<Duration>,
    /// The merchant's own text.
    pub attach: Option<String>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// What asking for an order gave.
#[derive(Clone, Debug)]
pub enum Created {
    /// A new order.
    New(Order),
    /// The order that this number has stood for since before, on the same terms.
    Known(Order),
}

impl Created {
    /// The order either way.
    #[must_use]
    pub fn order(&self) -> &Order {
        match self {
            Self::New(order) | Self::Known(order) => order,
        }
    }
}

/// The longest life of an order: the platform closes unpaid orders after seven days (v3.md §2.1).
pub const ORDER_LIFE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// The shortest life: the platform moves an earlier end to one minute (v3.md §2.1).
pub const ORDER_LIFE_MIN: Duration = Duration::from_secs(60);

/// Records an order. The same number on the same terms gives the same order.
///
/// # Errors
/// [`Failure::OrderNoTaken`] when the number stands for other terms.
pub async fn create(app: &App, account: &Account, new: NewOrder, cause: Cause) -> Result<Created, Failure> {
    let now = app.clock.now();
    let order_no = new.order_no.clone().unwrap_or_else(|| numbers::order_no(now, &app.chance));
    if let Some(known) = app.store.read(|reader| orders::find(reader, &account.mchid, &order_no))? {
        return known_on_the_same_terms(known, account, &new);
    }
    let step = first_step(app, account, order_no.clone(), &new, cause)?;
    match orders::commit_step(&app.store, None, &step, Vec::new()).await {
        Ok(_) => {
            app.metrics.step(&step);
            app.wake_for(&step.jobs);
            Ok(Created::New(step.order))
        }
        // Somebody recorded the same number at the same moment.
        Err(conflict @ CommitError::OrderNoTaken) => {
            let known = app.store.read(|reader| orders::find(reader, &account.mchid, &order_no))?;
            known.map_or(Err(conflict.into()), |known| known_on_the_same_terms(known, account, &new))
        }
        Err(error) => Err(error.into()),
    }
}

fn first_step(
    app: &App,
    account: &Account,
    order_no: OrderNo,
    new: &NewOrder,
    cause: Cause,
) -> Result<Step, Failure> {
    let now = app.clock.now();
    let life = new.life.unwrap_or(app.rules.order_life).clamp(ORDER_LIFE_MIN, ORDER_LIFE_MAX);
    let number = (account.mchid.clone(), order_no);
    let created = new_order(number, terms(account, new), new.openid.clone(), (now, now.plus(life)), cause)?;
    let (Some(scene), Some(openid)) = (new.first_payment, new.openid.clone()) else { return Ok(created) };
    let out_trade_no = numbers::out_trade_no(now, &app.chance);
    let input = Input::Pay { scene, openid, out_trade_no, notify_url: account.notify_url.clone() };
    let paying = step(&created.order, input, &account.policy, now)?.expect("a new order takes a payment");
    Ok(in_one_write(created, paying))
}

/// Two steps that are committed as one.
fn in_one_write(mut first: Step, second: Step) -> Step {
    first.events.extend(second.events);
    first.jobs.extend(second.jobs);
    Step { order: second.order, events: first.events, jobs: first.jobs }
}

fn terms(account: &Account, new: &NewOrder) -> OrderTerms {
    OrderTerms {
        appid: account.appid.clone(),
        description: new.description.clone(),
        total: new.total,
        attach: new.attach.clone(),
        lines: new.lines.clone(),
    }
}

fn known_on_the_same_terms(known: Order, account: &Account, new: &NewOrder) -> Result<Created, Failure> {
    let same_payer = new.openid.is_none() || known.openid == new.openid;
    if known.terms == terms(account, new) && same_payer {
        return Ok(Created::Known(known));
    }
    Err(Failure::OrderNoTaken)
}
