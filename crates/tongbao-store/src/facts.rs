//! Small facts of the installation, by name.

use tongbao_wire::Timestamp;

use crate::{Reader, Rows, Sql, Statement, StoreError};

pub(crate) const SQL: &[&Sql] = &[&PUT, &FIND];

const PUT: Sql = Sql {
    name: "facts.put",
    text: "
insert into facts (name, value, updated_at)
values ($1, $2, $3)
    on conflict (name) do update
   set value = excluded.value, updated_at = excluded.updated_at",
};

const FIND: Sql = Sql {
    name: "facts.find",
    text: "
select value, updated_at
  from facts
 where name = $1",
};

/// What is known, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What is known.
    pub value: String,
    /// Since when.
    pub updated_at: Timestamp,
}

/// The statement that records a fact in place of what was known by that name.
#[must_use]
pub fn put(name: &str, value: &str, now: Timestamp) -> Statement {
    Statement::new(&PUT, [name.into(), value.into(), now.into()], Rows::Exactly(1))
}

/// What is known by that name.
///
/// # Errors
/// [`StoreError::Read`].
pub fn find(reader: &Reader, name: &str) -> Result<Option<Fact>, StoreError> {
    reader.one(&FIND, &[name.into()], |row| {
        Ok(Fact { value: row.text(0)?.to_owned(), updated_at: row.time(1)? })
    })
}
