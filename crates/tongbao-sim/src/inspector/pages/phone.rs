//! `/phone`: what a payer holds in the hand. Orders that wait, a scanner, a payment code, bills, a purse; and
//! beside it, what the payer is like.
//!
//! One page, whose screen changes; the cashier itself is in a frame of it. Everything but the cashier works
//! without the script, which keeps the screen up to date and brings the payer back when the cashier is done.

mod codes;
mod hands;
mod screens;
mod wallet;
mod words;

use axum::Router;
use axum::extract::State as Shared;
use axum::response::Response;
use axum::routing::{get, post};

use super::frame::Frame;
use super::{asset, back_to, html, missing};
use crate::Simulator;
use crate::control::{Asked, Segments};
use crate::guard::preflight;
use screens::{Page, Place};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/phone", get(first))
        .route("/phone/{payer}", get(home))
        .route("/phone/{payer}/{screen}", get(screen))
        .route("/phone/{payer}/open", post(hands::open).options(preflight))
        .route("/phone/{payer}/decide", post(hands::decide).options(preflight))
        .route("/phone/{payer}/scan", get(scan).post(hands::scan).options(preflight))
        .route("/phone/{payer}/transfer", get(transfer).post(hands::transfer).options(preflight))
        .route("/phone/{payer}/mood", post(hands::mood).options(preflight))
        .route("/phone/{payer}/purse", post(hands::purse).options(preflight))
        .route("/phone/assets/phone.css", get(|| async { asset("text/css; charset=utf-8", CSS) }))
        .route("/phone/assets/phone.js", get(|| async { asset("text/javascript; charset=utf-8", JS) }))
}

async fn first(Shared(simulator): Shared<Simulator>) -> Response {
    back_to(&format!("/phone/{}", simulator.inner.platform.first_payer))
}

async fn home(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments(payer): Segments<String>,
    Asked(place): Asked<Place>,
) -> Response {
    show(&simulator, &frame, &payer, "home", &place)
}

async fn scan(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments(payer): Segments<String>,
    Asked(place): Asked<Place>,
) -> Response {
    show(&simulator, &frame, &payer, "scan", &place)
}

async fn transfer(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments(payer): Segments<String>,
    Asked(place): Asked<Place>,
) -> Response {
    show(&simulator, &frame, &payer, "transfer", &place)
}

async fn screen(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments((payer, screen)): Segments<(String, String)>,
    Asked(place): Asked<Place>,
) -> Response {
    show(&simulator, &frame, &payer, &screen, &place)
}

fn show(simulator: &Simulator, frame: &Frame, payer: &str, screen: &str, place: &Place) -> Response {
    let page = simulator
        .with_state(|state, platform, now| Page::of(state, platform, frame, payer, screen, place, now));
    page.map_or_else(|| missing(frame), |page| html(&page, frame))
}

const CSS: &str = include_str!("../../../assets/phone.css");
const JS: &str = include_str!("../../../assets/phone.js");
