//! Why an exchange was refused: gathers what [`crate::why`] wants to know, when somebody looks.

use std::collections::BTreeMap;

use axum::extract::Query;
use http::Uri;
use tongbao_wire::{Call, ErrorBody, Face, Mchid, PrepayId};

use super::exchange::{Direction, End, Exchange};
use super::keyring::Keyring;
use super::{facts, flat_xml};
use crate::Simulator;
use crate::order::Dialect;
use crate::prepay::Opens;
use crate::why::{Why, delivery, form, invoke, refusal, v3};

impl Exchange {
    /// Why it was refused; `None` when it was not.
    pub(crate) fn why(&self, simulator: &Simulator) -> Option<&Why> {
        self.why.get_or_init(|| explain(self, simulator)).as_ref()
    }
}

fn explain(exchange: &Exchange, simulator: &Simulator) -> Option<Why> {
    let refused = exchange.facts().refusal.as_ref()?;
    if let Some(fault) = &exchange.fault {
        return Some(delivery::on_purpose(fault));
    }
    if exchange.direction == Direction::Out {
        return Some(delivery::undelivered(exchange.status, &refused.message));
    }
    if exchange.cashier_refused.is_some() {
        return Some(of_cashier(exchange, simulator).unwrap_or_else(|| sentence(&refused.message)));
    }
    let call = exchange.facts().call;
    match exchange.status {
        None if exchange.end == End::Left => Some(delivery::client_left()),
        None => Some(delivery::on_purpose("Dropped")),
        Some(400) if call.is_some_and(|call| call.face() == Face::V2) => Some(delivery::certificate()),
        Some(_) if is_v2(exchange) => Some(of_v2(exchange, simulator)),
        Some(_) if facts::is_weixin(exchange, call) => {
            refused.code.parse().ok().map(refusal::explain_errcode)
        }
        Some(401) => Some(of_signature(exchange, simulator).unwrap_or_else(|| of_words(exchange, call))),
        Some(status @ (404 | 405)) if exchange.answered.length == 0 => {
            refusal::explain_empty(status, &exchange.method, exchange.path())
        }
        Some(_) => Some(of_words(exchange, call)),
    }
}

fn is_v2(exchange: &Exchange) -> bool {
    exchange.answered.body.trim_ascii_start().starts_with(b"<xml")
}

fn of_signature(exchange: &Exchange, simulator: &Simulator) -> Option<Why> {
    if exchange.asked.is_cut() {
        return None;
    }
    let keyring = Keyring::of(&simulator.inner.platform);
    let asked = v3::Asked {
        method: &exchange.method,
        target: &exchange.target,
        host: exchange.asked.header("host").unwrap_or_default(),
        authorization: exchange.asked.header("authorization"),
        body: &exchange.asked.body,
        transport: exchange.transport_at.seconds(),
        business: exchange.at.seconds(),
    };
    v3::explain(&asked, &keyring.keys())
}

/// By the words of the answer.
fn of_words(exchange: &Exchange, call: Option<Call>) -> Why {
    let told: Option<ErrorBody> = serde_json::from_slice(&exchange.answered.body).ok();
    let facts = exchange.facts();
    let body = told.unwrap_or_else(|| {
        let refused =
            facts.refusal.clone().map_or((String::new(), String::new()), |it| (it.code, it.message));
        ErrorBody { code: refused.0, message: refused.1, detail: None }
    });
    let cause = facts.request_id.as_deref().and_then(|id| id.rsplit('-').next()?.parse().ok());
    refusal::explain(call, &body, cause)
}

fn sentence(message: &str) -> Why {
    refusal::explain(None, &ErrorBody { code: String::new(), message: message.into(), detail: None }, None)
}

fn of_v2(exchange: &Exchange, simulator: &Simulator) -> Why {
    let refused = exchange.facts().refusal.clone().expect("only refusals are explained");
    let by_words = || {
        let (code, message) = (refused.code.clone(), refused.message.clone());
        // Of the transport layer only the message tells anything.
        let code = if code == "FAIL" { String::new() } else { code };
        refusal::explain(exchange.facts().call, &ErrorBody { code, message, detail: None }, None)
    };
    let of_signature = refused.message.contains("签名") || refused.code == "SIGNERROR";
    if !of_signature || exchange.asked.is_cut() {
        return by_words();
    }
    let mut fields = flat_xml::elements(&exchange.asked.body);
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let (mch_id, sign) = (value("mch_id").unwrap_or_default(), value("sign").unwrap_or_default());
    let hmac = value("sign_type").as_deref() == Some("HMAC-SHA256");
    fields.retain(|(name, _)| name != "sign");
    let keyring = Keyring::of(&simulator.inner.platform);
    let Some(own) = keyring.merchants().iter().find(|merchant| merchant.settings.mchid.as_str() == mch_id)
    else {
        return by_words();
    };
    let others = keyring.merchants().iter().filter(|merchant| merchant.settings.mchid != own.settings.mchid);
    let mut other_keys = vec![(form::KeyKind::V3, own.settings.apiv3_key.as_str())];
    other_keys.extend(own.settings.apps.iter().map(|app| (form::KeyKind::AppSecret, app.secret.as_str())));
    other_keys.extend(
        others.map(|other| (form::KeyKind::Other(&other.settings.mchid), other.settings.apiv2_key.as_str())),
    );
    // The sandbox has a key of its own (v2.md §3.12); the merchant's is the one that is taken for it.
    let given = exchange
        .path()
        .contains("sandbox")
        .then(|| simulator.with_state(|state, _, now| state.sandbox_key(&own.settings.mchid, now)));
    let sandbox = given.flatten();
    if sandbox.is_some() {
        other_keys.push((form::KeyKind::Production, &own.settings.apiv2_key));
    }
    let asked = form::Asked {
        fields: &fields,
        sign: &sign,
        algorithm: if hmac { form::Algorithm::HmacSha256 } else { form::Algorithm::Md5 },
        key: sandbox.as_deref().unwrap_or(&own.settings.apiv2_key),
        other_keys,
    };
    form::explain(&asked).unwrap_or_else(by_words)
}

/// What the order of an invocation says, taken out of the state.
struct OrderFacts {
    mchid: Mchid,
    is_v2: bool,
    prepay_ids: Vec<PrepayId>,
}

fn of_cashier(exchange: &Exchange, simulator: &Simulator) -> Option<Why> {
    let uri: Uri = exchange.target.parse().ok()?;
    let Query(query) = Query::<BTreeMap<String, String>>::try_from_uri(&uri).ok()?;
    let said = |name: &str| query.get(name).map_or("", String::as_str);
    let package = said("package");
    let prepay_id = package.strip_prefix("prepay_id=").unwrap_or(package).split('&').next()?;
    let order = PrepayId::parse(prepay_id).ok().and_then(|id| order_of(simulator, &id));
    let platform = &simulator.inner.platform;
    let keyring = Keyring::of(platform);
    let apps = keyring.merchants().iter().flat_map(|merchant| &merchant.settings.apps);
    let asked = invoke::Asked {
        appid: said("appid"),
        time_stamp: said("timeStamp"),
        nonce_str: said("nonceStr"),
        package,
        sign_type: said("signType"),
        pay_sign: said("paySign"),
        transport: exchange.transport_at.seconds(),
        business: exchange.at.seconds(),
        window: platform.switches.invoke_window.as_secs(),
        order: order.as_ref().map(|order| invoke::Order {
            mchid: &order.mchid,
            is_v2: order.is_v2,
            prepay_ids: order.prepay_ids.iter().map(PrepayId::as_str).collect(),
        }),
        appids: apps.map(|app| app.appid.as_str()).collect(),
        v2_keys: keyring
            .merchants()
            .iter()
            .map(|merchant| (&merchant.settings.mchid, merchant.settings.apiv2_key.as_str()))
            .collect(),
    };
    // A field that is missing is told by the refusal itself.
    if [asked.appid, asked.time_stamp, asked.nonce_str, package, asked.sign_type, asked.pay_sign]
        .contains(&"")
    {
        return None;
    }
    invoke::explain(&asked, &keyring.keys())
}

fn order_of(simulator: &Simulator, prepay_id: &PrepayId) -> Option<OrderFacts> {
    simulator.with_state(|state, _, _| {
        let opens = state.prepays.get(prepay_id)?;
        let order = state.orders.get(&state.first_of(&opens))?;
        let (Opens::Order((mchid, _)) | Opens::Combined((mchid, _))) = &*opens;
        Some(OrderFacts {
            mchid: mchid.clone(),
            is_v2: matches!(order.asked.dialect, Dialect::V2(_)),
            prepay_ids: state.prepays_of(prepay_id).into_iter().map(|prepay| prepay.id).collect(),
        })
    })
}
