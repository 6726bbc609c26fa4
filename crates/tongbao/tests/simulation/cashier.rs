//! A payer before the platform's cashier, opened with what the shop handed out.

use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tongbao_domain::OrderState;
use tower::ServiceExt;

use crate::auditor::find;
use crate::stage::Stage;
use crate::tally::Sometimes;

/// What the payer does before the open cashier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Pays,
    Cancels,
    MistypesOnce,
}

/// What the cashier tells the front end: `ok`, `cancel` or `fail`.
pub(crate) async fn visit(
    stage: &Arc<Stage>,
    order_no: &str,
    invoke: &Value,
    payer: &str,
    mood: Mood,
) -> &'static str {
    let Some(session) = open(stage, invoke, payer).await else {
        stage.trace.note(format_args!("{payer}'s cashier for {order_no} does not open"));
        return "fail";
    };
    if mood == Mood::Cancels {
        call(stage, "/cashier/cancel", json!({ "session": session })).await;
        return "cancel";
    }
    if mood == Mood::MistypesOnce {
        call(stage, "/cashier/pay", json!({ "session": session, "password": "000000" })).await;
    }
    let told = call(stage, "/cashier/pay", json!({ "session": session, "password": "123456" })).await;
    let told: Value = serde_json::from_str(&told).unwrap_or_default();
    stage.trace.note(format_args!("{payer} pays {order_no}: {}", told["result"]));
    if told["result"] != "ok" {
        return "fail";
    }
    count_what_was_dangerous(stage, order_no);
    let newest = stage.invokes(order_no).last().cloned().unwrap_or_default();
    if newest["package"] != invoke["package"] {
        stage.tally.happened(Sometimes::PaidWithAnOldPrepay);
    }
    "ok"
}

/// The payer has just paid: where did the order stand here?
pub(crate) fn count_what_was_dangerous(stage: &Stage, order_no: &str) {
    let closing = find(stage, order_no).is_some_and(|order| match order.state {
        OrderState::Closing { .. } | OrderState::Closed { .. } => true,
        OrderState::Open | OrderState::Paid { .. } => false,
    });
    if closing {
        stage.tally.happened(Sometimes::PaidAfterCloseBegan);
    }
}

async fn open(stage: &Arc<Stage>, invoke: &Value, payer: &str) -> Option<String> {
    let said = |name: &str| format!("{name}={}", encoded(invoke[name].as_str().unwrap_or_default()));
    let fields = ["timeStamp", "nonceStr", "package", "signType", "paySign"].map(said).join("&");
    let path = format!("/cashier?appid={}&payer={payer}&{fields}", stage.world().appid());
    let page = ask(stage, Request::get(path).body(Body::empty()).expect("a well-formed request")).await;
    let (_, rest) = page.split_once("data-session=\"")?;
    let (session, _) = rest.split_once('"')?;
    Some(session.to_owned())
}

async fn call(stage: &Arc<Stage>, path: &str, body: Value) -> String {
    let request = Request::builder().method(Method::POST).uri(path).body(Body::from(body.to_string()));
    ask(stage, request.expect("a well-formed request")).await
}

async fn ask(stage: &Arc<Stage>, request: Request<Body>) -> String {
    let Ok(response) = stage.world().sim.router().oneshot(request).await;
    let body = response.into_body().collect().await.expect("the cashier answers").to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
