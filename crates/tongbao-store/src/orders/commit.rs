//! Writing a step down: the order, its events and its jobs, in one write.

use tongbao_domain::{Order, Step};

use super::detail;
use crate::{Applied, Batch, Rows, Sql, Statement, Store, WriteError, events, jobs};

pub(super) const INSERT: Sql = Sql {
    name: "orders.insert",
    text: "
insert into orders
       (mchid, order_no, version, standing, created_at, updated_at, expires_at, openid, total_fen, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (mchid, order_no) do nothing",
};

// Moves an order one step. Touches no row when someone else moved it first.
pub(super) const UPDATE: Sql = Sql {
    name: "orders.update",
    text: "
update orders
   set version = $1, standing = $2, updated_at = $3, expires_at = $4, detail = $5
 where mchid = $6 and order_no = $7 and version = $8",
};

// Apart from the update, so that steps that leave the payer alone, nearly all, leave its index alone.
pub(super) const BIND_PAYER: Sql = Sql {
    name: "orders.bind_payer",
    text: "
update orders
   set openid = $1
 where mchid = $2 and order_no = $3",
};

pub(super) const INSERT_PAYMENT: Sql = Sql {
    name: "payments.insert",
    text: "
insert into payments (mchid, out_trade_no, order_no)
values ($1, $2, $3)
    on conflict (mchid, out_trade_no) do nothing",
};

pub(super) const INSERT_REFUND: Sql = Sql {
    name: "refunds.insert",
    text: "
insert into refunds (mchid, out_refund_no, order_no)
values ($1, $2, $3)
    on conflict (mchid, out_refund_no) do nothing",
};

/// Why a step is not, or not surely, written down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Someone else moved the order first. Read it again, step again.
    #[error("the order moved meanwhile")]
    Moved,
    /// The merchant has an order with this number.
    #[error("order_no is taken")]
    OrderNoTaken,
    /// The merchant has a payment with this number, in another order.
    #[error("out_trade_no is taken")]
    OutTradeNoTaken,
    /// The merchant has a refund with this number, in another order.
    #[error("out_refund_no is taken")]
    OutRefundNoTaken,
    /// Any other failure, a conflict of an extra statement included.
    #[error(transparent)]
    Write(WriteError),
}

impl From<WriteError> for CommitError {
    fn from(error: WriteError) -> Self {
        let WriteError::Conflict { statement, .. } = &error else {
            return Self::Write(error);
        };
        match *statement {
            name if name == UPDATE.name => Self::Moved,
            name if name == INSERT.name => Self::OrderNoTaken,
            name if name == INSERT_PAYMENT.name => Self::OutTradeNoTaken,
            name if name == INSERT_REFUND.name => Self::OutRefundNoTaken,
            _ => Self::Write(error),
        }
    }
}

/// Writes a step down with its events, its jobs and whatever else must hold together with it: a new order
/// when there was none before, else the next version of `before`.
///
/// # Errors
/// [`CommitError`]. After `Write(Unknown)` read the order: its version tells whether the step is kept.
pub async fn commit_step(
    store: &Store,
    before: Option<&Order>,
    step: &Step,
    extra: Vec<Statement>,
) -> Result<Applied, CommitError> {
    let mut batch = Batch::new(match before {
        None => insert(step),
        Some(before) => save(before, step),
    });
    batch.extend(extra);
    Ok(store.write(batch).await?)
}

/// The statements that record a new order.
#[must_use]
pub fn insert(step: &Step) -> Vec<Statement> {
    let order = &step.order;
    let params = [
        (&order.mchid).into(),
        (&order.order_no).into(),
        order.version.into(),
        order.standing().as_str().into(),
        order.created_at.into(),
        order.created_at.into(),
        order.expires_at.into(),
        order.openid.as_ref().into(),
        order.terms.total.get().into(),
        detail(order),
    ];
    let mut statements = vec![Statement::new(&INSERT, params, Rows::Exactly(1))];
    statements.extend(new_numbers(None, order));
    statements.extend(what_goes_along(step));
    statements
}

/// The statements that move an order from `before` to the step's.
#[must_use]
pub fn save(before: &Order, step: &Step) -> Vec<Statement> {
    let order = &step.order;
    let changed_at = step.events.last().map_or(order.created_at, |event| event.at);
    let params = [
        order.version.into(),
        order.standing().as_str().into(),
        changed_at.into(),
        order.expires_at.into(),
        detail(order),
        (&order.mchid).into(),
        (&order.order_no).into(),
        before.version.into(),
    ];
    let mut statements = vec![Statement::new(&UPDATE, params, Rows::Exactly(1))];
    if order.openid != before.openid {
        let params = [order.openid.as_ref().into(), (&order.mchid).into(), (&order.order_no).into()];
        statements.push(Statement::new(&BIND_PAYER, params, Rows::Exactly(1)));
    }
    statements.extend(new_numbers(Some(before), order));
    statements.extend(what_goes_along(step));
    statements
}

/// Numbers of payments and refunds that `before` did not have.
fn new_numbers(before: Option<&Order>, after: &Order) -> Vec<Statement> {
    let had_payment = |number| before.is_some_and(|order| order.payment(number).is_some());
    let had_refund = |number| before.is_some_and(|order| order.refund(number).is_some());
    let payments = after.payments.iter().map(|payment| &payment.out_trade_no).filter(|n| !had_payment(n));
    let refunds = after.refunds.iter().map(|refund| &refund.out_refund_no).filter(|n| !had_refund(n));
    let insert = |sql, number| {
        let params = [(&after.mchid).into(), number, (&after.order_no).into()];
        Statement::new(sql, params, Rows::Exactly(1))
    };
    payments
        .map(|number| insert(&INSERT_PAYMENT, number.into()))
        .chain(refunds.map(|number| insert(&INSERT_REFUND, number.into())))
        .collect()
}

fn what_goes_along(step: &Step) -> impl Iterator<Item = Statement> {
    let order = &step.order;
    events::append(step).into_iter().chain(step.jobs.iter().map(|change| jobs::change(order, change)))
}
