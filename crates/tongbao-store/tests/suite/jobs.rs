//! Jobs are held by one worker at a time.

use std::time::Duration;

use tongbao_domain::JobKey;
use tongbao_store::jobs::{self, Lease, Overdue};
use tongbao_store::{Batch, Store};
use tongbao_wire::Timestamp;

use crate::engine::on_each_engine;
use crate::world::{START, after, mchid, order_no, read, refund_no};

const LEASE: Duration = Duration::from_secs(60);

/// Promises a job for order `n`, due `n` seconds after the start.
fn promise(n: usize) -> tongbao_store::Statement {
    jobs::set(&mchid(), &order_no(n), &JobKey::Tend, after(u64::try_from(n).unwrap()))
}

async fn promised(store: &Store, count: usize) {
    store.write((0..count).map(promise).collect::<Vec<_>>()).await.unwrap();
}

async fn claim(store: &Store, now: Timestamp, limit: usize, token: &str) -> Vec<jobs::Claimed> {
    jobs::claim(store, now, limit, LEASE, token).await.unwrap()
}

fn orders(claimed: &[jobs::Claimed]) -> Vec<String> {
    claimed.iter().map(|job| job.order_no.to_string()).collect()
}

#[test]
fn the_longest_due_come_first_and_what_is_not_due_stays() {
    on_each_engine(async |store| {
        promised(&store, 10).await;
        let claimed = claim(&store, after(4), 3, "a").await;
        assert_eq!(orders(&claimed), ["order-000", "order-001", "order-002"]);
        let job = &claimed[2];
        assert_eq!((&job.key, job.due, job.attempts), (&JobKey::Tend, after(2), 1));
        assert_eq!((job.lease_until, job.token.as_str()), (after(4).plus(LEASE), "a"));
        assert_eq!(orders(&claim(&store, after(4), 10, "b").await), ["order-003", "order-004"]);
        assert_eq!(claim(&store, after(4), 10, "c").await, []);
    });
}

#[test]
fn two_who_claim_at_once_never_get_the_same_job() {
    on_each_engine(async |store| {
        promised(&store, 50).await;
        let (one, two, three) = tokio::join!(
            jobs::claim(&store, after(100), 20, LEASE, "one"),
            jobs::claim(&store, after(100), 20, LEASE, "two"),
            jobs::claim(&store, after(100), 20, LEASE, "three"),
        );
        let mut all: Vec<_> = [one, two, three].into_iter().flat_map(|jobs| orders(&jobs.unwrap())).collect();
        assert_eq!(all.len(), 50);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 50);
    });
}

#[test]
fn a_job_whose_lease_is_over_goes_to_another_and_the_first_holder_changes_nothing() {
    on_each_engine(async |store| {
        promised(&store, 1).await;
        let first = claim(&store, START, 1, "first").await.remove(0);
        let over = first.lease_until;
        let second = claim(&store, over, 1, "second").await.remove(0);
        assert_eq!(second.attempts, 2);

        assert_eq!(jobs::finish(&store, &first, over).await, Ok(Lease::Lost));
        assert_eq!(jobs::postpone(&store, &first, after(999), over).await, Ok(Lease::Lost));
        assert_eq!(jobs::finish(&store, &second, over).await, Ok(Lease::Held));
        assert_eq!(read(&store, jobs::next_due), None);
        assert_eq!(jobs::finish(&store, &second, over).await, Ok(Lease::Lost), "it is gone");
    });
}

#[test]
fn a_lease_that_is_over_is_lost_though_nobody_took_the_job() {
    on_each_engine(async |store| {
        promised(&store, 1).await;
        let held = claim(&store, START, 1, "a").await.remove(0);
        assert_eq!(jobs::finish(&store, &held, held.lease_until).await, Ok(Lease::Lost));
        let just_before = held.lease_until.minus(Duration::from_millis(1));
        assert_eq!(jobs::finish(&store, &held, just_before).await, Ok(Lease::Held));
    });
}

#[test]
fn a_job_promised_anew_is_taken_from_its_holder() {
    on_each_engine(async |store| {
        promised(&store, 1).await;
        let held = claim(&store, START, 1, "a").await.remove(0);
        let anew = jobs::set(&mchid(), &order_no(0), &JobKey::Tend, after(30));
        store.write(anew).await.unwrap();
        assert_eq!(jobs::finish(&store, &held, START).await, Ok(Lease::Lost));
        assert_eq!(claim(&store, after(29), 1, "b").await, []);
        assert_eq!(claim(&store, after(30), 1, "c").await[0].attempts, 1, "it starts from the beginning");
    });
}

#[test]
fn a_job_put_back_comes_again_when_it_is_due() {
    on_each_engine(async |store| {
        promised(&store, 1).await;
        let held = claim(&store, START, 1, "a").await.remove(0);
        assert_eq!(jobs::postpone(&store, &held, after(5), START).await, Ok(Lease::Held));
        assert_eq!(claim(&store, after(4), 1, "b").await, []);
        let again = claim(&store, after(5), 1, "c").await.remove(0);
        assert_eq!((again.due, again.attempts), (after(5), 2));
    });
}

#[test]
fn jobs_of_one_order_are_apart_and_removing_what_is_not_there_is_nothing() {
    on_each_engine(async |store| {
        let refund = |n| JobKey::Refund { out_refund_no: refund_no(n) };
        let mut batch = Batch::default();
        for key in [JobKey::Tend, refund(1), refund(2)] {
            batch.push(jobs::set(&mchid(), &order_no(1), &key, START));
        }
        batch.push(jobs::remove(&mchid(), &order_no(1), &refund(1)));
        batch.push(jobs::remove(&mchid(), &order_no(1), &refund(9)));
        store.write(batch).await.unwrap();
        let keys: Vec<_> = claim(&store, START, 9, "a").await.into_iter().map(|job| job.key).collect();
        assert_eq!(keys, [JobKey::Tend, refund(2)]);
    });
}

#[test]
fn the_next_moment_to_wake_up_counts_leases() {
    on_each_engine(async |store| {
        assert_eq!(read(&store, jobs::next_due), None);
        store.write(promise(0)).await.unwrap();
        store.write(promise(500)).await.unwrap();
        assert_eq!(read(&store, jobs::next_due), Some(START));
        let held = claim(&store, START, 1, "a").await.remove(0);
        assert_eq!(read(&store, jobs::next_due), Some(held.lease_until), "the lease ends first");
        jobs::finish(&store, &held, START).await.unwrap();
        assert_eq!(read(&store, jobs::next_due), Some(after(500)));
    });
}

#[test]
fn what_is_overdue_is_counted_without_what_is_held() {
    on_each_engine(async |store| {
        let overdue = |now| read(&store, |reader| jobs::overdue(reader, now));
        assert_eq!(overdue(START), Overdue::default());
        promised(&store, 5).await;
        assert_eq!(overdue(after(3)), Overdue { count: 4, oldest: Some(START) });
        claim(&store, after(3), 1, "a").await;
        assert_eq!(overdue(after(3)), Overdue { count: 3, oldest: Some(after(1)) });
    });
}
