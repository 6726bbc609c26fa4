//! Onboarding: what reviewers, contacts and banks decide.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_wire::Mchid;
use tongbao_wire::onboarding::{ApplicationNo, AuditDetail};

use super::sent::{Asked, Segments, Sent, SentOrNot};
use super::{LISTED, LISTED_MAX, Listed};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};
use crate::onboarding::{ApplymentRecord, Decision, DecisionRefused};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/applyments", get(list))
        .route("/sim/v1/applyments/{applyment_id}/{decision}", post(decide).options(preflight))
        .route("/sim/v1/intents", get(intents))
        .route("/sim/v1/intents/{applyment_id}/{decision}", post(decide_intent).options(preflight))
        .route("/sim/v1/merchants/{mchid}/provider", post(provider).options(preflight))
        .route("/sim/v1/settlements/{sub_mchid}/{application_no}", post(settlement).options(preflight))
}

fn view(record: &ApplymentRecord) -> Value {
    json!({
        "provider": record.provider,
        "merchant_name": record.merchant_name,
        "applyment": record.told,
    })
}

async fn list(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let applyments: Vec<_> = simulator
        .with_state(|state, _, _| state.onboarding.newest().take(most).map(|record| view(&record)).collect());
    Json(json!({ "applyments": applyments })).into_response()
}

async fn intents(Shared(simulator): Shared<Simulator>, Asked(asked): Asked<Listed>) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let intents: Vec<_> = simulator.with_state(|state, _, _| {
        let newest = state.intents_newest().take(most);
        newest
            .map(|it| json!({ "applyment_id": it.id, "business_code": it.business_code, "channel": it.channel, "intent": it.told }))
            .collect()
    });
    Json(json!({ "intents": intents })).into_response()
}

/// Why it is refused; only with `reject`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    field_name: Option<String>,
    #[serde(default)]
    reject_reason: Option<String>,
}

fn decision(word: &str, why: Why) -> Result<Decision, Box<Response>> {
    match word {
        "approve" => Ok(Decision::Approve),
        "reject" => {
            let reject_reason = why.reject_reason.or(Some("资料有误，请修改后重新提交".into()));
            let detail = AuditDetail { field: why.field, field_name: why.field_name, reject_reason };
            Ok(Decision::Reject(vec![detail]))
        }
        "verify" => Ok(Decision::Verify),
        "sign" => Ok(Decision::Sign),
        "cancel" => Ok(Decision::Cancel),
        _ => Err(Box::new(bad_request("a decision is approve, reject, verify, sign or cancel"))),
    }
}

async fn decide(
    Shared(simulator): Shared<Simulator>,
    Segments((id, word)): Segments<(u64, String)>,
    SentOrNot(why): SentOrNot<Why>,
) -> Response {
    let decision = match decision(&word, why) {
        Ok(decision) => decision,
        Err(response) => return *response,
    };
    let done = simulator.with_state(|state, platform, now| {
        state.decide_applyment(platform, id, decision, now)?;
        state.onboarding.applyment(id).map(|record| view(&record)).ok_or(DecisionRefused::Unknown)
    });
    done.map_or_else(refused, |view| Json(view).into_response())
}

async fn decide_intent(
    Shared(simulator): Shared<Simulator>,
    Segments((id, word)): Segments<(u64, String)>,
    SentOrNot(why): SentOrNot<Why>,
) -> Response {
    let decision = match decision(&word, why) {
        Ok(decision) => decision,
        Err(response) => return *response,
    };
    let done = simulator.with_state(|state, platform, now| state.decide_intent(platform, id, decision, now));
    done.map_or_else(refused, |()| Json(json!({ "applyment_id": id })).into_response())
}

fn refused(why: DecisionRefused) -> Response {
    match why {
        DecisionRefused::Unknown => {
            problem(StatusCode::NOT_FOUND, "unknown_applyment", "there is no such application")
        }
        DecisionRefused::State => problem(
            StatusCode::CONFLICT,
            "applyment_state",
            "this does not follow from where the application stands",
        ),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    provider: bool,
}

/// Makes a merchant a service provider, who may apply for others.
async fn provider(
    Shared(simulator): Shared<Simulator>,
    Segments(mchid): Segments<String>,
    Sent(role): Sent<Role>,
) -> Response {
    let known = Mchid::parse(&mchid).ok().filter(|mchid| simulator.inner.platform.merchant(mchid).is_some());
    let Some(mchid) = known else {
        return problem(StatusCode::NOT_FOUND, "unknown_merchant", "there is no such merchant");
    };
    let answer = json!({ "mchid": mchid, "provider": role.provider });
    simulator.with_state(|state, _, _| state.onboarding.providers.insert(mchid, role.provider));
    Json(answer).into_response()
}

/// Decides a change of a settlement account: refused for a reason, or in force without one.
async fn settlement(
    Shared(simulator): Shared<Simulator>,
    Segments((sub, number)): Segments<(String, String)>,
    SentOrNot(why): SentOrNot<Why>,
) -> Response {
    let Some((sub, number)) = Mchid::parse(&sub).ok().zip(ApplicationNo::parse(&number).ok()) else {
        return refused(DecisionRefused::Unknown);
    };
    simulator.with_state(|state, _, now| {
        state.decide_settlement(&sub, number.as_str(), why.reject_reason, now);
    });
    Json(json!({ "sub_mchid": sub, "application_no": number })).into_response()
}
