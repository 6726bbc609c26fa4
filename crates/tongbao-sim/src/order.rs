//! Orders: created, asked for, closed. Paying is in `pay`, what is shown of them in `view`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, Payer, PrepayId, Timestamp, TradeState, TradeType,
    Transaction, TransactionAmount, TransactionId,
};

use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::{DIGITS, LOWER_HEX};
use crate::state::{Appointment, Due, OrderKey, State};
use crate::view::{EventKind, OrderEvent};

/// Through which face of the platform an order was placed: it is told in the same language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Dialect {
    V3,
    V2,
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
    pub(crate) closing: Appointment,
    pub(crate) events: Vec<OrderEvent>,
}

/// One `prepay_id` of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Prepay {
    pub(crate) id: PrepayId,
    pub(crate) issued_at: Timestamp,
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
    /// `REVOKED`: a payment-code order that was taken back (v3.md §2.8).
    Revoked { at: Timestamp },
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
        (self.asked.mchid.clone(), self.asked.out_trade_no.clone())
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

    /// The order as queries and notifications tell it (v3.md §2.5): nothing of the payment before it.
    pub(crate) fn transaction(&self, platform: &Platform) -> Transaction {
        let asked = &self.asked;
        let trade_state = self.trade_state();
        let mut told = Transaction {
            appid: asked.appid.clone(),
            mchid: asked.mchid.clone(),
            out_trade_no: asked.out_trade_no.clone(),
            transaction_id: None,
            trade_type: None,
            trade_state_desc: state_words(&trade_state).into(),
            trade_state,
            bank_type: None,
            attach: None,
            success_time: None,
            payer: None,
            amount: platform.switches.amount_before_payment.then(|| TransactionAmount {
                total: asked.total,
                payer_total: None,
                currency: Some("CNY".into()),
                payer_currency: None,
            }),
            scene_info: None,
            promotion_detail: Vec::new(),
            installment_info: None,
        };
        if let OrderState::Paid(payment) = &self.state {
            told.transaction_id = Some(payment.transaction_id.clone());
            told.trade_type = Some(asked.scene.clone());
            told.bank_type = Some(payment.bank_type.clone());
            told.attach.clone_from(&asked.attach);
            told.success_time = Some(payment.success_time);
            told.payer = Some(Payer { openid: payment.openid.clone() });
            told.amount = Some(TransactionAmount {
                total: asked.total,
                payer_total: Some(asked.total),
                currency: Some("CNY".into()),
                payer_currency: Some("CNY".into()),
            });
        }
        told
    }
}

fn state_words(state: &TradeState) -> &'static str {
    match state {
        TradeState::Success => "支付成功",
        TradeState::Refund => "转入退款",
        TradeState::NotPay => "订单未支付",
        TradeState::Closed => "订单已关闭",
        TradeState::Revoked => "订单已撤销",
        TradeState::UserPaying => "用户支付中，请稍后查询",
        TradeState::PayError => "支付失败",
        TradeState::Unknown(_) => "",
    }
}

impl State {
    /// Creates an order, or gives a new `prepay_id` for the same request (v3.md §2.1, §2.4).
    pub(crate) fn create(
        &mut self,
        platform: &Platform,
        asked: NewOrder,
        now: Timestamp,
    ) -> Result<PrepayId, Refusal> {
        let key = (asked.mchid.clone(), asked.out_trade_no.clone());
        let payer = self.admit(platform, &asked)?;
        if self.reserved.contains_key(&key) {
            return Err(reentry_differs());
        }
        if let Some(order) = self.orders.get(&key) {
            reenter(platform, &order, &asked)?;
        } else {
            self.insert(platform, key.clone(), asked, payer, now);
        }
        Ok(self.issue_prepay(platform, &key, now))
    }

    /// Binding of appid and merchant, and of openid and appid.
    fn admit(&self, platform: &Platform, asked: &NewOrder) -> Result<Option<String>, Refusal> {
        let bound = platform
            .merchant(&asked.mchid)
            .is_some_and(|merchant| merchant.settings.apps.iter().any(|app| app.appid == asked.appid));
        if !bound {
            let message = "appid和mch_id不匹配，请检查后再试";
            return Err(Refusal::new(400, "APPID_MCHID_NOT_MATCH", message, cause::APPID));
        }
        let Some(openid) = &asked.openid else { return Ok(None) };
        let said = Value::String(openid.as_str().into());
        match self.person(openid).as_deref() {
            Some((appid, payer)) if *appid == asked.appid => Ok(Some(payer.clone())),
            Some(_) => Err(Refusal::invalid("appid与openid不匹配", cause::OPENID)),
            None => Err(Refusal::param("无效的openid").because(cause::OPENID).at(
                "body",
                "/payer/openid",
                Some(&said),
                "openid was not issued under this appid",
            )),
        }
    }

    fn insert(
        &mut self,
        platform: &Platform,
        key: OrderKey,
        asked: NewOrder,
        payer: Option<String>,
        now: Timestamp,
    ) {
        let time_expire = asked.time_expire.map(|wanted| {
            let days = platform.switches.time_expire_days_max;
            let latest = now.plus(Duration::from_secs(u64::from(days) * DAY_SECONDS));
            wanted.max(now.plus(EXPIRY_AT_LEAST)).min(latest)
        });
        let closes_at = now.plus(UNPAID_LIVES).max(time_expire.unwrap_or(now));
        let closing = self.schedule(closes_at, Due::CloseOrder(key.clone()));
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
            events: Vec::new(),
        };
        order.note(now, EventKind::Created, "");
        self.order_numbers.insert(order.number, key.clone());
        self.orders.insert(key, order);
    }

    fn issue_prepay(&mut self, platform: &Platform, key: &OrderKey, now: Timestamp) -> PrepayId {
        let id = format!(
            "wx{}{}{:010}",
            now.digits(),
            platform.chance.text(10, LOWER_HEX),
            self.next_serial() % 10_000_000_000
        );
        let id = PrepayId::parse(&id).expect("36 letters and digits");
        let order = self.orders.get_mut(key).expect("just created or found");
        let stale = order.prepays.iter().filter(|prepay| now >= prepay.issued_at.plus(PREPAY_LIVES)).count();
        let over = (order.prepays.len() + 1).saturating_sub(PREPAYS_MAX).max(stale);
        for gone in order.prepays.drain(..over) {
            self.prepays.remove(&gone.id);
        }
        order.prepays.push(Prepay { id: id.clone(), issued_at: now });
        order.note(now, EventKind::PrepayIssued, id.as_str());
        self.prepays.insert(id.clone(), key.clone());
        id
    }

    /// Closes an order (v3.md §2.6).
    pub(crate) fn close(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(order) = self.orders.get_mut(key) else {
            if platform.switches.close_reserves_unseen {
                self.reserved.insert(key.clone(), ());
            }
            return Ok(());
        };
        match order.state {
            OrderState::Open => {
                order.state = OrderState::Closed { closed_at: now };
                order.note(now, EventKind::Closed, "closed by the merchant");
                let closing = order.closing;
                self.unschedule(closing);
                Ok(())
            }
            OrderState::Closed { .. } | OrderState::Revoked { .. } | OrderState::Failed { .. } => Ok(()),
            OrderState::UserPaying { .. } => Err(Refusal::invalid("用户支付中，请稍后再试", cause::PAID)),
            OrderState::Paid(_) => Err(already_paid(platform)),
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
fn reenter(platform: &Platform, order: &Order, asked: &NewOrder) -> Result<(), Refusal> {
    match order.state {
        OrderState::Paid(_) => Err(already_paid(platform)),
        OrderState::Closed { .. } | OrderState::Revoked { .. } | OrderState::Failed { .. } => {
            let code = platform.switches.closed_code.as_str();
            Err(Refusal::new(400, code, "该订单已失效", cause::CLOSED))
        }
        OrderState::Open | OrderState::UserPaying { .. } if order.asked.terms != asked.terms => {
            Err(reentry_differs())
        }
        OrderState::Open | OrderState::UserPaying { .. } => Ok(()),
    }
}

fn reentry_differs() -> Refusal {
    Refusal::invalid("请求重入时，参数与首次请求时不一致", cause::REENTRY)
}

fn already_paid(platform: &Platform) -> Refusal {
    Refusal::new(400, platform.switches.paid_code.as_str(), "该订单已支付", cause::PAID)
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

/// A `prepay_id` opens the cashier for so long (v3.md §2.1).
pub(crate) const PREPAY_LIVES: Duration = Duration::from_secs(2 * 3600);
/// An earlier end of payment is moved here (v3.md §2.1).
const EXPIRY_AT_LEAST: Duration = Duration::from_secs(60);
/// The platform closes an unpaid order after seven days (v3.md §2.3).
const UNPAID_LIVES: Duration = Duration::from_secs(7 * DAY_SECONDS);
const DAY_SECONDS: u64 = 86_400;
/// Renewals of one order that are remembered at once.
const PREPAYS_MAX: usize = 100;
/// Lines of one order's history; what comes after is not written down.
const EVENTS_MAX: usize = 200;
