//! An order, its events and its jobs are written together.

use tongbao_domain::JobKey;
use tongbao_store::orders::CommitError;
use tongbao_store::{Fault, Rows, Statement, Value, WriteError, events, facts, jobs, orders};

use crate::engine::on_each_engine;
use crate::world::{
    START, accepted, commit, find, mchid, new_order, order_no, paid, pay, payment_no, read, record, refund,
    refund_no,
};

#[test]
fn an_order_is_found_by_each_of_its_numbers_as_it_was_written() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        let order = commit(&store, &order, pay(&order, 1, 7)).await;
        let order = commit(&store, &order, accepted(&order, 1)).await;
        let order = commit(&store, &order, paid(&order, 1)).await;
        let order = commit(&store, &order, refund(&order, 1, 1)).await;

        assert_eq!(find(&store, 1).as_ref(), Some(&order));
        let by_payment = read(&store, |r| orders::find_by_out_trade_no(r, &mchid(), &payment_no(1)));
        assert_eq!(by_payment.as_ref(), Some(&order));
        let by_refund = read(&store, |r| orders::find_by_out_refund_no(r, &mchid(), &refund_no(1)));
        assert_eq!(by_refund.as_ref(), Some(&order));
    });
}

#[test]
fn what_is_not_there_or_belongs_to_another_merchant_is_not_found() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        commit(&store, &order, pay(&order, 1, 7)).await;
        let other = tongbao_wire::Mchid::parse("1900000110").unwrap();
        assert_eq!(find(&store, 2), None);
        assert_eq!(read(&store, |r| orders::find(r, &other, &order_no(1))), None);
        assert_eq!(read(&store, |r| orders::find_by_out_trade_no(r, &other, &payment_no(1))), None);
        assert_eq!(read(&store, |r| orders::find_by_out_refund_no(r, &mchid(), &refund_no(1))), None);
    });
}

#[test]
fn of_two_who_move_an_order_at_once_one_is_told_that_it_moved() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        let (one, two) = (pay(&order, 1, 7), pay(&order, 2, 8));
        let (first, second) = tokio::join!(
            orders::commit_step(&store, Some(&order), &one, Vec::new()),
            orders::commit_step(&store, Some(&order), &two, Vec::new()),
        );
        assert!(first.is_ok(), "{first:?}");
        assert_eq!(second, Err(CommitError::Moved));
        assert_eq!(find(&store, 1), Some(one.order));
        let history = read(&store, |r| events::of_order(r, &mchid(), &order_no(1)));
        assert!(history.iter().all(|e| !format!("{e:?}").contains("payment-2")), "{history:?}");
        assert_eq!(read(&store, |r| orders::find_by_out_trade_no(r, &mchid(), &payment_no(2))), None);
    });
}

#[test]
fn numbers_are_unique_per_merchant() {
    on_each_engine(async |store| {
        let one = record(&store, 1).await;
        let two = record(&store, 2).await;
        let again = orders::commit_step(&store, None, &new_order(1), Vec::new()).await;
        assert_eq!(again, Err(CommitError::OrderNoTaken));

        let one = commit(&store, &one, pay(&one, 1, 7)).await;
        let taken = orders::commit_step(&store, Some(&two), &pay(&two, 1, 7), Vec::new()).await;
        assert_eq!(taken, Err(CommitError::OutTradeNoTaken));
        assert_eq!(find(&store, 2).as_ref(), Some(&two), "nothing of the refused step is kept");

        let one = commit(&store, &one, paid(&one, 1)).await;
        commit(&store, &one, refund(&one, 1, 1)).await;
        let two = commit(&store, &two, pay(&two, 2, 7)).await;
        let two = commit(&store, &two, paid(&two, 2)).await;
        let taken = orders::commit_step(&store, Some(&two), &refund(&two, 2, 1), Vec::new()).await;
        assert_eq!(taken, Err(CommitError::OutRefundNoTaken));
    });
}

#[test]
fn the_history_is_read_in_the_order_it_was_made() {
    on_each_engine(async |store| {
        let created = new_order(1);
        orders::commit_step(&store, None, &created, Vec::new()).await.unwrap();
        let asked = pay(&created.order, 1, 7);
        let order = commit(&store, &created.order, asked.clone()).await;
        let settled = paid(&order, 1);
        commit(&store, &order, settled.clone()).await;

        let history = read(&store, |r| events::of_order(r, &mchid(), &order_no(1)));
        let expected: Vec<_> = [created, asked, settled].into_iter().flat_map(|step| step.events).collect();
        assert_eq!(history.iter().map(|e| e.event.clone()).collect::<Vec<_>>(), expected);
        let places: Vec<_> = history.iter().map(|e| (e.version, e.seq)).collect();
        let mut sorted = places.clone();
        sorted.sort_unstable();
        assert_eq!(places, sorted);
    });
}

#[test]
fn the_jobs_follow_the_state() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        let due = |store| read(store, jobs::next_due);
        assert_eq!(due(&store), Some(order.expires_at), "an order nobody pays is looked at when it expires");
        let order = commit(&store, &order, pay(&order, 1, 7)).await;
        assert_eq!(due(&store), order.next_turn(&JobKey::Tend, order.payments[0].created_at));
        let order = commit(&store, &order, paid(&order, 1)).await;
        assert_eq!(due(&store), None, "a paid order needs nothing");
        commit(&store, &order, refund(&order, 1, 1)).await;
        assert!(due(&store).is_some(), "a refund is to be sent");
    });
}

#[test]
fn an_extra_statement_that_conflicts_keeps_the_step_from_being_written() {
    const NONE: tongbao_store::Sql =
        tongbao_store::Sql { name: "test.none", text: "delete from facts where name = $1" };
    on_each_engine(async |store| {
        let step = new_order(1);
        let extra = Statement::new(&NONE, [Value::from("x")], Rows::Exactly(1));
        let committed = orders::commit_step(&store, None, &step, vec![extra]).await;
        let Err(CommitError::Write(WriteError::Conflict { statement, .. })) = committed else {
            panic!("{committed:?}");
        };
        assert_eq!((statement, find(&store, 1)), ("test.none", None));

        let extra = facts::put("x", "y", START);
        orders::commit_step(&store, None, &step, vec![extra]).await.unwrap();
        assert_eq!(find(&store, 1), Some(step.order));
    });
}

#[test]
fn after_an_unknown_commit_the_version_tells_whether_the_step_is_kept() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        for (fault, kept) in [(Fault::UnknownBefore, false), (Fault::UnknownAfter, true)] {
            store.set_faults(move |_| fault);
            let step = pay(&order, 1, 7);
            let committed = orders::commit_step(&store, Some(&order), &step, Vec::new()).await;
            assert!(matches!(committed, Err(CommitError::Write(WriteError::Unknown(_)))), "{committed:?}");
            assert_eq!(find(&store, 1).unwrap().version == step.order.version, kept, "{fault:?}");
        }
    });
}
