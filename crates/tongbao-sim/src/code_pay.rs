//! Payment codes (付款码): shown by payers, scanned by merchants, taken back (v3.md §2.8, v2.md §3.7 to §3.9).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{AuthCode, Fen, Mchid, Timestamp, TradeType};

use crate::ledger::{NewGivingBack, Sources};
use crate::order::{NewOrder, Order, OrderState, Refused};
use crate::pay::PayRefused;
use crate::payer::Typed;
use crate::people::{Line, LineKind, Mood, Sight};
use crate::platform::Platform;
use crate::refund::new_refund_id;
use crate::settings::DIGITS;
use crate::shelf::{Recent, Shelf, shelves};
use crate::state::{Due, OrderKey, State};
use crate::view::EventKind;

shelves! {
    PaymentCodes {
        "payment_codes" => codes.rows,
        "payment_code_order" => codes.order,
        "payments_unasked" => unasked,
    }
}

/// The payment codes that phones have shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PaymentCodes {
    codes: Recent<PaymentCode>,
    /// Payments without a password, by payer: the day in Beijing and how many.
    unasked: Shelf<String, (String, u32)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PaymentCode {
    payer: String,
    issued_at: Timestamp,
    /// The payer will be asked for the password whatever the amount (验密, risk).
    ask_password: bool,
    /// Who alone may charge it, having asked whose it is (v2.md §3.9).
    only_for: Option<Mchid>,
    used: bool,
}

/// Whether the payer is asked for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// By amount and number of payments.
    ByRule,
    Always,
}

/// What came of a password that was typed for a scanned code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    Paid,
    Wrong {
        attempts_left: u8,
    },
    /// The order failed: the payer is locked.
    Locked,
    /// The order failed: the payer has too little money.
    Insufficient,
}

impl State {
    /// The code a payer's phone shows: 18 digits, used once, for a minute.
    pub(crate) fn issue_code(
        &mut self,
        platform: &Platform,
        payer: &str,
        asking: Asking,
        now: Timestamp,
    ) -> Result<AuthCode, PayRefused> {
        if !self.payers.contains_key(payer) {
            return Err(PayRefused::UnknownPayer);
        }
        let mainland = platform.chance.bytes::<1>()[0] % 5;
        let text = format!("1{mainland}{}", platform.chance.text(16, DIGITS));
        let code = AuthCode::parse(&text).expect("18 digits");
        let kept = PaymentCode {
            payer: payer.into(),
            issued_at: now,
            ask_password: asking == Asking::Always,
            only_for: None,
            used: false,
        };
        self.payment_codes.codes.insert(text, kept, CODES_MAX);
        Ok(code)
    }

    /// The code a payer's phone shows at this moment and until when: the last one while it can be charged, else
    /// another.
    pub(crate) fn code_shown(
        &mut self,
        platform: &Platform,
        payer: &str,
        now: Timestamp,
    ) -> Result<(AuthCode, Timestamp), PayRefused> {
        let newest = self.payment_codes.codes.order.iter().rev().take(CODES_LOOKED_AT);
        let shown = newest.filter_map(|(_, text)| {
            let code = self.payment_codes.codes.get(&text)?;
            let until = code.issued_at.plus(CODE_LIVES);
            let good = code.payer == payer && !code.used && !code.ask_password && now < until;
            good.then(|| (AuthCode::parse(&text).expect("18 digits"), until))
        });
        match shown.take(1).next() {
            Some(shown) => Ok(shown),
            None => Ok((self.issue_code(platform, payer, Asking::ByRule, now)?, now.plus(CODE_LIVES))),
        }
    }

    /// Whose code it is, when it could be charged (v2.md §3.9).
    pub(crate) fn payer_of_code(&self, code: &AuthCode, now: Timestamp) -> Result<String, Refused> {
        let text = code.as_str().as_bytes();
        if text[0] != b'1' || !(b'0'..=b'5').contains(&text[1]) {
            return Err(Refused::CodeInvalid);
        }
        let known = self.payment_codes.codes.get(code.as_str()).ok_or(Refused::CodeInvalid)?;
        if known.used {
            return Err(Refused::CodeUsed);
        }
        if now >= known.issued_at.plus(CODE_LIVES) {
            return Err(Refused::CodeExpired);
        }
        Ok(known.payer.clone())
    }

    /// Lets nobody but `mchid` charge the code from now on; false when that is somebody else's right.
    pub(crate) fn reserve_code(&mut self, code: &AuthCode, mchid: &Mchid) -> bool {
        let Some(known) = self.payment_codes.codes.get_mut(code.as_str()) else { return false };
        known.only_for.get_or_insert_with(|| mchid.clone()) == mchid
    }

    /// Has the payer asked for the password whatever the amount.
    pub(crate) fn ask_for_code(&mut self, code: &AuthCode) {
        if let Some(known) = self.payment_codes.codes.get_mut(code.as_str()) {
            known.ask_password = true;
        }
    }

    /// Charges a scanned code: paid at once, or `USERPAYING` until the payer types the password.
    ///
    /// The same request again tells the order as it stands.
    pub(crate) fn code_pay(
        &mut self,
        platform: &Platform,
        asked: NewOrder,
        code: &AuthCode,
        now: Timestamp,
    ) -> Result<Arc<Order>, Refused> {
        let key = asked.key();
        self.admit(platform, &asked)?;
        if self.reserved.contains_key(&key) {
            return Err(Refused::ReentryDiffers);
        }
        if let Some(known) = self.orders.get(&key) {
            return again(known, &asked);
        }
        let payer = self.payer_of_code(code, now)?;
        if !self.reserve_code(code, &asked.mchid) {
            return Err(Refused::CodeInvalid);
        }
        if self.payers.get(&payer).is_some_and(|person| person.abnormal) {
            return Err(Refused::PayerAbnormal);
        }
        let mood = self.payers.get(&payer).map_or(Mood::Willing, |person| person.mood);
        let asks = !mood.needs_no_prompt() || self.payment_codes.asks(code, &payer, asked.total, now);
        let wallet = self.wallet_for(&payer, asked.total);
        if let Some(known) = self.payment_codes.codes.get_mut(code.as_str()) {
            known.used = true;
        }
        self.make_room(platform, 1)?;
        self.insert_order(platform, asked, Some(payer.clone()), now);
        let order = self.orders.get_mut(&key).expect("just written");
        let Some(wallet) = wallet else {
            order.note(now, EventKind::Insufficient, "");
            order.state = OrderState::Failed { at: now };
            return Err(Refused::PayerShort);
        };
        if asks {
            order.note(now, EventKind::CashierOpened, payer.as_str());
            order.state = OrderState::UserPaying { since: now, payer: payer.clone() };
            self.schedule(now.plus(PASSWORD_WITHIN), Due::PasswordMissed(key.clone()));
            self.invoked(&payer, Sight::Prompt(key.clone()), now);
        } else {
            self.payment_codes.count_unasked(&payer, now);
            self.take(platform, &key, &wallet, now);
        }
        Ok(self.orders.get(&key).expect("just written"))
    }

    /// The payer, asked on the phone, types the password.
    pub(crate) fn confirm(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        password: &str,
        now: Timestamp,
    ) -> Result<Confirmed, PayRefused> {
        let payer = self.asked_for_password(key)?;
        let person = self.payers.get_mut(&payer).ok_or(PayRefused::UnknownPayer)?;
        match person.type_password(password, &platform.switches, now) {
            Typed::Right => {}
            Typed::Wrong { attempts_left } => {
                let order = self.orders.get_mut(key).expect("just found");
                order.note(now, EventKind::WrongPassword, "");
                return Ok(Confirmed::Wrong { attempts_left });
            }
            Typed::Locked => {
                self.fail(key, EventKind::WrongPassword, now);
                return Ok(Confirmed::Locked);
            }
        }
        match self.confirm_unasked(platform, key, now) {
            Ok(()) => Ok(Confirmed::Paid),
            Err(PayRefused::Insufficient) => Ok(Confirmed::Insufficient),
            Err(other) => Err(other),
        }
    }

    /// The payer pays as after the right password.
    pub(crate) fn confirm_unasked(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), PayRefused> {
        let payer = self.asked_for_password(key)?;
        let total = self.orders.get(key).expect("just found").asked.total;
        let Some(wallet) = self.wallet_for(&payer, total) else {
            self.fail(key, EventKind::Insufficient, now);
            return Err(PayRefused::Insufficient);
        };
        self.take(platform, key, &wallet, now);
        Ok(())
    }

    /// The payer refuses.
    pub(crate) fn refuse_password(&mut self, key: &OrderKey, now: Timestamp) -> Result<(), PayRefused> {
        self.asked_for_password(key)?;
        self.fail(key, EventKind::CashierCancelled, now);
        Ok(())
    }

    /// The password was not typed in time.
    pub(crate) fn password_missed(&mut self, key: &OrderKey, at: Timestamp) {
        if self.asked_for_password(key).is_ok() {
            self.fail(key, EventKind::CashierCancelled, at);
        }
    }

    /// Who is being asked for the password of an order.
    pub(crate) fn asked_for_password(&self, key: &OrderKey) -> Result<String, PayRefused> {
        let order = self.orders.get(key).ok_or(PayRefused::UnknownOrder)?;
        match &order.state {
            OrderState::UserPaying { payer, .. } => Ok(payer.clone()),
            OrderState::Paid(_) => Err(PayRefused::Paid),
            OrderState::Open => Err(PayRefused::Scene),
            OrderState::Failed { .. } | OrderState::Revoked { .. } | OrderState::Closed { .. } => {
                Err(PayRefused::Closed)
            }
        }
    }

    fn fail(&mut self, key: &OrderKey, kind: EventKind, at: Timestamp) {
        let order = self.orders.get_mut(key).expect("callers looked it up");
        order.note(at, kind, "the payment failed");
        order.state = OrderState::Failed { at };
    }

    /// Takes a payment-code order back: what was not paid is closed, what was paid is returned (v3.md §2.8).
    ///
    /// Idempotent.
    pub(crate) fn reverse(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        now: Timestamp,
    ) -> Result<Arc<Order>, Refused> {
        let order = self.orders.get(key).ok_or(Refused::OrderUnknown)?;
        if order.asked.scene != TradeType::Micropay {
            return Err(Refused::NotByCode);
        }
        let payment = match &order.state {
            OrderState::Revoked { .. } => return Ok(order),
            OrderState::Closed { .. } => return Err(Refused::Closed),
            OrderState::Open | OrderState::UserPaying { .. } | OrderState::Failed { .. } => None,
            OrderState::Paid(payment) => Some(payment.clone()),
        };
        if now.since(order.created_at) > REVERSIBLE_FOR {
            return Err(Refused::ReverseExpired);
        }
        if let Some(payment) = &payment {
            if !order.refunds.is_empty() {
                return Err(Refused::RefundTooMuch);
            }
            let (id, total) = (&payment.transaction_id, order.asked.total);
            let paid = self.ledger.refund_paid_from(id, total, Sources::Usual);
            let paid = paid.map_err(|_| Refused::MerchantShort)?;
            let refund_id = new_refund_id(platform, self.next_serial(), now);
            let back = NewGivingBack {
                refund_id: refund_id.clone(),
                out_refund_no: None,
                transaction_id: id.clone(),
                paid,
                channel: "ORIGINAL",
            };
            self.ledger.refund_accepted(back, now).expect("the money was there a moment ago");
            self.ledger.refund_arrived(&refund_id, now);
            let line = Line {
                at: now,
                kind: LineKind::Refund,
                amount: total,
                mchid: order.asked.collected().0.clone(),
                number: key.1.to_string(),
                platform_number: refund_id.to_string(),
                description: order.asked.description.clone(),
                bank_type: payment.bank_type.clone(),
            };
            self.add_line(&payment.payer, line);
        }
        let order = self.orders.get_mut(key).expect("just found");
        order.note(now, EventKind::Closed, "taken back by the merchant");
        order.state = OrderState::Revoked { at: now, payment };
        Ok(self.orders.get(key).expect("just found"))
    }
}

/// The same number again: the order as it stands, when everything is as before.
fn again(known: Arc<Order>, asked: &NewOrder) -> Result<Arc<Order>, Refused> {
    if known.asked.scene != TradeType::Micropay || !known.asked.dialect.is_like(asked.dialect) {
        return Err(Refused::NumberUsed);
    }
    let same = known.asked.terms == asked.terms;
    match known.state {
        OrderState::Revoked { .. } => Err(Refused::Revoked),
        OrderState::Closed { .. } | OrderState::Failed { .. } => Err(Refused::Closed),
        OrderState::Paid(_) | OrderState::UserPaying { .. } | OrderState::Open if !same => {
            Err(Refused::ReentryDiffers)
        }
        OrderState::Paid(_) | OrderState::UserPaying { .. } | OrderState::Open => Ok(known),
    }
}

impl PaymentCodes {
    /// Above 1000 yuan, after ten payments without it in one day, or by risk.
    fn asks(&self, code: &AuthCode, payer: &str, total: Fen, now: Timestamp) -> bool {
        let risky = self.codes.get(code.as_str()).is_some_and(|known| known.ask_password);
        let today = now.beijing_date();
        let unasked = self.unasked.get(payer).filter(|kept| kept.0 == today).map_or(0, |kept| kept.1);
        risky || total > UNASKED_TOTAL_MAX || unasked >= UNASKED_A_DAY
    }

    fn count_unasked(&mut self, payer: &str, now: Timestamp) {
        let today = now.beijing_date();
        let before = self.unasked.get(payer).filter(|kept| kept.0 == today).map_or(0, |kept| kept.1);
        self.unasked.insert(payer.into(), (today, before + 1));
    }
}

/// A phone shows another code after this time (v3.md §2.8: refreshed every minute).
pub(crate) const CODE_LIVES: Duration = Duration::from_secs(60);
/// The payer types the password within this time, or the payment has failed (v3.md §2.8, contested: 45 s in
/// v2 pages of 2025, 30 s in the official knowledge pack).
const PASSWORD_WITHIN: Duration = Duration::from_secs(45);
/// An order can be taken back for so long (v3.md §2.8).
const REVERSIBLE_FOR: Duration = Duration::from_secs(7 * 86_400);
/// Up to here no password is asked for: 1000 yuan (v3.md §2.8).
const UNASKED_TOTAL_MAX: Fen = Fen::new(100_000);
/// Payments of a day without a password (v3.md §2.8).
const UNASKED_A_DAY: u32 = 10;
/// Newest codes that are looked at for the one a phone shows.
const CODES_LOOKED_AT: usize = 100;
/// Codes that are remembered; the oldest is forgotten first.
const CODES_MAX: u64 = 10_000;
