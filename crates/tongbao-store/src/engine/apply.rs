//! Applying batches in a transaction.

use std::borrow::Borrow;

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
///
/// Whenever all of `group` is applied, `more` may add what came meanwhile: it shares the commit, too.
pub(super) fn commit_together<B: Borrow<Batch>>(
    connection: &Connection,
    group: &mut Vec<B>,
    more: &mut dyn FnMut(&mut Vec<B>),
) -> Outcome {
    // Nearly always every batch applies, and undoing points would cost more than they save. When one does
    // not, all are undone and applied once more with a point to return to before each.
    let outcome = attempt(connection, group, Undo::All, more);
    outcome.unwrap_or_else(|| {
        let again = attempt(connection, group, Undo::Each, &mut |_| ());
        again.expect("with undo points an attempt has an outcome")
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    All,
    Each,
}

/// `None` when a batch failed and undoing it alone was not possible: everything is undone.
fn attempt<B: Borrow<Batch>>(
    connection: &Connection,
    group: &mut Vec<B>,
    undo: Undo,
    more: &mut dyn FnMut(&mut Vec<B>),
) -> Option<Outcome> {
    if let Err(error) = run(connection, "begin immediate") {
        return Some(all_refused(group.len(), &refused("begin", &error)));
    }
    let mut results = Vec::with_capacity(group.len());
    while let Some(batch) = group.get(results.len()) {
        let result = match undo {
            Undo::All => apply(connection, batch.borrow()),
            Undo::Each => apply_or_undo(connection, batch.borrow()),
        };
        if let Err(error) = &result {
            // The engine itself undoes everything when the disk fails or is full.
            if connection.is_autocommit() {
                return Some(all_refused(group.len(), &why_refused(error)));
            }
            if undo == Undo::All && group.len() > 1 {
                roll_back(connection);
                return None;
            }
        }
        // What a lone batch left when it failed must be rolled back, so nothing may join it.
        let others_may_join = result.is_ok();
        results.push(result);
        if others_may_join && results.len() == group.len() {
            more(group);
        }
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
        let outcome = commit_together(&connection, &mut vec![&small, &large, &last], &mut |_| ());
        assert!(!outcome.lost);
        assert_eq!(outcome.results[1], Err(WriteError::Refused(Refused::Full)));
        for (name, result) in ["small", "large", "last"].iter().zip(&outcome.results) {
            let kept: i64 = connection
                .query_row("select count(*) from facts where name = $1", [name], |row| row.get(0))
                .unwrap();
            assert_eq!(kept == 1, result.is_ok(), "{name}: {result:?}");
        }
        limit(pages + 1_000).unwrap();
        let outcome = commit_together(&connection, &mut vec![&large], &mut |_| ());
        assert!(outcome.results[0].is_ok(), "once there is room it goes on");
    }

    fn put(name: &str) -> Batch {
        Batch::from(facts::put(name, "x", Timestamp::default()))
    }

    /// Writes like [`put`], and says that two rows must be touched.
    fn misfit(name: &str) -> Batch {
        let mut statement = facts::put(name, "x", Timestamp::default());
        statement.rows = Rows::Exactly(2);
        Batch::from(statement)
    }

    fn kept(connection: &rusqlite::Connection) -> Vec<String> {
        let mut names = connection.prepare("select name from facts order by name").unwrap();
        let rows = names.query_map((), |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn who_comes_while_a_group_is_applied_shares_its_commit_and_a_misfit_is_undone_alone() {
        let mut connection = connection::in_memory().unwrap();
        migrate::bring_up_to_date(&mut connection).unwrap();
        let mut later = vec![put("last"), misfit("misfit"), put("second")];
        let mut group = vec![put("first")];
        let outcome = commit_together(&connection, &mut group, &mut |group| group.extend(later.pop()));
        assert!(!outcome.lost);
        assert_eq!(outcome.results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(kept(&connection), ["first", "second"]);
        assert_eq!(later, [put("last")], "who comes after a misfit waits for the next commit");
    }

    #[test]
    fn nobody_joins_a_lone_batch_that_failed() {
        let mut connection = connection::in_memory().unwrap();
        migrate::bring_up_to_date(&mut connection).unwrap();
        let mut group = vec![misfit("misfit")];
        let outcome = commit_together(&connection, &mut group, &mut |group| group.push(put("late")));
        assert!(outcome.results.len() == 1 && outcome.results[0].is_err());
        assert!(kept(&connection).is_empty());
    }
}
