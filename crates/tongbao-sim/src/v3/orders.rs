//! Orders over HTTP: create, query, close; of merchants and of providers (v3.md §2, §3).

use serde::Serialize;
use serde_json::Value;
use tongbao_wire::{
    Appid, Call, Fen, H5PrepayAnswer, Mchid, NativePrepayAnswer, OutTradeNo, PrepayAnswer, Timestamp,
    TradeType, TransactionId,
};

use super::answer::Answer;
use super::bodies::{self, CLOSE, PARTNER_CLOSE, text};
use super::target::{Target, mchid_differs};
use super::words::words;
use super::{Handled, gate, schema};
use crate::Simulator;
use crate::crypto::sha256_hex;
use crate::order::{Dialect, NewOrder, Order, Refused, SubMerchant};
use crate::platform::Platform;
use crate::prepay::Prepay;
use crate::received::Received;
use crate::refusal::{Refusal, cause};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::JsapiPrepay, prepay),
    (Call::AppPrepay, prepay),
    (Call::H5Prepay, prepay),
    (Call::NativePrepay, prepay),
    (Call::Query, query),
    (Call::QueryById, query_by_id),
    (Call::Close, close),
    (Call::PartnerJsapiPrepay, prepay),
    (Call::PartnerAppPrepay, prepay),
    (Call::PartnerH5Prepay, prepay),
    (Call::PartnerNativePrepay, prepay),
    (Call::PartnerQuery, query),
    (Call::PartnerQueryById, query_by_id),
    (Call::PartnerClose, close),
];

/// `POST /v3/pay/transactions/{scene}` and `POST /v3/pay/partner/transactions/{scene}`.
fn prepay(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let platform = &simulator.inner.platform;
    let switches = &platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::parse(&call.body, switches)?;
    if bodies::has_encrypted(&body) {
        gate::require_platform_serial(call)?;
    }
    schema::hold_all(&body, bodies::order(call.endpoint), switches)?;
    bodies::check_prepay(&body, switches)?;
    let scene = scene_of(call.endpoint);
    let partner = is_partner(call.endpoint);
    let [openid, sub_openid] = payers(&body, &scene, partner)?;
    check_body_mchid(&body, if partner { "/sp_mchid" } else { "/mchid" }, signer)?;
    bodies::check_permissions(&body)?;
    let asked = NewOrder {
        scene: scene.clone(),
        notify_url: text(&body, "/notify_url").map(str::to_owned),
        time_expire: time(&body, "/time_expire"),
        openid,
        sub_openid,
        ..ordered(&body, signer, partner)
    };
    let prepay = simulator
        .with_state(|state, platform, now| state.create(platform, asked, now))
        .map_err(|refused| words(refused, switches))?;
    Ok(prepaid(platform, &scene, &prepay))
}

/// What all orders have in common, of a body that the schema has seen.
pub(super) fn ordered(body: &Value, signer: &Mchid, partner: bool) -> NewOrder {
    let said = |at| text(body, at).expect("the schema demands it");
    let sub = partner.then(|| SubMerchant {
        mchid: Mchid::parse(said("/sub_mchid")).expect("the schema checked it"),
        appid: appid(body, "/sub_appid"),
    });
    NewOrder {
        dialect: Dialect::V3,
        scene: TradeType::Micropay,
        mchid: signer.clone(),
        appid: appid(body, if partner { "/sp_appid" } else { "/appid" }).expect("the schema demands it"),
        sub,
        combined: None,
        out_trade_no: OutTradeNo::parse(said("/out_trade_no")).expect("the schema checked it"),
        description: said("/description").into(),
        attach: text(body, "/attach").map(str::to_owned),
        notify_url: None,
        time_expire: None,
        total: amount(body, "/amount/total"),
        openid: None,
        sub_openid: None,
        profit_sharing: body.pointer("/settle_info/profit_sharing") == Some(&Value::Bool(true)),
        device_id: text(body, "/scene_info/device_id").map(str::to_owned),
        terms: terms(body),
    }
}

/// Who is to pay, as the appids see them: JSAPI needs one (v3.md §2.2, §3).
fn payers(
    body: &Value,
    scene: &TradeType,
    partner: bool,
) -> Result<[Option<tongbao_wire::Openid>; 2], Refusal> {
    if *scene != TradeType::Jsapi {
        return Ok([None, None]);
    }
    if !partner {
        return Ok([Some(bodies::openid(body, "/payer/openid")?), None]);
    }
    bodies::check_sub_openid(body)?;
    let said = ["/payer/sp_openid", "/payer/sub_openid"].map(|at| bodies::person(body, at));
    if said.iter().all(Option::is_none) {
        return Err(bodies::openid_missing("/payer/sp_openid"));
    }
    Ok(said)
}

/// What each scene answers (v3.md §2.1).
pub(super) fn prepaid(platform: &Platform, scene: &TradeType, prepay: &Prepay) -> Answer {
    match scene {
        TradeType::Native => Answer::json(&NativePrepayAnswer { code_url: prepay.code_url() }),
        TradeType::Mweb => Answer::json(&H5PrepayAnswer { h5_url: prepay.h5_url(platform) }),
        TradeType::Jsapi
        | TradeType::App
        | TradeType::Micropay
        | TradeType::Facepay
        | TradeType::Unknown(_) => Answer::json(&PrepayAnswer { prepay_id: prepay.id.clone() }),
    }
}

/// The scene an order is created for by its address.
pub(super) fn scene_of(call: Call) -> TradeType {
    match call.path().rsplit('/').next() {
        Some("app") => TradeType::App,
        Some("h5") => TradeType::Mweb,
        Some("native") => TradeType::Native,
        _ => TradeType::Jsapi,
    }
}

fn is_partner(call: Call) -> bool {
    call.path().starts_with("/v3/pay/partner/")
}

/// `GET …/out-trade-no/{out_trade_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_trade_no", prefix(call, "out-trade-no/"), "", OutTradeNo::parse)?;
    let sub = queried_sub(&target, call, signer)?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, _| {
        let order = state.order_of(&key, sub.as_ref());
        order.map(|order| told(&order, platform)).map_err(|refused| words(refused, &platform.switches))
    })
}

/// `GET …/id/{transaction_id}`.
fn query_by_id(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let id = target.id("transaction_id", prefix(call, "id/"), "", TransactionId::parse)?;
    let sub = queried_sub(&target, call, signer)?;
    simulator.with_state(|state, platform, _| {
        let found = state.transactions.get(&id).ok_or(Refused::OrderUnknown);
        let order = found.and_then(|key| match key.0 == *signer {
            true => state.order_of(&key, sub.as_ref()),
            false => Err(Refused::OrderForeign),
        });
        order.map(|order| told(&order, platform)).map_err(|refused| words(refused, &platform.switches))
    })
}

/// Whose order is asked about: nobody's but the signer's, or a sub-merchant's of the signer.
fn queried_sub(target: &Target<'_>, call: &Received, signer: &Mchid) -> Result<Option<Mchid>, Refusal> {
    if !is_partner(call.endpoint) {
        target.check_mchid(signer)?;
        return Ok(None);
    }
    target.check_mchid_as("sp_mchid", "服务商户号", signer)?;
    target.sub_mchid().map(Some)
}

fn told(order: &Order, platform: &Platform) -> Answer {
    if order.asked.sub.is_some() {
        Answer::json(&order.partner_transaction(platform))
    } else {
        Answer::json(&order.transaction(platform))
    }
}

/// `POST …/out-trade-no/{out_trade_no}/close`.
fn close(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    let target = Target::read(call)?;
    let number = target.id("out_trade_no", prefix(call, "out-trade-no/"), "/close", OutTradeNo::parse)?;
    check_content_type(simulator, call)?;
    let partner = is_partner(call.endpoint);
    let body = schema::read(&call.body, if partner { PARTNER_CLOSE } else { CLOSE }, switches)?;
    check_body_mchid(&body, if partner { "/sp_mchid" } else { "/mchid" }, signer)?;
    let sub = text(&body, "/sub_mchid").and_then(|text| Mchid::parse(text).ok());
    let key = (signer.clone(), number);
    simulator
        .with_state(|state, platform, now| match state.order_of(&key, sub.as_ref()) {
            // What is not to be seen here is as good as never ordered.
            Err(Refused::OrderUnknown) if state.orders.contains_key(&key) => Ok(()),
            Ok(_) | Err(Refused::OrderUnknown) => state.close(platform, &key, now),
            Err(other) => Err(other),
        })
        .map_err(|refused| words(refused, switches))?;
    Ok(Answer::NoContent)
}

/// A digest of the request that the order of its members does not change.
pub(super) fn terms(body: &impl Serialize) -> String {
    sha256_hex(serde_json::to_string(body).expect("a body is plain data").as_bytes())
}

/// Step 10 of v3.md §1.6.
pub(super) fn check_body_mchid(body: &Value, at: &str, signer: &Mchid) -> Result<(), Refusal> {
    if text(body, at) == Some(signer.as_str()) { Ok(()) } else { Err(mchid_differs()) }
}

/// A body comes as JSON (v3.md §1.2).
pub(super) fn check_content_type(simulator: &Simulator, call: &Received) -> Result<(), Refusal> {
    let said = call.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = said.unwrap_or("").split(';').next().unwrap_or("").trim();
    if !simulator.inner.platform.switches.content_type_checked
        || kind.eq_ignore_ascii_case("application/json")
    {
        return Ok(());
    }
    Err(Refusal::invalid("Http头Content-Type必须是application/json", cause::PARAMETER))
}

/// An amount that the schema has seen.
pub(super) fn amount(body: &Value, at: &str) -> Fen {
    Fen::new(body.pointer(at).and_then(Value::as_i64).expect("the schema checked it"))
}

/// A time, where there is one.
pub(super) fn time(body: &Value, at: &str) -> Option<Timestamp> {
    text(body, at).and_then(|text| Timestamp::parse_rfc3339(text).ok())
}

/// An appid, where there is one.
pub(super) fn appid(body: &Value, at: &str) -> Option<Appid> {
    text(body, at).and_then(|text| Appid::parse(text).ok())
}

/// The path of a call up to a segment of it.
pub(super) fn prefix(call: &Received, until: &str) -> &'static str {
    let path = call.endpoint.path();
    path.find(until).map_or(path, |at| &path[..at + until.len()])
}
