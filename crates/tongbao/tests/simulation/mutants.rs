//! Planted mistakes, each at a seam, so that production code has no switch for them: an auditor that does
//! not see these sees nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode};
use serde_json::{Value, json};
use tongbao_domain::{Cause, JobKey, OrderState, PaymentObservation, PaymentState, SeenPayment, Step};
use tongbao_sdk::Signer;
use tongbao_store::{jobs, orders};
use tongbao_wire::{PrepayId, TradeState, TransactionId};

use crate::auditor::find;
use crate::forge;
use crate::stage::{Belief, Stage};
use crate::world::STAND_IN;

/// A planted mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A true notification is acknowledged although it could not be taken.
    AcknowledgesAlways,
    /// No job is ever claimed: nothing is asked, closed, refunded or repaired.
    NeverAsks,
    /// Jobs are promised in a second transaction, which is sometimes lost.
    LosesJobs,
    /// A refund that is sent again gets another number.
    RenumbersRefunds,
    /// The platform is asked for one fen more than the order costs.
    AsksForMore,
    /// The front end's "ok" is taken for money.
    TrustsTheFrontEnd,
    /// A late prepay answer overwrites what was paid.
    LatePrepayOverwrites,
    /// Every signature is good.
    BelievesAnySignature,
    /// Surplus money stays where it is.
    KeepsSurplus,
}

impl Mutant {
    pub(crate) const ALL: [Self; 9] = [
        Self::AcknowledgesAlways,
        Self::NeverAsks,
        Self::LosesJobs,
        Self::RenumbersRefunds,
        Self::AsksForMore,
        Self::TrustsTheFrontEnd,
        Self::LatePrepayOverwrites,
        Self::BelievesAnySignature,
        Self::KeepsSurplus,
    ];
}

/// What a mutant remembers.
#[derive(Default)]
pub(crate) struct Meddler {
    meddling: AtomicBool,
    seen: Mutex<BTreeMap<String, u64>>,
}

impl Meddler {
    /// How often this was seen before.
    fn again(&self, what: &str) -> u64 {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(what.to_owned()).or_default();
        *count += 1;
        *count - 1
    }
}

/// True while a mutant writes to the store itself.
pub(crate) fn is_meddling(stage: &Stage) -> bool {
    stage.meddler.meddling.load(Ordering::Relaxed)
}

pub(crate) fn never_asks(stage: &Stage) -> bool {
    stage.mutant == Some(Mutant::NeverAsks)
}

/// A request on its way to the platform.
pub(crate) fn alter_call(stage: &Stage, request: Request<Bytes>) -> Request<Bytes> {
    let path = request.uri().path();
    let refund = stage.mutant == Some(Mutant::RenumbersRefunds) && path.ends_with("/refunds");
    let prepay = stage.mutant == Some(Mutant::AsksForMore) && path.ends_with("/jsapi");
    if !refund && !prepay {
        return request;
    }
    let mut body: Value = serde_json::from_slice(request.body()).expect("requests are JSON");
    if refund {
        let number = body["out_refund_no"].as_str().expect("a number").to_owned();
        match stage.meddler.again(&number) {
            0 => return request,
            again => body["out_refund_no"] = json!(format!("{number}-{again}")),
        }
    }
    if prepay {
        body["amount"]["total"] = json!(body["amount"]["total"].as_i64().expect("an amount") + 1);
    }
    signed_again(request, &body)
}

fn signed_again(request: Request<Bytes>, body: &Value) -> Request<Bytes> {
    let (mut parts, _) = request.into_parts();
    let header = parts.headers["authorization"].to_str().expect("text").to_owned();
    let said = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=\"")).expect("a signed request");
        rest.split_once('"').expect("quoted").0
    };
    let target = parts.uri.path_and_query().expect("an address").as_str();
    let (time, nonce) = (said("timestamp"), said("nonce_str"));
    let message = format!("{}\n{target}\n{time}\n{nonce}\n{body}\n", parts.method);
    let signature = STANDARD.encode(Signer::stand_in(STAND_IN).sign(message.as_bytes()).expect("it signs"));
    let header = header.replace(said("signature"), &signature);
    parts.headers.insert("authorization", header.parse().expect("text"));
    Request::from_parts(parts, Bytes::from(body.to_string()))
}

/// A notification on its way to the server.
pub(crate) fn alter_notification(stage: &Stage, mut parts: Parts, body: Bytes) -> (Parts, Bytes) {
    if stage.mutant == Some(Mutant::BelievesAnySignature) {
        let seconds = stage.world().server_clock().now().seconds();
        let text = String::from_utf8_lossy(&body);
        let signature = forge::sign(STAND_IN, seconds, &text);
        let mut set = |name: &'static str, value: &str| {
            parts.headers.insert(name, HeaderValue::from_str(value).expect("text"));
        };
        set("wechatpay-timestamp", &seconds.to_string());
        set("wechatpay-nonce", forge::nonce());
        set("wechatpay-signature", &signature);
    }
    (parts, body)
}

/// The server's answer to a notification.
pub(crate) fn alter_acknowledgement(stage: &Stage, belief: Belief, mut response: Response) -> Response {
    if stage.mutant == Some(Mutant::AcknowledgesAlways) && belief == Belief::Honest {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    response
}

/// A step of this order was just committed.
pub(crate) fn meddle(stage: &Arc<Stage>, order_no: &str) {
    match stage.mutant {
        Some(Mutant::LosesJobs) => lose_the_jobs(stage, order_no),
        Some(Mutant::LatePrepayOverwrites) => overwrite(stage, order_no),
        _ => {}
    }
}

fn lose_the_jobs(stage: &Arc<Stage>, order_no: &str) {
    let Some(order) = find(stage, order_no) else { return };
    if stage.meddler.again("step") % 4 != 3 {
        return;
    }
    write(stage, vec![jobs::remove(&order.mchid, &order.order_no, &JobKey::Tend)]);
}

fn overwrite(stage: &Arc<Stage>, order_no: &str) {
    let Some(before) = find(stage, order_no) else { return };
    if !matches!(before.state, OrderState::Paid { .. }) || stage.meddler.again("paid") % 4 != 3 {
        return;
    }
    let mut order = before.clone();
    let now = stage.world().clock.now();
    let payment = order.payments.last_mut().expect("a paid order has a payment");
    let prepay_id = PrepayId::parse("wx000000000000000000000000000000late").expect("36 characters");
    payment.state = PaymentState::Payable { prepay_id, prepay_until: now };
    order.state = OrderState::Open;
    let step = Step { order, events: Vec::new(), jobs: Vec::new() };
    write(stage, orders::save(&before, &step));
}

fn write(stage: &Arc<Stage>, statements: Vec<tongbao_store::Statement>) {
    stage.meddler.meddling.store(true, Ordering::Relaxed);
    let written = stage.world().store.write(statements).now_or_never();
    stage.meddler.meddling.store(false, Ordering::Relaxed);
    written.expect("an inline store does not wait").expect("the mutant's write applies");
}

/// The front end reports what its cashier said.
pub(crate) async fn believe_the_front_end(stage: &Arc<Stage>, path: &str, body: &Value) {
    if stage.mutant != Some(Mutant::TrustsTheFrontEnd) || body["result"] != "ok" || stage.life.is_dead() {
        return;
    }
    let Some(order_no) =
        path.strip_prefix("/client/v1/orders/").and_then(|rest| rest.strip_suffix("/confirm"))
    else {
        return;
    };
    let Some(order) = find(stage, order_no) else { return };
    let Some(payment) = order.live_payment() else { return };
    let now = stage.world().clock.now();
    let seen = SeenPayment {
        mchid: order.mchid.clone(),
        appid: order.terms.appid.clone(),
        trade_state: TradeState::Success,
        transaction_id: TransactionId::parse("4200000000000000000000000000").ok(),
        success_time: Some(now),
        total: Some(order.terms.total),
        payer_total: Some(order.terms.total),
        currency: Some("CNY".into()),
        openid: None,
    };
    let observation = PaymentObservation {
        cause: Cause::Payer,
        out_trade_no: payment.out_trade_no.clone(),
        seen: Some(seen),
    };
    let app = stage.world().running();
    let account = app.account("main").expect("the account of every world");
    // What the store refuses this time it takes another time.
    let _ = tongbao::payments::observe(&app, account, observation, &[]).await;
}
