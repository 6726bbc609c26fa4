//! Paying and cancelling from an open cashier.

use serde::Serialize;
use tongbao_wire::Timestamp;

use super::{Ended, Shown};
use crate::code_pay::Confirmed;
use crate::pay::{Attempt, PayRefused};
use crate::payer::Typed;
use crate::platform::Platform;
use crate::state::{OrderKey, State};
use crate::view::EventKind;

/// What the page is told after the password.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) result: &'static str,
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
    let Some(session) = state.sessions.get(session_id).filter(|session| session.ended.is_none()) else {
        return refused(&PayRefused::SessionGone, 0);
    };
    let paid = match (&session.shown, session.attempt()) {
        (Shown::Prompt(key), _) => answer_prompt(state, platform, key, password, now),
        (Shown::Prepay { .. }, Some(attempt)) => type_and_pay(state, platform, &attempt, password, now),
        (Shown::Prepay { .. }, None) => refused(&PayRefused::SessionGone, 0),
    };
    if paid.result == "ok" {
        state.sessions.remove(session_id);
    }
    paid
}

fn type_and_pay(
    state: &mut State,
    platform: &Platform,
    attempt: &Attempt<'_>,
    password: &str,
    now: Timestamp,
) -> Told {
    let opened = match state.payable(platform, attempt, now) {
        Ok(opened) => opened,
        Err(refusal) => return refused(&refusal, 0),
    };
    let payer = state.payers.get_mut(attempt.payer).expect("payable looked it up");
    match payer.type_password(password, &platform.switches, now) {
        Typed::Right => {}
        Typed::Wrong { attempts_left } => {
            state.note_opened(&opened, now, EventKind::WrongPassword, "");
            return wrong(attempts_left);
        }
        Typed::Locked => {
            let minutes = payer.locked_for(now).as_secs().div_ceil(60);
            let why = format!("locked for {minutes} minutes");
            state.note_opened(&opened, now, EventKind::WrongPassword, &why);
            return refused(&PayRefused::Locked, 0);
        }
    }
    let attempts_left = platform.switches.password_tries;
    match state.pay(platform, attempt, now) {
        Ok(_) => paid(attempts_left),
        Err(PayRefused::Insufficient) => insufficient(attempts_left),
        Err(other) => refused(&other, attempts_left),
    }
}

/// The password for a scanned payment code.
fn answer_prompt(
    state: &mut State,
    platform: &Platform,
    key: &OrderKey,
    password: &str,
    now: Timestamp,
) -> Told {
    let attempts_left = platform.switches.password_tries;
    match state.confirm(platform, key, password, now) {
        Ok(Confirmed::Paid) => paid(attempts_left),
        Ok(Confirmed::Wrong { attempts_left }) => wrong(attempts_left),
        Ok(Confirmed::Locked) => refused(&PayRefused::Locked, 0),
        Ok(Confirmed::Insufficient) => insufficient(attempts_left),
        Err(refusal) => refused(&refusal, 0),
    }
}

fn paid(attempts_left: u8) -> Told {
    Told {
        result: "ok",
        err_msg: Some("requestPayment:ok".into()),
        message: "支付成功".into(),
        attempts_left,
    }
}

fn wrong(attempts_left: u8) -> Told {
    let message = format!("支付密码错误，还可以输入{attempts_left}次");
    Told { result: "wrong_password", err_msg: None, message, attempts_left }
}

fn insufficient(attempts_left: u8) -> Told {
    let message = PayRefused::Insufficient.to_string();
    Told { result: "insufficient", err_msg: None, message, attempts_left }
}

/// What has come of a cashier whose payer acts by themselves: `open`, `gone`, `cancel`, `ok` or `refused`.
pub(super) fn told(state: &mut State, platform: &Platform, session_id: &str) -> Told {
    let none = |result| Told { result, err_msg: None, message: String::new(), attempts_left: 0 };
    let Some(session) = state.sessions.get(session_id) else { return none("gone") };
    let Some(ended) = session.ended.clone() else { return none("open") };
    state.sessions.remove(session_id);
    match ended {
        Ended::Paid => paid(platform.switches.password_tries),
        Ended::Cancelled => Told { err_msg: Some(CANCELLED.into()), ..none("cancel") },
        Ended::Refused(why) => {
            Told { err_msg: Some(format!("requestPayment:fail {why}")), message: why, ..none("refused") }
        }
    }
}

/// The payer closes the cashier; the order stays payable, unless it was by payment code.
pub(super) fn cancel(state: &mut State, platform: &Platform, session_id: &str, now: Timestamp) {
    let Some(session) = state.sessions.remove(session_id) else { return };
    if session.ended.is_some() {
        return;
    }
    match &session.shown {
        Shown::Prepay { prepay_id, .. } => {
            let stayed = format!("after {} seconds", now.since(session.opened_at).as_secs());
            if let Ok(opened) = state.live_prepay(platform, prepay_id, now) {
                state.note_opened(&opened, now, EventKind::CashierCancelled, &stayed);
            }
        }
        Shown::Prompt(key) => {
            // It may have been answered elsewhere.
            let _ = state.refuse_password(key, now);
        }
    }
}

/// `requestPayment:fail (detail)` (miniprogram.md §2.3).
pub(super) fn err_msg(refusal: &PayRefused) -> String {
    format!("requestPayment:fail {refusal}")
}

fn refused(refusal: &PayRefused, attempts_left: u8) -> Told {
    Told { result: "refused", err_msg: Some(err_msg(refusal)), message: refusal.to_string(), attempts_left }
}

/// What `wx.requestPayment` gives its caller when the payer closed the cashier.
pub(super) const CANCELLED: &str = "requestPayment:fail cancel";
