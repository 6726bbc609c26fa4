//! What payers do by their moods about what is before them. Nothing here waits: what they do later is an
//! appointment.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, PrepayId, Timestamp, TradeType};

use super::{Acts, Mood};
use crate::cashier::{Ended, Shown};
use crate::code_pay::Confirmed;
use crate::order::{Order, OrderState};
use crate::pay::{Attempt, PayRefused};
use crate::payer::Typed;
use crate::platform::Platform;
use crate::prepay::Opens;
use crate::state::{Due, OrderKey, State};
use crate::view::EventKind;

/// What a payer has before them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sight {
    /// An open cashier, by its session.
    Cashier(String),
    /// An order, without a page.
    Order { payer: String, prepay_id: PrepayId },
    /// The prompt for the password of a scanned payment code.
    Prompt(OrderKey),
}

/// What payers do by themselves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum PayerDue {
    /// Decides what to do about it.
    Decides(Sight),
    /// Pays, as decided before.
    Pays(Sight),
    /// Decides about a transfer or an authorisation, by its `package_info`.
    Receives(String),
    /// Confirms it, as decided before.
    Confirms(String),
}

/// What a payer did about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Did {
    /// Paid.
    Paid,
    /// Closed the cashier, or refused.
    Cancelled,
    /// Left the app.
    LeftApp,
    /// Looks at it still.
    Looks,
    /// Will pay.
    WillPay {
        /// When, in business time.
        at: Timestamp,
    },
}

/// A sight with everything known of it.
struct Before {
    payer: String,
    what: What,
    /// The page it is on.
    session: Option<String>,
}

enum What {
    Prepay { prepay_id: PrepayId, scene: TradeType, appid: Option<Appid> },
    Prompt(OrderKey),
}

impl Before {
    /// What is tried at a cashier; none at a prompt.
    fn attempt(&self) -> Option<Attempt<'_>> {
        match &self.what {
            What::Prepay { prepay_id, scene, appid } => {
                Some(Attempt { prepay_id, scene, appid: appid.as_ref(), payer: &self.payer })
            }
            What::Prompt(_) => None,
        }
    }
}

impl State {
    /// Sets how a payer behaves. False when there is no such payer.
    pub(crate) fn set_mood(&mut self, payer: &str, mood: Mood, acts: Acts) -> bool {
        let Some(person) = self.payers.get_mut(payer) else { return false };
        (person.mood, person.acts) = (mood, acts);
        if acts == Acts::Ordered {
            self.people.eager.insert(payer.into(), ());
        } else {
            self.people.eager.remove(payer);
        }
        true
    }

    /// A payer who acts by themselves does so about what waits already, oldest first.
    pub(crate) fn takes_up(&mut self, platform: &Platform, payer: &str, now: Timestamp) {
        for order in self.prompts_of(payer).into_iter().rev() {
            self.invoked(payer, Sight::Prompt(order.key()), now);
        }
        if !self.people.eager.contains_key(payer) {
            return;
        }
        for (opened, _) in self.can_be_paid(now).into_iter().rev() {
            let theirs = self.who_takes(opened.payer()).is_some_and(|takes| takes == payer);
            if let Some(prepay) = opened.prepays().last().filter(|_| theirs) {
                let sight = Sight::Order { payer: payer.into(), prepay_id: prepay.id.clone() };
                self.schedule(now, Due::Payer(PayerDue::Decides(sight)));
            }
        }
        for transfer in self.transfers_for(platform, payer).into_iter().rev().filter(|it| !it.left) {
            self.offered(payer, &transfer.package_info, now);
        }
    }

    /// Who acts on an order by themselves: who is to pay it, or of those that anybody may pay the first.
    fn who_takes(&self, meant: Option<&str>) -> Option<String> {
        match meant {
            Some(payer) => self.people.eager.contains_key(payer).then(|| payer.into()),
            None => self.people.eager.first().map(|(payer, _)| payer),
        }
    }

    /// A cashier or a prompt is before a payer, who may act by themselves.
    pub(crate) fn invoked(&mut self, payer: &str, sight: Sight, now: Timestamp) {
        if self.payers.get(payer).is_some_and(|person| person.acts != Acts::ByHand) {
            self.schedule(now, Due::Payer(PayerDue::Decides(sight)));
        }
    }

    /// There is a new `prepay_id`: whoever acts on orders by themselves does.
    pub(crate) fn ordered(&mut self, opens: &Opens, prepay_id: &PrepayId, now: Timestamp) {
        let meant = match opens {
            Opens::Order(key) => self.orders.get(key).and_then(|order| order.payer.clone()),
            Opens::Combined(key) => self.combined.get(key).and_then(|whole| whole.payer.clone()),
        };
        if let Some(payer) = self.who_takes(meant.as_deref()) {
            let sight = Sight::Order { payer, prepay_id: prepay_id.clone() };
            self.schedule(now, Due::Payer(PayerDue::Decides(sight)));
        }
    }

    /// A transfer waits for a payer to confirm it.
    pub(crate) fn offered(&mut self, payer: &str, package: &str, now: Timestamp) {
        if self.people.eager.contains_key(payer) {
            self.schedule(now, Due::Payer(PayerDue::Receives(package.into())));
        }
    }

    /// Who pays confirms, and who does not leaves the page.
    fn payer_receives(&mut self, platform: &Platform, package: &str, at: Timestamp) {
        let Ok(payer) = self.meant_by(package) else { return };
        let mood = self.payers.get(&payer).map_or(Mood::Willing, |person| person.mood);
        // Either may be late: the transfer was taken back meanwhile.
        let _ = match mood {
            Mood::Willing | Mood::Insufficient | Mood::PaysTwice | Mood::WrongPassword { .. } => {
                self.confirm_package(platform, package, None, at)
            }
            Mood::PaysAfter { seconds } => {
                let then = at.plus(Duration::from_secs(seconds));
                self.schedule(then, Due::Payer(PayerDue::Confirms(package.into())));
                Ok(())
            }
            Mood::Cancels | Mood::ClosesApp | Mood::NeverPays => self.leave_transfer(package, &payer),
        };
    }

    /// Something a payer does by themselves. What comes of it is in the history of the order.
    pub(crate) fn payer_due(&mut self, platform: &Platform, due: &PayerDue, at: Timestamp) {
        match due {
            PayerDue::Decides(sight) => {
                if let Sight::Order { payer, prepay_id } = sight {
                    self.note_prepay(prepay_id, EventKind::CashierOpened, payer, at);
                }
                let _ = self.payer_decides(platform, sight, at);
            }
            PayerDue::Pays(sight) => {
                if let Ok(before) = self.before(sight) {
                    let _ = self.payer_pays(platform, &before, at);
                }
            }
            PayerDue::Receives(package) => self.payer_receives(platform, package, at),
            PayerDue::Confirms(package) => {
                let _ = self.confirm_package(platform, package, None, at);
            }
        }
    }

    /// The payer does what their mood says.
    pub(crate) fn payer_decides(
        &mut self,
        platform: &Platform,
        sight: &Sight,
        at: Timestamp,
    ) -> Result<Did, PayRefused> {
        let before = self.before(sight)?;
        let mood = self.payers.get(&before.payer).ok_or(PayRefused::UnknownPayer)?.mood;
        if let Some(attempt) = before.attempt()
            && let Err(refusal) = self.payable(platform, &attempt, at)
        {
            return Err(self.refused_to(&before, refusal, at));
        }
        match mood {
            Mood::Willing | Mood::Insufficient => self.payer_pays(platform, &before, at),
            Mood::WrongPassword { times } => {
                self.mistypes(platform, &before, times, at)?;
                self.payer_pays(platform, &before, at)
            }
            Mood::PaysTwice => {
                let did = self.payer_pays(platform, &before, at)?;
                self.pays_again(platform, &before, at);
                Ok(did)
            }
            Mood::Cancels => self.cancels(&before, at),
            Mood::ClosesApp => {
                self.note_before(&before, EventKind::AppClosed, "", at);
                if let Some(session) = &before.session {
                    self.sessions.remove(session);
                }
                Ok(Did::LeftApp)
            }
            Mood::NeverPays => Ok(Did::Looks),
            Mood::PaysAfter { seconds } => {
                let then = at.plus(Duration::from_secs(seconds));
                self.note_before(&before, EventKind::PayerWaits, &format!("until {}", then.rfc3339()), at);
                self.schedule(then, Due::Payer(PayerDue::Pays(sight.clone())));
                Ok(Did::WillPay { at: then })
            }
        }
    }

    /// With the right password.
    fn payer_pays(&mut self, platform: &Platform, before: &Before, at: Timestamp) -> Result<Did, PayRefused> {
        let person = self.payers.get(&before.payer).ok_or(PayRefused::UnknownPayer)?;
        if person.locked_for(at) > Duration::ZERO {
            return Err(self.refused_to(before, PayRefused::Locked, at));
        }
        let paid = match (&before.what, before.attempt()) {
            (What::Prompt(key), _) => self.confirm_unasked(platform, key, at),
            (What::Prepay { .. }, Some(attempt)) => self.pay(platform, &attempt, at).map(|_| ()),
            (What::Prepay { .. }, None) => Err(PayRefused::Prepay),
        };
        match paid {
            Ok(()) => {
                self.end_session(before, Ended::Paid);
                Ok(Did::Paid)
            }
            Err(refusal) => Err(self.refused_to(before, refusal, at)),
        }
    }

    /// Types wrong passwords, so many or until locked.
    fn mistypes(
        &mut self,
        platform: &Platform,
        before: &Before,
        times: Option<u8>,
        at: Timestamp,
    ) -> Result<(), PayRefused> {
        let mut left = times;
        while left != Some(0) {
            let person = self.payers.get_mut(&before.payer).ok_or(PayRefused::UnknownPayer)?;
            let wrong = person.wrong_password();
            let locked = match &before.what {
                What::Prompt(key) => match self.confirm(platform, key, wrong, at)? {
                    Confirmed::Wrong { .. } => false,
                    Confirmed::Locked | Confirmed::Insufficient | Confirmed::Paid => true,
                },
                What::Prepay { .. } => {
                    let typed = person.type_password(wrong, &platform.switches, at);
                    self.note_before(before, EventKind::WrongPassword, "", at);
                    matches!(typed, Typed::Locked)
                }
            };
            if locked {
                self.end_session(before, Ended::Refused(PayRefused::Locked.to_string()));
                return Err(PayRefused::Locked);
            }
            left = left.map(|left| left - 1);
        }
        Ok(())
    }

    /// From another device: the same order, which is refused, and another for the same goods, which is not.
    fn pays_again(&mut self, platform: &Platform, before: &Before, at: Timestamp) {
        if let Some(attempt) = before.attempt()
            && let Err(refusal) = self.pay(platform, &attempt, at)
        {
            self.note_before(before, EventKind::PaymentRefused, &refusal.to_string(), at);
        }
        let paid = match &before.what {
            What::Prompt(key) => Some(key.clone()),
            What::Prepay { prepay_id, .. } => self.prepays.get(prepay_id).and_then(|opens| match &*opens {
                Opens::Order(key) => Some(key.clone()),
                Opens::Combined(_) => None,
            }),
        };
        let twin = paid.and_then(|key| self.twin_of(&key, &before.payer));
        let Some((prepay_id, scene)) = twin else { return };
        self.note_prepay(&prepay_id, EventKind::CashierOpened, &before.payer, at);
        let attempt = Attempt { prepay_id: &prepay_id, scene: &scene, appid: None, payer: &before.payer };
        if let Err(refusal) = self.pay(platform, &attempt, at) {
            self.note_prepay(&prepay_id, EventKind::PaymentRefused, &refusal.to_string(), at);
        }
    }

    /// The newest open order of the same merchant for the same goods that this payer may pay.
    fn twin_of(&self, key: &OrderKey, payer: &str) -> Option<(PrepayId, TradeType)> {
        let paid = self.orders.get(key)?;
        let alike = |order: &Order| {
            let (one, other) = (&paid.asked, &order.asked);
            order.number != paid.number
                && (&one.mchid, &one.description, one.total)
                    == (&other.mchid, &other.description, other.total)
                && other.combined.is_none()
                && matches!(order.state, OrderState::Open)
                && order.payer.as_deref().is_none_or(|meant| meant == payer)
        };
        let twin = self.newest_orders().find(|order| alike(order))?;
        Some((twin.prepays.last()?.id.clone(), twin.asked.scene.clone()))
    }

    fn cancels(&mut self, before: &Before, at: Timestamp) -> Result<Did, PayRefused> {
        match &before.what {
            What::Prompt(key) => self.refuse_password(key, at)?,
            What::Prepay { .. } => self.note_before(before, EventKind::CashierCancelled, "", at),
        }
        self.end_session(before, Ended::Cancelled);
        Ok(Did::Cancelled)
    }

    /// What the payer is told, which the order remembers unless it was paid already.
    fn refused_to(&mut self, before: &Before, refusal: PayRefused, at: Timestamp) -> PayRefused {
        let noted = matches!(refusal, PayRefused::Insufficient | PayRefused::Paid);
        if !noted {
            self.note_before(before, EventKind::PaymentRefused, &refusal.to_string(), at);
        }
        self.end_session(before, Ended::Refused(refusal.to_string()));
        refusal
    }

    fn end_session(&mut self, before: &Before, ended: Ended) {
        let session = before.session.as_ref().and_then(|id| self.sessions.get_mut(id));
        if let Some(session) = session {
            session.ended = Some(ended);
        }
    }

    fn before(&self, sight: &Sight) -> Result<Before, PayRefused> {
        match sight {
            Sight::Cashier(id) => {
                let session = self.sessions.get(id).filter(|session| session.ended.is_none());
                let session = session.ok_or(PayRefused::SessionGone)?;
                let what = match &session.shown {
                    Shown::Prepay { prepay_id, scene, appid } => What::Prepay {
                        prepay_id: prepay_id.clone(),
                        scene: scene.clone(),
                        appid: appid.clone(),
                    },
                    Shown::Prompt(key) => What::Prompt(key.clone()),
                };
                Ok(Before { payer: session.payer.clone(), what, session: Some(id.clone()) })
            }
            Sight::Order { payer, prepay_id } => {
                let opened = self.opened_by(prepay_id).ok_or(PayRefused::Prepay)?;
                let (prepay_id, scene) = (prepay_id.clone(), opened.scene().clone());
                let what = What::Prepay { prepay_id, scene, appid: None };
                Ok(Before { payer: payer.clone(), what, session: None })
            }
            Sight::Prompt(key) => {
                let payer = self.asked_for_password(key)?;
                Ok(Before { payer, what: What::Prompt(key.clone()), session: None })
            }
        }
    }

    fn note_before(&mut self, before: &Before, kind: EventKind, detail: &str, at: Timestamp) {
        match &before.what {
            What::Prepay { prepay_id, .. } => self.note_prepay(prepay_id, kind, detail, at),
            What::Prompt(key) => {
                if let Some(order) = self.orders.get_mut(key) {
                    order.note(at, kind, detail);
                }
            }
        }
    }

    fn note_prepay(&mut self, prepay_id: &PrepayId, kind: EventKind, detail: &str, at: Timestamp) {
        if let Some(opened) = self.opened_by(prepay_id) {
            self.note_opened(&opened, at, kind, detail);
        }
    }
}
