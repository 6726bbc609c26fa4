//! Applying batches in a transaction.

use bytes::Bytes;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};

use super::refused;
use crate::{Applied, Batch, EngineError, Refused, Statement, Value, WriteError};

/// What a group of batches came to.
pub(super) struct Outcome {
    /// One result per batch, in order.
    pub(super) results: Vec<Result<Applied, WriteError>>,
    /// True when the commit itself failed, so that nothing more may be written.
    pub(super) lost: bool,
}

/// Applies batches that share one commit. One that conflicts is undone alone; the others stay.
pub(super) fn commit_together(connection: &Connection, batches: &[&Batch]) -> Outcome {
    // Nearly always every batch applies, and undoing points would cost more than they save. When one does
    // not, all are undone and applied once more with a point to return to before each.
    match attempt(connection, batches, Undo::All) {
        Some(outcome) => outcome,
        None => attempt(connection, batches, Undo::Each).expect("with undo points an attempt has an outcome"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    All,
    Each,
}

/// `None` when a batch failed and undoing it alone was not possible: everything is undone.
fn attempt(connection: &Connection, batches: &[&Batch], undo: Undo) -> Option<Outcome> {
    if let Err(error) = run(connection, "begin immediate") {
        return Some(all_refused(batches.len(), &refused("begin", &error)));
    }
    let mut results = Vec::with_capacity(batches.len());
    for batch in batches {
        let result = match undo {
            Undo::All => apply(connection, batch),
            Undo::Each => apply_or_undo(connection, batch),
        };
        if let Err(error) = &result {
            // The engine itself undoes everything when the disk fails or is full.
            if connection.is_autocommit() {
                return Some(all_refused(batches.len(), &why_refused(error)));
            }
            if undo == Undo::All && batches.len() > 1 {
                roll_back(connection);
                return None;
            }
        }
        results.push(result);
    }
    if results.iter().all(Result::is_err) {
        roll_back(connection);
        return Some(Outcome { results, lost: false });
    }
    let committed = run(connection, "commit");
    if committed.is_err() {
        roll_back(connection);
    }
    Some(settle(results, committed))
}

/// What the batches' callers hear, given how the commit went.
fn settle(results: Vec<Result<Applied, WriteError>>, committed: rusqlite::Result<()>) -> Outcome {
    let Err(error) = committed else {
        return Outcome { results, lost: false };
    };
    // No room for the log's frames means that its commit mark was not written: that is definite. After
    // anything else nobody knows what the disk kept, and a later fsync may claim what this one lost.
    let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
    let heard =
        if full { WriteError::Refused(Refused::Full) } else { WriteError::Unknown(EngineError::new(&error)) };
    let results = results.into_iter().map(|result| result.and(Err(heard.clone()))).collect();
    Outcome { results, lost: !full }
}

fn all_refused(batches: usize, why: &Refused) -> Outcome {
    Outcome { results: vec![Err(WriteError::Refused(why.clone())); batches], lost: false }
}

fn why_refused(error: &WriteError) -> Refused {
    match error {
        WriteError::Refused(why) => why.clone(),
        WriteError::Conflict { .. } | WriteError::Unknown(_) => Refused::Io(EngineError::new(error)),
    }
}

fn apply_or_undo(connection: &Connection, batch: &Batch) -> Result<Applied, WriteError> {
    let point = |sql| run(connection, sql).map_err(|error| WriteError::Refused(refused("savepoint", &error)));
    point("savepoint batch")?;
    let applied = apply(connection, batch);
    if applied.is_err() && !connection.is_autocommit() {
        point("rollback to batch")?;
    }
    if !connection.is_autocommit() {
        point("release batch")?;
    }
    applied
}

fn apply(connection: &Connection, batch: &Batch) -> Result<Applied, WriteError> {
    let mut applied = Applied::default();
    applied.touched.reserve(batch.statements().len());
    for statement in batch.statements() {
        let name = statement.sql.name;
        let touched = execute(connection, statement, &mut applied.returned)
            .map_err(|error| WriteError::Refused(refused(name, &error)))?;
        if !statement.rows.allows(touched) {
            return Err(WriteError::Conflict { statement: name, expected: statement.rows, touched });
        }
        applied.touched.push(touched);
    }
    Ok(applied)
}

fn execute(
    connection: &Connection,
    statement: &Statement,
    returned: &mut Vec<Vec<Value>>,
) -> rusqlite::Result<usize> {
    let mut prepared = connection.prepare_cached(statement.sql.text)?;
    bind(&mut prepared, &statement.params)?;
    let columns = prepared.column_count();
    if columns == 0 {
        return prepared.raw_execute();
    }
    let mut touched = 0;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next()? {
        touched += 1;
        returned
            .push((0..columns).map(|index| Ok(owned(row.get_ref(index)?))).collect::<rusqlite::Result<_>>()?);
    }
    Ok(touched)
}

/// Binds the values in their order, which is that of the placeholders (see [`crate::Sql`]).
pub(super) fn bind(prepared: &mut CachedStatement<'_>, params: &[Value]) -> rusqlite::Result<()> {
    if prepared.parameter_count() != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), prepared.parameter_count()));
    }
    for (index, value) in params.iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

/// Runs SQL of the engine's own, without values.
pub(super) fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(|_rows| ())
}

/// Leaves no transaction open, whatever happened before.
pub(super) fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() && run(connection, "rollback").is_err() {
        // An error here says that the engine has rolled back by itself already.
        debug_assert!(connection.is_autocommit(), "a rollback leaves no transaction");
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        // No column is declared so; were one, its text would fail to read as a number, aloud.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(Bytes::copy_from_slice(bytes)),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{commit_together, settle};
    use crate::engine::{connection, migrate};
    use crate::{Applied, Batch, Refused, Rows, WriteError, facts};
    use tongbao_wire::Timestamp;

    fn failure(code: i32) -> rusqlite::Result<()> {
        Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None))
    }

    fn conflict() -> WriteError {
        WriteError::Conflict { statement: "x", expected: Rows::Exactly(1), touched: 0 }
    }

    #[test]
    fn after_a_failed_fsync_every_member_hears_unknown_and_writing_stops() {
        let results = vec![Ok(Applied::default()), Err(conflict()), Ok(Applied::default())];
        let outcome = settle(results, failure(rusqlite::ffi::SQLITE_IOERR_FSYNC));
        assert!(outcome.lost);
        assert!(matches!(outcome.results[0], Err(WriteError::Unknown(_))));
        assert_eq!(outcome.results[1], Err(conflict()), "what was refused before the commit stays refused");
        assert!(matches!(outcome.results[2], Err(WriteError::Unknown(_))));
    }

    #[test]
    fn a_full_disk_is_a_definite_refusal_and_writing_goes_on() {
        let outcome = settle(vec![Ok(Applied::default())], failure(rusqlite::ffi::SQLITE_FULL));
        assert!(!outcome.lost);
        assert_eq!(outcome.results, [Err(WriteError::Refused(Refused::Full))]);
    }

    #[test]
    fn when_space_runs_out_in_a_group_each_member_hears_what_became_of_it() {
        let mut connection = connection::in_memory().unwrap();
        migrate::bring_up_to_date(&mut connection).unwrap();
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let limit =
            |pages: i64| connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limit(pages + 2).unwrap();
        let put = |name: &str, bytes| Batch::from(facts::put(name, &"x".repeat(bytes), Timestamp::default()));
        let (small, large, last) = (put("small", 1), put("large", 100_000), put("last", 1));
        let outcome = commit_together(&connection, &[&small, &large, &last]);
        assert!(!outcome.lost);
        assert_eq!(outcome.results[1], Err(WriteError::Refused(Refused::Full)));
        for (name, result) in ["small", "large", "last"].iter().zip(&outcome.results) {
            let kept: i64 = connection
                .query_row("select count(*) from facts where name = $1", [name], |row| row.get(0))
                .unwrap();
            assert_eq!(kept == 1, result.is_ok(), "{name}: {result:?}");
        }
        limit(pages + 1_000).unwrap();
        assert!(commit_together(&connection, &[&large]).results[0].is_ok(), "once there is room it goes on");
    }
}
