//! Orders: the aggregate with its payments and refunds.
//!
//! `orders/commit.rs` writes a step down; `orders/page.rs` lists. Here one order is found by its number or
//! by a number of one of its payments or refunds.

mod commit;
mod page;

use tongbao_domain::Order;
use tongbao_wire::{Mchid, OrderNo, OutRefundNo, OutTradeNo};

use crate::{Reader, Row, Sql, StoreError, Value};

pub use commit::{CommitError, commit_step, insert, save};
pub use page::{Cursor, CursorError, Filter, PAGE_MAX, Page, page};

pub(crate) const SQL: &[&Sql] = &[
    &FIND,
    &FIND_BY_OUT_TRADE_NO,
    &FIND_BY_OUT_REFUND_NO,
    &page::NEWEST,
    &page::OF_STANDING,
    &page::UNPAID,
    &page::CLOSING,
    &page::OF_PAYER,
    &page::OF_PAYER_STANDING,
    &commit::INSERT,
    &commit::UPDATE,
    &commit::BIND_PAYER,
    &commit::INSERT_PAYMENT,
    &commit::INSERT_REFUND,
];

const FIND: Sql = Sql {
    name: "orders.find",
    text: "
select detail
  from orders
 where mchid = $1 and order_no = $2",
};

const FIND_BY_OUT_TRADE_NO: Sql = Sql {
    name: "orders.find_by_out_trade_no",
    text: "
select orders.detail
  from payments
  join orders on orders.mchid = payments.mchid and orders.order_no = payments.order_no
 where payments.mchid = $1 and payments.out_trade_no = $2",
};

const FIND_BY_OUT_REFUND_NO: Sql = Sql {
    name: "orders.find_by_out_refund_no",
    text: "
select orders.detail
  from refunds
  join orders on orders.mchid = refunds.mchid and orders.order_no = refunds.order_no
 where refunds.mchid = $1 and refunds.out_refund_no = $2",
};

/// The order with that number.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn find(reader: &Reader, mchid: &Mchid, order_no: &OrderNo) -> Result<Option<Order>, StoreError> {
    reader.one(&FIND, &[mchid.into(), order_no.into()], order)
}

/// The order that the payment with that number pays.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn find_by_out_trade_no(
    reader: &Reader,
    mchid: &Mchid,
    out_trade_no: &OutTradeNo,
) -> Result<Option<Order>, StoreError> {
    reader.one(&FIND_BY_OUT_TRADE_NO, &[mchid.into(), out_trade_no.into()], order)
}

/// The order that the refund with that number returns money of.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn find_by_out_refund_no(
    reader: &Reader,
    mchid: &Mchid,
    out_refund_no: &OutRefundNo,
) -> Result<Option<Order>, StoreError> {
    reader.one(&FIND_BY_OUT_REFUND_NO, &[mchid.into(), out_refund_no.into()], order)
}

/// Reads the first column, `detail`.
fn order(row: &Row) -> Result<Order, StoreError> {
    row.json(0)
}

/// Writes an order as `detail`.
fn detail(order: &Order) -> Value {
    Value::Text(serde_json::to_string(order).expect("an order is plain data"))
}
