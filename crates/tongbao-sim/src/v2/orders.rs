//! Unified order, order query, close (v2.md §2, §3.1, §3.2).

use std::time::Duration;

use serde_json::Value;
use tongbao_wire::{Call, Fen, Openid, OutTradeNo, Timestamp, TradeType};

use super::answer::Answer;
use super::fields::Fields;
use super::form::{Kind, Member, may, must, number, time};
use super::gate::Asked;
use super::refused::{Refused, words};
use super::sign::canonical;
use super::{Handled, told};
use crate::crypto::sha256_hex;
use crate::order::{self, Dialect, NewOrder, OrderState};
use crate::{Simulator, Switches};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::UnifiedOrder, UNIFIED, unified),
    (Call::OrderQuery, NAMED, query),
    (Call::CloseOrder, CLOSE, close),
];

const UNIFIED: &[Member] = &[
    must("body", Kind::Text(127)),
    must("out_trade_no", OUT_TRADE_NO),
    must("total_fee", Kind::Fen),
    must("spbill_create_ip", Kind::Ip),
    must("notify_url", Kind::NotifyUrl),
    must("trade_type", Kind::Ruled(|said| told::scene(said).is_some())),
    may("device_info", Kind::Text(32)),
    may("detail", Kind::Json(6000)),
    may("attach", Kind::Text(127)),
    may("fee_type", Kind::OneOf(&["CNY"])),
    may("time_start", Kind::Time),
    may("time_expire", Kind::Time),
    may("goods_tag", Kind::Text(32)),
    may("product_id", Kind::Text(32)),
    may("limit_pay", Kind::OneOf(&["no_credit"])),
    may("openid", Kind::Ruled(|said| Openid::parse(said).is_ok())),
    may("sub_openid", Kind::Ruled(|said| Openid::parse(said).is_ok())),
    may("receipt", Kind::OneOf(&["Y", "N"])),
    may("scene_info", Kind::Json(256)),
    may("profit_sharing", Kind::OneOf(&["Y", "N"])),
    may("version", Kind::OneOf(&["1.0"])),
];

/// An order by one of its numbers; that one is there is told by the call.
pub(super) const NAMED: &[Member] =
    &[may("transaction_id", Kind::Text(32)), may("out_trade_no", Kind::Text(32))];

const CLOSE: &[Member] = &[must("out_trade_no", OUT_TRADE_NO)];

pub(super) const OUT_TRADE_NO: Kind = Kind::Ruled(|said| OutTradeNo::parse(said).is_ok());

/// `POST /pay/unifiedorder`.
fn unified(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let platform = &simulator.inner.platform;
    let scene = told::scene(asked.said("trade_type")).expect("the form checked it");
    // Of another call; what nobody knows is let pass (v2.md §1.2).
    if asked.get("auth_code").is_some() {
        return Err(Refused::param("不识别的参数auth_code"));
    }
    check_scene(asked, &scene)?;
    check_permissions(asked)?;
    let new = new_order(asked, scene.clone());
    let prepay = simulator.with_state(|state, _, now| {
        check_expiry(new.time_expire, now, &platform.switches)?;
        state.create(platform, new, now).map_err(|refused| words(refused, asked.call))
    })?;
    let mut told = Fields::new();
    told.text("trade_type", scene.as_str());
    told.text("prepay_id", prepay.id.as_str());
    match scene {
        TradeType::Native => told.text("code_url", prepay.code_url()),
        TradeType::Mweb => told.text("mweb_url", prepay.h5_url(platform)),
        TradeType::Jsapi
        | TradeType::App
        | TradeType::Micropay
        | TradeType::Facepay
        | TradeType::Unknown(_) => {}
    }
    Ok(Answer::Signed(told))
}

/// What one scene demands (v2.md §2.1).
fn check_scene(asked: &Asked<'_>, scene: &TradeType) -> Result<(), Refused> {
    match scene {
        TradeType::Jsapi => match (asked.get("openid"), asked.get("sub_openid")) {
            (None, None) => Err(Refused::signed("LACK_PARAMS", "JSAPI支付必须传openid")),
            (_, Some(_)) if asked.sub.as_ref().is_none_or(|sub| sub.appid.is_none()) => {
                Err(Refused::lacks("sub_appid"))
            }
            (Some(_), _) | (_, Some(_)) => Ok(()),
        },
        TradeType::Native if asked.get("product_id").is_none() => Err(Refused::lacks("product_id")),
        TradeType::Mweb => match asked.get("scene_info") {
            None => Err(Refused::lacks("scene_info")),
            Some(said) if is_h5(said) => Ok(()),
            Some(_) => Err(Refused::malformed("scene_info")),
        },
        TradeType::Native
        | TradeType::App
        | TradeType::Micropay
        | TradeType::Facepay
        | TradeType::Unknown(_) => Ok(()),
    }
}

/// `h5_info` of a kind there is, however it is spelled (v2.md §2.1).
fn is_h5(said: &str) -> bool {
    let info: Option<Value> = serde_json::from_str(said).ok();
    let kind = info.as_ref().and_then(|info| info.pointer("/h5_info/type")?.as_str());
    kind.is_some_and(|kind| ["wap", "ios", "android"].contains(&kind.to_ascii_lowercase().as_str()))
}

/// Products no merchant of a simulator has (v2.md §2.1, §3.7).
pub(super) fn check_permissions(asked: &Asked<'_>) -> Result<(), Refused> {
    let identity = ["user_type", "user_creid", "user_truename"];
    let asks = identity.iter().any(|name| asked.get(name).is_some()) || asked.get("deposit") == Some("Y");
    if asks { Err(Refused::signed("NOAUTH", "商户号该产品权限未开通")) } else { Ok(()) }
}

/// More than a minute ahead (v2.md §2.5).
pub(super) fn check_expiry(
    time_expire: Option<Timestamp>,
    now: Timestamp,
    switches: &Switches,
) -> Result<(), Refused> {
    let early = time_expire.is_some_and(|end| end < now.plus(EXPIRY_AT_LEAST));
    if early && !switches.v2_time_expire_clamped {
        return Err(Refused::param("time_expire时间过短，刷卡至少1分钟，其他5分钟"));
    }
    Ok(())
}

/// What is asked for, in the words of the rules.
pub(super) fn new_order(asked: &Asked<'_>, scene: TradeType) -> NewOrder {
    let owned = |name: &str| asked.get(name).map(str::to_owned);
    let openid = |name: &str| asked.get(name).and_then(|said| Openid::parse(said).ok());
    let jsapi = scene == TradeType::Jsapi;
    NewOrder {
        dialect: Dialect::V2(asked.caller.sign_type),
        mchid: asked.mchid().clone(),
        appid: asked.appid(),
        sub: asked.sub.clone(),
        out_trade_no: OutTradeNo::parse(asked.said("out_trade_no")).expect("the form checked it"),
        combined: None,
        description: asked.said("body").into(),
        attach: owned("attach"),
        notify_url: owned("notify_url").filter(|_| scene != TradeType::Micropay),
        time_expire: asked.get("time_expire").and_then(time),
        total: Fen::new(number(asked.said("total_fee")).expect("the form checked it")),
        openid: openid("openid").filter(|_| jsapi),
        sub_openid: openid("sub_openid").filter(|_| jsapi),
        profit_sharing: asked.get("profit_sharing") == Some("Y"),
        device_id: owned("device_info"),
        terms: terms(asked),
        scene,
    }
}

/// What re-entry compares (v2.md §2.4 \[D\]): all that is signed but a few.
fn terms(asked: &Asked<'_>) -> String {
    let compared = asked.caller.fields.iter().filter(|(name, _)| !NOT_COMPARED.contains(name));
    sha256_hex(canonical(compared).as_bytes())
}

/// `POST /pay/orderquery`.
fn query(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    simulator.with_state(|state, _, _| {
        let malformed = || Refused::param("微信订单号非法");
        let key = asked.order_key(state, malformed, order::Refused::OrderUnknown)?;
        let order = state.orders.get(&key).expect("just found");
        Ok(Answer::Signed(told::order(&order)))
    })
}

/// `POST /pay/closeorder`.
fn close(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    simulator.with_state(|state, platform, now| {
        let malformed = || Refused::malformed("out_trade_no");
        let key = asked.order_key(state, malformed, order::Refused::OrderUnknown)?;
        let order = state.orders.get(&key).expect("just found");
        if matches!(order.state, OrderState::Closed { .. }) {
            return Err(words(order::Refused::Closed, asked.call));
        }
        let young = now.since(order.created_at) < platform.switches.v2_close_after;
        if young && matches!(order.state, OrderState::Open) {
            let words = "订单生成后不能马上调用关单接口，最短调用时间间隔为5分钟";
            return Err(Refused::signed("TRADE_STATE_ERROR", words));
        }
        state.close(platform, &key, now).map_err(|refused| words(refused, asked.call))?;
        let mut told = Fields::new();
        told.text("result_msg", "OK");
        Ok(Answer::Signed(told))
    })
}

/// See [`terms`]. `auth_code` of micropay is compared.
const NOT_COMPARED: [&str; 6] =
    ["nonce_str", "sign", "sign_type", "spbill_create_ip", "time_start", "device_info"];
const EXPIRY_AT_LEAST: Duration = Duration::from_secs(60);
