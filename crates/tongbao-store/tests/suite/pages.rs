//! Lists of orders.

use tongbao_domain::{Order, Standing};
use tongbao_store::Store;
use tongbao_store::orders::{Cursor, Filter, PAGE_MAX, page};

use crate::engine::on_each_engine;
use crate::world::{commit, mchid, paid, pay, payer, read, record};

/// Every order of a list, page by page, as numbers.
fn walk(store: &Store, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = read(store, |reader| page(reader, &mchid(), filter, cursor.as_ref(), limit));
        assert!(page.orders.len() <= limit.clamp(1, PAGE_MAX));
        all.extend(page.orders.iter().map(|order| order.order_no.to_string()));
        let Some(next) = page.next else {
            return all;
        };
        cursor = Some(Cursor::parse(&next.to_string()).unwrap());
    }
}

fn numbers(orders: impl IntoIterator<Item = usize>) -> Vec<String> {
    orders.into_iter().map(|n| format!("order-{n:03}")).collect()
}

async fn record_many(store: &Store, count: usize) -> Vec<Order> {
    let mut recorded = Vec::new();
    for n in 0..count {
        recorded.push(record(store, n).await);
    }
    recorded
}

#[test]
fn pages_of_any_size_hold_every_order_once_newest_first() {
    on_each_engine(async |store| {
        record_many(&store, 7).await;
        for limit in [0, 1, 2, 3, 6, 7, 8, 1_000_000] {
            assert_eq!(walk(&store, &Filter::default(), limit), numbers((0..7).rev()), "limit {limit}");
        }
    });
}

#[test]
fn a_page_of_everything_has_a_bound() {
    on_each_engine(async |store| {
        record_many(&store, PAGE_MAX + 5).await;
        let page = read(&store, |reader| page(reader, &mchid(), &Filter::default(), None, usize::MAX));
        assert_eq!(page.orders.len(), PAGE_MAX);
        assert!(page.next.is_some());
    });
}

#[test]
fn a_list_is_filtered_by_standing_and_by_payer() {
    on_each_engine(async |store| {
        for (n, order) in record_many(&store, 6).await.into_iter().enumerate() {
            // 0 is paid by nobody; odd ones by payer 1, even ones by payer 2; 3 and 4 are paid for.
            if n == 0 {
                continue;
            }
            let order = commit(&store, &order, pay(&order, n, 2 - n % 2)).await;
            if n == 3 || n == 4 {
                commit(&store, &order, paid(&order, n)).await;
            }
        }
        let check = |standing, openid, expected: &[usize]| {
            let filter = Filter { standing, openid };
            assert_eq!(walk(&store, &filter, 2), numbers(expected.iter().copied()), "{filter:?}");
        };
        check(Some(Standing::Unpaid), None, &[5, 2, 1, 0]);
        check(Some(Standing::Paid), None, &[4, 3]);
        check(Some(Standing::Closing), None, &[]);
        check(Some(Standing::Closed), None, &[]);
        check(None, Some(payer(1)), &[5, 3, 1]);
        check(None, Some(payer(2)), &[4, 2]);
        check(None, Some(payer(3)), &[]);
        check(Some(Standing::Paid), Some(payer(1)), &[3]);
        check(Some(Standing::Unpaid), Some(payer(1)), &[5, 1]);
    });
}

#[test]
fn an_order_recorded_while_a_list_is_walked_does_not_move_the_rest() {
    on_each_engine(async |store| {
        record_many(&store, 4).await;
        let first = read(&store, |reader| page(reader, &mchid(), &Filter::default(), None, 2));
        record(&store, 9).await;
        let cursor = first.next.unwrap();
        let second = read(&store, |reader| page(reader, &mchid(), &Filter::default(), Some(&cursor), 2));
        let second: Vec<_> = second.orders.iter().map(|order| order.order_no.to_string()).collect();
        assert_eq!(second, numbers([1, 0]));
    });
}

#[test]
fn text_that_is_no_cursor_is_refused() {
    for text in ["", ".", "1", "x.order-1", "1.", "1.a b", "ffffffffffffffffff.a", &"1.".repeat(5000)] {
        assert!(Cursor::parse(text).is_err(), "{text:.20}");
    }
}
