//! Lists of orders, newest first.

use std::fmt;

use tongbao_domain::{Order, Standing};
use tongbao_wire::{Mchid, Openid, OrderNo, Timestamp};

use super::order;
use crate::{Reader, Sql, StoreError, Value};

/// The most orders of one page.
pub const PAGE_MAX: usize = 100;

pub(super) const NEWEST: Sql = Sql {
    name: "orders.page",
    text: "
select detail
  from orders
 where mchid = $1 and (created_at, order_no) < ($2, $3)
 order by created_at desc, order_no desc
 limit $4",
};

// For what most orders are in the end: paid or closed. The list is walked until enough are found.
pub(super) const OF_STANDING: Sql = Sql {
    name: "orders.page_of_standing",
    text: "
select detail
  from orders
 where mchid = $1 and (created_at, order_no) < ($2, $3) and standing = $4
 order by created_at desc, order_no desc
 limit $5",
};

// The standing is written out, so that the engine sees that the index of live orders holds them all.
pub(super) const UNPAID: Sql = Sql {
    name: "orders.page_unpaid",
    text: "
select detail
  from orders
 where mchid = $1 and standing = 'unpaid' and (created_at, order_no) < ($2, $3)
 order by created_at desc, order_no desc
 limit $4",
};

pub(super) const CLOSING: Sql = Sql {
    name: "orders.page_closing",
    text: "
select detail
  from orders
 where mchid = $1 and standing = 'closing' and (created_at, order_no) < ($2, $3)
 order by created_at desc, order_no desc
 limit $4",
};

pub(super) const OF_PAYER: Sql = Sql {
    name: "orders.page_of_payer",
    text: "
select detail
  from orders
 where mchid = $1 and openid = $2 and (created_at, order_no) < ($3, $4)
 order by created_at desc, order_no desc
 limit $5",
};

pub(super) const OF_PAYER_STANDING: Sql = Sql {
    name: "orders.page_of_payer_standing",
    text: "
select detail
  from orders
 where mchid = $1 and openid = $2 and (created_at, order_no) < ($3, $4) and standing = $5
 order by created_at desc, order_no desc
 limit $6",
};

/// Which orders a list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that stand so.
    pub standing: Option<Standing>,
    /// Only those of this payer.
    pub openid: Option<Openid>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub orders: Vec<Order>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<Cursor>,
}

/// Where a part of a list begins. Its text is for handing back, not for reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    created_at: Timestamp,
    order_no: OrderNo,
}

/// Text that is not a cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that a list gave; begin again without one")]
pub struct CursorError;

impl Cursor {
    /// Reads what [`Cursor`] displays.
    ///
    /// # Errors
    /// [`CursorError`].
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        let (millis, order_no) = text.split_once('.').ok_or(CursorError)?;
        let millis = i64::from_str_radix(millis, 16).map_err(|_| CursorError)?;
        let order_no = OrderNo::parse(order_no).map_err(|_| CursorError)?;
        Ok(Self { created_at: Timestamp::from_millis(millis), order_no })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{}", self.created_at.millis(), self.order_no)
    }
}

/// Up to `limit` orders, at most [`PAGE_MAX`] and at least one, newest first, from `cursor` on.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn page(
    reader: &Reader,
    mchid: &Mchid,
    filter: &Filter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (sql, params) = query(mchid, filter, cursor, limit + 1);
    let mut orders = reader.all(sql, &params, order)?;
    let more = orders.len() > limit;
    orders.truncate(limit);
    let last = orders.last().filter(|_| more);
    let next = last.map(|order| Cursor { created_at: order.created_at, order_no: order.order_no.clone() });
    Ok(Page { orders, next })
}

fn query(
    mchid: &Mchid,
    filter: &Filter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> (&'static Sql, Vec<Value>) {
    let mut params: Vec<Value> = vec![mchid.into()];
    if let Some(openid) = &filter.openid {
        params.push(openid.into());
    }
    params.push(cursor.map_or(i64::MAX, |cursor| cursor.created_at.millis()).into());
    params.push(cursor.map_or("", |cursor| cursor.order_no.as_str()).into());
    let sql = match (&filter.openid, filter.standing) {
        (None, None) => &NEWEST,
        (None, Some(Standing::Unpaid)) => &UNPAID,
        (None, Some(Standing::Closing)) => &CLOSING,
        (None, Some(standing @ (Standing::Paid | Standing::Closed))) => {
            params.push(standing.as_str().into());
            &OF_STANDING
        }
        (Some(_), None) => &OF_PAYER,
        (Some(_), Some(standing)) => {
            params.push(standing.as_str().into());
            &OF_PAYER_STANDING
        }
    };
    params.push(Value::count(limit));
    (sql, params)
}
