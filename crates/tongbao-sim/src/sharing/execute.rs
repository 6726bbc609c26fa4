//! The execution of a share, receiver by receiver (v3-extended.md §8.3).

use tongbao_wire::profit_sharing::{
    ProfitSharingNotice, ProfitSharingNoticeReceiver, ShareFailReason, ShareReceiverType, ShareResult,
    ShareState, SharedPart,
};
use tongbao_wire::{Fen, Mchid, Openid, OutOrderNo, SharingOrderId, Timestamp, TransactionId};

use super::{ShareKey, ShareRecord, add};
use crate::SharingEvent;
use crate::ledger::{NewShare as Moved, Receiver, Short};
use crate::notice::NewNotice;
use crate::platform::Platform;
use crate::settings::DIGITS;
use crate::state::State;

/// Somebody was credited.
pub(super) struct Credited<'a> {
    pub(super) to: &'a Mchid,
    pub(super) record: &'a ShareRecord,
    pub(super) order_id: SharingOrderId,
    pub(super) out_order_no: OutOrderNo,
    pub(super) receiver: ProfitSharingNoticeReceiver,
    pub(super) returned: bool,
}

impl State {
    /// Every part succeeds or is closed by itself; what failed stays frozen, unless the share ends sharing.
    pub(super) fn execute_share(&mut self, platform: &Platform, key: &ShareKey, at: Timestamp) {
        let Some(record) = self.sharing.shares.get(key) else { return };
        let transaction_id = record.told.transaction_id.clone();
        let mut parts = record.told.receivers.clone();
        if record.unfreezes {
            self.ledger.unfreeze(&transaction_id, at);
            for part in &mut parts {
                finish(platform, part, Ok(()), at);
            }
        } else {
            for part in &mut parts {
                let done = self.execute_part(&record, part, at);
                self.part_decided(&transaction_id, part.amount, done.is_ok());
                finish(platform, part, done, at);
            }
            if record.ends {
                self.ledger.unfreeze(&transaction_id, at);
            }
        }
        let told = &mut self.sharing.shares.get_mut(key).expect("just found").told;
        told.receivers = parts;
        told.state = ShareState::Finished;
        if !record.unfreezes {
            self.tell_receivers(platform, key, at);
        }
    }

    fn execute_part(
        &mut self,
        record: &ShareRecord,
        part: &SharedPart,
        at: Timestamp,
    ) -> Result<(), ShareFailReason> {
        if let Some(reason) = self.sharing.failures.remove(&part.account) {
            return Err((*reason).clone());
        }
        if !self.is_receiver(&record.payee, &part.kind, &part.account) {
            return Err(ShareFailReason::NoRelation);
        }
        let receiver = if part.kind == ShareReceiverType::MerchantId {
            Receiver::Merchant(Mchid::parse(&part.account).map_err(|_| ShareFailReason::AccountAbnormal)?)
        } else {
            Receiver::Payer(self.may_receive(part, at)?)
        };
        let moved = Moved {
            transaction_id: record.told.transaction_id.clone(),
            order_id: record.told.order_id.to_string(),
            out_order_no: record.told.out_order_no.to_string(),
            receiver,
            amount: part.amount,
        };
        // A refund may have taken what was frozen when the share was accepted.
        self.ledger.share(moved, at).map_err(|Short| ShareFailReason::PayerAccountAbnormal)
    }

    /// Who a person is, while the month has room.
    fn may_receive(&mut self, part: &SharedPart, at: Timestamp) -> Result<String, ShareFailReason> {
        let openid = Openid::parse(&part.account).map_err(|_| ShareFailReason::AccountAbnormal)?;
        let payer = self.person(&openid).ok_or(ShareFailReason::AccountAbnormal)?.1.clone();
        let month = at.beijing_date()[..7].to_owned();
        let key = (payer.clone(), month);
        let received = self.sharing.received.get(&key).map_or(Fen::ZERO, |it| *it);
        let after = add(received, part.amount);
        if after > MONTH_MAX {
            return Err(ShareFailReason::ReceiverReceiptLimit);
        }
        self.sharing.received.insert(key, after);
        Ok(payer)
    }

    /// A part is no longer about to be shared; what failed can be shared again.
    fn part_decided(&mut self, transaction_id: &TransactionId, amount: Fen, succeeded: bool) {
        let payment = self.shared_payment(transaction_id);
        payment.pending = payment.pending.checked_sub(amount).unwrap_or_default();
        if !succeeded {
            payment.shared = payment.shared.checked_sub(amount).unwrap_or_default();
        }
    }

    fn tell_receivers(&mut self, platform: &Platform, key: &ShareKey, at: Timestamp) {
        let record = self.sharing.shares.get(key).expect("just executed");
        for part in &record.told.receivers {
            if part.result != ShareResult::Success || part.kind != ShareReceiverType::MerchantId {
                continue;
            }
            let Ok(to) = Mchid::parse(&part.account) else { continue };
            let credited = Credited {
                to: &to,
                record: &record,
                order_id: record.told.order_id.clone(),
                out_order_no: record.told.out_order_no.clone(),
                receiver: ProfitSharingNoticeReceiver {
                    kind: part.kind.clone(),
                    account: part.account.clone(),
                    amount: part.amount,
                    description: part.description.clone(),
                },
                returned: false,
            };
            self.tell_credited(platform, credited, at);
        }
    }

    /// Receiving merchants with an address are told; the payer's side gets nothing (v3-extended.md §8.4).
    pub(super) fn tell_credited(&mut self, platform: &Platform, credited: Credited<'_>, at: Timestamp) {
        let Some(url) = self.sharing.settings_of(credited.to).notify_url else { return };
        if platform.merchant(credited.to).is_none() {
            return;
        }
        let record = credited.record;
        let partner = record.told.sub_mchid.is_some();
        let plain = ProfitSharingNotice {
            mchid: (!partner).then(|| record.payee.clone()),
            sp_mchid: partner.then(|| record.signer.clone()),
            sub_mchid: record.told.sub_mchid.clone(),
            transaction_id: record.told.transaction_id.clone(),
            order_id: credited.order_id,
            out_order_no: credited.out_order_no,
            receiver: credited.receiver,
            success_time: at,
        };
        let event_type = match (platform.switches.sharing_event, credited.returned) {
            (SharingEvent::Documented, false) => "PROFITSHARING.SUCCESS",
            (SharingEvent::Documented, true) => "PROFITSHARING.RETURN",
            (SharingEvent::Transaction, _) => "TRANSACTION.SUCCESS",
            (SharingEvent::OpenApi, false) => "PROFITSHARING",
            (SharingEvent::OpenApi, true) => "PROFITSHARING_RETURN",
        };
        let notice = NewNotice {
            mchid: credited.to.clone(),
            out_trade_no: None,
            out_refund_no: None,
            event_type,
            original_type: "profitsharing",
            summary: if credited.returned { "分账回退" } else { "分账" },
            url,
            plain: serde_json::to_vec(&plain).expect("a sharing notice is plain data"),
        };
        self.notify(platform, notice, at);
    }
}

fn finish(platform: &Platform, part: &mut SharedPart, done: Result<(), ShareFailReason>, at: Timestamp) {
    part.detail_id = Some(format!("36{}{}", at.digits(), platform.chance.text(12, DIGITS)));
    part.finish_time = Some(at);
    match done {
        Ok(()) => part.result = ShareResult::Success,
        Err(reason) => {
            part.result = ShareResult::Closed;
            part.fail_reason = Some(reason);
        }
    }
}

/// What a person may receive in a month: 200 000 yuan (v3-extended.md §8.1).
const MONTH_MAX: Fen = Fen::new(20_000_000);
