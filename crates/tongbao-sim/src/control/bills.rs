//! `GET /sim/v1/bills/{date}`: a bill as a file.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use tongbao_wire::{BillDate, Mchid};

use super::sent::{Asked, Segments};
use crate::guard::{bad_request, problem};
use crate::{BillKind, BillRefused, Simulator};

/// Which bill: of the first merchant and with all trades, unless said otherwise.
#[derive(Deserialize)]
pub(super) struct BillAsked {
    #[serde(default)]
    mchid: Option<Mchid>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

/// `date` is `2026-03-01`, or `yesterday` by the simulator's clock.
pub(super) async fn bill(
    Shared(simulator): Shared<Simulator>,
    Segments(date): Segments<String>,
    Asked(asked): Asked<BillAsked>,
) -> Response {
    let day = match date.as_str() {
        "yesterday" => BillDate::of(simulator.now()).yesterday(),
        text => match BillDate::parse(text) {
            Ok(day) => day,
            Err(why) => return bad_request(&why.to_string()),
        },
    };
    let kind = match asked.kind.as_deref().map_or(Ok(BillKind::All), str::parse) {
        Ok(kind) => kind,
        Err(why) => return bad_request(&why.to_string()),
    };
    match simulator.bill_text(asked.mchid.as_ref(), day, kind).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response(),
        Err(why) => {
            let status = match why {
                BillRefused::UnknownMerchant | BillRefused::Nothing => StatusCode::NOT_FOUND,
                BillRefused::NotPast
                | BillRefused::TooOld
                | BillRefused::Creating
                | BillRefused::Forgotten => StatusCode::CONFLICT,
            };
            problem(status, why.code(), &format!("{day}: {why}"))
        }
    }
}
