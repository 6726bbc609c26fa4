//! A batch is applied whole or not at all.

use tongbao_store::{
    BATCH_BYTES_MAX, Batch, Refused, Rows, STATEMENTS_MAX, Sql, Statement, Store, Value, WriteError, facts,
};

use crate::engine::{on_disk, on_each_engine};
use crate::world::{START, read};

const ABSENT: Sql = Sql { name: "test.absent", text: "update facts set value = $1 where name = $2" };
const WRONG: Sql = Sql { name: "test.wrong", text: "update no_such_table set value = $1" };
const GIVE_BACK: Sql =
    Sql { name: "test.give_back", text: "update facts set value = $1 where name = $2 returning name, value" };

fn put(name: &str) -> Statement {
    facts::put(name, "here", START)
}

fn absent(rows: Rows) -> Statement {
    Statement::new(&ABSENT, [Value::from("there"), Value::from("no such fact")], rows)
}

fn is_there(store: &Store, name: &str) -> bool {
    read(store, |reader| facts::find(reader, name)).is_some()
}

#[test]
fn a_statement_that_touches_another_number_of_rows_leaves_nothing_written() {
    on_each_engine(async |store| {
        let written = store.write(vec![put("a"), absent(Rows::Exactly(1)), put("b")]).await;
        let conflict =
            WriteError::Conflict { statement: "test.absent", expected: Rows::Exactly(1), touched: 0 };
        assert_eq!(written, Err(conflict));
        assert!(!is_there(&store, "a") && !is_there(&store, "b"));
    });
}

#[test]
fn rows_at_most_and_any_allow_none() {
    on_each_engine(async |store| {
        let batch = vec![absent(Rows::AtMost(1)), absent(Rows::Any), put("a")];
        assert_eq!(store.write(batch).await.unwrap().touched, [0, 0, 1]);
        assert!(is_there(&store, "a"));
    });
}

#[test]
fn a_statement_gives_its_rows_back() {
    on_each_engine(async |store| {
        let give_back = Statement::new(&GIVE_BACK, [Value::from("new"), Value::from("a")], Rows::Exactly(1));
        let applied = store.write(vec![put("a"), give_back]).await.unwrap();
        assert_eq!(applied.touched, [1, 1]);
        assert_eq!(applied.returned, [[Value::from("a"), Value::from("new")]]);
    });
}

#[test]
fn a_batch_that_conflicts_is_undone_alone_and_its_group_stays() {
    on_each_engine(async |store| {
        // All are queued before the first answer is awaited, so that they share commits.
        let writes: Vec<_> = (0..60)
            .map(|n| {
                let mut batch = Batch::from(put(&format!("fact {n}")));
                if n % 3 == 0 {
                    batch.push(absent(Rows::Exactly(1)));
                }
                let store = store.clone();
                async move { store.write(batch).await }
            })
            .collect();
        for (n, result) in all_at_once(writes).await.into_iter().enumerate() {
            let conflicts = n % 3 == 0;
            assert_eq!(matches!(result, Err(WriteError::Conflict { .. })), conflicts, "{n}: {result:?}");
            assert_eq!(is_there(&store, &format!("fact {n}")), !conflicts, "{n}");
        }
    });
}

#[test]
fn wrong_sql_and_missing_values_are_refused_by_name_and_the_store_goes_on() {
    on_each_engine(async |store| {
        for (sql, params) in [(&WRONG, vec![Value::Null]), (&ABSENT, vec![Value::Null])] {
            let written = store.write(vec![put("a"), Statement::new(sql, params, Rows::Any)]).await;
            let Err(WriteError::Refused(Refused::Statement { statement, .. })) = written else {
                panic!("{written:?}");
            };
            assert_eq!(statement, sql.name);
            assert!(!is_there(&store, "a"));
        }
        store.write(put("a")).await.unwrap();
        assert!(store.healthy());
    });
}

#[test]
fn an_empty_batch_does_nothing_and_one_too_large_is_refused() {
    on_each_engine(async |store| {
        assert_eq!(store.write(Batch::default()).await.unwrap().touched.len(), 0);
        let many = vec![put("a"); STATEMENTS_MAX + 1];
        let long = vec![facts::put("a", &"x".repeat(BATCH_BYTES_MAX), START)];
        for batch in [many, long] {
            let written = store.write(batch).await;
            assert!(matches!(written, Err(WriteError::Refused(Refused::TooLarge { .. }))), "{written:?}");
        }
    });
}

#[test]
fn more_writes_than_the_queue_holds_are_refused_at_once() {
    on_disk(async |path| {
        let options = tongbao_store::Options { queue_max: 1, ..Default::default() };
        let store = Store::open(path, &options).unwrap();
        let writes: Vec<_> = (0..200)
            .map(|n| {
                let store = store.clone();
                async move { store.write(put(&format!("fact {n}"))).await }
            })
            .collect();
        let results = all_at_once(writes).await;
        let refused = results.iter().filter(|r| **r == Err(WriteError::Refused(Refused::QueueFull))).count();
        assert!(refused > 0, "200 writes at once do not fit a queue of one");
        for (n, result) in results.iter().enumerate() {
            assert_eq!(result.is_ok(), is_there(&store, &format!("fact {n}")), "{n}: {result:?}");
        }
    });
}

/// Polls every future once before it waits for any.
async fn all_at_once<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in waiting.iter_mut().zip(&mut done) {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().map(|output| output.expect("all are ready")).collect()
}
