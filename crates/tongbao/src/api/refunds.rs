//! Refunds over the merchant API.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tongbao_wire::{Fen, OutRefundNo, OutTradeNo};
use utoipa::ToSchema;

use super::Merchant;
use super::idempotent::{self, once};
use super::orders::{order_no, text};
use crate::app::App;
use crate::failure::Failure;
use crate::json::{Json, Raw};
use crate::problem::Problem;
use crate::refunds::{self, NewRefund};
use crate::transition::find;
use crate::view::RefundView;

/// Money that shall go back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRefund {
    /// Your number of it: 1 to 64 characters of 0-9 A-Z a-z _ - | * @. Made for you when absent; give one,
    /// and repeating the request never refunds twice.
    pub out_refund_no: Option<String>,
    /// Which payment; the one that settled the order when absent. Name another to give surplus money back.
    pub out_trade_no: Option<String>,
    /// In fen; all that is left when absent.
    pub amount_fen: Option<i64>,
    /// Shown to the payer, up to 80 characters.
    pub reason: Option<String>,
}

impl CreateRefund {
    fn checked(self) -> Result<NewRefund, Failure> {
        let out_refund_no = self.out_refund_no.as_deref().map(OutRefundNo::parse).transpose();
        if self.amount_fen.is_some_and(|fen| fen <= 0) {
            return Err(Failure::invalid("/amount_fen", "must be above zero"));
        }
        let out_trade_no = self.out_trade_no.as_deref().map(OutTradeNo::parse).transpose();
        Ok(NewRefund {
            out_trade_no: out_trade_no.map_err(|error| Failure::invalid_id("/out_trade_no", &error))?,
            out_refund_no: out_refund_no.map_err(|error| Failure::invalid_id("/out_refund_no", &error))?,
            amount: self.amount_fen.map(Fen::new),
            reason: self
                .reason
                .map(|reason| text("/reason", reason, 0..=80))
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

/// Refunds an order, or part of it. The answer is the recorded intent; it is carried out at once and
/// repeated under the same number until the platform has it.
#[utoipa::path(post, path = "/v1/orders/{order_no}/refunds", tag = "refunds", params(("order_no" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the first answer for 24 hours")),
    request_body = CreateRefund,
    responses((status = 202, body = RefundView), (status = 409, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn create(
    State(app): State<App>,
    merchant: Merchant,
    Path(number): Path<String>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let number = order_no(&number)?;
    let what = format!("POST /v1/orders/{number}/refunds");
    let made = idempotent::number(&merchant, &headers, &what, &body)?;
    once(&app, &merchant, &headers, &what, &body, async {
        let mut asked = Json::<CreateRefund>::parse(&body)?;
        asked.out_refund_no = asked.out_refund_no.or(made);
        let new = asked.checked()?;
        let (order, out_refund_no) =
            refunds::request(&app, merchant.account(), &number, new, merchant.cause()).await?;
        let refund = order.refund(&out_refund_no).ok_or(Failure::NoSuchRefund)?;
        Ok((StatusCode::ACCEPTED, axum::Json(RefundView::of(refund))).into_response())
    })
    .await
}

/// Reads a refund.
#[utoipa::path(get, path = "/v1/orders/{order_no}/refunds/{out_refund_no}", tag = "refunds",
    params(("order_no" = String, Path), ("out_refund_no" = String, Path)),
    responses((status = 200, body = RefundView), (status = 404, body = crate::problem::ProblemBody)), security(("bearer" = [])))]
pub async fn get(
    State(app): State<App>,
    merchant: Merchant,
    Path((number, refund)): Path<(String, String)>,
) -> Result<axum::Json<RefundView>, Problem> {
    let order = find(&app, merchant.account(), &order_no(&number)?)?;
    let out_refund_no = OutRefundNo::parse(&refund).map_err(|_| Failure::NoSuchRefund)?;
    let refund = order.refund(&out_refund_no).ok_or(Failure::NoSuchRefund)?;
    Ok(axum::Json(RefundView::of(refund)))
}
