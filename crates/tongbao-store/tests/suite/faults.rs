//! What a caller hears when a write fails, and what is there after.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tongbao_store::{Fault, Refused, WriteError, facts};

use crate::engine::on_each_engine;
use crate::world::{START, read};

#[test]
fn each_fault_says_and_does_what_its_name_says() {
    let cases = [
        (Fault::Pass, true, "ok"),
        (Fault::FailBefore, false, "refused"),
        (Fault::UnknownBefore, false, "unknown"),
        (Fault::UnknownAfter, true, "unknown"),
    ];
    on_each_engine(async |store| {
        for (index, (fault, kept, heard)) in cases.into_iter().enumerate() {
            store.set_faults(move |_| fault);
            let name = format!("fact {index}");
            let said = match store.write(facts::put(&name, "x", START)).await {
                Ok(_) => "ok",
                Err(WriteError::Refused(Refused::Busy)) => "refused",
                Err(WriteError::Unknown(_)) => "unknown",
                Err(other) => panic!("{fault:?}: {other}"),
            };
            assert_eq!(said, heard, "{fault:?}");
            assert_eq!(read(&store, |reader| facts::find(reader, &name)).is_some(), kept, "{fault:?}");
        }
    });
}

#[test]
fn a_conflict_is_told_even_where_the_answer_would_be_lost() {
    on_each_engine(async |store| {
        store.set_faults(|_| Fault::UnknownAfter);
        let lost = tongbao_store::Sql { name: "test.none", text: "delete from facts where name = $1" };
        let lost: &'static tongbao_store::Sql = Box::leak(Box::new(lost));
        let statement = tongbao_store::Statement::new(lost, ["x".into()], tongbao_store::Rows::Exactly(1));
        assert!(matches!(store.write(statement).await, Err(WriteError::Conflict { .. })));
    });
}

#[test]
fn faults_see_each_batch_once_and_are_forgotten_when_the_store_is_handed_on() {
    on_each_engine(async |store| {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        store.set_faults(move |batch| {
            count.fetch_add(batch.statements().len(), Ordering::Relaxed);
            Fault::FailBefore
        });
        assert!(store.write(facts::put("a", "x", START)).await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 1);

        let next_server = store.clone();
        next_server.reopen();
        next_server.write(facts::put("a", "x", START)).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(next_server.healthy());
    });
}
