//! Reading rows.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tongbao_wire::Timestamp;

use super::apply::{bind, roll_back, run};
use crate::{EngineError, Sql, StoreError, Value};

/// Reads from one snapshot of the database.
#[derive(Debug)]
pub struct Reader<'a> {
    connection: &'a Connection,
}

/// A row being read.
#[derive(Debug)]
pub struct Row<'a> {
    row: &'a rusqlite::Row<'a>,
    statement: &'static str,
}

/// Runs `f` on one snapshot.
pub(super) fn snapshot<T>(
    connection: &Connection,
    f: impl FnOnce(&Reader) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    run(connection, "begin").map_err(|error| failed("begin", &error))?;
    let _end = End(connection);
    f(&Reader { connection })
}

/// Ends a snapshot, also when its reader panics.
struct End<'a>(&'a Connection);

impl Drop for End<'_> {
    fn drop(&mut self) {
        roll_back(self.0);
    }
}

impl Reader<'_> {
    /// The first row, read by `read`; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Read`], and what `read` says.
    pub fn one<T>(
        &self,
        sql: &'static Sql,
        params: &[Value],
        read: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let failed = |error: rusqlite::Error| failed(sql.name, &error);
        let mut prepared = self.connection.prepare_cached(sql.text).map_err(failed)?;
        bind(&mut prepared, params).map_err(failed)?;
        let mut rows = prepared.raw_query();
        let row = rows.next().map_err(failed)?;
        row.map(|row| read(&Row { row, statement: sql.name })).transpose()
    }

    /// Every row, each read by `read`. The statement bounds how many.
    ///
    /// # Errors
    /// [`StoreError::Read`], and what `read` says.
    pub fn all<T>(
        &self,
        sql: &'static Sql,
        params: &[Value],
        mut read: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let failed = |error: rusqlite::Error| failed(sql.name, &error);
        let mut prepared = self.connection.prepare_cached(sql.text).map_err(failed)?;
        bind(&mut prepared, params).map_err(failed)?;
        let mut rows = prepared.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            all.push(read(&Row { row, statement: sql.name })?);
        }
        Ok(all)
    }
}

impl Row<'_> {
    /// Text in column `index`, from 0.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        match self.value(index)? {
            ValueRef::Text(text) => std::str::from_utf8(text).map_err(|error| self.corrupt(&error)),
            other => Err(self.not("text", index, other)),
        }
    }

    /// An integer in column `index`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn int(&self, index: usize) -> Result<i64, StoreError> {
        self.int_or_null(index)?.ok_or_else(|| self.not("an integer", index, ValueRef::Null))
    }

    /// An integer in column `index`, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn int_or_null(&self, index: usize) -> Result<Option<i64>, StoreError> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(self.not("an integer", index, other)),
        }
    }

    /// An instant in column `index`, kept in milliseconds.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn time(&self, index: usize) -> Result<Timestamp, StoreError> {
        self.int(index).map(Timestamp::from_millis)
    }

    /// Bytes in column `index`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn bytes(&self, index: usize) -> Result<&[u8], StoreError> {
        match self.value(index)? {
            ValueRef::Blob(bytes) => Ok(bytes),
            other => Err(self.not("bytes", index, other)),
        }
    }

    /// An identifier in column `index`, checked again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when something else is there.
    pub fn id<T>(
        &self,
        index: usize,
        parse: impl FnOnce(&str) -> Result<T, tongbao_wire::IdError>,
    ) -> Result<T, StoreError> {
        parse(self.text(index)?).map_err(|error| self.corrupt(&error))
    }

    /// What column `index` holds as JSON.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it does not read.
    pub fn json<T: serde::de::DeserializeOwned>(&self, index: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(index)?).map_err(|error| self.corrupt(&error))
    }

    fn value(&self, index: usize) -> Result<ValueRef<'_>, StoreError> {
        self.row.get_ref(index).map_err(|error| failed(self.statement, &error))
    }

    fn not(&self, wanted: &str, index: usize, found: ValueRef<'_>) -> StoreError {
        self.corrupt(&format_args!("column {index} holds {}, not {wanted}", found.data_type()))
    }

    fn corrupt(&self, said: &dyn std::fmt::Display) -> StoreError {
        StoreError::Corrupt { statement: self.statement, said: EngineError::new(said) }
    }
}

fn failed(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    StoreError::Read { statement, said: EngineError::new(error) }
}
