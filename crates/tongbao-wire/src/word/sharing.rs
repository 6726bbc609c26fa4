//! Words of profit sharing (v3-extended.md §8.3, §8.4).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UNKNOWN_CHARS_MAX;

words! {
    /// How far a share is executed (`state`). Says nothing about success: each receiver's [`ShareResult`] does.
    ShareState {
        /// Accepted, being executed; ask again later.
        Processing = "PROCESSING",
        /// Executed: every part succeeded or failed.
        Finished = "FINISHED",
    }

    /// What became of one receiver's part of a share (`result`).
    ShareResult {
        /// Not decided yet.
        Pending = "PENDING",
        /// The receiver has the money.
        Success = "SUCCESS",
        /// Failed; the money stays frozen with the merchant who shares.
        Closed = "CLOSED",
    }

    /// What a receiver is (`type`).
    ShareReceiverType {
        /// A merchant; the account is an `mchid`.
        MerchantId = "MERCHANT_ID",
        /// A person; the account is an `openid` of `appid`.
        PersonalOpenid = "PERSONAL_OPENID",
        /// A person; the account is an `openid` of `sub_appid`.
        PersonalSubOpenid = "PERSONAL_SUB_OPENID",
    }

    /// Why one receiver's part of a share failed (`fail_reason`), with what to do about it. A new attempt is a
    /// new share, under a new number.
    ShareFailReason {
        /// The receiver's account is restricted: have the receiver settle it, or share with another.
        AccountAbnormal = "ACCOUNT_ABNORMAL",
        /// The receiver was removed: add it again, then share anew.
        NoRelation = "NO_RELATION",
        /// The receiver is held to be a high risk: do not share with it again.
        ReceiverHighRisk = "RECEIVER_HIGH_RISK",
        /// The receiver never proved who they are: have them verify their name, then share anew.
        ReceiverRealNameNotVerified = "RECEIVER_REAL_NAME_NOT_VERIFIED",
        /// The permission to share was withdrawn: have it granted again.
        NoAuth = "NO_AUTH",
        /// The receiver got all that a person may in a month: wait for the next, or share with a merchant.
        ReceiverReceiptLimit = "RECEIVER_RECEIPT_LIMIT",
        /// The account of the merchant who shares is restricted: settle that first.
        PayerAccountAbnormal = "PAYER_ACCOUNT_ABNORMAL",
        /// The description was turned down: share anew with other words.
        InvalidRequest = "INVALID_REQUEST",
    }

    /// What became of a return (`result`).
    ShareReturnResult {
        /// Not decided yet; ask again later.
        Processing = "PROCESSING",
        /// The money is back.
        Success = "SUCCESS",
        /// Failed; the receiver keeps the money.
        Failed = "FAILED",
    }

    /// Why a return failed (`fail_reason`), with what to do about it. A new attempt has a new number.
    ShareReturnFailReason {
        /// The receiver's account is restricted: have the receiver settle it.
        AccountAbnormal = "ACCOUNT_ABNORMAL",
        /// The receiver has not enough left: have it top up, then return anew.
        BalanceNotEnough = "BALANCE_NOT_ENOUGH",
        /// Given up after too long: return anew.
        TimeOutClosed = "TIME_OUT_CLOSED",
        /// The account of the merchant who had shared is restricted: settle that first.
        PayerAccountAbnormal = "PAYER_ACCOUNT_ABNORMAL",
        /// The description was turned down: return anew with other words.
        InvalidRequest = "INVALID_REQUEST",
    }
}

#[cfg(test)]
mod tests {
    use super::{ShareFailReason, ShareReceiverType, ShareResult, ShareReturnFailReason};

    #[test]
    fn every_word_reads_back() {
        for reason in ShareFailReason::ALL {
            assert_eq!(&ShareFailReason::from(reason.as_str()), reason);
        }
        for reason in ShareReturnFailReason::ALL {
            assert_eq!(&ShareReturnFailReason::from(reason.as_str()), reason);
        }
        assert_eq!(ShareResult::from("CLOSED"), ShareResult::Closed);
        assert_eq!(ShareReceiverType::from("TOMORROW").as_str(), "TOMORROW");
    }
}
