//! Profit sharing (分账): what the platform says of shares and their returns (v3-extended.md §8, v3.md §6.6).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::redacted;
pub use crate::word::sharing::{
    ShareFailReason, ShareReceiverType, ShareResult, ShareReturnFailReason, ShareReturnResult, ShareState,
};
use crate::{
    Ciphertext, Fen, Mchid, OutOrderNo, OutReturnNo, ReturnId, SharingOrderId, Timestamp, TransactionId,
};

/// A share, as sharing, asking for it and unfreezing answer it (v3-extended.md §8.3).
///
/// [`ShareState::Finished`] only says that it was executed; some receivers may have got nothing. Ask
/// [`Share::all_succeeded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The sub-merchant who shares; service providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The payment that is shared.
    pub transaction_id: TransactionId,
    /// The merchant's number of the share.
    pub out_order_no: OutOrderNo,
    /// The platform's number of the share.
    pub order_id: SharingOrderId,
    /// How far it is executed. Not whether it succeeded.
    pub state: ShareState,
    /// What became of each part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<SharedPart>,
}

impl Share {
    /// True when every receiver has its money. False while anything is open, and when the answer names no
    /// receiver at all.
    #[must_use]
    pub fn all_succeeded(&self) -> bool {
        self.state == ShareState::Finished
            && !self.receivers.is_empty()
            && self.receivers.iter().all(|part| part.result == ShareResult::Success)
    }

    /// The parts that failed. Their money is still frozen: share it anew under a new number, or unfreeze it.
    pub fn failed(&self) -> impl Iterator<Item = &SharedPart> {
        self.receivers.iter().filter(|part| part.result == ShareResult::Closed)
    }

    /// The parts not decided yet; ask again later.
    pub fn pending(&self) -> impl Iterator<Item = &SharedPart> {
        let decided = |part: &&SharedPart| !matches!(part.result, ShareResult::Success | ShareResult::Closed);
        self.receivers.iter().filter(decided)
    }
}

/// One receiver's part of a share.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPart {
    /// How much.
    pub amount: Fen,
    /// What the share was described as.
    pub description: String,
    /// What the receiver is.
    #[serde(rename = "type")]
    pub kind: ShareReceiverType,
    /// The merchant's number, or an openid.
    pub account: String,
    /// What became of it.
    pub result: ShareResult,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<ShareFailReason>,
    /// The platform's number of this part, as bills have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail_id: Option<String>,
    /// When it was begun.
    pub create_time: Timestamp,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_time: Option<Timestamp>,
}

impl fmt::Debug for SharedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPart")
            .field("amount", &self.amount)
            .field("kind", &self.kind)
            .field("account", &shown(&self.kind, &self.account))
            .field("result", &self.result)
            .field("fail_reason", &self.fail_reason)
            .field("detail_id", &self.detail_id)
            .field("create_time", &self.create_time)
            .field("finish_time", &self.finish_time)
            .finish_non_exhaustive()
    }
}

/// An account for logs: a merchant's number whole, a person's openid not.
fn shown(kind: &ShareReceiverType, account: &str) -> String {
    match kind {
        ShareReceiverType::MerchantId => account.to_owned(),
        ShareReceiverType::PersonalOpenid
        | ShareReceiverType::PersonalSubOpenid
        | ShareReceiverType::Unknown(_) => redacted(account),
    }
}

/// A return of a share, as asking for one and looking it up answer it (v3-extended.md §8.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareReturn {
    /// The sub-merchant who had shared; service providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The platform's number of the share.
    pub order_id: SharingOrderId,
    /// The merchant's number of the share.
    pub out_order_no: OutOrderNo,
    /// The merchant's number of the return.
    pub out_return_no: OutReturnNo,
    /// The platform's number of the return.
    pub return_id: ReturnId,
    /// Who gives back.
    pub return_mchid: Mchid,
    /// How much.
    pub amount: Fen,
    /// What the return was described as.
    pub description: String,
    /// What became of it.
    pub result: ShareReturnResult,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_reason: Option<ShareReturnFailReason>,
    /// When it was begun.
    pub create_time: Timestamp,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_time: Option<Timestamp>,
}

/// How much of a payment can still be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsplitAmount {
    /// The payment.
    pub transaction_id: TransactionId,
    /// What is still frozen for sharing.
    pub unsplit_amount: Fen,
}

/// How much of its payments a sub-merchant lets its service provider share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxShareRatio {
    /// The sub-merchant.
    pub sub_mchid: Mchid,
    /// The most, over all shares of a payment.
    pub max_ratio: TenThousandths,
}

/// A ratio in ten-thousandths: 2000 is 20 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenThousandths(u32);

impl TenThousandths {
    /// `parts` in ten thousand.
    #[must_use]
    pub const fn new(parts: u32) -> Self {
        Self(parts)
    }

    /// The number of parts in ten thousand.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// This part of `total`, the rest of a fen left out; `None` when it does not fit.
    #[must_use]
    pub fn of(self, total: Fen) -> Option<Fen> {
        let parts = total.checked_mul(i64::from(self.0))?;
        Some(Fen::new(parts.get().div_euclid(10_000)))
    }
}

/// Percent with two decimals: `20.00%`.
impl fmt::Display for TenThousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// Answer to adding a receiver (v3-extended.md §8.4). Adding again succeeds and changes nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareReceiverAdded {
    /// The sub-merchant who shares; service providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// What the receiver is.
    #[serde(rename = "type")]
    pub kind: ShareReceiverType,
    /// The merchant's number, or an openid.
    pub account: String,
    /// The receiver's name, encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Ciphertext>,
    /// What the receiver is to the merchant who shares, such as `STORE`.
    pub relation_type: String,
    /// The same in words, with `CUSTOM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_relation: Option<String>,
}

impl fmt::Debug for ShareReceiverAdded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareReceiverAdded")
            .field("sub_mchid", &self.sub_mchid)
            .field("kind", &self.kind)
            .field("account", &shown(&self.kind, &self.account))
            .field("relation_type", &self.relation_type)
            .finish_non_exhaustive()
    }
}

/// Answer to removing a receiver (v3-extended.md §8.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareReceiverRemoved {
    /// The sub-merchant who shares; service providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// What the receiver was.
    #[serde(rename = "type")]
    pub kind: ShareReceiverType,
    /// The merchant's number, or an openid.
    pub account: String,
}

impl fmt::Debug for ShareReceiverRemoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareReceiverRemoved")
            .field("sub_mchid", &self.sub_mchid)
            .field("kind", &self.kind)
            .field("account", &shown(&self.kind, &self.account))
            .finish()
    }
}

/// What a profit-sharing notification carries: a share was credited, or a return was (v3.md §6.6).
///
/// Sent to receiving merchants, not to the one who shares, and not for failures: query for those.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitSharingNotice {
    /// The merchant who shares; absent for service providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mchid: Option<Mchid>,
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_mchid: Option<Mchid>,
    /// The sub-merchant who shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The payment that is shared.
    pub transaction_id: TransactionId,
    /// The platform's number of the share or return.
    pub order_id: SharingOrderId,
    /// The merchant's number of it.
    pub out_order_no: OutOrderNo,
    /// Who was credited.
    pub receiver: ProfitSharingNoticeReceiver,
    /// When.
    pub success_time: Timestamp,
}

/// Who was credited, in a notification. For a return this is the side the money goes back to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitSharingNoticeReceiver {
    /// `MERCHANT_ID`, and in theory the other kinds.
    #[serde(rename = "type")]
    pub kind: ShareReceiverType,
    /// The merchant's number, or an openid.
    pub account: String,
    /// How much.
    pub amount: Fen,
    /// What the share was described as.
    #[serde(default)]
    pub description: String,
}

impl fmt::Debug for ProfitSharingNoticeReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfitSharingNoticeReceiver")
            .field("kind", &self.kind)
            .field("account", &shown(&self.kind, &self.account))
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        ProfitSharingNoticeReceiver, Share, ShareReceiverAdded, ShareReceiverRemoved, ShareResult,
        ShareState, SharedPart, TenThousandths,
    };
    use crate::Fen;

    /// A share in `state` with one part per result.
    fn share(state: &str, results: &[&str]) -> Share {
        let part = |result: &&str| {
            json!({
                "amount": 1, "description": "分给门店", "type": "MERCHANT_ID", "account": "1900000109",
                "result": result, "create_time": "2026-03-01T10:00:00+08:00",
            })
        };
        let receivers: Vec<_> = results.iter().map(part).collect();
        serde_json::from_value(json!({
            "transaction_id": "4200000001202603010000000001", "out_order_no": "P1", "order_id": "3000",
            "state": state, "receivers": receivers,
        }))
        .expect("a share")
    }

    #[test]
    fn finished_is_not_succeeded() {
        for (state, results, succeeded, failed, pending) in [
            ("FINISHED", ["SUCCESS", "SUCCESS"].as_slice(), true, 0, 0),
            ("FINISHED", &["SUCCESS", "CLOSED"], false, 1, 0),
            ("FINISHED", &["CLOSED", "CLOSED"], false, 2, 0),
            ("FINISHED", &["SUCCESS", "PENDING"], false, 0, 1),
            ("FINISHED", &["SUCCESS", "TOMORROW"], false, 0, 1),
            ("FINISHED", &[], false, 0, 0),
            ("PROCESSING", &["SUCCESS", "SUCCESS"], false, 0, 0),
            ("TOMORROW", &["SUCCESS"], false, 0, 0),
        ] {
            let share = share(state, results);
            assert_eq!(share.state, ShareState::from(state));
            let seen = (share.all_succeeded(), share.failed().count(), share.pending().count());
            assert_eq!(seen, (succeeded, failed, pending), "{state} {results:?}");
        }
        let share = share("FINISHED", &["SUCCESS", "CLOSED"]);
        let failed: Vec<&SharedPart> = share.failed().collect();
        assert_eq!(failed[0].result, ShareResult::Closed);
    }

    #[test]
    fn a_merchants_account_is_printed_and_a_persons_is_not() {
        let printed = |kind: &str, account: &str| {
            let value = json!({
                "type": kind, "account": account, "amount": 1, "description": "分给门店", "result": "SUCCESS",
                "create_time": "2026-03-01T10:00:00+08:00", "relation_type": "STAFF",
            });
            let part: SharedPart = serde_json::from_value(value.clone()).expect("a part");
            let added: ShareReceiverAdded = serde_json::from_value(value.clone()).expect("an answer");
            let removed: ShareReceiverRemoved = serde_json::from_value(value.clone()).expect("an answer");
            let receiver: ProfitSharingNoticeReceiver = serde_json::from_value(value).expect("a receiver");
            [format!("{part:?}"), format!("{added:?}"), format!("{removed:?}"), format!("{receiver:?}")]
        };
        for text in printed("MERCHANT_ID", "1900000109") {
            assert!(text.contains("1900000109"), "{text}");
        }
        for kind in ["PERSONAL_OPENID", "PERSONAL_SUB_OPENID", "TOMORROW"] {
            for text in printed(kind, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o") {
                assert!(!text.contains("oUpF8uMuAJO") && text.contains("oUpF…S6o"), "{text}");
            }
        }
    }

    #[test]
    fn ratios_leave_the_rest_of_a_fen_out_and_never_overflow() {
        let ratio = TenThousandths::new(2000);
        assert_eq!(ratio.to_string(), "20.00%");
        assert_eq!(TenThousandths::new(105).to_string(), "1.05%");
        assert_eq!(ratio.of(Fen::new(999)), Some(Fen::new(199)));
        assert_eq!(TenThousandths::new(10_000).of(Fen::new(999)), Some(Fen::new(999)));
        assert_eq!(ratio.of(Fen::new(i64::MAX)), None);
    }
}
