//! Notifications are kept as they came.

use bytes::Bytes;
use tongbao_store::inbox::{self, Arrival};
use tongbao_store::{Store, WriteError};

use crate::engine::on_each_engine;
use crate::world::{START, commit, find, mchid, paid, pay, payment_no, read, record};

fn arrival(n: usize, payment: Option<usize>) -> Arrival {
    Arrival {
        mchid: mchid(),
        id: format!("{n:08}"),
        notification_id: "EV-1".into(),
        received_at: START,
        event_type: "TRANSACTION.SUCCESS".into(),
        out_trade_no: payment.map(payment_no),
        outcome: "paid".into(),
        body: Bytes::from_static(b"{\"id\":\"EV-1\", \"odd\": \"\xff\x00\"}"),
    }
}

async fn keep(store: &Store, arrivals: &[Arrival]) {
    store.write(arrivals.iter().map(inbox::record).collect::<Vec<_>>()).await.unwrap();
}

#[test]
fn what_arrived_about_an_order_is_read_byte_for_byte_in_order() {
    on_each_engine(async |store| {
        let order = record(&store, 1).await;
        let order = commit(&store, &order, pay(&order, 1, 7)).await;
        commit(&store, &order, paid(&order, 1)).await;
        let kept = [arrival(1, Some(1)), arrival(2, Some(2)), arrival(3, Some(1)), arrival(4, None)];
        keep(&store, &kept).await;
        let order = find(&store, 1).unwrap();
        let found = read(&store, |reader| inbox::of_order(reader, &order));
        assert_eq!(found, [kept[0].clone(), kept[2].clone()]);
        assert_eq!(read(&store, |reader| inbox::count(reader, &mchid())), 4);
    });
}

#[test]
fn an_id_is_used_once() {
    on_each_engine(async |store| {
        keep(&store, &[arrival(1, None)]).await;
        let again = store.write(inbox::record(&arrival(1, None))).await;
        assert!(matches!(again, Err(WriteError::Conflict { statement: "inbox.insert", .. })), "{again:?}");
    });
}

#[test]
fn old_arrivals_are_forgotten_a_bounded_number_at_a_time() {
    on_each_engine(async |store| {
        let kept: Vec<_> = (0..10).map(|n| arrival(n, Some(n))).collect();
        keep(&store, &kept).await;
        let pruned = store.write(inbox::prune(&mchid(), "00000006", 4)).await.unwrap();
        assert_eq!(pruned.touched, [4]);
        let pruned = store.write(inbox::prune(&mchid(), "00000006", 4)).await.unwrap();
        assert_eq!(pruned.touched, [2]);
        assert_eq!(read(&store, |reader| inbox::count(reader, &mchid())), 4);
        let left = read(&store, |reader| inbox::of_payment(reader, &mchid(), &payment_no(6)));
        assert_eq!(left.len(), 1);
    });
}
