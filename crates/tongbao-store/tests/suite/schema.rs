//! The schema goes forward, and only forward.

use tongbao_store::{Options, Rows, Sql, Statement, Store, StoreError, schema_version};

use crate::engine::on_disk;
use crate::world::{find, record};

const FROM_TOMORROW: Sql = Sql {
    name: "test.from_tomorrow",
    text: "insert into schema_steps (number, name, checksum) values ($1, 'tomorrow', 'x')",
};
const REWRITE: Sql =
    Sql { name: "test.rewrite", text: "update schema_steps set checksum = 'x' where number = $1" };
const FORGET: Sql = Sql { name: "test.forget", text: "delete from schema_steps where number = $1" };

async fn change(path: &std::path::Path, sql: &'static Sql, number: i64) {
    let store = Store::open(path, &Options::default()).unwrap();
    store.write(Statement::new(sql, [number.into()], Rows::Exactly(1))).await.unwrap();
}

#[test]
fn opening_twice_changes_nothing() {
    on_disk(async |path| {
        let first = Store::open(path, &Options::default()).unwrap();
        let order = record(&first, 1).await;
        drop(first);
        let second = Store::open(path, &Options::default()).unwrap();
        assert_eq!(find(&second, 1), Some(order));
    });
}

#[test]
fn a_database_from_a_newer_program_is_refused_with_what_to_do() {
    on_disk(async |path| {
        change(path, &FROM_TOMORROW, schema_version() + 1).await;
        let error = Store::open(path, &Options::default()).unwrap_err();
        assert_eq!(error, StoreError::TooNew { found: schema_version() + 1, known: schema_version() });
        assert!(error.to_string().contains("run a newer version"), "{error}");
    });
}

#[test]
fn a_step_that_was_rewritten_is_refused() {
    on_disk(async |path| {
        change(path, &REWRITE, 1).await;
        let error = Store::open(path, &Options::default()).unwrap_err();
        assert_eq!(error, StoreError::Rewritten { number: 1, name: "orders" });
    });
}

#[test]
fn a_step_that_fails_names_itself_and_keeps_the_database() {
    on_disk(async |path| {
        // The step's tables are there, its record is not: it cannot be applied again.
        change(path, &FORGET, 2).await;
        let error = Store::open(path, &Options::default()).unwrap_err();
        assert!(matches!(error, StoreError::Migration { number: 2, name: "inbox", .. }), "{error:?}");
    });
}

#[test]
fn what_is_no_database_is_refused_with_its_path() {
    on_disk(async |path| {
        std::fs::write(path, "This is a letter, not a database. ".repeat(100)).unwrap();
        let error = Store::open(path, &Options::default()).unwrap_err();
        assert!(
            matches!(error, StoreError::Open { .. }) && error.to_string().contains("tongbao.db"),
            "{error}"
        );
        let missing = path.with_file_name("missing").join("tongbao.db");
        let error = Store::open(&missing, &Options::default()).unwrap_err();
        assert_eq!(error.code(), "STORE_OPEN");
    });
}
