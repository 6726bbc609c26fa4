//! Finding a managed order by the numbers merchants use, and marking it (miniprogram.md §4.4).

use std::sync::Arc;
use std::time::Duration;

use tongbao_wire::weixin::LogisticsType;
use tongbao_wire::{Appid, Mchid, OutTradeNo, Timestamp, TransactionId};

use super::{ManagedOrder, Special};
use crate::platform::Platform;
use crate::state::{Due, OrderKey, State};

/// Which payment is meant.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    Transaction(TransactionId),
    /// Of a provider's order the sub-merchant's number is said.
    Number(Mchid, OutTradeNo),
}

/// A managed order, found.
pub(crate) struct Found {
    pub(crate) id: TransactionId,
    pub(super) order: Arc<ManagedOrder>,
}

/// Why a payer is not reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReminderRefused {
    NotShipped,
    NotExpress,
    Spent,
    BadTime,
}

impl State {
    /// A payment under this app. It is not there at once \[C\]: a switch says how long after it was paid.
    pub(crate) fn managed_order(
        &self,
        platform: &Platform,
        appid: &Appid,
        named: &Named,
        now: Timestamp,
    ) -> Option<Found> {
        let id = match named {
            Named::Transaction(id) => id.clone(),
            Named::Number(mchid, number) => self.payment_of(platform, mchid, number)?,
        };
        let order = self.shipping.orders.get(&id).filter(|order| order.appid == *appid)?;
        let visible = order.paid_at.plus(platform.switches.shipping_visible_after) <= now;
        visible.then_some(Found { id, order })
    }

    /// The payment of an order, whose number may be of the merchant's provider.
    pub(super) fn payment_of(
        &self,
        platform: &Platform,
        mchid: &Mchid,
        number: &OutTradeNo,
    ) -> Option<TransactionId> {
        let keys: Vec<OrderKey> =
            platform.agents_of(mchid).into_iter().map(|agent| (agent, number.clone())).collect();
        keys.iter().find_map(|key| {
            let order = self.orders.get(key)?;
            let (collector, _) = order.asked.collected();
            let of_them = collector == mchid || order.asked.mchid == *mchid;
            order.payment().filter(|_| of_them).map(|payment| payment.transaction_id.clone())
        })
    }

    /// An order by the platform's number of its payment or any of the app's merchants' own.
    pub(crate) fn special_order(
        &self,
        platform: &Platform,
        appid: &Appid,
        said: &str,
        now: Timestamp,
    ) -> Option<Found> {
        if let Ok(id) = TransactionId::parse(said)
            && let Some(found) = self.managed_order(platform, appid, &Named::Transaction(id), now)
        {
            return Some(found);
        }
        let number = OutTradeNo::parse(said).ok()?;
        let owner = platform.owner_of(appid)?;
        self.managed_order(platform, appid, &Named::Number(owner, number), now)
    }

    /// True when the order was paid as a part of the combined order of one of these numbers. The whole has no
    /// payment number of its own here: that of any part stands for it.
    pub(crate) fn is_part_of(&self, found: &Found, transaction_id: &str, out_trade_no: &str) -> bool {
        let Some(order) = self.orders.get(&found.order.key) else { return false };
        let Some(key) = &order.asked.combined else { return false };
        let named = TransactionId::parse(transaction_id).ok().and_then(|id| self.transactions.get(&id));
        let of_named =
            named.and_then(|named| self.orders.get(&*named)).and_then(|it| it.asked.combined.clone());
        key.1.as_str() == out_trade_no || of_named.as_ref() == Some(key)
    }

    /// Reminds the payer to confirm receipt: of parcels, once.
    pub(crate) fn remind_payer(
        &mut self,
        found: &Found,
        received_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), ReminderRefused> {
        let order = self.shipping.orders.get_mut(&found.id).expect("just found");
        let shipped_at = order.shipped_at.filter(|_| order.finished).ok_or(ReminderRefused::NotShipped)?;
        if order.logistics != Some(LogisticsType::Express) {
            return Err(ReminderRefused::NotExpress);
        }
        if order.reminded {
            return Err(ReminderRefused::Spent);
        }
        if received_at.seconds() < shipped_at.seconds() || received_at > now {
            return Err(ReminderRefused::BadTime);
        }
        order.reminded = true;
        Ok(())
    }

    /// Marks an order: a pre-sale is asked for later, a test never.
    pub(crate) fn mark_special(&mut self, found: &Found, special: Special) {
        let order = self.shipping.orders.get_mut(&found.id).expect("just found");
        order.special = Some(special);
        let before = order.reminding.take();
        if let Some(appointment) = before {
            self.unschedule(appointment);
        }
        if let Special::PreSale { until } = special {
            let due = Due::Shipping(super::ShippingDue::Remind(found.id.clone()));
            let appointment = self.schedule(until, due);
            let order = self.shipping.orders.get_mut(&found.id).expect("just found");
            order.reminding = Some(appointment);
        }
    }

    /// The longest a pre-sale may wait: 330 days after it was paid \[C\].
    pub(crate) fn may_wait_until(found: &Found) -> Timestamp {
        found.order.paid_at.plus(PRE_SALE_LONGEST)
    }
}

const PRE_SALE_LONGEST: Duration = Duration::from_secs(330 * 86_400);
