//! A payer's own orders.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tongbao_domain::{Cause, ClientResult, CloseReason, Order, Scene};
use tongbao_wire::OrderNo;
use utoipa::ToSchema;

use crate::api_key::sha256;
use crate::app::App;
use crate::failure::Failure;
use crate::goods::{self, Wanted};
use crate::json::Json;
use crate::payments::{self, Created, NewOrder};
use crate::problem::{Code, Problem};
use crate::sessions::Payer;
use crate::transition::find;
use crate::view::{OrderPage, OrderView, PayView};

/// What is wanted. A price has no place here.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartOrder {
    /// One line per good.
    pub items: Vec<CartLine>,
}

/// One line of a cart.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartLine {
    /// The good.
    pub goods_id: String,
    /// How many.
    pub quantity: i64,
}

/// Orders goods of the price list. The `Idempotency-Key`, made once per cart, makes repeating safe.
#[utoipa::path(post, path = "/client/v1/orders", tag = "client", request_body = CartOrder,
    params(("Idempotency-Key" = String, Header, description = "Made once per cart: 16 to 64 letters, digits, _ or -")),
    responses((status = 201, body = OrderView), (status = 200, body = OrderView), (status = 409, body = crate::problem::ProblemBody)), security(("token" = [])))]
pub async fn create(
    State(app): State<App>,
    payer: Payer,
    headers: HeaderMap,
    Json(cart): Json<CartOrder>,
) -> Result<Response, Problem> {
    let order_no = number_of_the_cart(&payer, &headers)?;
    let wanted: Vec<_> =
        cart.items.iter().map(|line| Wanted { goods_id: &line.goods_id, quantity: line.quantity }).collect();
    let (lines, total) = goods::price(&app.goods, &wanted)?;
    let new = NewOrder {
        order_no: Some(order_no),
        description: goods::describe(&lines),
        total,
        openid: Some(payer.openid.clone()),
        first_payment: None,
        life: None,
        attach: None,
        lines,
    };
    let (status, order) = match payments::create(&app, payer.account(), new, Cause::Payer).await? {
        Created::New(order) => (StatusCode::CREATED, order),
        Created::Known(order) => (StatusCode::OK, order),
    };
    Ok((status, axum::Json(OrderView::of(&order, app.clock.now()))).into_response())
}

/// The cart's key makes the order's number: whoever repeats the cart meets the same order.
fn number_of_the_cart(payer: &Payer, headers: &HeaderMap) -> Result<OrderNo, Failure> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !(16..=64).contains(&key.len()) || !key.chars().all(allowed) {
        return Err(Failure::invalid(
            "Idempotency-Key",
            "must be 16 to 64 letters, digits, _ or -, made once per cart",
        ));
    }
    let digest = hex::encode(sha256(format!("{}\n{key}", payer.openid.as_str()).as_bytes()));
    OrderNo::parse(&digest[..24]).map_err(|error| Failure::invalid_id("Idempotency-Key", &error))
}

/// The payer's own order, or no order at all: another's order looks like none.
fn own(app: &App, payer: &Payer, text: &str) -> Result<Order, Problem> {
    let no_such = || Problem::new(Code::NoSuchOrder, "you have no order with this number");
    let order_no = OrderNo::parse(text).map_err(|_| no_such())?;
    let order = find(app, payer.account(), &order_no)?;
    if order.openid.as_ref().is_some_and(|owner| owner != &payer.openid) {
        return Err(no_such());
    }
    Ok(order)
}

fn shown(app: &App, order: &Order) -> axum::Json<OrderView> {
    axum::Json(OrderView::of(order, app.clock.now()))
}

/// Lists the payer's orders, newest first.
#[utoipa::path(get, path = "/client/v1/orders", tag = "client", params(crate::api::orders::ListOrders),
    responses((status = 200, body = OrderPage)), security(("token" = [])))]
pub async fn list(
    State(app): State<App>,
    payer: Payer,
    query: Result<Query<crate::api::orders::ListOrders>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<OrderPage>, Problem> {
    let Query(query) = query.map_err(|error| Problem::new(Code::Invalid, error.body_text()))?;
    Ok(axum::Json(crate::api::orders::page(&app, payer.account(), &query, Some(payer.openid.clone()))?))
}

/// Reads an order. One that is unpaid is asked about first when what we know is stale.
#[utoipa::path(get, path = "/client/v1/orders/{order_no}", tag = "client", params(("order_no" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = crate::problem::ProblemBody)), security(("token" = [])))]
pub async fn get(
    State(app): State<App>,
    payer: Payer,
    Path(number): Path<String>,
) -> Result<axum::Json<OrderView>, Problem> {
    let order = own(&app, &payer, &number)?;
    let order = payments::refreshed(&app, payer.account(), &order.order_no).await?;
    Ok(shown(&app, &order))
}

/// Gives what `wx.requestPayment` takes, freshly signed.
#[utoipa::path(post, path = "/client/v1/orders/{order_no}/pay", tag = "client", params(("order_no" = String, Path)),
    responses((status = 200, body = PayView), (status = 409, body = crate::problem::ProblemBody)), security(("token" = [])))]
pub async fn pay(
    State(app): State<App>,
    payer: Payer,
    Path(number): Path<String>,
) -> Result<axum::Json<PayView>, Problem> {
    let order = own(&app, &payer, &number)?;
    let invoked =
        payments::pay(&app, payer.account(), &order.order_no, Scene::MiniProgram, &payer.openid).await?;
    Ok(axum::Json(PayView { order: OrderView::of(&invoked.order, app.clock.now()), invoke: invoked.invoke }))
}

/// What the cashier told the mini program.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// `ok`, `cancel`, `fail` or `unknown`.
    #[schema(value_type = String, example = "ok")]
    pub result: ClientResult,
    /// The raw `errMsg`.
    #[serde(default)]
    pub detail: String,
}

/// Tells what the cashier said, and gets what the platform says. Only the latter counts.
#[utoipa::path(post, path = "/client/v1/orders/{order_no}/confirm", tag = "client", params(("order_no" = String, Path)), request_body = Confirm,
    responses((status = 200, body = OrderView)), security(("token" = [])))]
pub async fn confirm(
    State(app): State<App>,
    payer: Payer,
    Path(number): Path<String>,
    Json(body): Json<Confirm>,
) -> Result<axum::Json<OrderView>, Problem> {
    let order = own(&app, &payer, &number)?;
    let order = payments::confirm(&app, payer.account(), &order.order_no, body.result, &body.detail).await?;
    Ok(shown(&app, &order))
}

/// Gives an order up: the platform is closed first. One that turns out paid is paid.
#[utoipa::path(post, path = "/client/v1/orders/{order_no}/cancel", tag = "client", params(("order_no" = String, Path)),
    responses((status = 200, body = OrderView)), security(("token" = [])))]
pub async fn cancel(
    State(app): State<App>,
    payer: Payer,
    Path(number): Path<String>,
) -> Result<axum::Json<OrderView>, Problem> {
    let order = own(&app, &payer, &number)?;
    if order.openid.is_none() {
        // Whoever guesses the number may ask to pay it, which makes it theirs; giving it up is not for them.
        return Err(Problem::new(
            Code::NotYourOrder,
            "nobody has asked to pay the order yet; the merchant can close it",
        ));
    }
    let (account, reason) = (payer.account(), CloseReason::Payer);
    let closed = match payments::close(&app, account, &order.order_no, reason, Cause::Payer).await {
        Err(failure) if payments::close::is_paid(&failure) => find(&app, account, &order.order_no)?,
        closed => closed?,
    };
    Ok(shown(&app, &closed))
}
