//! One key, one execution, one answer.

use std::time::Duration;

use bytes::Bytes;
use tongbao_store::idempotency::{
    self, Answer, Begun, Execution, REMEMBERED, Request, TAKEN_OVER_AFTER, begin,
};
use tongbao_store::{Fault, Store, WriteError};
use tongbao_wire::Timestamp;

use crate::engine::on_each_engine;
use crate::world::{START, mchid};

fn request(body: &str) -> Request {
    Request { mchid: mchid(), key_owner: "till".into(), key: "key-1".into(), hash: body.into() }
}

fn answer() -> Answer {
    Answer { status: 201, body: Bytes::from_static(b"{\"order_no\":\"1\"}") }
}

async fn begun(store: &Store, body: &str, holder: &str, now: Timestamp) -> Begun {
    begin(store, request(body), holder, now).await.unwrap()
}

async fn executing(store: &Store, holder: &str, now: Timestamp) -> Execution {
    match begun(store, "a", holder, now).await {
        Begun::Execute(execution) => execution,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_request_gets_the_first_answer_and_another_is_refused() {
    on_each_engine(async |store| {
        let execution = executing(&store, "one", START).await;
        assert_eq!(begun(&store, "a", "two", START).await, Begun::InProgress);
        assert_eq!(begun(&store, "b", "two", START).await, Begun::Different);
        store.write(idempotency::finish(&execution, &answer())).await.unwrap();
        for now in [START, START.plus(TAKEN_OVER_AFTER), START.plus(REMEMBERED - Duration::from_millis(1))] {
            assert_eq!(begun(&store, "a", "three", now).await, Begun::Answered(answer()));
            assert_eq!(begun(&store, "b", "three", now).await, Begun::Different);
        }
    });
}

#[test]
fn of_many_at_once_one_executes() {
    on_each_engine(async |store| {
        let (one, two, three) = tokio::join!(
            begin(&store, request("a"), "one", START),
            begin(&store, request("a"), "two", START),
            begin(&store, request("b"), "three", START),
        );
        let all = [one.unwrap(), two.unwrap(), three.unwrap()];
        assert!(matches!(all[0], Begun::Execute(_)), "{all:?}");
        assert_eq!(all[1..], [Begun::InProgress, Begun::Different]);
    });
}

#[test]
fn keys_of_two_callers_do_not_meet() {
    on_each_engine(async |store| {
        executing(&store, "one", START).await;
        let other = Request { key_owner: "web".into(), ..request("b") };
        assert!(matches!(begin(&store, other, "two", START).await, Ok(Begun::Execute(_))));
    });
}

#[test]
fn an_execution_that_never_came_back_is_taken_over_and_cannot_answer_any_more() {
    on_each_engine(async |store| {
        let first = executing(&store, "one", START).await;
        let late = START.plus(TAKEN_OVER_AFTER);
        assert_eq!(begun(&store, "b", "two", late).await, Begun::Different, "the key keeps its request");
        let second = executing(&store, "two", late).await;
        let stored = store.write(idempotency::finish(&first, &answer())).await;
        assert!(matches!(stored, Err(WriteError::Conflict { statement: "idempotency.finish", .. })));
        store.write(idempotency::abandon(&first)).await.unwrap();
        store.write(idempotency::finish(&second, &answer())).await.unwrap();
        assert_eq!(begun(&store, "a", "three", late).await, Begun::Answered(answer()));
    });
}

#[test]
fn a_key_given_up_may_be_used_again_by_any_request() {
    on_each_engine(async |store| {
        let execution = executing(&store, "one", START).await;
        store.write(idempotency::abandon(&execution)).await.unwrap();
        assert!(matches!(begun(&store, "b", "two", START).await, Begun::Execute(_)));
    });
}

#[test]
fn a_key_is_forgotten_after_a_day_whether_or_not_it_was_pruned() {
    on_each_engine(async |store| {
        let execution = executing(&store, "one", START).await;
        store.write(idempotency::finish(&execution, &answer())).await.unwrap();
        let tomorrow = START.plus(REMEMBERED);
        assert!(matches!(begun(&store, "b", "two", tomorrow).await, Begun::Execute(_)));

        let pruned = store.write(idempotency::prune(tomorrow)).await.unwrap();
        assert_eq!(pruned.touched, [0], "it is a new key now");
        let pruned = store.write(idempotency::prune(tomorrow.plus(REMEMBERED))).await.unwrap();
        assert_eq!(pruned.touched, [1]);
    });
}

#[test]
fn an_unknown_beginning_resolves_itself() {
    on_each_engine(async |store| {
        store.set_faults(|_| Fault::UnknownAfter);
        assert!(begin(&store, request("a"), "one", START).await.is_err());
        store.clear_faults();
        assert_eq!(begun(&store, "a", "two", START).await, Begun::InProgress);
        executing(&store, "three", START.plus(TAKEN_OVER_AFTER)).await;
    });
}
