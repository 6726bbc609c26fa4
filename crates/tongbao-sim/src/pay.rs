//! Paying: the checks of the cashier in their order (miniprogram.md §2.10, v3.md §2.7), then the money.

use std::sync::Arc;

use tongbao_wire::{Appid, PrepayId, Timestamp, TradeType};

use crate::ledger::{FeeRate, Hold, NewSale, SaleWords, Wallet};
use crate::notice::NewNotice;
use crate::order::{NewOrder, Order, OrderState, PREPAY_LIVES, Payment, new_transaction_id};
use crate::payer;
use crate::platform::Platform;
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
    pub(crate) scene: &'a str,
    pub(crate) appid: &'a Appid,
    pub(crate) payer: &'a str,
}

impl State {
    /// The order a `prepay_id` opens, while it does.
    pub(crate) fn live_prepay(
        &self,
        platform: &Platform,
        prepay_id: &PrepayId,
        now: Timestamp,
    ) -> Result<Arc<Order>, PayRefused> {
        let key = self.prepays.get(prepay_id).ok_or(PayRefused::Prepay)?;
        let order = self.orders.get(&key).ok_or(PayRefused::Prepay)?;
        let mut newest_first = order.prepays.iter().rev();
        let newest = newest_first.next();
        let usable = |prepay: &&crate::order::Prepay| {
            &prepay.id == prepay_id && now < prepay.issued_at.plus(PREPAY_LIVES)
        };
        let found = newest
            .filter(usable)
            .or_else(|| newest_first.find(usable).filter(|_| platform.switches.older_prepay_usable));
        if found.is_none() {
            return Err(PayRefused::Prepay);
        }
        Ok(order)
    }

    /// The checks that need no signature. Done when the cashier opens, and again when the payer pays.
    pub(crate) fn payable(
        &self,
        platform: &Platform,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<Arc<Order>, PayRefused> {
        let order = self.live_prepay(platform, attempt.prepay_id, now)?;
        if attempt.scene != JSAPI || order.asked.scene != TradeType::Jsapi {
            return Err(PayRefused::Scene);
        }
        if *attempt.appid != order.asked.appid {
            return Err(PayRefused::Appid);
        }
        if !self.payers.contains_key(attempt.payer) {
            return Err(PayRefused::UnknownPayer);
        }
        if order.payer.as_deref().is_some_and(|payer| payer != attempt.payer) {
            return Err(PayRefused::Payer);
        }
        match order.state {
            OrderState::Paid(_) => return Err(PayRefused::Paid),
            OrderState::Closed { .. } | OrderState::Revoked { .. } | OrderState::Failed { .. } => {
                return Err(PayRefused::Closed);
            }
            OrderState::Open | OrderState::UserPaying { .. } => {}
        }
        if order.time_expire.is_some_and(|end| now >= end) {
            return Err(PayRefused::Expired);
        }
        Ok(order)
    }

    /// Moves the money and queues the notification. The password was right.
    pub(crate) fn pay(
        &mut self,
        platform: &Platform,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<OrderKey, PayRefused> {
        let order = self.payable(platform, attempt, now)?;
        let (key, total) = (order.key(), order.asked.total);
        if self.ledger.payer(attempt.payer) < total {
            let order = self.orders.get_mut(&key).expect("just found");
            order.note(now, EventKind::Insufficient, "");
            return Err(PayRefused::Insufficient);
        }
        let transaction_id = new_transaction_id(platform, self.next_serial(), now);
        let sub_appid = order.asked.sub.as_ref().and_then(|sub| sub.appid.as_ref());
        let payment = Payment {
            transaction_id: transaction_id.clone(),
            success_time: now,
            openid: payer::openid(&order.asked.appid, attempt.payer),
            sub_openid: sub_appid.map(|appid| payer::openid(appid, attempt.payer)),
            payer: attempt.payer.into(),
            bank_type: "OTHERS".into(),
        };
        self.ledger.pay(order_sale(platform, &order.asked, &payment), now).expect("the balance suffices");
        self.transactions.insert(transaction_id.clone(), key.clone());
        let order = self.orders.get_mut(&key).expect("just found");
        order.note(now, EventKind::Paid, transaction_id.as_str());
        order.state = OrderState::Paid(payment);
        let plain = serde_json::to_vec(&order.transaction(platform)).expect("a transaction is plain data");
        let (closing, notify_url) = (order.closing, order.asked.notify_url.clone());
        self.unschedule(closing);
        let Some(url) = notify_url else { return Ok(key) };
        let notice = NewNotice {
            mchid: key.0.clone(),
            out_trade_no: Some(key.1.clone()),
            out_refund_no: None,
            event_type: "TRANSACTION.SUCCESS",
            original_type: "transaction",
            summary: "支付成功",
            url,
            plain,
        };
        self.notify(platform, notice, now);
        Ok(key)
    }
}

/// The payment of an order, as the ledger takes it. A sub-merchant gets the money, not its provider.
fn order_sale(platform: &Platform, asked: &NewOrder, payment: &Payment) -> NewSale {
    let (payee, provider) = match &asked.sub {
        Some(sub) => (sub.mchid.clone(), Some(asked.mchid.clone())),
        None => (asked.mchid.clone(), None),
    };
    let merchant = platform.merchant(&payee);
    NewSale {
        transaction_id: payment.transaction_id.clone(),
        out_trade_no: asked.out_trade_no.clone(),
        payee,
        provider,
        wallet: Wallet::Balance { payer: payment.payer.clone() },
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

/// Mini programs and official accounts share a scene (v3.md §2).
pub(crate) const JSAPI: &str = "jsapi";
