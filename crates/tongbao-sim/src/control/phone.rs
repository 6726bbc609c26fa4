//! What payers do with their phones: show a payment code, scan a QR code, type a password when asked.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::{Mchid, OutTradeNo};

use super::refused;
use super::sent::{Segments, Sent};
use crate::cashier::{open_native, open_scanned};
use crate::code_pay::{Asking, CODE_LIVES, Confirmed};
use crate::guard::{preflight, problem};
use crate::pay::PayRefused;
use crate::{PayRefused as Refused, Simulator};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/payment-codes", post(payment_code).options(preflight))
        .route("/sim/v1/scan", post(scan).options(preflight))
        .route("/sim/v1/orders/{out_trade_no}/password", post(password).options(preflight))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeAsked {
    #[serde(default)]
    payer: Option<String>,
    /// The payer is asked for the password whatever the amount.
    #[serde(default)]
    ask_password: bool,
}

async fn payment_code(Shared(simulator): Shared<Simulator>, Sent(asked): Sent<CodeAsked>) -> Response {
    let asking = if asked.ask_password { Asking::Always } else { Asking::ByRule };
    let issued = simulator.with_state(|state, platform, now| {
        let payer = asked.payer.as_deref().unwrap_or(&platform.first_payer);
        let code = state.issue_code(platform, payer, asking, now)?;
        Ok::<_, Refused>((code, now.plus(CODE_LIVES)))
    });
    match issued {
        Ok((code, until)) => Json(json!({ "auth_code": code, "expires_at": until })).into_response(),
        Err(why) => refused(&why),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scanned {
    code_url: String,
    #[serde(default)]
    payer: Option<String>,
}

/// What the payer sees after scanning; `/cashier/pay` takes the session and the password.
async fn scan(Shared(simulator): Shared<Simulator>, Sent(scanned): Sent<Scanned>) -> Response {
    let payer = scanned.payer.as_deref().unwrap_or(&simulator.inner.platform.first_payer);
    let sheet = if Simulator::is_product_code(&scanned.code_url) {
        let prepay_id = match simulator.scan_product(&scanned.code_url, payer).await {
            Ok(prepay_id) => prepay_id,
            Err(why) => return refused(&why),
        };
        simulator.with_state(|state, platform, now| open_native(state, platform, prepay_id, payer, now))
    } else {
        simulator
            .with_state(|state, platform, now| open_scanned(state, platform, &scanned.code_url, payer, now))
    };
    sheet.map_or_else(|why| refused(&why), |sheet| Json(sheet).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordTyped {
    password: String,
    #[serde(default)]
    mchid: Option<Mchid>,
}

/// The payer of a scanned payment code types the password.
async fn password(
    Shared(simulator): Shared<Simulator>,
    Segments(number): Segments<String>,
    Sent(typed): Sent<PasswordTyped>,
) -> Response {
    let Ok(number) = OutTradeNo::parse(&number) else {
        return refused(&PayRefused::UnknownOrder);
    };
    let confirmed = simulator.with_state(|state, platform, now| {
        let key = state.order_key(typed.mchid.as_ref(), &number)?;
        let confirmed = state.confirm(platform, &key, &typed.password, now)?;
        Ok((confirmed, state.order_view(&state.orders.get(&key).expect("just found"))))
    });
    match confirmed {
        Ok((Confirmed::Paid | Confirmed::Locked | Confirmed::Insufficient, order)) => {
            Json(order).into_response()
        }
        Ok((Confirmed::Wrong { attempts_left }, _)) => {
            let text = format!("支付密码错误，还可以输入{attempts_left}次");
            problem(StatusCode::CONFLICT, "wrong_password", &text)
        }
        Err(why) => refused(&why),
    }
}
