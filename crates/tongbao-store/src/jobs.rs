//! Work promised in the same commit as the state that calls for it.
//!
//! A worker claims a job for a while (a lease) under a token that nobody else has. Whoever comes back after
//! the lease is over, or after a step has promised the job anew, no longer holds it and changes nothing.

use std::time::Duration;

use tongbao_domain::{JobChange, JobKey, Order};
use tongbao_wire::{Mchid, OrderNo, OutRefundNo, Timestamp};

use crate::{EngineError, Reader, Rows, Sql, Statement, Store, StoreError, Value, WriteError};

/// The most jobs of one claim.
pub const CLAIM_MAX: usize = 100;

/// How many of the next due jobs are looked at for the moment to wake up: more than workers hold at once.
const FRONT_MAX: usize = 1000;

pub(crate) const SQL: &[&Sql] = &[&SET, &REMOVE, &CLAIM, &POSTPONE, &FINISH, &FRONT, &OVERDUE];

// Promising a job anew takes it from whoever holds it: the state it was claimed for is gone.
const SET: Sql = Sql {
    name: "jobs.set",
    text: "
insert into jobs (mchid, order_no, kind, subject, due_at, attempts, lease_until, lease_token)
values ($1, $2, $3, $4, $5, 0, 0, '')
    on conflict (mchid, order_no, kind, subject) do update
   set due_at = excluded.due_at, attempts = 0, lease_until = 0, lease_token = ''",
};

const REMOVE: Sql = Sql {
    name: "jobs.remove",
    text: "
delete from jobs
 where mchid = $1 and order_no = $2 and kind = $3 and subject = $4",
};

// The guard stands in the outer where too: between choosing and taking, another may have taken it.
const CLAIM: Sql = Sql {
    name: "jobs.claim",
    text: "
update jobs
   set attempts = attempts + 1, lease_until = $1, lease_token = $2
 where (mchid, order_no, kind, subject) in (
       select mchid, order_no, kind, subject
         from jobs
        where due_at <= $3 and lease_until <= $3
        order by due_at
        limit $4)
   and due_at <= $3 and lease_until <= $3
returning mchid, order_no, kind, subject, due_at, attempts",
};

const POSTPONE: Sql = Sql {
    name: "jobs.postpone",
    text: "
update jobs
   set due_at = $1, lease_until = 0, lease_token = ''
 where mchid = $2 and order_no = $3 and kind = $4 and subject = $5
   and lease_token = $6 and lease_until > $7",
};

const FINISH: Sql = Sql {
    name: "jobs.finish",
    text: "
delete from jobs
 where mchid = $1 and order_no = $2 and kind = $3 and subject = $4
   and lease_token = $5 and lease_until > $6",
};

const FRONT: Sql = Sql {
    name: "jobs.front",
    text: "
select due_at, lease_until
  from jobs
 order by due_at
 limit $1",
};

const OVERDUE: Sql = Sql {
    name: "jobs.overdue",
    text: "
select count(*), min(due_at)
  from jobs
 where due_at <= $1 and lease_until <= $1",
};

/// A job that a worker holds until the lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The merchant.
    pub mchid: Mchid,
    /// The order.
    pub order_no: OrderNo,
    /// What is to be done.
    pub key: JobKey,
    /// When it was due.
    pub due: Timestamp,
    /// How often it was claimed since it was last promised, this time included.
    pub attempts: i64,
    /// Until when it is held.
    pub lease_until: Timestamp,
    /// Under which token.
    pub token: String,
}

/// Whether a worker still held the job it came back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It did, and the change was made.
    Held,
    /// The lease was over, or the job was promised anew or removed: nothing was changed.
    Lost,
}

/// Jobs that are due and that nobody holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: i64,
    /// When the oldest was due.
    pub oldest: Option<Timestamp>,
}

/// The statement of a change to an order's jobs.
#[must_use]
pub fn change(order: &Order, change: &JobChange) -> Statement {
    match change {
        JobChange::Set { key, due } => set(&order.mchid, &order.order_no, key, *due),
        JobChange::Remove { key } => remove(&order.mchid, &order.order_no, key),
    }
}

/// Promises a job, or moves it to another time; takes it from whoever holds it.
#[must_use]
pub fn set(mchid: &Mchid, order_no: &OrderNo, key: &JobKey, due: Timestamp) -> Statement {
    let [kind, subject] = columns(key);
    Statement::new(&SET, [mchid.into(), order_no.into(), kind, subject, due.into()], Rows::Exactly(1))
}

/// Removes a job, if it is there.
#[must_use]
pub fn remove(mchid: &Mchid, order_no: &OrderNo, key: &JobKey) -> Statement {
    let [kind, subject] = columns(key);
    Statement::new(&REMOVE, [mchid.into(), order_no.into(), kind, subject], Rows::AtMost(1))
}

/// Takes up to `limit` jobs (at most [`CLAIM_MAX`]) that are due and that nobody holds, the longest due
/// first. `token` must be new: no two claims share one.
///
/// # Errors
/// [`WriteError`]. After `Unknown` the jobs may be held by nobody until the lease is over; that is all.
pub async fn claim(
    store: &Store,
    now: Timestamp,
    limit: usize,
    lease: Duration,
    token: &str,
) -> Result<Vec<Claimed>, WriteError> {
    let limit = limit.min(CLAIM_MAX);
    let lease_until = now.plus(lease);
    let params = [lease_until.into(), token.into(), now.into(), Value::count(limit)];
    let applied = store.write(Statement::new(&CLAIM, params, Rows::AtMost(limit))).await?;
    let mut claimed = Vec::with_capacity(applied.returned.len());
    for row in &applied.returned {
        // A row that does not read is left leased and comes up again; it does not hold up the others.
        claimed.extend(read_claimed(row, lease_until, token));
    }
    claimed
        .sort_by(|a, b| (a.due, &a.mchid, &a.order_no, &a.key).cmp(&(b.due, &b.mchid, &b.order_no, &b.key)));
    Ok(claimed)
}

/// Gives a job back, due again later.
///
/// # Errors
/// [`WriteError`].
pub async fn postpone(
    store: &Store,
    claimed: &Claimed,
    due: Timestamp,
    now: Timestamp,
) -> Result<Lease, WriteError> {
    let mut params = vec![due.into()];
    params.extend(holder(claimed, now));
    lease(store, Statement::new(&POSTPONE, params, Rows::AtMost(1))).await
}

/// Removes a job that is done.
///
/// # Errors
/// [`WriteError`].
pub async fn finish(store: &Store, claimed: &Claimed, now: Timestamp) -> Result<Lease, WriteError> {
    lease(store, Statement::new(&FINISH, holder(claimed, now), Rows::AtMost(1))).await
}

/// The next moment at which a claim may find something; in the past when it would now.
///
/// # Errors
/// [`StoreError::Read`].
pub fn next_due(reader: &Reader) -> Result<Option<Timestamp>, StoreError> {
    let claimable =
        reader.all(&FRONT, &[Value::count(FRONT_MAX)], |row| Ok(row.time(0)?.max(row.time(1)?)))?;
    Ok(claimable.into_iter().min())
}

/// How far the workers are behind.
///
/// # Errors
/// [`StoreError::Read`].
pub fn overdue(reader: &Reader, now: Timestamp) -> Result<Overdue, StoreError> {
    let read = reader.one(&OVERDUE, &[now.into()], |row| {
        let oldest = row.int_or_null(1)?.map(Timestamp::from_millis);
        Ok(Overdue { count: row.int(0)?, oldest })
    })?;
    Ok(read.unwrap_or_default())
}

async fn lease(store: &Store, statement: Statement) -> Result<Lease, WriteError> {
    let applied = store.write(statement).await?;
    Ok(if applied.touched == [1] { Lease::Held } else { Lease::Lost })
}

fn holder(claimed: &Claimed, now: Timestamp) -> Vec<Value> {
    let [kind, subject] = columns(&claimed.key);
    let token = claimed.token.as_str().into();
    vec![(&claimed.mchid).into(), (&claimed.order_no).into(), kind, subject, token, now.into()]
}

/// `kind` and `subject` of a key.
fn columns(key: &JobKey) -> [Value; 2] {
    match key {
        JobKey::Tend => ["tend".into(), "".into()],
        JobKey::Refund { out_refund_no } => ["refund".into(), out_refund_no.into()],
    }
}

fn key(kind: &str, subject: &str) -> Result<JobKey, EngineError> {
    match kind {
        "tend" => Ok(JobKey::Tend),
        "refund" => {
            let out_refund_no = OutRefundNo::parse(subject).map_err(|error| EngineError::new(&error))?;
            Ok(JobKey::Refund { out_refund_no })
        }
        other => Err(EngineError::new(&format_args!("there is no job `{other}`"))),
    }
}

fn read_claimed(row: &[Value], lease_until: Timestamp, token: &str) -> Option<Claimed> {
    let [
        Value::Text(mchid),
        Value::Text(order_no),
        Value::Text(kind),
        Value::Text(subject),
        Value::Int(due),
        Value::Int(attempts),
    ] = row
    else {
        return None;
    };
    Some(Claimed {
        mchid: Mchid::parse(mchid).ok()?,
        order_no: OrderNo::parse(order_no).ok()?,
        key: key(kind, subject).ok()?,
        due: Timestamp::from_millis(*due),
        attempts: *attempts,
        lease_until,
        token: token.to_owned(),
    })
}
