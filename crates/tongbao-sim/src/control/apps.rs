//! Mini programs and official accounts over the control API: what their consoles set, and what WeChat does.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::Appid;

use super::read;
use super::sent::{Body, Segments};
use crate::Simulator;
use crate::guard::{bad_request, preflight, problem};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/apps/{appid}/web-domain", post(web_domain).options(preflight))
        .route("/sim/v1/apps/{appid}/end-session", post(end_session).options(preflight))
}

/// The appid of a path, when it is somebody's here.
fn known(simulator: &Simulator, appid: &str) -> Result<Appid, Box<Response>> {
    let known = Appid::parse(appid).ok().filter(|appid| simulator.inner.platform.app(appid).is_some());
    known.ok_or_else(|| {
        let message = "no merchant of this simulator has this app; see GET /sim/v1/env";
        Box::new(problem(StatusCode::NOT_FOUND, "unknown_appid", message))
    })
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
    Segments(appid): Segments<String>,
    Body(body): Body,
) -> Response {
    let (appid, asked) =
        match known(&simulator, &appid).and_then(|appid| Ok((appid, read::<WebDomain>(&body)?))) {
            Ok(both) => both,
            Err(response) => return *response,
        };
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
    Segments(appid): Segments<String>,
    Body(body): Body,
) -> Response {
    let (appid, asked) = match known(&simulator, &appid).and_then(|appid| Ok((appid, read::<Ended>(&body)?)))
    {
        Ok(both) => both,
        Err(response) => return *response,
    };
    simulator.with_state(|state, _, _| state.end_login(&appid, &asked.payer));
    StatusCode::NO_CONTENT.into_response()
}
