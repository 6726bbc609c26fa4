//! Every statement, on each engine and as text.

use std::collections::BTreeSet;

use tongbao_store::{Sql, StoreError, Value, statements};

use crate::engine::on_each_engine;

/// Words that only one of the engines understands, or understands alike.
const NOT_PORTABLE: &[&str] = &[
    "?",
    "\"",
    "`",
    "==",
    "rowid",
    "autoincrement",
    "insert or",
    "replace into",
    "ifnull",
    "pragma",
    "glob",
    "strftime",
    "datetime",
    "julianday",
    "json_",
    "changes()",
    "last_insert",
    "total(",
    "without",
    "now()",
    "::",
    "ilike",
    "skip locked",
    "for update",
    "true",
    "false",
    "max(",
    "group_concat",
    "printf",
    "instr(",
];

/// The placeholders of a statement, in the order of their first appearance.
fn placeholders(sql: &Sql) -> Vec<u32> {
    let mut seen = Vec::new();
    for part in sql.text.split('$').skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let number = digits.parse().unwrap_or_else(|_| panic!("{}: a placeholder is a number", sql.name));
        if !seen.contains(&number) {
            seen.push(number);
        }
    }
    seen
}

#[test]
fn every_statement_is_prepared_by_the_engine() {
    on_each_engine(async |store| {
        for sql in statements() {
            // Explaining prepares a statement against the schema without running it.
            let text = Box::leak(format!("explain {}", sql.text).into_boxed_str());
            let explain: &'static Sql = Box::leak(Box::new(Sql { name: sql.name, text }));
            let params = vec![Value::Null; placeholders(sql).len()];
            let explained = store.read(|reader| reader.all(explain, &params, |_| Ok(())));
            assert!(explained.is_ok_and(|lines| !lines.is_empty()), "{}", sql.name);
        }
    });
}

#[test]
fn placeholders_appear_in_their_order() {
    for sql in statements() {
        let numbers = placeholders(sql);
        let count = u32::try_from(numbers.len()).unwrap();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{}", sql.name);
    }
}

#[test]
fn statements_are_written_for_both_engines() {
    for sql in statements() {
        assert_eq!(sql.text, sql.text.to_lowercase(), "{} is in lower case", sql.name);
        for word in NOT_PORTABLE {
            assert!(!sql.text.contains(word), "{} uses `{word}`", sql.name);
        }
        assert!(!sql.text.contains("select *"), "{} lists its columns", sql.name);
    }
}

#[test]
fn names_are_unique() {
    let names: Vec<_> = statements().map(|sql| sql.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
}

#[test]
fn what_runs_often_walks_no_table() {
    // Those that walk an index in order and stop at their limit, or count for metrics.
    let walks = ["jobs.front", "inbox.count", "schema_steps.applied"];
    let store = tongbao_store::Store::in_memory_inline().unwrap();
    for sql in statements().filter(|sql| !sql.text.contains("create table")) {
        let text = Box::leak(format!("explain query plan {}", sql.text).into_boxed_str());
        let explain: &'static Sql = Box::leak(Box::new(Sql { name: sql.name, text }));
        let params = vec![Value::Null; placeholders(sql).len()];
        let plan: Result<Vec<String>, StoreError> =
            store.read(|reader| reader.all(explain, &params, |row| Ok(row.text(3)?.to_owned())));
        for line in plan.unwrap() {
            let walk = line.starts_with("SCAN") || line.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!walk || walks.contains(&sql.name), "{}: {line}", sql.name);
        }
    }
}
