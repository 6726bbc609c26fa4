//! Profit sharing (分账): what a payment has frozen goes to receivers, the rest is given free
//! (v3-extended.md §8).

mod execute;
mod receiver;
mod returns;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::profit_sharing::{
    Share, ShareFailReason, ShareReceiverType, ShareResult, ShareState, SharedPart, TenThousandths,
};
use tongbao_wire::{Fen, Mchid, OutOrderNo, OutReturnNo, SharingOrderId, Timestamp, TransactionId};

use crate::order::Order;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::DIGITS;
use crate::shelf::{Shelf, shelves};
use crate::state::{Due, State};

pub(crate) use receiver::{NewReceiver, ReceiverKey};
pub(crate) use returns::{NewReturn, ReturnRecord};

/// A share's number is unique for who asks for it.
pub(crate) type ShareKey = (Mchid, OutOrderNo);
pub(crate) type ReturnKey = (Mchid, OutReturnNo);

/// Every share, and who may receive.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Sharing {
    shares: Shelf<ShareKey, ShareRecord>,
    /// As they came.
    ages: Shelf<u64, ShareKey>,
    order_ids: Shelf<SharingOrderId, ShareKey>,
    /// What was shared of each payment.
    payments: Shelf<TransactionId, SharedPayment>,
    returns: Shelf<ReturnKey, ReturnRecord>,
    /// What of a share a merchant has given back.
    returned: Shelf<(SharingOrderId, Mchid), Fen>,
    receivers: Shelf<ReceiverKey, receiver::ReceiverRecord>,
    receiver_counts: Shelf<Mchid, u32>,
    /// What people received in a month, such as `2026-03`.
    received: Shelf<(String, String), Fen>,
    /// How merchants set it up on their platform page.
    pub(crate) settings: Shelf<Mchid, SharingSettings>,
    /// What the next share to an account fails with, set by hand.
    pub(crate) failures: Shelf<String, ShareFailReason>,
}

shelves! {
    Sharing {
        "shares" => shares,
        "share_ages" => ages,
        "share_order_ids" => order_ids,
        "shared_payments" => payments,
        "share_returns" => returns,
        "share_returned" => returned,
        "share_receivers" => receivers,
        "share_receiver_counts" => receiver_counts,
        "share_received" => received,
        "share_settings" => settings,
        "share_failures" => failures,
    }
}

/// What a merchant sets on its platform page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SharingSettings {
    /// Where it is told of what it receives (`service_notify_url`).
    pub(crate) notify_url: Option<String>,
    /// The most of its payments that may be shared.
    pub(crate) max_ratio: TenThousandths,
    /// It gives shares back when asked.
    pub(crate) gives_back: bool,
}

impl Default for SharingSettings {
    fn default() -> Self {
        Self { notify_url: None, max_ratio: RATIO_USUAL, gives_back: true }
    }
}

/// What profit sharing does by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum SharingDue {
    /// A share or an unfreezing is executed.
    Execute(ShareKey),
    /// Thirty days are over.
    Unfreeze(TransactionId),
}

/// What a merchant asks for, checked against its schema.
pub(crate) struct NewShare {
    pub(crate) signer: Mchid,
    pub(crate) sub_mchid: Option<Mchid>,
    pub(crate) transaction_id: TransactionId,
    pub(crate) out_order_no: OutOrderNo,
    pub(crate) receivers: Vec<NewPart>,
    pub(crate) unfreeze_unsplit: bool,
    /// Digest of the whole request, its sealed members opened.
    pub(crate) terms: String,
}

/// One receiver's part.
#[derive(Clone, Debug)]
pub(crate) struct NewPart {
    pub(crate) kind: ShareReceiverType,
    pub(crate) account: String,
    pub(crate) name: Option<String>,
    pub(crate) amount: Fen,
    pub(crate) description: String,
}

/// A share, or an unfreezing, that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShareRecord {
    pub(crate) told: Share,
    pub(crate) signer: Mchid,
    /// Whose payment it is.
    pub(crate) payee: Mchid,
    created_at: Timestamp,
    terms: String,
    ends: bool,
    /// It shares nothing: the rest is given free.
    unfreezes: bool,
}

/// What was shared of a payment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SharedPayment {
    requests: u32,
    returns: u32,
    /// Shared, or about to be.
    shared: Fen,
    /// About to be.
    pending: Fen,
    /// No more is shared.
    finished: bool,
}

impl Sharing {
    pub(crate) fn settings_of(&self, mchid: &Mchid) -> SharingSettings {
        self.settings.get(mchid).map(|it| (*it).clone()).unwrap_or_default()
    }

    /// Shares, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = Arc<ShareRecord>> {
        self.ages.iter().rev().filter_map(|(_, key)| self.shares.get(&key))
    }
}

impl Sharing {
    /// True when something of a payment was shared.
    pub(crate) fn is_shared(&self, transaction_id: &TransactionId) -> bool {
        self.payments.contains_key(transaction_id)
    }
}

impl State {
    /// A payment was made whose money waits to be shared: it does so for thirty days.
    pub(crate) fn sharing_begins(&mut self, transaction_id: &TransactionId, now: Timestamp) {
        let due = Due::Sharing(SharingDue::Unfreeze(transaction_id.clone()));
        self.schedule(now.plus(SHARED_WITHIN), due);
    }

    /// Something profit sharing does by itself.
    pub(crate) fn sharing_due(&mut self, platform: &Platform, due: SharingDue, at: Timestamp) {
        match due {
            SharingDue::Execute(key) => self.execute_share(platform, &key, at),
            SharingDue::Unfreeze(transaction_id) => {
                self.shared_payment(&transaction_id).finished = true;
                self.ledger.unfreeze(&transaction_id, at);
            }
        }
    }

    /// Accepts a share, or tells the one with this number (v3-extended.md §8.3).
    pub(crate) fn share_profit(
        &mut self,
        platform: &Platform,
        asked: NewShare,
        now: Timestamp,
    ) -> Result<Arc<ShareRecord>, Refusal> {
        let (order, payee) =
            self.shareable(platform, &asked.signer, asked.sub_mchid.as_ref(), &asked.transaction_id)?;
        let key = (asked.signer.clone(), asked.out_order_no.clone());
        if let Some(known) = self.sharing.shares.get(&key) {
            return replay(known, &asked);
        }
        let marked = order.asked.profit_sharing;
        let paid_at = order.payment().expect("found paid").success_time;
        self.check_open(marked, paid_at, &asked.transaction_id, now)?;
        self.check_parts(platform, &payee, &asked)?;
        let total: Fen = asked.receivers.iter().map(|part| part.amount).sum();
        self.check_amount(&payee, &asked.transaction_id, total)?;
        let parts = asked.receivers.iter().map(|part| pending(part, now)).collect();
        let ends = asked.unfreeze_unsplit;
        let payment = self.shared_payment(&asked.transaction_id);
        payment.requests += 1;
        payment.shared = add(payment.shared, total);
        payment.pending = add(payment.pending, total);
        payment.finished = ends;
        let record = (asked.sub_mchid, parts, asked.terms);
        Ok(self.keep_share(platform, key, payee, &asked.transaction_id, record, (ends, false), now))
    }

    /// Gives free what is still frozen, for good (v3-extended.md §8.4). A number that a share has used answers
    /// that share and gives nothing free.
    pub(crate) fn unfreeze_share(
        &mut self,
        platform: &Platform,
        asked: NewShare,
        description: &str,
        now: Timestamp,
    ) -> Result<Arc<ShareRecord>, Refusal> {
        let (order, payee) =
            self.shareable(platform, &asked.signer, asked.sub_mchid.as_ref(), &asked.transaction_id)?;
        let key = (asked.signer.clone(), asked.out_order_no.clone());
        if let Some(known) = self.sharing.shares.get(&key) {
            return Ok(known);
        }
        let marked = order.asked.profit_sharing;
        let paid_at = order.payment().expect("found paid").success_time;
        self.check_open(marked, paid_at, &asked.transaction_id, now)?;
        let left = self.unsplit(&asked.transaction_id);
        if !left.is_positive() {
            return Err(not_enough());
        }
        let part = NewPart {
            kind: ShareReceiverType::MerchantId,
            account: payee.to_string(),
            name: None,
            amount: left,
            description: description.into(),
        };
        self.shared_payment(&asked.transaction_id).finished = true;
        let record = (asked.sub_mchid, vec![pending(&part, now)], asked.terms);
        Ok(self.keep_share(platform, key, payee, &asked.transaction_id, record, (true, true), now))
    }

    #[allow(clippy::too_many_arguments, reason = "a record is made of them")]
    fn keep_share(
        &mut self,
        platform: &Platform,
        key: ShareKey,
        payee: Mchid,
        transaction_id: &TransactionId,
        (sub_mchid, receivers, terms): (Option<Mchid>, Vec<SharedPart>, String),
        (ends, unfreezes): (bool, bool),
        now: Timestamp,
    ) -> Arc<ShareRecord> {
        let serial = self.next_serial();
        let text = format!("3008450740{}{}{serial:07}", &now.digits()[..8], platform.chance.text(3, DIGITS));
        let order_id = SharingOrderId::parse(&text).expect("28 digits");
        let told = Share {
            sub_mchid,
            transaction_id: transaction_id.clone(),
            out_order_no: key.1.clone(),
            order_id: order_id.clone(),
            state: ShareState::Processing,
            receivers,
        };
        let signer = key.0.clone();
        let record = ShareRecord { told, signer, payee, created_at: now, terms, ends, unfreezes };
        self.sharing.shares.insert(key.clone(), record);
        self.sharing.ages.insert(serial, key.clone());
        self.sharing.order_ids.insert(order_id, key.clone());
        let at = now.plus(platform.switches.share_takes);
        self.schedule(at, Due::Sharing(SharingDue::Execute(key.clone())));
        self.sharing.shares.get(&key).expect("just put in")
    }

    /// The paid order, and whose money it is. A sub-merchant cannot share what its provider ordered.
    fn shareable(
        &self,
        platform: &Platform,
        signer: &Mchid,
        sub_mchid: Option<&Mchid>,
        transaction_id: &TransactionId,
    ) -> Result<(Arc<Order>, Mchid), Refusal> {
        let payee = check_relation(platform, signer, sub_mchid)?;
        let key = self.transactions.get(transaction_id);
        let order = key.and_then(|key| self.orders.get(&key)).filter(|order| order.payment().is_some());
        let order = order.ok_or_else(|| Refusal::invalid("微信支付订单号不存在", cause::ORDER_NOT_FOUND))?;
        let owner = order.asked.sub.as_ref().map_or(&order.asked.mchid, |sub| &sub.mchid);
        if *owner != payee {
            return Err(Refusal::invalid("商户号和订单信息不匹配", cause::FOREIGN_ORDER));
        }
        if order.asked.mchid != *signer {
            return Err(no_auth("无分账权限"));
        }
        Ok((order, payee))
    }

    /// Marked, not finished, not refunded whole, and a minute old.
    fn check_open(
        &self,
        marked: bool,
        paid_at: Timestamp,
        transaction_id: &TransactionId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if !marked {
            return Err(Refusal::invalid("非分账订单不支持分账", cause::PARAMETER));
        }
        if self.sharing.payments.get(transaction_id).is_some_and(|payment| payment.finished) {
            return Err(Refusal::invalid("订单已完结分账，不支持分账", cause::PARAMETER));
        }
        if self.ledger.sale(transaction_id).is_some_and(|sale| sale.refunded == sale.total) {
            return Err(Refusal::invalid("订单已全额退款，不支持分账", cause::PARAMETER));
        }
        if now.since(paid_at) < STARTS_AFTER {
            return Err(Refusal::invalid("订单处理中，请稍后重试", cause::PARAMETER));
        }
        Ok(())
    }

    /// How often, how much of the whole, how much of what is left.
    fn check_amount(&self, payee: &Mchid, transaction_id: &TransactionId, asked: Fen) -> Result<(), Refusal> {
        let payment = self.sharing.payments.get(transaction_id);
        let (requests, shared) = payment.map_or((0, Fen::ZERO), |it| (it.requests, it.shared));
        if requests >= REQUESTS_MAX {
            return Err(Refusal::new(403, "RULE_LIMIT", "订单分账次数超过限制", cause::PARAMETER));
        }
        let total = self.ledger.sale(transaction_id).map_or(Fen::ZERO, |sale| sale.total);
        let ratio = self.sharing.settings_of(payee).max_ratio;
        if add(shared, asked) > ratio.of(total).unwrap_or(total) {
            return Err(Refusal::new(403, "RULE_LIMIT", "分账金额超出最大分账比例", cause::PARAMETER));
        }
        if asked > self.unsplit(transaction_id) { Err(not_enough()) } else { Ok(()) }
    }

    /// What can still be shared: frozen, and not about to be shared.
    pub(crate) fn unsplit(&self, transaction_id: &TransactionId) -> Fen {
        let frozen = self.ledger.sale(transaction_id).map_or(Fen::ZERO, |sale| sale.frozen);
        let pending = self.sharing.payments.get(transaction_id).map_or(Fen::ZERO, |it| it.pending);
        frozen.checked_sub(pending).unwrap_or_default().max(Fen::ZERO)
    }

    fn shared_payment(&mut self, transaction_id: &TransactionId) -> &mut SharedPayment {
        if !self.sharing.payments.contains_key(transaction_id) {
            self.sharing.payments.insert(transaction_id.clone(), SharedPayment::default());
        }
        self.sharing.payments.get_mut(transaction_id).expect("just put in")
    }

    /// A share of `signer`, under the payment it names.
    pub(crate) fn share_of(
        &self,
        key: &ShareKey,
        transaction_id: &TransactionId,
    ) -> Result<Arc<ShareRecord>, Refusal> {
        let found = self.sharing.shares.get(key);
        found
            .filter(|record| record.told.transaction_id == *transaction_id)
            .ok_or_else(|| Refusal::new(404, "RESOURCE_NOT_EXISTS", "分账单不存在", cause::ORDER_NOT_FOUND))
    }

    /// What can still be shared of a payment that `signer` ordered.
    pub(crate) fn unsplit_of(&self, signer: &Mchid, transaction_id: &TransactionId) -> Result<Fen, Refusal> {
        let key = self.transactions.get(transaction_id);
        let order = key.and_then(|key| self.orders.get(&key)).filter(|order| order.asked.mchid == *signer);
        if order.is_some_and(|order| order.asked.profit_sharing) {
            return Ok(self.unsplit(transaction_id));
        }
        Err(Refusal::new(404, "RESOURCE_NOT_EXISTS", "分账订单不存在", cause::ORDER_NOT_FOUND))
    }
}

/// The same number again: the same content tells the share, other receivers are refused.
fn replay(known: Arc<ShareRecord>, asked: &NewShare) -> Result<Arc<ShareRecord>, Refusal> {
    if known.terms == asked.terms {
        return Ok(known);
    }
    Err(Refusal::invalid("分账接收方与原请求不一致", cause::REENTRY))
}

/// For whom `signer` acts: itself, or a sub-merchant of its own.
pub(crate) fn check_relation(
    platform: &Platform,
    signer: &Mchid,
    sub_mchid: Option<&Mchid>,
) -> Result<Mchid, Refusal> {
    let Some(sub) = sub_mchid else { return Ok(signer.clone()) };
    if sub != signer && platform.serves(signer, sub) {
        return Ok(sub.clone());
    }
    Err(no_auth("服务商和分账方无受理关系"))
}

fn pending(part: &NewPart, now: Timestamp) -> SharedPart {
    SharedPart {
        amount: part.amount,
        description: part.description.clone(),
        kind: part.kind.clone(),
        account: part.account.clone(),
        result: ShareResult::Pending,
        fail_reason: None,
        detail_id: None,
        create_time: now,
        finish_time: None,
    }
}

fn add(a: Fen, b: Fen) -> Fen {
    a.checked_add(b).expect("bounded amounts add up within 63 bits")
}

fn no_auth(message: &str) -> Refusal {
    Refusal::new(403, "NO_AUTH", message, cause::PERMISSION)
}

fn not_enough() -> Refusal {
    Refusal::new(403, "NOT_ENOUGH", "分账金额不足", cause::PARAMETER)
}

/// v3-extended.md §8.1.
const STARTS_AFTER: Duration = Duration::from_secs(60);
const SHARED_WITHIN: Duration = Duration::from_secs(30 * 86_400);
const REQUESTS_MAX: u32 = 50;
const RATIO_USUAL: TenThousandths = TenThousandths::new(3000);
