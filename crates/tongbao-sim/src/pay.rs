//! Paying: the checks of the cashier in their order (miniprogram.md §2.10, v3.md §2.7), then the money.

use std::sync::Arc;

use tongbao_wire::{Appid, Fen, Mchid, PrepayId, Timestamp, TradeType};

use crate::combine::{Combined, CombinedState};
use crate::ledger::{FeeRate, Hold, NewSale, SaleWords, Wallet};
use crate::notice::NewNotice;
use crate::order::{Dialect, NewOrder, Order, OrderState, Payment, new_transaction_id};
use crate::payer;
use crate::people::{Line, LineKind, Mood};
use crate::platform::Platform;
use crate::prepay::{Opens, Prepay};
use crate::state::{OrderKey, State};
use crate::view::EventKind;

/// Why a payment is not made. The text is the platform's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayRefused {
    /// A field of the invocation is missing.
    #[error("JSAPI缺少参数 {field}")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// `paySign`, `signType` or `timeStamp` is not right.
    #[error("支付验证签名失败")]
    Signature,
    /// The `prepay_id` is unknown or older than two hours.
    #[error("该订单已失效")]
    Prepay,
    /// The order was created for another scene.
    #[error("支付场景非法")]
    Scene,
    /// The invoking appid is not the one the order was created with.
    #[error("商户传入的appid参数不正确")]
    Appid,
    /// The order was created for another person.
    #[error("下单账号与支付账号不一致")]
    Payer,
    /// Paid already.
    #[error("该订单已支付")]
    Paid,
    /// Closed.
    #[error("该订单已关闭，请重新下单支付")]
    Closed,
    /// `time_expire` has passed.
    #[error("订单已超过商户设置的最晚支付成功时间，请重新发起支付")]
    Expired,
    /// The payer's balance does not suffice.
    #[error("零钱余额不足")]
    Insufficient,
    /// The merchant may take no payments, or not in this scene.
    #[error("此商家的收款功能已被限制")]
    Restricted,
    /// The payer typed a wrong password too often.
    #[error("支付密码输入错误次数过多，账户已被锁定")]
    Locked,
    /// There is no such order at the simulator.
    #[error("订单不存在")]
    UnknownOrder,
    /// There is no such payer at the simulator.
    #[error("没有这个付款人")]
    UnknownPayer,
    /// Several merchants have an order of this number: name the merchant.
    #[error("多个商户有此订单号，请指明 mchid")]
    Ambiguous,
    /// The cashier's page is no longer open.
    #[error("收银台已关闭，请重新发起支付")]
    SessionGone,
}

impl PayRefused {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing_parameter",
            Self::Signature => "signature",
            Self::Prepay => "prepay_id",
            Self::Scene => "scene",
            Self::Appid => "appid",
            Self::Payer => "payer_mismatch",
            Self::Paid => "paid",
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::Insufficient => "insufficient",
            Self::Restricted => "merchant_restricted",
            Self::Locked => "locked",
            Self::UnknownOrder => "unknown_order",
            Self::UnknownPayer => "unknown_payer",
            Self::Ambiguous => "ambiguous_order",
            Self::SessionGone => "session_gone",
        }
    }
}

/// Who wants to pay what.
pub(crate) struct Attempt<'a> {
    pub(crate) prepay_id: &'a PrepayId,
    pub(crate) scene: &'a TradeType,
    /// The appid that opened the cashier; none where a person did, by scanning or in a browser.
    pub(crate) appid: Option<&'a Appid>,
    pub(crate) payer: &'a str,
}

/// What a cashier has open: one order, or several with one password.
pub(crate) enum Opened {
    One(Arc<Order>),
    Combined(Arc<Combined>),
}

impl Opened {
    pub(crate) fn opens(&self) -> Opens {
        match self {
            Self::One(order) => Opens::Order(order.key()),
            Self::Combined(whole) => Opens::Combined(whole.key()),
        }
    }

    /// Whose name the cashier shows and whose key signed for it.
    pub(crate) fn mchid(&self) -> &Mchid {
        match self {
            Self::One(order) => &order.asked.mchid,
            Self::Combined(whole) => &whole.asked.mchid,
        }
    }

    pub(crate) fn description(&self) -> &str {
        match self {
            Self::One(order) => &order.asked.description,
            Self::Combined(whole) => &whole.asked.orders[0].description,
        }
    }

    pub(crate) fn total(&self) -> Fen {
        match self {
            Self::One(order) => order.asked.total,
            Self::Combined(whole) => whole.asked.orders.iter().map(|order| order.total).sum(),
        }
    }

    /// Who is to pay, where the order says so.
    pub(crate) fn payer(&self) -> Option<&str> {
        match self {
            Self::One(order) => order.payer.as_deref(),
            Self::Combined(whole) => whole.payer.as_deref(),
        }
    }

    pub(crate) fn scene(&self) -> &TradeType {
        match self {
            Self::One(order) => &order.asked.scene,
            Self::Combined(whole) => &whole.asked.scene,
        }
    }

    pub(crate) fn prepays(&self) -> &[Prepay] {
        match self {
            Self::One(order) => &order.prepays,
            Self::Combined(whole) => &whole.prepays,
        }
    }

    fn time_expire(&self) -> Option<Timestamp> {
        match self {
            Self::One(order) => order.time_expire,
            Self::Combined(whole) => whole.time_expire,
        }
    }

    /// The appids that may open it: of whoever ordered, or of the sub-merchant (v3.md §3).
    fn may_be_opened_by(&self, appid: &Appid) -> bool {
        match self {
            Self::One(order) => {
                let sub = order.asked.sub.as_ref().and_then(|sub| sub.appid.as_ref());
                *appid == order.asked.appid || Some(appid) == sub
            }
            Self::Combined(whole) => *appid == whole.asked.appid,
        }
    }

    /// The numbers of what is paid, each with its owner.
    fn keys(&self) -> Vec<OrderKey> {
        match self {
            Self::One(order) => vec![order.key()],
            Self::Combined(whole) => whole.asked.orders.iter().map(NewOrder::key).collect(),
        }
    }

    /// Who is paid, and in which scene.
    fn collectors(&self) -> Vec<(&Mchid, &TradeType)> {
        match self {
            Self::One(order) => vec![order.asked.collected()],
            Self::Combined(whole) => whole.asked.orders.iter().map(NewOrder::collected).collect(),
        }
    }

    /// Open, with a `prepay_id` that lives, and its end of payment has not come.
    pub(crate) fn is_payable(&self, now: Timestamp) -> bool {
        self.standing().is_ok()
            && self.prepays().last().is_some_and(|prepay| prepay.is_live(now))
            && self.time_expire().is_none_or(|end| now < end)
    }

    fn standing(&self) -> Result<(), PayRefused> {
        match self {
            Self::One(order) => match order.state {
                OrderState::Paid(_) => Err(PayRefused::Paid),
                OrderState::Closed { .. } | OrderState::Revoked { .. } | OrderState::Failed { .. } => {
                    Err(PayRefused::Closed)
                }
                OrderState::Open | OrderState::UserPaying { .. } => Ok(()),
            },
            Self::Combined(whole) => match whole.state {
                CombinedState::Paid(_) => Err(PayRefused::Paid),
                CombinedState::Closed => Err(PayRefused::Closed),
                CombinedState::Open => Ok(()),
            },
        }
    }
}

impl State {
    /// What a `prepay_id` opens or once opened.
    pub(crate) fn opened_by(&self, prepay_id: &PrepayId) -> Option<Opened> {
        match &*self.prepays.get(prepay_id)? {
            Opens::Order(key) => self.orders.get(key).map(Opened::One),
            Opens::Combined(key) => self.combined.get(key).map(Opened::Combined),
        }
    }

    /// What a payer pays so much with; nothing in a mood of having too little.
    pub(crate) fn wallet_for(&self, payer: &str, amount: Fen) -> Option<Wallet> {
        let short = self.payers.get(payer).is_some_and(|person| person.mood == Mood::Insufficient);
        if short { None } else { self.ledger.wallet_for(payer, amount) }
    }

    /// What a `prepay_id` opens, while it does.
    pub(crate) fn live_prepay(
        &self,
        platform: &Platform,
        prepay_id: &PrepayId,
        now: Timestamp,
    ) -> Result<Opened, PayRefused> {
        let opened = self.opened_by(prepay_id).ok_or(PayRefused::Prepay)?;
        let mut newest_first = opened.prepays().iter().rev();
        let newest = newest_first.next();
        let usable = |prepay: &&Prepay| &prepay.id == prepay_id && prepay.is_live(now);
        let found = newest
            .filter(usable)
            .or_else(|| newest_first.find(usable).filter(|_| platform.switches.older_prepay_usable));
        if found.is_none() {
            return Err(PayRefused::Prepay);
        }
        Ok(opened)
    }

    /// The checks that need no signature. Done when the cashier opens, and again when the payer pays.
    pub(crate) fn payable(
        &self,
        platform: &Platform,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<Opened, PayRefused> {
        let opened = self.live_prepay(platform, attempt.prepay_id, now)?;
        if attempt.scene != opened.scene() {
            return Err(PayRefused::Scene);
        }
        if attempt.appid.is_some_and(|appid| !opened.may_be_opened_by(appid)) {
            return Err(PayRefused::Appid);
        }
        if !self.payers.contains_key(attempt.payer) {
            return Err(PayRefused::UnknownPayer);
        }
        if opened.payer().is_some_and(|payer| payer != attempt.payer) {
            return Err(PayRefused::Payer);
        }
        opened.standing()?;
        for (collector, scene) in opened.collectors() {
            self.may_collect(collector, scene).map_err(|_| PayRefused::Restricted)?;
        }
        if opened.time_expire().is_some_and(|end| now >= end) {
            return Err(PayRefused::Expired);
        }
        Ok(opened)
    }

    /// Moves the money, all of it or none, and queues the notification. The password was right.
    pub(crate) fn pay(
        &mut self,
        platform: &Platform,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<Opens, PayRefused> {
        let opened = self.payable(platform, attempt, now)?;
        let Some(wallet) = self.wallet_for(attempt.payer, opened.total()) else {
            self.note_opened(&opened, now, EventKind::Insufficient, "");
            return Err(PayRefused::Insufficient);
        };
        for key in opened.keys() {
            self.take(platform, &key, &wallet, now);
        }
        let opens = opened.opens();
        match &opens {
            Opens::Order(key) => self.tell_paid(platform, key, now),
            Opens::Combined(key) => self.combined_paid(platform, key, attempt.payer, now),
        }
        Ok(opens)
    }

    /// From the payer's balance or card, which suffices, to whom the order belongs. Tells nobody.
    pub(crate) fn take(&mut self, platform: &Platform, key: &OrderKey, wallet: &Wallet, now: Timestamp) {
        let payer_id = wallet.payer();
        let transaction_id = new_transaction_id(platform, self.next_serial(), now);
        let order = self.orders.get(key).expect("callers looked it up");
        let sub_appid = order.asked.sub.as_ref().and_then(|sub| sub.appid.as_ref());
        let payment = Payment {
            transaction_id: transaction_id.clone(),
            success_time: now,
            openid: payer::openid(&order.asked.appid, payer_id),
            sub_openid: sub_appid.map(|appid| payer::openid(appid, payer_id)),
            payer: payer_id.into(),
            bank_type: wallet.bank_type().into(),
        };
        let managed = self.ships_under(&order.asked, payer_id);
        let mut sale = new_sale(platform, &order.asked, &payment, wallet.clone());
        if managed.is_some() {
            sale.hold = Hold::Shipping;
        }
        self.ledger.pay(sale, now).expect("the balance suffices");
        self.transactions.insert(transaction_id.clone(), key.clone());
        let line = Line {
            at: now,
            kind: LineKind::Payment,
            amount: order.asked.total,
            mchid: order.asked.collected().0.clone(),
            number: key.1.to_string(),
            platform_number: transaction_id.to_string(),
            description: order.asked.description.clone(),
            bank_type: payment.bank_type.clone(),
        };
        self.add_line(payer_id, line);
        let order = self.orders.get_mut(key).expect("just found");
        order.note(now, EventKind::Paid, transaction_id.as_str());
        order.state = OrderState::Paid(payment.clone());
        if let Some(managed) = managed {
            self.shipping_begins(managed, key, &payment, now);
        }
        let order = self.orders.get(key).expect("just found");
        if order.asked.profit_sharing {
            self.sharing_begins(&transaction_id, now);
        }
        self.unschedule_closing(key);
    }

    /// Writes a line into the history of everything that is open.
    pub(crate) fn note_opened(&mut self, opened: &Opened, now: Timestamp, kind: EventKind, detail: &str) {
        for key in opened.keys() {
            self.orders.get_mut(&key).expect("what is open exists").note(now, kind, detail);
        }
    }

    /// The notification of a payment. Payment codes are told to nobody (v3.md §2.8).
    fn tell_paid(&mut self, platform: &Platform, key: &OrderKey, now: Timestamp) {
        let order = self.orders.get(key).expect("just paid");
        let Some(url) = order.asked.notify_url.clone() else { return };
        if let Dialect::V2(sign_type) = order.asked.dialect {
            return self.tell_paid_v2(platform, &order, sign_type, url, now);
        }
        let plain = if order.asked.sub.is_some() {
            serde_json::to_vec(&order.partner_transaction(platform))
        } else {
            serde_json::to_vec(&order.transaction(platform))
        };
        let notice = NewNotice {
            mchid: key.0.clone(),
            out_trade_no: Some(key.1.clone()),
            out_refund_no: None,
            event_type: "TRANSACTION.SUCCESS",
            original_type: "transaction",
            summary: "支付成功",
            url,
            plain: plain.expect("a transaction is plain data"),
        };
        self.notify(platform, notice, now);
    }
}

/// A payment as the ledger takes it: of a provider's order the money is the sub-merchant's (v3.md §3).
fn new_sale(platform: &Platform, asked: &NewOrder, payment: &Payment, wallet: Wallet) -> NewSale {
    let payee = asked.sub.as_ref().map_or(&asked.mchid, |sub| &sub.mchid);
    let merchant = platform.merchant(payee);
    NewSale {
        transaction_id: payment.transaction_id.clone(),
        out_trade_no: asked.out_trade_no.clone(),
        payee: payee.clone(),
        provider: asked.sub.is_some().then(|| asked.mchid.clone()),
        wallet,
        total: asked.total,
        rate: merchant.map_or(FeeRate::USUAL, |merchant| merchant.settings.fee_rate),
        hold: if asked.profit_sharing { Hold::ProfitSharing } else { Hold::Free },
        words: SaleWords {
            appid: asked.appid.as_str().into(),
            openid: payment.openid.as_str().into(),
            trade_type: asked.scene.as_str().into(),
            bank_type: payment.bank_type.clone(),
            description: asked.description.clone(),
            attach: asked.attach.clone().unwrap_or_default(),
            device_info: asked.device_id.clone().unwrap_or_default(),
        },
    }
}
