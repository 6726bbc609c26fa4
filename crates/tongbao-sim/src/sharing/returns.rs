//! Returns (分账回退): from a receiving merchant back to the one who shared (v3-extended.md §8.1, §8.4).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::profit_sharing::{
    ProfitSharingNoticeReceiver, ShareReceiverType, ShareResult, ShareReturn as Told, ShareReturnFailReason,
    ShareReturnResult,
};
use tongbao_wire::{Fen, Mchid, OutOrderNo, OutReturnNo, ReturnId, SharingOrderId, Timestamp};

use super::execute::Credited;
use super::{ReturnKey, ShareKey, ShareRecord, add, check_relation};
use crate::ledger::ShareReturn as Moved;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::DIGITS;
use crate::state::State;

/// What a merchant asks for, checked against its schema.
pub(crate) struct NewReturn {
    pub(crate) signer: Mchid,
    pub(crate) sub_mchid: Option<Mchid>,
    pub(crate) order_id: Option<SharingOrderId>,
    pub(crate) out_order_no: Option<OutOrderNo>,
    pub(crate) out_return_no: OutReturnNo,
    pub(crate) return_mchid: Mchid,
    pub(crate) amount: Fen,
    pub(crate) description: String,
    pub(crate) terms: String,
}

/// A return that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReturnRecord {
    pub(crate) told: Told,
    terms: String,
}

impl State {
    /// Takes a share back at once, or tells the return with this number.
    pub(crate) fn return_share(
        &mut self,
        platform: &Platform,
        asked: NewReturn,
        now: Timestamp,
    ) -> Result<Arc<ReturnRecord>, Refusal> {
        let payee = check_relation(platform, &asked.signer, asked.sub_mchid.as_ref())?;
        let key = (asked.signer.clone(), asked.out_return_no.clone());
        if let Some(known) = self.sharing.returns.get(&key) {
            if known.terms == asked.terms {
                return Ok(known);
            }
            return Err(Refusal::invalid("回退请求与原请求不一致", cause::REENTRY));
        }
        let share = self.returnable(&asked, &payee)?;
        self.check_return(&share, &asked, now)?;
        let serial = self.next_serial();
        let text = format!("3208450740{}{}{serial:07}", &now.digits()[..8], platform.chance.text(3, DIGITS));
        let return_id = ReturnId::parse(&text).expect("28 digits");
        let moved = Moved {
            transaction_id: share.told.transaction_id.clone(),
            return_id: return_id.to_string(),
            out_return_no: asked.out_return_no.to_string(),
            from: asked.return_mchid.clone(),
            amount: asked.amount,
        };
        let enough = self.ledger.share_returned(moved, now).is_ok();
        let told = Told {
            sub_mchid: asked.sub_mchid,
            order_id: share.told.order_id.clone(),
            out_order_no: share.told.out_order_no.clone(),
            out_return_no: asked.out_return_no,
            return_id,
            return_mchid: asked.return_mchid,
            amount: asked.amount,
            description: asked.description,
            result: if enough { ShareReturnResult::Success } else { ShareReturnResult::Failed },
            fail_reason: (!enough).then_some(ShareReturnFailReason::BalanceNotEnough),
            create_time: now,
            finish_time: Some(now),
        };
        self.shared_payment(&share.told.transaction_id).returns += 1;
        self.sharing.returns.insert(key.clone(), ReturnRecord { told, terms: asked.terms });
        let record = self.sharing.returns.get(&key).expect("just put in");
        if enough {
            let of = (record.told.order_id.clone(), record.told.return_mchid.clone());
            let before = self.sharing.returned.get(&of).map_or(Fen::ZERO, |it| *it);
            self.sharing.returned.insert(of, add(before, record.told.amount));
            self.tell_return(platform, &share, &record, now);
        }
        Ok(record)
    }

    /// The share, by either of its numbers.
    fn returnable(&self, asked: &NewReturn, payee: &Mchid) -> Result<Arc<ShareRecord>, Refusal> {
        let by_id = asked.order_id.as_ref().and_then(|id| self.sharing.order_ids.get(id));
        let by_number = asked.out_order_no.as_ref().map(|number| (asked.signer.clone(), number.clone()));
        let key: Option<ShareKey> = by_id.map(|key| (*key).clone()).or(by_number);
        let share = key.and_then(|key| self.sharing.shares.get(&key));
        let mine = |share: &Arc<ShareRecord>| share.signer == asked.signer && share.payee == *payee;
        share.filter(mine).ok_or_else(|| Refusal::invalid("原分账单不存在", cause::ORDER_NOT_FOUND))
    }

    /// The sentences are ours, but for what they say.
    fn check_return(&self, share: &ShareRecord, asked: &NewReturn, now: Timestamp) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::invalid(message, cause::PARAMETER));
        let received: Fen = share
            .told
            .receivers
            .iter()
            .filter(|part| part.kind == ShareReceiverType::MerchantId && part.result == ShareResult::Success)
            .filter(|part| !share.unfreezes && part.account == asked.return_mchid.as_str())
            .map(|part| part.amount)
            .sum();
        if !received.is_positive() {
            return refuse("回退方未从该分账单收到分账");
        }
        if !self.sharing.settings_of(&asked.return_mchid).gives_back {
            return Err(Refusal::new(403, "NO_AUTH", "回退方未开通分账回退功能", cause::PERMISSION));
        }
        if now.since(share.created_at) > RETURNED_WITHIN {
            return refuse("分账单已超过可回退期限");
        }
        let returns = self.sharing.payments.get(&share.told.transaction_id).map_or(0, |it| it.returns);
        if returns >= RETURNS_MAX {
            return refuse("订单回退次数超过限制");
        }
        let key = (share.told.order_id.clone(), asked.return_mchid.clone());
        let returned = self.sharing.returned.get(&key).map_or(Fen::ZERO, |it| *it);
        if add(returned, asked.amount) > received {
            refuse("回退金额超过可回退金额")
        } else {
            Ok(())
        }
    }

    /// The merchant that gave back is told; `receiver` names where the money went (v3.md §6.6).
    fn tell_return(
        &mut self,
        platform: &Platform,
        share: &ShareRecord,
        record: &ReturnRecord,
        at: Timestamp,
    ) {
        let told = &record.told;
        let order_id = SharingOrderId::parse(told.return_id.as_str()).expect("digits");
        let out_order_no = OutOrderNo::parse(told.out_return_no.as_str()).expect("of one alphabet");
        let credited = Credited {
            to: &told.return_mchid,
            record: share,
            order_id,
            out_order_no,
            receiver: ProfitSharingNoticeReceiver {
                kind: ShareReceiverType::MerchantId,
                account: share.payee.to_string(),
                amount: told.amount,
                description: told.description.clone(),
            },
            returned: true,
        };
        self.tell_credited(platform, credited, at);
    }

    /// A return of `signer`, of the share it names.
    pub(crate) fn return_of(
        &self,
        key: &ReturnKey,
        out_order_no: &OutOrderNo,
    ) -> Result<Arc<ReturnRecord>, Refusal> {
        let found = self.sharing.returns.get(key);
        found
            .filter(|record| record.told.out_order_no == *out_order_no)
            .ok_or_else(|| Refusal::new(404, "RESOURCE_NOT_EXISTS", "回退单不存在", cause::ORDER_NOT_FOUND))
    }
}

/// v3-extended.md §8.1.
const RETURNED_WITHIN: Duration = Duration::from_secs(180 * 86_400);
const RETURNS_MAX: u32 = 50;
