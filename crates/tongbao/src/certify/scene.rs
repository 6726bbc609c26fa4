//! A scene: one case at work on orders of its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tongbao_sim::{
    Attempt, CallFault, ComposedBy, ComposedContent, Composition, NotificationView, OrderView, Outcome,
};
use tongbao_wire::{Mchid, OutTradeNo, TradeState};

use super::adapter::Ability;
use super::case::{Case, Judged, Unmet, failed, not_judged};
use super::evidence::{Exchange, Line};
use super::interference::{Calls, Kind};
use super::platform::Platform;
use super::server::{Placed, Said, Server, Standing, Values};
use crate::config::Words;

/// What all scenes share.
pub(super) struct World<'a> {
    pub(super) platform: &'a Platform,
    pub(super) server: &'a Server,
    pub(super) abilities: BTreeSet<Ability>,
    /// How long a case waits for the server to come to a state.
    pub(super) patience: Duration,
    /// Makes this run's numbers its own.
    run: String,
    next: AtomicI64,
}

impl<'a> World<'a> {
    pub(super) fn new(
        platform: &'a Platform,
        server: &'a Server,
        abilities: BTreeSet<Ability>,
        patience: Duration,
    ) -> Self {
        let run = platform.chance.text(6, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
        Self { platform, server, abilities, patience, run, next: AtomicI64::new(1) }
    }
}

/// One case at work.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) case: &'a Case,
    /// What its evidence is about.
    keys: Mutex<BTreeSet<String>>,
}

/// An order of this case.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) order_no: String,
    pub(super) out_trade_no: OutTradeNo,
    pub(super) amount_fen: i64,
    /// The argument of `wx.requestPayment`.
    pub(super) pay: Value,
    pub(super) notify_url: String,
}

impl<'a> Scene<'a> {
    pub(super) fn new(world: &'a World<'a>, case: &'a Case) -> Self {
        Self { world, case, keys: Mutex::new([case.id.to_owned()].into()) }
    }

    /// What was said in this scene.
    pub(super) fn evidence(&self) -> Vec<Exchange> {
        self.world.platform.log.about(&self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn offers(&self, ability: Ability) -> bool {
        self.world.abilities.contains(&ability)
    }

    /// An order number and an amount nobody else has in this run.
    pub(super) fn fresh(&self) -> (String, i64) {
        let serial = self.world.next.fetch_add(1, Ordering::SeqCst);
        (self.order_no(serial), FIRST_FEN + serial)
    }

    fn order_no(&self, serial: i64) -> String {
        format!("C{}{serial:04}", self.world.run)
    }

    /// A refund number nobody else has in this run.
    pub(super) fn refund_no(&self) -> String {
        let serial = self.world.next.fetch_add(1, Ordering::SeqCst);
        format!("R{}{serial:04}", self.world.run)
    }

    /// What was said about this is evidence too.
    pub(super) fn about(&self, key: String) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    }

    /// Writes down that something happened.
    pub(super) fn note(&self, zh: impl Into<String>, en: impl Into<String>) {
        self.world.platform.log.add(Exchange {
            line: Line::Happened,
            what: Words::new(zh, en),
            request: String::new(),
            answer: String::new(),
            status: None,
            about: vec![self.case.id.to_owned()],
        });
    }

    fn values(order_no: &str, out_trade_no: &str, amount_fen: i64) -> Values {
        Values::from([
            ("order_no", order_no.to_owned()),
            ("out_trade_no", out_trade_no.to_owned()),
            ("amount_fen", amount_fen.to_string()),
            ("description", "tongbao certify".to_owned()),
        ])
    }

    /// Asks the server to create an order, whatever comes of it.
    pub(super) async fn try_create(
        &self,
        order_no: &str,
        amount_fen: i64,
    ) -> Result<Result<Placed, Said>, String> {
        self.about(format!("{amount_fen} fen"));
        let mut values = Self::values(order_no, "", amount_fen);
        values.insert("openid", self.openid());
        let placed = self.world.server.create(self.case.id, &values).await;
        if let Ok(Ok(placed)) = &placed {
            self.about(placed.out_trade_no.clone());
        }
        placed
    }

    fn openid(&self) -> String {
        let env = self.world.platform.env();
        let merchant = env.merchants.iter().find(|one| &one.mchid == self.world.platform.mchid());
        let openids = merchant.and_then(|merchant| merchant.apps.first()).map(|app| &app.openids);
        openids
            .and_then(|openids| openids.first())
            .map(|(_, openid)| openid.as_str().to_owned())
            .unwrap_or_default()
    }

    /// An order that is placed at the platform and waits for its payer.
    pub(super) async fn order(&self) -> Result<Deal, Unmet> {
        let (order_no, amount_fen) = self.fresh();
        self.order_of(&order_no, amount_fen).await
    }

    pub(super) async fn order_of(&self, order_no: &str, amount_fen: i64) -> Result<Deal, Unmet> {
        let placed = match self.try_create(order_no, amount_fen).await {
            Ok(Ok(placed)) => placed,
            Ok(Err(said)) => {
                let said = said.in_short();
                return not_judged(format!("没能下单：{said}"), format!("no order was created: {said}"));
            }
            Err(error) => {
                return not_judged(format!("没能下单：{error}"), format!("no order was created: {error}"));
            }
        };
        self.deal(order_no, amount_fen, placed)
    }

    /// What the platform knows of an order the server says it placed.
    pub(super) fn deal(&self, order_no: &str, amount_fen: i64, placed: Placed) -> Result<Deal, Unmet> {
        let number = &placed.out_trade_no;
        let parsed = OutTradeNo::parse(number).ok();
        let known = parsed
            .and_then(|number| self.world.platform.simulator.order(self.world.platform.mchid(), &number));
        let Some(known) = known else {
            return not_judged(
                format!("平台上没有订单 {number}：商户服务没有向本次的模拟器下单"),
                format!(
                    "the platform has no order {number}: the server did not place it with this run's simulator"
                ),
            );
        };
        if let Some(id) = &known.transaction_id {
            self.about(id.to_string());
        }
        Ok(Deal {
            order_no: order_no.to_owned(),
            out_trade_no: known.out_trade_no,
            amount_fen,
            pay: placed.pay,
            notify_url: known.notify_url.unwrap_or_default(),
        })
    }

    /// The order as the platform has it.
    pub(super) fn at_platform(&self, deal: &Deal) -> OrderView {
        let platform = self.world.platform;
        platform.simulator.order(platform.mchid(), &deal.out_trade_no).expect("deals are at the platform")
    }

    /// The payer pays at the platform.
    pub(super) async fn pay(&self, deal: &Deal) -> Judged<OrderView> {
        let paid = self.world.platform.simulator.pay(&deal.out_trade_no, None).await;
        match paid {
            Ok(order) => {
                self.note(
                    format!("付款人支付了 {}（{} 分），平台：SUCCESS", deal.out_trade_no, deal.amount_fen),
                    format!(
                        "the payer paid {} ({} fen); platform: SUCCESS",
                        deal.out_trade_no, deal.amount_fen
                    ),
                );
                if let Some(id) = &order.transaction_id {
                    self.about(id.to_string());
                }
                Ok(order)
            }
            Err(refused) => not_judged(
                format!("付款人没能支付：{refused}"),
                format!("the payer could not pay: {refused}"),
            ),
        }
    }

    /// Where the server says the order stands.
    pub(super) async fn read(&self, deal: &Deal) -> Judged<Standing> {
        let values = Self::values(&deal.order_no, deal.out_trade_no.as_str(), deal.amount_fen);
        let standing = self.world.server.read(self.case.id, &values).await;
        standing.or_else(|said| {
            failed(format!("读不到订单状态：{said}"), format!("the order's state cannot be read: {said}"))
        })
    }

    /// Asks the server to do something about the order.
    pub(super) async fn act(
        &self,
        deal: &Deal,
        ability: Ability,
        more: &[(&'static str, String)],
    ) -> Judged<Said> {
        let mut values = Self::values(&deal.order_no, deal.out_trade_no.as_str(), deal.amount_fen);
        if ability == Ability::Confirm && self.world.server.wants_login() {
            let code = self.world.platform.simulator.login_code(self.world.platform.appid(), None);
            let code =
                code.or_else(|error| not_judged(format!("wx.login：{error}"), format!("wx.login: {error}")))?;
            let token = self.world.server.login(self.case.id, code).await;
            let token = token.or_else(|said| {
                not_judged(format!("登录失败：{said}"), format!("the login failed: {said}"))
            })?;
            values.insert("token", token);
        }
        values.extend(more.iter().cloned());
        match self.world.server.act(self.case.id, ability, &values).await {
            Some(Ok(said)) => Ok(said),
            Some(Err(error)) => failed(
                format!("{} 没有应答：{error}", ability.as_str()),
                format!("`{}` was not answered: {error}", ability.as_str()),
            ),
            None => not_judged("适配器没有这一项", "the adapter does not describe it"),
        }
    }

    /// Asks for a refund under a number.
    pub(super) async fn refund(&self, deal: &Deal, refund_no: &str, amount_fen: i64) -> Judged<Said> {
        let more = [("refund_no", refund_no.to_owned()), ("amount_fen", amount_fen.to_string())];
        self.act(deal, Ability::Refund, &more).await
    }

    /// Reads until the order is as wanted; the last reading when patience ends before.
    pub(super) async fn wait_for(
        &self,
        deal: &Deal,
        wanted: impl Fn(&Standing) -> bool,
    ) -> Judged<Result<Standing, Standing>> {
        let deadline = tokio::time::Instant::now() + self.world.patience;
        loop {
            let standing = self.read(deal).await?;
            if wanted(&standing) {
                return Ok(Ok(standing));
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(Err(standing));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the order is paid; failing is the server's failure.
    pub(super) async fn until_paid(&self, deal: &Deal) -> Judged<Standing> {
        match self.wait_for(deal, |standing| standing.state.has_money()).await? {
            Ok(standing) => Ok(standing),
            Err(standing) => {
                let (word, seconds) = (standing.state.as_str(), self.world.patience.as_secs());
                failed(
                    format!("付款人已付款，{seconds} 秒后商户服务仍说 {word}"),
                    format!("the payer has paid; {seconds} seconds later the server still says {word}"),
                )
            }
        }
    }

    /// An order that was paid, and that the server knows to be.
    pub(super) async fn paid(&self) -> Judged<Deal> {
        let deal = self.order().await?;
        self.pay(&deal).await?;
        match self.until_paid(&deal).await {
            Ok(_) => Ok(deal),
            Err(Unmet::Failed(reason)) => Err(Unmet::NotJudged(reason)),
            Err(other) => Err(other),
        }
    }

    /// The order must not look paid, now or in a moment.
    pub(super) async fn stays_unpaid(&self, deal: &Deal) -> Judged<()> {
        for pause in [Duration::ZERO, LOOK_AGAIN] {
            tokio::time::sleep(pause).await;
            let standing = self.read(deal).await?;
            if standing.state.has_money() || standing.delivered.unwrap_or_default() > 0 {
                return failed(
                    "没有人付款，商户服务却认为订单已支付",
                    "nobody paid, and yet the server takes the order for paid",
                );
            }
        }
        Ok(())
    }

    /// How often the goods were handed over must not exceed one.
    pub(super) fn delivered_once(&self, standing: &Standing) -> Judged<()> {
        match standing.delivered {
            Some(times) if times > 1 => failed(
                format!("同一笔付款处理了 {times} 次（delivered = {times}）"),
                format!("one payment was processed {times} times (delivered = {times})"),
            ),
            Some(_) | None => Ok(()),
        }
    }

    /// The notification of this order that is newest of its kind, once it was sent at least once.
    pub(super) async fn notice(&self, deal: &Deal, kind: Kind) -> Judged<NotificationView> {
        let deadline = tokio::time::Instant::now() + self.world.patience;
        loop {
            let all = self.world.platform.simulator.notifications();
            let mut mine = all.into_iter().filter(|one| {
                one.out_trade_no.as_ref() == Some(&deal.out_trade_no)
                    && &one.mchid == self.world.platform.mchid()
                    && Kind::of(&one.event_type) == kind
            });
            let sent = |one: &NotificationView| {
                one.attempts.first().is_some_and(|first| first.outcome != Outcome::Sending)
            };
            if let Some(notice) = mine.find(sent) {
                return Ok(notice);
            }
            if tokio::time::Instant::now() >= deadline {
                return not_judged("平台还没有发出通知", "the platform has not sent the notification yet");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The send must have been acknowledged.
    pub(super) fn acknowledged(&self, attempt: &Attempt) -> Judged<()> {
        let (zh, en) = match (&attempt.outcome, attempt.status) {
            (Outcome::Accepted, _) => return Ok(()),
            (Outcome::Refused, Some(status)) => {
                (format!("应答了 HTTP {status}"), format!("was answered HTTP {status}"))
            }
            (Outcome::NoAnswer(reason), _) => (
                format!("五秒内没有得到应答（{reason}）"),
                format!("got no answer within five seconds ({reason})"),
            ),
            (Outcome::Sending | Outcome::Refused, _) => {
                ("没有得到应答".to_owned(), "got no answer".to_owned())
            }
        };
        failed(
            format!("真实的通知{zh}，平台会当作失败而重发"),
            format!("a genuine notification {en}; the platform takes that for a failure and repeats it"),
        )
    }

    /// Sends the notification again, freshly signed, as the platform may at any time.
    pub(super) async fn resend(&self, id: &str) -> Judged<Attempt> {
        let view = self.world.platform.simulator.resend(id).await;
        match view.and_then(|view| view.attempts.last().cloned()) {
            Some(attempt) => Ok(attempt),
            None => not_judged("通知无法重发", "the notification cannot be sent again"),
        }
    }

    /// What the platform would say of this order had it been paid.
    pub(super) fn claim(&self, deal: &Deal) -> Value {
        let order = self.at_platform(deal);
        let number: String = deal.order_no.bytes().map(|byte| char::from(b'0' + byte % 10)).collect();
        let made_up = format!("42000099992026{number:0>14.14}");
        let transaction_id = order.transaction_id.map_or(made_up, |id| id.to_string());
        let success_time = order.success_time.unwrap_or_else(|| self.world.platform.simulator.now());
        json!({
            "mchid": order.mchid, "appid": order.appid, "out_trade_no": order.out_trade_no,
            "transaction_id": transaction_id, "trade_type": "JSAPI", "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功", "bank_type": "OTHERS", "success_time": success_time,
            "payer": { "openid": order.openid },
            "amount": { "total": deal.amount_fen, "payer_total": deal.amount_fen, "currency": "CNY", "payer_currency": "CNY" },
        })
    }

    /// A message about this order, to be changed before it is composed.
    pub(super) fn message(&self, deal: &Deal, plain: &Value) -> Composition {
        let mchid = self.world.platform.mchid();
        Composition {
            mchid: mchid.clone(),
            url: deal.notify_url.clone(),
            content: ComposedContent::Event {
                id: None,
                event_type: "TRANSACTION.SUCCESS".into(),
                original_type: "transaction".into(),
                plain: plain.to_string().into_bytes(),
                sealed_for: mchid.clone(),
            },
            seal: ComposedBy::Platform,
            age_seconds: 0,
        }
    }

    pub(super) fn composed(&self, wanted: &Composition) -> Judged<Request<Bytes>> {
        let letter = self.world.platform.simulator.compose_notification(wanted);
        letter.ok_or_else(|| {
            Unmet::NotJudged(Words::new("通知地址不可用", "the notify address cannot be used"))
        })
    }

    /// Posts a message of our own; `None` when no answer came within the platform's five seconds.
    pub(super) async fn post(&self, zh: &str, en: &str, letter: Request<Bytes>) -> Result<u16, String> {
        let posted = self.world.platform.post.post_as_is(Words::new(zh, en), self.case.id, letter).await;
        posted.map_err(|failed| failed.to_string())
    }

    /// Lets calls of the platform about this order go wrong.
    pub(super) fn upset(&self, calls: Calls, deal: &Deal, fault: CallFault, times: u32) {
        self.world.platform.interference.upset(calls, self.numbers(deal), fault, times);
    }

    /// How many calls of the platform that begin so were about this order.
    pub(super) fn calls(&self, deal: &Deal, begins: &str) -> usize {
        self.world.platform.log.calls_about(&self.numbers(deal), begins)
    }

    /// What both sides call the order.
    fn numbers(&self, deal: &Deal) -> Vec<String> {
        let id = self.at_platform(deal).transaction_id.map(|id| id.to_string());
        std::iter::once(deal.out_trade_no.to_string()).chain(id).collect()
    }

    /// Pays whatever can still be paid among orders of this amount, and says how many are paid then.
    pub(super) async fn pay_everything(&self, amount_fen: i64) -> Vec<OrderView> {
        let simulator = &self.world.platform.simulator;
        let mine = |order: &OrderView| {
            order.total.get() == amount_fen && &order.mchid == self.world.platform.mchid()
        };
        for order in simulator.orders().into_iter().filter(mine) {
            self.about(order.out_trade_no.to_string());
            if order.trade_state == TradeState::NotPay {
                let paid = simulator.pay(&order.out_trade_no, None).await;
                let word =
                    paid.as_ref().map_or_else(ToString::to_string, |order| order.trade_state.to_string());
                self.note(
                    format!("付款人支付 {}：{word}", order.out_trade_no),
                    format!("the payer pays {}: {word}", order.out_trade_no),
                );
            }
        }
        simulator.orders().into_iter().filter(|order| mine(order) && order.transaction_id.is_some()).collect()
    }

    pub(super) fn foreign_mchid(&self) -> &Mchid {
        &self.world.platform.foreign.mchid
    }
}

/// Between two looks at the server.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What a server does after it answered shows by then.
const LOOK_AGAIN: Duration = Duration::from_millis(400);
/// Amounts begin here, so that they differ from the ones that are tried on purpose.
const FIRST_FEN: i64 = 3_000;
