//! Refunds and their queries (v2.md §3.3, §3.4).

use std::sync::Arc;

use serde_json::Value;
use tongbao_wire::{Call, Fen, OutRefundNo, OutTradeNo, Refund, RefundId, RefundStatus};

use super::answer::Answer;
use super::fields::Fields;
use super::form::{Kind, Member, may, must, number};
use super::gate::{Asked, transaction_id};
use super::refused::{Refused, words};
use super::{Handled, orders};
use crate::Simulator;
use crate::order::{self, Dialect};
use crate::refund::{NewRefund, OrderNamed, RefundRecord};
use crate::state::{OrderKey, RefundKey, State};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::RefundV2, REFUND, refund),
    (Call::RefundGoodsV2, REFUND_GOODS, refund_goods),
    (Call::RefundQuery, QUERY, query),
    (Call::RefundGoodsQuery, QUERY, query),
];

const REFUND: &[Member] = &[
    must("out_refund_no", Kind::Ruled(|said| OutRefundNo::parse(said).is_ok())),
    must("total_fee", Kind::Fen),
    must("refund_fee", Kind::Fen),
    may("transaction_id", Kind::Text(32)),
    may("out_trade_no", orders::OUT_TRADE_NO),
    may("refund_fee_type", Kind::OneOf(&["CNY"])),
    may("refund_desc", Kind::Text(80)),
    may("refund_account", Kind::OneOf(&["REFUND_SOURCE_UNSETTLED_FUNDS", "REFUND_SOURCE_RECHARGE_FUNDS"])),
    may("notify_url", Kind::NotifyUrl),
];

const REFUND_GOODS: &[Member] = &[
    must("out_refund_no", Kind::Ruled(|said| OutRefundNo::parse(said).is_ok())),
    must("total_fee", Kind::Fen),
    must("refund_fee", Kind::Fen),
    may("transaction_id", Kind::Text(32)),
    may("out_trade_no", orders::OUT_TRADE_NO),
    may("refund_fee_type", Kind::OneOf(&["CNY"])),
    may("refund_desc", Kind::Text(80)),
    may("refund_account", Kind::OneOf(&["REFUND_SOURCE_UNSETTLED_FUNDS", "REFUND_SOURCE_RECHARGE_FUNDS"])),
    may("notify_url", Kind::NotifyUrl),
    may("version", Kind::OneOf(&["1.0"])),
    may("detail", Kind::Json(6000)),
];

const QUERY: &[Member] = &[
    may("refund_id", Kind::Text(32)),
    may("out_refund_no", Kind::Text(64)),
    may("transaction_id", Kind::Text(32)),
    may("out_trade_no", Kind::Text(32)),
    may("offset", Kind::Number),
];

/// `POST /secapi/pay/refundv2`.
fn refund_goods(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let goods = asked.get("detail").map(|said| serde_json::from_str::<Value>(said).unwrap_or_default());
    let listed = |detail: &Value| {
        let list = detail.get("goods_detail").and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty() && list.iter().all(is_goods))
    };
    if goods.as_ref().is_some_and(|detail| !listed(detail)) {
        return Err(Refused::malformed("detail"));
    }
    refund(simulator, asked)
}

/// One of the goods that go back (v2.md §3.3).
fn is_goods(one: &Value) -> bool {
    let integers = ["refund_amount", "refund_quantity", "price"];
    one.get("goods_id").is_some_and(Value::is_string)
        && integers.iter().all(|name| one.get(name).is_some_and(Value::is_u64))
}

/// `POST /secapi/pay/refund`.
fn refund(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let named = match (asked.get("transaction_id"), asked.get("out_trade_no")) {
        (Some(said), _) => OrderNamed::ByTransactionId(transaction_id(said).ok_or_else(bad_id)?),
        (None, Some(said)) => OrderNamed::ByOutTradeNo(OutTradeNo::parse(said).expect("the form checked it")),
        (None, None) => return Err(Refused::lacks("out_trade_no")),
    };
    let fen = |name: &str| Fen::new(number(asked.said(name)).expect("the form checked it"));
    let (total, back) = (fen("total_fee"), fen("refund_fee"));
    if back > total {
        return Err(Refused::param("退款金额大于订单金额"));
    }
    let number = OutRefundNo::parse(asked.said("out_refund_no")).expect("the form checked it");
    let new = NewRefund {
        dialect: Dialect::V2(asked.caller.sign_type),
        mchid: asked.mchid().clone(),
        sub_mchid: asked.sub.as_ref().map(|sub| sub.mchid.clone()),
        order: named,
        out_refund_no: number.clone(),
        notify_url: asked.get("notify_url").map(str::to_owned),
        refund: back,
        total,
        from: Vec::new(),
        funds_account: asked.get("refund_account").map(|said| match said {
            "REFUND_SOURCE_RECHARGE_FUNDS" => "AVAILABLE".to_owned(),
            _ => "UNSETTLED".to_owned(),
        }),
    };
    simulator.with_state(|state, platform, now| {
        let order_key = asked.order_key(state, bad_id, order::Refused::NothingToRefund)?;
        let key = (asked.mchid().clone(), number);
        let refunded = state
            .refund(platform, new, now)
            .map_err(|refused| refund_words(state, asked, refused, &order_key, &key))?;
        let mut told = Fields::new();
        told.text("transaction_id", refunded.transaction_id.as_str());
        told.text("out_trade_no", refunded.out_trade_no.as_str());
        told.text("out_refund_no", refunded.out_refund_no.as_str());
        told.text("refund_id", refunded.refund_id.as_str());
        told.number("refund_fee", refunded.amount.refund.get());
        told.number("coupon_refund_fee", refunded.amount.discount_refund.get());
        told.number("total_fee", refunded.amount.total.get());
        told.text("fee_type", "CNY");
        told.number("cash_fee", refunded.amount.payer_total.get());
        told.number("coupon_refund_count", 0);
        told.number("cash_refund_fee", refunded.amount.payer_refund.get());
        Ok(Answer::Signed(told))
    })
}

/// What only the state can tell apart.
fn refund_words(
    state: &State,
    asked: &Asked<'_>,
    refused: order::Refused,
    order_key: &OrderKey,
    refund_key: &RefundKey,
) -> Refused {
    match refused {
        order::Refused::RefundTooMuch if refunded_whole(state, order_key) => {
            Refused::signed("ERROR", "订单已全额退款")
        }
        order::Refused::RefundDiffers => {
            let known = state.refunds.get(refund_key);
            let foreign = known.is_some_and(|record| record.told.out_trade_no != order_key.1);
            if foreign {
                Refused::signed("ERROR", "商户退款单号重复")
            } else {
                words(refused, asked.call)
            }
        }
        other => words(other, asked.call),
    }
}

fn refunded_whole(state: &State, order_key: &OrderKey) -> bool {
    let Some(order) = state.orders.get(order_key) else { return false };
    let live = records(state, order_key).into_iter().filter(|it| it.told.status != RefundStatus::Closed);
    live.map(|record| record.told.amount.refund).sum::<Fen>() == order.asked.total
}

/// The refunds of an order, oldest first.
fn records(state: &State, order_key: &OrderKey) -> Vec<Arc<RefundRecord>> {
    let Some(order) = state.orders.get(order_key) else { return Vec::new() };
    let known = |number: &OutRefundNo| state.refunds.get(&(order_key.0.clone(), number.clone()));
    order.refunds.iter().filter_map(known).collect()
}

/// `POST /pay/refundquery` and its form with goods.
fn query(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    simulator.with_state(|state, _, _| {
        let found = find(state, asked)?;
        let Some(first) = found.first() else { return Err(absent(asked)) };
        let all = found.len();
        let offset = asked.get("offset").and_then(number);
        let from = usize::try_from(offset.unwrap_or(0)).unwrap_or(usize::MAX);
        let page: Vec<_> = found.iter().skip(from).take(REFUNDS_A_PAGE).collect();
        if page.is_empty() {
            return Err(Refused::param("offset超过退款单总数"));
        }
        let amount = &first.told.amount;
        let mut told = Fields::new();
        told.text("transaction_id", first.told.transaction_id.as_str());
        told.text("out_trade_no", first.told.out_trade_no.as_str());
        told.number("total_fee", amount.total.get());
        told.text("fee_type", "CNY");
        told.number("cash_fee", amount.payer_total.get());
        if offset.is_some() {
            told.number("total_refund_count", count(all));
        }
        told.number("refund_count", count(page.len()));
        for (n, record) in page.iter().enumerate() {
            told.append(numbered(n, record));
        }
        Ok(Answer::Signed(told))
    })
}

/// The refunds that are meant: by the first of the four numbers that is there (v2.md §3.4 \[R\]).
fn find(state: &State, asked: &Asked<'_>) -> Result<Vec<Arc<RefundRecord>>, Refused> {
    let mine = |record: &Arc<RefundRecord>| record.mchid == *asked.mchid();
    let one = |record: Option<Arc<RefundRecord>>| {
        let record = record.filter(mine).ok_or_else(|| absent(asked))?;
        if record.sub_mchid.as_ref() != asked.sub.as_ref().map(|sub| &sub.mchid) {
            return Err(words(order::Refused::OrderOfOtherSub, asked.call));
        }
        Ok(vec![record])
    };
    if let Some(said) = asked.get("refund_id") {
        let id = RefundId::parse(said).map_err(|_| Refused::malformed("refund_id"))?;
        return one(state.refund_by_id(&id));
    }
    if let Some(said) = asked.get("out_refund_no") {
        let number = OutRefundNo::parse(said).map_err(|_| Refused::malformed("out_refund_no"))?;
        return one(state.refunds.get(&(asked.mchid().clone(), number)));
    }
    let key = asked.order_key(state, bad_id, order::Refused::RefundUnknown)?;
    Ok(records(state, &key))
}

fn numbered(n: usize, record: &RefundRecord) -> Fields {
    let refund = &record.told;
    let mut told = Fields::new();
    told.text(format!("out_refund_no_{n}"), refund.out_refund_no.as_str());
    told.text(format!("refund_id_{n}"), refund.refund_id.as_str());
    told.text(format!("refund_channel_{n}"), refund.channel.as_str());
    told.number(format!("refund_fee_{n}"), refund.amount.refund.get());
    told.text(format!("refund_status_{n}"), status(&refund.status));
    told.text(format!("refund_account_{n}"), account(refund));
    told.text(format!("refund_recv_accout_{n}"), refund.user_received_account.as_str());
    if let Some(at) = refund.success_time {
        told.text(format!("refund_success_time_{n}"), at.civil());
    }
    told
}

/// v2.md §5.2.
pub(super) fn status(status: &RefundStatus) -> &str {
    match status {
        RefundStatus::Success => "SUCCESS",
        RefundStatus::Closed => "REFUNDCLOSE",
        RefundStatus::Processing => "PROCESSING",
        RefundStatus::Abnormal => "CHANGE",
        RefundStatus::Unknown(other) => other,
    }
}

/// Which of the merchant's accounts pays, in the words of v2.
pub(super) fn account(refund: &Refund) -> &'static str {
    match refund.funds_account.as_deref() {
        Some("UNSETTLED") => "REFUND_SOURCE_UNSETTLED_FUNDS",
        Some(_) | None => "REFUND_SOURCE_RECHARGE_FUNDS",
    }
}

impl State {
    /// A refund by the platform's number.
    fn refund_by_id(&self, id: &RefundId) -> Option<Arc<RefundRecord>> {
        self.refunds.get(&*self.refund_ids.get(id)?)
    }
}

fn absent(asked: &Asked<'_>) -> Refused {
    words(order::Refused::RefundUnknown, asked.call)
}

fn bad_id() -> Refused {
    Refused::signed("INVALID_TRANSACTIONID", "无效transaction_id")
}

fn count(number: usize) -> i64 {
    i64::try_from(number).expect("at most fifty refunds of one order")
}

/// More are asked for with `offset` (v2.md §3.4).
const REFUNDS_A_PAGE: usize = 10;
