//! Bringing the schema up to date.

use rusqlite::Connection;

use crate::migrations::{APPLIED, CREATE, MIGRATIONS, Migration, RECORD, schema_version};
use crate::{EngineError, StoreError};

/// Applies the migrations that the database has not seen, each in a transaction of its own.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> Result<(), StoreError> {
    let applied = applied(connection)?;
    if let Some((found, _)) = applied.last().filter(|(number, _)| *number > schema_version()) {
        return Err(StoreError::TooNew { found: *found, known: schema_version() });
    }
    for migration in MIGRATIONS {
        match applied.iter().find(|(number, _)| *number == migration.number) {
            None => apply(connection, migration).map_err(|error| StoreError::Migration {
                number: migration.number,
                name: migration.name,
                said: EngineError::new(&error),
            })?,
            Some((_, checksum)) if *checksum == migration.checksum() => {}
            Some((number, _)) => {
                return Err(StoreError::Rewritten { number: *number, name: migration.name });
            }
        }
    }
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<(i64, String)>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(i64, String)>> {
        connection.execute_batch(CREATE.text)?;
        let mut statement = connection.prepare(APPLIED.text)?;
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    read().map_err(|error| StoreError::Read { statement: APPLIED.name, said: EngineError::new(&error) })
}

fn apply(connection: &mut Connection, migration: &Migration) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(&migration.text.replace("/* without rowid */", "without rowid"))?;
    transaction.execute(RECORD.text, (migration.number, migration.name, migration.checksum()))?;
    transaction.commit()
}
