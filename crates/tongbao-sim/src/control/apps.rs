//! Mini programs and official accounts over the control API: what their consoles set, and what WeChat does.

use axum::extract::{FromRequestParts, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::weixin::ConfirmReceiveMethod;
use tongbao_wire::{Appid, Mchid, OutTradeNo};

use super::sent::{Asked, Segments, Sent, SentOrNot};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};
use crate::push::{PushRefused, PushSettings};
use crate::shipping::ShippingSettings;
use crate::weixin::Template;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/apps/{appid}/web-domain", post(web_domain).options(preflight))
        .route("/sim/v1/apps/{appid}/end-session", post(end_session).options(preflight))
        .route("/sim/v1/apps/{appid}/shipping", get(shipping).post(set_shipping).options(preflight))
        .route("/sim/v1/apps/{appid}/push", post(set_push).delete(no_push).options(preflight))
        .route("/sim/v1/apps/{appid}/templates", post(add_template).options(preflight))
        .route("/sim/v1/apps/{appid}/subscriptions", post(allow).options(preflight))
        .route("/sim/v1/messages", get(messages))
        .route("/sim/v1/orders/{out_trade_no}/confirm-receipt", post(confirm_receipt).options(preflight))
}

/// The app that the path names, which some merchant has.
struct Known(Appid);

impl FromRequestParts<Simulator> for Known {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, simulator: &Simulator) -> Result<Self, Response> {
        let Segments(said) = Segments::<String>::from_request_parts(parts, simulator).await?;
        let appid = Appid::parse(&said).ok();
        let known = appid.filter(|appid| simulator.inner.platform.app(appid).is_some());
        known.map(Self).ok_or_else(|| {
            let message = "no merchant of this simulator has this app; see GET /sim/v1/env";
            problem(StatusCode::NOT_FOUND, "unknown_appid", message)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebDomain {
    /// Without scheme and port; `null` takes every domain again.
    domain: Option<String>,
}

/// 网页授权域名, which `redirect_uri` must have from now on.
async fn web_domain(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(asked): Sent<WebDomain>,
) -> Response {
    let host = |domain: &String| !domain.is_empty() && !domain.contains(['/', ':', '?', '#', ' ', '@']);
    if !asked.domain.as_ref().is_none_or(host) {
        return bad_request("domain is a host name such as shop.example.com, without scheme and port");
    }
    simulator.with_state(|state, _, _| match &asked.domain {
        Some(domain) => state.web.domains.insert(appid, domain.clone()),
        None => drop(state.web.domains.remove(&appid)),
    });
    Json(json!({ "domain": asked.domain })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    payer: String,
}

/// The session key of a person is no longer the latest, as after `wx.checkSession` fails.
async fn end_session(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(asked): Sent<Ended>,
) -> Response {
    simulator.with_state(|state, _, _| state.end_login(&appid, &asked.payer));
    StatusCode::NO_CONTENT.into_response()
}

async fn shipping(Shared(simulator): Shared<Simulator>, Known(appid): Known) -> Response {
    let settings = simulator.with_state(|state, _, _| state.shipping.settings.get(&appid));
    Json(settings.map(|settings| (*settings).clone()).unwrap_or_default()).into_response()
}

/// Whether the money of the app's payments waits for receipt (发货信息管理).
async fn set_shipping(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(settings): Sent<ShippingSettings>,
) -> Response {
    simulator.with_state(|state, _, _| state.shipping.settings.insert(appid, settings.clone()));
    Json(settings).into_response()
}

/// Sets where the app wants messages; the address is probed first, as the console does.
async fn set_push(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(settings): Sent<PushSettings>,
) -> Response {
    match simulator.set_push(&appid, settings).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(PushRefused::Setting(why)) => bad_request(why),
        Err(PushRefused::Probe(why)) => problem(StatusCode::CONFLICT, "push_not_verified", &why),
    }
}

async fn no_push(Shared(simulator): Shared<Simulator>, Known(appid): Known) -> Response {
    simulator.with_state(|state, _, _| state.pushes.remove(&appid));
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
struct TemplateAsked {
    template_id: String,
    #[serde(flatten)]
    template: Template,
}

/// A template of subscribe messages, as the console gives.
async fn add_template(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(asked): Sent<TemplateAsked>,
) -> Response {
    let id = asked.template_id.len();
    let keys = asked.template.keys.len();
    if !(1..=64).contains(&id) || !(1..=5).contains(&keys) || asked.template.keys.iter().any(String::is_empty)
    {
        return bad_request("template_id has 1 to 64 characters, and a template 1 to 5 keys");
    }
    let full = simulator.with_state(|state, _, _| {
        let full = state.messages.templates.holds(TEMPLATES_MAX);
        if !full {
            state.messages.templates.insert((appid, asked.template_id), asked.template);
        }
        full
    });
    if full { bad_request("there are as many templates as the simulator holds") } else { done() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    payer: String,
    template_id: String,
    /// How many messages; one, unless said.
    #[serde(default)]
    times: Option<u32>,
}

/// A person takes messages of a template (`wx.requestSubscribeMessage`): each permission is for one.
async fn allow(
    Shared(simulator): Shared<Simulator>,
    Known(appid): Known,
    Sent(allowed): Sent<Allowed>,
) -> Response {
    let known = simulator.with_state(|state, _, _| {
        let template = (appid.clone(), allowed.template_id.clone());
        if !state.payers.contains_key(&allowed.payer) || !state.messages.templates.contains_key(&template) {
            return false;
        }
        let at = (appid, allowed.template_id, allowed.payer);
        let before = state.messages.allowed.get(&at).map_or(0, |left| *left);
        let left = before.saturating_add(allowed.times.unwrap_or(1)).min(1000);
        state.messages.allowed.insert(at, left);
        true
    });
    if known {
        return done();
    }
    problem(
        StatusCode::NOT_FOUND,
        "unknown_template",
        "there is no such payer, or no such template of this app",
    )
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    payer: Option<String>,
}

/// What arrived on people's phones, the newest first.
async fn messages(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let listed: Vec<_> = simulator.with_state(|state, _, _| {
        let newest = state.messages.arrived.iter().rev().map(|(_, message)| message);
        let wanted = newest.filter(|it| asked.payer.as_ref().is_none_or(|payer| *payer == it.payer));
        wanted.take(LISTED).map(|message| (*message).clone()).collect()
    });
    Json(json!({ "messages": listed })).into_response()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmed {
    #[serde(default)]
    mchid: Option<Mchid>,
}

/// The payer confirms that the goods arrived (确认收货): the money is the merchant's.
async fn confirm_receipt(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    SentOrNot(confirmed): SentOrNot<Confirmed>,
) -> Response {
    let done = OutTradeNo::parse(&number).ok().and_then(|number| {
        simulator.with_state(|state, platform, now| {
            let key = state.order_key(confirmed.mchid.as_ref(), &number).ok()?;
            let id = state.orders.get(&key)?.payment()?.transaction_id.clone();
            Some(state.received(platform, &id, ConfirmReceiveMethod::Manual, now))
        })
    });
    match done {
        Some(true) => {
            simulator.wake();
            StatusCode::NO_CONTENT.into_response()
        }
        Some(false) => {
            let message =
                "the order is not shipped completely, was confirmed before, or its app is not managed";
            problem(StatusCode::CONFLICT, "not_to_confirm", message)
        }
        None => problem(StatusCode::NOT_FOUND, "unknown_order", "there is no paid order of this number"),
    }
}

fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

const TEMPLATES_MAX: usize = 1000;
const LISTED: usize = 200;
