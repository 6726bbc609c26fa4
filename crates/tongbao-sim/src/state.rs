//! Everything that changes, behind one lock and in memory only: nothing survives the process.
//!
//! The functions here and in `order`, `refund`, `notice` take the time as a value, never wait, and either
//! do their whole work or refuse before they touch anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tongbao_wire::{
    Appid, Mchid, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundId, Timestamp, TransactionId,
};

use crate::bill::Links;
use crate::cashier::Session;
use crate::code_pay::PaymentCodes;
use crate::combine::Combined;
use crate::ledger::Ledger;
use crate::login::{LoginCodes, StableToken};
use crate::notice::Notice;
use crate::order::Order;
use crate::payer::{self, Payer, PayerView};
use crate::platform::Platform;
use crate::prepay::Opens;
use crate::refund::RefundRecord;
use crate::shelf::Shelf;
use crate::v2::{Sandbox, SandboxKeys, ShortUrls};
use crate::{PayerSettings, Settings};

/// An order's number is unique per merchant (v3.md §2.1).
pub(crate) type OrderKey = (Mchid, OutTradeNo);
/// A refund's number is unique per merchant (v3.md §5.1).
pub(crate) type RefundKey = (Mchid, OutRefundNo);

/// The changing half of a simulator.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) orders: Shelf<OrderKey, Order>,
    /// Orders as they came.
    pub(crate) order_numbers: Shelf<u64, OrderKey>,
    pub(crate) combined: Shelf<OrderKey, Combined>,
    pub(crate) prepays: Shelf<PrepayId, Opens>,
    /// What the `pr` of a `code_url` stands for.
    pub(crate) scans: Shelf<String, PrepayId>,
    pub(crate) payment_codes: PaymentCodes,
    pub(crate) transactions: Shelf<TransactionId, OrderKey>,
    /// Numbers closed before they were created.
    pub(crate) reserved: BTreeSet<OrderKey>,
    pub(crate) refunds: Shelf<RefundKey, RefundRecord>,
    pub(crate) refund_ids: Shelf<RefundId, RefundKey>,
    pub(crate) payers: BTreeMap<String, Payer>,
    openids: BTreeMap<Openid, (Appid, String)>,
    pub(crate) ledger: Ledger,
    pub(crate) notices: Shelf<u64, Notice>,
    pub(crate) notice_ids: Shelf<String, u64>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) session_order: VecDeque<String>,
    pub(crate) codes: LoginCodes,
    pub(crate) tokens: BTreeMap<Appid, StableToken>,
    pub(crate) bill_links: Links,
    pub(crate) sandbox_keys: SandboxKeys,
    pub(crate) short_urls: ShortUrls,
    pub(crate) sandbox: Sandbox,
    /// The serial whose pair signed the answer of each merchant's latest call.
    pub(crate) answered_with: BTreeMap<Mchid, String>,
    /// What orders and refunds do by themselves, and when.
    due: BTreeSet<(Timestamp, u64, Due)>,
    /// Which notices are to be sent, and when.
    pub(crate) sends: BTreeSet<(Timestamp, u64)>,
    /// Which notices are on their way, and since when.
    pub(crate) sending: BTreeMap<u64, Timestamp>,
    serial: u64,
}

/// Something that happens by itself at its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The platform closes an order nobody paid (v3.md §2.3).
    CloseOrder(OrderKey),
    /// The same with a combined order.
    CloseCombined(OrderKey),
    /// The password for a scanned payment code was not typed (v3.md §2.8).
    PasswordMissed(OrderKey),
    /// A refund reaches its payer.
    SettleRefund(RefundKey),
    /// A refund looks whether its merchant has money again.
    RetryRefund(RefundKey),
}

impl State {
    pub(crate) fn new(settings: &Settings, now: Timestamp) -> Self {
        let mut state = Self::default();
        for merchant in &settings.merchants {
            state.ledger.open_merchant(merchant.mchid.clone());
        }
        for person in &settings.payers {
            let appids = settings.merchants.iter().flat_map(|merchant| &merchant.apps).map(|app| &app.appid);
            state.set_payer(person, appids, now);
        }
        state
    }

    /// Adds a person or changes one.
    pub(crate) fn set_payer<'a>(
        &mut self,
        person: &PayerSettings,
        appids: impl Iterator<Item = &'a Appid>,
        now: Timestamp,
    ) {
        self.payers.insert(person.id.clone(), Payer::new(person));
        self.ledger.set_payer(&person.id, person.balance, now);
        for appid in appids {
            let openid = payer::openid(appid, &person.id);
            self.openids.insert(openid, (appid.clone(), person.id.clone()));
        }
    }

    /// Whose openid this is, and under which appid.
    pub(crate) fn person(&self, openid: &Openid) -> Option<(&Appid, &str)> {
        self.openids.get(openid).map(|(appid, payer)| (appid, payer.as_str()))
    }

    pub(crate) fn payer_view(&self, id: &str, platform: &Platform, now: Timestamp) -> Option<PayerView> {
        let person = self.payers.get(id)?;
        let balance = self.ledger.payer(id);
        let mine = self.openids.iter().filter(|(_, (_, payer))| payer == id);
        Some(PayerView {
            id: person.id.clone(),
            name: person.name.clone(),
            balance,
            balance_text: balance.to_string(),
            attempts_left: person.attempts_left(&platform.switches, now),
            openids: mine.map(|(openid, (appid, _))| (appid.clone(), openid.clone())).collect(),
        })
    }

    /// The next of an ever-rising series, for ids and for the order of things at one instant.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn schedule(&mut self, at: Timestamp, due: Due) {
        let serial = self.next_serial();
        self.due.insert((at, serial, due));
    }

    /// When something next happens by itself, sends included.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let due = self.due.first().map(|(at, _, _)| *at);
        let send = self.sends.first().map(|(at, _)| *at);
        [due, send].into_iter().flatten().min()
    }

    /// Lets everything happen that was due until `now`, in order, each at its own time. Sends are the
    /// notifier's.
    pub(crate) fn settle(&mut self, platform: &Platform, now: Timestamp) {
        while self.due.first().is_some_and(|(at, _, _)| *at <= now) {
            let (at, _, due) = self.due.pop_first().expect("just seen");
            match due {
                Due::CloseOrder(key) => self.close_unpaid(&key, at),
                Due::CloseCombined(key) => self.close_combined_unpaid(&key, at),
                Due::PasswordMissed(key) => self.password_missed(&key, at),
                Due::SettleRefund(key) => self.refund_arrives(platform, &key, at),
                Due::RetryRefund(key) => self.retry_refund(platform, &key, at),
            }
        }
    }
}
