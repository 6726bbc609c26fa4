//! People: who there is, what they have, how they behave, what is before them, what they paid and got.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tongbao_wire::{Fen, Mchid, OutTradeNo};

use super::sent::{Asked, Segments, Sent};
use super::transfers::{self, confirm_package};
use super::{ADVANCE_SECONDS_MAX, LISTED, LISTED_MAX, Listed, complaints, refused};
use crate::bank::bank_of_card;
use crate::cashier::open_by_hand;
use crate::guard::{bad_request, preflight, problem};
use crate::ledger::AMOUNT_MAX;
use crate::pay::PayRefused;
use crate::people::{Acts, Mood};
use crate::platform::Platform;
use crate::state::State;
use crate::{PayerSettings, Simulator, payer};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/sim/v1/payers", get(list).post(set).options(preflight))
        .route("/sim/v1/payers/{id}", get(one).post(change).options(preflight))
        .route("/sim/v1/payers/{id}/mood", post(mood).options(preflight))
        .route("/sim/v1/payers/{id}/account", post(account).options(preflight))
        .route("/sim/v1/payers/{id}/cards", post(set_card).options(preflight))
        .route("/sim/v1/payers/{id}/cards/{card}", delete(remove_card).options(preflight))
        .route("/sim/v1/payers/{id}/waiting", get(waiting))
        .route("/sim/v1/payers/{id}/cashiers", post(open).options(preflight))
        .route("/sim/v1/payers/{id}/history", get(history))
        .route("/sim/v1/payers/{id}/complaints", get(complaints_of))
        .route("/sim/v1/payers/{id}/transfers", get(transfers_of).post(decide_transfer).options(preflight))
}

async fn list(Shared(simulator): Shared<Simulator>) -> Response {
    let payers: Vec<_> = simulator.with_state(|state, platform, now| {
        state.payers.iter().filter_map(|(id, _)| state.payer_view(&id, platform, now)).collect()
    });
    Json(json!({ "payers": payers })).into_response()
}

async fn one(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    shown(&simulator, &id)
}

fn shown(simulator: &Simulator, id: &str) -> Response {
    let view = simulator.with_state(|state, platform, now| state.payer_view(id, platform, now));
    view.map_or_else(|| refused(&PayRefused::UnknownPayer), |view| Json(view).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayerAsked {
    id: String,
    #[serde(default)]
    name: Option<String>,
    balance_fen: Fen,
    /// What bank cards can pay, by `bank_type` such as `CMB_DEBIT`: used when the balance does not suffice.
    #[serde(default)]
    cards_fen: BTreeMap<String, Fen>,
    #[serde(default)]
    password: Option<String>,
}

/// Adds a payer, or sets one anew: balance, password, no wrong tries, willing.
async fn set(Shared(simulator): Shared<Simulator>, Sent(asked): Sent<PayerAsked>) -> Response {
    let settings = PayerSettings {
        name: asked.name.unwrap_or_else(|| asked.id.clone()),
        id: asked.id,
        balance: asked.balance_fen,
        password: asked.password.unwrap_or_else(|| "123456".into()),
    };
    if let Err((field, reason)) = payer::check(&settings) {
        return bad_request(&format!("{field} {reason}"));
    }
    if !asked.cards_fen.iter().all(|(card, balance)| bank_of_card(card).is_some() && is_amount(*balance)) {
        return bad_request(CARDS);
    }
    let view = simulator.with_state(|state, platform, now| {
        if state.payers.holds(PAYERS_MAX) && !state.payers.contains_key(&settings.id) {
            return None;
        }
        state.set_payer(&settings, platform.appids().iter(), now);
        for (card, balance) in &asked.cards_fen {
            state.ledger.set_card(&settings.id, card, *balance, now);
        }
        state.payer_view(&settings.id, platform, now)
    });
    match view {
        Some(view) => Json(view).into_response(),
        None => bad_request("there are as many payers as the simulator holds"),
    }
}

/// What is to be different; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    balance_fen: Option<Fen>,
    /// Added to the balance.
    #[serde(default)]
    top_up_fen: Option<Fen>,
    #[serde(default)]
    password: Option<String>,
    /// `false` unlocks.
    #[serde(default)]
    locked: Option<bool>,
    #[serde(default)]
    abnormal: Option<bool>,
}

async fn change(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(changed): Sent<Changed>,
) -> Response {
    if let Some(reason) = changed.fault() {
        return bad_request(reason);
    }
    let done = simulator.with_state(|state, _, now| {
        let before = state.ledger.payer(&id);
        let base = changed.balance_fen.unwrap_or(before);
        let balance = base.checked_add(changed.top_up_fen.unwrap_or(Fen::ZERO)).filter(|it| is_amount(*it));
        let Some(balance) = balance else { return Ok(false) };
        let person = state.payers.get_mut(&id).ok_or(PayRefused::UnknownPayer)?;
        if let Some(name) = &changed.name {
            person.name.clone_from(name);
        }
        if let Some(password) = &changed.password {
            person.set_password(password);
        }
        if changed.locked == Some(false) {
            person.unlock();
        }
        person.abnormal = changed.abnormal.unwrap_or(person.abnormal);
        if balance != before {
            state.ledger.set_payer(&id, balance, now);
        }
        Ok(true)
    });
    match done {
        Ok(true) => shown(&simulator, &id),
        Ok(false) => bad_request("a balance is 0 to 1000000000000 fen"),
        Err(why) => refused(&why),
    }
}

impl Changed {
    /// What cannot be, whoever it is.
    fn fault(&self) -> Option<&'static str> {
        if self.name.as_deref().is_some_and(|name| !payer::is_name(name)) {
            return Some("name has 1 to 32 characters");
        }
        if self.password.as_deref().is_some_and(|password| !payer::is_password(password)) {
            return Some("password is six digits");
        }
        if self.balance_fen.is_some_and(|balance| !is_amount(balance))
            || self.top_up_fen.is_some_and(|amount| !is_amount(amount))
        {
            return Some("balance_fen and top_up_fen are 0 to 1000000000000");
        }
        if self.locked == Some(true) {
            return Some("locked is false: wrong passwords lock");
        }
        None
    }
}

#[derive(Deserialize)]
struct Moody {
    #[serde(flatten)]
    mood: Mood,
    #[serde(default)]
    acts: Option<Acts>,
}

/// How the payer behaves from now on; `acts` stays unless said.
async fn mood(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(moody): Sent<Moody>,
) -> Response {
    if matches!(moody.mood, Mood::PaysAfter { seconds } if seconds > ADVANCE_SECONDS_MAX) {
        return bad_request("seconds is at most ten years");
    }
    let acts = simulator.with_state(|state, _, _| state.payers.get(&id).map(|person| person.acts));
    if let Some(acts) = moody.acts.or(acts) {
        simulator.set_mood(&id, moody.mood, acts);
    }
    shown(&simulator, &id)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    abnormal: bool,
}

/// Bars a payer's account, or opens it again: no code of it is charged, and refunds cannot arrive.
async fn account(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(account): Sent<Account>,
) -> Response {
    simulator.set_payer_abnormal(&id, account.abnormal);
    shown(&simulator, &id)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    /// `bank_type`, such as `CMB_DEBIT` or `ICBC_CREDIT`.
    card: String,
    balance_fen: Fen,
}

/// Adds a bank card, or sets what one can pay.
async fn set_card(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(card): Sent<Card>,
) -> Response {
    if bank_of_card(&card.card).is_none() || !is_amount(card.balance_fen) {
        return bad_request(CARDS);
    }
    simulator.with_state(|state, _, now| {
        if state.payers.contains_key(&id) {
            state.ledger.set_card(&id, &card.card, card.balance_fen, now);
        }
    });
    shown(&simulator, &id)
}

/// Takes a bank card away: refunds of what it paid become abnormal (v3.md §5.2).
async fn remove_card(
    Shared(simulator): Shared<Simulator>,
    Segments((id, card)): Segments<(String, String)>,
) -> Response {
    let removed = simulator.with_state(|state, _, now| {
        state.payers.contains_key(&id).then(|| state.ledger.remove_card(&id, &card, now))
    });
    match removed {
        None => refused(&PayRefused::UnknownPayer),
        Some(false) => problem(StatusCode::NOT_FOUND, "unknown_card", "the payer has no such card"),
        Some(true) => shown(&simulator, &id),
    }
}

/// What is before the payer: prompts, open cashiers, orders, transfers.
async fn waiting(Shared(simulator): Shared<Simulator>, Segments(id): Segments<String>) -> Response {
    about(&simulator, &id, |state, platform, now| {
        serde_json::to_value(state.waiting(platform, &id, now)).expect("plain data")
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    out_trade_no: OutTradeNo,
    #[serde(default)]
    mchid: Option<Mchid>,
}

/// Opens the cashier of an order, or the prompt for its password, without an invocation.
async fn open(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(opened): Sent<Opened>,
) -> Response {
    let sheet = simulator.with_state(|state, platform, now| {
        let opens = state.opens_of(opened.mchid.as_ref(), &opened.out_trade_no)?;
        open_by_hand(state, platform, &opens, &id, now)
    });
    sheet.map_or_else(|why| refused(&why), |sheet| Json(sheet).into_response())
}

/// What the payer paid and got, newest first.
async fn history(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Asked(asked): Asked<Listed>,
) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    about(&simulator, &id, |state, _, _| {
        let lines: Vec<_> = state.lines_of(&id).take(most).collect();
        json!({ "history": lines.iter().map(|line| &**line).collect::<Vec<_>>() })
    })
}

/// The payer's complaints with what was said, newest first.
async fn complaints_of(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Asked(asked): Asked<Listed>,
) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    about(&simulator, &id, |state, _, _| {
        let mine = state.complaints.newest().filter(|record| record.payer == id).take(most);
        json!({ "complaints": mine.map(|record| complaints::view(&record)).collect::<Vec<_>>() })
    })
}

/// Transfers to the payer, newest first.
async fn transfers_of(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Asked(asked): Asked<Listed>,
) -> Response {
    let most = asked.limit.unwrap_or(LISTED).min(LISTED_MAX);
    about(&simulator, &id, |state, _, _| {
        let mine = state.transfers_newest().filter(|bill| bill.payer == id).take(most);
        json!({ "transfers": mine.map(|bill| transfers::bill_view(&bill)).collect::<Vec<_>>() })
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    package_info: String,
    decision: Decided,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decided {
    Confirm,
    /// Leaves the page: nothing is told, and the platform closes the transfer after 24 hours.
    Decline,
}

/// The payer confirms a transfer or an authorisation, or leaves its page.
async fn decide_transfer(
    Shared(simulator): Shared<Simulator>,
    Segments(id): Segments<String>,
    Sent(decision): Sent<Decision>,
) -> Response {
    let done = simulator.with_state(|state, platform, now| match decision.decision {
        Decided::Confirm => confirm_package(state, platform, &decision.package_info, Some(&id), now),
        Decided::Decline => state
            .leave_transfer(&decision.package_info, &id)
            .and_then(|()| transfers::package_view(state, &decision.package_info)),
    });
    done.map_or_else(transfers::refused, |view| Json(view).into_response())
}

/// Answers about somebody there is.
fn about(
    simulator: &Simulator,
    id: &str,
    tell: impl FnOnce(&State, &Platform, tongbao_wire::Timestamp) -> serde_json::Value,
) -> Response {
    let told = simulator
        .with_state(|state, platform, now| state.payers.contains_key(id).then(|| tell(state, platform, now)));
    told.map_or_else(|| refused(&PayRefused::UnknownPayer), |told| Json(told).into_response())
}

fn is_amount(amount: Fen) -> bool {
    (0..=AMOUNT_MAX).contains(&amount.get())
}

const CARDS: &str = "a card is such as CMB_DEBIT or ICBC_CREDIT, with balance_fen of 0 to 1000000000000";
const PAYERS_MAX: usize = 10_000;
