//! Refunds: who may ask for how much, from which of the merchant's money (v3.md §5). What becomes of them is
//! in `refund/outcome`.

mod outcome;
mod pace;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Fen, Mchid, OutRefundNo, OutTradeNo, Refund, RefundAmount, RefundChannel, RefundId, RefundSource,
    RefundStatus, Timestamp, TransactionId,
};

use crate::bank::card_in_words;
use crate::ledger::{NewGivingBack, Paid, Short, Sources};
use crate::order::{Dialect, Refused};
use crate::platform::Platform;
use crate::settings::DIGITS;
use crate::state::{Due, OrderKey, RefundKey, State};
use crate::v2::SignType;
use crate::view::EventKind;

pub(crate) use outcome::{Elsewhere, OutcomeRefused};

/// What a merchant asks for, checked.
pub(crate) struct NewRefund {
    pub(crate) dialect: Dialect,
    pub(crate) mchid: Mchid,
    /// Whose order it is, when a provider asks (v3.md §5.1).
    pub(crate) sub_mchid: Option<Mchid>,
    pub(crate) order: OrderNamed,
    pub(crate) out_refund_no: OutRefundNo,
    pub(crate) notify_url: Option<String>,
    pub(crate) refund: Fen,
    pub(crate) total: Fen,
    /// `amount.from`; they add up to `refund`.
    pub(crate) from: Vec<RefundSource>,
    /// `funds_account`.
    pub(crate) funds_account: Option<String>,
}

/// How the order is named; with both, the platform's number wins (v3.md §5.1).
pub(crate) enum OrderNamed {
    ByTransactionId(TransactionId),
    ByOutTradeNo(OutTradeNo),
}

/// A refund that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefundRecord {
    pub(crate) dialect: Dialect,
    pub(crate) mchid: Mchid,
    pub(crate) sub_mchid: Option<Mchid>,
    /// Who gets it.
    pub(crate) payer: String,
    /// As answers tell it.
    pub(crate) told: Refund,
    pub(crate) notify_url: Option<String>,
    /// The merchant is short of money: it has not moved yet (v3.md §5.2).
    pub(crate) waits: bool,
    /// Another way than it came, once somebody chose one (v3.md §5.5).
    pub(crate) elsewhere: Option<Elsewhere>,
}

impl State {
    /// Accepts a refund, or tells the state of the one with this number.
    pub(crate) fn refund(
        &mut self,
        platform: &Platform,
        asked: NewRefund,
        now: Timestamp,
    ) -> Result<Refund, Refused> {
        let order_key = self.refundable_order(&asked)?;
        let key = (asked.mchid.clone(), asked.out_refund_no.clone());
        if let Some(known) = self.refunds.get(&key) {
            return replay(&known, &asked, &order_key);
        }
        self.pace_old_refunds(platform, &order_key, now)?;
        self.check_limits(platform, &asked, &order_key, now)?;
        let paid = match self.check_money(&asked, &order_key) {
            Ok(paid) => Some(paid),
            Err(Refused::MerchantShort) if platform.switches.refunds_wait_for_money => None,
            Err(refused) => return Err(refused),
        };
        Ok(self.accept(platform, asked, &order_key, key, paid, now))
    }

    /// From where the merchant pays (v3.md §5.1, §5.2).
    fn check_money(&self, asked: &NewRefund, order_key: &OrderKey) -> Result<Paid, Refused> {
        let order = self.orders.get(order_key).expect("found paid");
        let transaction_id = &order.payment().expect("found paid").transaction_id;
        let sources = sources(&asked.from, asked.funds_account.as_deref());
        let paid = self.ledger.refund_paid_from(transaction_id, asked.refund, sources);
        paid.map_err(|Short| Refused::MerchantShort)
    }

    /// The paid order; an unpaid or unknown one cannot be told apart (v3.md §5.2).
    fn refundable_order(&self, asked: &NewRefund) -> Result<OrderKey, Refused> {
        let key = match &asked.order {
            OrderNamed::ByTransactionId(id) => self.transactions.get(id).map(|key| (*key).clone()),
            OrderNamed::ByOutTradeNo(number) => Some((asked.mchid.clone(), number.clone())),
        };
        let key = key.filter(|key| key.0 == asked.mchid).ok_or(Refused::NothingToRefund)?;
        let order = self.orders.get(&key).filter(|order| order.payment().is_some());
        let order = order.ok_or(Refused::NothingToRefund)?;
        match (order.asked.sub.as_ref().map(|sub| &sub.mchid), &asked.sub_mchid) {
            (None, None) => Ok(key),
            (Some(known), Some(said)) if known == said => Ok(key),
            (Some(_), None) => Err(Refused::SubMissing),
            (Some(_), Some(_)) | (None, Some(_)) => Err(Refused::OrderOfOtherSub),
        }
    }

    fn check_limits(
        &self,
        platform: &Platform,
        asked: &NewRefund,
        order_key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let order = self.orders.get(order_key).expect("found paid");
        let payment = order.payment().expect("found paid");
        let success_time = payment.success_time;
        if asked.total != order.asked.total {
            return Err(Refused::RefundTotalDiffers);
        }
        let live = order.refunds.iter().filter_map(|number| {
            let record = self.refunds.get(&(asked.mchid.clone(), number.clone()))?;
            (record.told.status != RefundStatus::Closed)
                .then(|| (record.told.amount.refund, record.told.create_time))
        });
        let (mut parts, mut returned, mut latest) = (0_usize, Fen::ZERO, None);
        for (refund, created) in live {
            parts += 1;
            returned = returned.checked_add(refund).expect("never more than was paid");
            latest = latest.max(Some(created));
        }
        let left = order.asked.total.checked_sub(returned).expect("never more than was paid");
        if asked.refund > left {
            return Err(Refused::RefundTooMuch);
        }
        if parts >= PARTS_MAX {
            return Err(Refused::RefundTooManyParts);
        }
        if now.since(success_time) > REFUNDABLE_FOR {
            return Err(Refused::RefundTooLate);
        }
        if self.payers.get(&payment.payer).is_some_and(|person| person.abnormal) {
            return Err(Refused::PayerAbnormal);
        }
        let too_soon = latest.is_some_and(|at| now.since(at) < PARTS_APART);
        if platform.switches.refund_spacing && too_soon {
            return Err(Refused::RefundTooSoon);
        }
        Ok(())
    }

    fn accept(
        &mut self,
        platform: &Platform,
        asked: NewRefund,
        order_key: &OrderKey,
        key: RefundKey,
        paid: Option<Paid>,
        now: Timestamp,
    ) -> Refund {
        let refund_id = new_refund_id(platform, self.next_serial(), now);
        let order = self.orders.get_mut(order_key).expect("found paid");
        let payment = order.payment().expect("found paid");
        let (transaction_id, payer) = (payment.transaction_id.clone(), payment.payer.clone());
        let user_received_account = match payment.bank_type.as_str() {
            "OTHERS" => "支付用户零钱".to_owned(),
            card => card_in_words(card),
        };
        let moving = |paid| NewGivingBack {
            refund_id: refund_id.clone(),
            out_refund_no: Some(asked.out_refund_no.as_str().into()),
            transaction_id: transaction_id.clone(),
            paid,
            channel: "ORIGINAL",
        };
        if let Some(paid) = paid {
            self.ledger.refund_accepted(moving(paid), now).expect("the money was there a moment ago");
        } else {
            self.ledger.refund_awaited(moving(Paid::nothing_yet(asked.refund)), now);
        }
        let told = Refund {
            refund_id,
            out_refund_no: asked.out_refund_no.clone(),
            transaction_id,
            out_trade_no: order_key.1.clone(),
            channel: RefundChannel::Original,
            user_received_account,
            success_time: None,
            create_time: now,
            status: RefundStatus::Processing,
            funds_account: Some(funds_account(&asked, paid.as_ref())),
            amount: RefundAmount {
                total: asked.total,
                refund: asked.refund,
                from: asked.from.clone(),
                payer_total: asked.total,
                payer_refund: asked.refund,
                settlement_refund: asked.refund,
                settlement_total: asked.total,
                discount_refund: Fen::ZERO,
                currency: "CNY".into(),
                refund_fee: paid.map(|paid| paid.fee).filter(|fee| *fee > Fen::ZERO),
            },
            promotion_detail: Vec::new(),
        };
        order.refunds.push(asked.out_refund_no.clone());
        order.note(now, EventKind::RefundAccepted, format!("{} {}", asked.out_refund_no, asked.refund));
        let (notify_url, dialect) = told_where(platform, &asked);
        let record = RefundRecord {
            dialect,
            mchid: asked.mchid,
            sub_mchid: asked.sub_mchid,
            payer,
            told: told.clone(),
            notify_url,
            waits: paid.is_none(),
            elsewhere: None,
        };
        self.refund_ids.insert(told.refund_id.clone(), key.clone());
        self.refunds.insert(key.clone(), record);
        let next = match paid {
            Some(_) => (now.plus(platform.switches.refund_takes), Due::SettleRefund(key)),
            None => (now.plus(MONEY_AWAITED_EVERY), Due::RetryRefund(key)),
        };
        self.schedule(next.0, next.1);
        told
    }
}

/// Where and in which language the end of a refund is told: an address that comes with none is the
/// merchant's setting, and that is told in v2 whoever asked (v3.md §5.1).
fn told_where(platform: &Platform, asked: &NewRefund) -> (Option<String>, Dialect) {
    if asked.notify_url.is_some() {
        return (asked.notify_url.clone(), asked.dialect);
    }
    let merchant = platform.merchant(&asked.mchid);
    let set = merchant.and_then(|merchant| merchant.settings.refund_notify_url.clone());
    (set, Dialect::V2(SignType::Md5))
}

/// Which half of 基本账户 pays: `amount.from` says how much of it from 不可用余额, `funds_account` that all comes
/// from 可用余额 (v3.md §5.1).
fn sources(from: &[RefundSource], funds_account: Option<&str>) -> Sources {
    if from.is_empty() && funds_account != Some("AVAILABLE") {
        return Sources::Usual;
    }
    let unavailable = from.iter().filter(|source| source.account == "UNAVAILABLE");
    Sources::Named { unavailable: unavailable.map(|source| source.amount).sum() }
}

/// The account that pays, in the words of answers.
fn funds_account(asked: &NewRefund, paid: Option<&Paid>) -> String {
    let frozen = paid.is_some_and(|paid| paid.frozen > Fen::ZERO && paid.available == Fen::ZERO);
    match &asked.funds_account {
        Some(account) => account.clone(),
        None if frozen => "UNAVAILABLE".into(),
        None => "AVAILABLE".into(),
    }
}

/// The same number again (v3.md §5.2): the refund as it stands, or a refusal when other money is meant.
fn replay(known: &RefundRecord, asked: &NewRefund, order: &OrderKey) -> Result<Refund, Refused> {
    let told = &known.told;
    let same = told.amount.refund == asked.refund
        && told.amount.total == asked.total
        && told.out_trade_no == order.1;
    if same {
        return Ok(told.clone());
    }
    Err(Refused::RefundDiffers)
}

pub(crate) fn new_refund_id(platform: &Platform, serial: u64, now: Timestamp) -> RefundId {
    let text = format!(
        "50{}{}{}{:07}",
        platform.chance.text(8, DIGITS),
        &now.digits()[..8],
        platform.chance.text(4, DIGITS),
        serial % 10_000_000
    );
    RefundId::parse(&text).expect("29 digits")
}

/// Parts of one order (v3.md §5.2).
const PARTS_MAX: usize = 50;
/// Between two parts (v3.md §5.2).
const PARTS_APART: Duration = Duration::from_secs(60);
/// How often a refund looks whether the merchant has money again \[I\].
const MONEY_AWAITED_EVERY: Duration = Duration::from_secs(3600);
/// A refund waits so long for the merchant's money, then it is closed (v3.md §5.2).
const MONEY_AWAITED_FOR: Duration = Duration::from_secs(7 * 86_400);
/// After the payment (v3.md §5.2).
const REFUNDABLE_FOR: Duration = Duration::from_secs(365 * 86_400);
