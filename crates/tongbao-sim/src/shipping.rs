//! Order shipping management (发货信息管理): the money of a managed app's payments stays frozen until the goods
//! are received (miniprogram.md §4).

mod record;
mod told;
mod upload;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::weixin::{ConfirmReceiveMethod, DeliveryMode, LogisticsType, ShippedParcel, ShippingState};
use tongbao_wire::{Appid, Openid, Timestamp, TradeType, TransactionId};

use crate::order::{NewOrder, Payment};
use crate::payer;
use crate::platform::Platform;
use crate::shelf::{Shelf, shelves};
use crate::state::{Appointment, Due, OrderKey, State};

pub(crate) use record::{Found, Named, ReminderRefused};
pub(crate) use told::PageAsked;
pub(crate) use upload::{PARCELS_MAX, Upload, UploadRefused};

/// How apps are managed, and every payment of those that are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shipping {
    pub(crate) settings: Shelf<Appid, ShippingSettings>,
    orders: Shelf<TransactionId, ManagedOrder>,
    /// As they were paid.
    ages: Shelf<(Appid, u64), TransactionId>,
}

impl Shipping {
    /// True when the payment is under management.
    pub(crate) fn manages(&self, transaction_id: &TransactionId) -> bool {
        self.orders.contains_key(transaction_id)
    }
}

shelves! {
    Shipping {
        "shipping_settings" => settings,
        "shipping_orders" => orders,
        "shipping_ages" => ages,
    }
}

/// How an app is managed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ShippingSettings {
    /// It has joined: its money waits for receipt.
    pub(crate) managed: bool,
    /// The settlement-management confirmation is done.
    pub(crate) confirmed: bool,
    /// The page that shipping messages open.
    pub(crate) message_path: Option<String>,
}

/// A payment under a managed app, and how far it is shipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ManagedOrder {
    pub(crate) appid: Appid,
    pub(crate) key: OrderKey,
    /// The payer as the app sees them.
    pub(crate) openid: Openid,
    pub(crate) paid_at: Timestamp,
    mode: Option<DeliveryMode>,
    logistics: Option<LogisticsType>,
    parcels: Vec<ShippedParcel>,
    /// What the merchant said of it, to know the same when it comes again.
    said: String,
    uploaded_at: Option<Timestamp>,
    /// Everything is shipped.
    finished: bool,
    /// How often it was shipped completely.
    finishes: u32,
    shipped_at: Option<Timestamp>,
    received: Option<(Timestamp, ConfirmReceiveMethod)>,
    settled_at: Option<Timestamp>,
    reminded: bool,
    special: Option<Special>,
    /// When receipt is confirmed by itself.
    confirming: Option<Appointment>,
    /// When the merchant is reminded.
    reminding: Option<Appointment>,
}

/// What `opspecialorder` says of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Special {
    PreSale { until: Timestamp },
    Test,
}

/// What shipping does by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum ShippingDue {
    /// Nobody confirmed: receipt is taken for granted.
    Confirm(TransactionId),
    /// Paid for 48 hours and not shipped.
    Remind(TransactionId),
}

impl State {
    /// The app under which this payment's money waits for receipt, and the payer as it sees them. Money that
    /// waits to be shared is not held twice.
    pub(crate) fn ships_under(&self, asked: &NewOrder, payer: &str) -> Option<(Appid, Openid)> {
        if asked.scene != TradeType::Jsapi || asked.profit_sharing {
            return None;
        }
        let sub = asked.sub.as_ref().and_then(|sub| sub.appid.as_ref());
        let managed = |appid: &&Appid| self.shipping.settings.get(*appid).is_some_and(|app| app.managed);
        let appid = sub.into_iter().chain([&asked.appid]).find(managed)?;
        Some((appid.clone(), payer::openid(appid, payer)))
    }

    /// A payment under a managed app was made.
    pub(crate) fn shipping_begins(
        &mut self,
        (appid, openid): (Appid, Openid),
        key: &OrderKey,
        payment: &Payment,
        now: Timestamp,
    ) {
        let id = &payment.transaction_id;
        let reminding = self.schedule(now.plus(SHIP_WITHIN), Due::Shipping(ShippingDue::Remind(id.clone())));
        let age = self.next_serial();
        self.shipping.ages.insert((appid.clone(), age), id.clone());
        let order = ManagedOrder {
            appid,
            key: key.clone(),
            openid,
            paid_at: now,
            mode: None,
            logistics: None,
            parcels: Vec::new(),
            said: String::new(),
            uploaded_at: None,
            finished: false,
            finishes: 0,
            shipped_at: None,
            received: None,
            settled_at: None,
            reminded: false,
            special: None,
            confirming: None,
            reminding: Some(reminding),
        };
        self.shipping.orders.insert(id.clone(), order);
    }

    pub(crate) fn shipping_due(&mut self, platform: &Platform, due: &ShippingDue, at: Timestamp) {
        match due {
            ShippingDue::Confirm(id) => {
                self.received(platform, id, ConfirmReceiveMethod::Automatic, at);
            }
            ShippingDue::Remind(id) => self.remind_merchant(platform, id, at),
        }
    }

    /// The payer has the goods: the money is the merchant's to use. False when nothing of it is shipped, it was
    /// confirmed before, or all of it goes back.
    pub(crate) fn received(
        &mut self,
        platform: &Platform,
        id: &TransactionId,
        how: ConfirmReceiveMethod,
        now: Timestamp,
    ) -> bool {
        if self.shipping_state(id) != Some(ShippingState::Shipped) {
            return false;
        }
        let Some(order) = self.shipping.orders.get_mut(id) else { return false };
        order.received = Some((now, how));
        order.settled_at = Some(now);
        if let Some(appointment) = order.confirming.take() {
            self.unschedule(appointment);
        }
        self.ledger.unfreeze(id, now);
        self.push_settlement(platform, id, now);
        true
    }

    fn remind_merchant(&mut self, platform: &Platform, id: &TransactionId, at: Timestamp) {
        let Some(order) = self.shipping.orders.get_mut(id) else { return };
        order.reminding = None;
        let open = !order.finished && order.special != Some(Special::Test);
        if open && self.shipping_state(id) == Some(ShippingState::ToShip) {
            self.push_reminder(platform, id, at);
        }
    }

    /// How far a payment is (miniprogram.md §4.4).
    fn shipping_state(&self, id: &TransactionId) -> Option<ShippingState> {
        let order = self.shipping.orders.get(id)?;
        let sale = self.ledger.sale(id)?;
        Some(if sale.refunded >= sale.total {
            ShippingState::Refunded
        } else if order.settled_at.is_some() {
            ShippingState::Complete
        } else if order.received.is_some() {
            ShippingState::Confirmed
        } else if order.finished {
            ShippingState::Shipped
        } else {
            ShippingState::ToShip
        })
    }
}

/// Shipped within so long, or the merchant is reminded (miniprogram.md §4.1).
const SHIP_WITHIN: Duration = Duration::from_secs(48 * 3600);
/// Receipt of parcels confirms itself (miniprogram.md §4.1 \[C\]).
const EXPRESS_CONFIRMS: Duration = Duration::from_secs(10 * 86_400);
/// Of everything else.
const OTHERS_CONFIRM: Duration = Duration::from_secs(2 * 86_400);
