//! Requests of payers and merchants over a bad network, repeated as a real client would.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::gate::alive;
use crate::mutants;
use crate::stage::{Acting, Actor, Point, Stage};
use crate::world::{API_KEY, request};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(35);

/// One request, ready to be repeated.
#[derive(Clone)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    bearer: String,
    key: Option<String>,
    body: Value,
    /// What the client means by it: the same in every repetition.
    pub(crate) intent: Option<String>,
}

impl Ask {
    /// Over the merchant API.
    pub(crate) fn merchant(method: Method, path: impl Into<String>, body: Value) -> Self {
        let (path, bearer) = (path.into(), API_KEY.into());
        Self { method, path, bearer, key: None, body, intent: None }
    }

    /// Over the client API, logged in by `token`.
    pub(crate) fn payer(token: &str, method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, path: path.into(), bearer: token.into(), key: None, body, intent: None }
    }

    pub(crate) fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub(crate) fn meaning(mut self, intent: impl Into<String>) -> Self {
        self.intent = Some(intent.into());
        self
    }

    pub(crate) fn body_mut(&mut self) -> &mut Value {
        &mut self.body
    }
}

/// Asks once. `None`: nothing came back, for whatever reason.
pub(crate) async fn once(stage: &Arc<Stage>, ask: &Ask) -> Option<(StatusCode, Value)> {
    let busy = stage.busy();
    let number = stage.auditor.number();
    stage.trace.note(format_args!("request {number}: {} {} {:?}", ask.method, ask.path, ask.key));
    tokio::time::sleep(stage.weather.street_takes()).await;
    if stage.weather.loses_on_the_street() {
        drop(busy);
        stage.pause(PATIENCE).await;
        return None;
    }
    let headers: Vec<_> = ask.key.iter().map(|key| ("idempotency-key", key.as_str())).collect();
    let call = request(ask.method.clone(), &ask.path, &ask.bearer, &headers, &ask.body);
    let world = stage.world().clone();
    let handled = Acting::new(stage, Actor::Request { number }, async move {
        mutants::believe_the_front_end(stage, &ask.path, &ask.body).await;
        world.try_call(call).await
    });
    let (status, body) = alive(stage, handled).await??;
    stage.auditor.catch_up(stage);
    stage
        .trace
        .note(format_args!("request {number} is answered {status} {}", body["code"].as_str().unwrap_or("")));
    if status.is_success() {
        let order = body.get("order").unwrap_or(&body);
        if let Some(order_no) = order["order_no"].as_str() {
            stage.keep_invoke(order_no, &body["invoke"]);
        }
        stage.auditor.answered_order(stage, ask.intent.as_deref(), &body);
    }
    if stage.dies_at(Point::BeforeReply) {
        stage.auditor.died_before_reply(stage, Actor::Request { number });
        return None;
    }
    if stage.weather.loses_on_the_street() {
        drop(busy);
        stage.pause(PATIENCE).await;
        return None;
    }
    tokio::time::sleep(stage.weather.street_takes()).await;
    Some((status, body))
}

/// Asks until there is an answer that repeating does not change. `None`: the client has given up.
pub(crate) async fn persist(stage: &Arc<Stage>, dice: &Dice, ask: &Ask) -> Option<(StatusCode, Value)> {
    for round in 0..ROUNDS_MAX {
        if let Some((status, body)) = once(stage, ask).await {
            let in_progress = body["code"] == "idempotency_in_progress";
            if !status.is_server_error() && !in_progress {
                return Some((status, body));
            }
        }
        stage.pause(dice.seconds(1..=2 + round * round)).await;
    }
    None
}

const ROUNDS_MAX: u64 = 8;

/// Logs a payer in.
pub(crate) async fn login(stage: &Arc<Stage>, dice: &Dice, payer: &str) -> Option<String> {
    for _ in 0..ROUNDS_MAX {
        let world = stage.world();
        let code = world.sim.login_code(&world.appid(), Some(payer)).expect("the payer is known");
        let ask = Ask::payer("", Method::POST, "/client/v1/login", json!({ "code": code }));
        if let Some((StatusCode::OK, body)) = once(stage, &ask).await {
            return Some(body["token"].as_str().expect("a token").to_owned());
        }
        stage.pause(dice.seconds(1..=5)).await;
    }
    None
}
