//! The history of orders, append-only.

use tongbao_domain::{Event, Step};
use tongbao_wire::{Mchid, OrderNo};

use crate::{Reader, Row, Rows, Sql, Statement, StoreError, Value};

/// The most events read of one order. The rules keep histories far shorter.
pub const EVENTS_MAX: usize = 1000;

pub(crate) const SQL: &[&Sql] = &[&INSERT, &OF_ORDER];

const INSERT: Sql = Sql {
    name: "events.insert",
    text: "
insert into events (mchid, order_no, version, seq, at, cause, kind)
values ($1, $2, $3, $4, $5, $6, $7)",
};

const OF_ORDER: Sql = Sql {
    name: "events.of_order",
    text: "
select at, cause, kind, version, seq
  from events
 where mchid = $1 and order_no = $2
 order by version, seq
 limit $3",
};

/// An event and its place in the history of its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The order's version that the step made.
    pub version: i64,
    /// The event's place in the step, from 0.
    pub seq: i64,
    /// What happened.
    pub event: Event,
}

/// The statements that append a step's events.
#[must_use]
pub fn append(step: &Step) -> Vec<Statement> {
    let order = &step.order;
    let json = "an event is plain data";
    let insert = |(seq, event): (usize, &Event)| {
        let params = [
            (&order.mchid).into(),
            (&order.order_no).into(),
            order.version.into(),
            Value::count(seq),
            event.at.into(),
            serde_json::to_string(&event.cause).expect(json).into(),
            serde_json::to_string(&event.kind).expect(json).into(),
        ];
        Statement::new(&INSERT, params, Rows::Exactly(1))
    };
    step.events.iter().enumerate().map(insert).collect()
}

/// The history of an order, oldest first, up to [`EVENTS_MAX`].
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn of_order(reader: &Reader, mchid: &Mchid, order_no: &OrderNo) -> Result<Vec<Recorded>, StoreError> {
    reader.all(&OF_ORDER, &[mchid.into(), order_no.into(), Value::count(EVENTS_MAX)], recorded)
}

fn recorded(row: &Row) -> Result<Recorded, StoreError> {
    let event = Event { at: row.time(0)?, cause: row.json(1)?, kind: row.json(2)? };
    Ok(Recorded { version: row.int(3)?, seq: row.int(4)?, event })
}
