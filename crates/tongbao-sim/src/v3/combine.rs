//! Combined orders over HTTP (v3.md §4).

use serde_json::Value;
use tongbao_wire::{Call, Fen, Mchid, OutTradeNo, TradeType};

use super::answer::Answer;
use super::bodies::{self, COMBINE_CLOSE, text};
use super::orders::{
    amount, appid, check_body_mchid, check_content_type, prefix, prepaid, scene_of, terms, time,
};
use super::target::Target;
use super::words::words;
use super::{Handled, gate, schema};
use crate::Simulator;
use crate::combine::{NewCombined, PartNamed};
use crate::order::{Dialect, NewOrder, Refused, SubMerchant};
use crate::received::Received;
use crate::refusal::Refusal;
use crate::state::OrderKey;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::CombineJsapiPrepay, prepay),
    (Call::CombineAppPrepay, prepay),
    (Call::CombineH5Prepay, prepay),
    (Call::CombineNativePrepay, prepay),
    (Call::CombineQuery, query),
    (Call::CombineClose, close),
];

/// `POST /v3/combine-transactions/{scene}`.
fn prepay(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let platform = &simulator.inner.platform;
    let switches = &platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::parse(&call.body, switches)?;
    if bodies::has_encrypted(&body) {
        gate::require_platform_serial(call)?;
    }
    schema::hold_all(&body, bodies::combine(call.endpoint), switches)?;
    bodies::check_notify_url(&body, switches)?;
    let scene = scene_of(call.endpoint);
    let openid = match scene {
        TradeType::Jsapi => Some(bodies::openid(&body, "/combine_payer_info/openid")?),
        _ => None,
    };
    let said = |at| text(&body, at).expect("the schema demands it");
    let out_trade_no = OutTradeNo::parse(said("/combine_out_trade_no")).expect("the schema checked it");
    let whole = (signer.clone(), out_trade_no.clone());
    let parts = body["sub_orders"].as_array().map_or(&[][..], Vec::as_slice);
    check_parts(parts)?;
    check_body_mchid(&body, "/combine_mchid", signer)?;
    bodies::check_permissions(&body)?;
    let asked = NewCombined {
        scene: scene.clone(),
        mchid: signer.clone(),
        appid: appid(&body, "/combine_appid").expect("the schema demands it"),
        out_trade_no,
        notify_url: said("/notify_url").into(),
        time_expire: time(&body, "/time_expire"),
        device_id: text(&body, "/scene_info/device_id").map(str::to_owned),
        orders: parts.iter().map(|part| part_of(part, &body, &whole, &scene, openid.as_ref())).collect(),
        openid,
        terms: terms(&body),
    };
    let prepay = simulator
        .with_state(|state, platform, now| state.create_combined(platform, asked, now))
        .map_err(|refused| words(refused, switches))?;
    Ok(prepaid(platform, &scene, &prepay))
}

/// Two to ten orders of merchants, one to fifty of a provider; each with its own number and price.
fn check_parts(parts: &[Value]) -> Result<(), Refusal> {
    let of_provider = parts.iter().any(|part| part.get("sub_mchid").is_some());
    let allowed = if of_provider { 1..=PROVIDER_PARTS_MAX } else { PARTS_MIN..=PARTS_MAX };
    let count = Value::from(parts.len());
    if !allowed.contains(&parts.len()) {
        let issue = format!("{} to {} orders", allowed.start(), allowed.end());
        return Err(schema::breaks_rule("/sub_orders", "子单信息", &count, &issue));
    }
    let mut numbers: Vec<_> =
        parts.iter().map(|part| (text(part, "/mchid"), text(part, "/out_trade_no"))).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(schema::breaks_rule("/sub_orders", "子单信息", &count, "a number is there twice"));
    }
    for (index, part) in parts.iter().enumerate() {
        if of_provider && part.get("sub_mchid").is_none() {
            return Err(schema::missing(&format!("/sub_orders/{index}/sub_mchid"), "二级商户号"));
        }
        if amount(part, "/amount/total_amount") > PART_TOTAL_MAX {
            let (at, value) =
                (format!("/sub_orders/{index}/amount/total_amount"), &part["amount"]["total_amount"]);
            return Err(schema::breaks_rule(&at, "标价金额", value, "at most 10,000,000 yuan"));
        }
    }
    Ok(())
}

fn part_of(
    part: &Value,
    body: &Value,
    whole: &OrderKey,
    scene: &TradeType,
    openid: Option<&tongbao_wire::Openid>,
) -> NewOrder {
    let said = |at| text(part, at).expect("the schema demands it");
    let mchid = |at| text(part, at).and_then(|text| Mchid::parse(text).ok());
    let sub = mchid("/sub_mchid").map(|mchid| SubMerchant { mchid, appid: appid(part, "/sub_appid") });
    let sub_appid = sub.as_ref().and_then(|sub| sub.appid.as_ref());
    NewOrder {
        dialect: Dialect::V3,
        scene: scene.clone(),
        mchid: mchid("/mchid").expect("the schema demands it"),
        appid: appid(body, "/combine_appid").expect("the schema demands it"),
        sub_openid: bodies::person(body, "/combine_payer_info/sub_openid").filter(|_| sub_appid.is_some()),
        sub,
        combined: Some(whole.clone()),
        out_trade_no: OutTradeNo::parse(said("/out_trade_no")).expect("the schema checked it"),
        description: said("/description").into(),
        attach: Some(said("/attach").into()),
        notify_url: text(body, "/notify_url").map(str::to_owned),
        time_expire: time(body, "/time_expire"),
        total: amount(part, "/amount/total_amount"),
        openid: openid.cloned(),
        profit_sharing: part.pointer("/settle_info/profit_sharing") == Some(&Value::Bool(true)),
        device_id: text(body, "/scene_info/device_id").map(str::to_owned),
        terms: terms(part),
    }
}

/// `GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let key = (signer.clone(), number(call, "")?);
    simulator.with_state(|state, platform, _| {
        let told = state.combined_told(&key).ok_or(Refused::OrderUnknown);
        told.map(|told| Answer::json(&told)).map_err(|refused| words(refused, &platform.switches))
    })
}

/// `POST …/out-trade-no/{combine_out_trade_no}/close`.
fn close(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    let key = (signer.clone(), number(call, "/close")?);
    check_content_type(simulator, call)?;
    let body = schema::read(&call.body, COMBINE_CLOSE, switches)?;
    let parts = body["sub_orders"].as_array().map_or(&[][..], Vec::as_slice);
    let named: Vec<PartNamed> = parts.iter().filter_map(part_named).collect();
    let said = appid(&body, "/combine_appid").expect("the schema demands it");
    simulator
        .with_state(|state, _, now| state.close_combined(&key, &said, named, now))
        .map_err(|refused| words(refused, switches))?;
    Ok(Answer::NoContent)
}

fn part_named(part: &Value) -> Option<PartNamed> {
    let mchid = |at| text(part, at).and_then(|text| Mchid::parse(text).ok());
    let number = text(part, "/out_trade_no").and_then(|text| OutTradeNo::parse(text).ok());
    Some((mchid("/mchid")?, mchid("/sub_mchid"), number?))
}

fn number(call: &Received, suffix: &str) -> Result<OutTradeNo, Refusal> {
    let target = Target::read(call)?;
    target.id("combine_out_trade_no", prefix(call, "out-trade-no/"), suffix, OutTradeNo::parse)
}

/// Orders of merchants in one combined order (v3.md §4).
const PARTS_MIN: usize = 2;
const PARTS_MAX: usize = 10;
/// The same of a provider.
const PROVIDER_PARTS_MAX: usize = 50;
/// Ten million yuan.
const PART_TOTAL_MAX: Fen = Fen::new(1_000_000_000);
