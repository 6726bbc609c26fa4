//! What is done with the phone and to its owner: forms, each of which leads back to a screen.

use std::str::FromStr;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::Uri;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tongbao_wire::{Fen, Mchid, OutTradeNo};

use super::super::back_to;
use super::super::frame::query;
use crate::bank::bank_of_card;
use crate::cashier::{Sheet, open_by_hand, open_native, open_scanned};
use crate::control::{ADVANCE_SECONDS_MAX, Segments};
use crate::guard::bad_request;
use crate::ledger::AMOUNT_MAX;
use crate::pay::PayRefused;
use crate::people::{Acts, Did, Mood, Sight};
use crate::transfer::TransferRefused;
use crate::{Simulator, payer};

/// One order.
#[derive(Deserialize)]
pub(super) struct Named {
    mchid: String,
    out_trade_no: String,
    /// The screen to come back to.
    #[serde(default)]
    back: String,
}

impl Named {
    fn order(&self) -> Result<(Mchid, OutTradeNo), PayRefused> {
        let order = Mchid::parse(&self.mchid).ok().zip(OutTradeNo::parse(&self.out_trade_no).ok());
        order.ok_or(PayRefused::UnknownOrder)
    }
}

/// Opens the cashier of an order, or the prompt for its password.
pub(super) async fn open(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(named) = form::<Named>(&body) else { return unreadable() };
    let sheet = simulator.with_state(|state, platform, now| {
        let (mchid, number) = named.order()?;
        let opens = state.opens_of(Some(&mchid), &number)?;
        open_by_hand(state, platform, &opens, &payer, now)
    });
    to_cashier(&payer, sheet, &named.back)
}

/// The payer does about an order what their mood says.
pub(super) async fn decide(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(named) = form::<Named>(&body) else { return unreadable() };
    let did = simulator.with_state(|state, platform, now| {
        let (mchid, number) = named.order()?;
        let opens = state.opens_of(Some(&mchid), &number)?;
        let key = state.first_of(&opens);
        let sight = if let Ok(asked) = state.asked_for_password(&key) {
            if asked != payer {
                return Err(PayRefused::Payer);
            }
            Sight::Prompt(key)
        } else {
            let prepay_id = state.newest_prepay(&opens).ok_or(PayRefused::Prepay)?.id;
            Sight::Order { payer: payer.clone(), prepay_id }
        };
        state.payer_decides(platform, &sight, now)
    });
    let said = match did {
        Ok(Did::Paid) => "ok".to_owned(),
        Ok(Did::Cancelled) => "cancel".to_owned(),
        Ok(Did::LeftApp) => "left".to_owned(),
        Ok(Did::Looks) => "looks".to_owned(),
        Ok(Did::WillPay { .. }) => "later".to_owned(),
        Err(why) => why.to_string(),
    };
    back_with(&payer, "home", &said)
}

#[derive(Deserialize)]
struct Scanned {
    code_url: String,
}

/// Scans a Native code.
pub(super) async fn scan(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(scanned) = form::<Scanned>(&body) else { return unreadable() };
    let code_url = scanned.code_url.trim();
    let sheet = if Simulator::is_product_code(code_url) {
        match simulator.scan_product(code_url, &payer).await {
            Ok(id) => {
                simulator.with_state(|state, platform, now| open_native(state, platform, id, &payer, now))
            }
            Err(why) => Err(why),
        }
    } else {
        simulator.with_state(|state, platform, now| open_scanned(state, platform, code_url, &payer, now))
    };
    to_cashier(&payer, sheet, "scan")
}

#[derive(Deserialize)]
struct Decision {
    package_info: String,
    decision: String,
}

/// Confirms a transfer or an authorisation, or leaves its page.
pub(super) async fn transfer(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(decision) = form::<Decision>(&body) else { return unreadable() };
    let package = &decision.package_info;
    let done = simulator.with_state(|state, platform, now| match decision.decision.as_str() {
        "confirm" => state.confirm_package(platform, package, Some(&payer), now).map(|()| "received"),
        _ => state.leave_transfer(package, &payer).map(|()| "declined"),
    });
    let said = match done {
        Ok(said) => said,
        Err(TransferRefused::Unknown | TransferRefused::Payer) => "package_info信息有误",
        Err(TransferRefused::State) => "已处理或已失效",
    };
    back_with(&payer, "home", said)
}

#[derive(Deserialize)]
struct Moody {
    mood: String,
    #[serde(default)]
    times: String,
    #[serde(default)]
    seconds: String,
    acts: Acts,
    #[serde(default)]
    back: String,
}

/// What the payer is like from now on.
pub(super) async fn mood(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(moody) = form::<Moody>(&body) else { return unreadable() };
    // What is not asked for by the mood may be left empty.
    let Ok(seconds) = number(&moody.seconds) else { return unreadable() };
    let Ok(times) = number(&moody.times) else { return unreadable() };
    let seconds = seconds.unwrap_or(7200);
    if seconds > ADVANCE_SECONDS_MAX {
        return bad_request("seconds is at most ten years");
    }
    let mood = match moody.mood.as_str() {
        "willing" => Mood::Willing,
        "cancels" => Mood::Cancels,
        "wrong_password" => Mood::WrongPassword { times },
        "insufficient" => Mood::Insufficient,
        "closes_app" => Mood::ClosesApp,
        "pays_after" => Mood::PaysAfter { seconds },
        "pays_twice" => Mood::PaysTwice,
        "never_pays" => Mood::NeverPays,
        _ => return unreadable(),
    };
    simulator.set_mood(&payer, mood, moody.acts);
    back_to(&address(&payer, &moody.back))
}

#[derive(Deserialize)]
struct Purse {
    act: String,
    #[serde(default)]
    amount_fen: i64,
    #[serde(default)]
    card: String,
}

/// Money, cards and the account's standing.
pub(super) async fn purse(
    Shared(simulator): Shared<Simulator>,
    Segments(payer): Segments<String>,
    body: Bytes,
) -> Response {
    let Some(asked) = form::<Purse>(&body) else { return unreadable() };
    if !(0..=AMOUNT_MAX).contains(&asked.amount_fen) {
        return bad_request("amount_fen is 0 to 1000000000000");
    }
    let done = simulator.with_state(|state, _, now| {
        if !state.payers.contains_key(&payer) {
            return false;
        }
        let balance = match asked.act.as_str() {
            "remove" => Fen::ZERO,
            _ => Fen::new(asked.amount_fen),
        };
        match asked.act.as_str() {
            "top_up" => {
                let filled = state.ledger.payer(&payer).get().saturating_add(balance.get()).min(AMOUNT_MAX);
                state.ledger.set_payer(&payer, Fen::new(filled), now);
            }
            "empty" => state.ledger.set_payer(&payer, Fen::ZERO, now),
            "card" if bank_of_card(&asked.card).is_some() => {
                state.ledger.set_card(&payer, &asked.card, balance, now);
            }
            "remove" => return state.ledger.remove_card(&payer, &asked.card, now),
            "unlock" => state.payers.get_mut(&payer).into_iter().for_each(payer::Payer::unlock),
            "bar" | "unbar" => {
                if let Some(person) = state.payers.get_mut(&payer) {
                    person.abnormal = asked.act == "bar";
                }
            }
            _ => return false,
        }
        true
    });
    if done { back_to(&address(&payer, "wallet")) } else { unreadable() }
}

fn to_cashier(payer: &str, sheet: Result<Sheet, PayRefused>, back: &str) -> Response {
    match sheet {
        Ok(sheet) => {
            let asked = query(&[("session", sheet.session.as_str()), ("back", back)]);
            back_to(&format!("{}?{asked}", address(payer, "pay")))
        }
        Err(why) => back_with(payer, if back == "scan" { "scan" } else { "home" }, &why.to_string()),
    }
}

fn back_with(payer: &str, screen: &str, said: &str) -> Response {
    back_to(&format!("{}?{}", address(payer, screen), query(&[("said", said)])))
}

/// A screen's address, which is the phone's own whatever was sent.
fn address(payer: &str, screen: &str) -> String {
    let payer = crate::why::percent::encode(payer);
    match SCREENS.iter().find(|known| **known == screen) {
        Some(screen) if *screen != "home" => format!("/phone/{payer}/{screen}"),
        Some(_) | None => format!("/phone/{payer}"),
    }
}

/// A form's fields, read as a query is.
fn form<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(body).ok()?;
    let uri: Uri = format!("/?{text}").parse().ok()?;
    Query::try_from_uri(&uri).ok().map(|Query(read)| read)
}

/// What was typed, if anything.
fn number<T: FromStr>(typed: &str) -> Result<Option<T>, T::Err> {
    let typed = typed.trim();
    if typed.is_empty() { Ok(None) } else { typed.parse().map(Some) }
}

fn unreadable() -> Response {
    bad_request("the form cannot be read")
}

const SCREENS: [&str; 6] = ["home", "scan", "code", "bills", "wallet", "pay"];
