//! A payer's bills and purse.

use std::sync::Arc;

use tongbao_wire::{Appid, Fen, TransactionId};

use super::super::books::address_of;
use super::super::frame::{Frame, moment};
use super::words::{card_words, purse_words};
use crate::bank::cards;
use crate::order::Order;
use crate::people::{Line, LineKind, name_of};
use crate::platform::Platform;
use crate::state::State;

pub(super) struct Bill {
    pub(super) when: String,
    pub(super) sign: &'static str,
    pub(super) tone: &'static str,
    pub(super) amount: String,
    pub(super) kind: &'static str,
    pub(super) merchant: String,
    pub(super) description: String,
    pub(super) number: String,
    pub(super) from: String,
    pub(super) address: String,
}

pub(super) struct Wallet {
    pub(super) balance: String,
    pub(super) cards: Vec<BankCard>,
    pub(super) kinds: Vec<(String, String)>,
    pub(super) openids: Vec<(String, String)>,
}

pub(super) struct BankCard {
    pub(super) card: String,
    pub(super) words: String,
    pub(super) credit: bool,
    pub(super) balance: String,
}

pub(super) fn bills(state: &State, platform: &Platform, frame: &Frame, payer: &str) -> Vec<Bill> {
    let lines = state.lines_of(payer).take(BILLS).map(|line| {
        let (kind, sign, tone) = match line.kind {
            LineKind::Payment => (frame.say("付款", "Payment"), "−", "out"),
            LineKind::Refund => (frame.say("退款", "Refund"), "+", "in"),
            LineKind::Transfer => (frame.say("商家转账", "Transfer"), "+", "in"),
        };
        let order = order_of(state, &line);
        let address = order.map(|order| address_of(&order.asked.mchid, &order.asked.out_trade_no));
        Bill {
            when: moment(line.at),
            sign,
            tone,
            amount: line.amount.to_string(),
            kind,
            merchant: name_of(platform, &line.mchid),
            description: line.description.clone(),
            number: line.number.clone(),
            from: purse_words(frame, &line.bank_type),
            address: address.unwrap_or_default(),
        }
    });
    lines.collect()
}

/// The order that a line is about, when it is a payment and the order is still known.
pub(super) fn order_of(state: &State, line: &Line) -> Option<Arc<Order>> {
    let paid = TransactionId::parse(&line.platform_number).ok().filter(|_| line.kind == LineKind::Payment)?;
    state.orders.get(&*state.transactions.get(&paid)?)
}

impl Wallet {
    pub(super) fn of(state: &State, platform: &Platform, frame: &Frame, payer: &str) -> Self {
        let held = state.ledger.cards(payer);
        let bank_card = |(card, balance): (&String, &Fen)| BankCard {
            words: card_words(frame, card),
            credit: card.ends_with("_CREDIT"),
            balance: balance.to_string(),
            card: card.clone(),
        };
        let openid = |appid: &Appid| {
            let openid = crate::payer::openid(appid, payer);
            (appid.to_string(), openid.as_str().to_owned())
        };
        Self {
            balance: state.ledger.payer(payer).to_string(),
            cards: held.iter().map(bank_card).collect(),
            kinds: cards().map(|card| (card_words(frame, &card), card)).collect(),
            openids: platform.appids().iter().map(openid).take(OPENIDS).collect(),
        }
    }
}

/// Lines of a bill that are shown.
const BILLS: usize = 100;
const OPENIDS: usize = 12;
