//! Orders: created, asked for, closed. Whose they may be is in `order/parties`, what opens them in `prepay`,
//! paying in `pay` and `code_pay`, what is shown of them in `order/told` and `view`.

mod parties;
mod refused;
mod told;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, Timestamp, TradeState, TradeType, TransactionId,
};

use crate::platform::Platform;
use crate::prepay::{Opens, Prepay};
use crate::settings::DIGITS;
use crate::state::{Appointment, Due, OrderKey, State};
use crate::v2::SignType;
use crate::view::{EventKind, OrderEvent};

pub(crate) use refused::Refused;

/// Through which face of the platform an order was placed: it is told in the same language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Dialect {
    V3,
    /// Signed like this, and told so.
    V2(SignType),
}

impl Dialect {
    /// True when both are of one face, however signed.
    pub(crate) fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// For whom a service provider places an order (v3.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubMerchant {
    pub(crate) mchid: Mchid,
    pub(crate) appid: Option<Appid>,
}

/// What a merchant asks for, checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewOrder {
    pub(crate) dialect: Dialect,
    pub(crate) scene: TradeType,
    /// Who placed it and whose number it carries: the merchant, or the provider.
    pub(crate) mchid: Mchid,
    /// Of `mchid`.
    pub(crate) appid: Appid,
    pub(crate) sub: Option<SubMerchant>,
    pub(crate) out_trade_no: OutTradeNo,
    /// The combined order it is a part of (v3.md §4).
    pub(crate) combined: Option<OrderKey>,
    pub(crate) description: String,
    pub(crate) attach: Option<String>,
    /// Payment codes are told to nobody.
    pub(crate) notify_url: Option<String>,
    pub(crate) time_expire: Option<Timestamp>,
    pub(crate) total: Fen,
    /// The payer as `appid` sees them, where the scene says who pays.
    pub(crate) openid: Option<Openid>,
    /// The payer as the sub-merchant's appid sees them.
    pub(crate) sub_openid: Option<Openid>,
    /// Its money waits to be shared (v3-extended.md §8.1).
    pub(crate) profit_sharing: bool,
    pub(crate) device_id: Option<String>,
    /// Digest of the whole request: re-entry compares every member, whatever their order (v3.md §2.4).
    pub(crate) terms: String,
}

impl NewOrder {
    pub(crate) fn key(&self) -> OrderKey {
        (self.mchid.clone(), self.out_trade_no.clone())
    }

    /// Whose the money is, the merchant's or the sub-merchant's, and in which scene it is taken.
    pub(crate) fn collected(&self) -> (&Mchid, &TradeType) {
        (self.sub.as_ref().map_or(&self.mchid, |sub| &sub.mchid), &self.scene)
    }
}

/// One order at the platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Rises with every order, to list them as they came.
    pub(crate) number: u64,
    pub(crate) asked: NewOrder,
    /// Who is to pay, where the scene says so.
    pub(crate) payer: Option<String>,
    /// The end of payment, raised and cut as the platform does.
    pub(crate) time_expire: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) prepays: Vec<Prepay>,
    pub(crate) state: OrderState,
    pub(crate) refunds: Vec<OutRefundNo>,
    /// When the platform closes it unpaid.
    pub(crate) closing: Option<Appointment>,
    /// The numbers of what was told of it.
    #[serde(default)]
    pub(crate) notices: Vec<u64>,
    pub(crate) events: Vec<OrderEvent>,
}

/// Where an order stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum OrderState {
    /// `NOTPAY`.
    Open,
    /// `USERPAYING`: a payment code was scanned and the payer is asked for the password (v3.md §2.8).
    UserPaying { since: Timestamp, payer: String },
    /// `SUCCESS`, or `REFUND` once a refund was accepted.
    Paid(Payment),
    /// `PAYERROR`: the payer refused, or could not pay.
    Failed { at: Timestamp },
    /// `REVOKED`: a payment-code order that was taken back, and how it had been paid (v3.md §2.8).
    Revoked { at: Timestamp, payment: Option<Payment> },
    /// `CLOSED`.
    Closed { closed_at: Timestamp },
}

/// How an order was paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) transaction_id: TransactionId,
    pub(crate) success_time: Timestamp,
    /// Who paid.
    pub(crate) payer: String,
    /// The same as the order's appid sees them.
    pub(crate) openid: Openid,
    /// The same as the sub-merchant's appid sees them.
    pub(crate) sub_openid: Option<Openid>,
    /// `OTHERS` for a balance, else the bank (v3.md §2.5).
    pub(crate) bank_type: String,
}

impl Order {
    pub(crate) fn key(&self) -> OrderKey {
        self.asked.key()
    }

    pub(crate) fn trade_state(&self) -> TradeState {
        match self.state {
            OrderState::Open => TradeState::NotPay,
            OrderState::UserPaying { .. } => TradeState::UserPaying,
            OrderState::Paid(_) if self.refunds.is_empty() => TradeState::Success,
            OrderState::Paid(_) => TradeState::Refund,
            OrderState::Failed { .. } => TradeState::PayError,
            OrderState::Revoked { .. } => TradeState::Revoked,
            OrderState::Closed { .. } => TradeState::Closed,
        }
    }

    pub(crate) fn note(&mut self, at: Timestamp, kind: EventKind, detail: impl Into<String>) {
        if self.events.len() < EVENTS_MAX {
            self.events.push(OrderEvent { at, kind, detail: detail.into() });
        }
    }

    /// How it was paid, once it was.
    pub(crate) fn payment(&self) -> Option<&Payment> {
        match &self.state {
            OrderState::Paid(payment) => Some(payment),
            OrderState::Open
            | OrderState::UserPaying { .. }
            | OrderState::Failed { .. }
            | OrderState::Revoked { .. }
            | OrderState::Closed { .. } => None,
        }
    }
}

impl State {
    /// Creates an order, or gives a new `prepay_id` for the same request (v3.md §2.1, §2.4).
    pub(crate) fn create(
        &mut self,
        platform: &Platform,
        asked: NewOrder,
        now: Timestamp,
    ) -> Result<Prepay, Refused> {
        let key = asked.key();
        let payer = self.admit(platform, &asked)?;
        if self.reserved.contains_key(&key) {
            return Err(Refused::ReentryDiffers);
        }
        let scene = asked.scene.clone();
        if let Some(order) = self.orders.get(&key) {
            reenter(&order, &asked)?;
        } else {
            self.make_room(platform, 1)?;
            self.insert_order(platform, asked, payer, now);
        }
        let prepay = self.new_prepay(platform, &Opens::Order(key.clone()), &scene, now);
        let order = self.orders.get_mut(&key).expect("just created or found");
        order.note(now, EventKind::PrepayIssued, prepay.id.as_str());
        let gone = prepay.push_to(&mut order.prepays, now);
        self.forget_prepays(gone);
        Ok(prepay)
    }

    /// Writes an order down, open. Its platform closes it when nobody has paid for long enough.
    pub(crate) fn insert_order(
        &mut self,
        platform: &Platform,
        asked: NewOrder,
        payer: Option<String>,
        now: Timestamp,
    ) {
        let key = asked.key();
        let time_expire = asked.time_expire.map(|wanted| end_of_payment(platform, wanted, now));
        // A combined order closes its parts.
        let alone = asked.combined.is_none();
        let closes_at = unpaid_until(time_expire, now);
        let closing = alone.then(|| self.schedule(closes_at, Due::CloseOrder(key.clone())));
        let mut order = Order {
            number: self.next_serial(),
            asked,
            payer,
            time_expire,
            created_at: now,
            prepays: Vec::new(),
            state: OrderState::Open,
            refunds: Vec::new(),
            closing,
            notices: Vec::new(),
            events: Vec::new(),
        };
        order.note(now, EventKind::Created, "");
        self.order_numbers.insert(order.number, key.clone());
        self.orders.insert(key, order);
    }

    /// The order of a merchant, or of a sub-merchant of a provider. Orders of the other kind and parts of
    /// combined orders are not to be seen (v3.md §2.5, §4).
    pub(crate) fn order_of(&self, key: &OrderKey, sub: Option<&Mchid>) -> Result<Arc<Order>, Refused> {
        let order = self.orders.get(key).filter(|order| order.asked.combined.is_none());
        let order = order.ok_or(Refused::OrderUnknown)?;
        match (order.asked.sub.as_ref().map(|sub| &sub.mchid), sub) {
            (None, None) => Ok(order),
            (Some(known), Some(asked)) if known == asked => Ok(order),
            (Some(_), Some(_)) => Err(Refused::OrderOfOtherSub),
            (Some(_), None) | (None, Some(_)) => Err(Refused::OrderUnknown),
        }
    }

    /// Closes an order (v3.md §2.6).
    pub(crate) fn close(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let Some(order) = self.orders.get_mut(key) else {
            if platform.switches.close_reserves_unseen {
                self.reserved.insert(key.clone(), ());
            }
            return Ok(());
        };
        if order.asked.scene == TradeType::Micropay {
            return Err(Refused::OnlyReverse);
        }
        match order.state {
            OrderState::Open => {
                order.state = OrderState::Closed { closed_at: now };
                order.note(now, EventKind::Closed, "closed by the merchant");
                self.unschedule_closing(key);
                Ok(())
            }
            OrderState::Closed { .. } | OrderState::Revoked { .. } | OrderState::Failed { .. } => Ok(()),
            OrderState::UserPaying { .. } => Err(Refused::UserPaying),
            OrderState::Paid(_) => Err(Refused::Paid),
        }
    }

    /// Nobody need close it any more.
    pub(crate) fn unschedule_closing(&mut self, key: &OrderKey) {
        let closing = self.orders.get_mut(key).and_then(|order| order.closing.take());
        if let Some(closing) = closing {
            self.unschedule(closing);
        }
    }

    /// The platform's own closing after seven days.
    pub(crate) fn close_unpaid(&mut self, key: &OrderKey, at: Timestamp) {
        let Some(order) = self.orders.get_mut(key) else { return };
        if matches!(order.state, OrderState::Open) {
            order.state = OrderState::Closed { closed_at: at };
            order.note(at, EventKind::Closed, "closed by the platform, unpaid");
        }
    }
}

/// What a second create with a known number meets (v3.md §2.4).
fn reenter(order: &Order, asked: &NewOrder) -> Result<(), Refused> {
    let known = &order.asked;
    let elsewhere = (&known.scene, &known.combined, known.sub.is_some())
        != (&asked.scene, &asked.combined, asked.sub.is_some());
    if elsewhere || !known.dialect.is_like(asked.dialect) {
        return Err(Refused::NumberUsed);
    }
    match order.state {
        OrderState::Paid(_) => Err(Refused::Paid),
        OrderState::Closed { .. } | OrderState::Failed { .. } => Err(Refused::Closed),
        OrderState::Revoked { .. } => Err(Refused::Revoked),
        OrderState::Open | OrderState::UserPaying { .. } if order.asked.terms != asked.terms => {
            Err(Refused::ReentryDiffers)
        }
        OrderState::Open | OrderState::UserPaying { .. } => Ok(()),
    }
}

/// The end of payment, raised and cut as the platform does (v3.md §2.1).
pub(crate) fn end_of_payment(platform: &Platform, wanted: Timestamp, now: Timestamp) -> Timestamp {
    let days = platform.switches.time_expire_days_max;
    let latest = now.plus(Duration::from_secs(u64::from(days) * DAY_SECONDS));
    wanted.max(now.plus(EXPIRY_AT_LEAST)).min(latest)
}

/// When the platform closes an order that nobody has paid (v3.md §2.3).
pub(crate) fn unpaid_until(time_expire: Option<Timestamp>, now: Timestamp) -> Timestamp {
    now.plus(UNPAID_LIVES).max(time_expire.unwrap_or(now))
}

/// A `transaction_id` of 28 digits: 4200, chance, the day, chance and a serial.
pub(crate) fn new_transaction_id(platform: &Platform, serial: u64, now: Timestamp) -> TransactionId {
    let text = format!(
        "4200{}{}{}{:06}",
        platform.chance.text(6, DIGITS),
        &now.digits()[..8],
        platform.chance.text(4, DIGITS),
        serial % 1_000_000
    );
    TransactionId::parse(&text).expect("28 digits")
}

/// An earlier end of payment is moved here (v3.md §2.1).
const EXPIRY_AT_LEAST: Duration = Duration::from_secs(60);
/// The platform closes an unpaid order after seven days (v3.md §2.3).
const UNPAID_LIVES: Duration = Duration::from_secs(7 * DAY_SECONDS);
const DAY_SECONDS: u64 = 86_400;
/// Lines of one order's history; what comes after is not written down.
const EVENTS_MAX: usize = 200;
