//! `tongbao demo --once`: buys and pays without a browser, over the same HTTP a mini program uses.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tongbao_sdk::{HttpOptions, HttpOutbound, Outbound};
use tongbao_wire::{OrderNo, OutTradeNo};

use super::Links;
use crate::app::App;
use crate::lang::Lang;
use crate::story::{self, Line};
use crate::transition::find;
use tongbao_sim::Simulator;

/// How long a notification may take here, where nothing is between the two.
const PAID_WITHIN: Duration = Duration::from_secs(20);

/// Why buying once did not end with an order paid on both sides.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    /// A step went wrong.
    #[error("{step}: {reason}")]
    Step {
        /// Which.
        step: &'static str,
        /// What was said.
        reason: String,
    },
}

/// An order that was paid on both sides.
pub struct Bought {
    /// Its number.
    pub order_no: OrderNo,
    /// Its history.
    pub timeline: Vec<Line>,
    /// What the platform says of it: `SUCCESS`.
    pub trade_state: String,
}

/// Logs in, orders, pays in the cashier and waits until the server says paid.
///
/// # Errors
/// [`OnceError`] naming the step.
pub async fn buy(app: &App, simulator: &Simulator, links: &Links, lang: Lang) -> Result<Bought, OnceError> {
    let shop = Shop::new(app, links)?;
    let account = app.shop_account().ok_or_else(|| failed("configure", "no account"))?;
    let code = simulator.login_code(&account.appid, None).map_err(|error| failed("wx.login", error))?;
    let login = shop.call("login", Method::POST, "/client/v1/login", "", &json!({ "code": code })).await?;
    let token = text(&login, "token")?;
    let cart = json!({ "items": [{ "goods_id": "longjing", "quantity": 1 }] });
    let order = shop.call("order", Method::POST, "/client/v1/orders", &token, &cart).await?;
    let order_no = text(&order, "order_no")?;
    let pay = shop
        .call("pay", Method::POST, &format!("/client/v1/orders/{order_no}/pay"), &token, &Value::Null)
        .await?;
    if !pay["invoke"]["paySign"].is_string() {
        return Err(failed("pay", "no invoke parameters"));
    }
    let out_trade_no = text(&pay["order"], "out_trade_no")?;
    let out_trade_no = OutTradeNo::parse(&out_trade_no).map_err(|error| failed("pay", error))?;
    simulator.pay(&out_trade_no, None).await.map_err(|error| failed("cashier", error))?;
    let order_no = OrderNo::parse(&order_no).map_err(|error| failed("order", error))?;
    wait_until_paid(app, account, &order_no).await?;
    let order = find(app, account, &order_no).map_err(|error| failed("read", error))?;
    let timeline = story::timeline(app, account, &order, lang).map_err(|error| failed("read", error))?;
    let there =
        simulator.order(&account.mchid, &out_trade_no).ok_or_else(|| failed("platform", "unknown there"))?;
    if there.trade_state != tongbao_wire::TradeState::Success {
        return Err(failed("platform", there.trade_state));
    }
    Ok(Bought { order_no, timeline, trade_state: there.trade_state.to_string() })
}

/// Only the notification may settle it: the store is read, the platform is not asked.
async fn wait_until_paid(
    app: &App,
    account: &crate::account::Account,
    order_no: &OrderNo,
) -> Result<(), OnceError> {
    let paid = async {
        loop {
            let order = find(app, account, order_no).map_err(|error| failed("read", error))?;
            if order.standing() == tongbao_domain::Standing::Paid {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PAID_WITHIN, paid)
        .await
        .unwrap_or_else(|_| Err(failed("wait", "no notification came")))
}

/// The server's client API over HTTP.
struct Shop {
    origin: String,
    cart: String,
    outbound: HttpOutbound,
}

impl Shop {
    fn new(app: &App, links: &Links) -> Result<Self, OnceError> {
        let outbound = HttpOutbound::new(&HttpOptions::default()).map_err(|error| failed("http", error))?;
        let origin = links.shop.split("/shop/").next().unwrap_or_default().to_owned();
        Ok(Self { origin, cart: hex::encode(app.chance.bytes::<16>()), outbound })
    }

    async fn call(
        &self,
        step: &'static str,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Result<Value, OnceError> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", self.cart.as_str())
            .body(body)
            .map_err(|error| failed(step, error))?;
        let response = self.outbound.call(request).await.map_err(|error| failed(step, error))?;
        let answer: Value = serde_json::from_slice(response.body()).map_err(|error| failed(step, error))?;
        if response.status().is_success() { Ok(answer) } else { Err(failed(step, answer)) }
    }
}

fn text(value: &Value, member: &'static str) -> Result<String, OnceError> {
    value[member].as_str().map(str::to_owned).ok_or_else(|| failed(member, "missing"))
}

fn failed(step: &'static str, reason: impl std::fmt::Display) -> OnceError {
    OnceError::Step { step, reason: reason.to_string() }
}
