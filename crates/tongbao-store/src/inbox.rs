//! Verified notifications as they came, append-only.

use bytes::Bytes;
use tongbao_domain::Order;
use tongbao_wire::{Mchid, OutTradeNo, Timestamp};

use crate::{Reader, Row, Rows, Sql, Statement, StoreError, Value};

/// The most arrivals read of one payment.
pub const ARRIVALS_MAX: usize = 100;

pub(crate) const SQL: &[&Sql] = &[&INSERT, &OF_PAYMENT, &COUNT, &PRUNE];

const INSERT: Sql = Sql {
    name: "inbox.insert",
    text: "
insert into inbox
       (mchid, id, notification_id, received_at, event_type, out_trade_no, outcome, body)
values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (mchid, id) do nothing",
};

const OF_PAYMENT: Sql = Sql {
    name: "inbox.of_payment",
    text: "
select id, notification_id, received_at, event_type, outcome, body
  from inbox
 where mchid = $1 and out_trade_no = $2
 order by id
 limit $3",
};

const COUNT: Sql = Sql {
    name: "inbox.count",
    text: "
select count(*)
  from inbox
 where mchid = $1",
};

const PRUNE: Sql = Sql {
    name: "inbox.prune",
    text: "
delete from inbox
 where mchid = $1 and id in (
       select id
         from inbox
        where mchid = $1 and id < $2
        order by id
        limit $3)",
};

/// A notification that arrived and whose signature held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The merchant.
    pub mchid: Mchid,
    /// Our id of this arrival, made by the caller. Begins with its time, so that text order is time order.
    pub id: String,
    /// The platform's id, the same over its retries.
    pub notification_id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Such as `TRANSACTION.SUCCESS`.
    pub event_type: String,
    /// The payment it speaks of, if any.
    pub out_trade_no: Option<OutTradeNo>,
    /// What became of it, in a word.
    pub outcome: String,
    /// The body, byte for byte.
    pub body: Bytes,
}

/// The statement that records an arrival, best written with the step it caused.
#[must_use]
pub fn record(arrival: &Arrival) -> Statement {
    let params = [
        (&arrival.mchid).into(),
        arrival.id.as_str().into(),
        arrival.notification_id.as_str().into(),
        arrival.received_at.into(),
        arrival.event_type.as_str().into(),
        arrival.out_trade_no.as_ref().into(),
        arrival.outcome.as_str().into(),
        arrival.body.clone().into(),
    ];
    Statement::new(&INSERT, params, Rows::Exactly(1))
}

/// What arrived about the payments of an order, payment by payment, oldest first, up to [`ARRIVALS_MAX`]
/// of each.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn of_order(reader: &Reader, order: &Order) -> Result<Vec<Arrival>, StoreError> {
    let mut arrivals = Vec::new();
    for payment in &order.payments {
        arrivals.extend(of_payment(reader, &order.mchid, &payment.out_trade_no)?);
    }
    Ok(arrivals)
}

/// What arrived about a payment, oldest first, up to [`ARRIVALS_MAX`].
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn of_payment(
    reader: &Reader,
    mchid: &Mchid,
    out_trade_no: &OutTradeNo,
) -> Result<Vec<Arrival>, StoreError> {
    let params = [mchid.into(), out_trade_no.into(), Value::count(ARRIVALS_MAX)];
    reader.all(&OF_PAYMENT, &params, |row| arrival(row, mchid, out_trade_no))
}

/// How many arrivals of a merchant are kept. Walks them all: for tests and the command line.
///
/// # Errors
/// [`StoreError::Read`].
pub fn count(reader: &Reader, mchid: &Mchid) -> Result<i64, StoreError> {
    Ok(reader.one(&COUNT, &[mchid.into()], |row| row.int(0))?.unwrap_or(0))
}

/// The statement that forgets up to `limit` of a merchant's arrivals whose id is before `id`.
#[must_use]
pub fn prune(mchid: &Mchid, id: &str, limit: usize) -> Statement {
    Statement::new(&PRUNE, [mchid.into(), id.into(), Value::count(limit)], Rows::AtMost(limit))
}

fn arrival(row: &Row, mchid: &Mchid, out_trade_no: &OutTradeNo) -> Result<Arrival, StoreError> {
    Ok(Arrival {
        mchid: mchid.clone(),
        id: row.text(0)?.to_owned(),
        notification_id: row.text(1)?.to_owned(),
        received_at: row.time(2)?,
        event_type: row.text(3)?.to_owned(),
        out_trade_no: Some(out_trade_no.clone()),
        outcome: row.text(4)?.to_owned(),
        body: Bytes::copy_from_slice(row.bytes(5)?),
    })
}
