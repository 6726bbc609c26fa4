//! Everything that changes, behind one lock and in memory only: nothing survives the process.
//!
//! The functions here and in `order`, `refund`, `notice` take the time as a value, never wait, and either
//! do their whole work or refuse before they touch anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use tongbao_wire::{
    Appid, Mchid, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundId, Timestamp, TransactionId,
};

use crate::bill::Link;
use crate::bound::Bound;
use crate::cashier::Session;
use crate::clock::{KeptClock, SimClock};
use crate::code_pay::PaymentCodes;
use crate::combine::Combined;
use crate::complaint::Complaints;
use crate::faults::FaultBook;
use crate::ledger::Ledger;
use crate::media::Media;
use crate::notice::Notice;
use crate::onboarding::{Onboarding, OnboardingDue};
use crate::order::Order;
use crate::payer::{self, Payer, PayerView};
use crate::people::{Acts, Mood, PayerDue, People};
use crate::platform::{Came, Platform};
use crate::prepay::Opens;
use crate::push::PushSettings;
use crate::refund::RefundRecord;
use crate::sharing::{Sharing, SharingDue};
use crate::shelf::{Kept, Named, Recent, Shelf, Table};
use crate::shipping::{Shipping, ShippingDue};
use crate::standing::Standing;
use crate::transfer::{TransferDue, Transfers};
use crate::v2::Sandbox;
use crate::weixin::{AccessTokens, LoginCodes, Messages, WebGrants};
use crate::{PayerSettings, Seed, SimError};

/// An order's number is unique per merchant (v3.md §2.1).
pub(crate) type OrderKey = (Mchid, OutTradeNo);
/// A refund's number is unique per merchant (v3.md §5.1).
pub(crate) type RefundKey = (Mchid, OutRefundNo);

/// The changing half of a simulator.
#[derive(Default, Serialize, Deserialize)]
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
    pub(crate) reserved: Shelf<OrderKey, ()>,
    pub(crate) refunds: Shelf<RefundKey, RefundRecord>,
    pub(crate) refund_ids: Shelf<RefundId, RefundKey>,
    pub(crate) payers: Shelf<String, Payer>,
    openids: Shelf<Openid, (Appid, String)>,
    #[serde(default)]
    pub(crate) people: People,
    pub(crate) ledger: Ledger,
    pub(crate) notices: Shelf<u64, Notice>,
    pub(crate) notice_ids: Shelf<String, u64>,
    pub(crate) sessions: Recent<Session>,
    pub(crate) codes: LoginCodes,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) web: WebGrants,
    pub(crate) shipping: Shipping,
    pub(crate) messages: Messages,
    /// Where apps want messages.
    pub(crate) pushes: Shelf<Appid, PushSettings>,
    /// Of merchants that are not in good standing.
    pub(crate) standings: Shelf<Mchid, Standing>,
    pub(crate) bill_links: Recent<Link>,
    pub(crate) media: Media,
    pub(crate) complaints: Complaints,
    pub(crate) transfers: Transfers,
    pub(crate) sharing: Sharing,
    pub(crate) onboarding: Onboarding,
    /// The fault script in force and what it did.
    #[serde(default)]
    pub(crate) faults: FaultBook,
    /// What the short addresses of v2 stand for.
    pub(crate) short_urls: Recent<String>,
    pub(crate) sandbox: Sandbox,
    /// The serial whose pair signed the answer of each merchant's latest call.
    pub(crate) answered_with: Shelf<Mchid, String>,
    /// What orders and refunds do by themselves, and when.
    due: Shelf<Appointment, Due>,
    /// Which notices are to be sent, and when.
    pub(crate) sends: Shelf<Appointment, ()>,
    /// Which notices are on their way, and since when.
    #[serde(skip)]
    pub(crate) sending: BTreeMap<u64, Timestamp>,
    /// What memory has forgotten.
    #[serde(skip)]
    pub(crate) bound: Bound,
    /// Merchants whose latest answer was a probe.
    #[serde(skip)]
    pub(crate) probed: BTreeSet<Mchid>,
    /// Calls of the second or minute, by merchant and limit (v3.md §1.12).
    #[serde(skip)]
    pub(crate) called: BTreeMap<(Mchid, &'static str), (i64, u32)>,
    counters: Shelf<String, u64>,
    /// Where the clock stands.
    pub(crate) clock: Kept<KeptClock>,
}

/// When something is to happen, and its place among others of that instant.
pub(crate) type Appointment = (Timestamp, u64);

/// Something that happens by itself at its time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Due {
    /// The platform closes an order nobody paid (v3.md §2.3).
    CloseOrder(OrderKey),
    /// The same with a combined order.
    CloseCombined(OrderKey),
    /// The password for a scanned payment code was not typed (v3.md §2.8).
    PasswordMissed(OrderKey),
    /// A refund reaches its payer.
    SettleRefund(RefundKey),
    /// A transfer to a user moves on (v3-extended.md §10.1).
    Transfer(TransferDue),
    /// A share is executed, or what is left is given free (v3-extended.md §8).
    Sharing(SharingDue),
    /// An application moves on (v3-extended.md §9).
    Onboarding(OnboardingDue),
    /// Receipt is confirmed, or the merchant is reminded to ship (miniprogram.md §4).
    Shipping(ShippingDue),
    /// A refund looks whether its merchant has money again.
    RetryRefund(RefundKey),
    /// A payer acts by themselves.
    Payer(PayerDue),
}

/// Something that is to happen by itself.
#[derive(Clone, Debug)]
pub(crate) enum Coming {
    /// An order, a refund and the like move on.
    Due(Due),
    /// A notification is sent.
    Send { mchid: Mchid, out_trade_no: Option<OutTradeNo>, event_type: String },
}

impl State {
    /// A new world: these people and all merchants, and nothing has happened.
    pub(crate) fn begin(
        platform: &Platform,
        people: &[PayerSettings],
        seed: &Seed,
        now: Timestamp,
    ) -> Result<Self, SimError> {
        let mut state = Self::default();
        for merchant in platform.merchants().iter().filter(|it| it.came == Came::SetUp) {
            state.ledger.open_merchant(merchant.settings.mchid.clone());
        }
        let appids = platform.appids();
        for person in people {
            state.set_payer(person, appids.iter(), now);
        }
        state.faults.begin(platform.fault_script.clone());
        state.grow(platform, seed, now)?;
        state.keep_time(&platform.clock);
        Ok(state)
    }

    /// Everybody has an openid under these appids.
    pub(crate) fn open_apps(&mut self, appids: &[Appid]) {
        let people: Vec<String> = self.payers.iter().map(|(id, _)| id).collect();
        for appid in appids {
            for id in &people {
                let openid = payer::openid(appid, id);
                if !self.openids.contains_key(&openid) {
                    self.openids.insert(openid, (appid.clone(), id.clone()));
                }
            }
        }
    }

    /// Nothing was ever kept in it.
    pub(crate) fn is_new(&self) -> bool {
        self.payers.first().is_none()
    }

    /// Notes where the clock stands.
    pub(crate) fn keep_time(&mut self, clock: &SimClock) {
        let kept = clock.kept();
        if *self.clock != kept {
            *self.clock = kept;
        }
    }

    /// Adds a person or changes one.
    pub(crate) fn set_payer<'a>(
        &mut self,
        person: &PayerSettings,
        appids: impl Iterator<Item = &'a Appid>,
        now: Timestamp,
    ) {
        self.payers.insert(person.id.clone(), Payer::new(person));
        self.set_mood(&person.id, Mood::Willing, Acts::ByHand);
        self.ledger.set_payer(&person.id, person.balance, now);
        for appid in appids {
            let openid = payer::openid(appid, &person.id);
            self.openids.insert(openid, (appid.clone(), person.id.clone()));
        }
    }

    /// Whose openid this is, and under which appid.
    pub(crate) fn person(&self, openid: &Openid) -> Option<Arc<(Appid, String)>> {
        self.openids.get(openid)
    }

    pub(crate) fn payer_view(&self, id: &str, platform: &Platform, now: Timestamp) -> Option<PayerView> {
        let person = self.payers.get(id)?;
        let appids = platform.appids();
        let appids = appids.iter();
        let balance = self.ledger.payer(id);
        Some(PayerView {
            id: person.id.clone(),
            name: person.name.clone(),
            balance,
            balance_text: balance.to_string(),
            cards: self.ledger.cards(id),
            attempts_left: person.attempts_left(&platform.switches, now),
            locked_seconds: person.locked_for(now).as_secs(),
            abnormal: person.abnormal,
            mood: person.mood,
            acts: person.acts,
            openids: appids.map(|appid| (appid.clone(), payer::openid(appid, id))).collect(),
        })
    }

    /// The next of an ever-rising series, for ids and for the order of things at one instant.
    pub(crate) fn next_serial(&mut self) -> u64 {
        if let Some(serial) = self.counters.get_mut(SERIAL) {
            *serial += 1;
            return *serial;
        }
        self.counters.insert(SERIAL.into(), 1);
        1
    }

    pub(crate) fn schedule(&mut self, at: Timestamp, due: Due) -> Appointment {
        let appointment = (at, self.next_serial());
        self.due.insert(appointment, due);
        appointment
    }

    /// Takes something off the schedule, when it has not happened yet.
    pub(crate) fn unschedule(&mut self, appointment: Appointment) {
        self.due.remove(&appointment);
    }

    /// When something next happens by itself, sends included.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let due = self.due.first().map(|((at, _), _)| at);
        let send = self.sends.first().map(|((at, _), _)| at);
        [due, send].into_iter().flatten().min()
    }

    /// What happens next by itself, soonest first, at most so much.
    pub(crate) fn coming(&self, most: usize) -> Vec<(Timestamp, Coming)> {
        let due = self.due.iter().take(most).map(|((at, _), due)| (at, Coming::Due((*due).clone())));
        let sends = self.sends.iter().take(most).filter_map(|((at, number), _)| {
            let notice = self.notices.get(&number)?;
            let (mchid, out_trade_no) = (notice.mchid.clone(), notice.out_trade_no.clone());
            Some((at, Coming::Send { mchid, out_trade_no, event_type: notice.event_type.clone() }))
        });
        let mut coming: Vec<_> = due.chain(sends).collect();
        coming.sort_by_key(|(at, _)| *at);
        coming.truncate(most);
        coming
    }

    /// Lets everything happen that was due until `now`, in order, each at its own time. Sends are the
    /// notifier's.
    pub(crate) fn settle(&mut self, platform: &Platform, now: Timestamp) {
        while let Some(((at, number), due)) = self.due.first().filter(|((at, _), _)| *at <= now) {
            self.due.remove(&(at, number));
            match &*due {
                Due::CloseOrder(key) => self.close_unpaid(key, at),
                Due::CloseCombined(key) => self.close_combined_unpaid(key, at),
                Due::PasswordMissed(key) => self.password_missed(key, at),
                Due::SettleRefund(key) => self.refund_arrives(platform, key, at),
                Due::Onboarding(due) => self.onboarding_due(platform, due.clone(), at),
                Due::Sharing(due) => self.sharing_due(platform, due.clone(), at),
                Due::Shipping(due) => self.shipping_due(platform, due, at),
                Due::Transfer(due) => self.transfer_due(platform, due.clone(), at),
                Due::RetryRefund(key) => self.retry_refund(platform, key, at),
                Due::Payer(due) => self.payer_due(platform, due, at),
            }
        }
    }

    /// Everything that is kept, under names.
    pub(crate) fn shelves(&mut self) -> Named<'_> {
        let mut named: Named<'_> = vec![
            ("orders", &mut self.orders),
            ("order_numbers", &mut self.order_numbers),
            ("combined", &mut self.combined),
            ("prepays", &mut self.prepays),
            ("scans", &mut self.scans),
            ("transactions", &mut self.transactions),
            ("reserved", &mut self.reserved),
            ("refunds", &mut self.refunds),
            ("refund_ids", &mut self.refund_ids),
            ("payers", &mut self.payers),
            ("openids", &mut self.openids),
            ("notices", &mut self.notices),
            ("notice_ids", &mut self.notice_ids),
            ("sessions", &mut self.sessions.rows),
            ("session_order", &mut self.sessions.order),
            ("bill_links", &mut self.bill_links.rows),
            ("bill_link_order", &mut self.bill_links.order),
            ("standings", &mut self.standings),
            ("pushes", &mut self.pushes),
            ("answered_with", &mut self.answered_with),
            ("due", &mut self.due),
            ("sends", &mut self.sends),
            ("short_urls", &mut self.short_urls.rows),
            ("short_url_order", &mut self.short_urls.order),
            ("counters", &mut self.counters),
            ("clock", &mut self.clock),
        ];
        named.extend(self.faults.shelves());
        named.extend(self.people.shelves());
        named.extend(self.payment_codes.shelves());
        named.extend(self.ledger.shelves());
        named.extend(self.codes.shelves());
        named.extend(self.access_tokens.shelves());
        named.extend(self.web.shelves());
        named.extend(self.shipping.shelves());
        named.extend(self.messages.shelves());
        named.extend(self.media.shelves());
        named.extend(self.complaints.shelves());
        named.extend(self.transfers.shelves());
        named.extend(self.sharing.shelves());
        named.extend(self.onboarding.shelves());
        named.extend(self.sandbox.shelves());
        named
    }

    /// Puts tables behind everything that is kept.
    pub(crate) fn stand_on(&mut self, table: impl Fn(&'static str) -> Box<dyn Table>) {
        // Looked at before every call.
        self.due.pin();
        self.sends.pin();
        for (name, shelf) in self.shelves() {
            shelf.stand_on(Some(table(name)));
        }
    }
}

/// The counter behind ids.
const SERIAL: &str = "serial";
