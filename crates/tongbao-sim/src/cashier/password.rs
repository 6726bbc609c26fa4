//! Paying and cancelling from an open cashier.

use serde::Serialize;
use tongbao_wire::Timestamp;

use crate::pay::{Attempt, PayRefused};
use crate::payer::Typed;
use crate::platform::Platform;
use crate::state::State;
use crate::view::EventKind;

/// What the page is told after the password.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    result: &'static str,
    /// What `wx.requestPayment` would give its caller; only with `ok` and `refused`.
    #[serde(rename = "errMsg", skip_serializing_if = "Option::is_none")]
    err_msg: Option<String>,
    message: String,
    attempts_left: u8,
}

/// Checks the password and pays.
pub(super) fn pay(
    state: &mut State,
    platform: &Platform,
    session_id: &str,
    password: &str,
    now: Timestamp,
) -> Told {
    let Some(session) = state.sessions.get(session_id) else {
        return refused(&PayRefused::SessionGone, 0);
    };
    let attempt = Attempt {
        prepay_id: &session.prepay_id,
        scene: &session.scene,
        appid: session.appid.as_ref(),
        payer: &session.payer,
    };
    let opened = match state.payable(platform, &attempt, now) {
        Ok(opened) => opened,
        Err(refusal) => return refused(&refusal, 0),
    };
    let payer = state.payers.get_mut(&session.payer).expect("payable looked it up");
    match payer.type_password(password, &platform.switches, now) {
        Typed::Right => {}
        Typed::Wrong { attempts_left } => {
            state.note_opened(&opened, now, EventKind::WrongPassword, "");
            return Told {
                result: "wrong_password",
                err_msg: None,
                message: format!("支付密码错误，还可以输入{attempts_left}次"),
                attempts_left,
            };
        }
        Typed::Locked => {
            let minutes = payer.locked_for(now).as_secs().div_ceil(60);
            let why = format!("locked for {minutes} minutes");
            state.note_opened(&opened, now, EventKind::WrongPassword, &why);
            return refused(&PayRefused::Locked, 0);
        }
    }
    let attempts_left = platform.switches.password_tries;
    match state.pay(platform, &attempt, now) {
        Ok(_) => {
            state.sessions.remove(session_id);
            Told {
                result: "ok",
                err_msg: Some("requestPayment:ok".into()),
                message: "支付成功".into(),
                attempts_left,
            }
        }
        Err(PayRefused::Insufficient) => Told {
            result: "insufficient",
            err_msg: None,
            message: PayRefused::Insufficient.to_string(),
            attempts_left,
        },
        Err(other) => refused(&other, attempts_left),
    }
}

/// The payer closes the cashier; the order stays payable.
pub(super) fn cancel(state: &mut State, platform: &Platform, session_id: &str, now: Timestamp) {
    let Some(session) = state.sessions.remove(session_id) else { return };
    let stayed = format!("after {} seconds", now.since(session.opened_at).as_secs());
    if let Ok(opened) = state.live_prepay(platform, &session.prepay_id, now) {
        state.note_opened(&opened, now, EventKind::CashierCancelled, &stayed);
    }
}

/// `requestPayment:fail (detail)` (miniprogram.md §2.3).
pub(super) fn err_msg(refusal: &PayRefused) -> String {
    format!("requestPayment:fail {refusal}")
}

fn refused(refusal: &PayRefused, attempts_left: u8) -> Told {
    Told { result: "refused", err_msg: Some(err_msg(refusal)), message: refusal.to_string(), attempts_left }
}
