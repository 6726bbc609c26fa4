//! Orders over HTTP: create, query, close (v3.md §2).

use tongbao_wire::{Appid, Call, Fen, Mchid, OutTradeNo, PrepayAnswer, Timestamp, TradeType, TransactionId};

use super::answer::Answer;
use super::bodies::{self, CLOSE, PREPAY, text};
use super::target::{Target, mchid_differs};
use super::{Handled, gate, schema};
use crate::Simulator;
use crate::crypto::sha256_hex;
use crate::order::{Dialect, NewOrder};
use crate::received::Received;
use crate::refusal::{Refusal, cause};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::JsapiPrepay, prepay),
    (Call::Query, query),
    (Call::QueryById, query_by_id),
    (Call::Close, close),
];

/// `POST /v3/pay/transactions/jsapi`.
fn prepay(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::parse(&call.body, switches)?;
    if bodies::has_encrypted(&body) {
        gate::require_platform_serial(call)?;
    }
    schema::hold(&body, PREPAY, switches)?;
    bodies::check_prepay(&body, switches)?;
    let openid = bodies::openid(&body)?;
    check_body_mchid(&body, signer)?;
    bodies::check_permissions(&body)?;
    let said = |at| text(&body, at).expect("the schema demands it");
    let asked = NewOrder {
        dialect: Dialect::V3,
        scene: TradeType::Jsapi,
        mchid: signer.clone(),
        sub: None,
        combined: None,
        appid: Appid::parse(said("/appid")).expect("the schema checked it"),
        out_trade_no: OutTradeNo::parse(said("/out_trade_no")).expect("the schema checked it"),
        description: said("/description").into(),
        attach: text(&body, "/attach").map(str::to_owned),
        notify_url: Some(said("/notify_url").into()),
        time_expire: text(&body, "/time_expire").and_then(|text| Timestamp::parse_rfc3339(text).ok()),
        total: amount(&body, "/amount/total"),
        openid: Some(openid),
        sub_openid: None,
        profit_sharing: body.pointer("/settle_info/profit_sharing") == Some(&serde_json::Value::Bool(true)),
        device_id: text(&body, "/scene_info/device_id").map(str::to_owned),
        terms: terms(&body),
    };
    let prepay_id = simulator.with_state(|state, platform, now| state.create(platform, asked, now))?;
    Ok(Answer::json(&PrepayAnswer { prepay_id }))
}

/// `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_trade_no", BY_NUMBER, "", OutTradeNo::parse)?;
    target.check_mchid(signer)?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, _| {
        let order = state.orders.get(&key).ok_or_else(Refusal::order_not_exist)?;
        Ok(Answer::json(&order.transaction(platform)))
    })
}

/// `GET /v3/pay/transactions/id/{transaction_id}`.
fn query_by_id(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let id = target.id("transaction_id", BY_ID, "", TransactionId::parse)?;
    target.check_mchid(signer)?;
    simulator.with_state(|state, platform, _| {
        let key = state.transactions.get(&id).ok_or_else(Refusal::order_not_exist)?;
        if key.0 != *signer {
            // v3.md §2.5 gives the sentence; the code is not published.
            return Err(Refusal::invalid("商户号和订单信息不匹配", cause::FOREIGN_ORDER));
        }
        let order = state.orders.get(&key).expect("transactions name orders");
        Ok(Answer::json(&order.transaction(platform)))
    })
}

/// `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close`.
fn close(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_trade_no", BY_NUMBER, "/close", OutTradeNo::parse)?;
    check_content_type(simulator, call)?;
    let body = schema::read(&call.body, CLOSE, &simulator.inner.platform.switches)?;
    check_body_mchid(&body, signer)?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, now| state.close(platform, &key, now))?;
    Ok(Answer::NoContent)
}

/// A digest of the request that the order of its members does not change.
pub(super) fn terms(body: &serde_json::Value) -> String {
    sha256_hex(body.to_string().as_bytes())
}

/// Step 10 of v3.md §1.6.
fn check_body_mchid(body: &serde_json::Value, signer: &Mchid) -> Result<(), Refusal> {
    if text(body, "/mchid") == Some(signer.as_str()) { Ok(()) } else { Err(mchid_differs()) }
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
pub(super) fn amount(body: &serde_json::Value, at: &str) -> Fen {
    Fen::new(body.pointer(at).and_then(serde_json::Value::as_i64).expect("the schema checked it"))
}

const BY_NUMBER: &str = "/v3/pay/transactions/out-trade-no/";
const BY_ID: &str = "/v3/pay/transactions/id/";
