//! What is told of managed orders: to queries, and in pushed events (miniprogram.md §4.4, §5.2).

use std::sync::Arc;

use serde_json::Value;
use tongbao_wire::weixin::{
    LogisticsType, OrderSettlement, ShippedOrder, ShippedOrders, ShippingRecord, ShippingReminder,
    ShippingState,
};
use tongbao_wire::{Appid, Mchid, Openid, Timestamp, TransactionId};

use super::{EXPRESS_CONFIRMS, Found, ManagedOrder, OTHERS_CONFIRM};
use crate::platform::Platform;
use crate::push::PushEvent;
use crate::state::State;

/// Which orders a page has.
pub(crate) struct PageAsked {
    pub(crate) paid_between: Option<(Timestamp, Timestamp)>,
    pub(crate) state: Option<ShippingState>,
    pub(crate) openid: Option<Openid>,
    /// Where the page before ended.
    pub(crate) after: Option<u64>,
    pub(crate) size: usize,
}

/// Merchant, sub-merchant and the order's number.
type Numbers = (Mchid, Option<Mchid>, String);

/// `last_index` is none that was given.
pub(crate) struct PageRefused;

impl State {
    /// An order as `get_order` tells it.
    pub(crate) fn shipped_order(&self, found: &Found) -> ShippedOrder {
        self.told_order(&found.id, &found.order).expect("a managed order was paid")
    }

    fn told_order(&self, id: &TransactionId, managed: &ManagedOrder) -> Option<ShippedOrder> {
        let order = self.orders.get(&managed.key)?;
        let sale = self.ledger.sale(id)?;
        let descriptions: Vec<&str> =
            managed.parcels.iter().filter_map(|parcel| parcel.goods_desc.as_deref()).collect();
        let complained = self.complaints.is_open(&managed.key);
        Some(ShippedOrder {
            transaction_id: id.clone(),
            merchant_id: order.asked.mchid.clone(),
            sub_merchant_id: order.asked.sub.as_ref().map(|sub| sub.mchid.clone()),
            merchant_trade_no: order.asked.out_trade_no.to_string(),
            description: cut(&descriptions.join(";")),
            paid_amount: sale.total,
            openid: managed.openid.clone(),
            trade_create_time: order.created_at,
            pay_time: managed.paid_at,
            order_state: self.shipping_state(id)?,
            in_complaint: complained,
            shipping: ShippingRecord {
                delivery_mode: managed.mode,
                logistics_type: managed.logistics,
                finish_shipping: Some(managed.finished),
                finish_shipping_count: Some(managed.finishes.min(2)),
                goods_desc: None,
                shipping_list: managed.parcels.clone(),
            },
        })
    }

    /// One page, the oldest payment first.
    pub(crate) fn shipped_orders(
        &self,
        platform: &Platform,
        appid: &Appid,
        asked: &PageAsked,
        now: Timestamp,
    ) -> Result<ShippedOrders, PageRefused> {
        let from = match asked.after {
            Some(after) if !self.shipping.ages.contains_key(&(appid.clone(), after)) => {
                return Err(PageRefused);
            }
            Some(after) => after + 1,
            None => 0,
        };
        let visible = now.minus(platform.switches.shipping_visible_after);
        let ages = self.shipping.ages.range((appid.clone(), from)..=(appid.clone(), u64::MAX));
        let mut wanted = ages.filter_map(|((_, age), id)| {
            let managed = self.shipping.orders.get(&*id)?;
            let between = |(begin, end): (Timestamp, Timestamp)| (begin..=end).contains(&managed.paid_at);
            let wanted = managed.paid_at <= visible
                && asked.paid_between.is_none_or(between)
                && asked.openid.as_ref().is_none_or(|openid| *openid == managed.openid);
            let told = wanted.then(|| self.told_order(&id, &managed))??;
            asked.state.is_none_or(|state| state == told.order_state).then_some((age, told))
        });
        let page: Vec<_> = wanted.by_ref().take(asked.size).collect();
        let last_index = page.last().map(|(age, _)| age.to_string());
        let has_more = wanted.next().is_some();
        Ok(ShippedOrders {
            order_list: page.into_iter().map(|(_, told)| told).collect(),
            last_index,
            has_more,
        })
    }

    /// Told at shipping, when the money will be settled, and again when it is.
    pub(super) fn push_settlement(&mut self, platform: &Platform, id: &TransactionId, now: Timestamp) {
        let Some((managed, numbers)) = self.numbers_of(id) else { return };
        let express = managed.logistics == Some(LogisticsType::Express);
        let after = if express { EXPRESS_CONFIRMS } else { OTHERS_CONFIRM };
        let settled = managed.settled_at.is_some();
        let told = OrderSettlement {
            transaction_id: id.clone(),
            merchant_id: numbers.0,
            sub_merchant_id: numbers.1,
            merchant_trade_no: numbers.2,
            pay_time: managed.paid_at,
            shipped_time: managed.shipped_at,
            estimated_settlement_time: managed.shipped_at.filter(|_| !settled).map(|at| at.plus(after)),
            confirm_receive_method: managed.received.map(|(_, how)| how),
            confirm_receive_time: managed.received.map(|(at, _)| at),
            settlement_time: managed.settled_at,
        };
        let told = serde_json::to_value(&told).expect("an event is plain data");
        self.push_event(platform, &managed.appid, "trade_manage_order_settlement", told, now);
    }

    pub(super) fn push_reminder(&mut self, platform: &Platform, id: &TransactionId, now: Timestamp) {
        let Some((managed, numbers)) = self.numbers_of(id) else { return };
        let told = ShippingReminder {
            transaction_id: id.clone(),
            merchant_id: numbers.0,
            sub_merchant_id: numbers.1,
            merchant_trade_no: numbers.2,
            pay_time: managed.paid_at,
            msg: "订单已支付超过48小时，请尽快发货".into(),
        };
        let told = serde_json::to_value(&told).expect("an event is plain data");
        self.push_event(platform, &managed.appid, "trade_manage_remind_shipping", told, now);
    }

    fn numbers_of(&self, id: &TransactionId) -> Option<(Arc<ManagedOrder>, Numbers)> {
        let managed = self.shipping.orders.get(id)?;
        let order = self.orders.get(&managed.key)?;
        let sub = order.asked.sub.as_ref().map(|sub| sub.mchid.clone());
        let numbers = (order.asked.mchid.clone(), sub, order.asked.out_trade_no.to_string());
        Some((managed, numbers))
    }

    fn push_event(
        &mut self,
        platform: &Platform,
        appid: &Appid,
        event: &'static str,
        told: Value,
        now: Timestamp,
    ) {
        let members = told.as_object().cloned().unwrap_or_default();
        self.push(platform, PushEvent { appid: appid.clone(), event, members }, now);
    }
}

/// The goods joined by `;`, at most 120 characters.
fn cut(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_CHARACTERS {
        return text.to_owned();
    }
    let start: String = text.chars().take(DESCRIPTION_CHARACTERS - 3).collect();
    start + "..."
}

const DESCRIPTION_CHARACTERS: usize = 120;
