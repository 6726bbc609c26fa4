//! What becomes of refunds: the money arrives, comes back, or needs another way (v3.md §5.2, §5.5, §6.5).

use serde::{Deserialize, Serialize};
use tongbao_wire::partner::PartnerRefundNotice;
use tongbao_wire::{
    Refund, RefundChannel, RefundNotice, RefundNoticeAmount, RefundStatus, Timestamp, TransactionId,
};

use super::{MONEY_AWAITED_EVERY, MONEY_AWAITED_FOR, RefundRecord, sources};
use crate::ledger::{NewGivingBack, Wallet};
use crate::notice::NewNotice;
use crate::order::{Dialect, Refused};
use crate::people::{Line, LineKind};
use crate::platform::Platform;
use crate::state::{Due, OrderKey, RefundKey, State};
use crate::view::EventKind;

/// Another way for an abnormal refund (v3.md §5.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Elsewhere {
    /// A debit card of the payer's: the bank's name, and the last four digits.
    UserCard { bank: String, tail: String },
    /// The merchant's own bank account: the merchant hands the money over.
    MerchantCard,
}

/// Why a refund's outcome cannot be forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutcomeRefused {
    Unknown,
    /// It has one already, or this one does not follow.
    Decided,
    /// It waits for money that the merchant still has not.
    Short,
}

impl State {
    /// The money arrives, unless the refund was decided otherwise.
    pub(crate) fn refund_arrives(&mut self, platform: &Platform, key: &RefundKey, at: Timestamp) {
        let Some(record) = self.refunds.get(key) else { return };
        if record.told.status != RefundStatus::Processing || record.waits {
            return;
        }
        let gone = self.payers.get(&record.payer).is_some_and(|person| person.abnormal)
            || self.card_is_gone(&record.told.transaction_id);
        let status =
            if gone && record.elsewhere.is_none() { RefundStatus::Abnormal } else { RefundStatus::Success };
        self.decide(platform, key, status, at);
    }

    /// The payment was made with a bank card that the payer no longer has (v3.md §5.2).
    fn card_is_gone(&self, transaction_id: &TransactionId) -> bool {
        let sale = self.ledger.sale(transaction_id);
        sale.is_some_and(|sale| match &sale.wallet {
            Wallet::Card { payer, card } => !self.ledger.cards(payer).contains_key(card),
            Wallet::Balance { .. } => false,
        })
    }

    /// A refund that waits for the merchant's money looks again, and is closed after seven days (v3.md §5.2).
    pub(crate) fn retry_refund(&mut self, platform: &Platform, key: &RefundKey, at: Timestamp) {
        let Some(record) = self.refunds.get(key) else { return };
        if !record.waits || record.told.status != RefundStatus::Processing {
            return;
        }
        if self.move_awaited(key, at) {
            self.schedule(at.plus(platform.switches.refund_takes), Due::SettleRefund(key.clone()));
        } else if at.since(record.told.create_time) >= MONEY_AWAITED_FOR {
            self.decide(platform, key, RefundStatus::Closed, at);
        } else {
            self.schedule(at.plus(MONEY_AWAITED_EVERY), Due::RetryRefund(key.clone()));
        }
    }

    /// Moves the money of a refund that waited for it, if it is there.
    fn move_awaited(&mut self, key: &RefundKey, at: Timestamp) -> bool {
        let record = self.refunds.get_mut(key).expect("callers look it up");
        let told = &record.told;
        let sources = sources(&told.amount.from, None);
        let paid = self.ledger.refund_paid_from(&told.transaction_id, told.amount.refund, sources);
        let Ok(paid) = paid else { return false };
        let moving = NewGivingBack {
            refund_id: told.refund_id.clone(),
            out_refund_no: Some(told.out_refund_no.as_str().into()),
            transaction_id: told.transaction_id.clone(),
            paid,
            channel: "ORIGINAL",
        };
        record.waits = self.ledger.refund_accepted(moving, at).is_err();
        !record.waits
    }

    /// Sends an abnormal refund another way (v3.md §5.5): it is `PROCESSING` again.
    pub(crate) fn refund_elsewhere(
        &mut self,
        platform: &Platform,
        key: &RefundKey,
        elsewhere: Elsewhere,
        now: Timestamp,
    ) -> Result<Refund, Refused> {
        let record = self.refunds.get_mut(key).ok_or(Refused::RefundUnknown)?;
        if record.elsewhere.as_ref() == Some(&elsewhere) {
            return Ok(record.told.clone());
        }
        if record.told.status != RefundStatus::Abnormal {
            return Err(Refused::RefundNotAbnormal);
        }
        record.told.status = RefundStatus::Processing;
        record.told.channel = RefundChannel::OtherBankcard;
        record.told.user_received_account = match &elsewhere {
            Elsewhere::UserCard { bank, tail } => format!("{bank}借记卡{tail}"),
            Elsewhere::MerchantCard => "商户结算银行账户".into(),
        };
        record.elsewhere = Some(elsewhere);
        let told = record.told.clone();
        self.schedule(now.plus(platform.switches.refund_takes), Due::SettleRefund(key.clone()));
        Ok(told)
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
        if status != RefundStatus::Closed && record.waits && !self.move_awaited(key, now) {
            return Err(OutcomeRefused::Short);
        }
        self.decide(platform, key, status, now);
        Ok(self.refunds.get(key).expect("just decided").told.clone())
    }

    /// What the payer's bill says of it; money that went to the merchant's own account is not on it.
    fn line_of_refund(&mut self, record: &RefundRecord, order_key: &OrderKey, at: Timestamp) {
        let bank_type = match &record.elsewhere {
            Some(Elsewhere::MerchantCard) => return,
            Some(Elsewhere::UserCard { bank, .. }) => bank.clone(),
            None => {
                let sale = self.ledger.sale(&record.told.transaction_id);
                sale.map(|sale| sale.wallet.bank_type().to_owned()).unwrap_or_default()
            }
        };
        let order = self.orders.get(order_key);
        let line = Line {
            at,
            kind: LineKind::Refund,
            amount: record.told.amount.refund,
            mchid: record.sub_mchid.clone().unwrap_or_else(|| record.mchid.clone()),
            number: record.told.out_refund_no.to_string(),
            platform_number: record.told.refund_id.to_string(),
            description: order.map(|order| order.asked.description.clone()).unwrap_or_default(),
            bank_type,
        };
        self.add_line(&record.payer, line);
    }

    fn decide(&mut self, platform: &Platform, key: &RefundKey, status: RefundStatus, at: Timestamp) {
        let record = self.refunds.get_mut(key).expect("callers look it up");
        let event_type = match &status {
            RefundStatus::Success => {
                let id = &record.told.refund_id;
                match &record.elsewhere {
                    None => self.ledger.refund_arrived(id, at),
                    Some(Elsewhere::MerchantCard) => self.ledger.refund_arrived_at_merchant(id, at),
                    Some(Elsewhere::UserCard { bank, tail }) => {
                        let (payer, card) = (record.payer.clone(), format!("{bank}{tail}"));
                        self.ledger.refund_arrived_elsewhere(id, Wallet::Card { payer, card }, at);
                    }
                }
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
        let record = record.clone();
        let line = format!("{} {}", record.told.out_refund_no, record.told.status);
        if let Some(order) = self.orders.get_mut(&order_key) {
            order.note(at, EventKind::RefundDecided, line);
        }
        match (record.notify_url.clone(), record.dialect) {
            (None, _) => {}
            (Some(url), Dialect::V3) => self.notify(platform, notice(&record, event_type, url), at),
            (Some(url), Dialect::V2(_)) => self.tell_refund_v2(platform, &record, event_type, url, at),
        }
        if arrived {
            self.line_of_refund(&record, &order_key, at);
            self.complaint_refunded(platform, &order_key, at);
        }
    }
}

fn notice(record: &RefundRecord, event_type: &'static str, url: String) -> NewNotice {
    let told = &record.told;
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
        plain: plain(record),
    }
}

/// What the notification says (v3.md §6.5).
fn plain(record: &RefundRecord) -> Vec<u8> {
    let told = &record.told;
    let amount = RefundNoticeAmount {
        total: told.amount.total,
        refund: told.amount.refund,
        payer_total: told.amount.payer_total,
        payer_refund: told.amount.payer_refund,
    };
    let written = match &record.sub_mchid {
        None => serde_json::to_vec(&RefundNotice {
            mchid: record.mchid.clone(),
            out_trade_no: told.out_trade_no.clone(),
            transaction_id: told.transaction_id.clone(),
            out_refund_no: told.out_refund_no.clone(),
            refund_id: told.refund_id.clone(),
            refund_status: told.status.clone(),
            success_time: told.success_time,
            user_received_account: told.user_received_account.clone(),
            amount,
        }),
        Some(sub_mchid) => serde_json::to_vec(&PartnerRefundNotice {
            sp_mchid: record.mchid.clone(),
            sub_mchid: sub_mchid.clone(),
            out_trade_no: told.out_trade_no.clone(),
            transaction_id: told.transaction_id.clone(),
            out_refund_no: told.out_refund_no.clone(),
            refund_id: told.refund_id.clone(),
            refund_status: told.status.clone(),
            success_time: told.success_time,
            user_received_account: told.user_received_account.clone(),
            refund_account: None,
            amount,
        }),
    };
    written.expect("a refund notice is plain data")
}
