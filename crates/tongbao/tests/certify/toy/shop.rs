//! What the toy does about orders, payments and refunds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};
use tongbao_sdk::bill::{BillLimits, BillOutcome, BillReader, TradeBillRequest};
use tongbao_sdk::{
    ApiV3Key, BoxFuture, CallError, CallErrorKind, CallFailure, Client, Cny, Hosts, HttpOptions,
    HttpOutbound, JsapiPrepay, Merchant, MerchantKey, OrderTerms, Outbound, PlatformKeys, RefundRequest,
    RefundRequestAmount, RefundedPayment, RetryPolicy,
};
use tongbao_sim::Env;
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{
    Appid, BillDate, Fen, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundStatus, Timestamp, TradeState,
};

use super::Fault;
use super::letter::{self, Letter};

pub(super) struct Shop {
    fault: Fault,
    client: Client,
    outbound: Arc<Remembering>,
    appid: Appid,
    mchid: String,
    apiv3_key: String,
    notify_url: String,
    books: Mutex<Books>,
    /// One create and one refund at a time: the simplest lock that is right.
    counter: tokio::sync::Mutex<()>,
    env: Env,
}

#[derive(Default)]
struct Books {
    orders: BTreeMap<String, Order>,
    forged_ids: BTreeSet<String>,
    taps: u32,
}

#[derive(Clone, Default)]
struct Order {
    amount: i64,
    paid: bool,
    closed: bool,
    delivered: i64,
    refunds: BTreeMap<String, Back>,
}

#[derive(Clone)]
struct Back {
    out_refund_no: String,
    amount: i64,
    done: bool,
}

impl Shop {
    pub(super) fn new(env: &Env, own_url: &str, fault: Fault) -> Self {
        let http = HttpOutbound::new(&HttpOptions::default()).expect("an HTTP client");
        let outbound = Arc::new(Remembering { http, last: Mutex::default() });
        let merchant = &env.merchants[0];
        Self {
            fault,
            client: client(env, outbound.clone(), Clock::system()),
            outbound,
            appid: merchant.apps[0].appid.clone(),
            mchid: merchant.mchid.to_string(),
            apiv3_key: merchant.apiv3_key.clone(),
            notify_url: format!("{own_url}/wxpay/notify"),
            books: Mutex::default(),
            counter: tokio::sync::Mutex::default(),
            env: env.clone(),
        }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic holds the lock")
    }

    pub(super) async fn create(&self, body: &Value) -> Result<Value, String> {
        let _one = self.counter.lock().await;
        if self.has(Fault::NeverPlaces) {
            return Err("the shop is closed".into());
        }
        let asked = body["amount_fen"].as_i64().expect("an amount");
        let amount =
            if self.has(Fault::FloatingPoint) && asked < 2_000 { through_yuan(asked) } else { asked };
        let mut number = body["order_no"].as_str().expect("a number").to_owned();
        let openid = body["openid"].as_str().expect("a payer").to_owned();
        {
            let mut books = self.books();
            if self.has(Fault::NewNumberPerTap) {
                books.taps += 1;
                number = format!("{number}-{}", books.taps);
            }
            let new = Order { amount, ..Order::default() };
            let known = books.orders.contains_key(&number);
            books.orders.entry(number.clone()).or_insert(new.clone());
            if known && self.has(Fault::ForgetsAfterTheSecondTap) {
                // The list shows the latest tap, and payments are booked on the first.
                books.orders.insert(shadow(&number), new);
            }
        }
        let terms = OrderTerms::new(parse(&number), "toy", Fen::new(amount));
        let openid = Openid::parse(&openid).expect("an openid");
        let prepay = JsapiPrepay::new(self.appid.clone(), terms, openid, &self.notify_url);
        let prepay_id = self.client.jsapi_prepay(&prepay).await.map_err(|error| error.to_string())?.prepay_id;
        Ok(json!({ "out_trade_no": number, "pay": self.invoke(&prepay_id) }))
    }

    fn invoke(&self, prepay_id: &PrepayId) -> Value {
        let invoke = self.client.invoke_mini_program(&self.appid, prepay_id).expect("signs");
        let mut pay = serde_json::to_value(invoke).expect("plain data");
        if self.has(Fault::SignsTheBareId) {
            pay["package"] = prepay_id.as_str().into();
        }
        pay
    }

    pub(super) fn shown(&self, number: &str) -> Option<Value> {
        let books = self.books();
        let order = books.orders.get(&shadow(number)).or_else(|| books.orders.get(number))?;
        let back: i64 = order.refunds.values().filter(|back| back.done).map(|back| back.amount).sum();
        let state = match order {
            Order { paid: true, .. } if back >= order.amount => "refunded",
            Order { paid: true, refunds, .. } if refunds.values().any(|back| !back.done) => "refunding",
            Order { paid: true, .. } => "paid",
            Order { closed: true, .. } => "closed",
            Order { .. } => "unpaid",
        };
        Some(
            json!({ "state": state, "amount_fen": order.amount, "refunded_fen": back, "delivered": order.delivered }),
        )
    }

    /// Money came: the goods are handed over once.
    pub(super) fn settle(&self, number: &str) {
        let mut books = self.books();
        let Some(order) = books.orders.get_mut(number) else { return };
        if order.closed && self.has(Fault::SwallowsLateMoney) {
            return;
        }
        if !order.paid || self.has(Fault::ProcessesTwice) {
            order.delivered += 1;
        }
        order.paid = true;
    }

    /// Asks the platform about what is open.
    pub(super) async fn ask(&self, number: &str) {
        let Some(order) = self.books().orders.get(number).cloned() else { return };
        if !order.paid && !order.closed {
            match self.client.query_by_out_trade_no(&parse(number)).await {
                Ok(told) if told.trade_state == TradeState::Success => self.settle(number),
                Ok(told) if told.trade_state == TradeState::Closed => self.mark_closed(number),
                Err(error) if self.has(Fault::BelievesUnsignedAnswers) => self.believe(number, &error),
                Ok(_) | Err(_) => {}
            }
        }
        for (refund_no, back) in order.refunds.iter().filter(|(_, back)| !back.done) {
            let asked =
                self.client.query_refund(&OutRefundNo::parse(&back.out_refund_no).expect("ours")).await;
            if asked.is_ok_and(|told| told.status == RefundStatus::Success) {
                self.mark_back(number, |known, _| known == refund_no);
            }
        }
    }

    fn believe(&self, number: &str, error: &CallError) {
        let last = self.outbound.last.lock().expect("no panic holds the lock").get(number).cloned();
        let told: Value = serde_json::from_slice(&last.unwrap_or_default()).unwrap_or_default();
        if matches!(error.kind, CallErrorKind::UnverifiableAnswer(_)) && told["trade_state"] == "SUCCESS" {
            self.settle(number);
        }
    }

    fn mark_closed(&self, number: &str) {
        if let Some(order) = self.books().orders.get_mut(number) {
            order.closed = true;
        }
    }

    fn mark_back(&self, number: &str, mine: impl Fn(&str, &Back) -> bool) {
        if let Some(order) = self.books().orders.get_mut(number) {
            for (refund_no, back) in &mut order.refunds {
                if mine(refund_no, back) {
                    back.done = true;
                }
            }
        }
    }

    pub(super) async fn close(&self, number: &str) {
        if self.has(Fault::ClosesHereOnly) || self.has(Fault::SwallowsLateMoney) {
            self.mark_closed(number);
            return;
        }
        match self.client.close(&parse(number)).await {
            Ok(()) => self.mark_closed(number),
            Err(_) if self.has(Fault::NeverQueries) => {}
            Err(_) => self.ask(number).await,
        }
    }

    pub(super) async fn refund(&self, number: &str, body: &Value) -> Result<(), StatusCode> {
        let _one = self.counter.lock().await;
        let refund_no = body["refund_no"].as_str().expect("a number").to_owned();
        let amount = body["amount_fen"].as_i64().expect("an amount");
        let (back, total) = {
            let mut books = self.books();
            books.taps += 1;
            let taps = books.taps;
            let order = books.orders.get_mut(number).ok_or(StatusCode::NOT_FOUND)?;
            let others = order.refunds.iter().filter(|(known, _)| **known != refund_no);
            let taken: i64 = others.clone().map(|(_, back)| back.amount).sum();
            let too_much = taken + amount > order.amount || others.count() >= 50;
            if !order.paid || too_much && !self.has(Fault::NoRefundLimits) {
                return Err(StatusCode::CONFLICT);
            }
            let new = Back { out_refund_no: refund_no.clone(), amount, done: false };
            let mut back = order.refunds.entry(refund_no).or_insert(new).clone();
            if self.has(Fault::NewNumberPerRefund) {
                back.out_refund_no = format!("{}-{taps}", back.out_refund_no);
            }
            (back, order.amount)
        };
        let request = RefundRequest {
            sub_mchid: None,
            payment: RefundedPayment::OutTradeNo(parse(number)),
            out_refund_no: OutRefundNo::parse(&back.out_refund_no).expect("a number"),
            reason: None,
            notify_url: Some(self.notify_url.clone()),
            funds_account: None,
            amount: RefundRequestAmount {
                refund: Fen::new(back.amount),
                from: Vec::new(),
                total: Fen::new(total),
                currency: Cny,
            },
            goods_detail: Vec::new(),
        };
        self.client.refund(&request).await.map(|_| ()).map_err(|_| StatusCode::BAD_GATEWAY)
    }

    /// Reads a day's trade bill: how many payments, and their sum.
    pub(super) async fn bill(&self, day: &str) -> Result<Value, String> {
        let day = BillDate::parse(day).map_err(|error| error.to_string())?;
        let told = self.client.bills().trade(&TradeBillRequest::new(day)).await;
        let BillOutcome::Ready(location) = told.map_err(|error| error.to_string())? else {
            return Ok(json!({ "count": 0, "total_fen": 0 }));
        };
        let mut file = Vec::new();
        let came = self.client.bills().download(&location, &mut file, BillLimits::default()).await;
        came.map_err(|error| error.to_string())?;
        let mut reader = BillReader::open(file.as_slice()).map_err(|error| error.to_string())?;
        let (mut count, mut total_fen) = (0, 0);
        while let Some(row) = reader.next_row().map_err(|error| error.to_string())? {
            let trade = row.trade().map_err(|error| error.to_string())?;
            if trade.refund().is_none() || self.has(Fault::CountsRefundsInBills) {
                count += 1;
                total_fen += trade.total.get();
            }
        }
        Ok(json!({ "count": count, "total_fen": total_fen }))
    }

    pub(super) async fn notified(&self, headers: &HeaderMap, body: &Bytes) -> StatusCode {
        let signature =
            headers.get("wechatpay-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.has(Fault::PanicsOnOddBodies) {
            let _envelope: Value = serde_json::from_slice(body).expect("a notification is JSON");
        }
        match self.fault {
            Fault::RefusesEverything => return StatusCode::INTERNAL_SERVER_ERROR,
            Fault::AcknowledgesProbes if signature.starts_with("WECHATPAY/SIGNTEST/") => {
                return StatusCode::OK;
            }
            _ => {}
        }
        let genuine = self.has(Fault::DoesNotVerify) || self.verifies(headers, body);
        let letter = letter::open(&self.apiv3_key, body);
        let refused =
            if self.has(Fault::AcknowledgesEverything) { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        let Some(letter) = letter else { return refused };
        if self.has(Fault::RemembersForgeries) {
            let mut books = self.books();
            if !genuine {
                books.forged_ids.insert(letter.id.clone());
            } else if books.forged_ids.contains(&letter.id) {
                return StatusCode::CONFLICT;
            }
        }
        if !genuine {
            return refused;
        }
        self.take(&letter).await
    }

    /// Verification is the SDK's; the time is left out by judging the message at its own time.
    fn verifies(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        if !self.has(Fault::IgnoresTheTime) {
            return self.client.open_notification(headers, body).is_ok();
        }
        let said = headers.get("wechatpay-timestamp").and_then(|value| value.to_str().ok());
        let then = Timestamp::from_seconds(said.and_then(|said| said.parse().ok()).unwrap_or_default());
        client(&self.env, self.outbound.clone(), Clock::fixed(then)).open_notification(headers, body).is_ok()
    }

    async fn take(&self, letter: &Letter) -> StatusCode {
        let text =
            |pointer: &str| letter.resource.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let number = text("/out_trade_no").to_owned();
        let Some(order) = self.books().orders.get(&number).cloned() else { return StatusCode::NOT_FOUND };
        let ours = text("/mchid") == self.mchid || self.has(Fault::IgnoresWhoseItIs);
        if letter.event_type.starts_with("REFUND.") {
            if ours && (text("/refund_status") == "SUCCESS" || self.has(Fault::AbnormalIsDone)) {
                let out_refund_no = text("/out_refund_no");
                self.mark_back(&number, |_, back| out_refund_no.starts_with(&back.out_refund_no));
            }
            return StatusCode::NO_CONTENT;
        }
        let ours = ours && (text("/appid") == self.appid.as_str() || self.has(Fault::IgnoresWhoseItIs));
        let amount = letter.resource.pointer("/amount/total").and_then(Value::as_i64);
        let amount_fits = amount == Some(order.amount) || self.has(Fault::IgnoresTheAmount);
        let currency_fits = text("/amount/currency") == "CNY" || self.has(Fault::IgnoresTheCurrency);
        let succeeded = letter.event_type == "TRANSACTION.SUCCESS" && text("/trade_state") == "SUCCESS";
        if !ours || !amount_fits || !currency_fits || !(succeeded || self.has(Fault::IgnoresTheState)) {
            return StatusCode::UNPROCESSABLE_ENTITY;
        }
        if self.has(Fault::RefusesNewMembers) && letter.resource.get("member_of_tomorrow").is_some() {
            return StatusCode::BAD_REQUEST;
        }
        if self.has(Fault::AsksBeforeAnswering) {
            let _told = self.client.query_by_out_trade_no(&parse(&number)).await;
        }
        if self.has(Fault::LatePaymentResets)
            && let Some(order) = self.books().orders.get_mut(&number)
        {
            order.refunds.clear();
        }
        self.settle(&number);
        StatusCode::NO_CONTENT
    }
}

/// Where the second tap's view of an order is.
fn shadow(number: &str) -> String {
    format!("{number} again")
}

fn parse(number: &str) -> OutTradeNo {
    OutTradeNo::parse(number).expect("a number of ours")
}

#[allow(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the fault on purpose"
)]
fn through_yuan(fen: i64) -> i64 {
    (fen as f64 / 100.0 * 100.0) as i64
}

fn client(env: &Env, outbound: Arc<Remembering>, clock: Clock) -> Client {
    let known = &env.merchants[0];
    let key = MerchantKey::from_pem(known.private_key_pem.as_bytes(), known.certificate_pem.as_bytes());
    let apiv3_key = ApiV3Key::parse(known.apiv3_key.as_bytes()).expect("a key");
    let merchant = Merchant::new(known.mchid.clone(), &key.expect("a key"), apiv3_key);
    let public = env.platform_public_key.as_ref().expect("the toy knows the public key");
    let keys = PlatformKeys::from_public_key(&public.id, public.pem.as_bytes()).expect("a key");
    let hosts = Hosts::only(&env.base_url);
    Client::new(merchant, keys, hosts, outbound, clock, Chance::system()).with_retry(RetryPolicy::off())
}

/// Remembers what was answered about each order, for those who believe it.
struct Remembering {
    http: HttpOutbound,
    last: Mutex<BTreeMap<String, Bytes>>,
}

impl Outbound for Remembering {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        let number = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        Box::pin(async move {
            let answer = self.http.call(request).await?;
            self.last.lock().expect("no panic holds the lock").insert(number, answer.body().clone());
            Ok(answer)
        })
    }
}
