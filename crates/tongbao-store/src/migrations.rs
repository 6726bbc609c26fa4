//! The schema, as numbered steps that only go forward. Their texts are in `migrations/`.

use crate::Sql;

/// One numbered step of the schema.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// Every step, in order. A step that was released is never changed; its checksum is compared.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "orders", text: include_str!("../migrations/0001_orders.sql") },
    Migration { number: 2, name: "inbox", text: include_str!("../migrations/0002_inbox.sql") },
    Migration { number: 3, name: "idempotency", text: include_str!("../migrations/0003_idempotency.sql") },
    Migration { number: 4, name: "sessions", text: include_str!("../migrations/0004_sessions.sql") },
];

pub(crate) const SQL: &[&Sql] = &[&CREATE, &APPLIED, &RECORD];

/// The table that remembers which steps were applied, and with which text.
pub(crate) const CREATE: Sql = Sql {
    name: "schema_steps.create",
    text: "
create table if not exists schema_steps (
    number bigint not null,
    name text not null,
    checksum text not null,
    primary key (number)
)",
};

pub(crate) const APPLIED: Sql = Sql {
    name: "schema_steps.applied",
    text: "
select number, checksum
  from schema_steps
 order by number",
};

pub(crate) const RECORD: Sql = Sql {
    name: "schema_steps.record",
    text: "
insert into schema_steps (number, name, checksum)
values ($1, $2, $3)",
};

/// The schema version of this program: the number of its last migration.
#[must_use]
pub fn schema_version() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

impl Migration {
    /// FNV-1a over the text: it guards against mistakes, not against malice.
    pub(crate) fn checksum(&self) -> String {
        let hash = self.text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn migrations_are_numbered_without_a_gap() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(migration.number), Ok(index + 1), "{}", migration.name);
        }
    }

    #[test]
    fn every_column_is_explained() {
        for migration in MIGRATIONS {
            let lines: Vec<&str> = migration.text.lines().collect();
            for pair in lines.windows(2) {
                let is_column = pair[1].starts_with("    ") && !pair[1].trim_start().starts_with("--");
                if is_column && !pair[1].trim_start().starts_with("primary key") {
                    assert!(pair[0].trim_start().starts_with("-- "), "{}: {}", migration.name, pair[1]);
                }
            }
        }
    }
}
