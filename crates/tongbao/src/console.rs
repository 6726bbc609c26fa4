//! Pages for the merchant's people: the list of orders, and one order with its story.
//!
//! They show payments and take no orders. Until the console has logins of its own they are served by the
//! demo only.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Router, routing};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;
use tongbao_domain::{Event, Order, PaymentState, Scene, Standing};
use tongbao_store::orders::Filter;
use tongbao_store::{events, orders};
use tongbao_wire::OrderNo;

use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::story::{self, Line};
use crate::transition::find;

/// The pages and what they are made of.
pub fn router() -> Router<App> {
    Router::new()
        .route("/console", routing::get(|| async { Redirect::to("/console/orders") }))
        .route("/console/orders", routing::get(list))
        .route("/console/orders/{order_no}", routing::get(show))
        .route(
            "/console/console.css",
            asset("text/css; charset=utf-8", include_str!("../assets/console.css")),
        )
        .route(
            "/console/console.js",
            asset("text/javascript; charset=utf-8", include_str!("../assets/console.js")),
        )
        .route("/console/coin.svg", asset("image/svg+xml", include_str!("../assets/coin.svg")))
}

/// A file that is part of the binary.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> routing::MethodRouter<App> {
    routing::get(move || async move { ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text) })
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

impl Asked {
    fn lang(&self) -> Lang {
        self.lang.as_deref().map_or(Lang::Zh, Lang::parse)
    }
}

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage {
    lang: &'static str,
    rows: Vec<OrderRow>,
}

struct OrderRow {
    order_no: String,
    state: &'static str,
    state_label: &'static str,
    total: String,
    description: String,
    created_at: String,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    lang: &'static str,
    order_no: String,
    state: &'static str,
    state_label: &'static str,
    why: String,
    description: String,
    total: String,
    refunded: String,
    created_at: String,
    expires_at: String,
    payer: String,
    merchant: String,
    payments: Vec<PaymentRow>,
    refunds: Vec<RefundRow>,
    timeline: Vec<Line>,
    auto_refresh: bool,
}

struct PaymentRow {
    out_trade_no: String,
    scene: &'static str,
    state: &'static str,
    prepay_id: String,
    transaction_id: String,
    success_time: String,
}

struct RefundRow {
    out_refund_no: String,
    amount: String,
    state: &'static str,
    reason: String,
}

/// How many orders the list shows.
const ROWS_MAX: usize = 50;

async fn list(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, PageFailure> {
    let lang = asked.lang();
    let mut rows = Vec::new();
    for account in app.accounts.values() {
        let page = app
            .store
            .read(|reader| orders::page(reader, &account.mchid, &Filter::default(), None, ROWS_MAX))
            .map_err(Failure::from)?;
        rows.extend(page.orders.iter().map(|order| OrderRow {
            order_no: order.order_no.to_string(),
            state: order.standing().as_str(),
            state_label: story::state(order.standing(), lang),
            total: order.terms.total.to_string(),
            description: order.terms.description.clone(),
            created_at: order.created_at.civil(),
        }));
    }
    page(&OrdersPage { lang: lang.as_str(), rows })
}

async fn show(
    State(app): State<App>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageFailure> {
    let order_no = OrderNo::parse(&number).map_err(|_| Failure::NoSuchOrder)?;
    for account in app.accounts.values() {
        match find(&app, account, &order_no) {
            Ok(order) => {
                let recorded = app
                    .store
                    .read(|reader| events::of_order(reader, &account.mchid, &order_no))
                    .map_err(Failure::from)?;
                let events: Vec<_> = recorded.into_iter().map(|recorded| recorded.event).collect();
                return page(&order_page(account, &order, &events, asked.lang()));
            }
            Err(Failure::NoSuchOrder) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(Failure::NoSuchOrder.into())
}

fn order_page(account: &Account, order: &Order, events: &[Event], lang: Lang) -> OrderPage {
    OrderPage {
        lang: lang.as_str(),
        order_no: order.order_no.to_string(),
        state: order.standing().as_str(),
        state_label: story::state(order.standing(), lang),
        why: story::why(order, events, lang),
        description: order.terms.description.clone(),
        total: order.terms.total.to_string(),
        refunded: order.refunded().to_string(),
        created_at: order.created_at.civil(),
        expires_at: order.expires_at.civil(),
        payer: order.openid.as_ref().map(|openid| openid.redacted()).unwrap_or_default(),
        merchant: format!("{} · {}", account.merchant_name, account.mchid),
        payments: order.payments.iter().map(|payment| payment_row(payment, lang)).collect(),
        refunds: order.refunds.iter().map(refund_row).collect(),
        timeline: events.iter().map(|event| story::line(event, lang)).collect(),
        auto_refresh: order.standing() != Standing::Closed,
    }
}

fn payment_row(payment: &tongbao_domain::Payment, lang: Lang) -> PaymentRow {
    let prepay_id = match &payment.state {
        PaymentState::Payable { prepay_id, .. } => tail(prepay_id.as_str()),
        PaymentState::Preparing
        | PaymentState::Paying
        | PaymentState::Paid(_)
        | PaymentState::Closed { .. }
        | PaymentState::Revoked { .. } => String::new(),
    };
    let receipt = payment.receipt();
    PaymentRow {
        out_trade_no: payment.out_trade_no.to_string(),
        scene: match payment.scene {
            Scene::MiniProgram => lang.pick("小程序", "mini program"),
            Scene::Jsapi => lang.pick("公众号", "official account"),
        },
        state: match &payment.state {
            PaymentState::Preparing => lang.pick("下单中", "preparing"),
            PaymentState::Payable { .. } => lang.pick("待支付", "payable"),
            PaymentState::Paying => lang.pick("支付中", "paying"),
            PaymentState::Paid(_) => lang.pick("已支付", "paid"),
            PaymentState::Closed { .. } => lang.pick("已关闭", "closed"),
            PaymentState::Revoked { .. } => lang.pick("已撤销", "revoked"),
        },
        prepay_id,
        transaction_id: receipt.map(|receipt| receipt.transaction_id.to_string()).unwrap_or_default(),
        success_time: receipt.map(|receipt| receipt.success_time.civil()).unwrap_or_default(),
    }
}

fn refund_row(refund: &tongbao_domain::Refund) -> RefundRow {
    RefundRow {
        out_refund_no: refund.out_refund_no.to_string(),
        amount: refund.amount.to_string(),
        state: refund.state.as_str(),
        reason: refund.reason.clone(),
    }
}

/// Enough of a prepay id to recognise it, too little to open a cashier with.
fn tail(text: &str) -> String {
    let chars: Vec<_> = text.chars().collect();
    let from = chars.len().saturating_sub(8);
    format!("…{}", chars[from..].iter().collect::<String>())
}

fn page(template: &impl Template) -> Result<Response, PageFailure> {
    let html = template.render().map_err(|_| PageFailure(Failure::Signing))?;
    Ok(([(CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// A page that could not be shown.
struct PageFailure(Failure);

impl From<Failure> for PageFailure {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        let (status, text) = match self.0 {
            Failure::NoSuchOrder => (StatusCode::NOT_FOUND, "没有这个订单 · There is no such order"),
            failure => {
                tracing::error!("a page could not be shown: {failure}");
                (StatusCode::SERVICE_UNAVAILABLE, "暂时无法显示 · Not available now")
            }
        };
        (status, text).into_response()
    }
}
