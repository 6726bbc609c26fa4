//! Payment codes: charged, taken back, looked at (v2.md §3.7, §3.8, §3.9).
//!
//! A merchant may drive failures with `Wechatpay-Negative-Test`, as in the platform's sandbox (v2.md §3.12).

use std::time::Duration;

use tongbao_wire::{AuthCode, Call, OutTradeNo, Timestamp, TradeType};

use super::answer::Answer;
use super::fields::Fields;
use super::form::{Kind, Member, may, must};
use super::gate::Asked;
use super::orders::{NAMED, OUT_TRADE_NO, check_expiry, check_permissions, new_order};
use super::refused::{Refused, words};
use super::{Handled, told};
use crate::order::{self, Order, OrderState};
use crate::platform::Platform;
use crate::state::State;
use crate::{Simulator, payer};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::Micropay, MICROPAY, micropay),
    (Call::ReverseOrder, NAMED, reverse),
    (Call::AuthCodeToOpenid, &[must("auth_code", Kind::Text(128))], auth_code_to_openid),
];

pub(super) const MICROPAY: &[Member] = &[
    must("body", Kind::Text(127)),
    must("out_trade_no", OUT_TRADE_NO),
    must("total_fee", Kind::Fen),
    must("spbill_create_ip", Kind::Ip),
    must("auth_code", Kind::Text(128)),
    may("device_info", Kind::Text(32)),
    may("detail", Kind::Json(6000)),
    may("attach", Kind::Text(127)),
    may("fee_type", Kind::OneOf(&["CNY"])),
    may("goods_tag", Kind::Text(32)),
    may("limit_pay", Kind::OneOf(&["no_credit"])),
    may("time_start", Kind::Time),
    may("time_expire", Kind::Time),
    may("receipt", Kind::OneOf(&["Y", "N"])),
    may("scene_info", Kind::Json(256)),
    may("profit_sharing", Kind::OneOf(&["Y", "N"])),
    may("version", Kind::OneOf(&["1.0"])),
    may("deposit", Kind::OneOf(&["Y", "N"])),
];

/// `POST /pay/micropay`: the answer is the result, and there is no notification.
fn micropay(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let code = auth_code(asked)?;
    check_permissions(asked)?;
    let new = new_order(asked, TradeType::Micropay);
    let wanted = Negative::of(asked);
    simulator.with_state(|state, platform, now| {
        check_expiry(new.time_expire, now, &platform.switches)?;
        check_number(state, asked, &code, now)?;
        let key = new.key();
        if matches!(wanted, Some(Negative::UserPaying | Negative::PayError)) {
            state.ask_for_code(&code);
        }
        let charged = state.code_pay(platform, new, &code, now);
        if wanted == Some(Negative::PayError) && charged.is_ok() {
            let _ = state.refuse_password(&key, now);
        }
        if wanted.is_some_and(Negative::loses_the_answer) {
            return Ok(Answer::Lost);
        }
        let order = charged.map_err(|refused| words(refused, asked.call))?;
        result(&order, asked)
    })
}

/// The order as the answer tells it.
fn result(order: &Order, asked: &Asked<'_>) -> Result<Answer, Refused> {
    match &order.state {
        OrderState::Paid(payment) => Ok(Answer::Signed(told::paid(order, payment))),
        OrderState::UserPaying { .. } => Err(words(order::Refused::UserPaying, asked.call)),
        OrderState::Open | OrderState::Failed { .. } => {
            Err(Refused::signed("TRADE_ERROR", "支付失败，请撤销订单"))
        }
        OrderState::Revoked { .. } => Err(words(order::Refused::Revoked, asked.call)),
        OrderState::Closed { .. } => Err(words(order::Refused::Closed, asked.call)),
    }
}

/// A number that was charged before: paid, or another person's (v2.md §3.7).
fn check_number(state: &State, asked: &Asked<'_>, code: &AuthCode, now: Timestamp) -> Result<(), Refused> {
    let number = OutTradeNo::parse(asked.said("out_trade_no")).expect("the form checked it");
    let Some(known) = state.orders.get(&(asked.mchid().clone(), number)) else { return Ok(()) };
    match &known.state {
        OrderState::Paid(_) => Err(words(order::Refused::Paid, asked.call)),
        OrderState::UserPaying { payer, .. } => match state.payer_of_code(code, now) {
            Ok(other) if other != *payer => {
                Err(Refused::signed("BUYER_MISMATCH", "支付帐号错误，请确认支付方是否相同"))
            }
            Ok(_) | Err(_) => Ok(()),
        },
        OrderState::Open
        | OrderState::Failed { .. }
        | OrderState::Revoked { .. }
        | OrderState::Closed { .. } => Ok(()),
    }
}

/// 18 digits; whether they are a payment code is told by the rules.
fn auth_code(asked: &Asked<'_>) -> Result<AuthCode, Refused> {
    AuthCode::parse(asked.said("auth_code"))
        .map_err(|_| Refused::signed("AUTH_CODE_ERROR", "授权码参数错误，请刷新再试"))
}

/// `POST /secapi/pay/reverse`.
fn reverse(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let bad_id = || Refused::signed("INVALID_TRANSACTIONID", "无效transaction_id");
    simulator.with_state(|state, platform, now| {
        let key = asked.order_key(state, bad_id, order::Refused::OrderUnknown)?;
        let order = state.orders.get(&key).expect("just found");
        let since = if let OrderState::UserPaying { since, .. } = order.state { Some(since) } else { None };
        let typing = since.is_some_and(|since| now.since(since) < LEFT_TO_TYPE);
        if typing && platform.switches.v2_reverse_waits {
            return Err(Refused::signed("USERPAYING", "用户支付中，需要输入密码，请等待10秒后再试"));
        }
        state.reverse(platform, &key, now).map_err(|refused| match refused {
            order::Refused::RefundTooMuch => Refused::signed("TRADE_ERROR", "订单已发生退款，无法撤销"),
            other => words(other, asked.call),
        })?;
        let mut told = Fields::new();
        told.text("recall", "N");
        Ok(Answer::Signed(told))
    })
}

/// `POST /tools/authcodetoopenid`: whoever asks is the only one who may charge it after.
fn auth_code_to_openid(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let code = auth_code(asked)?;
    simulator.with_state(|state, _: &Platform, now| {
        let person =
            state.payer_of_code(&code, now).map_err(|refused| words(refused, asked.call))?.to_owned();
        if !state.reserve_code(&code, asked.mchid()) {
            return Err(words(order::Refused::CodeInvalid, asked.call));
        }
        let mut told = Fields::new();
        told.text("openid", payer::openid(&asked.appid(), &person).as_str());
        if let Some(appid) = asked.sub.as_ref().and_then(|sub| sub.appid.as_ref()) {
            told.text("sub_openid", payer::openid(appid, &person).as_str());
        }
        Ok(Answer::Signed(told))
    })
}

/// What `Wechatpay-Negative-Test` asks for (v2.md §3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Negative {
    UserPaying,
    Timeout,
    PayError,
    PayQueryTimeout,
}

impl Negative {
    pub(super) fn of(asked: &Asked<'_>) -> Option<Self> {
        match asked.negative_test.as_deref()? {
            "MICROPAY_USERPAYING" => Some(Self::UserPaying),
            "MICROPAY_TIMEOUT" => Some(Self::Timeout),
            "MICROPAY_PAYERROR" => Some(Self::PayError),
            "MICROPAY_PAY_QUERY_TIMEOUT" => Some(Self::PayQueryTimeout),
            _ => None,
        }
    }

    pub(super) fn loses_the_answer(self) -> bool {
        match self {
            Self::UserPaying => false,
            Self::Timeout | Self::PayError | Self::PayQueryTimeout => true,
        }
    }
}

/// Merchants are told to wait so long before they reverse (v2.md §3.7).
const LEFT_TO_TYPE: Duration = Duration::from_secs(15);
