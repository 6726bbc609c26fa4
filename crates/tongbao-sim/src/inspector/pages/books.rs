//! The merchants' books: balances, and the orders behind them.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;
use tongbao_wire::{Fen, Mchid, OutTradeNo, TradeState};

use super::frame::{Frame, moment, query};
use super::html;
use crate::Simulator;
use crate::control::Asked;
use crate::view::OrderView;
use crate::why::percent;

#[derive(Template)]
#[template(path = "inspector/books.html")]
struct Page<'a> {
    f: &'a Frame,
    merchants: Vec<Balance>,
    balanced: bool,
    issued: String,
    in_transit: String,
    orders: Vec<OrderRow>,
    older: String,
    merchant: &'a str,
    q: &'a str,
}

/// One merchant's books; money in yuan.
struct Balance {
    mchid: String,
    name: String,
    available: String,
    payments: u64,
    /// What else the books tell, without what is nothing.
    sums: Vec<(&'static str, &'static str, String)>,
}

/// An order in a list.
pub(super) struct OrderRow {
    pub(super) address: String,
    pub(super) when: String,
    pub(super) mchid: String,
    pub(super) out_trade_no: String,
    pub(super) description: String,
    pub(super) total: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) payer: String,
    pub(super) refunds: usize,
}

/// Which orders are wanted.
#[derive(Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    merchant: String,
    /// The beginning of an order's number.
    #[serde(default)]
    q: String,
    /// Older than this one.
    before: Option<u64>,
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Asked(asked): Asked<Query>,
) -> Response {
    let books = simulator.books();
    let named = simulator.inner.platform.merchants();
    let merchants = books.merchants.iter().map(|(mchid, books)| {
        let merchant = named.iter().find(|merchant| merchant.settings.mchid == *mchid);
        let sums = [
            ("收款", "Paid", books.paid),
            ("已退", "Refunded", books.refunded),
            ("退款中", "Refunding", books.refunding),
            ("冻结", "Frozen", books.frozen),
            ("手续费", "Fees", books.fees),
            ("运营账户", "Operating", books.operating),
            ("已转账", "Transferred", books.transferred),
            ("转账中", "Transferring", books.transferring),
            ("已提现", "Withdrawn", books.withdrawn),
        ];
        // The first two are always told; the rest when there is something to tell.
        let told = sums.into_iter().enumerate().filter(|(at, (_, _, sum))| *at < 2 || *sum != Fen::new(0));
        Balance {
            mchid: mchid.to_string(),
            name: merchant.map(|merchant| merchant.settings.name.clone()).unwrap_or_default(),
            available: books.available.to_string(),
            payments: books.payments,
            sums: told.map(|(_, (zh, en, sum))| (zh, en, sum.to_string())).collect(),
        }
    });
    let (orders, last) = orders(&simulator, &asked);
    let pairs = [("merchant", asked.merchant.as_str()), ("q", &asked.q), ("before", &last)];
    let page = Page {
        merchants: merchants.take(MERCHANTS).collect(),
        balanced: books.balanced(),
        issued: books.issued.to_string(),
        in_transit: books.in_transit.to_string(),
        orders,
        older: if last.is_empty() { String::new() } else { format!("/inspector/books?{}", query(&pairs)) },
        merchant: &asked.merchant,
        q: &asked.q,
        f: &frame,
    };
    html(&page, &frame)
}

/// A page of orders, newest first, and the number of its last when there are more.
fn orders(simulator: &Simulator, asked: &Query) -> (Vec<OrderRow>, String) {
    simulator.with_state(|state, _, _| {
        let mut rows = Vec::new();
        let mut last = 0;
        for (number, key) in state.order_numbers.range(..asked.before.unwrap_or(u64::MAX)).rev() {
            let fits = (asked.merchant.is_empty() || key.0.as_str() == asked.merchant)
                && key.1.as_str().starts_with(&asked.q);
            if !fits {
                continue;
            }
            if rows.len() == ROWS {
                return (rows, last.to_string());
            }
            if let Some(order) = state.orders.get(&key) {
                last = number;
                rows.push(OrderRow::of(&state.order_view(&order)));
            }
        }
        (rows, String::new())
    })
}

impl OrderRow {
    pub(super) fn of(order: &OrderView) -> Self {
        Self {
            address: address_of(&order.mchid, &order.out_trade_no),
            when: moment(order.created_at),
            mchid: order.mchid.to_string(),
            out_trade_no: order.out_trade_no.to_string(),
            description: order.description.clone(),
            total: order.total_text.clone(),
            state: order.trade_state.to_string(),
            tone: tone(&order.trade_state),
            payer: order.payer.clone().unwrap_or_default(),
            refunds: order.refunds.len(),
        }
    }
}

/// The page of an order.
pub(super) fn address_of(mchid: &Mchid, number: &OutTradeNo) -> String {
    format!("/inspector/orders/{mchid}/{}", percent::encode(number.as_str()))
}

/// How a state is coloured.
pub(super) fn tone(state: &TradeState) -> &'static str {
    match state {
        TradeState::Success => "good",
        TradeState::NotPay | TradeState::UserPaying => "wait",
        TradeState::Refund => "odd",
        TradeState::PayError => "bad",
        TradeState::Closed | TradeState::Revoked | TradeState::Unknown(_) => "none",
    }
}

const ROWS: usize = 50;
const MERCHANTS: usize = 100;
