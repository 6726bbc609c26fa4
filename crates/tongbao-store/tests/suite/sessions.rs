//! Logins, and small facts.

use std::time::Duration;

use tongbao_store::facts::{self, Fact};
use tongbao_store::sessions::{self, SESSIONS_MAX, Session};
use tongbao_store::{Store, WriteError};

use crate::engine::on_each_engine;
use crate::world::{START, after, appid, mchid, payer, read};

fn session(n: usize, person: usize) -> Session {
    let created_at = after(u64::try_from(n).unwrap());
    Session {
        token_hash: format!("hash-{n}"),
        mchid: mchid(),
        appid: appid(),
        openid: payer(person),
        created_at,
        expires_at: created_at.plus(Duration::from_secs(3600)),
    }
}

fn is_there(store: &Store, n: usize) -> bool {
    read(store, |reader| sessions::find(reader, &format!("hash-{n}"), START)).is_some()
}

#[test]
fn a_session_is_found_until_it_is_over() {
    on_each_engine(async |store| {
        let session = session(0, 1);
        store.write(sessions::insert(&session)).await.unwrap();
        let at = |now| read(&store, |reader| sessions::find(reader, "hash-0", now));
        let last = session.expires_at.minus(Duration::from_millis(1));
        assert_eq!(at(last), Some(session.clone()));
        assert_eq!(at(session.expires_at), None);
        assert_eq!(read(&store, |reader| sessions::find(reader, "hash-1", START)), None);
        let again = store.write(sessions::insert(&session)).await;
        assert!(matches!(again, Err(WriteError::Conflict { .. })), "a token is used once");
    });
}

#[test]
fn a_person_who_logs_in_again_and_again_loses_the_oldest_session() {
    on_each_engine(async |store| {
        store.write(sessions::insert(&session(1000, 2))).await.unwrap();
        for n in 0..SESSIONS_MAX + 2 {
            store.write(sessions::insert(&session(n, 1))).await.unwrap();
        }
        let there: Vec<_> = (0..SESSIONS_MAX + 2).filter(|n| is_there(&store, *n)).collect();
        assert_eq!(there, (2..SESSIONS_MAX + 2).collect::<Vec<_>>());
        assert!(is_there(&store, 1000), "another person's session stays");
    });
}

#[test]
fn sessions_that_are_over_are_forgotten() {
    on_each_engine(async |store| {
        for n in 0..3 {
            store.write(sessions::insert(&session(n, n))).await.unwrap();
        }
        let pruned = store.write(sessions::prune(after(3601))).await.unwrap();
        assert_eq!(pruned.touched, [2]);
        assert!(!is_there(&store, 1) && is_there(&store, 2));
    });
}

#[test]
fn a_fact_takes_the_place_of_the_one_before() {
    on_each_engine(async |store| {
        let known = |name| read(&store, |reader| facts::find(reader, name));
        assert_eq!(known("certificates.refreshed"), None);
        store.write(facts::put("certificates.refreshed", "old", START)).await.unwrap();
        store.write(facts::put("certificates.refreshed", "new", after(1))).await.unwrap();
        assert_eq!(known("certificates.refreshed"), Some(Fact { value: "new".into(), updated_at: after(1) }));
    });
}
