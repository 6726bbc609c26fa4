//! Refunds: limits, states, and the money on its way back (v3.md §5).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Fen, Mchid, OutRefundNo, OutTradeNo, Refund, RefundAmount, RefundChannel, RefundId, RefundNotice,
    RefundNoticeAmount, RefundSource, RefundStatus, Timestamp, TransactionId,
};

use crate::ledger::{NewGivingBack, Paid, Short, Sources};
use crate::notice::NewNotice;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::DIGITS;
use crate::state::{Due, OrderKey, RefundKey, State};
use crate::view::EventKind;

/// What a merchant asks for, checked.
pub(crate) struct NewRefund {
    pub(crate) mchid: Mchid,
    pub(crate) order: OrderNamed,
    pub(crate) out_refund_no: OutRefundNo,
    pub(crate) notify_url: Option<String>,
    pub(crate) refund: Fen,
    pub(crate) total: Fen,
    /// Which half of 基本账户 pays.
    pub(crate) sources: Sources,
}

/// How the order is named; with both, the platform's number wins (v3.md §5.1).
pub(crate) enum OrderNamed {
    ByTransactionId(TransactionId),
    ByOutTradeNo(OutTradeNo),
}

/// A refund that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefundRecord {
    pub(crate) mchid: Mchid,
    /// As answers tell it.
    pub(crate) told: Refund,
    pub(crate) notify_url: Option<String>,
}

/// Why a refund's outcome cannot be forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutcomeRefused {
    Unknown,
    /// It has one already, or this one does not follow.
    Decided,
}

impl State {
    /// Accepts a refund, or tells the state of the one with this number.
    pub(crate) fn refund(
        &mut self,
        platform: &Platform,
        asked: NewRefund,
        now: Timestamp,
    ) -> Result<Refund, Refusal> {
        let order_key = self.refundable_order(&asked)?;
        let key = (asked.mchid.clone(), asked.out_refund_no.clone());
        if let Some(known) = self.refunds.get(&key) {
            return replay(platform, &known, &asked, &order_key);
        }
        self.check_limits(platform, &asked, &order_key, now)?;
        let paid = self.check_money(&asked, &order_key)?;
        Ok(self.accept(platform, asked, &order_key, key, paid, now))
    }

    /// From where the merchant pays (v3.md §5.1, §5.2).
    fn check_money(&self, asked: &NewRefund, order_key: &OrderKey) -> Result<Paid, Refusal> {
        let order = self.orders.get(order_key).expect("found paid");
        let transaction_id = &order.payment().expect("found paid").transaction_id;
        self.ledger.refund_paid_from(transaction_id, asked.refund, asked.sources).map_err(|Short| {
            let message = "基本账户余额不足，请充值后重新发起";
            Refusal::new(403, "NOT_ENOUGH", message, cause::REFUND)
        })
    }

    /// The paid order; an unpaid or unknown one cannot be told apart (v3.md §5.2).
    fn refundable_order(&self, asked: &NewRefund) -> Result<OrderKey, Refusal> {
        let key = match &asked.order {
            OrderNamed::ByTransactionId(id) => self.transactions.get(id).map(|key| (*key).clone()),
            OrderNamed::ByOutTradeNo(number) => Some((asked.mchid.clone(), number.clone())),
        };
        key.filter(|key| key.0 == asked.mchid)
            .filter(|key| self.orders.get(key).is_some_and(|order| order.payment().is_some()))
            .ok_or_else(|| Refusal::new(404, "RESOURCE_NOT_EXISTS", "订单号不存在", cause::ORDER_NOT_FOUND))
    }

    fn check_limits(
        &self,
        platform: &Platform,
        asked: &NewRefund,
        order_key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let order = self.orders.get(order_key).expect("found paid");
        let success_time = order.payment().expect("found paid").success_time;
        if asked.total != order.asked.total {
            return Err(Refusal::invalid("订单金额与原订单不一致", cause::REFUND));
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
            return Err(Refusal::invalid("申请退款金额大于订单可退金额", cause::REFUND));
        }
        if parts >= PARTS_MAX {
            return Err(Refusal::invalid("订单部分退款次数超过50次", cause::REFUND));
        }
        if now.since(success_time) > REFUNDABLE_FOR {
            let status = platform.switches.trade_overdue_status;
            return Err(Refusal::new(status, "TRADE_OVERDUE", "订单已超过可退款的最大期限", cause::REFUND));
        }
        let too_soon = latest.is_some_and(|at| now.since(at) < PARTS_APART);
        if platform.switches.refund_spacing && too_soon {
            return Err(Refusal::too_many());
        }
        Ok(())
    }

    fn accept(
        &mut self,
        platform: &Platform,
        asked: NewRefund,
        order_key: &OrderKey,
        key: RefundKey,
        paid: Paid,
        now: Timestamp,
    ) -> Refund {
        let refund_id = new_refund_id(platform, self.next_serial(), now);
        let order = self.orders.get_mut(order_key).expect("found paid");
        let transaction_id = order.payment().expect("found paid").transaction_id.clone();
        let moving = NewGivingBack {
            refund_id: refund_id.clone(),
            out_refund_no: Some(asked.out_refund_no.as_str().into()),
            transaction_id: transaction_id.clone(),
            paid,
            channel: "ORIGINAL",
        };
        self.ledger.refund_accepted(moving, now).expect("the money was there a moment ago");
        let told = Refund {
            refund_id,
            out_refund_no: asked.out_refund_no.clone(),
            transaction_id,
            out_trade_no: order_key.1.clone(),
            channel: RefundChannel::Original,
            user_received_account: "支付用户零钱".into(),
            success_time: None,
            create_time: now,
            status: RefundStatus::Processing,
            funds_account: Some(paid.funds_account().into()),
            amount: RefundAmount {
                total: asked.total,
                refund: asked.refund,
                from: named_sources(&asked),
                payer_total: asked.total,
                payer_refund: asked.refund,
                settlement_refund: asked.refund,
                settlement_total: asked.total,
                discount_refund: Fen::ZERO,
                currency: "CNY".into(),
                refund_fee: None,
            },
            promotion_detail: Vec::new(),
        };
        order.refunds.push(asked.out_refund_no.clone());
        order.note(now, EventKind::RefundAccepted, format!("{} {}", asked.out_refund_no, asked.refund));
        let record = RefundRecord { mchid: asked.mchid, told: told.clone(), notify_url: asked.notify_url };
        self.refunds.insert(key.clone(), record);
        self.schedule(now.plus(platform.switches.refund_takes), Due::SettleRefund(key));
        told
    }

    /// The money arrives, unless the refund was decided otherwise.
    pub(crate) fn refund_arrives(&mut self, platform: &Platform, key: &RefundKey, at: Timestamp) {
        let processing =
            self.refunds.get(key).is_some_and(|record| record.told.status == RefundStatus::Processing);
        if processing {
            self.decide(platform, key, RefundStatus::Success, at);
        }
    }

    /// Decides a refund by hand: `SUCCESS`, `CLOSED` or `ABNORMAL` while processing, and `SUCCESS` after
    /// `ABNORMAL` (v3.md §5.2).
    pub(crate) fn force_outcome(
        &mut self,
        platform: &Platform,
        key: &RefundKey,
        status: RefundStatus,
        now: Timestamp,
    ) -> Result<Refund, OutcomeRefused> {
        let record = self.refunds.get(key).ok_or(OutcomeRefused::Unknown)?;
        let follows = match (&record.told.status, &status) {
            (
                RefundStatus::Processing,
                RefundStatus::Success | RefundStatus::Closed | RefundStatus::Abnormal,
            )
            | (RefundStatus::Abnormal, RefundStatus::Success) => true,
            (
                RefundStatus::Processing
                | RefundStatus::Abnormal
                | RefundStatus::Success
                | RefundStatus::Closed
                | RefundStatus::Unknown(_),
                _,
            ) => false,
        };
        if !follows {
            return Err(OutcomeRefused::Decided);
        }
        self.decide(platform, key, status, now);
        Ok(self.refunds.get(key).expect("just decided").told.clone())
    }

    fn decide(&mut self, platform: &Platform, key: &RefundKey, status: RefundStatus, at: Timestamp) {
        let record = self.refunds.get_mut(key).expect("callers look it up");
        let event_type = match &status {
            RefundStatus::Success => {
                self.ledger.refund_arrived(&record.told.refund_id, at);
                record.told.success_time = Some(at);
                "REFUND.SUCCESS"
            }
            RefundStatus::Closed => {
                self.ledger.refund_closed(&record.told.refund_id, at);
                "REFUND.CLOSED"
            }
            RefundStatus::Abnormal => {
                self.ledger.refund_abnormal(&record.told.refund_id, at);
                "REFUND.ABNORMAL"
            }
            RefundStatus::Processing | RefundStatus::Unknown(_) => {
                unreachable!("nothing is decided to be processing")
            }
        };
        let arrived = status == RefundStatus::Success;
        record.told.status = status;
        let order_key = (record.mchid.clone(), record.told.out_trade_no.clone());
        let notice = record.notify_url.clone().map(|url| notice(record, event_type, url));
        let line = format!("{} {}", record.told.out_refund_no, record.told.status);
        if let Some(order) = self.orders.get_mut(&order_key) {
            order.note(at, EventKind::RefundDecided, line);
        }
        if let Some(notice) = notice {
            self.notify(platform, notice, at);
        }
        if arrived {
            self.complaint_refunded(platform, &order_key, at);
        }
    }
}

/// The same number again (v3.md §5.2): the refund as it stands, or a refusal when other money is meant.
fn replay(
    platform: &Platform,
    known: &RefundRecord,
    asked: &NewRefund,
    order: &OrderKey,
) -> Result<Refund, Refusal> {
    let told = &known.told;
    let same = told.amount.refund == asked.refund
        && told.amount.total == asked.total
        && told.out_trade_no == order.1;
    if same {
        return Ok(told.clone());
    }
    let code = platform.switches.refund_mismatch.as_str();
    Err(Refusal::new(400, code, "您的请求参数与订单信息不一致", cause::REENTRY))
}

fn notice(record: &RefundRecord, event_type: &'static str, url: String) -> NewNotice {
    let told = &record.told;
    let plain = RefundNotice {
        mchid: record.mchid.clone(),
        out_trade_no: told.out_trade_no.clone(),
        transaction_id: told.transaction_id.clone(),
        out_refund_no: told.out_refund_no.clone(),
        refund_id: told.refund_id.clone(),
        refund_status: told.status.clone(),
        success_time: told.success_time,
        user_received_account: told.user_received_account.clone(),
        amount: RefundNoticeAmount {
            total: told.amount.total,
            refund: told.amount.refund,
            payer_total: told.amount.payer_total,
            payer_refund: told.amount.payer_refund,
        },
    };
    NewNotice {
        mchid: record.mchid.clone(),
        out_trade_no: Some(told.out_trade_no.clone()),
        out_refund_no: Some(told.out_refund_no.clone()),
        event_type,
        original_type: "refund",
        summary: match event_type {
            "REFUND.SUCCESS" => "退款成功",
            "REFUND.CLOSED" => "退款关闭",
            _ => "退款异常",
        },
        url,
        plain: serde_json::to_vec(&plain).expect("a refund notice is plain data"),
    }
}

/// What `amount.from` said; nothing when it was left out.
fn named_sources(asked: &NewRefund) -> Vec<RefundSource> {
    let Sources::Named { unavailable } = asked.sources else { return Vec::new() };
    let available = asked.refund.checked_sub(unavailable).unwrap_or_default();
    [("AVAILABLE", available), ("UNAVAILABLE", unavailable)]
        .into_iter()
        .filter(|(_, amount)| amount.is_positive())
        .map(|(account, amount)| RefundSource { account: account.into(), amount })
        .collect()
}

fn new_refund_id(platform: &Platform, serial: u64, now: Timestamp) -> RefundId {
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
/// After the payment (v3.md §5.2).
const REFUNDABLE_FOR: Duration = Duration::from_secs(365 * 86_400);
