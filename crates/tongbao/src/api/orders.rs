//! Orders over the merchant API.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tongbao_domain::{CloseReason, Scene, Standing};
use tongbao_store::orders::{self, Cursor, Filter};
use tongbao_wire::{Fen, Openid, OrderNo};
use utoipa::{IntoParams, ToSchema};

use super::Merchant;
use super::idempotent::{self, once};
use crate::app::App;
use crate::failure::Failure;
use crate::json::{Json, Raw};
use crate::payments::{self, Created, Invoked, NewOrder};
use crate::problem::{Code, Problem};
use crate::view::{OrderPage, OrderView, PayView};

/// A new order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOrder {
    /// Your number of it: 1 to 64 characters of 0-9 A-Z a-z _ -. Made for you when absent; give one, and
    /// repeating the request is safe.
    pub order_no: Option<String>,
    /// Shown in the cashier: 1 to 127 characters.
    #[schema(example = "Longjing tea")]
    pub description: String,
    /// What it costs, in fen, above zero.
    #[schema(example = 990)]
    pub total_fen: i64,
    /// Who pays, as the account's appid sees them. With it the payment is placed at once and the answer
    /// carries `invoke`; without it the payer pays through the client API.
    pub openid: Option<String>,
    /// How long it can be paid: 60 to 604800 seconds.
    pub expires_in_seconds: Option<u64>,
    /// Your own text, up to 128 characters, echoed once paid.
    pub attach: Option<String>,
}

/// Creates an order, and places it with WeChat Pay when it names a payer.
#[utoipa::path(post, path = "/v1/orders", tag = "orders", request_body = CreateOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats the first answer for 24 hours")),
    responses((status = 201, body = PayView), (status = 200, body = PayView, description = "Known already, same terms"),
              (status = 400, body = crate::problem::ProblemBody), (status = 409, body = crate::problem::ProblemBody),
              (status = 503, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn create(
    State(app): State<App>,
    merchant: Merchant,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let what = "POST /v1/orders";
    let number = idempotent::number(&merchant, &headers, what, &body)?;
    once(&app, &merchant, &headers, what, &body, async {
        let mut asked = Json::<CreateOrder>::parse(&body)?;
        asked.order_no = asked.order_no.or(number);
        let new = asked.checked()?;
        let payer = new.openid.clone();
        if payer.is_some() && !app.rules.payment_enabled {
            // Said before anything is recorded, or a job would place it all the same.
            return Err(Failure::PaymentDisabled.into());
        }
        let created = payments::create(&app, merchant.account(), new, merchant.cause()).await?;
        place(&app, &merchant, created, payer.as_ref()).await
    })
    .await
}

/// Sends the payment that was recorded with the order; a known order gets its cashier again.
async fn place(
    app: &App,
    merchant: &Merchant,
    created: Created,
    payer: Option<&Openid>,
) -> Result<Response, Problem> {
    let account = merchant.account();
    let (status, invoked) = match created {
        Created::New(order) if order.live_payment().is_some() => {
            (StatusCode::CREATED, payments::pay::send_first(app, account, &order).await?)
        }
        Created::New(order) => (StatusCode::CREATED, Invoked { order, invoke: None }),
        // Placed anew when WeChat Pay refused the first attempt: what it minded may be mended by now.
        Created::Known(order) => match payer {
            Some(openid) if order.standing() == Standing::Unpaid => (
                StatusCode::OK,
                payments::pay(app, account, &order.order_no, Scene::MiniProgram, openid).await?,
            ),
            Some(_) | None => (StatusCode::OK, Invoked { order, invoke: None }),
        },
    };
    Ok((status, axum::Json(shown(app, invoked))).into_response())
}

impl CreateOrder {
    fn checked(self) -> Result<NewOrder, Failure> {
        let order_no = self.order_no.as_deref().map(OrderNo::parse).transpose();
        let openid = self.openid.as_deref().map(Openid::parse).transpose();
        let openid = openid.map_err(|error| Failure::invalid_id("/openid", &error))?;
        if self.total_fen <= 0 {
            return Err(Failure::invalid("/total_fen", "must be above zero"));
        }
        Ok(NewOrder {
            order_no: order_no.map_err(|error| Failure::invalid_id("/order_no", &error))?,
            description: text("/description", self.description, 1..=127)?,
            total: Fen::new(self.total_fen),
            first_payment: openid.is_some().then_some(Scene::MiniProgram),
            openid,
            life: self.expires_in_seconds.map(life).transpose()?,
            attach: self.attach.map(|attach| text("/attach", attach, 1..=128)).transpose()?,
            lines: Vec::new(),
        })
    }
}

fn life(seconds: u64) -> Result<Duration, Failure> {
    let life = Duration::from_secs(seconds);
    if (payments::create::ORDER_LIFE_MIN..=payments::create::ORDER_LIFE_MAX).contains(&life) {
        return Ok(life);
    }
    Err(Failure::invalid("/expires_in_seconds", "must be 60 to 604800"))
}

/// A text the platform will take: so many characters, none of four bytes (v3.md §1.2).
pub(super) fn text(
    pointer: &str,
    text: String,
    chars: std::ops::RangeInclusive<usize>,
) -> Result<String, Failure> {
    if !chars.contains(&text.chars().count()) {
        return Err(Failure::invalid(
            pointer,
            format!("must have {} to {} characters", chars.start(), chars.end()),
        ));
    }
    if text.chars().any(|c| c.len_utf8() > 3 || c.is_control()) {
        return Err(Failure::invalid(pointer, "WeChat Pay takes no emoji and no control characters"));
    }
    Ok(text)
}

fn shown(app: &App, invoked: Invoked) -> PayView {
    PayView { order: OrderView::of(&invoked.order, app.clock.now()), invoke: invoked.invoke }
}

pub(super) fn order_no(text: &str) -> Result<OrderNo, Problem> {
    // A text that cannot be a number is no order's number.
    OrderNo::parse(text).map_err(|_| Problem::new(Code::NoSuchOrder, "no order can have this number"))
}

/// Reads an order. One that is unpaid is asked about first when what we know is stale.
#[utoipa::path(get, path = "/v1/orders/{order_no}", tag = "orders", params(("order_no" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn get(
    State(app): State<App>,
    merchant: Merchant,
    Path(number): Path<String>,
) -> Result<axum::Json<OrderView>, Problem> {
    let order = payments::refreshed(&app, merchant.account(), &order_no(&number)?).await?;
    Ok(axum::Json(OrderView::of(&order, app.clock.now())))
}

/// What to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListOrders {
    /// `unpaid`, `paid`, `closing` or `closed`; all when absent.
    pub state: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 100; 20 when absent.
    pub limit: Option<usize>,
}

/// Lists orders, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "orders", params(ListOrders),
    responses((status = 200, body = OrderPage), (status = 400, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn list(
    State(app): State<App>,
    merchant: Merchant,
    query: Result<Query<ListOrders>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<OrderPage>, Problem> {
    let Query(query) = query.map_err(|error| Problem::new(Code::Invalid, error.body_text()))?;
    Ok(axum::Json(page(&app, merchant.account(), &query, None)?))
}

/// A page of an account's orders, or of one payer's.
///
/// # Errors
/// [`Failure::Invalid`] naming the parameter.
pub fn page(
    app: &App,
    account: &crate::account::Account,
    query: &ListOrders,
    openid: Option<Openid>,
) -> Result<OrderPage, Failure> {
    let standing = match query.state.as_deref() {
        None => None,
        Some(word) => Some(standing(word)?),
    };
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Failure::invalid("limit", "must be 1 to 100"));
    }
    let filter = Filter { standing, openid };
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose();
    let cursor = cursor.map_err(|error| Failure::invalid("cursor", error.to_string()))?;
    let page =
        app.store.read(|reader| orders::page(reader, &account.mchid, &filter, cursor.as_ref(), limit))?;
    let now = app.clock.now();
    let orders = page.orders.iter().map(|order| OrderView::of(order, now)).collect();
    Ok(OrderPage { orders, next_cursor: page.next.map(|cursor| cursor.to_string()) })
}

fn standing(word: &str) -> Result<Standing, Failure> {
    [Standing::Unpaid, Standing::Paid, Standing::Closing, Standing::Closed]
        .into_iter()
        .find(|standing| standing.as_str() == word)
        .ok_or_else(|| Failure::invalid("state", "must be unpaid, paid, closing or closed"))
}

/// Who pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayOrder {
    /// As the account's appid sees them.
    pub openid: String,
}

/// Gives the cashier of an order's payment, freshly signed; places the payment when there is none.
#[utoipa::path(post, path = "/v1/orders/{order_no}/pay", tag = "orders", params(("order_no" = String, Path)), request_body = PayOrder,
    responses((status = 200, body = PayView), (status = 409, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn pay(
    State(app): State<App>,
    merchant: Merchant,
    Path(number): Path<String>,
    Json(body): Json<PayOrder>,
) -> Result<axum::Json<PayView>, Problem> {
    let openid = Openid::parse(&body.openid).map_err(|error| Failure::invalid_id("/openid", &error))?;
    let number = order_no(&number)?;
    let invoked = payments::pay(&app, merchant.account(), &number, Scene::MiniProgram, &openid).await?;
    Ok(axum::Json(shown(&app, invoked)))
}

/// Closes an order: at the platform first. One that turns out paid is paid.
#[utoipa::path(post, path = "/v1/orders/{order_no}/close", tag = "orders", params(("order_no" = String, Path)),
    responses((status = 200, body = OrderView), (status = 409, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn close(
    State(app): State<App>,
    merchant: Merchant,
    Path(number): Path<String>,
) -> Result<axum::Json<OrderView>, Problem> {
    let (number, reason) = (order_no(&number)?, CloseReason::Merchant);
    let order = payments::close(&app, merchant.account(), &number, reason, merchant.cause()).await?;
    Ok(axum::Json(OrderView::of(&order, app.clock.now())))
}
