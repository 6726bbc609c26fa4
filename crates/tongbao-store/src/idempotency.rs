//! First answers to requests that carry an `Idempotency-Key`.
//!
//! The same key with the same request gets the first answer again; with another request, a refusal; while
//! the first is executed, a request to wait. An execution that never came back is taken over after a while.

use std::time::Duration;

use bytes::Bytes;
use tongbao_wire::{Mchid, Timestamp};

use crate::{Reader, Row, Rows, Sql, Statement, Store, StoreError, Value, WriteError};

/// How long a key is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// After how long an execution that has not answered may be taken over. Longer than any request may take.
pub const TAKEN_OVER_AFTER: Duration = Duration::from_secs(60);

/// The most keys forgotten by one [`prune`].
pub const PRUNE_MAX: usize = 1000;

pub(crate) const SQL: &[&Sql] = &[&BEGIN, &FINISH, &ABANDON, &FIND, &PRUNE];

// Takes a key that is new, forgotten, or held by an execution of the same request that never came back.
const BEGIN: Sql = Sql {
    name: "idempotency.begin",
    text: "
insert into idempotency
       (mchid, key_owner, key, request_hash, holder, started_at, status, body, created_at)
values ($1, $2, $3, $4, $5, $6, 0, $7, $6)
    on conflict (mchid, key_owner, key) do update
   set request_hash = excluded.request_hash, holder = excluded.holder, started_at = excluded.started_at,
       status = 0, body = excluded.body, created_at = excluded.created_at
 where idempotency.created_at <= $8
    or (idempotency.status = 0
        and idempotency.started_at <= $9
        and idempotency.request_hash = excluded.request_hash)",
};

const FINISH: Sql = Sql {
    name: "idempotency.finish",
    text: "
update idempotency
   set status = $1, body = $2
 where mchid = $3 and key_owner = $4 and key = $5 and holder = $6 and status = 0",
};

const ABANDON: Sql = Sql {
    name: "idempotency.abandon",
    text: "
delete from idempotency
 where mchid = $1 and key_owner = $2 and key = $3 and holder = $4 and status = 0",
};

const FIND: Sql = Sql {
    name: "idempotency.find",
    text: "
select request_hash, started_at, status, body
  from idempotency
 where mchid = $1 and key_owner = $2 and key = $3 and created_at > $4",
};

const PRUNE: Sql = Sql {
    name: "idempotency.prune",
    text: "
delete from idempotency
 where (mchid, key_owner, key) in (
       select mchid, key_owner, key
         from idempotency
        where created_at <= $1
        order by created_at
        limit $2)",
};

/// A key and what was asked under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The merchant.
    pub mchid: Mchid,
    /// Whose key it is: the name of the API key.
    pub key_owner: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// A digest of method, path and body.
    pub hash: String,
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: i64,
    /// The body, byte for byte.
    pub body: Bytes,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Execute it, then [`finish`] or [`abandon`] this.
    Execute(Execution),
    /// Give this answer again.
    Answered(Answer),
    /// It is being executed: ask to come back later.
    InProgress,
    /// The key stands for another request: refuse.
    Different,
}

/// The right to answer a request, unless it takes too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    request: Request,
    holder: String,
}

/// Why it could not be said what to do with a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// The store could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
}

/// Says what to do with a request. `holder` must be new: no two executions share one.
///
/// # Errors
/// [`BeginError`]. After an unknown write the key may be held by nobody for [`TAKEN_OVER_AFTER`].
pub async fn begin(
    store: &Store,
    request: Request,
    holder: &str,
    now: Timestamp,
) -> Result<Begun, BeginError> {
    if let Some(begun) = store.read(|reader| lookup(reader, &request, now))? {
        return Ok(begun);
    }
    let applied = store.write(take(&request, holder, now)).await?;
    if applied.touched == [1] {
        return Ok(Begun::Execute(Execution { request, holder: holder.to_owned() }));
    }
    // Another took the key between our look and our write, so there is something to see now. If it gave
    // up at once, coming back later is right as well.
    let seen = store.read(|reader| lookup(reader, &request, now))?;
    Ok(seen.unwrap_or(Begun::InProgress))
}

/// What a request meets, without beginning it; `None` when it may be executed.
///
/// # Errors
/// [`StoreError::Read`].
pub fn lookup(reader: &Reader, request: &Request, now: Timestamp) -> Result<Option<Begun>, StoreError> {
    let forgotten = now.minus(REMEMBERED);
    let params = [
        (&request.mchid).into(),
        request.key_owner.as_str().into(),
        request.key.as_str().into(),
        forgotten.into(),
    ];
    let met = reader.one(&FIND, &params, |row| met(row, request, now))?;
    Ok(met.flatten())
}

/// The statement that stores the answer. Best written with the step that it tells of: if the execution was
/// taken over, neither is kept.
#[must_use]
pub fn finish(execution: &Execution, answer: &Answer) -> Statement {
    let mut params = vec![answer.status.into(), answer.body.clone().into()];
    params.extend(held(execution));
    Statement::new(&FINISH, params, Rows::Exactly(1))
}

/// The statement that frees the key, for a request that failed without having done anything.
#[must_use]
pub fn abandon(execution: &Execution) -> Statement {
    Statement::new(&ABANDON, held(execution), Rows::AtMost(1))
}

/// The statement that forgets up to [`PRUNE_MAX`] keys older than [`REMEMBERED`].
#[must_use]
pub fn prune(now: Timestamp) -> Statement {
    let params = [now.minus(REMEMBERED).into(), Value::count(PRUNE_MAX)];
    Statement::new(&PRUNE, params, Rows::AtMost(PRUNE_MAX))
}

fn take(request: &Request, holder: &str, now: Timestamp) -> Statement {
    let params = [
        (&request.mchid).into(),
        request.key_owner.as_str().into(),
        request.key.as_str().into(),
        request.hash.as_str().into(),
        holder.into(),
        now.into(),
        Bytes::new().into(),
        now.minus(REMEMBERED).into(),
        now.minus(TAKEN_OVER_AFTER).into(),
    ];
    Statement::new(&BEGIN, params, Rows::AtMost(1))
}

fn held(execution: &Execution) -> Vec<Value> {
    let Execution { request, holder } = execution;
    vec![
        (&request.mchid).into(),
        request.key_owner.as_str().into(),
        request.key.as_str().into(),
        holder.as_str().into(),
    ]
}

fn met(row: &Row, request: &Request, now: Timestamp) -> Result<Option<Begun>, StoreError> {
    if row.text(0)? != request.hash {
        return Ok(Some(Begun::Different));
    }
    let (started_at, status) = (row.time(1)?, row.int(2)?);
    if status != 0 {
        return Ok(Some(Begun::Answered(Answer { status, body: Bytes::copy_from_slice(row.bytes(3)?) })));
    }
    let may_be_taken_over = started_at <= now.minus(TAKEN_OVER_AFTER);
    Ok(if may_be_taken_over { None } else { Some(Begun::InProgress) })
}
